import type { EvidenceEvent } from '../../model/event.ts';
import type { ParseProblem, ProblemKind, Provenance, TimeResolution } from '../../model/evidence.ts';
import type { EvidenceParser, ItemSink, ParseContext, ParsedItem, PlainEvent } from './parser.ts';

/** One line of text evidence. Offsets count bytes of the file; the text has neither line end nor byte order mark. */
export interface Line {
  readonly text: string;
  /** Byte of the file at which the line begins. */
  readonly byteOffset: number;
  /** Bytes of the whole line, without CR and LF, also when `text` was cut. */
  readonly byteLength: number;
  /** 1-based. */
  readonly number: number;
  /** False for a last line that the file ends without a line feed. */
  readonly terminated: boolean;
  /** True when the line is longer than the limit and `text` holds its beginning only. */
  readonly cut: boolean;
  /** True when some bytes are not UTF-8; each such sequence became U+FFFD in `text`. */
  readonly invalid: boolean;
}

/** Longest line that is read whole, in bytes. Journal messages end at 768 KiB (DATA_SIZE_MAX of systemd is larger, but rare). */
export const LINE_LIMIT_BYTES = 1024 * 1024;

/** Longest line that is offered as bytes; the rare longer one goes the way of all text. */
const BYTES_LIMIT_BYTES = 64 * 1024;

const NO_BYTES = new Uint8Array(0);
const LEAST_PENDING_BYTES = 256;

const LEADING_NULS = /^\0+(?!\0|$)/;
const LF = 0x0a;
const CR = 0x0d;

/** What some byte of a line is, found while its end is looked for, so that the line need not be searched once more for it. */
export const TRAITS = {
  /** Beyond ASCII. */
  wide: 1,
  /** `#`, as in rsyslog's `#012`. */
  hash: 2,
} as const;
const HASH = 0x23;

/** Where a line ends that has carriage returns in front of `end`. */
function withoutCrs(bytes: Uint8Array, from: number, end: number): number {
  let to = end;
  while (to > from && bytes[to - 1] === CR) to -= 1;
  return to;
}

/**
 * Looks at a whole line as bytes[from..end) of a chunk, without its line end, and says whether it needs no text. `next` is
 * the first byte of the line below, -1 where the chunk ends; `traits` the sum of those TRAITS that any of its bytes has.
 */
export type TakeLine = (
  chunk: Uint8Array,
  from: number,
  end: number,
  next: number,
  traits: number,
  byteOffset: number,
  number: number,
) => boolean;

/**
 * Splits chunks of any size into lines. A line that lies within one chunk is decoded straight from it; only a line that
 * spans chunks is gathered in a buffer, which never grows beyond the limit.
 */
export class LineReader {
  readonly #limitBytes: number;
  #pending = NO_BYTES;
  #pendingBytes = 0;
  /** Bytes of the unfinished line beyond the limit, counted and not kept. */
  #skippedBytes = 0;
  #endsInCr = false;
  #lineOffset: number;
  #lineNumber: number;

  constructor(startOffset = 0, startLine = 1, limitBytes = LINE_LIMIT_BYTES) {
    this.#lineOffset = startOffset;
    this.#lineNumber = startLine;
    this.#limitBytes = limitBytes;
  }

  /** Calls `onLine` for each line that ends in this chunk. The chunk is not kept. */
  push(chunk: Uint8Array, onLine: (line: Line) => void): void {
    let from = 0;
    for (let at = chunk.indexOf(LF, from); at >= 0; at = chunk.indexOf(LF, from)) {
      if (this.#pendingBytes === 0 && this.#skippedBytes === 0) {
        const bytes = at - from;
        const endsInCr = bytes > 0 && chunk[at - 1] === CR;
        this.#emit(chunk.subarray(from, Math.min(at, from + this.#limitBytes)), bytes, endsInCr, true, onLine);
      } else {
        this.#gather(chunk.subarray(from, at));
        this.#emitPending(true, onLine);
      }
      from = at + 1;
    }
    if (from < chunk.length) this.#gather(chunk.subarray(from));
  }

