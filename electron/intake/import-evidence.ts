import { createHash } from 'node:crypto';
import type {
  FileLocation,
  ImportedEvidence,
  ImportRequest,
  Progress,
  ZoneChoices,
} from '../../shared/contract/worker-protocol.ts';
import { isCatOfKnown } from '../../shared/evidence/journal-cat.ts';
import { PARSERS } from '../../shared/evidence/parsers.ts';
import type { DatabaseReport } from '../../shared/model/database.ts';
import {
  type EvidenceFile,
  type EvidenceFormat,
  isLogFormat,
  type TimeResolution,
} from '../../shared/model/evidence.ts';
import { type EntryIndex, entryIndexOf } from './entry-index.ts';
import { copyRank, EntryKeyTable } from './entry-keys.ts';
import { EventTable } from './event-table.ts';
import { withGivenZone } from './given-zones.ts';
import { type DatabaseGroup, groupDatabases, type Identified, identify } from './identify.ts';
import { inspectDatabase } from './inspect-database.ts';
import { type FoundFile, listGiven } from './inventory.ts';
import { INTAKE_LIMITS, type IntakeLimits } from './limits.ts';
import { baseName, visibleName } from './names.ts';
import { CaseProblems } from './problem-list.ts';
import { EvidenceSink, type FileReading, noteChange, readFile, readNativeJournalFile } from './read-evidence.ts';
import { EvidenceReader, failureReason, stampAt, stampChange } from './read-only.ts';
import { headText, timeBySharedEntries } from './shared-entries.ts';
import { shownPaths } from './shown-paths.ts';
import { Spool } from './spool.ts';
import { assumedTime, DATING_ORDERS, datingOrder, doubtfulTime, TimeKnowledge } from './time-plan.ts';
import { Unpacker } from './unpack.ts';

/** A found file with all that is learned about it on the way. */
interface IntakeFile {
  readonly found: FoundFile;
  readonly index: number;
  readonly id: string;
  readonly path: string;
  /** That of a text without stamps is only known when others have been read. */
  format: EvidenceFormat;
  readonly told: Identified;
  records: number;
  time: TimeResolution | null;
}

/**
 * Takes in everything that was given: lists, unpacks, hashes, identifies and parses it. Evidence is only ever read; unpacked
 * copies go to the request's spool folder. Bad evidence becomes problems, never an exception; throws MissingInput when a
 * given path does not exist, and the file system's error when the spool cannot be written.
 */
export async function readGivenEvidence(
  request: ImportRequest,
  report: (progress: Progress) => void,
  limits: IntakeLimits = INTAKE_LIMITS,
): Promise<ImportedEvidence> {
  const problems = new CaseProblems(limits.problems * 10);
  const found = await listAndUnpack(request, report, limits, problems);
  const { files, groups } = identifyAll(found, request.paths, problems);

  // A single log has no copies: its events need no keys. A text without stamps may turn out to be a second one.
  const logs = files.filter((file) => isLogFormat(file.format)).length;
  const canMerge = logs > 1 || (logs === 1 && files.some((file) => file.format === 'unknown'));
  const sink = new EvidenceSink(new EventTable(), canMerge ? new EntryKeyTable() : null);
  const work = new WorkMeter(files, report);
  parseAll(files, groups, sink, limits, work, request.zones);
  const databases: DatabaseReport[] = [];
  for (const group of groups) {
    const database = await readDatabase(files, group, limits, work);
    if (database !== null) databases.push(database);
  }
  for (const { found } of files) {
    const now = found.stamp === null ? null : stampAt(found.absolutePath);
    if (found.stamp === null) continue;
    const change = now === null ? 'it is no longer there' : stampChange(found.stamp, now);
    if (change !== null) noteChange(found, change);
  }
  return {
    files: describe(files),
    locations: files.map(({ found }): FileLocation | null =>
      found.archive === null ? { absolutePath: found.absolutePath } : null,
    ),
    problems: problems.list(),
    columns: sink.table.finish(
      sink.keys === null ? null : { keys: sink.keys, rank: files.map((file) => copyRank(file.format)) },
    ),
    processes: sink.processes,
    vmstat: sink.vmstat,
    hostMemory: sink.hostMemory,
    configs: sink.configs,
    databases,
    host: sink.host,
  };
}

async function listAndUnpack(
  request: ImportRequest,
  report: (progress: Progress) => void,
  limits: IntakeLimits,
  problems: CaseProblems,
): Promise<FoundFile[]> {
  const entries = { count: 0 };
  const listed = listGiven(request.paths, limits, entries, problems);
  const totalBytes = listed.reduce((sum, file) => sum + file.bytes, 0);
  let doneBytes = 0;
  const unpacker = new Unpacker({
    limits,
    spool: new Spool(request.spoolDirectory),
    entries,
    problems,
    files: listed.length,
    report: (file, readBytes) =>
      report({
        stage: 'unpacking',
        item: visibleName(file.name),
        doneBytes: doneBytes + (file.container === null ? readBytes : 0),
        totalBytes,
      }),
  });
  const found: FoundFile[] = [];
  for (const file of listed) {
    found.push(...(await unpacker.expand(file)));
    doneBytes += file.bytes;
  }
  return found;
}

