import type { ArtifactReport } from '../model/artifact.ts';
import type { CaseEvidence } from '../model/case.ts';
import type { EvidenceFile, EvidenceId } from '../model/evidence.ts';
import type { FileSize } from '../model/host.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import type { WorkerHistory } from '../timeline/incidents.ts';
import type { Operation } from '../timeline/operations.ts';

/**
 * The artifact that the operation was about: the one whose path or size its log lines name, else of those
 * that are the service's own the only one, or the largest. Null when the case has none. `isNamed`: whether the log says so.
 */
export function chooseArtifact(
  evidence: CaseEvidence,
  record: IncidentRecord | null,
  history: WorkerHistory,
  isOwn: (id: EvidenceId) => boolean,
): { readonly report: ArtifactReport; readonly index: number; readonly isNamed: boolean } | null {
  const operation = record === null ? history.latestOperation : record.operation;
  let best: { report: ArtifactReport; index: number; score: number; isNamed: boolean } | null = null;
  evidence.artifacts.forEach((report, index) => {
    const score = matchScore(report, operation);
    // What the log names is the artifact, wherever it was saved.
    if (score < 3 && !isOwn(report.evidenceId)) return;
    if (best === null || score > best.score || (score === best.score && report.bytes > best.report.bytes)) {
      best = { report, index, score, isNamed: score >= 1 };
    }
  });
  return best;
}

function matchScore(report: ArtifactReport, operation: Operation | null): number {
  let score = 0;
  for (const { reading } of operation?.lines ?? []) {
    if (reading.bytes === report.bytes) score = Math.max(score, 4);
    if (reading.path !== null) score = Math.max(score, commonTail(report.path, reading.path));
  }
  return report.isJUnit ? score + 0.5 : score;
}

/** 3 when one path ends in the whole other, 1 when only the file names agree, else 0. */
function commonTail(path: string, logged: string): number {
  const a = path.split('/');
  const b = logged.split('/').filter((part) => part !== '' && part !== '.');
  if (a.at(-1) !== b.at(-1)) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let back = 1; back <= shorter; back += 1) if (a.at(-back) !== b.at(-back)) return 1;
  return 3;
}

/** Size and record count of what the operation read, from the artifact itself or else from the log's own words. */
export interface ArtifactFigures {
  readonly bytes: number | null;
  readonly testcases: number | null;
  readonly from: 'artifact' | 'file' | 'log' | 'listing';
  /** The row of `ls` or `du` that `bytes` is from, when it is. */
  readonly listed: FileSize | null;
  /** The file that the operation's lines name, where it was saved and is no artifact that is read; its bytes are `bytes`. */
  readonly saved: EvidenceFile | null;
}

/**
 * What is known of the artifact's size; when it was not saved, the log's words serve, and where the log states no size a
 * row of `ls` or `du` for the file that the log names. A file of any other kind that was saved has the size that it has.
 */
export function artifactFigures(
  report: ArtifactReport | null,
  operation: Operation | null,
  fileSizes: readonly FileSize[] = [],
  files: readonly EvidenceFile[] = [],
): ArtifactFigures | null {
  if (report !== null) {
    const testcases = report.isJUnit ? report.testcases : null;
    return { bytes: report.bytes, testcases, from: 'artifact', listed: null, saved: null };
  }
  const readings = (operation?.lines ?? []).map((line) => line.reading);
  const bytes = statedBytes(operation);
  const testcases = maxOf(readings.map((reading) => reading.records));
  const saved = savedFile(operation, files);
  if (saved !== null) return { bytes: saved.bytes, testcases, from: 'file', listed: null, saved };
  // What lay on the disk is what was read, whatever the log believed; a rounded size says no more than the log.
  const found = listedSize(operation, fileSizes);
  const listed =
    bytes === null || (found !== null && found.precision === 'exact' && isOther(found.bytes, bytes)) ? found : null;
  if (listed !== null) return { bytes: listed.bytes, testcases, from: 'listing', listed, saved: null };
  return bytes === null && testcases === null ? null : { bytes, testcases, from: 'log', listed: null, saved: null };
}

/** A shorter name may be a word. */
const SHORTEST_NAME = 5;
/** What parts the name of a file from the words around it, the folders before it and a full stop behind it. */
const NO_NAME = /[\s"'`()<>[\]{},;:=|\\/«»“”„‘’]+|\.(?=\s|$)/u;
const isDotted = (word: string): boolean => word.includes('.');

/** The file of no kind that is read whose name stands in the operation's lines, the longest name first. */
function savedFile(operation: Operation | null, files: readonly EvidenceFile[]): EvidenceFile | null {
  const lines = operation?.lines ?? [];
  if (!files.some(({ format }) => format === 'unknown')) return null;
  // Once for all files: there may be thousands of either.
  const words = new Set(lines.flatMap(({ text, fields }) => `${text} ${fields}`.split(NO_NAME).filter(isDotted)));
  const isNamed = (name: string): boolean =>
    words.has(name) ||
    (NO_NAME.test(name) && lines.some(({ text, fields }) => text.includes(name) || fields.includes(name)));
  let best: { readonly file: EvidenceFile; readonly name: string } | null = null;
  for (const file of files) {
    const name = file.path.split('/').at(-1) ?? '';
    if (file.format !== 'unknown' || name.length < SHORTEST_NAME || !name.includes('.')) continue;
    if (best !== null && best.name.length >= name.length) continue;
    if (isNamed(name)) best = { file, name };
  }
  return best?.file ?? null;
}

/** The size that the log states of what the work reads: as it begins, fetches or parses it, or names its file; others are of what it makes. */
function statedBytes(operation: Operation | null): number | null {
  return maxOf(
    (operation?.lines ?? []).map(({ reading: { bytes, step, path } }, index) =>
      index === 0 || path !== null || step === 'download' || step === 'parse' ? bytes : null,
    ),
  );
}

/** Sizes further apart than a report grows while it is looked at. */
const OTHER_SIZE_RATIO = 2;

function isOther(one: number, other: number): boolean {
  return Math.max(one, other) > OTHER_SIZE_RATIO * Math.min(one, other);
}

/** The size that the log states, where what was found is another; null where they agree or the log states none. */
export function contradictedSize(figures: ArtifactFigures | null, operation: Operation | null): number | null {
  const stated = statedBytes(operation);
  if (figures === null || figures.bytes === null || figures.from === 'log' || stated === null) return null;
  return isOther(figures.bytes, stated) ? stated : null;
}

/** The row for the file that the operation's lines name, the one with the longest common path first, exact before rounded. */
function listedSize(operation: Operation | null, fileSizes: readonly FileSize[]): FileSize | null {
  const named = (operation?.lines ?? []).map(({ reading }) => reading.path).filter((path) => path !== null);
  let best: { readonly size: FileSize; readonly score: number } | null = null;
  for (const size of fileSizes) {
    if (size.isDirectory) continue;
    const tail = Math.max(0, ...named.map((path) => commonTail(size.path, path)));
    // The same name under another folder is another file: jobs keep their reports under the same name.
    if (tail < 3) continue;
    const score = tail + (size.precision === 'exact' ? 0.5 : 0);
    if (best === null || score > best.score) best = { size, score };
  }
  return best?.size ?? null;
}

function maxOf(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : Math.max(...present);
}
