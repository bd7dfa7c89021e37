import type { SpoolFile } from '../files/spool.ts';

const LINE_FEED = 0x0a;
/** As much of a file as tells how its lines begin. */
const HEAD_BYTES = 64 * 1024;
/** Beyond this share of control characters, it is no text. */
const STRANGE_SHARE = 0.1;
const LINE_HEAD_CHARACTERS = 24;
const KINDS_COMPARED = 4;
/** Longer lines are not looked for the end of. */
const LINE_LIMIT_BYTES = 64 * 1024;

/** What was kept of a file with gaps, in words for people. */
export interface Joins {
  /** In front of which byte of what was written each gap lies. */
  readonly gapsAt: readonly number[];
  /** Bytes left out, of lines whose beginning is lost, or of what is not text. */
  readonly leftOutBytes: number;
}

/**
 * Writes a file of which bytes are missing in places, so that a reader of lines makes no line of two halves: one that a gap
 * cuts off ends there, and the rest of one whose beginning is lost is left out, unless it begins as lines of the file do.
 * Behind a gap of what is not text nothing has its place any more, so nothing more is written.
 */
export class JoinedText {
  readonly #file: SpoolFile;
  #head: Uint8Array = new Uint8Array(0);
  #lastByte = LINE_FEED;
  /** What comes behind a gap until the end of its first line; null where there is no gap. */
  #firstLine: Uint8Array | null = null;
  #gapsAt: number[] = [];
  #leftOutBytes = 0;
  #isOver = false;

  constructor(file: SpoolFile) {
    this.#file = file;
  }

  get joins(): Joins {
    return { gapsAt: this.#gapsAt, leftOutBytes: this.#leftOutBytes };
  }

  gap(): void {
    this.#flush(true);
    this.#gapsAt.push(this.#file.bytes);
    if (this.#lastByte !== LINE_FEED) this.#put(Uint8Array.of(LINE_FEED));
    this.#firstLine = new Uint8Array(0);
  }

  write(content: Uint8Array): void {
    if (this.#isOver) {
      this.#leftOutBytes += content.length;
    } else if (this.#firstLine === null) {
      this.#put(content);
    } else {
      this.#firstLine = this.#firstLine.length === 0 ? content : Buffer.concat([this.#firstLine, content]);
      if (this.#firstLine.includes(LINE_FEED) || this.#firstLine.length >= LINE_LIMIT_BYTES) this.#flush(false);
    }
  }

  /** Writes what is held back. */
  finish(): void {
    this.#flush(true);
  }

  #flush(isLast: boolean): void {
    const held = this.#firstLine;
    this.#firstLine = null;
    if (held === null || held.length === 0) return;
    // What is in front of the gap may be what damage has made of text.
    if (!isText(this.#head) && !isText(held)) {
      this.#isOver = true;
      this.#leftOutBytes += held.length;
      return;
    }
    const lineEnd = held.indexOf(LINE_FEED);
    const isWholeLine = this.#beginsAsLines(held);
    const from = isWholeLine ? 0 : lineEnd === -1 ? (isLast ? held.length : 0) : lineEnd + 1;
    this.#leftOutBytes += from;
    this.#put(held.subarray(from));
  }

  #put(content: Uint8Array): void {
    if (content.length === 0) return;
    if (this.#head.length < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, content.subarray(0, HEAD_BYTES - this.#head.length)]);
    }
    this.#lastByte = content[content.length - 1] ?? LINE_FEED;
    this.#file.write(content);
  }

  /** Whether some bytes begin as other lines do, in front of the gap or behind it, that continue none; with nothing in front, they do. */
  #beginsAsLines(bytes: Uint8Array): boolean {
    if (this.#head.length === 0) return true;
    const shape = shapeOf(Buffer.from(bytes.subarray(0, LINE_HEAD_CHARACTERS)).toString('latin1'));
    if (/^\s/.test(shape)) return false;
    const linesOf = (text: Uint8Array): string[] => Buffer.from(text).toString('latin1').split('\n');
    return [...linesOf(this.#head), ...linesOf(bytes).slice(1)].some((line) => shapeOf(line) === shape);
  }
}

/** Whether some bytes are text: a few control characters in it are damage. */
export function isText(bytes: Uint8Array): boolean {
  let strange = 0;
  for (const byte of bytes) if (byte < 9) strange += 1;
  return strange <= bytes.length * STRANGE_SHARE;
}

/** How a line begins: which kinds of characters follow one another, however many of each. */
function shapeOf(line: string): string {
  const kinds = line
    .slice(0, LINE_HEAD_CHARACTERS)
    .replace(/[0-9]+/g, '9')
    .replace(/[A-Za-z]+/g, 'a')
    .replace(/ +/g, ' ');
  return kinds.slice(0, KINDS_COMPARED);
}
