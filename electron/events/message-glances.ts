import { logFormat } from '../../shared/evidence/formats/table.ts';
import {
  ESCAPED_LINE_FEED,
  type FindMessage,
  holdsLineFeed,
  type MessageSpan,
} from '../../shared/evidence/reading/message-span.ts';
import { EVENT_KINDS, type MessageGlance, type MessageSpelling } from '../../shared/model/event.ts';
import type { EventColumns } from '../../shared/model/event-columns.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import type { KeptRecords } from './kept-records.ts';
import type { RecordReader } from './record-reader.ts';
import { sortRows } from './sort-rows.ts';

/** Bytes that are looked at together; a string of more would leave the part of the heap that is cheap to clean. */
const PIECE_BYTES = 64 * 1024;
/** Bytes between two records that are read along rather than left out. */
const GAP_BYTES = 16 * 1024;
const LOG = EVENT_KINDS.indexOf('log');

/** The whole record, where only its parser can find the message in it. */
const findWhole: FindMessage = (_bytes, latin1, from, end, span) => {
  if (holdsLineFeed(latin1, from, end)) return false;
  span.from = from;
  span.to = end;
  span.isEscaped = false;
  return true;
};

function spellingOf(find: FindMessage, span: MessageSpan): MessageSpelling {
  return find === findWhole ? 'wrapped' : span.isEscaped ? 'escaped' : 'plain';
}

/** Looks at the messages of many rows as they stand in the bytes of their files; see EventSource.glances. */
export class MessageGlances {
  readonly #columns: EventColumns;
  readonly #files: readonly EvidenceFile[];
  readonly #reader: RecordReader;
  readonly #kept: KeptRecords;
  readonly #span: MessageSpan = { from: 0, to: 0, isEscaped: false };

  constructor(columns: EventColumns, files: readonly EvidenceFile[], reader: RecordReader, kept: KeptRecords) {
    this.#columns = columns;
    this.#files = files;
    this.#reader = reader;
    this.#kept = kept;
  }

  /**
   * What `glance` shows of each row, parallel to them; `untold` where the bytes do not tell: who asks reads these, so their records
   * are kept. Files that are gone tell nothing.
   */
  of(rows: Uint32Array, glance: MessageGlance, untold: number): Uint8Array {
    const seen = new Uint8Array(rows.length).fill(untold);
    for (const [file, places] of this.#byFile(rows)) {
      const format = this.#files[file]?.format;
      const log = format === undefined ? null : logFormat(format);
      if (log === null || format === 'journal-native') continue;
      const find = log.findMessage ?? findWhole;
      try {
        this.#ofFile(file, rows, places, find, glance, seen, untold);
      } catch {
        // Each row says why it cannot be read when it is.
        for (const place of places) seen[place] = untold;
      }
    }
    return seen;
  }

  /** Places in `rows` of what is of kind `log`, by file, each file's in the order of its bytes. */
  #byFile(rows: Uint32Array): [number, Uint32Array][] {
    const { fileIndex, byteOffset, kind } = this.#columns;
    const counts = new Uint32Array(this.#files.length);
    for (const row of rows) {
      const file = existing(fileIndex[row], row);
      if (kind[row] === LOG) counts[file] = existing(counts[file], file) + 1;
    }
    const byFile = Array.from(counts, (count) => new Uint32Array(count));
    counts.fill(0);
    for (let place = 0; place < rows.length; place++) {
      const row = existing(rows[place], place);
      if (kind[row] !== LOG) continue;
      const file = existing(fileIndex[row], row);
      const into = byFile[file];
      const at = existing(counts[file], file);
      if (into !== undefined) into[at] = place;
      counts[file] = at + 1;
    }
    const offsetOf = (place: number): number => {
      const row = existing(rows[place], place);
      return existing(byteOffset[row], row);
    };
    // Nearly always in this order already, which is then one pass.
    for (const places of byFile) if (places.length > 0) sortRows(places, (a, b) => offsetOf(a) - offsetOf(b));
    return [...byFile.entries()].filter(([, { length }]) => length > 0);
  }

  #ofFile(
    file: number,
    rows: Uint32Array,
    places: Uint32Array,
    find: FindMessage,
    glance: MessageGlance,
    seen: Uint8Array,
    untold: number,
  ): void {
    const { byteOffset, byteLength, severity } = this.#columns;
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    const span = this.#span;
    for (let at = 0; at < places.length; ) {
      const { next, start, bytes: wanted } = this.#extent(rows, places, at);
      // Of what is longer, reading tells.
      if (wanted > PIECE_BYTES) {
        at = next;
        continue;
      }
      const bytes = this.#reader.readInto(file, start, wanted, buffer);
      const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
      const hasEscapedLineFeed = latin1.includes(ESCAPED_LINE_FEED);
      for (; at < next; at++) {
        const place = existing(places[at], at);
        const row = existing(rows[place], place);
        const from = existing(byteOffset[row], row) - start;
        const end = from + existing(byteLength[row], row);
        if (!find(bytes, latin1, from, end, span)) continue;
        if (hasEscapedLineFeed && latin1.slice(from, end).includes(ESCAPED_LINE_FEED)) continue;
        const shown = glance(bytes, span.from, span.to, spellingOf(find, span), existing(severity[row], row));
        seen[place] = shown;
        if (shown === untold) this.#kept.keep(row, bytes, from, end);
      }
    }
  }

  /** How many records from `at` on make a piece, and where it lies. */
  #extent(rows: Uint32Array, places: Uint32Array, at: number): { next: number; start: number; bytes: number } {
    const { byteOffset, byteLength } = this.#columns;
    let start = 0;
    let end = 0;
    let next = at;
    for (; next < places.length; next++) {
      const place = existing(places[next], next);
      const row = existing(rows[place], place);
      const offset = existing(byteOffset[row], row);
      const recordEnd = offset + existing(byteLength[row], row);
      if (next === at) [start, end] = [offset, recordEnd];
      else if (recordEnd - start > PIECE_BYTES || offset - end > GAP_BYTES) break;
      else if (recordEnd > end) end = recordEnd;
    }
    return { next, start, bytes: end - start };
  }
}
