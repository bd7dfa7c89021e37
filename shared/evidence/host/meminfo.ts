import type { TimeResolution } from '../../model/evidence.ts';
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
// MemTotal:       24684084 kB        HugePages_Total:       0
const FIELD = /^([A-Z][\w()]*):\s+(\d{1,15})(?: kB)?\s*$/;

/** `/proc/meminfo`, once or repeatedly under date lines. "kB" is KiB. Source: proc_meminfo(5) */
const createMeminfoParser: CreateParser = (context) => parserOfLines(context, new MeminfoHandler(context));

class MeminfoHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #fields = new Map<string, number>();
  #first: Line | null = null;
  #last: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'fields of /proc/meminfo');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const field = FIELD.exec(line.text);
    if (field === null) {
      // A date line belongs to the snapshot below it.
      if (this.#fields.has('MemTotal') && isDateLine(line.text)) this.#finish(out);
      if (!this.#clock.takeDateLine(line.text) && !isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    const name = field[1] ?? '';
    if (name === 'MemTotal' && this.#fields.has(name)) this.#finish(out);
    this.#first ??= line;
    this.#last = line;
    // The kernel prints some sixty fields; a limit keeps hostile input from growing the map.
    if (this.#fields.size < 1_000) this.#fields.set(name, Number(field[2]) * KIB);
  }

  #finish(out: ParsedItem[]): void {
    const first = this.#first;
    const last = this.#last;
    const fields = this.#fields;
    this.#first = null;
    this.#last = null;
    this.#fields = new Map();
    this.#stray.flush(out);
    if (first === null || last === null) return;
    const totalBytes = fields.get('MemTotal');
    if (totalBytes === undefined || totalBytes === 0) {
      out.push(
        problemItem(
          'truncated',
          `${this.#context.fileName} has no MemTotal from line ${first.number} on; the memory of the host is not known from it.`,
          first.byteOffset,
        ),
      );
      return;
    }
    out.push({
      type: 'host-memory',
      memory: {
        time: this.#clock.time,
        totalBytes,
        freeBytes: fields.get('MemFree') ?? null,
        availableBytes: fields.get('MemAvailable') ?? null,
        swapTotalBytes: fields.get('SwapTotal') ?? null,
        swapFreeBytes: fields.get('SwapFree') ?? null,
        from: 'meminfo',
        source: provenanceOfLines(this.#context, first, last),
      },
    });
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

export const MEMINFO: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`/proc/meminfo`',
  detect: {
    by: 'header',
    sign: {
      sample: 'MemTotal:       24684084 kB',
      why: 'has the fields of /proc/meminfo',
      reads: (line) => /^MemTotal:\s+\d+ kB\s*$/.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createMeminfoParser,
  // It holds no events.
  readAgain: null,
};