function identifyAll(
  found: readonly FoundFile[],
  givenPaths: readonly string[],
  problems: CaseProblems,
): { readonly files: IntakeFile[]; readonly groups: DatabaseGroup[] } {
  const readable: { readonly found: FoundFile; readonly told: Identified }[] = [];
  for (const file of found) {
    try {
      readable.push({ found: file, told: identify(file) });
    } catch (thrown) {
      problems.add(visibleName(file.name), 'unreadable', `It cannot be read: ${failureReason(thrown)}.`);
    }
  }
  const formats = readable.map(({ told }) => told.format);
  const sources = readable.map((file) => file.found);
  const groups = groupDatabases(sources, formats);
  const paths = shownPaths(sources, givenPaths);
  const files = readable.map(
    ({ found, told }, index): IntakeFile => ({
      found,
      index,
      id: `e${index + 1}`,
      path: paths[index] ?? '',
      format: formats[index] ?? told.format,
      told,
      records: found.members,
      time: null,
    }),
  );
  return { files, groups };
}

/** Files that date themselves first, then those that need a year, a zone or more from them. */
function parseAll(
  files: readonly IntakeFile[],
  groups: readonly DatabaseGroup[],
  sink: EvidenceSink,
  limits: IntakeLimits,
  work: WorkMeter,
  zones: ZoneChoices | undefined,
): void {
  const grouped = new Set(groups.flatMap(({ main, wal, journal }) => [main, wal, journal]));
  const knowledge = new TimeKnowledge();
  let known: EntryIndex | null = null;
  const paths = files.map(({ path }) => path);
  const read = (file: IntakeFile): FileReading => {
    const create = PARSERS[file.format] ?? null;
    const base = {
      evidenceId: file.id,
      fileName: visibleName(baseName(file.found.name)),
      ...knowledge.contextFor(file.told.zoneMinutes, file.found.modified),
      uptimeTies: sink.uptimeTies,
      bootClocks: sink.bootClocks,
      ...(known === null ? {} : { knownEntries: known }),
      startOffset: 0,
      startLine: 1,
    };
    const shared = known === null || file.told.datesItself ? null : timeBySharedEntries(file, base, known);
    const context = withGivenZone({ ...base, ...shared }, zones, paths, file.index);
    const isNative = file.format === 'journal-native';
    const stage = create === null && !isNative ? 'hashing' : 'reading';
    const parsing = create === null ? null : { format: file.format, create, context };
    const report = (bytes: number): void => work.at(file, stage, bytes);
    const reading = isNative
      ? readNativeJournalFile(file.found, file.index, context, sink, limits, report)
      : readFile(file.found, file.index, parsing, sink, limits, report);
    work.done(file);
    if (create !== null || isNative) file.records = reading.records;
    file.time = reading.time;
    const assumed = assumedTime(reading.time);
    if (assumed !== null) file.found.problems.add({ kind: 'assumed-time', message: assumed, byteOffset: null });
    const doubtful = doubtfulTime(reading.time);
    if (doubtful !== null) file.found.problems.add({ kind: 'assumed-time', message: doubtful, byteOffset: null });
    return reading;
  };

  const waiting: IntakeFile[] = [];
  for (const file of files) {
    if (file.found.archive !== null && file.found.sha256 !== null) continue;
    if (grouped.has(file.index)) continue;
    if (file.format === 'empty') {
      file.found.problems.add({ kind: 'empty', message: 'The file has no content.', byteOffset: null });
    }
    if (file.format === 'unknown' || (PARSERS[file.format] !== undefined && !file.told.datesItself)) waiting.push(file);
    else knowledge.learn(file.format, file.told.zoneMinutes, read(file).span);
  }
  for (const order of DATING_ORDERS) {
    const next = waiting.filter((file) => datingOrder(file.format) === order);
    if (next.length > 0 && sink.keys !== null) known = entryIndexOf(sink.table, sink.keys);
    for (const file of next) {
      if (file.format === 'unknown') recognise(file, known);
      read(file);
    }
  }
}

/** A text that matches no format may be journalctl's `cat`: that shows only beside the same entries in another source. */
function recognise(file: IntakeFile, known: EntryIndex | null): void {
  if (known !== null && isCatOfKnown(headText(file.found), known)) {
    file.format = 'journal-cat';
    return;
  }
  const { why, begins } = file.told;
  const message = `No format Inquest reads: it ${why}. It was hashed and listed; it begins with ${begins}.`;
  file.found.problems.add({ kind: 'unrecognised', message, byteOffset: null });
}

