import { isAscii } from 'node:buffer';
import type { EventFilter } from '../../shared/contract/ipc.ts';
import { logFormat } from '../../shared/evidence/formats/table.ts';
import { bytesInMemory } from '../../shared/evidence/journal/native/bytes.ts';
import { MessageData } from '../../shared/evidence/journal/native/message-data.ts';
import { ESCAPED_LINE_FEED, type FindMessage, type MessageSpan } from '../../shared/evidence/reading/message-span.ts';
import type { CaseTimes } from '../../shared/model/case-times.ts';
import type { EventColumns } from '../../shared/model/event-columns.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { UTC, type ZoneName } from '../../shared/model/zone.ts';
import { type BytePattern, bytePattern } from '../../shared/search/byte-pattern.ts';
import {
  ASK,
  type CompiledQuery,
  compileAll,
  compileQuery,
  compileTemplates,
  MessageText,
  NO,
  YES,
} from '../../shared/search/compile-query.ts';
import { parseQuery } from '../../shared/search/parse-query.ts';
import type { Query, QueryProblem } from '../../shared/search/query.ts';
import { columnFilter, RowList } from './event-filter.ts';
import { DECODED_RECORD_BYTES, type RecordReader } from './record-reader.ts';
import { sortRows } from './sort-rows.ts';

/** Rows that are looked at together: their hits come out in time order, however the files lie. */
const BLOCK_ROWS = 1 << 14;
/** Bytes that are searched at once: a string of more would leave the part of the heap that is cheap to clean. */
const PIECE_BYTES = 64 * 1024;
/** Bytes between two records that are read along rather than left out. */
const GAP_BYTES = 16 * 1024;
/** Regular expressions and decoded messages are slow enough to look up after so many. */
const SLOW_MESSAGES = 64;
/** Native journals are read whole, as the import does, up to this size; larger ones through windows. */
const WHOLE_JOURNAL_BYTES = 512 * 1024 * 1024;
/** Verdicts on messages of native journals that are kept for entries that share them. */
const KEPT_VERDICTS = 1_000_000;

/** How a search stands. */
export interface SearchState {
  /** Found so far, in time order. */
  readonly rows: RowList;
  /** Rows that have been looked at, of `totalRows`. */
  readonly doneRows: number;
  readonly totalRows: number;
  /** Files whose messages could not be read, and why. */
  readonly unreadable: ReadonlyMap<number, string>;
}

/** What a query means beyond its text. */
export interface SearchContext {
  readonly zone: ZoneName;
  readonly times: CaseTimes;
}
const PLAIN_CONTEXT: SearchContext = { zone: UTC, times: { first: null, last: null, incident: null } };

/** Tells others that the regular expression of a query is at work, which cannot be interrupted from within. */
export type WatchRegex = (query: string) => { enter(): void; leave(): void };

/** A query that cannot be run; `problems` says where and why. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  readonly problems: readonly QueryProblem[];

  constructor(problems: readonly QueryProblem[]) {
    super(problems[0]?.message ?? 'The query cannot be run.');
    this.problems = problems;
  }
}

/**
 * Finds the rows that pass a filter. Columns answer what they can; messages are searched in the bytes of their files, piece
 * by piece, and decoded only where bytes cannot tell.
 */
export class RowSearch {
  readonly #columns: EventColumns;
  readonly #files: readonly EvidenceFile[];
  readonly #reader: RecordReader;
  readonly #messageOf: (row: number) => string;
  readonly #journals = new Map<number, MessageData | null>();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #span: MessageSpan = { from: 0, to: 0, isEscaped: false };

  /** `messageOf` decodes the whole record of a row: the last resort, and the rule that all else must agree with. */
  constructor(
    columns: EventColumns,
    files: readonly EvidenceFile[],
    reader: RecordReader,
    messageOf: (row: number) => string,
  ) {
    this.#columns = columns;
    this.#files = files;
    this.#reader = reader;
    this.#messageOf = messageOf;
  }

