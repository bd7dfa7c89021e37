import type { EventKind, EventSource, EvidenceEvent } from '../model/event.ts';
import { SUPERVISORS } from '../model/supervisor.ts';
import { secondsBetween } from '../model/time.ts';

/** What a supervisor says of the life of a worker. */
export const WORKER_KINDS = [
  'worker-boot',
  'worker-timeout',
  'worker-sigkill',
  'worker-signalled',
  'worker-exit-code',
  'worker-exiting',
  'worker-recycled',
] as const satisfies readonly EventKind[];

/** Whether a supervisor runs whole services: what it says of them is of no worker where another one runs workers among them. */
const isOuter = ({ detail: { supervisor } }: EvidenceEvent): boolean =>
  supervisor !== undefined && SUPERVISORS[supervisor].runs === 'services';

/** By source: whether somebody speaks of workers who runs nothing else. */
const INNER = new WeakMap<EventSource, boolean>();

function hasInner(events: EventSource): boolean {
  let known = INNER.get(events);
  if (known === undefined) {
    known = events.ofKinds([...WORKER_KINDS, 'arbiter-start']).some((event) => !isOuter(event));
    INNER.set(events, known);
  }
  return known;
}

/** Events of kinds that supervisors write, without what one that runs whole services says where another runs the workers. */
export function spokenOfWorkers(events: EventSource, kinds: readonly EventKind[]): readonly EvidenceEvent[] {
  const spoken = events.ofKinds(kinds);
  return spoken.some(isOuter) && hasInner(events) ? spoken.filter((event) => !isOuter(event)) : spoken;
}

/** Kinds that tell of an end that the worker did not choose. */
const ENDS: ReadonlySet<EventKind> = new Set(['worker-sigkill', 'worker-signalled', 'worker-exit-code'] as const);
/** Kinds that tell of any end. */
const ALL_ENDS: ReadonlySet<EventKind> = new Set([...ENDS, 'worker-exiting'] as const);

/** A supervisor tells of one end in several lines within this; the pool of Celery looks about once a second. */
const SAME_END_SECONDS = 15;

/** A worker that a supervisor names by its place among the others. */
interface Slot {
  /** Null where the supervisor tells no pid. */
  readonly pid: number | null;
  /** Whether it was told to stop. */
  isAsked: boolean;
}

/** Whom the words of supervisors are about that do not say so themselves, and which ends remain nobody's by name. */
export class WordSubjects {
  readonly #pids = new Map<number, number>();
  readonly #nameless: EvidenceEvent[] = [];
  readonly #namelessTimeouts: EvidenceEvent[] = [];
  /** Ends in good order of what had not been told to stop, by row. */
  readonly #unasked = new Set<number>();
  /** Ends of what had been told to stop, by row. */
  readonly #stopped = new Set<number>();

  constructor(events: EventSource) {
    const words = spokenOfWorkers(events, WORKER_KINDS).filter(({ detail }) => detail.supervisor !== undefined);
    const slots = new Map<string, Slot>();
    for (const event of words) this.#read(event, slots);
    const named = words.filter((event) => ENDS.has(event.kind) && this.pidOf(event) !== null);
    this.#nameTimeouts(words);
    const loose = words.filter(
      (event) => (ENDS.has(event.kind) || this.#isUnasked(event)) && this.pidOf(event) === null,
    );
    for (const end of loose) {
      const isTold = named.some((other) => isOneEnd(other, end));
      if (!isTold) this.#nameless.push(end);
    }
  }

  #read(event: EvidenceEvent, slots: Map<string, Slot>): void {
    const { kind, detail } = event;
    if (detail.slot === undefined) return;
    const key = `${detail.supervisor} ${event.source.evidenceId} ${detail.slot}`;
    if (kind === 'worker-boot') {
      slots.set(key, { pid: detail.targetPid ?? null, isAsked: false });
      return;
    }
    const slot = slots.get(key);
    if (slot === undefined) return;
    if (detail.targetPid === undefined && slot.pid !== null) this.#pids.set(event.row, slot.pid);
    if (kind === 'worker-recycled') slot.isAsked = true;
    if (ALL_ENDS.has(kind)) {
      if (slot.isAsked) this.#stopped.add(event.row);
      else if (kind === 'worker-exiting') this.#unasked.add(event.row);
      slots.delete(key);
    }
  }

  /** What is meant to run for ever and ends by itself is started over: PM2 tells no more of an exception that nobody caught. */
  #isUnasked({ row, kind, detail }: EvidenceEvent): boolean {
    return kind === 'worker-exiting' && detail.supervisor === 'pm2' && this.#unasked.has(row);
  }

  /** A limit that names its work and no process is that of the worker whose end follows. */
  #nameTimeouts(words: readonly EvidenceEvent[]): void {
    const taken = new Set<number>();
    words.forEach((event, index) => {
      if (event.kind !== 'worker-timeout' || this.pidOf(event) !== null) return;
      const end = words
        .slice(index + 1)
        .find((other) => ENDS.has(other.kind) && !taken.has(other.row) && isOneEnd(event, other));
      const pid = end === undefined ? null : this.pidOf(end);
      if (end === undefined || pid === null) {
        this.#namelessTimeouts.push(event);
        return;
      }
      taken.add(end.row);
      this.#pids.set(event.row, pid);
    });
  }

  /** The process that an event is about: the one it names, else the one that stands in its slot, else the one that wrote it. */
  pidOf({ row, pid, detail }: EvidenceEvent): number | null {
    return detail.targetPid ?? this.#pids.get(row) ?? (detail.supervisor === undefined ? pid : null);
  }

  /** Ends of workers that nothing names. */
  get nameless(): readonly EvidenceEvent[] {
    return this.#nameless;
  }

  /** Limits that were exceeded by work of workers that nothing names. */
  get namelessTimeouts(): readonly EvidenceEvent[] {
    return this.#namelessTimeouts;
  }

  /** Whether an end is that of a worker that had been told to stop. */
  wasToldToStop({ row, detail }: EvidenceEvent): boolean {
    return detail.isStop === true || this.#stopped.has(row);
  }
}

/** Whether two words of one supervisor are of one end. */
export function isOneEnd(one: EvidenceEvent, other: EvidenceEvent): boolean {
  return (
    one.detail.supervisor === other.detail.supervisor &&
    one.source.evidenceId === other.source.evidenceId &&
    Math.abs(secondsBetween(one.time, other.time)) <= SAME_END_SECONDS
  );
}
