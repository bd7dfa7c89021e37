import { splitInnerHeader } from '../evidence/wording/inner-header.ts';
import {
  type Incident,
  isTimeLimit,
  type KeyMoment,
  type Killer,
  type Phase,
  type PhaseName,
} from '../model/analysis.ts';
import { firstPlaceWhere } from '../model/ascending.ts';
import type { EventKind, EventSource, EvidenceEvent, Place } from '../model/event.ts';
import { SUPERVISORS, type SupervisorTraits } from '../model/supervisor.ts';
import { addSeconds, type EpochMicros, epochMicros, secondsBetween } from '../model/time.ts';
import { type Death, deathsOf } from './deaths.ts';
import { failedWork } from './failed-work.ts';
import { type Habits, habitsOf } from './habits.ts';
import { type Hang, hangsOf, isAmidWork, stoppedCounts } from './hangs.ts';
import type { IncidentRecord } from './incident-record.ts';
import { isKillerProgram, killerWord } from './killers.ts';
import { lastWords } from './last-words.ts';
import { messageTemplate, operationName } from './messages.ts';
import { MomentIndex } from './moment-index.ts';
import { durationOf, OPERATION_KINDS, type Operation, operationsOf } from './operations.ts';
import { ProcessLogs } from './process-logs.ts';
import { refusedRequests } from './refusals.ts';
import { Speakers } from './speakers.ts';
import type { Successions, UsualNext } from './successions.ts';
import { type SupervisedWork, supervisedFailures, supervisedWork } from './supervised-work.ts';
import { spokenOfWorkers } from './supervisor-words.ts';
import { deathsTogether, TOGETHER_SECONDS } from './together.ts';
import type { WorkLines } from './work-lines.ts';
import { type WorkerLife, workerLives } from './workers.ts';

type PlacelessRecord = Omit<IncidentRecord, 'place' | 'usualNext'>;

/** Whether nobody ended it and it did not fail: the operation hangs. */
export function isHang({ death, failure }: IncidentRecord): boolean {
  return death === null && failure === null;
}

/** What the journals show of workers and their work, before anything is concluded. */
export interface WorkerHistory {
  readonly lives: readonly WorkerLife[];
  readonly deaths: readonly Death[];
  /** Every operation of every worker, in order of their start; without lines but for those of incidents. */
  readonly operations: readonly Operation[];
  /** The one that started last, whole; and of those that ended well. */
  readonly latestOperation: Operation | null;
  readonly latestDone: Operation | null;
  readonly incidents: readonly IncidentRecord[];
}

/**
 * Reads lives, deaths, operations and incidents out of a case's events, those of each place by themselves: the same pid in two
 * containers is two processes. `longestTimeout`: for how long a worker may have been silent when it is ended for that, in seconds.
 */
export function workerHistory(events: EventSource, longestTimeout = 0): WorkerHistory {
  const all = events.places.map((place) => historyAt(events.at(place), place, longestTimeout));
  const latestOf = (operations: readonly (Operation | null)[]): Operation | null =>
    operations.reduce((latest, each) => (latest === null || (each?.start ?? 0) >= latest.start ? each : latest), null);
  const records = toldOnce(all.flatMap(({ incidents }) => incidents)).sort((a, b) => a.incident.end - b.incident.end);
  return {
    lives: all.flatMap(({ lives }) => lives).sort((a, b) => a.from - b.from),
    deaths: all.flatMap(({ deaths }) => deaths).sort((a, b) => a.end.time - b.end.time),
    operations: all.flatMap(({ operations }) => operations).sort((a, b) => a.start - b.start),
    latestOperation: latestOf(all.map(({ latestOperation }) => latestOperation)),
    latestDone: latestOf(all.map(({ latestDone }) => latestDone)),
    incidents: numbered(records),
  };
}

/**
 * The kernel speaks of pids of the host, to every place on it: a kill that several places take for their own is told once, at the
 * one whose work it ended.
 */
function toldOnce(records: readonly IncidentRecord[]): IncidentRecord[] {
  const byKill = new Map<string, IncidentRecord>();
  const others: IncidentRecord[] = [];
  for (const record of records) {
    const { killer, pid } = record.death ?? {};
    if (killer?.kind !== 'oom-kill') {
      others.push(record);
      continue;
    }
    const key = `${killer.row} ${pid}`;
    const told = byKill.get(key);
    if (told === undefined || (told.operation === null && record.operation !== null)) byKill.set(key, record);
  }
  return [...others, ...byKill.values()];
}