  /**
   * Searches step by step, a millisecond or so each: whoever runs it decides when to go on. Throws QueryRefused at once for a
   * query with problems.
   */
  start(
    filter: EventFilter,
    context: SearchContext,
    watch: WatchRegex | null = null,
  ): { readonly state: SearchState; readonly steps: Iterator<void> } {
    const query = this.#compile(filter, context);
    const { first, last, passes } = columnFilter(this.#columns, this.#files, filter);
    const state = { rows: new RowList(), doneRows: 0, totalRows: Math.max(0, last - first), unreadable: new Map() };
    const messages =
      query === null ? null : new MessageSearch(query, query.hasRegex ? (watch?.(filter.query) ?? null) : null);
    return { state, steps: this.#steps(messages, passes, first, last, state) };
  }

  /** Searches to the end at once. */
  rows(filter: EventFilter, context: SearchContext = PLAIN_CONTEXT): Uint32Array {
    const { state, steps } = this.start(filter, context);
    while (!steps.next().done);
    return state.rows.view();
  }

  /** Lets go of what was read of native journals. */
  close(): void {
    this.#journals.clear();
  }

  #compile(filter: EventFilter, { zone, times }: SearchContext): CompiledQuery | null {
    const { query, problems } = parseQuery(filter.query);
    if (problems.length > 0) throw new QueryRefused(problems);
    const parts: Query[] = filter.text === '' ? [] : [{ type: 'text', text: filter.text }];
    if (query !== null) parts.push(query);
    const context = { columns: this.#columns, files: this.#files, zone, times };
    const conditions = parts.map((part) => compileQuery(part, context));
    if (filter.templates.length > 0) conditions.push(compileTemplates(filter.templates, true));
    if (filter.withoutTemplates.length > 0) conditions.push(compileTemplates(filter.withoutTemplates, false));
    return conditions.length > 1 ? compileAll(conditions) : (conditions[0] ?? null);
  }

  *#steps(
    messages: MessageSearch | null,
    passes: ((row: number) => boolean) | null,
    first: number,
    last: number,
    state: { rows: RowList; doneRows: number; unreadable: Map<number, string> },
  ): Generator<void> {
    const verdicts = new Uint8Array(BLOCK_ROWS);
    const asked = new Uint32Array(BLOCK_ROWS);
    for (let from = first; from < last; from += BLOCK_ROWS) {
      const to = Math.min(last, from + BLOCK_ROWS);
      let askedCount = 0;
      for (let row = from; row < to; row++) {
        const verdict = passes !== null && !passes(row) ? NO : messages === null ? YES : messages.query.ofRow(row);
        verdicts[row - from] = verdict;
        if (verdict === ASK) {
          asked[askedCount] = row;
          askedCount += 1;
        }
      }
      if (messages !== null && askedCount > 0) {
        for (const [fileIndex, rows] of this.#byFile(asked.subarray(0, askedCount))) {
          yield* this.#ask(fileIndex, rows, messages, from, verdicts, state.unreadable);
        }
      }
      for (let row = from; row < to; row++) if (verdicts[row - from] === YES) state.rows.push(row);
      state.doneRows = to - first;
      yield;
    }
  }

  /** Rows by their file, each file's in the order of its bytes. */
  *#byFile(rows: Uint32Array): Generator<[number, Uint32Array]> {
    const { fileIndex, byteOffset } = this.#columns;
    const counts = new Uint32Array(this.#files.length);
    for (const row of rows) {
      const file = existing(fileIndex[row], row);
      counts[file] = existing(counts[file], file) + 1;
    }
    for (const [file, count] of counts.entries()) {
      if (count === 0) continue;
      const own = count === rows.length ? rows.slice() : rows.filter((row) => fileIndex[row] === file);
      // Nearly always in this order already, which is then one pass.
      sortRows(own, (a, b) => existing(byteOffset[a], a) - existing(byteOffset[b], b));
      yield [file, own];
    }
  }

  *#ask(
    fileIndex: number,
    rows: Uint32Array,
    messages: MessageSearch,
    base: number,
    verdicts: Uint8Array,
    unreadable: Map<number, string>,
  ): Generator<void> {
    const file = this.#files[fileIndex];
    if (file === undefined) return;
    const settle = (row: number, passed: boolean): void => {
      verdicts[row - base] = passed ? YES : NO;
    };
    try {
      if (file.format === 'journal-native') {
        yield* this.#askJournal(fileIndex, file, rows, messages, settle);
        return;
      }
      const log = logFormat(file.format);
      const find = log?.findMessage ?? null;
      const pattern = log?.isVerbatim === true ? messages.pattern : null;
      if (find === null && pattern === null) yield* this.#askDecoded(rows, messages, settle);
      else yield* this.#askPieces(fileIndex, rows, { find, pattern }, messages, settle);
    } catch (thrown) {
      unreadable.set(fileIndex, wordsOf(thrown));
      for (const row of rows) if (verdicts[row - base] === ASK) settle(row, false);
    }
  }

