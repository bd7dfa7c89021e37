import { type GunicornConfig, knownSetting } from '../model/config.ts';
import type { TimeoutPlace } from '../model/import-course.ts';
import { fileLabel } from '../wording/figures.ts';
import type { FactContext } from './context.ts';
import { chosenLaunches } from './effective-config.ts';

/**
 * Where the worker timeout that is in force is set, or where it would be added. Where the flag of the unit file is in
 * force, a change of gunicorn.conf.py would do nothing.
 */
export function timeoutPlace(context: FactContext): TimeoutPlace {
  const { unit } = context;
  if (unit?.flags?.value.timeoutSeconds != null && unit.execStart !== null) {
    return aroundFlag('[Service]\nExecStart=\nExecStart=', unit.execStart.value, '');
  }
  if (unit?.environmentFlags?.value.timeoutSeconds != null) {
    return aroundFlag('[Service]\nEnvironment="GUNICORN_CMD_ARGS=', unit.environmentArguments?.value ?? '', '"');
  }
  const launched = launchedTimeout(context);
  if (launched !== null) return launched;
  const config = context.evidence.configs[0];
  const file = context.evidence.files.find((each) => each.id === config?.evidenceId);
  if (config === undefined || file === undefined) return { kind: 'unknown' };
  const path = fileLabel(file.path);
  const old = knownSetting(config.timeoutSeconds);
  // A line that is added beside one that cannot be read need not be the one that holds.
  if (old === null && config.timeoutSeconds.kind !== 'not-set') return { kind: 'unknown' };
  if (old !== null) return { kind: 'assigned', file: path, line: old.source.line, value: old.value };
  const line = lastSettingLine(config);
  return line === null ? { kind: 'unknown' } : { kind: 'after-line', file: path, line };
}

/** The flag of the file that starts gunicorn, where that is what is in force: a line of gunicorn.conf.py would change nothing. */
function launchedTimeout({ evidence, record, unit, config }: FactContext): TimeoutPlace | null {
  if (config?.timeoutSource !== 'flag' && config?.timeoutSource !== 'environment') return null;
  for (const launch of chosenLaunches({ evidence, record, unit })) {
    const setting = launch.settings.find((each) => each.setting === 'timeout');
    if (setting === undefined || config.timeoutSeconds === null || setting.value !== String(config.timeoutSeconds))
      continue;
    const file = evidence.files.find(({ id }) => id === launch.evidenceId);
    if (file === undefined) continue;
    return { kind: 'flag', file: fileLabel(file.path), line: setting.source.line, value: config.timeoutSeconds };
  }
  // It is that of a running process, whose start was not saved.
  const { timeoutSeconds } = config;
  return timeoutSeconds === null
    ? { kind: 'unknown' }
    : { kind: 'flag', file: 'the command line', line: null, value: timeoutSeconds };
}

/** The last line on which a setting that is known begins; null without any. */
export function lastSettingLine(config: GunicornConfig): number | null {
  const lines = Object.values(config).flatMap((member) =>
    typeof member === 'object' && member.kind !== 'not-set' && member.source.line !== null ? [member.source.line] : [],
  );
  return lines.length === 0 ? null : Math.max(...lines);
}

function aroundFlag(opening: string, commandLine: string, closing: string): TimeoutPlace {
  const flag = /(?:^|\s)(?:--timeout[= ]|-t[= ]?)(?=\S)/.exec(commandLine);
  if (flag === null) return { kind: 'unit', before: `${opening}${commandLine} --timeout `, after: closing };
  const from = flag.index + flag[0].length;
  const rest = commandLine.slice(from).replace(/^\S+/, '');
  return { kind: 'unit', before: `${opening}${commandLine.slice(0, from)}`, after: `${rest}${closing}` };
}
