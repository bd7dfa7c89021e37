import type { TimeResolution } from '../../model/evidence.ts';
import { isDecoration, LINE_LIMIT_BYTES, problemItem } from '../reading/lines.ts';
import type { CreateParser, EvidenceParser, ItemSink, ParseContext, ParsedItem } from '../reading/parser.ts';
import { BINARY_LIMIT_BYTES, ExportEntryBytes, LENGTH_BYTES } from './journal-export-bytes.ts';
import { EVENT_FIELDS, readJournalEntry } from './journal-fields.ts';
import { isJournalNotice } from './journal-prefix.ts';

/** Bytes that may be read a second time because a damaged length had swallowed them: more is an attack, not damage. */
const REREAD_LIMIT_BYTES = 256 * 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/** Field names: capitals, digits and underscores. Source: journal_field_valid in systemd's src/libsystemd/sd-journal/journal-file.c */
const TEXT_FIELD = /^([A-Z_][A-Z0-9_]{0,63})=/;
const BINARY_FIELD = /^[A-Z_][A-Z0-9_]{0,63}$/;

/** An entry whose fields are being read. */
interface OpenEntry {
  readonly byteOffset: number;
  readonly line: number;
  /** End of its last field, without the line end. */
  byteEnd: number;
  readonly fields: Map<string, string>;
  /** Address fields (`__CURSOR`, `__REALTIME_TIMESTAMP`) stand once in an entry; a second one begins the next. */
  readonly addresses: Set<string>;
}

/**
 * The Journal Export Format (`journalctl -o export`, systemd-journal-upload): a field a line as `NAME=value`; a value that
 * is no printable text as `NAME`, a line feed, its length as 64-bit little-endian number, its bytes and a line feed; a blank
 * line after each entry. Source: https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format
 *
 * A damaged length would swallow what follows it: when no line feed stands behind the value, its bytes are read again as
 * lines, and reading goes on with the next entry.
 */
export const createJournalExportParser: CreateParser = (context) => new JournalExportParser(context);

type Expected = 'line' | 'length' | 'value';

