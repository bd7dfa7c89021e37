import type { EventSource, EvidenceEvent } from '../model/event.ts';
import { addSeconds, secondsBetween } from '../model/time.ts';
import type { Death } from './death.ts';
import { killerWords } from './killers.ts';
import type { MomentIndex } from './moment-index.ts';
import { runtimeFaults } from './runtime-faults.ts';
import { isOneEnd, spokenOfWorkers, type WordSubjects } from './supervisor-words.ts';
import type { WorkerLife } from './workers.ts';

/** Signals by which a stop is asked for or a reload is told: no death. */
const ASKING_SIGNALS: ReadonlySet<number> = new Set([1, 2, 3, 10, 12, 15]);
const SIGKILL = 9;

/** Workers that fail to boot are started over and over: what follows within this is the same failure. */
const SAME_FAILURE_SECONDS = 60;
/** What a runtime says of its own end stands right before what its supervisor says of it. */
const FAULT_SECONDS = 15;

/** What a kill by SIGKILL is told as. */
type TellKill = (end: EvidenceEvent) => Pick<Death, 'mechanism' | 'killer'>;

/**
 * Deaths of workers that nothing names: a supervisor that tells no pids (PM2, RQ, Celery without its pool's line), a failure to
 * boot, and a runtime's own word where nobody is there to tell of the end.
 */
export function namelessDeaths(
  events: EventSource,
  subjects: WordSubjects,
  known: readonly Death[],
  tellKill: TellKill,
): readonly Death[] {
  const faults = runtimeFaults(events);
  const deaths: Death[] = [];
  const timeouts = [...subjects.namelessTimeouts];
  const restarts = memoryRestarts(events);
  const restarted = new Set(restarts.map(({ end }) => end));
  for (const end of subjects.nameless) {
    const signal = end.kind === 'worker-sigkill' ? SIGKILL : (end.detail.signal ?? null);
    if (restarted.has(end) || (signal !== null && ASKING_SIGNALS.has(signal))) continue;
    const at = timeouts.findIndex((each) => isOneEnd(each, end));
    const [timeout] = at < 0 ? [] : timeouts.splice(at, 1);
    if (timeout !== undefined) {
      deaths.push({ ...nobodys(end), timeout, signal, mechanism: 'supervisor-timeout', killer: timeout });
      continue;
    }
    const fault = faults.findLast((each) => isJustBefore(each, end)) ?? null;
    const told = signal === SIGKILL ? tellKill(end) : ({ mechanism: 'crash', killer: fault } as const);
    const pid = told.killer?.kind === 'oom-kill' ? (told.killer.detail.targetPid ?? null) : null;
    deaths.push({ ...nobodys(end), ...(pid === null ? {} : { pid }), signal, ...told });
  }
  for (const timeout of timeouts) {
    deaths.push({ ...nobodys(timeout), timeout, signal: null, mechanism: 'supervisor-timeout', killer: timeout });
  }
  deaths.push(...restarts);
  deaths.push(...bootFailures(events, [...known, ...deaths]));
  const ends = [...known, ...deaths];
  for (const fault of faults) {
    if (ends.some(({ end, killer }) => killer === fault || isJustBefore(fault, end))) continue;
    deaths.push({ ...nobodys(fault), signal: fault.detail.signal ?? null, mechanism: 'crash', killer: fault });
  }
  return deaths;
}

/** Restarts of what took too much memory, by a supervisor that asks it to stop and says why: the end follows. */
function memoryRestarts(events: EventSource): readonly Death[] {
  const ends = spokenOfWorkers(events, ['worker-exiting', 'worker-signalled', 'worker-sigkill']).filter(
    ({ detail }) => detail.supervisor === 'pm2',
  );
  return ends.flatMap((end) => {
    const word = killerWords(events, addSeconds(end.time, -RESTARTED_SECONDS), end.time).findLast(
      ({ program, pid, event }) =>
        program.isForMemory && program.restarts === true && pid === null && event.row < end.row,
    );
    const isFirst = word !== undefined && !ends.some(({ row }) => row > word.event.row && row < end.row);
    if (word === undefined || !isFirst) return [];
    const signal = end.kind === 'worker-sigkill' ? SIGKILL : (end.detail.signal ?? null);
    return [{ ...nobodys(end), signal, mechanism: word.program.mechanism, killer: word.event }];
  });
}