function historyAt(events: EventSource, place: Place, longestTimeout: number): WorkerHistory {
  const lives = workerLives(events);
  const deaths = deathsOf(lives, events);
  const deathOfLife = new Map<Death['life'], Death>(deaths.map((death) => [death.life, death]));
  const boots = new MomentIndex(
    lives
      .map(({ boot }) => boot)
      .filter((boot) => boot !== null)
      .sort((a, b) => a.row - b.row),
  );
  const habits = habitsOf(events);
  const { successions } = habits;
  const logs = new ProcessLogs(events, new Speakers(events), habits);
  const stray = linesOfNoWorker(lives, events, logs);
  const strays = strayOperations(stray, events, habits);
  const strayOf = strayClaims(deaths, strays);
  const records: PlacelessRecord[] = [];
  const operations: Operation[] = [];
  let latest: Operation | null = null;
  let latestDone: Operation | null = null;
  const keep = (own: readonly Operation[], diedWith: Operation | null): void => {
    for (const operation of own) {
      const failed = operation.outcome === 'failed' && operation !== diedWith;
      if (failed) records.push(failureRecord(operation));
      if (latest === null || operation.start >= latest.start) latest = operation;
      const isDone = operation.outcome === 'done';
      if (isDone && (latestDone === null || operation.start >= latestDone.start)) latestDone = operation;
      operations.push(failed || operation === diedWith ? operation : operation.withoutLines());
    }
  };
  for (const life of lives) {
    const to = life.until === null ? FOREVER : epochMicros(life.until - 1);
    const own = operationsOf(logs.ofPid(life.pid, life.boot?.time ?? BEGINNING, to), habits);
    const death = deathOfLife.get(life);
    const diedWith =
      death === undefined
        ? null
        : (openAt(own, death) ??
          besideEnd(strayOf.get(death), death) ??
          wordsAt(life, death, events, habits, longestTimeout) ??
          strayOf.get(death) ??
          strayWordsAt(death, deaths, stray.ofNobody, habits, longestTimeout));
    if (death !== undefined) records.push(deathRecord(death, diedWith, boots, supervisedWork(death, events)));
    keep(own, diedWith);
  }
  const known = new Set<Death['life']>(lives);
  for (const death of deaths) {
    if (known.has(death.life)) continue;
    const isSupervised = death.end.detail.supervisor !== undefined;
    const diedWith =
      strayOf.get(death) ?? (isSupervised ? strayWordsAt(death, deaths, stray.ofNobody, habits, longestTimeout) : null);
    records.push(deathRecord(death, diedWith, boots, supervisedWork(death, events)));
  }
  const diedWith = new Set(records.map((record) => record.operation));
  for (const operation of strays) keep([operation], diedWith.has(operation) ? operation : null);
  for (const operation of failedElsewhere(stray.ofNobody, lives, events, logs, habits, [...operations, ...diedWith])) {
    keep([operation], null);
  }
  for (const operation of supervisedFailures(events)) {
    const isKnown = operations.some(
      ({ start, end, outcome }) => outcome === 'failed' && start <= operation.end && operation.end <= end,
    );
    if (!isKnown) keep([operation], null);
  }
  for (const operation of refusedElsewhere(events, operations, deaths)) keep([operation], null);
  operations.sort((a, b) => a.start - b.start);
  // An arbiter that was stopped or started meanwhile ends its workers, whatever they were at.
  const endings = new MomentIndex(spokenOfWorkers(events, ['arbiter-start', 'arbiter-stop', 'arbiter-signal']));
  for (const hang of hangsOf(operations, lives, events)) {
    const { operation, seenUntil } = hang;
    if (diedWith.has(operation) || endings.countWithin(operation.start, seenUntil) > 0) continue;
    const whole = wholeOperation(operation, logs, habits);
    if (whole === null || !isAmidWork(whole)) continue;
    records.push(hangRecord({ operation: whole, seenUntil }));
    operations[operations.indexOf(operation)] = whole;
  }
  if (deaths.length === 0) {
    const logEnd = ({ source, time }: EvidenceEvent): EpochMicros => events.span(source.evidenceId)?.to ?? time;
    for (const hang of stoppedCounts(stray.ofNobody, logEnd, habits)) {
      const { start, end } = hang.operation;
      const isTold = records.some(
        ({ incident }) => incident.pid === null && incident.start <= end && incident.end >= start,
      );
      if (isTold || endings.countWithin(start, hang.seenUntil) > 0) continue;
      records.push(hangRecord(hang));
    }
  }
  const incidents = records.map((record) => ({ ...record, place, usualNext: usuallyNext(record, successions) }));
  return { lives, deaths, operations, latestOperation: latest, latestDone, incidents };
}

