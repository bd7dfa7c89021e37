import type { TimeResolution } from '../../model/evidence.ts';
import type { HostMemory } from '../../model/samples.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { isDateLine, SnapshotClock } from './snapshot-time.ts';

const KIB = 1024;
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  K: KIB,
  M: KIB ** 2,
  G: KIB ** 3,
  T: KIB ** 4,
  P: KIB ** 5,
};

/** The names of free's columns, by a header such as `total used free shared buff/cache available`; null for another line. */
function readFreeHeader(text: string): readonly string[] | null {
  return /^\s+total\s+used\s+free\b/.test(text) ? text.trim().split(/\s+/) : null;
}

/**
 * `free` with -h, -b, -k, -m or -g, repeated (`-s`) or not, also the layout before procps 3.3.10 (buffers and cached apart,
 * nothing available). Sizes in bytes. Source: free(1) of procps.
 *
 * Plain numbers carry no unit. KiB is the default; -b is told by numbers that are all whole pages and too large, -m and -g
 * by a total below 128 MiB if it were KiB, on which no such service runs.
 */
const createFreeParser: CreateParser = (context) => parserOfLines(context, new FreeHandler(context));

class FreeHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #columns: readonly string[] | null = null;
  #header: Line | null = null;
  #memory: { readonly line: Line; readonly values: readonly string[] } | null = null;
  #swap: { readonly line: Line; readonly values: readonly string[] } | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of free');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const header = readFreeHeader(text);
    if (header !== null) {
      this.#finish(out);
      this.#columns = header;
      this.#header = line;
      return;
    }
    const row = /^\s*(Mem|Swap|Total|-\/\+ buffers\/cache|Low|High):\s+(\S.*)$/.exec(text);
    if (row !== null && this.#columns !== null) {
      const values = (row[2] ?? '').trim().split(/\s+/);
      if (row[1] === 'Mem') this.#memory = { line, values };
      if (row[1] === 'Swap') this.#swap = { line, values };
      return;
    }
    // The date of the next snapshot must not date this one.
    if (this.#memory !== null && isDateLine(text)) this.#finish(out);
    if (this.#clock.takeDateLine(text) || isDecoration(text)) return;
    this.#stray.add(line);
  }

  #finish(out: ParsedItem[]): void {
    const memory = this.#memory;
    const swap = this.#swap;
    const columns = this.#columns;
    const header = this.#header;
    this.#memory = null;
    this.#swap = null;
    this.#columns = null;
    this.#stray.flush(out);
    if (columns === null || header === null) return;
    if (memory === null) {
      out.push(
        problemItem(
          'truncated',
          `${this.#context.fileName} has a header of free without its Mem row.`,
          header.byteOffset,
        ),
      );
      return;
    }
    const plainUnit = unitOfPlainNumbers([...memory.values, ...(swap?.values ?? [])], memory.values[0] ?? '');
    const size = (values: readonly string[] | undefined, column: string): number | null => {
      const at = columns.indexOf(column);
      return values === undefined || at < 0 ? null : readSize(values[at] ?? '', plainUnit);
    };
    const totalBytes = size(memory.values, 'total');
    if (totalBytes === null || totalBytes === 0) {
      out.push(
        problemItem(
          'malformed-record',
          `The Mem row of ${this.#context.fileName} cannot be read.`,
          memory.line.byteOffset,
        ),
      );
      return;
    }
    const host: HostMemory = {
      time: this.#clock.time,
      totalBytes,
      freeBytes: size(memory.values, 'free'),
      availableBytes: size(memory.values, 'available'),
      swapTotalBytes: size(swap?.values, 'total'),
      swapFreeBytes: size(swap?.values, 'free'),
      from: 'free',
      source: provenanceOfLines(this.#context, header, swap?.line ?? memory.line),
    };
    out.push({ type: 'host-memory', memory: host });
  }

  onEnd(out: ParsedItem[]): void {
    this.#finish(out);
    this.#stray.flush(out);
    out.push(...this.#clock.problems());
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

// 23Gi  406Mi  8.7Mi  0B  23G  1,4Gi  24684084
const SIZE = /^(\d{1,18}(?:[.,]\d+)?)([BKMGTP])?i?B?$/i;

function readSize(text: string, plainUnit: number): number | null {
  const match = SIZE.exec(text);
  if (match === null) return null;
  const unit = match[2] === undefined ? plainUnit : (UNIT_BYTES[match[2].toUpperCase()] ?? 1);
  return Math.round(Number((match[1] ?? '').replace(',', '.')) * unit);
}

function unitOfPlainNumbers(values: readonly string[], total: string): number {
  const numbers = values.filter((value) => /^\d+$/.test(value)).map(Number);
  const first = Number(total);
  const pageBytes = 4096;
  if (first >= 2 ** 28 && numbers.every((number) => number % pageBytes === 0)) return 1;
  if (first < 128) return KIB ** 3;
  return first < 128 * KIB ? KIB ** 2 : KIB;
}

export const FREE: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`free`',
  detect: {
    by: 'header',
    sign: {
      sample: '               total        used        free      shared  buff/cache   available',
      why: 'has the header of free',
      reads: (line) => readFreeHeader(line) !== null,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createFreeParser,
  // It holds no events.
  readAgain: null,
};
