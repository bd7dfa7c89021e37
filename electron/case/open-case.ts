import { basename, resolve } from 'node:path';
import type { RuleFileText, ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import { FORMATS } from '../../shared/evidence/formats/table.ts';
import type { ArtifactReport, ProfileSample } from '../../shared/model/artifact.ts';
import { type EvidenceFile, FORMAT_WORDS } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { Progress } from '../../shared/model/job.ts';
import { NoSuchIncident } from '../../shared/timeline/choose-incident.ts';
import { AnalysisClient } from '../analysis/analysis-client.ts';
import { placedRules } from '../analysis/placed-rules.ts';
import { applyRuleFiles, readRules } from '../analysis/rules-client.ts';
import type { ClockOffsets } from '../events/clock-offsets.ts';
import { visibleName } from '../files/names.ts';
import { makePrivateFolder, removePrivateFolder } from '../files/private-folders.ts';
import { importEvidence, JobCancelled } from '../intake/import-client.ts';
import { sourceNamed, unknownSource } from '../intake/source-name.ts';
import { profileArtifacts } from '../profile/profile-artifacts.ts';
import { artifactsBySize, PROFILED_ARTIFACTS } from '../profile/rank-artifacts.ts';
import type { Steering } from '../threads/steering.ts';
import { UsageError } from '../threads/usage-error.ts';
import { analysedCase, type CaseBasis, correctedEvidence, type OpenCase } from './analysed-case.ts';
import type { AskedIncident } from './asked-incident.ts';
import { ReportQueries } from './report-queries.ts';

export type { OpenCase } from './analysed-case.ts';

/** Files named when nothing was recognised. */
const NAMED_FILES = 20;

export interface OpenCaseOptions {
  /** Files, folders and archives, absolute or relative to the working directory. */
  readonly paths: readonly string[];
  /** `sample` comes with the progress of profiling. */
  readonly onProgress?: (progress: Progress, sample: ProfileSample | null) => void;
  readonly signal?: AbortSignal;
  /** Reaches into the import while it goes on: stops single sources, adds further paths. */
  readonly steering?: Steering;
  /** Takes the measurements of artifacts anew instead of keeping the first; default false. */
  readonly measureAgain?: boolean;
  /** In which zones stamps without one are; see ZoneChoices. */
  readonly zones?: ZoneChoices;
  /** Corrections of clocks in microseconds, by the path of the source or how it ends. The last one of a source counts. */
  readonly clockOffsets?: readonly { readonly path: string; readonly micros: number }[];
  /** Told of a path that a zone or a correction is for and that no source has; without it, that is a UsageError. */
  readonly onUnknownSource?: (path: string) => void;
  /** Which incident is analysed; default: the worst. */
  readonly incident?: AskedIncident | null;
  /** The user's own rules; what is wrong with them is a problem of the case. */
  readonly rules?: readonly RuleFileText[];
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

/** Whether a file says something about an incident: what is in an archive is a file of its own. */
function saysSomething({ format }: EvidenceFile): boolean {
  const { holds } = FORMATS[format];
  return holds !== 'nothing' && holds !== 'archive';
}

/**
 * Opens evidence: takes it in on a worker, profiles its artifacts on another, analyses the whole. Evidence is only read;
 * unpacked copies go to a private temporary folder, which is gone again when this fails or is cancelled.
 *
 * Rejects with NothingRecognised when no file is evidence, JobFailure (kind `usage`) when a path is missing, UsageError when
 * a file of rules is beyond a limit, or a zone or a correction is for a source that is not there, JobCancelled when `signal` aborts, and the file system's error
 * when there is no temporary folder to be had.
 */
export async function openCase(options: OpenCaseOptions): Promise<OpenCase> {
  const { onProgress, signal } = options;
  const throwIfCancelled = (): void => {
    if (signal?.aborted) throw new JobCancelled();
  };
  throwIfCancelled();
  // First, because what is wrong with a file of rules is told before a long import.
  const rules = await readRules(options.rules ?? [], signal);
  const spoolDirectory = await makePrivateFolder();
  const removeCopies = (): Promise<void> => removePrivateFolder(spoolDirectory);
  // Its thread gets ready while the evidence is read.
  const analysing = new AnalysisClient(signal);
  try {
    const imported = await importEvidence(
      { paths: options.paths, spoolDirectory, ...(options.zones === undefined ? {} : { zones: options.zones }) },
      {
        onProgress: (progress) => onProgress?.(progress, null),
        ...(signal === undefined ? {} : { signal }),
        ...(options.steering === undefined ? {} : { steering: options.steering }),
      },
    );
    const paths = [...options.paths, ...(options.steering?.taken() ?? [])];
    if (!imported.files.some(saysSomething)) throw new NothingRecognised(imported);
    const clockOffsets = namedOffsets(imported, options.clockOffsets ?? [], options.onUnknownSource);
    for (const { path } of options.zones?.bySource ?? []) {
      if (sourceOf(imported, path) === null) tellUnknown(imported, path, options.onUnknownSource);
    }
    const { artifacts, problems } = await profileArtifacts(imported, await rankedArtifacts(imported, analysing), {
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
      ...(options.steering === undefined ? {} : { steering: options.steering }),
      measurements: async () => new (await import('../profile/measurements.ts')).Measurements(),
      measureAgain: options.measureAgain ?? false,
    });
    throwIfCancelled();

    onProgress?.({ stage: 'analysing', item: titleOf(paths), doneBytes: 0, totalBytes: null }, null);
    const corrected = await correctedEvidence(imported, clockOffsets, analysing);
    const found =
      options.rules === undefined || options.rules.length === 0
        ? null
        : await applyRuleFiles(corrected, options.rules, rules, signal);
    const told = (of: ImportedEvidence): ImportedEvidence => ({
      ...of,
      files: withTestcases(of.files, artifacts),
      problems: [...of.problems, ...problems, ...(found?.problems ?? [])],
    });
    const basis: CaseBasis = {
      title: titleOf(paths),
      imported: told(imported),
      artifacts,
      rules: found === null ? null : placedRules(found, corrected),
      removeCopies,
      reportQueries: new ReportQueries(),
    };
    return await analysedCase(basis, clockOffsets, told(corrected), analysing, { asked: options.incident ?? null });
  } catch (thrown) {
    await analysing.close();
    await removeCopies();
    throw thrown instanceof NoSuchIncident ? new UsageError(thrown.message) : thrown;
  }
}

/** The XML files in the order in which they are measured; the log is asked only where not all of them are. */
async function rankedArtifacts(
  imported: ImportedEvidence,
  analysing: AnalysisClient,
): Promise<readonly EvidenceFile[]> {
  const xml = artifactsBySize(imported.files);
  if (xml.length <= PROFILED_ARTIFACTS) return xml;
  const places = new Map((await analysing.rank(imported)).map((id, place) => [id, place]));
  return [...xml].sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
}

/** Of an artifact the testcases are its records. */
function withTestcases(files: readonly EvidenceFile[], artifacts: readonly ArtifactReport[]): readonly EvidenceFile[] {
  const testcases = new Map(artifacts.map((artifact) => [artifact.evidenceId, artifact.testcases]));
  return files.map((file) => ({ ...file, records: testcases.get(file.id) ?? file.records }));
}

function sourceOf(imported: ImportedEvidence, name: string): EvidenceFile | null {
  const index = sourceNamed(
    imported.files.map(({ path }) => path),
    name,
  );
  return index === null ? null : (imported.files[index] ?? null);
}

function tellUnknown(imported: ImportedEvidence, name: string, tell: OpenCaseOptions['onUnknownSource']): void {
  if (tell === undefined) throw new UsageError(unknownSource(imported, name));
  tell(name);
}

function namedOffsets(
  imported: ImportedEvidence,
  named: readonly { readonly path: string; readonly micros: number }[],
  onUnknownSource: OpenCaseOptions['onUnknownSource'],
): ClockOffsets {
  const offsets = new Map<string, number>();
  for (const { path, micros } of named) {
    const file = sourceOf(imported, path);
    if (file === null) tellUnknown(imported, path, onUnknownSource);
    else offsets.set(file.id, micros);
  }
  return offsets;
}

/** What a case of these paths is called: by the first, and how many more there are. */
export function titleOf(paths: readonly string[]): string {
  const [first, ...others] = paths.map((path) => visibleName(basename(resolve(path))));
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function describeNothing({ files, problems }: Pick<ImportedEvidence, 'files' | 'problems'>): string {
  const lines = [
    ...files.map(({ path, format, bytes, problems: [first] }) => {
      const why = first === undefined ? '' : `. ${first.message}`;
      return `  ${path}: ${FORMAT_WORDS[format]}, ${bytes} bytes${why}`;
    }),
    ...problems.map((problem) => `  ${problem.path}: ${problem.message}`),
  ];
  if (lines.length === 0) return 'Nothing was recognised as evidence: what was given is empty, there is no file in it.';
  const unnamed = lines.length - NAMED_FILES;
  const named = lines.slice(0, NAMED_FILES);
  if (unnamed > 0) named.push(`  and ${unnamed} more`);
  return `Nothing was recognised as evidence. There was:\n${named.join('\n')}`;
}