/** Failures that an error tells of by what it names, beside the work that is known. */
function failedElsewhere(
  ofNobody: WorkLines,
  lives: readonly WorkerLife[],
  events: EventSource,
  logs: ProcessLogs,
  habits: Habits,
  operations: readonly (Operation | null)[],
): readonly Operation[] {
  const errors = events.rowsOfSeverities(['err', 'crit', 'alert'], MOST_ERRORS);
  const withErrors = new Set(Array.from(errors, (row) => events.pidOf(row)));
  const byPid = new Map<number | null, Operation[]>([...withErrors].map((pid) => [pid, []]));
  for (const operation of operations) if (operation !== null) byPid.get(operation.pid)?.push(operation);
  const isKnown = ({ pid, time }: EvidenceEvent): boolean =>
    byPid.get(pid)?.some(({ start, end }) => start <= time && time <= end) === true;
  const ofWorkers = lives
    .filter(({ pid }) => withErrors.has(pid))
    .map(({ pid, boot, until }) =>
      logs.ofPid(pid, boot?.time ?? BEGINNING, until === null ? FOREVER : epochMicros(until - 1)),
    );
  return [...ofWorkers, ofNobody].flatMap((lines) => failedWork(lines, lines.placesOf(errors), habits, isKnown));
}

const MOST_ERRORS = 20_000;

/** An error that shortly before an end was told is a sign of what led to it, and no incident of its own. */
const BEFORE_AN_END_SECONDS = 300;

/** Requests that were refused memory or a lock, beside the work that is known and what led to an end. */
function refusedElsewhere(
  events: EventSource,
  operations: readonly Operation[],
  deaths: readonly Death[],
): readonly Operation[] {
  const isOfEnd = ({ pid, time }: EvidenceEvent): boolean =>
    deaths.some(
      (death) =>
        (death.pid === pid || pid === null) &&
        Math.abs(secondsBetween(time, death.timeout?.time ?? death.end.time)) <= BEFORE_AN_END_SECONDS,
    );
  const isOfWork = ({ pid, time }: EvidenceEvent): boolean =>
    operations.some((operation) => operation.pid === pid && operation.start <= time && time <= operation.end);
  const errors = events.ofKinds(['worker-error', 'traceback', 'database-locked']);
  return refusedRequests(errors).filter(({ lines }) => lines.every(({ event }) => !isOfEnd(event) && !isOfWork(event)));
}

/** The records with their ids, and those of one moment with the ids of one another. */
function numbered(records: readonly IncidentRecord[]): readonly IncidentRecord[] {
  const idOf = (place: number): string => `i${place + 1}`;
  const company = new Map<number, readonly string[]>();
  for (const group of deathsTogether(records)) {
    for (const place of group) company.set(place, group.filter((each) => each !== place).map(idOf));
  }
  return records.map((record, place) => {
    const together = company.get(place);
    const incident = {
      ...record.incident,
      id: idOf(place),
      ...(together === undefined ? {} : { together }),
      ...(record.place === null ? {} : { place: record.place }),
    };
    return { ...record, incident };
  });
}

/** The operation with its lines, which are let go while all of them are read. */
function wholeOperation({ pid, start, end }: Operation, logs: ProcessLogs, habits: Habits): Operation | null {
  if (pid === null) return null;
  return operationsOf(logs.ofPid(pid, start, end), habits).find((operation) => operation.start === start) ?? null;
}

/** What usually follows the last line of the work that a worker was ended in; null where nothing is usual. */
function usuallyNext({ operation, death }: PlacelessRecord, successions: Successions): UsualNext | null {
  if (operation === null || death === null) return null;
  const until = death.timeout?.time ?? death.end.time;
  const last = operation.lines.findLast(({ event }) => event.time <= until);
  return last === undefined ? null : (successions.get(messageTemplate(last.text)) ?? null);
}

const BEGINNING = epochMicros(0);
const FOREVER = epochMicros(Number.MAX_SAFE_INTEGER);

/** A record that tells of a step of work is short, with all its fields; a longer line is a dump, and there may be gigabytes of them. */
const LONGEST_STEP_BYTES = 16 * 1024;

/** What only the arbiter itself says. */
const ARBITER_KINDS = [
  'arbiter-start',
  'arbiter-signal',
  'arbiter-stop',
  'worker-timeout',
  'worker-sigkill',
] as const satisfies readonly EventKind[];

