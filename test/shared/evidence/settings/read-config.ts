import type { GunicornConfig, Setting } from '../../../../shared/model/config.ts';
import { bytesOf, type Parsed, parse } from '../support.ts';

export function readConfig(content: string | Uint8Array): { readonly config: GunicornConfig; readonly parsed: Parsed } {
  const parsed = parse('gunicorn-conf', typeof content === 'string' ? bytesOf(content) : content);
  const [config, ...more] = parsed.items.flatMap((item) => (item.type === 'gunicorn-config' ? [item.config] : []));
  if (config === undefined || more.length > 0) throw new Error('not one configuration');
  return { config, parsed };
}

/** A setting in one line: `120`, `120 by X`, `30 | 600`, `unreadable`, `not set`. */
export function inShort<T>(setting: Setting<T>): string {
  switch (setting.kind) {
    case 'not-set':
      return 'not set';
    case 'unreadable':
      return 'unreadable';
    case 'set':
      return setting.overridableBy.length === 0
        ? String(setting.value)
        : `${setting.value} by ${setting.overridableBy.join(',')}`;
    case 'choices':
      return setting.choices
        .map(({ outcome }) => (outcome.kind === 'set' ? String(outcome.value) : outcome.kind.replace('-', ' ')))
        .join(' | ');
  }
}

/** Whether what was read of a setting is true of what Python has: the value, or an honest doubt that allows for it. */
export function allows<T>(setting: Setting<T>, real: { readonly value: unknown } | 'refused' | undefined): boolean {
  const isReal = (value: T): boolean =>
    real !== undefined && real !== 'refused' && JSON.stringify(value) === JSON.stringify(real.value);
  switch (setting.kind) {
    case 'not-set':
      return real === undefined;
    case 'set':
      return isReal(setting.value);
    case 'unreadable':
      return true;
    case 'choices':
      return setting.choices.some(({ outcome }) =>
        outcome.kind === 'set' ? isReal(outcome.value) : outcome.kind === 'not-set' ? real === undefined : true,
      );
  }
}