  *#askDecoded(rows: Uint32Array, messages: MessageSearch, settle: Settle): Generator<void> {
    for (const [index, row] of rows.entries()) {
      settle(row, messages.passes(row, this.#messageOf(row)));
      if (index % SLOW_MESSAGES === SLOW_MESSAGES - 1) yield;
    }
  }

  *#askJournal(
    fileIndex: number,
    file: EvidenceFile,
    rows: Uint32Array,
    messages: MessageSearch,
    settle: Settle,
  ): Generator<void> {
    const journal = this.#journal(fileIndex, file);
    if (journal === null) throw new Error('its file is no journal any more');
    const { byteOffset } = this.#columns;
    const known = messages.verdictsOf(fileIndex);
    for (const [index, row] of rows.entries()) {
      const data = journal.ofEntry(existing(byteOffset[row], row));
      let passed = messages.query.isByMessage ? known.get(data) : undefined;
      if (passed === undefined) {
        passed = messages.passes(row, data === 0 ? '' : journal.text(data));
        if (known.size >= KEPT_VERDICTS) known.clear();
        known.set(data, passed);
      }
      settle(row, passed);
      if (index % SLOW_MESSAGES === SLOW_MESSAGES - 1) yield;
    }
  }

  #journal(fileIndex: number, file: EvidenceFile): MessageData | null {
    const known = this.#journals.get(fileIndex);
    if (known !== undefined) return known;
    const isWhole = file.bytes <= WHOLE_JOURNAL_BYTES;
    const source = isWhole
      ? bytesInMemory(this.#reader.read(fileIndex, 0, file.bytes))
      : { size: file.bytes, at: (offset: number, length: number) => this.#reader.read(fileIndex, offset, length) };
    const journal = MessageData.open(source);
    this.#journals.set(fileIndex, journal);
    return journal;
  }

  /** Searches the records of a file, as they lie, in pieces of about PIECE_BYTES. */
  *#askPieces(
    fileIndex: number,
    rows: Uint32Array,
    how: { readonly find: FindMessage | null; readonly pattern: BytePattern | null },
    messages: MessageSearch,
    settle: Settle,
  ): Generator<void> {
    let buffer = Buffer.allocUnsafe(PIECE_BYTES);
    let at = 0;
    while (at < rows.length) {
      const { next, start, bytes: wanted } = this.#extent(rows, at);
      const own = rows.subarray(at, next);
      at = next;
      // Of longer records the parsers read a part, so only they can tell.
      if (wanted > DECODED_RECORD_BYTES) {
        for (const row of own) settle(row, messages.passes(row, this.#messageOf(row)));
        yield;
        continue;
      }
      if (wanted > buffer.length) buffer = Buffer.allocUnsafe(wanted);
      const piece = pieceOf(this.#reader.readInto(fileIndex, start, wanted, buffer), start, how.find);
      if (how.pattern === null) yield* this.#askEach(own, piece, messages, settle);
      else this.#askHits(own, piece, how.pattern, messages, settle);
      yield;
    }
  }

  /** How many records from `at` on make a piece, and where it lies. */
  #extent(rows: Uint32Array, at: number): { readonly next: number; readonly start: number; readonly bytes: number } {
    const { byteOffset, byteLength } = this.#columns;
    const first = existing(rows[at], at);
    const start = existing(byteOffset[first], first);
    let end = start;
    let next = at;
    for (; next < rows.length; next++) {
      const row = existing(rows[next], next);
      const offset = existing(byteOffset[row], row);
      const recordEnd = offset + existing(byteLength[row], row);
      if (next > at && (recordEnd - start > PIECE_BYTES || offset - end > GAP_BYTES)) break;
      end = Math.max(end, recordEnd);
    }
    return { next, start, bytes: end - start };
  }

  *#askEach(rows: Uint32Array, piece: Piece, messages: MessageSearch, settle: Settle): Generator<void> {
    for (const [index, row] of rows.entries()) {
      settle(row, messages.passes(row, this.#messageIn(piece, row)));
      if (messages.query.hasRegex && index % SLOW_MESSAGES === SLOW_MESSAGES - 1) yield;
    }
  }

  /** Looks at those records alone in which the pattern has a hit. */
  #askHits(rows: Uint32Array, piece: Piece, pattern: BytePattern, messages: MessageSearch, settle: Settle): void {
    for (const row of rows) settle(row, false);
    const hits = piece.isAscii ? pattern.ascii : pattern.wide;
    if (hits === null) return;
    const { byteOffset, byteLength } = this.#columns;
    // Where a hit decides by itself, there is nothing to look at but its place.
    const decides = messages.query.isPlain && pattern.isExact && piece.isAscii;
    let index = 0;
    hits.lastIndex = 0;
    for (let hit = hits.exec(piece.latin1); hit !== null; hit = hits.exec(piece.latin1)) {
      const place = piece.start + hit.index;
      for (; index < rows.length; index++) {
        const row = existing(rows[index], index);
        if (existing(byteOffset[row], row) + existing(byteLength[row], row) > place) break;
      }
      const row = rows[index];
      if (row === undefined) return;
      const from = existing(byteOffset[row], row) - piece.start;
      if (hit.index < from) {
        hits.lastIndex = from;
        continue;
      }
      const end = from + existing(byteLength[row], row);
      if (decides && this.#findMessage(piece, from, end)) {
        const found = this.#hitWithin(hits, hit, piece.latin1);
        settle(row, found);
      } else settle(row, messages.passes(row, this.#messageIn(piece, row)));
      hits.lastIndex = end;
      index += 1;
    }
  }

  /** Whether a hit, or one behind it, lies in the message that was just found. */
  #hitWithin(hits: RegExp, first: RegExpExecArray, latin1: string): boolean {
    const { from, to } = this.#span;
    let hit: RegExpExecArray | null = first;
    if (hit.index < from) {
      hits.lastIndex = from;
      hit = hits.exec(latin1);
    }
    return hit !== null && hit.index + hit[0].length <= to;
  }

  /** Whether the span of the message of a record in a piece is told by its bytes; it is then in `#span`. */
  #findMessage(piece: Piece, from: number, end: number): boolean {
    if (piece.find === null || !piece.find(piece.bytes, piece.latin1, from, end, this.#span)) return false;
    if (!piece.hasEscapedLineFeed) return true;
    return !piece.latin1.slice(from, end).includes(ESCAPED_LINE_FEED);
  }

  #messageIn(piece: Piece, row: number): string {
    const from = existing(this.#columns.byteOffset[row], row) - piece.start;
    const end = from + existing(this.#columns.byteLength[row], row);
    if (!this.#findMessage(piece, from, end)) return this.#messageOf(row);
    const { from: first, to, isEscaped } = this.#span;
    const text = piece.isAscii ? piece.latin1.slice(first, to) : this.#decoder.decode(piece.bytes.subarray(first, to));
    if (!isEscaped) return text;
    try {
      return String(JSON.parse(`"${text}"`));
    } catch {
      return this.#messageOf(row);
    }
  }
}

/** Takes the answer for a row. */
type Settle = (row: number, passed: boolean) => void;

/** A stretch of a file, as bytes and as one character a byte. */
interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly latin1: string;
  readonly isAscii: boolean;
  readonly hasEscapedLineFeed: boolean;
  readonly find: FindMessage | null;
}

function pieceOf(bytes: Uint8Array, start: number, find: FindMessage | null): Piece {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const hasEscapedLineFeed = latin1.includes(ESCAPED_LINE_FEED);
  return { start, bytes, latin1, isAscii: isAscii(bytes), hasEscapedLineFeed, find };
}

/** A compiled query as it is asked of messages. */
class MessageSearch {
  readonly query: CompiledQuery;
  readonly pattern: BytePattern | null;
  readonly #watch: ReturnType<WatchRegex> | null;
  readonly #verdicts = new Map<number, Map<number, boolean>>();

  constructor(query: CompiledQuery, watch: ReturnType<WatchRegex> | null) {
    this.query = query;
    this.pattern = query.required === null ? null : bytePattern(query.required);
    this.#watch = watch;
  }

  passes(row: number, message: string): boolean {
    if (this.#watch === null) return this.query.ofMessage(row, new MessageText(message));
    this.#watch.enter();
    try {
      return this.query.ofMessage(row, new MessageText(message));
    } finally {
      this.#watch.leave();
    }
  }

  /** What was found out about the data objects of a native journal. */
  verdictsOf(fileIndex: number): Map<number, boolean> {
    const known = this.#verdicts.get(fileIndex) ?? new Map<number, boolean>();
    this.#verdicts.set(fileIndex, known);
    return known;
  }
}