/** Who runs the host: what fails it is no work of a service. */
const HOST_ITSELF = /^(?:audit|kernel|init|systemd(?:-[a-z-]+)?|\(systemd\))$/;

/**
 * httpd's error log, which told no pid before 2.4: where gunicorn serves, it is the proxy. Source:
 * https://httpd.apache.org/docs/2.2/logs.html#errorlog
 */
// [Mon Mar 02 07:01:40 2026] [notice] resuming normal operations
const WEB_SERVER =
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] \[(?:emerg|alert|crit|error|warn|notice|info|debug)\] /;

/** Lines that no worker's pid stands on. */
interface StrayLines {
  /** By the process that wrote them. */
  readonly rows: ReadonlyMap<number | null, Uint32Array>;
  /** Those of some of these rows of one process. */
  readonly linesOf: (rows: Uint32Array, pid: number | null) => WorkLines;
  /** Those that no process stands on. */
  readonly ofNobody: WorkLines;
}

/**
 * Application lines that no worker's pid stands on: plain log files without a pid, an export that begins after the boot, or
 * a collector that puts the arbiter's pid on whatever its pipe brings (containers). They still say what was going on.
 */
function linesOfNoWorker(lives: readonly WorkerLife[], events: EventSource, logs: ProcessLogs): StrayLines {
  const workers = new Set(lives.map((life) => life.pid));
  const arbiters = events.pidsWithKinds(ARBITER_KINDS);
  const isOfService = (event: EvidenceEvent): boolean => {
    if (HOST_ITSELF.test(event.identifier ?? '') || isKillerProgram(event.identifier)) return false;
    if (arbiters.size > 0 && event.pid === null && WEB_SERVER.test(event.message)) return false;
    // What the arbiter says through gunicorn's own logger ("Listening at") is about itself.
    const isArbiters = event.pid !== null && arbiters.has(event.pid);
    return !(isArbiters && splitInnerHeader(event.message)?.style === 'gunicorn');
  };
  const rows = logs.rowsOfOthers(workers, LONGEST_STEP_BYTES);
  const linesOf = (some: Uint32Array, pid: number | null): WorkLines => logs.lines(some, pid, isOfService);
  return { rows, linesOf, ofNobody: linesOf(rows.get(null) ?? new Uint32Array(0), null) };
}

/** The work that those lines tell of. */
function strayOperations({ rows, linesOf }: StrayLines, events: EventSource, habits: Habits): readonly Operation[] {
  const arbiters = events.pidsWithKinds(ARBITER_KINDS);
  const starts = events.ofKinds(['arbiter-start']);
  return [...rows].flatMap(([pid, own]) => {
    // Other services share a journal: of a process that gunicorn does not know, only one that speaks of work in steps counts.
    const ofService = pid === null || arbiters.has(pid);
    return betweenStarts(own, pid, starts, events)
      .flatMap((part) => operationsOf(linesOf(part, pid), habits))
      .filter((operation) =>
        // One line that names nothing may be any program's, in a log that tells no process.
        operation.name === null
          ? operation.stepCount > 0 && (pid !== null || operation.hasLines(2))
          : operation.stepCount > 0 || ofService,
      );
  });
}

/** The lines of a stream between two starts of the arbiter that it holds: none of its work outlives the workers before. */
function betweenStarts(
  rows: Uint32Array,
  pid: number | null,
  starts: readonly EvidenceEvent[],
  events: EventSource,
): readonly Uint32Array[] {
  const parts: Uint32Array[] = [];
  let begin = 0;
  for (const start of starts) {
    if (pid !== null && start.pid !== pid) continue;
    const at = firstPlaceWhere(rows.length, (place) => (rows[place] ?? 0) >= start.row);
    const next = rows[at];
    if (next === undefined) break;
    if (at === begin || start.source.evidenceId !== events.fileOf(next)) continue;
    parts.push(rows.subarray(begin, at));
    begin = at;
  }
  if (begin < rows.length) parts.push(rows.subarray(begin));
  return parts;
}

/**
 * Whose work it was that no pid stands on: of the first worker that died after it had begun. Of several that died in one
 * moment nobody can say which, and it is told of none.
 */