/** From the word of a restart for memory to its end: kill_timeout is 1.6 s by default. */
const RESTARTED_SECONDS = 30;

function nobodys(end: EvidenceEvent): Omit<Death, 'mechanism' | 'killer' | 'signal'> {
  const pid = end.detail.targetPid ?? null;
  return { pid, timeout: null, end, life: { boot: null, about: [end], from: end.time, until: null } };
}

function isJustBefore(fault: EvidenceEvent, end: EvidenceEvent): boolean {
  return Math.abs(secondsBetween(fault.time, end.time)) <= FAULT_SECONDS;
}

/** Failures to boot that no death tells of, the first of each row of them. */
function bootFailures(events: EventSource, known: readonly Death[]): readonly Death[] {
  const deaths: Death[] = [];
  let last: EvidenceEvent | null = null;
  for (const failure of spokenOfWorkers(events, ['boot-failure'])) {
    const isSame = last !== null && secondsBetween(last.time, failure.time) <= SAME_FAILURE_SECONDS;
    last = failure;
    const isTold = known.some(
      ({ mechanism, end }) =>
        mechanism === 'crash' && Math.abs(secondsBetween(end.time, failure.time)) <= SAME_FAILURE_SECONDS,
    );
    if (isSame || isTold) continue;
    deaths.push({ ...nobodys(failure), signal: null, mechanism: 'crash', killer: failure });
  }
  return deaths;
}

/** A server that loads its application in each worker takes minutes to boot the first; one says that it is ready behind them. */
const FIRST_BOOTS_SECONDS = 300;
const AFTER_BOOT_SECONDS = 30;

/** A reload or restart that was asked for replaces every worker within this. */
const RESTART_SECONDS = 120;

/**
 * The worker that stood in the slot of a new one and of whose end nobody said anything: Puma does not. Null where it is accounted
 * for or the first of its slot; undefined where the supervisor does not count its workers, or nobody stood there.
 */
export function silentlyReplaced(
  replacement: WorkerLife,
  lives: readonly WorkerLife[],
  known: readonly Death[],
  { arbiterStarts, arbiterSignals }: { readonly arbiterStarts: MomentIndex; readonly arbiterSignals: MomentIndex },
): WorkerLife | null | undefined {
  const { boot } = replacement;
  const slot = boot?.detail.slot;
  if (boot === null || slot === undefined) return undefined;
  const before = lives.findLast(
    (life) =>
      life.boot !== null &&
      life.boot.row < boot.row &&
      life.boot.detail.slot === slot &&
      life.boot.detail.supervisor === boot.detail.supervisor &&
      life.boot.source.evidenceId === boot.source.evidenceId,
  );
  if (before?.boot == null) {
    const from = addSeconds(boot.time, -FIRST_BOOTS_SECONDS);
    return arbiterStarts.countWithin(from, addSeconds(boot.time, AFTER_BOOT_SECONDS)) > 0 ? null : undefined;
  }
  const hasEnded =
    known.some(({ life }) => life === before) ||
    before.about.some(({ kind }) => kind !== 'worker-boot' && kind !== 'worker-error');
  if (hasEnded) return null;
  const since = addSeconds(boot.time, -RESTART_SECONDS);
  const isRestart =
    arbiterStarts.within(before.from, boot.time).some(({ row }) => row > (before.boot?.row ?? 0) && row < boot.row) ||
    arbiterSignals.within(since > before.from ? since : before.from, boot.time).some(({ row }) => row < boot.row);
  return isRestart ? null : before;
}