  /** Does what `push` does, but for those lines that lie in the chunk whole and that `takeLine` takes. */
  pushTaking(chunk: Uint8Array, onLine: (line: Line) => void, takeLine: TakeLine): void {
    let from = 0;
    if (this.#pendingBytes > 0 || this.#skippedBytes > 0) {
      const at = chunk.indexOf(LF);
      if (at < 0) {
        this.#gather(chunk);
        return;
      }
      this.#gather(chunk.subarray(0, at));
      this.#emitPending(true, onLine);
      from = at + 1;
    }
    const { length } = chunk;
    const words = new Int32Array(chunk.buffer, 0, chunk.buffer.byteLength >>> 2);
    const { byteOffset } = chunk;
    for (;;) {
      let at = from;
      let traits = 0;
      for (;;) {
        // Four bytes at a time as long as none of them is a line end or has a trait.
        if (((byteOffset + at) & 3) === 0) {
          let word = (byteOffset + at) >>> 2;
          const wordEnd = (byteOffset + length) >>> 2;
          while (word < wordEnd && holdsNone(words[word] ?? 0)) word += 1;
          at = (word << 2) - byteOffset;
        }
        if (at >= length) break;
        const byte = chunk[at] ?? 0;
        if (byte === LF) break;
        if (byte >= 0x80) traits |= TRAITS.wide;
        else if (byte === HASH) traits |= TRAITS.hash;
        at += 1;
      }
      if (at >= length) break;
      const bytes = at - from;
      const endsInCr = bytes > 0 && chunk[at - 1] === CR;
      const next = at + 1 < length ? (chunk[at + 1] ?? -1) : -1;
      const isTaken =
        bytes > 0 &&
        bytes <= BYTES_LIMIT_BYTES &&
        takeLine(
          chunk,
          from,
          endsInCr ? withoutCrs(chunk, from, at) : at,
          next,
          traits,
          this.#lineOffset,
          this.#lineNumber,
        );
      if (isTaken) {
        this.#lineOffset += bytes + 1;
        this.#lineNumber += 1;
      } else this.#emit(chunk.subarray(from, Math.min(at, from + this.#limitBytes)), bytes, endsInCr, true, onLine);
      from = at + 1;
    }
    if (from < length) this.#gather(chunk.subarray(from));
  }

  /** 1-based number of the line that begins next; null within a line. */
  get nextLine(): number | null {
    return this.#pendingBytes === 0 && this.#skippedBytes === 0 ? this.#lineNumber : null;
  }

  /** Ends the file: a last line without a line feed is handed out too. */
  end(onLine: (line: Line) => void): void {
    if (this.#pendingBytes > 0 || this.#skippedBytes > 0) this.#emitPending(false, onLine);
  }

  #gather(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#endsInCr = part[part.length - 1] === CR;
    const kept = Math.min(part.length, this.#limitBytes - this.#pendingBytes);
    if (this.#pendingBytes + kept > this.#pending.length) {
      const capacity = Math.min(
        this.#limitBytes,
        Math.max(this.#pendingBytes + kept, this.#pending.length * 2, LEAST_PENDING_BYTES),
      );
      const grown = new Uint8Array(capacity);
      grown.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = grown;
    }
    this.#pending.set(part.subarray(0, kept), this.#pendingBytes);
    this.#pendingBytes += kept;
    this.#skippedBytes += part.length - kept;
  }

  #emitPending(terminated: boolean, onLine: (line: Line) => void): void {
    const bytes = this.#pendingBytes + this.#skippedBytes;
    const kept = this.#pending.subarray(0, this.#pendingBytes);
    this.#pendingBytes = 0;
    this.#skippedBytes = 0;
    this.#emit(kept, bytes, this.#endsInCr, terminated, onLine);
  }

  #emit(kept: Uint8Array, bytes: number, endsInCr: boolean, terminated: boolean, onLine: (line: Line) => void): void {
    // `\r\r\n` is what a program on Windows makes of lines that end in CR LF.
    const crs = !endsInCr || !terminated ? 0 : kept.length < bytes ? 1 : bytes - withoutCrs(kept, 0, bytes);
    const byteLength = bytes - crs;
    const cut = byteLength > kept.length;
    const written = lineDecoder.decode(kept.length > byteLength ? kept.subarray(0, byteLength) : kept);
    // A log that was emptied while its writer went on, or a block that was not written before a crash, begins with NULs.
    const text = written.charCodeAt(0) === 0 ? written.replace(LEADING_NULS, '') : written;
    const line: Line = {
      text,
      byteOffset: this.#lineOffset,
      byteLength,
      number: this.#lineNumber,
      terminated,
      cut,
      // A cut may fall inside a character, which is no fault of the evidence.
      invalid: !cut && text.includes('\uFFFD') && !isUtf8(kept),
    };
    this.#lineOffset += bytes + (terminated ? 1 : 0);
    this.#lineNumber += 1;
    onLine(line);
  }
}

/**
 * Whether none of four bytes is a line end or has one of the TRAITS, or a false "no" now and then: a byte is zero when taking
 * 1 off it borrows. Source: https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
 */
