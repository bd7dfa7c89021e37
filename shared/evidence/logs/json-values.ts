/** Longest JSON value that is kept, in bytes; a longer one is passed over and counted. */
const VALUE_LIMIT_BYTES = 1024 * 1024;
/** Names of lists whose elements are the records: CloudWatch, Elasticsearch, Grafana, Datadog, Azure. */
const LIST_NAMES: ReadonlySet<string> = new Set([
  'events',
  'entries',
  'logs',
  'hits',
  'results',
  'data',
  'rows',
  'records',
  'value',
  'values',
  'items',
]);

/** One JSON value of a file. */
export interface JsonValue {
  readonly text: string;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** 1-based line of its first byte. */
  readonly line: number;
  /** Whether it ended before it was whole. */
  readonly isCut: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const LF = 0x0a;
const BLANK = 0x20;
const TAB = 0x09;

/**
 * Finds the objects that a JSON file lists, one after the other or in a list, over any number of lines, from chunks of any
 * size. A list under a usual name within the first object is gone into. Keeps no more than the object at hand.
 */
export class JsonValues {
  #offset: number;
  #line: number;
  /** Open brackets around the next byte, outermost first: true for an object. */
  readonly #open: boolean[] = [];
  /** How many of them belong to what holds the records, not to a record. */
  #holderDepth = 0;
  #inString = false;
  #isEscaped = false;
  /** The last string that ended, while it may be the name of a list. */
  #name = '';
  #nameFrom = -1;
  #kept = new Uint8Array(0);
  #keptBytes = 0;
  #valueOffset = -1;
  #valueLine = 0;
  #values = 0;
  /** How far records are indented, where each begins a line; -1 until one does. */
  #indent = -1;
  /** Blanks at the beginning of the line at hand; -1 once anything else stood in it. */
  #blanks = 0;
  /** Values that did not end before the next one began. */
  broken = 0;
  /** Values that were longer than the limit. */
  tooLong = 0;
  readonly #decoder = new TextDecoder('utf-8');

  constructor(startOffset: number, startLine: number) {
    this.#offset = startOffset;
    this.#line = startLine;
  }

  push(chunk: Uint8Array, onValue: (value: JsonValue) => void): void {
    let from = this.#valueOffset >= 0 ? 0 : -1;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      const blanks = this.#blanks;
      if (byte === LF) {
        this.#line += 1;
        this.#blanks = 0;
        // No string of JSON goes on in another line.
        this.#inString = false;
        this.#isEscaped = false;
      } else if (byte === BLANK || byte === TAB) {
        if (this.#blanks >= 0) this.#blanks += 1;
      } else this.#blanks = -1;
      if (byte === BRACE && blanks >= 0 && blanks === this.#indent && this.#open.length !== this.#holderDepth) {
        // A record begins a line like the others: what was open before it is damage.
        if (this.#valueOffset >= 0) this.broken += 1;
        this.#inString = false;
        this.#open.length = Math.min(this.#open.length, this.#holderDepth);
        while (this.#open.length < this.#holderDepth) this.#open.push(false);
        this.#keptBytes = 0;
        this.#valueOffset = -1;
      }
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) {
          this.#inString = false;
          this.#nameFrom = -1;
        } else if (this.#nameFrom >= 0 && this.#name.length < 40) this.#name += String.fromCharCode(byte);
        continue;
      }
      if (byte === QUOTE) {
        this.#inString = true;
        this.#name = '';
        this.#nameFrom = at;
      } else if (byte === BRACE) {
        if (this.#open.length === this.#holderDepth) {
          this.#valueOffset = this.#offset + at;
          this.#valueLine = this.#line;
          if (blanks >= 0 && (this.#indent < 0 || this.#values === 0)) this.#indent = blanks;
          from = at;
        }
        this.#open.push(true);
      } else if (byte === BRACKET) {
        // {"events": [ ... ]}: the object that was begun is no record, but holds them.
        const isHolder =
          this.#open.length === this.#holderDepth ||
          (this.#values === 0 && this.#open.every((isObject) => isObject) && LIST_NAMES.has(this.#name));
        this.#open.push(false);
        if (isHolder) {
          this.#holderDepth = this.#open.length;
          this.#valueOffset = -1;
          this.#keptBytes = 0;
          from = -1;
        }
      } else if (byte === BRACE_END || byte === BRACKET_END) {
        this.#open.pop();
        if (this.#open.length < this.#holderDepth) this.#holderDepth = this.#open.length;
        else if (byte === BRACE_END && this.#valueOffset >= 0 && this.#open.length === this.#holderDepth) {
          this.#keep(chunk.subarray(Math.max(from, 0), at + 1));
          this.#emit(this.#offset + at + 1, false, onValue);
          from = -1;
        }
      }
    }
    if (from >= 0) this.#keep(chunk.subarray(from));
    this.#offset += chunk.length;
  }

  /** Hands out what was begun and not ended. */
  end(onValue: (value: JsonValue) => void): void {
    if (this.#valueOffset >= 0) this.#emit(this.#offset, true, onValue);
  }

  #keep(part: Uint8Array): void {
    const wanted = this.#keptBytes + part.length;
    if (wanted > VALUE_LIMIT_BYTES) {
      this.#keptBytes = VALUE_LIMIT_BYTES + 1;
      return;
    }
    if (wanted > this.#kept.length) {
      const grown = new Uint8Array(Math.max(wanted, this.#kept.length * 2, 1_024));
      grown.set(this.#kept.slice(0, this.#keptBytes));
      this.#kept = grown;
    }
    this.#kept.set(part, this.#keptBytes);
    this.#keptBytes = wanted;
  }

  #emit(end: number, isCut: boolean, onValue: (value: JsonValue) => void): void {
    this.#values += 1;
    const byteOffset = this.#valueOffset;
    this.#valueOffset = -1;
    if (this.#keptBytes > VALUE_LIMIT_BYTES) this.tooLong += 1;
    else {
      const bytes = this.#kept.subarray(0, this.#keptBytes);
      onValue({
        text: this.#decoder.decode(bytes),
        byteOffset,
        byteLength: end - byteOffset,
        line: this.#valueLine,
        isCut,
      });
    }
    this.#keptBytes = 0;
  }
}
