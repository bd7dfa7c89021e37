import type { TimeResolution } from '../../model/evidence.ts';
import { MICROS_PER_SECOND } from '../../model/time.ts';
import type { Line, LineHandler } from '../reading/lines.ts';
import type { ParsedItem } from '../reading/parser.ts';

/** What is kept of lines before they are handed on; an export that is turned round has a few thousand. */
const LINES_LIMIT = 200_000;
const CHARACTERS_LIMIT = 32 * 1024 * 1024;

/**
 * Hands the lines of a log on in the order in which they were written, where the file has its newest line first: what goes on with a
 * record stands above it there. Beyond a limit the log is turned round piece by piece.
 */
export class NewestFirst implements LineHandler {
  readonly #inner: LineHandler;
  #lines: Line[] = [];
  #characters = 0;

  constructor(inner: LineHandler) {
    this.#inner = inner;
  }

  onLine(line: Line, out: ParsedItem[]): void {
    this.#lines.push(line);
    this.#characters += line.text.length;
    if (this.#lines.length >= LINES_LIMIT || this.#characters >= CHARACTERS_LIMIT) this.#giveAll(out);
  }

  #giveAll(out: ParsedItem[]): void {
    const lines = this.#lines.reverse();
    this.#lines = [];
    this.#characters = 0;
    for (const line of lines) this.#inner.onLine(line, out);
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#giveAll(out);
    this.#inner.onEnd(out, cut);
  }

  timeResolution(): TimeResolution | null {
    return this.#inner.timeResolution();
  }
}

// Traceback (most recent call last):          below it stands its first frame, in a file that runs forward
const TRACEBACK = /\bTraceback \(most recent call last\):\s*$/;
const FRAME = /^ {2}File "[^"]{1,400}", line \d{1,9}/;

/**
 * Whether the lines of a log run backward, by those at its beginning without their carriers: its stamps do not rise, and the frames of
 * tracebacks stand above their titles. An export that has its newest record first keeps the lines within a record in order.
 */
export function runsBackward(texts: readonly string[], times: readonly number[]): boolean {
  let falls = 0;
  let rises = 0;
  // Of two loggers in a file one may print whole seconds.
  const seconds = times.map((time) => Math.floor(time / MICROS_PER_SECOND));
  seconds.forEach((time, index) => {
    const before = seconds[index - 1] ?? time;
    if (time < before) falls += 1;
    else if (time > before) rises += 1;
  });
  if (rises * 10 > falls) return false;
  let backward = 0;
  let forward = 0;
  texts.forEach((text, index) => {
    if (!TRACEBACK.test(text)) return;
    if (FRAME.test(texts[index + 1] ?? '')) forward += 1;
    // Its first frame stands above, or the line of code that the frame shows.
    else if (FRAME.test(texts[index - 1] ?? '') || FRAME.test(texts[index - 2] ?? '')) backward += 1;
  });
  return backward > forward;
}
