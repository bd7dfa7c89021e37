import { NO_PID } from '../../shared/model/event-columns.ts';
import { existing } from '../../shared/model/existing.ts';
import { CLOCKS, LARGEST_SLACK_MICROS } from './entry-keys.ts';

/** What tells whether two events are one journal entry, by event. */
export interface EntryKeys {
  /** EpochMicros as the file states it. */
  readonly time: Float64Array;
  readonly fileIndex: Uint16Array;
  readonly pid: Int32Array;
  /** See hashMessage; 0: no log entry. */
  readonly hashOf: (event: number) => number;
  /** Index into CLOCKS. */
  readonly clockOf: (event: number) => number;
}

/** Events that are one entry so far, each from another file. */
interface Entry {
  readonly members: number[];
  /** The stretch in which its instant must lie, by all members. */
  from: number;
  to: number;
  pid: number;
}

/** Entries that are looked at for one more copy: a flood of one message within seconds has no more order than this. */
const OPEN_ENTRIES_LIMIT = 64;
/** Messages that wait for copies until those whose time has passed are swept out. */
const SWEEP_AFTER = 100_000;

/**
 * Finds events that are the same journal entry in several files: same message, pids that agree, and times that can be one
 * instant by the clocks of their files (a stamp of whole seconds fits any microsecond of that second). Entries that say the
 * same within one second are told apart by their order, which every export keeps; two events of one file are never one
 * entry.
 *
 * @param keys by event
 * @param order events by time
 * @param rank by file: the event of the file with the lowest stands for its entry; then the finest clock, then the first file
 * @returns for each event the one that stands for it (itself, as a rule); null when there is no copy at all
 */
export function findCopies(keys: EntryKeys, order: Uint32Array, rank: readonly number[]): Uint32Array | null {
  const standsFor = new Uint32Array(order.length);
  for (let event = 0; event < standsFor.length; event++) standsFor[event] = event;
  const repeated = new RepeatedHashes(keys, order.length);
  const waiting = new Map<number, Entry[]>();
  let any = false;
  const settle = (entry: Entry): void => {
    if (entry.members.length < 2) return;
    any = true;
    const best = bestOf(entry.members, keys, rank);
    for (const member of entry.members) standsFor[member] = best;
  };
  let sweepAt = SWEEP_AFTER;
  for (const event of order) {
    const hash = keys.hashOf(event);
    if (hash === 0 || !repeated.mayHave(hash)) continue;
    const now = existing(keys.time[event], event);
    const known = waiting.get(hash);
    if (known === undefined) {
      if (waiting.size >= sweepAt) {
        sweep(waiting, now, settle);
        sweepAt = Math.max(SWEEP_AFTER, 2 * waiting.size);
      }
      waiting.set(hash, [entryOf(event, keys)]);
      continue;
    }
    // The first in the order of time whose instant can be this one's and that this file has not been seen to have.
    let joined = false;
    let past = 0;
    for (const [index, entry] of known.entries()) {
      if (index === past && isPast(entry, now)) {
        settle(entry);
        past += 1;
      } else if (join(entry, event, keys)) {
        joined = true;
        break;
      }
    }
    if (past > 0) known.splice(0, past);
    if (joined) continue;
    if (known.length >= OPEN_ENTRIES_LIMIT) {
      const oldest = known.shift();
      if (oldest !== undefined) settle(oldest);
    }
    known.push(entryOf(event, keys));
  }
  for (const entries of waiting.values()) for (const entry of entries) settle(entry);
  return any ? standsFor : null;
}

/** Places for each event: of hashes that only one event has, one in about as many is taken for a repeated one. */
const PLACES_PER_EVENT = 8;

/** Which hashes more than one event has, in a few bits for each: most messages of a log stand in it once. */
class RepeatedHashes {
  readonly #mask: number;
  readonly #again: Uint8Array;

  constructor({ hashOf }: EntryKeys, events: number) {
    const places = 2 ** Math.ceil(Math.log2(PLACES_PER_EVENT * Math.max(1, events)));
    this.#mask = places - 1;
    const once = new Uint8Array(places / 8);
    const again = new Uint8Array(places / 8);
    for (let event = 0; event < events; event++) {
      const place = (hashOf(event) & this.#mask) >>> 0;
      const bit = 1 << (place & 7);
      const at = place >>> 3;
      if ((existing(once[at], at) & bit) === 0) once[at] = existing(once[at], at) | bit;
      else again[at] = existing(again[at], at) | bit;
    }
    this.#again = again;
  }

  /** False only for a hash that no two events have. */
  mayHave(hash: number): boolean {
    const place = (hash & this.#mask) >>> 0;
    return (existing(this.#again[place >>> 3], place >>> 3) & (1 << (place & 7))) !== 0;
  }
}

function entryOf(event: number, keys: EntryKeys): Entry {
  const { before, after } = clockAt(keys, event);
  const time = existing(keys.time[event], event);
  return { members: [event], from: time - before, to: time + after, pid: keys.pid[event] ?? NO_PID };
}

function clockAt(keys: EntryKeys, event: number): { readonly before: number; readonly after: number } {
  return CLOCKS[keys.clockOf(event)] ?? CLOCKS[0];
}

/** Takes an event into an entry if it can be a copy of it. */
function join(entry: Entry, event: number, keys: EntryKeys): boolean {
  const { before, after } = clockAt(keys, event);
  const time = existing(keys.time[event], event);
  const from = Math.max(entry.from, time - before);
  const to = Math.min(entry.to, time + after);
  if (from > to) return false;
  const pid = keys.pid[event] ?? NO_PID;
  // Not every format tells the pid.
  if (pid !== NO_PID && entry.pid !== NO_PID && pid !== entry.pid) return false;
  const file = keys.fileIndex[event];
  if (entry.members.some((member) => keys.fileIndex[member] === file)) return false;
  entry.members.push(event);
  entry.from = from;
  entry.to = to;
  if (entry.pid === NO_PID) entry.pid = pid;
  return true;
}

function isPast(entry: Entry, now: number): boolean {
  return entry.to + LARGEST_SLACK_MICROS < now;
}

function sweep(waiting: Map<number, Entry[]>, now: number, settle: (entry: Entry) => void): void {
  for (const [hash, entries] of waiting) {
    if (!entries.every((entry) => isPast(entry, now))) continue;
    for (const entry of entries) settle(entry);
    waiting.delete(hash);
  }
}

function bestOf(members: readonly number[], keys: EntryKeys, rank: readonly number[]): number {
  const measure = (event: number): readonly [number, number, number] => {
    const file = existing(keys.fileIndex[event], event);
    return [rank[file] ?? 0, keys.clockOf(event), file];
  };
  return members.reduce((best, member) => {
    const [a, b] = [measure(best), measure(member)];
    return (b[0] - a[0] || b[1] - a[1] || b[2] - a[2]) < 0 ? member : best;
  });
}