function holdsNone(word: number): boolean {
  const notLf = word ^ 0x0a0a0a0a;
  const notHash = word ^ 0x23232323;
  const borrows = ((notLf - 0x01010101) & ~notLf) | ((notHash - 0x01010101) & ~notHash);
  return ((borrows | word) & 0x80808080) === 0;
}

/** Shared: a reader is made for each record that is shown again, and a decoder costs more than such a line. */
const lineDecoder = new TextDecoder('utf-8');
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** Whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** What a line-based format does with its lines; everything else (splitting, limits, encoding) is common. */
export interface LineHandler {
  onLine(line: Line, out: ParsedItem[]): void;
  /** `cut` is the last line where the file ends within it, see reportCutEnd; it was given to `onLine` like any other. */
  onEnd(out: ParsedItem[], cut: Line | null): void;
  timeResolution(): TimeResolution | null;
  /** Whether nothing that was read waits for records that follow, or bears on them; see EvidenceParser.seam. */
  isSettled?(): boolean;
  /**
   * Reads the one event that a line is, from bytes[from..end) of a chunk (UTF-8, without line end) and the first byte of the
   * line below (-1: not known), with the TRAITS of its bytes. Null when the line must go to `onLine`, and then nothing has
   * changed. What has to come before the event goes to `out`. The result is valid until the next call.
   */
  takeLine?(
    chunk: Uint8Array,
    from: number,
    end: number,
    next: number,
    traits: number,
    out: ParsedItem[],
  ): PlainEvent | null;
}

/**
 * Makes a parser of a line handler, reporting overlong lines and (once) bytes that are not UTF-8. `limitBytes` is for formats
 * whose lines mean nothing without their end.
 */
export function parserOfLines(
  context: ParseContext,
  handler: LineHandler,
  limitBytes = LINE_LIMIT_BYTES,
): EvidenceParser {
  const reader = new LineReader(context.startOffset, context.startLine, limitBytes);
  let out: ParsedItem[] = [];
  let encodingReported = false;
  const onLine = (line: Line): void => {
    if (line.cut) {
      out.push(
        problemItem(
          'line-too-long',
          `Line ${line.number} of ${context.fileName} has ${line.byteLength} bytes; only its first ${limitBytes} were read.`,
          line.byteOffset,
        ),
      );
    }
    if (line.invalid && !encodingReported) {
      encodingReported = true;
      out.push(
        problemItem(
          'invalid-encoding',
          `Line ${line.number} of ${context.fileName} is not UTF-8; unreadable bytes are shown as U+FFFD, here and in any later line.`,
          line.byteOffset,
        ),
      );
    }
    handler.onLine(line, out);
  };
  const take = (): readonly ParsedItem[] => {
    const taken = out;
    out = [];
    return taken;
  };
  const { takeLine } = handler;
  const pushInto = (chunk: Uint8Array, sink: ItemSink): void => {
    const drain = (): void => {
      for (const item of out) sink.item(item);
      out = [];
    };
    reader.pushTaking(
      chunk,
      (line) => {
        onLine(line);
        if (out.length > 0) drain();
      },
      (bytes, from, end, next, traits, byteOffset, number) => {
        // A line that is not UTF-8 has to be reported.
        if ((traits & TRAITS.wide) !== 0 && !isUtf8(bytes.subarray(from, end))) return false;
        const event = takeLine?.call(handler, bytes, from, end, next, traits, out) ?? null;
        if (event === null) return false;
        if (out.length > 0) drain();
        sink.event(event, byteOffset, end - from, number);
        return true;
      },
    );
  };
  return {
    push(chunk) {
      reader.push(chunk, onLine);
      return take();
    },
    ...(takeLine === undefined ? {} : { pushInto }),
    ...(handler.isSettled === undefined
      ? {}
      : { seam: () => (handler.isSettled?.() === true ? reader.nextLine : null) }),
    end() {
      let cut: Line | null = null;
      reader.end((line) => {
        cut = line;
        onLine(line);
      });
      handler.onEnd(out, cut);
      return take();
    },
    timeResolution: () => handler.timeResolution(),
  };
}

/** A problem as a parsed item. */
export function problemItem(kind: ProblemKind, message: string, byteOffset: number | null): ParsedItem {
  const problem: ParseProblem = { kind, message, byteOffset };
  return { type: 'problem', problem };
}

