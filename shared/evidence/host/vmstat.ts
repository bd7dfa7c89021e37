import type { TimeResolution } from '../../model/evidence.ts';
import type { VmstatSample } from '../../model/samples.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { zoneWords } from '../reading/stamp-clock.ts';
import { wallOf, zoneMinutes } from '../reading/stamps.ts';
import { sampledEvent } from './sampled-event.ts';
import { SnapshotClock } from './snapshot-time.ts';

const NEEDED_COLUMNS = [
  'r',
  'b',
  'swpd',
  'free',
  'buff',
  'cache',
  'si',
  'so',
  'bi',
  'bo',
  'us',
  'sy',
  'id',
  'wa',
] as const;
type NeededColumn = (typeof NEEDED_COLUMNS)[number];
/** Column names after the ones that are read; a token behind them is the zone of `-t`. */
const OTHER_COLUMNS: ReadonlySet<string> = new Set(['in', 'cs', 'st', 'gu']);
const KIB = 1024;

/** Where a header puts each column. */
export interface VmstatColumns {
  readonly index: Readonly<Record<NeededColumn, number>>;
  readonly count: number;
  /** The zone that `vmstat -t` names above its stamps, or null. */
  readonly zoneName: string | null;
}

/** Reads vmstat's second header line, ` r  b   swpd   free   buff  cache ...`; null for any other line. */
export function readVmstatHeader(text: string): VmstatColumns | null {
  const names = text.trim().split(/\s+/);
  if (names[0] !== 'r' || names[1] !== 'b') return null;
  const index: Partial<Record<NeededColumn, number>> = {};
  for (const column of NEEDED_COLUMNS) {
    const at = names.indexOf(column);
    if (at < 0) return null;
    index[column] = at;
  }
  let count = names.length;
  const last = names.at(-1) ?? '';
  const isColumn = OTHER_COLUMNS.has(last) || NEEDED_COLUMNS.some((column) => column === last);
  if (!isColumn) count -= 1;
  return { index: index as Record<NeededColumn, number>, count, zoneName: isColumn ? null : last };
}

/**
 * `vmstat [-t] [-w] interval`: repeated headers, rates per row. Memory is in KiB, vmstat's default (`-S` leaves no trace in
 * the output); swap rates stay KiB and block rates blocks of 1 KiB a second, as printed. The first row holds averages since boot.
 * Source: vmstat(8) of procps. Row: ` 1  0      0 24060524   1408 506432    0    0  2904     8  374  553  6  4 91  1  0 2026-01-28 04:10:20`
 */
const createVmstatParser: CreateParser = (context) => parserOfLines(context, new VmstatHandler(context));

class VmstatHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #columns: VmstatColumns | null = null;
  #activeReported = false;
  #zoneReported = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of vmstat');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    // procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----
    if (/^-*procs-* /.test(text)) return;
    const header = readVmstatHeader(text);
    if (header !== null) {
      this.#columns = header;
      this.#reportZone(header, line, out);
      return;
    }
    if (/^\s*r\s+b\s+swpd\s+free\s+inact\s+active/.test(text)) {
      this.#reportActive(line, out);
      return;
    }
    const read = this.#columns === null ? null : this.#readRow(line, this.#columns);
    if (read === null) {
      if (!isDecoration(text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    out.push({ type: 'vmstat', sample: read });
    const { time, source } = read;
    if (time === null) return;
    out.push(
      sampledEvent({ time, resolutionMicros: MICROS_PER_SECOND, kind: 'memory-sample', text, pid: null, source }),
    );
  }

  #readRow(line: Line, columns: VmstatColumns): VmstatSample | null {
    const fields = line.text.trim().split(/\s+/);
    // With -t a date and a time follow the columns.
    if (fields.length !== columns.count && fields.length !== columns.count + 2) return null;
    const numbers = fields.slice(0, columns.count);
    if (!numbers.every((field) => /^\d{1,15}$/.test(field))) return null;
    const value = (column: NeededColumn): number => Number(numbers[columns.index[column]]);
    let time: EpochMicros | null = null;
    if (fields.length === columns.count + 2) {
      const stamp = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(fields.slice(columns.count).join(' '));
      if (stamp === null) return null;
      const wall = wallOf(stamp[1], stamp[2], stamp[3], stamp[4], stamp[5], stamp[6]);
      time = this.#clock.resolve(wall, columns.zoneName === null ? null : zoneMinutes(columns.zoneName));
      if (time === null) return null;
    }
    return {
      time,
      runnable: value('r'),
      blocked: value('b'),
      swapUsedBytes: value('swpd') * KIB,
      freeBytes: value('free') * KIB,
      buffBytes: value('buff') * KIB,
      cacheBytes: value('cache') * KIB,
      swapInPerSecond: value('si'),
      swapOutPerSecond: value('so'),
      blocksInPerSecond: value('bi'),
      blocksOutPerSecond: value('bo'),
      userPercent: value('us'),
      systemPercent: value('sy'),
      idlePercent: value('id'),
      waitPercent: value('wa'),
      source: provenanceOfLines(this.#context, line),
    };
  }

  #reportZone({ zoneName }: VmstatColumns, line: Line, out: ParsedItem[]): void {
    if (this.#zoneReported || zoneName === null || zoneMinutes(zoneName) !== null) return;
    this.#zoneReported = true;
    out.push(
      problemItem(
        'assumed-time',
        `The zone "${zoneName}" in ${this.#context.fileName} has no single meaning; its times were read ${zoneWords(this.#context)}. Record with TZ=UTC vmstat -t.`,
        line.byteOffset,
      ),
    );
  }

  #reportActive(line: Line, out: ParsedItem[]): void {
    this.#columns = null;
    if (this.#activeReported) return;
    this.#activeReported = true;
    out.push(
      problemItem(
        'malformed-record',
        `${this.#context.fileName} was made with vmstat -a, which leaves out buffers and cache; its rows are not read. Record with vmstat -t 1.`,
        line.byteOffset,
      ),
    );
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

export const VMSTAT: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`vmstat`',
  detect: {
    by: 'header',
    sign: {
      sample: ' r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st',
      why: 'has the header of vmstat',
      reads: (line) => /^\s*r\s+b\s+swpd\s+free\s+(?:buff|inact)\b/.test(line) || readVmstatHeader(line) !== null,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createVmstatParser,
  // Rows mean nothing without the header above them.
  readAgain: null,
};
