import { logFormat } from '../../shared/evidence/formats/table.ts';
import type { LogFormat, StampedBy } from '../../shared/evidence/reading/format.ts';
import { hashMessage } from '../../shared/evidence/reading/message-hash.ts';
import type { ParsedEvent, PlainEvent } from '../../shared/evidence/reading/parser.ts';
import type { EvidenceFormat } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from '../../shared/model/time.ts';

/**
 * How a file's stamps stand to the instant at which an entry was written; stored per event in 8 bits. The instant lies
 * between `time - before` and `time + after`, in microseconds.
 */
export interface Clock {
  readonly before: number;
  readonly after: number;
}

export const CLOCKS = [
  /** Microseconds of the journal itself. */
  { before: 0, after: 0 },
  /** Milliseconds, cut. */
  { before: 0, after: MICROS_PER_MILLI - 1 },
  /** Whole seconds, cut. */
  { before: 0, after: MICROS_PER_SECOND - 1 },
  /** The stamp of the service's own logger: the journal got the line a little later. */
  { before: 0, after: 3 * MICROS_PER_SECOND },
  /** Uptime that was tied to wall time: clocks are corrected while a host runs. */
  { before: 2 * MICROS_PER_SECOND, after: 2 * MICROS_PER_SECOND },
] as const satisfies readonly Clock[];
/** What any of them may be off by. */
export const LARGEST_SLACK_MICROS = 3 * MICROS_PER_SECOND;

const [EXACT, MILLIS, SECONDS, LOGGER, TIED] = [0, 1, 2, 3, 4] as const;

/** Index into CLOCKS for entries that were stamped by such a clock, as finely as `resolutionMicros`. */
function clockOf(stampedBy: StampedBy, resolutionMicros: number): number {
  switch (stampedBy) {
    case 'logger':
      return LOGGER;
    case 'uptime':
      return TIED;
    case 'copied':
      // An entry without a stamp has that of its copy in another source, to the microsecond, or a guess.
      return resolutionMicros <= 1 ? EXACT : TIED;
    case 'journal':
      return resolutionMicros <= 1 ? EXACT : resolutionMicros <= MICROS_PER_MILLI ? MILLIS : SECONDS;
  }
}

/** The rank of a file's copies, see LogFormat; of what holds no entries nothing is a copy, so any rank does. */
export function copyRank(format: EvidenceFormat): number {
  return logFormat(format)?.copyRank ?? 0;
}

/** The keys of events in the order in which they were added. */
export interface EntryKeyColumns {
  readonly hashes: Float64Array;
  readonly clocks: Uint8Array;
  /** Lines of messages by their hash, where they have more than one. */
  readonly lines: ReadonlyMap<number, number>;
}

const BLOCK_KEYS = 1 << 16;
/** Messages of several lines that are remembered; few entries have more than one. */
const LINES_LIMIT = 500_000;

/** The keys of events by their number in the event table, 9 bytes each; events that are no log entries have none. */
export class EntryKeyTable {
  readonly #hashes: (Float64Array | undefined)[] = [];
  readonly #clocks: (Uint8Array | undefined)[] = [];
  readonly #lines = new Map<number, number>();

  /** Lines of messages by their hash, where they have more than one. */
  get linesByHash(): ReadonlyMap<number, number> {
    return this.#lines;
  }

  /** `hash` is hashMessage's, `clock` an index into CLOCKS, `lines` how many lines the message has. */
  put(event: number, hash: number, clock: number, lines: number): void {
    const block = Math.floor(event / BLOCK_KEYS);
    let hashes = this.#hashes[block];
    let clocks = this.#clocks[block];
    if (hashes === undefined || clocks === undefined) {
      hashes = new Float64Array(BLOCK_KEYS);
      clocks = new Uint8Array(BLOCK_KEYS);
      this.#hashes[block] = hashes;
      this.#clocks[block] = clocks;
    }
    hashes[event % BLOCK_KEYS] = hash;
    clocks[event % BLOCK_KEYS] = clock;
    if (lines > 1 && this.#lines.size < LINES_LIMIT) this.#lines.set(hash, lines);
  }

  /** The keys of the first `count` events, in columns of their own. */
  first(count: number): EntryKeyColumns {
    const hashes = new Float64Array(count);
    const clocks = new Uint8Array(count);
    for (let event = 0; event < count; event++) {
      hashes[event] = this.hashOf(event);
      clocks[event] = this.clockOf(event);
    }
    return { hashes, clocks, lines: this.#lines };
  }

  /** Puts the keys of events that are the table's from number `event` on. */
  append(event: number, { hashes, clocks, lines }: EntryKeyColumns): void {
    for (let at = 0; at < hashes.length; at++) {
      const hash = existing(hashes[at], at);
      this.put(event + at, hash, existing(clocks[at], at), lines.get(hash) ?? 1);
    }
  }

  /** 0: no log entry. */
  hashOf(event: number): number {
    return this.#hashes[Math.floor(event / BLOCK_KEYS)]?.[event % BLOCK_KEYS] ?? 0;
  }

  clockOf(event: number): number {
    return this.#clocks[Math.floor(event / BLOCK_KEYS)]?.[event % BLOCK_KEYS] ?? 0;
  }
}

/** Gives an entry of a log its keys. */
export function putKey(
  keys: EntryKeyTable,
  event: number,
  { stampedBy }: LogFormat,
  { message, resolutionMicros }: Pick<ParsedEvent, 'message' | 'resolutionMicros'>,
): void {
  keys.put(event, hashMessage(message), clockOf(stampedBy, resolutionMicros), countLines(message));
}

/** Gives an entry that was read as bytes its keys. */
export function putBareKey(keys: EntryKeyTable, event: number, { stampedBy }: LogFormat, entry: PlainEvent): void {
  keys.put(event, entry.messageHash(), clockOf(stampedBy, entry.resolutionMicros), entry.messageLines);
}

function countLines(message: string): number {
  let lines = 1;
  for (let at = message.indexOf('\n'); at >= 0; at = message.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
