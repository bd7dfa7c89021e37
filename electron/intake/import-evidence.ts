import { createHash } from 'node:crypto';
import type { ImportRequest, ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import { FORMATS, logFormat } from '../../shared/evidence/formats/table.ts';
import { isCatOfKnown } from '../../shared/evidence/journal/journal-cat.ts';
import { speaksOfAnEnd } from '../../shared/evidence/reading/lines.ts';
import type { DatabaseReport } from '../../shared/model/database.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import type { FileLocation, ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { Progress } from '../../shared/model/job.ts';
import { epochMicros, MICROS_PER_DAY } from '../../shared/model/time.ts';
import { DatabaseChecks } from '../databases/database-checks.ts';
import { copyRank, EntryKeyTable } from '../events/entry-keys.ts';
import { EventTable } from '../events/event-table.ts';
import type { FoundFile } from '../files/inventory.ts';
import { INTAKE_LIMITS, type IntakeLimits } from '../files/limits.ts';
import { baseName, visibleName } from '../files/names.ts';
import { CaseProblems } from '../files/problem-list.ts';
import { stampAt, stampChange } from '../files/read-only.ts';
import type { AtWork } from './at-work.ts';
import { settleClockSteps } from './clock-steps.ts';
import { type EntryIndex, entryIndexOf } from './events/entry-index.ts';
import { EvidenceSink } from './events/evidence-sink.ts';
import { type KeylessLog, keyLate } from './events/late-keys.ts';
import { headText, timeBySharedEntries } from './events/shared-entries.ts';
import { withGivenZone } from './given-zones.ts';
import type { IntakeFile } from './intake-file.ts';
import { readDatabase } from './read-databases.ts';
import { noteChange, noteStop, type ReadFile, readFile, readNativeJournalFile } from './reading/read-evidence.ts';
import { RunControl } from './run-control.ts';
import { SourceBoard } from './source-progress.ts';
import { TakeIn } from './take-in.ts';
import { assumedTime, DATING_ORDERS, datingOrder, doubtfulTime, TimeKnowledge } from './time-plan.ts';

/**
 * Takes in everything that was given: lists, unpacks, hashes, identifies and parses it. Evidence is only ever read; unpacked
 * copies go to the request's spool folder. Bad evidence becomes problems, never an exception; throws MissingInput when a
 * given path does not exist, and the file system's error when the spool cannot be written.
 *
 * `steering` reaches into the run: `control` brings what is to be stopped or taken in too, `taken` is told of each batch that
 * was. The case is the same as if everything had been given at once, which is why nothing is taken in once a file is being
 * read that others date, or a database that others complete.
 */
export async function readGivenEvidence(
  request: ImportRequest,
  report: (progress: Progress) => void,
  limits: IntakeLimits = INTAKE_LIMITS,
  steering: ImportSteering = {},
): Promise<ImportedEvidence> {
  const problems = new CaseProblems(limits.problems * 10);
  const control = steering.control ?? new RunControl();
  const { atWork = null } = steering;
  const { omitted = new Map() } = request;
  const board = new SourceBoard(control, report, steering.reportIntervalMillis, { atWork, omitted });
  const intake = new TakeIn(request.spoolDirectory, limits, problems, board);
  const takeAdded = async (): Promise<void> => {
    for (let added = control.takeAdded(); added.length > 0; added = control.takeAdded()) {
      for (const { batch, paths } of added) {
        const taken = await intake.added(paths);
        steering.taken?.(batch, taken);
      }
    }
  };
  await intake.given(request.paths);
  await takeAdded();

  const { files } = intake;
  const sink = new EvidenceSink(new EventTable());
  await parseAll(intake, sink, limits, board, takeAdded, request.zones);
  board.rest();
  noteDesktop(files, problems);
  const databases = await readDatabases(intake, limits, board);
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

async function readDatabases(
  { files, groups }: TakeIn,
  limits: IntakeLimits,
  board: SourceBoard,
): Promise<readonly DatabaseReport[]> {
  const checks = new DatabaseChecks();
  try {
    const databases: DatabaseReport[] = [];
    for (const group of groups) {
      const database = await readDatabase(files, group, limits, board, checks);
      if (database !== null) databases.push(database);
    }
    return databases;
  } finally {
    await checks.close();
    board.rest();
  }
}

/** How a run is reached into while it goes on. */
export interface ImportSteering {
  readonly control?: RunControl;
  /** Told which paths of a batch are now part of the run. */
  readonly taken?: (batch: number, paths: readonly string[]) => void;
  /** Where it is told which source is at work. */
  readonly atWork?: AtWork;
  /** Milliseconds between two reports of progress. */
  readonly reportIntervalMillis?: number;
}

/** Files that date themselves first, with what is added meanwhile, then those that need a year, a zone or more from them. */
async function parseAll(
  intake: TakeIn,
  sink: EvidenceSink,
  limits: IntakeLimits,
  board: SourceBoard,
  takeAdded: () => Promise<void>,
  zones: ZoneChoices | undefined,
): Promise<void> {
  const knowledge = new TimeKnowledge();
  let known: EntryIndex | null = null;
  const keyless: KeylessLog[] = [];
  const read = (file: IntakeFile): ReadFile => {
    const { create, holds } = FORMATS[file.format];
    const dating = knowledge.contextFor(file.told.zoneMinutes, file.found.modified);
    // What dates itself in another source says more of the year than when this file was copied.
    const isDatedByFile = file.found.modified !== null && dating.nearTimeFrom !== 'other-source';
    const base = {
      evidenceId: file.id,
      fileName: visibleName(baseName(file.found.name)),
      ...dating,
      uptimeTies: sink.uptimeTies,
      bootClocks: sink.bootClocks,
      ...(known === null ? {} : { knownEntries: known }),
      ...(file.found.modified === null ? {} : { savedAt: file.found.modified }),
      ...(isDatedByFile ? { notAfter: epochMicros((file.found.modified ?? 0) + MICROS_PER_DAY) } : {}),
      ...(file.told.layout === null ? {} : { layout: file.told.layout }),
      startOffset: 0,
      startLine: 1,
    };
    const shared = known === null || file.told.datesItself ? null : timeBySharedEntries(file, base, known);
    const context = withGivenZone({ ...base, ...shared }, zones, intake.files, file.index);
    if (holds === 'log' && sink.keys === null && (keyless.length > 0 || mayHaveCopies(intake.files))) {
      sink.keys = new EntryKeyTable();
      for (const log of keyless.splice(0)) keyLate(log, sink.keys);
    }
    const firstEvent = sink.table.count;
    const isNative = file.format === 'journal-native';
    const stage = create === null && !isNative ? 'hashing' : 'reading';
    const parsing = create === null ? null : { format: file.format, create, context };
    const report = (bytes: number): boolean => board.reading(file.found, stage, bytes);
    const reading = isNative
      ? readNativeJournalFile(file.found, file.index, context, sink, limits, report)
      : readFile(file.found, file.index, parsing, sink, limits, report);
    board.read(file.found);
    if (holds === 'log' && !isNative) settleClockSteps(file.found, sink.table, firstEvent);
    if (holds === 'log' && sink.keys === null) {
      const { found, format } = file;
      keyless.push({ found, format, context, firstEvent, events: sink.table.count - firstEvent });
    }
    if (create !== null || isNative) file.records = reading.records;
    file.time = reading.time;
    const assumed = assumedTime(reading.time);
    if (assumed !== null) file.found.problems.add({ kind: 'assumed-time', message: assumed, byteOffset: null });
    const doubtful = doubtfulTime(reading.time);
    if (doubtful !== null) file.found.problems.add({ kind: 'assumed-time', message: doubtful, byteOffset: null });
    return reading;
  };

  const waiting: IntakeFile[] = [];
  // By index: what is added while a file is read comes behind the others.
  for (let index = 0; index < intake.files.length; index += 1) {
    const file = intake.files[index];
    if (file === undefined) continue;
    if (file.found.archive !== null && file.found.sha256 !== null) continue;
    // A database is read with what lies beside it, when nothing can be added to it any more.
    if (!mayBelongToDatabase(file)) {
      noteEmpty(file);
      noteNotUnpacked(file);
      if (file.format === 'unknown' || (FORMATS[file.format].create !== null && !file.told.datesItself))
        waiting.push(file);
      else if (!skipStopped(file, board)) knowledge.learn(file.format, file.told.zoneMinutes, read(file).span);
    }
    await takeAdded();
  }
  const grouped = new Set(intake.groups.flatMap(({ main, wal, journal, shm }) => [main, wal, journal, shm]));
  // A sidecar without its database is a file like any other.
  for (const file of intake.files) {
    if (!mayBelongToDatabase(file) || grouped.has(file.index)) continue;
    noteEmpty(file);
    if (file.format === 'unknown') noteUnrecognised(file);
    noteLoneSidecar(file);
    if (!skipStopped(file, board)) read(file);
  }
  for (const order of DATING_ORDERS) {
    const next = waiting.filter((file) => datingOrder(file.format) === order);
    if (next.length > 0 && sink.keys !== null) known = entryIndexOf(sink.table, sink.keys);
    for (const file of next) {
      if (file.format === 'unknown') recognise(file, known);
      if (!skipStopped(file, board)) read(file);
    }
  }
}

/** Whether entries may stand in two of these files. A text without stamps may turn out to be a second log. */
function mayHaveCopies(files: readonly IntakeFile[]): boolean {
  const logs = files.filter((file) => logFormat(file.format) !== null).length;
  return logs > 1 || files.some((file) => file.format === 'unknown');
}

/** Whether a file is a database or part of one, or becomes so when its database is added: an empty `-wal` has no content. */
function mayBelongToDatabase({ format, found }: IntakeFile): boolean {
  if (format === 'unknown' || format === 'empty') return /-(?:wal|shm|journal)$/.test(found.name);
  return FORMATS[format].holds === 'database' || FORMATS[format].holds === 'database-part';
}

/** Whether a file is left out, or was stopped before its turn; it is then not opened at all. */
function skipStopped(file: IntakeFile, board: SourceBoard): boolean {
  if (board.begin(file.found) !== null) {
    board.read(file.found);
    return true;
  }
  if (!board.isStopped(file.found)) return false;
  noteStop(file.found, 0, file.found.sha256 === null);
  board.read(file.found);
  return true;
}

/** A text that matches no format may be journalctl's `cat`: that shows only beside the same entries in another source. */
function recognise(file: IntakeFile, known: EntryIndex | null): void {
  if (known !== null && isCatOfKnown(headText(file.found), known)) file.format = 'journal-cat';
  else noteUnrecognised(file);
}

function noteUnrecognised(file: IntakeFile): void {
  const { why, begins } = file.told;
  const message = `No format Inquest reads: it ${why}. It was hashed and listed; it begins with ${begins}.`;
  file.found.problems.add({ kind: 'unrecognised', message, byteOffset: null });
  if (!LOG_NAME.test(file.found.name)) return;
  const lines = headText(file.found).split('\n');
  file.found.problems.graveLines += lines.filter(speaksOfAnEnd).length;
}

/** Names under which logs are saved; notes and scripts speak of ends too. */
const LOG_NAME = /\.(?:log|txt|out|err|jsonl?)(?:\.\d+)?$|(?:^|\/)(?:syslog|messages|std(?:out|err)|console)[^/]*$/i;

/** A `-wal` holds the pages that changed and a `-journal` those that were to be restored: neither is a database. */
function noteLoneSidecar(file: IntakeFile): void {
  if (FORMATS[file.format].holds !== 'database-part') return;
  const name = baseName(file.found.name).replace(/-(?:wal|shm|journal)$/, '');
  const message = `The database it belongs to (${visibleName(name)}, in the same folder) was not given, and by itself it cannot be read. Add both, copied at the same time.`;
  file.found.problems.add({ kind: 'unreadable', message, byteOffset: null });
}

/** One notice for all: an archive made on macOS has such a file beside each of its own. */
function noteDesktop(files: readonly IntakeFile[], problems: CaseProblems): void {
  const [first, ...others] = files.filter(({ format }) => format === 'desktop');
  if (first === undefined) return;
  const more =
    others.length === 0 ? '' : ` So ${others.length === 1 ? 'is 1 other file' : `are ${others.length} other files`}.`;
  problems.add(first.path, 'unrecognised', `No evidence: it ${first.told.why}.${more} All were hashed and listed.`);
}

function noteEmpty(file: IntakeFile): void {
  if (file.format !== 'empty') return;
  file.found.problems.add({ kind: 'empty', message: 'The file has no content.', byteOffset: null });
}

/** What looks like an archive and could not be taken apart from its first block on; why not is told where it is known. */
function noteNotUnpacked({ format, found }: IntakeFile): void {
  if (FORMATS[format].holds !== 'archive' || found.archive !== null || found.problems.count > 0) return;
  const message = 'It looks like an archive, but its first header is damaged: nothing was unpacked. Copy it again.';
  found.problems.add({ kind: 'damaged-archive', message, byteOffset: 0 });
}

function describe(files: readonly IntakeFile[]): EvidenceFile[] {
  const idOf = new Map(files.map((file) => [file.found, file.id]));
  const folders = new Set(files.filter(({ found }) => !found.givenItself).map(({ found }) => found.given));
  return files.map(({ found, id, path, format, told, records, time }) => ({
    id,
    path,
    format,
    bytes: found.bytes,
    // A file that could not be opened a second time has no bytes that could be vouched for: the hash is that of nothing.
    sha256: found.sha256 ?? createHash('sha256').digest('hex'),
    ...hashedPart(found),
    modified: found.modified,
    ...(found.givenItself || folders.size < 2 ? {} : { given: found.given }),
    containerId: found.container === null ? null : (idOf.get(found.container) ?? null),
    records,
    time,
    ...(told.zoneMinutes === null ? {} : { printedOffsetMinutes: told.zoneMinutes }),
    ...(told.carriers.length === 0 ? {} : { carriers: told.carriers }),
    ...(found.problems.unreadLines === 0 ? {} : { unreadLines: found.problems.unreadLines }),
    ...(found.problems.graveLines === 0 ? {} : { graveLines: found.problems.graveLines }),
    problems: found.problems.list,
    problemCount: found.problems.count,
  }));
}

function hashedPart({ sha256, hashedBytes, bytes }: FoundFile): { readonly hashedBytes?: number } {
  if (sha256 === null) return bytes === 0 ? {} : { hashedBytes: 0 };
  return hashedBytes === null ? {} : { hashedBytes };
}
