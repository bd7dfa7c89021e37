import type { CaseEvidence } from '../model/case.ts';
import { knownSetting } from '../model/config.ts';
import { commandLineSettings } from './command-line.ts';

/** "Never" is written as a large number. */
const MOST_SECONDS = 3_600;

/**
 * The longest worker timeout that anything in the evidence sets, in seconds, whatever it is of; 0 where nothing does. So long may
 * a worker have been silent when it was ended for that.
 */
export function longestTimeout({ configs, host, processes }: CaseEvidence): number {
  const inFiles = [...configs, ...(host?.supervisorConfigs ?? [])].map(
    ({ timeoutSeconds }) => knownSetting(timeoutSeconds)?.value ?? 0,
  );
  const atStart = (host?.launches ?? [])
    .flatMap(({ settings }) => settings)
    .map(({ setting, value }) =>
      setting === 'timeout' && value !== null && /^\d{1,9}$/.test(value) ? Number(value) : 0,
    );
  const running = [...new Set(processes.map(({ command }) => command))].map(
    (command) => commandLineSettings(command)?.timeoutSeconds ?? 0,
  );
  return Math.min(MOST_SECONDS, Math.max(0, ...inFiles, ...atStart, ...running));
}
