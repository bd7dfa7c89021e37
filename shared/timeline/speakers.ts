import type { EventKind, EventSource, EvidenceEvent } from '../model/event.ts';
import { addSeconds, type EpochMicros } from '../model/time.ts';

/** What only the arbiter says of a worker. */
const ARBITERS_WORDS: ReadonlySet<EventKind> = new Set([
  'worker-timeout',
  'worker-sigkill',
  'worker-signalled',
  'worker-exit-code',
] as const);

/**
 * Tells words of those who can know of a worker's end from words that an application prints (captured output of a test, a log
 * that it replays): these stand in lines that a worker wrote itself, under a header of somebody else.
 */
export class Speakers {
  readonly #workers: ReadonlySet<number>;

  constructor(events: EventSource) {
    // A worker says its own boot, under its own pid; where a collector puts one pid on all lines, none is known to be a worker.
    const workers = new Set<number>();
    for (const { pid, detail } of events.ofKinds(['worker-boot'])) {
      if (pid !== null && pid === detail.targetPid && detail.writerPid === undefined) workers.add(pid);
    }
    for (const { pid, detail } of events.ofKinds(['arbiter-start'])) {
      // A pid that was an arbiter's as well, in another life of the container, may speak for it.
      if (pid !== null && detail.writerPid === undefined) workers.delete(pid);
    }
    this.#workers = workers;
  }

  /** Whether a worker printed this line, under the header of another process: it tells nothing of that one. */
  isQuoted({ pid, carrierPid }: EvidenceEvent): boolean {
    return carrierPid !== undefined && carrierPid !== pid && this.#workers.has(carrierPid);
  }

  /** Whether the one who wrote this line can say what it says. */
  canSay(event: EvidenceEvent): boolean {
    const { writerPid } = event.detail;
    if (writerPid !== undefined) return !this.#workers.has(writerPid);
    // Nobody announces a kill of its own.
    return !(
      ARBITERS_WORDS.has(event.kind) &&
      event.pid !== null &&
      event.pid === event.detail.targetPid &&
      this.#workers.has(event.pid)
    );
  }
}

/** What the dead still had in a pipe or in a collector's buffer reaches the log within this. */
const LAST_WORDS_SECONDS = 5;
/** A process that lives on speaks again within this; later the pid may be another's, whose boot is not logged. */
const NEXT_WORDS_SECONDS = 600;
/** Lines after its end from which on it is a process at work. */
const LIVING_LINES = 2;

/**
 * Whether the process went on logging after this word of its end, in the same file and further down in it, so that no
 * clock or zone can have put its lines behind its death.
 */
export function goesOn(
  events: EventSource,
  speakers: Speakers,
  pid: number,
  end: EvidenceEvent,
  until: EpochMicros | null,
): boolean {
  const from = addSeconds(end.time, LAST_WORDS_SECONDS);
  const limit = addSeconds(end.time, NEXT_WORDS_SECONDS);
  const to = until !== null && until <= limit ? addSeconds(until, -0.000001) : limit;
  if (to <= from || !events.hasOfPid(pid, from, to)) return false;
  const later = events
    .ofPid(pid, from, to, ['log'])
    .filter(({ source }) => source.evidenceId === end.source.evidenceId && source.byteOffset > end.source.byteOffset)
    .filter((event) => !speakers.isQuoted(event));
  return later.length >= LIVING_LINES;
}
