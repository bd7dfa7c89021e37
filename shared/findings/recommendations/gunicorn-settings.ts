import type { FactContext } from '../../context/context.ts';
import { lastSettingLine, timeoutPlace } from '../../context/timeout-place.ts';
import { type GunicornConfig, settingText } from '../../model/config.ts';
import { fileLabel } from '../../wording/figures.ts';
import { linesAfter, replacingLine, timeoutPatch } from '../timeout-patch.ts';

/** Settings of gunicorn as its configuration file calls them. Source: https://docs.gunicorn.org/en/stable/settings.html */
export type GunicornSettings = Readonly<
  Partial<Record<'timeout' | 'graceful_timeout' | 'max_requests' | 'max_requests_jitter', number>>
>;

/** Which member of a configuration that was read holds a setting. */
const MEMBERS = {
  timeout: 'timeoutSeconds',
  graceful_timeout: 'gracefulTimeoutSeconds',
  max_requests: 'maxRequests',
  max_requests_jitter: 'maxRequestsJitter',
} as const satisfies Readonly<Record<keyof GunicornSettings, keyof GunicornConfig>>;

/**
 * The change to the configuration: a unified diff that patch(1) applies where lines are added after the last known setting;
 * below it those that must be replaced, as they should be, since a diff would have to quote them to the letter. Where the unit sets
 * the timeout by a flag, the drop-in that replaces the flag.
 */
export function settingsChange(context: FactContext, settings: GunicornSettings): string {
  const { timeout } = settings;
  const place = timeout === undefined ? null : timeoutPlace(context);
  if (timeout !== undefined && place?.kind === 'unit') return timeoutPatch(place, timeout);
  const source = context.config?.timeoutSource;
  // A flag wins over the file: a line of the file would change nothing.
  if (timeout !== undefined && (source === 'flag' || source === 'environment')) {
    const flags = Object.entries(settings).map(([name, value]) => `--${name.replaceAll('_', '-')} ${value}`);
    return `${flags.join(' ')}   # in place of ${context.config?.timeoutFrom ?? 'the flag'}`;
  }
  const names = Object.keys(MEMBERS).filter((name): name is keyof typeof MEMBERS => name in settings);
  const config = context.evidence.configs[0];
  const file = context.evidence.files.find((each) => each.id === config?.evidenceId);
  const path = file === undefined ? '' : fileLabel(file.path);
  const added: string[] = [];
  const replaced: string[] = [];
  for (const name of names) {
    const line = `${name} = ${settings[name]}`;
    const old = config?.[MEMBERS[name]] ?? { kind: 'not-set' };
    if (old.kind === 'not-set') added.push(line);
    else {
      const value = old.kind === 'set' ? old.value : settingText(old);
      replaced.push(replacingLine(line, { file: path, line: old.source.line, value }));
    }
  }
  const after = config === undefined ? null : lastSettingLine(config);
  if (after === null || added.length === 0) return [...added, ...replaced].join('\n');
  return [linesAfter({ file: path, line: after }, added), ...replaced].join('\n');
}