function strayClaims(deaths: readonly Death[], strays: readonly Operation[]): ReadonlyMap<Death, Operation> {
  const claims = new Map<Operation, Death[]>();
  for (const death of deaths) {
    const named = strays.filter((operation) => namesPid(operation, death.pid));
    const operation = openAt(named.length > 0 ? named : strays, death);
    if (operation === null) continue;
    const known = claims.get(operation);
    if (known === undefined) claims.set(operation, [death]);
    else known.push(death);
  }
  return new Map(
    [...claims].flatMap(([operation, claiming]): (readonly [Death, Operation])[] => {
      const [first, second] = claiming.toSorted((a, b) => endOf(a) - endOf(b));
      if (first === undefined) return [];
      const isShared = second !== undefined && secondsBetween(endOf(first), endOf(second)) <= TOGETHER_SECONDS;
      return isShared ? [] : [[first, operation]];
    }),
  );
}

/** What a worker said longer ago it may have done since, and begun other work without a word. */
const LAST_WORDS_SECONDS = 180;
/** Between its last heartbeat and what it said at the beginning of the request, and from a late one to the arbiter's look. */
const SILENCE_SLACK_SECONDS = 5;
const MOST_LAST_LINES = 400;

const endOf = ({ timeout, end }: Death): EpochMicros => timeout?.time ?? end.time;

/** How long before a death words count as the last, in seconds: a worker that is ended for its silence was silent that long. */
function lastWordsSeconds({ timeout }: Death, longestTimeout: number): number {
  return timeout === null ? LAST_WORDS_SECONDS : Math.max(LAST_WORDS_SECONDS, longestTimeout + SILENCE_SLACK_SECONDS);
}

/** What the last words of a worker say that it was at, where it said them shortly before. */
function wordsAt(
  life: WorkerLife,
  death: Death,
  events: EventSource,
  habits: Habits,
  longestTimeout: number,
): Operation | null {
  const end = endOf(death);
  const born = life.boot?.time ?? BEGINNING;
  const recent = addSeconds(end, -lastWordsSeconds(death, longestTimeout));
  const last = events.lastOfPid(life.pid, recent < born ? born : recent, end, OPERATION_KINDS);
  if (last === null) return null;
  const from = addSeconds(last, -WORK_SECONDS);
  const rows = events.rowsOfPid(life.pid, from < born ? born : from, last, OPERATION_KINDS);
  return lastWords(
    Array.from(rows.subarray(-MOST_LAST_LINES), (row) => events.event(row)),
    habits,
  );
}

/** Lines of one piece of work are looked for so far back from the last of them. */
const WORK_SECONDS = 1_800;

/**
 * What the last words say that no process stands on: of the one worker that died then. Of several in one moment nobody can say
 * which, and it is told of none.
 */
function strayWordsAt(
  death: Death,
  deaths: readonly Death[],
  lines: WorkLines,
  habits: Habits,
  longestTimeout: number,
): Operation | null {
  const end = endOf(death);
  const isShared = deaths.some(
    (other) => other !== death && Math.abs(secondsBetween(endOf(other), end)) <= TOGETHER_SECONDS,
  );
  if (isShared) return null;
  const born = death.life.boot?.time ?? BEGINNING;
  // What stands in the log that tells of the end is the service's own; another file may be of another program.
  const { evidenceId } = (death.timeout ?? death.end).source;
  const isBeside = (place: number): boolean => lines.fileOf(place) === evidenceId;
  const reach = lastWordsSeconds(death, longestTimeout);
  return (
    wordsBefore(lines, { born, end, reach }, habits, isBeside) ??
    wordsBefore(lines, { born, end, reach }, habits, () => true)
  );
}

/** Work that no process stands on, where the log that tells of the end tells of it: another file may be of another program. */
function besideEnd(operation: Operation | undefined, death: Death): Operation | null {
  const file = operation?.lines[0]?.event.source.evidenceId;
  return operation !== undefined && file === (death.timeout ?? death.end).source.evidenceId ? operation : null;
}

/** Places that are looked at before an end for a line that may be of its work. */
const MOST_PLACES = 5_000;

function wordsBefore(
  lines: WorkLines,
  { born, end, reach }: { readonly born: EpochMicros; readonly end: EpochMicros; readonly reach: number },
  habits: Habits,
  counts: (place: number) => boolean,
): Operation | null {
  const from = firstPlaceWhere(lines.length, (place) => lines.timeOf(place) > end) - 1;
  const own: EvidenceEvent[] = [];
  for (let place = from; place >= 0 && from - place < MOST_PLACES && own.length < MOST_LAST_LINES; place -= 1) {
    if (!counts(place)) continue;
    const time = lines.timeOf(place);
    const last = own[0];
    if (time < born || (last !== undefined && secondsBetween(time, last.time) > WORK_SECONDS)) break;
    // A line without a time of its own was said at some moment up to the next that has one.
    if (last === undefined && secondsBetween(time, end) > reach && lines.isTimed(place)) break;
    const line = lines.read(place);
    if (line !== null) own.push(line.event);
  }
  return lastWords(own.reverse(), habits);
}

