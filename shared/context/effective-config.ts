import type { EffectiveConfig } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { GUNICORN_DEFAULTS, knownSetting, LARGEST_SETTING, type Setting, settingText } from '../model/config.ts';
import type { Provenance } from '../model/evidence.ts';
import type { ProcessSample } from '../model/samples.ts';
import type { EpochMicros } from '../model/time.ts';
import { fileLabel, listing } from '../wording/figures.ts';
import { type CommandLineSettings, commandLineSettings } from './command-line.ts';
import type { ServiceUnit } from './service-unit.ts';

/** Tells the timeout in force on the host: the file as gunicorn reads it there; the flags of a process that runs win over it. */
export const SETTING_COMMAND = 'gunicorn --print-config APP | grep timeout; ps -eo args | grep [g]unicorn';

/**
 * The settings in force: command-line flags (as `ps` shows them) win over those of the unit's ExecStart, these over
 * GUNICORN_CMD_ARGS in its Environment, these over the file, the file over gunicorn's defaults. Null when neither a
 * configuration file nor a gunicorn command line with flags was saved: then nothing is known, since a file that was not
 * saved may exist. What is set to something that cannot be read has no value here, and no default either. `timeoutSource`
 * is `file` for whatever is set explicitly; `timeoutFrom` says precisely where. Source of the order: https://docs.gunicorn.org/en/stable/configure.html
 */
export function effectiveConfig(
  evidence: CaseEvidence,
  window: { readonly from: EpochMicros; readonly to: EpochMicros } | null,
  unit: ServiceUnit | null = null,
): EffectiveConfig | null {
  const file = evidence.configs[0] ?? null;
  const layers = flagLayers(evidence, window, unit);
  if (file === null && layers.length === 0) return null;
  const sources: Provenance[] = [];
  /** The value, `not-set` where the default holds, or null where what is set cannot be read. */
  const pick = <K extends keyof CommandLineSettings>(
    name: K,
    fromFile: Setting<NonNullable<CommandLineSettings[K]>>,
  ): NonNullable<CommandLineSettings[K]> | typeof NOT_SET | null => {
    for (const { settings } of layers) {
      const flag = settings[name];
      if (flag !== null) return flag as NonNullable<CommandLineSettings[K]>;
    }
    if (fromFile.kind === 'not-set') return NOT_SET;
    sources.push(fromFile.source);
    return knownSetting(fromFile)?.value ?? null;
  };
  const timeout = pick('timeoutSeconds', file?.timeoutSeconds ?? UNSET);
  sources.push(...layers.map(({ source }) => source));
  const workerClass = pick('workerClass', file?.workerClass ?? UNSET);
  const flagged = layers.find(({ settings }) => settings.timeoutSeconds !== null)?.settings.timeoutSeconds ?? null;
  return {
    timeoutSeconds: orDefault(timeout, GUNICORN_DEFAULTS.timeoutSeconds),
    timeoutSource: timeout === NOT_SET ? 'default' : timeout === null ? 'unreadable' : 'file',
    timeoutText: flagged === null ? (file === null ? null : settingText(file.timeoutSeconds)) : String(flagged),
    timeoutFrom: timeoutFrom(evidence, layers),
    gracefulTimeoutSeconds: orDefault(
      pick('gracefulTimeoutSeconds', file?.gracefulTimeoutSeconds ?? UNSET),
      GUNICORN_DEFAULTS.gracefulTimeoutSeconds,
    ),
    workers: orDefault(pick('workers', file?.workers ?? UNSET), GUNICORN_DEFAULTS.workers),
    // gunicorn logs the class that it uses.
    workerClass:
      workerClass === NOT_SET || workerClass === null
        ? (workerClassFromLog(evidence) ?? (workerClass === null ? null : GUNICORN_DEFAULTS.workerClass))
        : workerClass,
    maxRequests: orDefault(pick('maxRequests', file?.maxRequests ?? UNSET), GUNICORN_DEFAULTS.maxRequests),
    sources: sources.length > 0 || file === null ? sources : wholeFile(evidence, file.evidenceId),
  };
}

const NOT_SET: unique symbol = Symbol('not set');
const UNSET = { kind: 'not-set' } as const;

function orDefault<T, D>(value: T | typeof NOT_SET | null, fallback: D): T | D | null {
  return value === NOT_SET ? fallback : (value as T | null);
}

/** Flags of one place, and how to name it. */
interface FlagLayer {
  readonly settings: CommandLineSettings;
  readonly source: Provenance;
  readonly where: string;
}

/** Every place that sets flags, the one that wins first. */
function flagLayers(
  evidence: CaseEvidence,
  window: { readonly from: EpochMicros; readonly to: EpochMicros } | null,
  unit: ServiceUnit | null,
): readonly FlagLayer[] {
  const layers: FlagLayer[] = [];
  const running = commandLineFlags(evidence, window);
  if (running !== null) {
    const { settings, sample } = running;
    layers.push({ settings, source: sample.source, where: `on the command line of pid ${sample.pid}` });
  }
  if (unit?.flags != null) {
    layers.push({ settings: unit.flags.value, source: unit.flags.source, where: `in ExecStart of ${unit.flags.from}` });
  }
  if (unit?.environmentFlags != null) {
    const { value, source, from } = unit.environmentFlags;
    layers.push({ settings: value, source, where: `in GUNICORN_CMD_ARGS of ${from}` });
  }
  return layers;
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

function timeoutFrom(evidence: CaseEvidence, layers: readonly FlagLayer[]): string {
  const layer = layers.find(({ settings }) => settings.timeoutSeconds !== null);
  if (layer !== undefined) return `--timeout ${layer.settings.timeoutSeconds} ${layer.where}`;
  const config = evidence.configs[0];
  if (config === undefined) return "gunicorn's default";
  const path = fileLabel(evidence.files.find((file) => file.id === config.evidenceId)?.path ?? 'the configuration');
  const setting = config.timeoutSeconds;
  if (setting.kind === 'not-set') return `gunicorn's default, since ${path} sets none`;
  const place = `${path}${setting.source.line === null ? '' : ` line ${setting.source.line}`}`;
  switch (setting.kind) {
    case 'set':
      return setting.overridableBy.length === 0
        ? `${place}${setting.value === LARGEST_SETTING ? `, which sets ${setting.text}` : ''}`
        : `${place}, the default of ${environmentWords(setting.overridableBy)} that may override it`;
    case 'choices':
      return `${place}: ${settingText(setting)}`;
    case 'unreadable':
      return `${place}: ${setting.text}`;
  }
}

function environmentWords(names: readonly string[]): string {
  return names.length === 1 ? `the environment variable ${names[0]}` : `the environment variables ${listing(names)}`;
}
