import type { FactContext } from '../../facts/context.ts';
import { fileLabel } from '../../facts/wording.ts';
import type { GunicornConfig } from '../../model/config.ts';

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
  const inUnit = settings.timeout === undefined ? null : timeoutChangeInUnit(context, settings.timeout);
  if (inUnit !== null) return inUnit;
  const names = Object.keys(MEMBERS).filter((name): name is keyof typeof MEMBERS => name in settings);
  const config = context.evidence.configs[0];
  const file = context.evidence.files.find((each) => each.id === config?.evidenceId);
  const path = file === undefined ? '' : fileLabel(file.path);
  const added: string[] = [];
  const replaced: string[] = [];
  for (const name of names) {
    const line = `${name} = ${settings[name]}`;
    const old = config?.[MEMBERS[name]] ?? null;
    if (old === null) added.push(line);
    else replaced.push(`${line}  # ${path} line ${old.source.line ?? '?'}, now ${old.value}`);
  }
  const after = config === undefined ? null : lastSettingLine(config);
  if (after === null || added.length === 0) return [...added, ...replaced].join('\n');
  const count = added.length === 1 ? '' : `,${added.length}`;
  return [
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${after},0 +${after + 1}${count} @@`,
    ...added.map((line) => `+${line}`),
    ...replaced,
  ].join('\n');
}

/** The last line on which a setting that is known begins; null without any. */
function lastSettingLine(config: GunicornConfig): number | null {
  const lines = Object.values(config).flatMap((member) =>
    typeof member === 'object' && member !== null && member.source.line !== null ? [member.source.line] : [],
  );
  return lines.length === 0 ? null : Math.max(...lines);
}

/**
 * Where the flag of the unit file is what is in force, a change of gunicorn.conf.py would do nothing: the drop-in that
 * replaces the flag. Null when the unit sets no timeout.
 */
function timeoutChangeInUnit(context: FactContext, timeoutSeconds: number): string | null {
  const { unit } = context;
  const changed = (text: string): string =>
    text.replace(
      /(^|\s)(--timeout[= ]|-t[= ]?)\S+/,
      (_all, blank: string, flag: string) => `${blank}${flag}${timeoutSeconds}`,
    );
  if (unit?.flags?.value.timeoutSeconds != null && unit.execStart !== null) {
    return `[Service]\nExecStart=\nExecStart=${changed(unit.execStart.value)}`;
  }
  if (unit?.environmentFlags?.value.timeoutSeconds != null) {
    return `[Service]\nEnvironment="GUNICORN_CMD_ARGS=${changed(unit.environmentArguments?.value ?? '')}"`;
  }
  return null;
}
