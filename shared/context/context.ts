import type { EffectiveConfig } from '../model/analysis.ts';
import type { ArtifactReport } from '../model/artifact.ts';
import type { CaseEvidence } from '../model/case.ts';
import type { DatabaseReport } from '../model/database.ts';
import type { EventSource, EvidenceEvent } from '../model/event.ts';
import type { EvidenceFile, Provenance } from '../model/evidence.ts';
import type { ProcessSample, VmstatSample } from '../model/samples.ts';
import { type EpochMicros, epochMicros } from '../model/time.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import type { WorkerHistory } from '../timeline/incidents.ts';
import type { Operation, OperationStep } from '../timeline/operations.ts';
import { type ArtifactFigures, artifactFigures, chooseArtifact } from './choose-artifact.ts';
import { chooseDatabase } from './choose-database.ts';
import { effectiveConfig } from './effective-config.ts';
import { type KernelCoverage, kernelCoverage } from './kernel-coverage.ts';
import { ownEvidence } from './own-evidence.ts';
import { type ServiceUnit, serviceUnit } from './service-unit.ts';

/** What every family of facts reads: the case, the incident, and what was chosen as its artifact, database and settings. */
export interface FactContext {
  /** Settings, measurements and listings are those about the service of the incident: see ownEvidence. */
  readonly evidence: CaseEvidence;
  readonly history: WorkerHistory;
  /** The events of the place where the incident's process ran, and what is said beside it: pids count there; without an incident, all. */
  readonly ownEvents: EventSource;
  /** null: no worker died and no operation failed. */
  readonly record: IncidentRecord | null;
  /** The stretch that facts look at: operation start (or a minute before the end) to the end; without an incident, the latest operation. */
  readonly window: { readonly from: EpochMicros; readonly to: EpochMicros } | null;
  readonly config: EffectiveConfig | null;
  /** The service's systemd unit with its drop-ins, when it was saved. */
  readonly unit: ServiceUnit | null;
  readonly artifact: { readonly report: ArtifactReport; readonly index: number; readonly isNamed: boolean } | null;
  /** Size of what the operation (without an incident: the latest one) read, from the artifact, a listing or the log. */
  readonly figures: ArtifactFigures | null;
  readonly database: { readonly report: DatabaseReport; readonly index: number } | null;
  /** Dated `ps` rows of the incident's pid (without one: of the latest operation's) within the worker's life, in time order. */
  readonly processSamples: readonly (ProcessSample & { readonly time: EpochMicros })[];
  /** Dated `vmstat` rows within the window. */
  readonly vmstatSamples: readonly (VmstatSample & { readonly time: EpochMicros })[];
  readonly kernel: KernelCoverage;
  /** The step in which the worker was when it was ended, as far as the log tells. */
  readonly lastStep: OperationStep | null;
  /** Instant at which work could no longer go on: the TIMEOUT for a timed-out worker, else the end. */
  readonly workEnd: EpochMicros | null;
}

const IDLE_WINDOW_MICROS = 60_000_000;
/** One `ps` or `vmstat` interval of slack at each end of the window. */
const SAMPLE_SLACK_MICROS = 5_000_000;