/** The bytes from the beginning of one line to the end of another (the same by default). */
export function provenanceOfLines(context: ParseContext, first: Line, last: Line = first): Provenance {
  return {
    evidenceId: context.evidenceId,
    byteOffset: first.byteOffset,
    byteLength: last.byteOffset + last.byteLength - first.byteOffset,
    line: first.number,
  };
}

/**
 * Says that a file ends within its last line, whose record (`what`: `entry`, `row`) may lack its end; `line` is that line, or
 * null when the file ends with a line feed as its producer ends every line.
 */
export function reportCutEnd(context: ParseContext, line: Line | null, what: string, out: ParsedItem[]): void {
  if (line === null) return;
  const message = `${context.fileName} ends within line ${line.number}; its last ${what} may be cut short.`;
  out.push(problemItem('truncated', message, line.byteOffset));
}

// WORKER TIMEOUT (pid:8)        Killed process 8        exited with code 137        database is locked
const SPEAKS_OF_AN_END =
  /\bWORKER TIMEOUT\b|\bSIG(?:KILL|ABRT|SEGV|BUS)\b|\b[Oo]ut of memory\b|\boom-kill|\bOOM ?[Kk]ill|\bKilled process \d|\bexit(?:ed|s)?(?: with)?(?: status| code)?[ :=]{1,2}1(?:34|37|39)\b|\bMemoryError\b|\bbad_alloc\b|Cannot allocate memory|database (?:table )?is locked/;
/** Lines of one stretch that are listed, and up to how many are counted. */
const GRAVE_LIMIT = 3;
const GRAVE_COUNTED = 10_000;
const QUOTED_CHARACTERS = 160;

/** Whether a text has words for a kill, a timeout, short memory or a lock. */
export function speaksOfAnEnd(text: string): boolean {
  return SPEAKS_OF_AN_END.test(text);
}

/** Lists a line that speaks of an end and was not classified, so that it is not passed over in silence. */
export function unclassifiedItem(
  { fileName }: Pick<ParseContext, 'fileName'>,
  line: number,
  text: string,
  byteOffset: number,
): ParsedItem {
  const quoted = text.trim().slice(0, QUOTED_CHARACTERS);
  const message = `Line ${line} of ${fileName} speaks of a kill, a timeout, memory or a lock and was not classified: ${quoted}`;
  return problemItem('unclassified', message, byteOffset);
}

/**
 * Collects lines that belong to no record, so that a damaged stretch is one problem with its extent and not thousands.
 * `flush` is called when a record begins again and at the end.
 */
export class StrayLines {
  readonly #context: ParseContext;
  readonly #what: string;
  #first: Line | null = null;
  #count = 0;
  #grave: Line[] = [];
  #graveCount = 0;

  /** `what` names the records of the format: `journal entries`. */
  constructor(context: ParseContext, what: string) {
    this.#context = context;
    this.#what = what;
  }

  add(line: Line): void {
    this.#first ??= line;
    this.#count += 1;
    if (this.#graveCount === GRAVE_COUNTED || !speaksOfAnEnd(line.text)) return;
    this.#graveCount += 1;
    if (this.#grave.length < GRAVE_LIMIT) this.#grave.push(line);
  }

  flush(out: ParsedItem[]): void {
    if (this.#first === null) return;
    const { number, byteOffset } = this.#first;
    const where = this.#count === 1 ? `Line ${number} is` : `Lines ${number} to ${number + this.#count - 1} are`;
    out.push(
      problemItem(
        'malformed-record',
        `${where} no ${this.#what} in ${this.#context.fileName} and cannot be placed in time; compare with the original export.`,
        byteOffset,
      ),
    );
    out.push({ type: 'unread', lines: this.#count, grave: this.#graveCount });
    for (const line of this.#grave) out.push(unclassifiedItem(this.#context, line.number, line.text, line.byteOffset));
    this.#grave = [];
    this.#graveCount = 0;
    this.#first = null;
    this.#count = 0;
  }
}

/**
 * Lines that exports gather around their content and that say nothing about the incident: blank lines, comments, and the
 * echo of the command that was pasted along with its output (`root@vm:~# journalctl -u tracker`, `$ ps aux`).
 */
export function isDecoration(text: string): boolean {
  return (
    text.trim() === '' || /^\s*#/.test(text) || /^(?:[\w.-]+@[\w.-]+[:\s]\S*\s*|\[[^\]]*@[^\]]*\])?[$#%>]\s/.test(text)
  );
}

/** A typed shorthand: an event as a parsed item. */
export function eventItem(event: Omit<EvidenceEvent, 'row'>): Extract<ParsedItem, { type: 'event' }> {
  return { type: 'event', event };
}
