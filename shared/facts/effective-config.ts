import type { EffectiveConfig } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { GUNICORN_DEFAULTS } from '../model/config.ts';
import type { Provenance } from '../model/evidence.ts';
import type { ProcessSample } from '../model/samples.ts';
import type { EpochMicros } from '../model/time.ts';
import { fileLabel } from './wording.ts';

/** Settings read from a gunicorn command line. Source: https://docs.gunicorn.org/en/stable/settings.html */
export interface CommandLineSettings {
  readonly timeoutSeconds: number | null;
  readonly gracefulTimeoutSeconds: number | null;
  readonly workers: number | null;
  readonly workerClass: string | null;
  readonly maxRequests: number | null;
}

/**
 * Reads gunicorn's flags from a command line as `ps` prints it (arguments joined by blanks, quoting lost). Null when it is
 * not a gunicorn.
 */
export function commandLineSettings(command: string): CommandLineSettings | null {
  // `/usr/bin/python3 -m gunicorn app:application --timeout 120`, `gunicorn: master [app:application]` has no flags
  if (!/\bgunicorn\b/.test(command)) return null;
  const value = (...flags: readonly string[]): string | null => {
    for (const flag of flags) {
      const escaped = flag.replace(/[-]/g, '\\-');
      const separator = flag.startsWith('--') ? '[= ]' : '[= ]?';
      const found = new RegExp(`(?:^|\\s)${escaped}${separator}(\\S+)`).exec(command);
      if (found?.[1] !== undefined) return found[1];
    }
    return null;
  };
  const number = (text: string | null): number | null => (text !== null && /^\d+$/.test(text) ? Number(text) : null);
  return {
    timeoutSeconds: number(value('--timeout', '-t')),
    gracefulTimeoutSeconds: number(value('--graceful-timeout')),
    workers: number(value('--workers', '-w')),
    workerClass: value('--worker-class', '-k'),
    maxRequests: number(value('--max-requests')),
  };
}

/**
 * The settings in force: command-line flags (as `ps` shows them) win over the file, the file over gunicorn's defaults.
 * Null when neither a configuration file nor a gunicorn command line with flags was saved: then nothing is known, since a
 * file that was not saved may exist. `timeoutSource` has only two words: whatever is set explicitly is `file`;
 * `timeoutFrom` says precisely where.
 */
export function effectiveConfig(
  evidence: CaseEvidence,
  window: { readonly from: EpochMicros; readonly to: EpochMicros } | null,
): EffectiveConfig | null {
  const file = evidence.configs[0] ?? null;
  const flags = commandLineFlags(evidence, window);
  if (file === null && flags === null) return null;
  const sources: Provenance[] = [];
  const pick = <T>(
    fromFlags: T | null | undefined,
    fromFile: { value: T; source: Provenance } | null | undefined,
  ): T | null => {
    if (fromFlags !== null && fromFlags !== undefined) return fromFlags;
    if (fromFile === null || fromFile === undefined) return null;
    sources.push(fromFile.source);
    return fromFile.value;
  };
  const timeout = pick(flags?.settings.timeoutSeconds, file?.timeoutSeconds);
  if (flags !== null) sources.push(flags.sample.source);
  const workerClass = pick(flags?.settings.workerClass, file?.workerClass) ?? workerClassFromLog(evidence);
  return {
    timeoutSeconds: timeout ?? GUNICORN_DEFAULTS.timeoutSeconds,
    timeoutSource: timeout === null ? 'default' : 'file',
    timeoutFrom: timeoutFrom(evidence, flags),
    gracefulTimeoutSeconds:
      pick(flags?.settings.gracefulTimeoutSeconds, file?.gracefulTimeoutSeconds) ??
      GUNICORN_DEFAULTS.gracefulTimeoutSeconds,
    workers: pick(flags?.settings.workers, file?.workers) ?? GUNICORN_DEFAULTS.workers,
    workerClass: workerClass ?? GUNICORN_DEFAULTS.workerClass,
    maxRequests: pick(flags?.settings.maxRequests, file?.maxRequests) ?? GUNICORN_DEFAULTS.maxRequests,
    sources: sources.length > 0 || file === null ? sources : wholeFile(evidence, file.evidenceId),
  };
}

function wholeFile(evidence: CaseEvidence, evidenceId: string): readonly Provenance[] {
  const file = evidence.files.find((each) => each.id === evidenceId);
  return file === undefined ? [] : [{ evidenceId, byteOffset: 0, byteLength: file.bytes, line: null }];
}

/** Flags of the gunicorn processes in `ps`, those nearest to the incident first; null when none carries a setting. */
function commandLineFlags(
  evidence: CaseEvidence,
  window: { readonly from: EpochMicros; readonly to: EpochMicros } | null,
): { readonly settings: CommandLineSettings; readonly sample: ProcessSample } | null {
  let best: { settings: CommandLineSettings; sample: ProcessSample; distance: number } | null = null;
  const seen = new Set<string>();
  for (const sample of evidence.processes) {
    // Snapshots repeat the same command line; a process may only be told apart by time when lines differ.
    if (seen.has(sample.command)) continue;
    seen.add(sample.command);
    const settings = commandLineSettings(sample.command);
    if (settings === null || Object.values(settings).every((value) => value === null)) continue;
    const distance = window === null || sample.time === null ? 0 : Math.abs(sample.time - window.to);
    if (best === null || distance < best.distance) best = { settings, sample, distance };
  }
  return best;
}

function workerClassFromLog(evidence: CaseEvidence): string | null {
  return (
    evidence.events.ofKinds(['arbiter-start']).findLast((event) => event.detail.workerClass !== undefined)?.detail
      .workerClass ?? null
  );
}

function timeoutFrom(evidence: CaseEvidence, flags: ReturnType<typeof commandLineFlags>): string {
  if (flags !== null && flags.settings.timeoutSeconds !== null) {
    return `--timeout ${flags.settings.timeoutSeconds} on the command line of pid ${flags.sample.pid}`;
  }
  const config = evidence.configs[0];
  if (config === undefined) return "gunicorn's default";
  const path = fileLabel(evidence.files.find((file) => file.id === config.evidenceId)?.path ?? 'the configuration');
  const setting = config.timeoutSeconds;
  if (setting === null) return `gunicorn's default, since ${path} sets none`;
  const line = setting.source.line === null ? '' : ` line ${setting.source.line}`;
  return setting.certainty === 'environment-default'
    ? `${path}${line}, the default of an environment variable that may override it`
    : `${path}${line}`;
}