/** Gathers what the facts about one incident need. */
export function factContext(whole: CaseEvidence, history: WorkerHistory, record: IncidentRecord | null): FactContext {
  const { evidence, isOwn } = ownEvidence(whole, record);
  const ownEvents = record === null ? evidence.events : evidence.events.at(record.place);
  const incident = record?.incident ?? null;
  const from =
    incident === null
      ? null
      : record?.operation != null
        ? record.operation.start
        : epochMicros(incident.end - IDLE_WINDOW_MICROS);
  const latest = history.latestOperation;
  // Without an incident, questions are about what was last at work.
  const work = latest === null ? null : { from: latest.start, to: latest.end };
  const window = incident === null || from === null ? work : { from, to: incident.end };
  const unit = serviceUnit(evidence, incident?.unit ?? null);
  const config = effectiveConfig({ evidence, ownEvents, record, history, window, unit });
  const workEnd = record?.death?.timeout?.time ?? incident?.end ?? null;
  const artifact = chooseArtifact(evidence, record, history, isOwn);
  return {
    evidence,
    ownEvents,
    history,
    record,
    window,
    config,
    unit,
    artifact,
    figures: artifactFigures(
      artifact?.report ?? null,
      record?.operation ?? history.latestOperation,
      evidence.host?.fileSizes,
      evidence.files,
    ),
    database: chooseDatabase(evidence, isOwn),
    processSamples: samplesOfPid(evidence, record, latest),
    vmstatSamples:
      window === null
        ? []
        : evidence.vmstat
            .filter(isDated)
            .filter((s) => s.time >= window.from - SAMPLE_SLACK_MICROS && s.time <= window.to + SAMPLE_SLACK_MICROS),
    kernel: kernelCoverage(evidence, ownEvents, isOwn, window),
    lastStep: record?.operation?.steps.filter((step) => workEnd === null || step.from <= workEnd).at(-1) ?? null,
    workEnd,
  };
}

/** What `read` finds in a context, read once for each: several families of facts ask for what is dear to read. */
export function oncePerContext<T>(read: (context: FactContext) => T): (context: FactContext) => T {
  const known = new WeakMap<FactContext, { readonly found: T }>();
  return (context) => {
    const before = known.get(context);
    if (before !== undefined) return before.found;
    const found = read(context);
    known.set(context, { found });
    return found;
  };
}

function isDated<S extends { readonly time: EpochMicros | null }>(
  sample: S,
): sample is S & { readonly time: EpochMicros } {
  return sample.time !== null;
}

function samplesOfPid(
  evidence: CaseEvidence,
  record: IncidentRecord | null,
  latest: Operation | null,
): readonly (ProcessSample & { readonly time: EpochMicros })[] {
  const pid = record === null ? (latest?.pid ?? null) : record.incident.pid;
  if (pid === null) return [];
  // Without an incident nothing ended the process: what was seen of it after its last line is of it still.
  const end = record?.incident.end ?? Number.POSITIVE_INFINITY;
  const born = record === null ? (latest?.start ?? null) : (record.death?.life.boot?.time ?? null);
  return evidence.processes
    .filter(isDated)
    .filter(isProgram)
    .filter((sample) => sample.pid === pid && sample.time <= end && (born === null || sample.time >= born - 1_000_000))
    .sort((a, b) => a.time - b.time);
}

/** ps shows threads of the kernel in brackets: low pids, such as those of workers in a container, are theirs on the host. */
export function isProgram({ command }: ProcessSample): boolean {
  return !/^\[[^\]]{1,64}\]$/.test(command);
}

/** Provenance and rows of events, as a fact carries them. */
export function sourcesOf(...events: readonly (EvidenceEvent | null | undefined)[]): {
  readonly sources: readonly Provenance[];
  readonly rows: readonly number[];
} {
  const present = events.filter((event) => event !== null && event !== undefined);
  return { sources: present.map((event) => event.source), rows: present.map((event) => event.row) };
}

/** Provenance of samples, with the rows of the events that stand for them in the timeline. */
export function sourcesOfSamples(
  evidence: CaseEvidence,
  samples: readonly { readonly source: Provenance }[],
): { readonly sources: readonly Provenance[]; readonly rows: readonly number[] } {
  const sources = samples.map((sample) => sample.source);
  const rows = sources
    .map((source) => evidence.events.rowAt(source.evidenceId, source.byteOffset))
    .filter((row) => row !== null);
  return { sources, rows };
}

/** A file as a whole, for facts about what it is or what it does not hold. */
export function sourceOfFile(file: EvidenceFile): Provenance {
  return { evidenceId: file.id, byteOffset: 0, byteLength: file.bytes, line: null };
}

/** Only the provenance of something that is not in the timeline. */
export function sourceOnly(...sources: readonly Provenance[]): {
  readonly sources: readonly Provenance[];
  readonly rows: readonly number[];
} {
  return { sources, rows: [] };
}
