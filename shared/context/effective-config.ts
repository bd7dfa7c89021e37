import type { EffectiveConfig } from '../model/analysis.ts';
import type { CaseEvidence } from '../model/case.ts';
import { GUNICORN_DEFAULTS } from '../model/config.ts';
import type { Provenance } from '../model/evidence.ts';
import type { ProcessSample } from '../model/samples.ts';
import type { EpochMicros } from '../model/time.ts';
import { fileLabel } from '../wording/figures.ts';
import { type CommandLineSettings, commandLineSettings } from './command-line.ts';
import type { ServiceUnit } from './service-unit.ts';

/**
 * The settings in force: command-line flags (as `ps` shows them) win over those of the unit's ExecStart, these over
 * GUNICORN_CMD_ARGS in its Environment, these over the file, the file over gunicorn's defaults. Null when neither a
 * configuration file nor a gunicorn command line with flags was saved: then nothing is known, since a file that was not
 * saved may exist. `timeoutSource` has only two words: whatever is set explicitly is `file`; `timeoutFrom` says precisely
 * where. Source of the order: https://docs.gunicorn.org/en/stable/configure.html
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
  const pick = <K extends keyof CommandLineSettings>(
    name: K,
    fromFile: { value: NonNullable<CommandLineSettings[K]>; source: Provenance } | null | undefined,
  ): CommandLineSettings[K] | null => {
    for (const { settings } of layers) if (settings[name] !== null) return settings[name];
    if (fromFile === null || fromFile === undefined) return null;
    sources.push(fromFile.source);
    return fromFile.value;
  };
  const timeout = pick('timeoutSeconds', file?.timeoutSeconds);
  sources.push(...layers.map(({ source }) => source));
  const workerClass = pick('workerClass', file?.workerClass) ?? workerClassFromLog(evidence);
  return {
    timeoutSeconds: timeout ?? GUNICORN_DEFAULTS.timeoutSeconds,
    timeoutSource: timeout === null ? 'default' : 'file',
    timeoutFrom: timeoutFrom(evidence, layers),
    gracefulTimeoutSeconds:
      pick('gracefulTimeoutSeconds', file?.gracefulTimeoutSeconds) ?? GUNICORN_DEFAULTS.gracefulTimeoutSeconds,
    workers: pick('workers', file?.workers) ?? GUNICORN_DEFAULTS.workers,
    workerClass: workerClass ?? GUNICORN_DEFAULTS.workerClass,
    maxRequests: pick('maxRequests', file?.maxRequests) ?? GUNICORN_DEFAULTS.maxRequests,
    sources: sources.length > 0 || file === null ? sources : wholeFile(evidence, file.evidenceId),
  };
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
  if (setting === null) return `gunicorn's default, since ${path} sets none`;
  const line = setting.source.line === null ? '' : ` line ${setting.source.line}`;
  return setting.certainty === 'environment-default'
    ? `${path}${line}, the default of an environment variable that may override it`
    : `${path}${line}`;
}
