import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { analyse } from '../../shared/analyse.ts';
import type { CaseView } from '../../shared/contract/ipc.ts';
import type { ImportedEvidence, Progress, QuerySource } from '../../shared/contract/worker-protocol.ts';
import type { Analysis } from '../../shared/model/analysis.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import { ARCHIVE_FORMATS, type EvidenceFile, type EvidenceFormat } from '../../shared/model/evidence.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import { visibleName } from '../intake/names.ts';
import { importEvidence, JobCancelled } from '../workers/import-client.ts';
import { QueryClient } from '../workers/query-client.ts';
import { EventStore } from './event-store.ts';
import { Measurements } from './measurements.ts';
import { profileArtifacts } from './profile-artifacts.ts';

/** Points that a window draws at most. */
const VIEW_POINTS = 20_000;
/** Files named when nothing was recognised. */
const NAMED_FILES = 20;

/** A case that has been read and analysed. Its unpacked copies live until it is disposed of. */
export interface OpenCase {
  /** Base name of what was given. */
  readonly title: string;
  readonly evidence: CaseEvidence;
  readonly analysis: Analysis;
  readonly store: EventStore;
  /** Answers what a window asks about events, on a thread of its own. */
  readonly queries: QueryClient;
  /** Everything a window holds of it. */
  view(): CaseView;
  /** Closes the evidence and removes the unpacked copies; afterwards events can no longer be read. Safe to repeat. */
  dispose(): Promise<void>;
}

export interface OpenCaseOptions {
  /** Files, folders and archives, absolute or relative to the working directory. */
  readonly paths: readonly string[];
  /** `sample` comes with the progress of profiling. */
  readonly onProgress?: (progress: Progress, sample: ProfileSample | null) => void;
  readonly signal?: AbortSignal;
  /** Takes the measurements of artifacts anew instead of keeping the first; default false. */
  readonly measureAgain?: boolean;
}

/** Nothing of what was given is evidence that Inquest reads; the message lists what there was. */
export class NothingRecognised extends Error {
  override readonly name = 'NothingRecognised';
  /** What there was, in the order in which it was found. */
  readonly seen: readonly EvidenceFile[];

  constructor(imported: Pick<ImportedEvidence, 'files' | 'problems'>) {
    super(describeNothing(imported));
    this.seen = imported.files;
  }
}

/** Formats that say nothing about an incident by themselves. */
const SPEECHLESS_FORMATS: ReadonlySet<EvidenceFormat> = new Set(['unknown', 'empty', ...ARCHIVE_FORMATS]);

/**
 * Opens evidence: takes it in on a worker, profiles its artifacts on another, analyses the whole. Evidence is only read;
 * unpacked copies go to a private temporary folder, which is gone again when this fails or is cancelled.
 *
 * Rejects with NothingRecognised when no file is evidence, JobFailure (kind `usage`) when a path is missing, JobCancelled
 * when `signal` aborts, and the file system's error when there is no temporary folder to be had.
 */
export async function openCase(options: OpenCaseOptions): Promise<OpenCase> {
  const { paths, onProgress, signal } = options;
  const throwIfCancelled = (): void => {
    if (signal?.aborted) throw new JobCancelled();
  };
  throwIfCancelled();
  // mkdtemp makes the folder with mode 0700. The real path: a link on the way could be turned elsewhere later.
  const spoolDirectory = await mkdtemp(join(await realpath(tmpdir()), 'inquest-'));
  let store: EventStore | null = null;
  let queries: QueryClient | null = null;
  const release = async (): Promise<void> => {
    await queries?.close();
    store?.close();
    await rm(spoolDirectory, { recursive: true, force: true });
  };
  try {
    const imported = await importEvidence(
      { paths, spoolDirectory },
      {
        onProgress: (progress) => onProgress?.(progress, null),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    if (!imported.files.some((file) => !SPEECHLESS_FORMATS.has(file.format))) throw new NothingRecognised(imported);
    store = new EventStore(imported);
    const { artifacts, problems } = await profileArtifacts(imported, store, {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
      measurements: new Measurements(),
      measureAgain: options.measureAgain ?? false,
    });
    throwIfCancelled();

    const testcases = new Map(artifacts.map((artifact) => [artifact.evidenceId, artifact.testcases]));
    const evidence: CaseEvidence = {
      files: imported.files.map((file) => ({ ...file, records: testcases.get(file.id) ?? file.records })),
      problems: [...imported.problems, ...problems],
      events: store,
      processes: imported.processes,
      vmstat: imported.vmstat,
      hostMemory: imported.hostMemory,
      configs: imported.configs,
      databases: imported.databases,
      artifacts,
      ...(imported.host === undefined ? {} : { host: imported.host }),
    };
    onProgress?.({ stage: 'analysing', item: titleOf(paths), doneBytes: 0, totalBytes: null }, null);
    const analysis = analyse(evidence);
    throwIfCancelled();
    queries = new QueryClient(querySourceOf(imported, analysis));
    return caseOf(titleOf(paths), evidence, analysis, { store, queries }, release);
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

function caseOf(
  title: string,
  evidence: CaseEvidence,
  analysis: Analysis,
  { store, queries }: Pick<OpenCase, 'store' | 'queries'>,
  dispose: () => Promise<void>,
): OpenCase {
  return {
    title,
    evidence,
    analysis,
    store,
    queries,
    view: () => ({
      title,
      files: evidence.files,
      problems: evidence.problems,
      eventCount: store.count,
      analysis,
      databases: evidence.databases,
      artifacts: evidence.artifacts,
      processes: evidence.processes,
      vmstat: evidence.vmstat,
      hostMemory: evidence.hostMemory,
      points: store.points(VIEW_POINTS),
    }),
    dispose,
  };
}

/** What queries work on: the events as they were read, and the times that a time of day is resolved against. */
export function querySourceOf(imported: ImportedEvidence, analysis: Analysis): QuerySource {
  const { columns, files, locations } = imported;
  const timeAt = (row: number): EpochMicros | null => {
    const time = columns.time[row];
    return row < 0 || time === undefined ? null : epochMicros(time);
  };
  const times = { first: timeAt(0), last: timeAt(columns.count - 1), incident: analysis.incident?.start ?? null };
  return { columns, files, locations, times };
}

function titleOf(paths: readonly string[]): string {
  const [first, ...others] = paths.map((path) => visibleName(basename(resolve(path))));
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function describeNothing({ files, problems }: Pick<ImportedEvidence, 'files' | 'problems'>): string {
  const lines = [
    ...files.map((file) => `  ${file.path}: ${file.format}, ${file.bytes} bytes`),
    ...problems.map((problem) => `  ${problem.path}: ${problem.message}`),
  ];
  if (lines.length === 0) return 'Nothing was recognised as evidence: what was given is empty, there is no file in it.';
  const unnamed = lines.length - NAMED_FILES;
  const named = lines.slice(0, NAMED_FILES);
  if (unnamed > 0) named.push(`  and ${unnamed} more`);
  return `Nothing was recognised as evidence. There was:\n${named.join('\n')}`;
}