class JournalExportParser implements EvidenceParser {
  readonly #context: ParseContext;
  readonly #decoder = new TextDecoder('utf-8');
  #out: ParsedItem[] = [];
  #expected: Expected = 'line';
  /** Bytes of the line, length or value that has not ended yet. */
  readonly #pending = new GrowingBytes();
  /** Bytes of an overlong line beyond the limit, counted and not kept. */
  #skippedBytes = 0;
  /** Byte of the file and line at which `#pending` begins. */
  #offset: number;
  #line: number;
  #binaryName = '';
  #valueBytes = 0;
  #open: OpenEntry | null = null;
  /** After damage, lines up to the next entry are skipped. */
  #lost = false;
  #anyEntry = false;
  #stray: { readonly line: number; readonly byteOffset: number; count: number } | null = null;
  #rereadBytes = 0;
  /** Bytes that have to be read again as lines. */
  #swallowed: Uint8Array | null = null;
  /** Takes entries that are read as bytes; null while all are read as text. */
  #sink: ItemSink | null = null;
  #entryBytes: ExportEntryBytes | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#offset = context.startOffset;
    this.#line = context.startLine;
  }

  push(chunk: Uint8Array): readonly ParsedItem[] {
    this.#read(chunk);
    return this.#take();
  }

  pushInto(chunk: Uint8Array, sink: ItemSink): void {
    this.#sink = sink;
    this.#read(chunk);
    this.#sink = null;
    this.#drainInto(sink);
  }

  end(): readonly ParsedItem[] {
    while (this.#expected !== 'line') {
      // The file ends within a value, or a damaged length reaches beyond its end.
      this.#problem('truncated', `ends within the binary field ${this.#binaryName} of the entry at`, this.#offset);
      this.#reread();
      const again = this.#swallowed;
      this.#swallowed = null;
      if (again !== null) this.#read(again);
    }
    if (this.#pending.length > 0) {
      this.#problem('truncated', 'ends without a line end; its last entry may be cut short:', this.#offset);
      this.#endLine(false);
    }
    this.#close();
    this.#flushStray();
    return this.#take();
  }

  timeResolution(): TimeResolution {
    return { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' };
  }

  #take(): readonly ParsedItem[] {
    const taken = this.#out;
    this.#out = [];
    return taken;
  }

  #drainInto(sink: ItemSink): void {
    if (this.#out.length > 0) for (const item of this.#take()) sink.item(item);
  }

  #read(chunk: Uint8Array): void {
    // What a damaged length swallowed is put in front of what is still to be read.
    const waiting = [chunk];
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      let at = 0;
      while (at < part.length) {
        const next = this.#takeEntry(part, at);
        if (next > at) at = next;
        else if (this.#expected === 'line') at = this.#readLine(part, at);
        else {
          at = this.#expected === 'length' ? this.#readLength(part, at) : this.#readValue(part, at);
          const again = this.#swallowed;
          if (again === null) continue;
          this.#swallowed = null;
          waiting.push(part.subarray(at), again);
          break;
        }
      }
    }
  }

  /** Reads an entry that begins at `at` and of which nothing is in doubt as bytes; returns where it ends, else `at`. */
  #takeEntry(part: Uint8Array, at: number): number {
    const sink = this.#sink;
    if (sink === null || this.#open !== null || this.#expected !== 'line' || this.#lost) return at;
    if (this.#pending.length > 0 || this.#skippedBytes > 0) return at;
    this.#entryBytes ??= new ExportEntryBytes();
    const entry = this.#entryBytes;
    if (!entry.read(part, at)) return at;
    this.#anyEntry = true;
    this.#flushStray();
    this.#drainInto(sink);
    sink.event(entry, this.#offset, entry.byteEnd - at, this.#line);
    this.#offset += entry.next - at;
    this.#line += entry.lines;
    return entry.next;
  }

  #readLine(part: Uint8Array, at: number): number {
    const found = part.indexOf(LF, at);
    const end = found < 0 ? part.length : found;
    const kept = Math.min(end - at, LINE_LIMIT_BYTES - this.#pending.length);
    this.#pending.add(part.subarray(at, at + kept));
    this.#skippedBytes += end - at - kept;
    if (found < 0) return part.length;
    this.#endLine(true);
    return found + 1;
  }

  #readLength(part: Uint8Array, at: number): number {
    const end = Math.min(part.length, at + LENGTH_BYTES - this.#pending.length);
    this.#pending.add(part.subarray(at, end));
    if (this.#pending.length < LENGTH_BYTES) return end;
    const length = this.#pending.bytes();
    const view = new DataView(length.buffer, length.byteOffset, LENGTH_BYTES);
    this.#valueBytes = view.getUint32(0, true);
    if (view.getUint32(4, true) !== 0 || this.#valueBytes > BINARY_LIMIT_BYTES) {
      this.#problem(
        'malformed-record',
        `has an impossible length of the binary field ${this.#binaryName} at`,
        this.#offset,
      );
      this.#reread();
    } else this.#expected = 'value';
    return end;
  }

  #readValue(part: Uint8Array, at: number): number {
    // The length, the value and the line feed behind it.
    const wanted = LENGTH_BYTES + this.#valueBytes + 1;
    const end = Math.min(part.length, at + wanted - this.#pending.length);
    this.#pending.add(part.subarray(at, end));
    if (this.#pending.length < wanted) return end;
    const bytes = this.#pending.bytes();
    if (bytes[wanted - 1] !== LF) {
      this.#problem(
        'malformed-record',
        `has no line end where the binary field ${this.#binaryName} should end, which begins at`,
        this.#offset,
      );
      this.#reread();
      return end;
    }
    const value = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + this.#valueBytes);
    this.#field(this.#binaryName, EVENT_FIELDS.has(this.#binaryName) ? this.#decoder.decode(value) : '');
    for (const byte of bytes) if (byte === LF) this.#line += 1;
    this.#offset += wanted;
    if (this.#open !== null) this.#open.byteEnd = this.#offset - 1;
    this.#expected = 'line';
    this.#pending.clear();
    return end;
  }

  /** Leaves the binary field: what was gathered for it is read again as lines, up to the next entry. */
  #reread(): void {
    const bytes = this.#pending.bytes().slice();
    this.#pending.clear();
    this.#expected = 'line';
    this.#lost = true;
    if (this.#rereadBytes + bytes.length > REREAD_LIMIT_BYTES) {
      this.#problem('limit-exceeded', 'has too many damaged lengths; bytes are skipped at', this.#offset);
      for (const byte of bytes) if (byte === LF) this.#line += 1;
      this.#offset += bytes.length;
      return;
    }
    this.#rereadBytes += bytes.length;
    this.#swallowed = bytes;
  }

  #endLine(terminated: boolean): void {
    const { length } = this.#pending;
    const kept = this.#pending.bytes();
    // A carriage return is no printable text to journalctl: it came with a change of line ends.
    const endsInCr = terminated && this.#skippedBytes === 0 && kept[length - 1] === CR;
    const text = this.#decoder.decode(endsInCr ? kept.subarray(0, length - 1) : kept);
    const byteOffset = this.#offset;
    const byteEnd = byteOffset + length + this.#skippedBytes - (endsInCr ? 1 : 0);
    const line = this.#line;
    if (this.#skippedBytes > 0) {
      const where = `Line ${line} of ${this.#context.fileName}`;
      const message = `${where} has ${byteEnd - byteOffset} bytes; only its first ${LINE_LIMIT_BYTES} were read.`;
      this.#out.push(problemItem('line-too-long', message, byteOffset));
    }
    this.#offset = byteOffset + length + this.#skippedBytes + (terminated ? 1 : 0);
    this.#line += 1;
    this.#pending.clear();
    this.#skippedBytes = 0;
    this.#onLine(text, byteOffset, byteEnd, line, terminated);
  }

  #onLine(text: string, byteOffset: number, byteEnd: number, line: number, terminated: boolean): void {
    if (text === '') {
      this.#close();
      this.#lost = false;
      return;
    }
    const name = TEXT_FIELD.exec(text)?.[1];
    if (name?.startsWith('__') === true && (this.#lost || this.#open?.addresses.has(name) === true)) {
      // The blank line before this entry is damaged or was swallowed.
      if (name === '__CURSOR' || !this.#lost) {
        this.#close();
        this.#lost = false;
      }
    }
    if (this.#lost) return;
    if (name !== undefined) {
      this.#begin(byteOffset, line);
      if (name.startsWith('__')) this.#open?.addresses.add(name);
      this.#field(name, EVENT_FIELDS.has(name) ? text.slice(name.length + 1) : '');
      if (this.#open !== null) this.#open.byteEnd = byteEnd;
    } else if (terminated && this.#open !== null && BINARY_FIELD.test(text)) {
      this.#open.byteEnd = byteEnd;
      this.#binaryName = text;
      this.#expected = 'length';
    } else if (!isJournalNotice(text) && (this.#anyEntry || this.#open !== null || !isDecoration(text))) {
      if (this.#stray === null) this.#stray = { line, byteOffset, count: 1 };
      else this.#stray.count += 1;
    }
  }

  #begin(byteOffset: number, line: number): void {
    if (this.#open !== null) return;
    this.#flushStray();
    this.#open = { byteOffset, line, byteEnd: byteOffset, fields: new Map(), addresses: new Set() };
  }

  #field(name: string, value: string): void {
    const fields = this.#open?.fields;
    if (fields === undefined || !EVENT_FIELDS.has(name) || fields.has(name)) return;
    fields.set(name, value);
  }

  #close(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    const { byteOffset, byteEnd, line, fields } = open;
    const where = `The entry at line ${line} of ${this.#context.fileName}`;
    // Damage was reported where it lies; what is left of the entry says nothing without its message.
    if (this.#lost && !fields.has('MESSAGE')) return;
    this.#anyEntry = true;
    const source = {
      evidenceId: this.#context.evidenceId,
      byteOffset,
      byteLength: byteEnd - byteOffset,
      line,
    };
    this.#out.push(readJournalEntry((name) => fields.get(name) ?? null, source, where));
    this.#flushStray();
  }

  #flushStray(): void {
    const stray = this.#stray;
    this.#stray = null;
    if (stray === null) return;
    const where = stray.count === 1 ? `Line ${stray.line} is` : `${stray.count} lines from line ${stray.line} on are`;
    const message = `${where} no field of a journal entry in ${this.#context.fileName} and left out; compare with the original export.`;
    this.#out.push(problemItem('malformed-record', message, stray.byteOffset));
  }

  #problem(kind: 'truncated' | 'malformed-record' | 'limit-exceeded', what: string, byteOffset: number): void {
    const line = kind === 'truncated' ? (this.#open?.line ?? this.#line) : this.#line;
    const message = `${this.#context.fileName} ${what} line ${line}; what is whole is kept.`;
    this.#out.push(problemItem(kind, message, byteOffset));
  }
}

/** Bytes that come in pieces, in one buffer that grows by doubling and is used again. */
class GrowingBytes {
  #buffer = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(part: Uint8Array): void {
    if (this.#length + part.length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(this.#length + part.length, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(part, this.#length);
    this.#length += part.length;
  }

  /** What was added so far; valid until the next change. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }
}