async function readDatabase(
  files: readonly IntakeFile[],
  group: DatabaseGroup,
  limits: IntakeLimits,
  work: WorkMeter,
): Promise<DatabaseReport | null> {
  const main = files[group.main];
  if (main === undefined) return null;
  const parts = [main, group.wal, group.journal].map((part) => (typeof part === 'number' ? files[part] : part));
  const [mainBytes, walBytes, journalBytes] = parts.map((part) =>
    part === null || part === undefined ? null : wholeFile(part, limits, work),
  );
  // With a part missing, what is left would be another state of the database than the one that was collected.
  if (mainBytes === null || mainBytes === undefined) return null;
  const [, wal, journal] = parts;
  const beside = (part: IntakeFile | null | undefined, bytes: Uint8Array | null | undefined) =>
    part && bytes ? { evidenceId: part.id, bytes } : null;
  try {
    const { report, problems } = await inspectDatabase({
      evidenceId: main.id,
      path: main.path,
      main: mainBytes,
      wal: beside(wal, walBytes),
      journal: beside(journal, journalBytes),
      hasShm: group.shm !== null,
    });
    for (const problem of problems) main.found.problems.add(problem);
    main.records = report === null ? 0 : rowsOf(report);
    return report;
  } catch (thrown) {
    const message = `The database could not be inspected: ${failureReason(thrown)}.`;
    main.found.problems.add({ kind: 'damaged-database', message, byteOffset: null });
    return null;
  }
}

/** Rows of the service's own tables: `sqlite_schema` and its like are SQLite's. */
function rowsOf(report: DatabaseReport): number {
  const tables = report.tables.filter(({ type, name }) => type === 'table' && !name.startsWith('sqlite_'));
  return tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
}

/** A file's bytes, hashed on the way; null (with a problem) when it is too large to hold or cannot be read. */
function wholeFile(file: IntakeFile, limits: IntakeLimits, work: WorkMeter): Uint8Array | null {
  const { found } = file;
  try {
    if (found.bytes > limits.databaseBytes) {
      const message = `Databases of more than ${limits.databaseBytes} bytes are hashed but not inspected.`;
      found.problems.add({ kind: 'limit-exceeded', message, byteOffset: null });
      const sink = new EvidenceSink(new EventTable());
      readFile(found, file.index, null, sink, limits, (bytes) => work.at(file, 'hashing', bytes));
      return null;
    }
    work.at(file, 'database', 0);
    const reader = new EvidenceReader(found.absolutePath);
    try {
      const bytes = reader.at(0, reader.stamp.bytes);
      found.sha256 ??= createHash('sha256').update(bytes).digest('hex');
      const change = reader.changed();
      if (change !== null) noteChange(found, change);
      return bytes;
    } finally {
      reader.close();
    }
  } catch (thrown) {
    const message = `It cannot be read: ${failureReason(thrown)}.`;
    found.problems.add({ kind: 'unreadable', message, byteOffset: null });
    return null;
  } finally {
    work.done(file);
  }
}

function describe(files: readonly IntakeFile[]): EvidenceFile[] {
  const idOf = new Map(files.map((file) => [file.found, file.id]));
  return files.map(({ found, id, path, format, told, records, time }) => ({
    id,
    path,
    format,
    bytes: found.bytes,
    // A file that could not be opened a second time has no bytes that could be vouched for: the hash is that of nothing.
    sha256: found.sha256 ?? createHash('sha256').digest('hex'),
    modified: found.modified,
    containerId: found.container === null ? null : (idOf.get(found.container) ?? null),
    records,
    time,
    ...(told.zoneMinutes === null ? {} : { printedOffsetMinutes: told.zoneMinutes }),
    problems: found.problems.list,
    problemCount: found.problems.count,
  }));
}

/** Progress over all files that are hashed, parsed or inspected. */
class WorkMeter {
  readonly #report: (progress: Progress) => void;
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(files: readonly IntakeFile[], report: (progress: Progress) => void) {
    this.#report = report;
    this.#totalBytes = files.reduce((sum, file) => sum + (file.found.archive === null ? file.found.bytes : 0), 0);
  }

  at(file: IntakeFile, stage: Progress['stage'], bytes: number): void {
    const doneBytes = Math.min(this.#totalBytes, this.#doneBytes + bytes);
    this.#report({ stage, item: file.path, doneBytes, totalBytes: this.#totalBytes });
  }

  done(file: IntakeFile): void {
    if (file.found.archive === null) this.#doneBytes += file.found.bytes;
  }
}