/** Whether its first line begins with a pid where no header was read: `INFO 7 rates fetching list 4`. */
function namesPid(operation: Operation, pid: number | null): boolean {
  // Nearly none does, and a template tells that without the lines.
  if (!/^\[?#\]?[\s:]/.test(operation.template)) return false;
  const leading = /^\[?(\d{1,7})\]?[\s:]/.exec(operation.lines[0]?.text ?? '')?.[1];
  return leading !== undefined && Number(leading) === pid;
}

/** The operation that was still open when the worker was ended, or that failed in the very moment of its end. */
function openAt(operations: readonly Operation[], death: Death): Operation | null {
  const endTime = death.timeout?.time ?? death.end.time;
  const before = operations.filter((operation) => operation.start <= endTime);
  const last = before.at(-1);
  if (last === undefined) return null;
  // Of threads that take turns, what one began last may be done while the work of another goes on.
  if (last.outcome === 'done') {
    return before.findLast(({ outcome, end }) => outcome === 'open' && end > last.start) ?? null;
  }
  if (last.outcome === 'open') return last;
  const lastLine = last.lines.at(-1);
  return lastLine !== undefined && lastLine.event.time >= addSeconds(endTime, -1) ? last : null;
}

function deathRecord(
  death: Death,
  operation: Operation | null,
  boots: MomentIndex,
  work: SupervisedWork | null,
): PlacelessRecord {
  const end = death.end.time;
  // What begins at no known time gives no stretch a length: it is told as what was going on, from the timeout on.
  const dated = operation?.lines[0]?.event.isUndated === true ? null : operation;
  const start = dated?.start ?? work?.since ?? death.timeout?.time ?? end;
  const incident: Incident = {
    id: '',
    pid: death.pid,
    unit: unitOf(death, operation),
    host: death.end.host,
    operation: nameOfWork(operation, work),
    start,
    ...(operation?.startIsKnown === false ? { startIsBound: 'latest' } : {}),
    end,
    mechanism: death.mechanism,
    phases: phasesOf(start, end, death, dated),
    moments: momentsOf(death, operation, boots),
    killer: killerNamed(death),
  };
  return { incident, death, operation, failure: null };
}

/** What the application calls its work, with what its supervisor calls it. */
function nameOfWork(operation: Operation | null, work: SupervisedWork | null): string | null {
  // Words that name nothing say less than the supervisor does.
  const title = operation === null || (work !== null && operation.name === null) ? null : titleOf(operation);
  if (work === null || title?.includes(work.name) === true) return title;
  return title === null ? work.name : `${title} (${work.name})`;
}

/** How the work is called: by what it names, else by the words that it begins with, which tell it from no other of its kind. */
function titleOf({ name, lines }: Operation): string | null {
  const first = lines[0];
  if (name !== null || first === undefined) return name;
  return first.event.kind === 'log' && first.reading.role !== 'operation-failed' ? operationName(first.text) : null;
}

function unitOf(death: Death, operation: Operation | null): string | null {
  const spoken = [death.end, death.timeout, death.life.boot, operation?.lines[0]?.event, death.killer];
  for (const event of spoken) if (event?.unit != null) return event.unit;
  return unitOfCgroup(death.killer?.detail.oomCgroup ?? null);
}

/** `/system.slice/regression-tracker.service` -> `regression-tracker.service`; other cgroups name no unit. */
function unitOfCgroup(cgroup: string | null): string | null {
  return /([^/]+\.(?:service|scope|slice))\/?$/.exec(cgroup ?? '')?.[1] ?? null;
}

function phase(
  name: PhaseName,
  label: string,
  from: EpochMicros,
  to: EpochMicros,
  depth: 0 | 1,
  finished: boolean,
): Phase {
  return { name, label, from, to, seconds: secondsBetween(from, to), depth, finished };
}

function phasesOf(start: EpochMicros, end: EpochMicros, death: Death, operation: Operation | null): readonly Phase[] {
  const phases: Phase[] = [];
  const timeout = isTimeLimit(death.mechanism) ? death.timeout : null;
  const workEnd = timeout?.time ?? end;
  if (timeout !== null) {
    if (operation?.startIsKnown)
      phases.push(phase('import-to-timeout', 'import to timeout', start, timeout.time, 0, false));
    if (end > timeout.time) phases.push(phase('timeout-to-kill', 'timeout to kill', timeout.time, end, 0, true));
  } else if (operation?.startIsKnown) {
    phases.push(phase('import-to-kill', 'import to kill', start, end, 0, false));
  }
  return [...phases, ...stepPhases(operation, workEnd)];
}

function stepPhases(operation: Operation | null, workEnd: EpochMicros): readonly Phase[] {
  return (operation?.steps ?? [])
    .filter((step) => step.isTimed && step.from <= workEnd)
    .map((step) => {
      const ended = step.to !== null && step.to <= workEnd;
      const finished = ended && step.endLine?.reading.role !== 'operation-failed';
      const to = ended && step.to !== null ? step.to : workEnd;
      return phase(
        step.name,
        step.name === 'other-step' ? step.startLine.text.slice(0, 40) : step.name,
        step.from,
        to,
        1,
        finished,
      );
    });
}

const moment = (id: KeyMoment['id'], label: string, event: EvidenceEvent): KeyMoment => ({
  id,
  label,
  time: event.time,
  row: event.row,
  source: event.source,
});

/** A replacement that boots later than this after an end is not shown as its consequence. */
const REPLACEMENT_SECONDS = 60;

function momentsOf(death: Death, operation: Operation | null, boots: MomentIndex): readonly KeyMoment[] {
  const moments: KeyMoment[] = [];
  const first = operation?.lines[0];
  if (first !== undefined && operation?.startIsKnown) {
    moments.push(moment('operation-start', `${operation?.name ?? 'operation'} starts`, first.event));
  }
  for (const step of operation?.steps ?? []) {
    if (!step.isTimed) continue;
    moments.push(
      moment(
        'step',
        `${step.name === 'other-step' ? step.startLine.text.slice(0, 40) : step.name} starts`,
        step.startLine.event,
      ),
    );
  }
  if (death.killer !== null && death.mechanism === 'kernel-oom')
    moments.push(
      moment(
        'oom-kill',
        death.killer.kind === 'platform-oom' ? 'killed for its memory' : 'kernel OOM kill',
        death.killer,
      ),
    );
  if (death.timeout !== null) moments.push(moment('timeout', limitLogged(death.timeout), death.timeout));
  if (death.killer !== null && (death.mechanism === 'systemd-oomd' || death.mechanism === 'systemd-stop')) {
    moments.push(
      moment('other', death.mechanism === 'systemd-stop' ? stopLabel(death.killer) : 'systemd-oomd kill', death.killer),
    );
  }
  if (death.end !== death.timeout && death.end.kind !== 'worker-boot' && death.end !== death.killer) {
    moments.push(moment('end', endLabel(death), death.end));
  }
  const replacement = boots
    .within(death.end.time, addSeconds(death.end.time, REPLACEMENT_SECONDS))
    .find((event) => event !== death.life.boot && event.detail.targetPid !== death.pid);
  if (replacement !== undefined) {
    moments.push(moment('replacement', 'replacement worker boots', replacement));
  }
  return moments.sort((a, b) => a.time - b.time);
}

function stopLabel(killer: EvidenceEvent): string {
  if (killer.kind === 'arbiter-signal') return 'stop asked for';
  if (killer.detail.supervisor !== undefined) return `${supervisorOf(killer).title} kills the worker`;
  if (killer.kind === 'container-exited') return 'container killed';
  const program = killerWord(killer)?.program.name;
  return program === undefined ? 'systemd stop timed out' : `${program} kills the service`;
}

/** Who wrote a word of the end of a worker. */
function supervisorOf({ detail }: EvidenceEvent): SupervisorTraits {
  return SUPERVISORS[detail.supervisor ?? 'gunicorn'];
}

/** What the log says of a time limit that was exceeded. */
export function limitLogged(timeout: EvidenceEvent): string {
  return supervisorOf(timeout).limit?.logged ?? 'time limit';
}

/** Which runtime ended its own process, where one says so. */
function faultName(killer: EvidenceEvent | null): string | null {
  return killer?.kind === 'segfault' && killer.detail.state !== undefined
    ? `the worker itself (${killer.detail.state})`
    : null;
}

/** Who ended the worker, for the incident: whom the evidence names, and the words that do. */
function killerNamed({ mechanism, killer, end }: Death): Killer | null {
  const why = killer?.message.trim().split('\n')[0]?.slice(0, 200) ?? null;
  switch (mechanism) {
    case 'gunicorn-timeout':
      return { name: 'the arbiter, for the timeout', why: why ?? 'WORKER TIMEOUT' };
    case 'supervisor-timeout': {
      const { title, limit } = supervisorOf(killer ?? end);
      return { name: `${title}, for its ${limit?.title ?? 'time limit'}`, why: why ?? limit?.logged ?? 'its own word' };
    }
    case 'kernel-oom':
      if (killer?.kind === 'platform-oom') return { name: 'the platform, for its memory', why: why ?? 'its own word' };
      return { name: 'the OOM killer of the kernel', why: why ?? 'an OOM kill in that moment' };
    case 'systemd-oomd':
      return { name: 'systemd-oomd', why: why ?? 'its kill of the unit in that moment' };
    case 'crash':
      return { name: faultName(killer) ?? 'the worker itself', why: why ?? 'its own exit' };
    case 'systemd-stop':
    case 'external-sigkill': {
      if (killer === null || why === null) return null;
      const program = killerWord(killer)?.program.name;
      if (program !== undefined) return { name: program, why };
      if (killer.detail.supervisor !== undefined && killer.kind !== 'arbiter-signal')
        return { name: `${supervisorOf(killer).title}, in a stop`, why };
      if (killer.kind === 'container-exited') return { name: "the container's runtime, in a stop", why };
      return { name: killer.kind === 'arbiter-signal' ? 'the arbiter, in a stop that was asked for' : 'systemd', why };
    }
  }
}

const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  31: 'SIGSYS',
};

/** How the end is called: `SIGKILL`, `exit code 1`, `worker exits`. */
export function endLabel(death: Death): string {
  if (death.signal !== null) return SIGNAL_NAMES[death.signal] ?? `signal ${death.signal}`;
  const code = death.end.detail.exitCode;
  if (code !== undefined) return `exit code ${code}`;
  if (death.end.kind === 'worker-exiting') return 'worker exits';
  return 'worker ends';
}

function failureRecord(operation: Operation): PlacelessRecord {
  const failure =
    operation.lines.find((line) => line.event.kind === 'database-locked') ??
    operation.lines.find(
      (line) =>
        line.reading.role === 'operation-failed' ||
        line.event.kind === 'traceback' ||
        (line.event.kind === 'worker-error' && line.event.detail.supervisor !== undefined),
    ) ??
    operation.lines.at(-1);
  const end = operation.lines.at(-1)?.event.time ?? operation.start;
  const failureEvent = failure?.event ?? null;
  const first = operation.lines[0];
  const moments: KeyMoment[] = [];
  if (first !== undefined)
    moments.push(moment('operation-start', `${operation.name ?? 'operation'} starts`, first.event));
  for (const step of operation.steps) moments.push(moment('step', `${step.name} starts`, step.startLine.event));
  if (failureEvent !== null) moments.push(moment('end', 'operation fails', failureEvent));
  return {
    incident: {
      id: '',
      pid: operation.pid,
      unit: first?.event.unit ?? null,
      host: first?.event.host ?? null,
      operation: titleOf(operation),
      start: operation.start,
      ...(operation.startIsKnown ? {} : { startIsBound: 'earliest' }),
      end,
      mechanism: 'none',
      phases: [
        ...(durationOf(operation) === null
          ? []
          : [phase('import-to-end', 'import to failure', operation.start, end, 0, true)]),
        ...stepPhases(operation, end),
      ],
      moments,
    },
    death: null,
    operation,
    failure: failureEvent,
  };
}

function hangRecord({ operation, seenUntil }: Hang): PlacelessRecord {
  const first = operation.lines[0];
  const { pid, start } = operation;
  const name = titleOf(operation);
  return {
    incident: {
      id: '',
      pid,
      unit: first?.event.unit ?? null,
      host: first?.event.host ?? null,
      operation: name,
      start,
      end: seenUntil,
      mechanism: 'none',
      phases: [
        phase('import-to-end', 'import to the end of the log', start, seenUntil, 0, false),
        ...stepPhases(operation, seenUntil),
      ],
      moments: first === undefined ? [] : [moment('operation-start', `${name ?? 'operation'} starts`, first.event)],
    },
    death: null,
    operation,
    failure: null,
  };
}

/**
 * The incident that a reader asks about first: a death before what hangs, and that before a mere failure; one in the middle of an operation before an
 * idle worker's, and among equals the latest.
 */
export function worstIncident(records: readonly IncidentRecord[]): IncidentRecord | null {
  let worst: IncidentRecord | null = null;
  const rank = (record: IncidentRecord): number =>
    (record.death !== null ? 2 : isHang(record) ? 0.5 : 0) + (record.operation !== null ? 1 : 0);
  for (const record of records) {
    if (worst === null || rank(record) >= rank(worst)) worst = record;
  }
  return worst;
}
