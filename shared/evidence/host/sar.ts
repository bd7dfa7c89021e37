import type { TimeResolution } from '../../model/evidence.ts';
import type { HostLoad } from '../../model/host.ts';
import type { HostMemory, ProcessSample } from '../../model/samples.ts';
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_SECOND } from '../../model/time.ts';
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
import { daysLater, StampClock } from '../reading/stamp-clock.ts';
import { sampledEvent } from './sampled-event.ts';

const KIB = 1024;
/** pswpin/s counts pages; 4 KiB on the machines that such services run on (getconf PAGESIZE). */
const PAGE_BYTES = 4096;
/** A day has 86,400 seconds, and sar cannot sample more often. */
const ROWS_OF_TABLE_LIMIT = 100_000;

// Linux 6.1.0-18-amd64 (app-3) 	11/24/26 	_x86_64_	(2 CPU)          2026-11-24          24.11.2026
const BANNER = /^Linux \S+ \(\S*\)\s+(\S{8,10})\s+_\S+_\s+\(\d+ CPU\)\s*$/;
// 12:10:01 AM  or  03:43:52
const CLOCK = /^(\d\d):(\d\d):(\d\d)(?: ([AP])M)?\s+(\S.*)$/;

/** The date of sar's first line as year, month, day; null for any other line. */
export function readSarBanner(text: string): readonly [number, number, number] | null {
  const date = BANNER.exec(text)?.[1];
  return date === undefined ? null : readSarDate(date);
}

/** A date as sysstat prints it, by the locale or by S_TIME_FORMAT: year, month, day. */
export function readSarDate(date: string): readonly [number, number, number] | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
  if (iso !== null) return [Number(iso[1]), Number(iso[2]), Number(iso[3])];
  const dotted = /^(\d\d)\.(\d\d)\.(\d{2}|\d{4})$/.exec(date);
  if (dotted !== null) return [fullYear(dotted[3]), Number(dotted[2]), Number(dotted[1])];
  const slashed = /^(\d\d)\/(\d\d)\/(\d{2}|\d{4})$/.exec(date);
  if (slashed === null) return null;
  // %x in the C and American locales is month first; where that cannot be, the day is first.
  const [first, second] = [Number(slashed[1]), Number(slashed[2])];
  return first > 12 ? [fullYear(slashed[3]), second, first] : [fullYear(slashed[3]), first, second];
}

function fullYear(digits: string | undefined): number {
  const year = Number(digits);
  return year < 100 ? 2000 + year : year;
}

interface SarRow {
  readonly time: EpochMicros;
  readonly interval: number | null;
  readonly value: (column: string) => number | null;
  readonly line: Line;
}

/**
 * Text of `sar` with -u, -r, -W, -S or -q, in 12 or 24 hours, one table or several (`sar -A`). A row's time is the end of
 * its interval; times run past midnight into the next day. Tables of other things are left aside. Source: sar(1) of
 * sysstat 12. Row: `03:43:54        all      0.00      0.00      0.50      0.00      0.00     99.50`
 */
const createSarParser: CreateParser = (context) => parserOfLines(context, new SarHandler(context, 'rows of sar'));

/**
 * Text of `pidstat` with -r or -u, also with -h: memory and CPU share of processes at the end of each interval. Other tables
 * (-d, -w) are left aside. Source: pidstat(1) of sysstat 12. Row:
 * `14:15:53        0     27746      0.00      0.00   16200   13276   0.05  python3`
 */
const createPidstatParser: CreateParser = (context) =>
  parserOfLines(context, new SarHandler(context, 'rows of pidstat'));

// 14:15:51      UID       PID    %usr %system ...  Command          # Time        UID       PID    %usr ...
const PIDSTAT_HEADER = /^(?:\d\d:\d\d:\d\d(?: [AP]M)?|# Time)\s+(UID|USER)\s+(?:TGID\s+TID|PID)\s.*\bCommand\s*$/;

/** The columns of pidstat's header with -h, which stands there without a time; null for any other line. */
function readUntimedHeader(text: string): readonly string[] | null {
  return text.startsWith('# Time') && PIDSTAT_HEADER.test(text) ? text.trim().split(/\s+/).slice(2) : null;
}

class SarHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stamps: StampClock;
  readonly #stray: StrayLines;
  #date: readonly [number, number, number] | null = null;
  #columns: readonly string[] | null = null;
  #tableStart: EpochMicros | null = null;
  #last: EpochMicros | null = null;
  /** Days since the banner's date. */
  #days = 0;
  #rows = 0;
  #undated: Line | null = null;
  #limitReported = false;

  constructor(context: ParseContext, rows: string) {
    this.#context = context;
    this.#stamps = new StampClock(context);
    this.#stray = new StrayLines(context, rows);
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const banner = readSarBanner(text);
    if (banner !== null) {
      this.#date = banner;
      this.#days = 0;
      this.#last = null;
      return;
    }
    if (/^Average:\s/.test(text) || /LINUX RESTART/.test(text) || text.trim() === '') return;
    const untimed = readUntimedHeader(text);
    if (untimed !== null) {
      this.#columns = untimed;
      return;
    }
    const clock = text.length > 4_096 ? null : CLOCK.exec(text);
    if (clock === null) {
      if (!isDecoration(text)) this.#stray.add(line);
      return;
    }
    const fields = (clock[5] ?? '').trim().split(/\s+/);
    // Rows have numbers, headers none.
    const isHeader = !fields.some((field) => /^-?\d+(?:[.,]\d+)?$/.test(field));
    const isNewTable = isHeader && fields.join(' ') !== this.#columns?.join(' ');
    const time = this.#timeOf(clock, isNewTable);
    if (time === null) {
      this.#undated ??= line;
      return;
    }
    this.#stray.flush(out);
    if (isHeader) {
      this.#columns = fields;
      this.#tableStart = time;
      return;
    }
    this.#readRow(fields, time, line, out);
  }

  /** Times within one table only go forward: a much earlier one is of the next day. Another table may start the day again. */
  #timeOf(clock: RegExpExecArray, isNewTable: boolean): EpochMicros | null {
    if (this.#date === null) return null;
    const [year, month, day] = this.#date;
    const half = clock[4];
    const hour = half === undefined ? Number(clock[1]) : (Number(clock[1]) % 12) + (half === 'P' ? 12 : 0);
    const ofDay = { hour, minute: Number(clock[2]), second: Number(clock[3]), micros: 0 };
    const onDay = (days: number) => ({ ...daysLater({ year, month, day }, days), ...ofDay });
    const bare = this.#stamps.peek(onDay(0), null);
    const later = this.#stamps.peek(onDay(this.#days), null);
    if (bare === null || later === null) return null;
    const back = this.#last === null ? 0 : this.#last - later;
    const isNearerWithout = this.#last !== null && Math.abs(this.#last - bare) < Math.abs(back);
    if (isNewTable && isNearerWithout) this.#days = 0;
    else if (!isNewTable && back > MICROS_PER_DAY / 2) this.#days += 1;
    this.#last = this.#stamps.instant(onDay(this.#days), null);
    return this.#last;
  }

  #readRow(fields: readonly string[], time: EpochMicros, line: Line, out: ParsedItem[]): void {
    const columns = this.#columns;
    // A command may have blanks in it (pidstat -l).
    const isOfProcess = columns?.at(-1) === 'Command';
    if (columns === null || fields.length < columns.length || (fields.length > columns.length && !isOfProcess)) {
      this.#stray.add(line);
      return;
    }
    const from = this.#tableStart;
    this.#tableStart = time;
    this.#rows += 1;
    if (this.#rows > ROWS_OF_TABLE_LIMIT) {
      this.#reportLimit(line, out);
      return;
    }
    const row: SarRow = {
      time,
      interval: from === null || from >= time ? null : (time - from) / MICROS_PER_SECOND,
      line,
      value: (column) => {
        const text = fields[columns.indexOf(column)]?.replace(',', '.');
        return text !== undefined && /^\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : null;
      },
    };
    if (isOfProcess) this.#readProcess(row, fields, columns, out);
    else if (columns.includes('kbmemfree')) this.#readMemory(row, out);
    else if (columns.includes('pswpin/s')) this.#readLoad(row, out);
    else if (columns.includes('%user') || columns.includes('%usr')) {
      // One row for each core with -P ALL; the one for all of them is what counts.
      if (fields[columns.indexOf('CPU')] === 'all') this.#readLoad(row, out);
    } else if (columns.includes('ldavg-1')) this.#readLoad(row, out);
  }

  #readProcess(
    { value, time, line }: SarRow,
    fields: readonly string[],
    columns: readonly string[],
    out: ParsedItem[],
  ): void {
    const pid = value('PID');
    const kib = (column: string): number | null => {
      const found = value(column);
      return found === null ? null : found * KIB;
    };
    const rssBytes = kib('RSS');
    const cpuPercent = value('%CPU');
    // Threads, and tables of other things.
    if (pid === null || pid === 0 || (rssBytes === null && cpuPercent === null)) return;
    const source = provenanceOfLines(this.#context, line);
    const sample: ProcessSample = {
      time,
      pid,
      user: fields[0] ?? '',
      cpuPercent,
      memPercent: value('%MEM'),
      vszBytes: kib('VSZ'),
      rssBytes,
      state: null,
      cpuSeconds: null,
      command: fields.slice(columns.length - 1).join(' '),
      source,
    };
    out.push({ type: 'process', sample });
    const { text } = line;
    out.push(sampledEvent({ time, resolutionMicros: MICROS_PER_SECOND, kind: 'process-sample', text, pid, source }));
  }

  #readMemory({ value, time, line }: SarRow, out: ParsedItem[]): void {
    const free = value('kbmemfree');
    const used = value('kbmemused');
    if (free === null || used === null) {
      this.#stray.add(line);
      return;
    }
    const memory: HostMemory = {
      time,
      totalBytes: Math.round(totalKib(free, used, value) * KIB),
      freeBytes: free * KIB,
      // Before sysstat 11.5.7 there is no kbavail; caches are then the best estimate of what can be reclaimed.
      availableBytes: (value('kbavail') ?? free + (value('kbbuffers') ?? 0) + (value('kbcached') ?? 0)) * KIB,
      swapTotalBytes: null,
      swapFreeBytes: null,
      from: 'sar',
      source: provenanceOfLines(this.#context, line),
    };
    if (memory.totalBytes > 0) out.push({ type: 'host-memory', memory });
  }

  #readLoad({ value, time, interval, line }: SarRow, out: ParsedItem[]): void {
    const bytesOf = (pages: number | null): number | null => (pages === null ? null : pages * PAGE_BYTES);
    const load: HostLoad = {
      time,
      intervalSeconds: interval,
      userPercent: value('%user') ?? value('%usr'),
      systemPercent: value('%system') ?? value('%sys'),
      waitPercent: value('%iowait'),
      idlePercent: value('%idle'),
      swapInBytesPerSecond: bytesOf(value('pswpin/s')),
      swapOutBytesPerSecond: bytesOf(value('pswpout/s')),
      loadAverage: value('ldavg-1'),
      from: 'sar',
      source: provenanceOfLines(this.#context, line),
    };
    out.push({ type: 'host-load', load });
  }

  #reportLimit(line: Line, out: ParsedItem[]): void {
    if (this.#limitReported) return;
    this.#limitReported = true;
    out.push(
      problemItem(
        'limit-exceeded',
        `${this.#context.fileName} has more than ${ROWS_OF_TABLE_LIMIT} rows; those from line ${line.number} on are left out.`,
        line.byteOffset,
      ),
    );
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    if (this.#undated !== null) {
      out.push(
        problemItem(
          'assumed-time',
          `Rows from line ${this.#undated.number} of ${this.#context.fileName} have no date, since sar's first line ("Linux ... (host) date") is missing above them; they are left out.`,
          this.#undated.byteOffset,
        ),
      );
    }
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    if (this.#date === null) return null;
    return { ...this.#stamps.resolution(), year: null, yearFrom: 'file' };
  }
}

/**
 * Total memory, which sar does not print. kbmemused counted caches until sysstat 12.1 and does not since; %memused is
 * kbmemused over the total in either, and tells which.
 */
function totalKib(free: number, used: number, value: (column: string) => number | null): number {
  const share = value('%memused');
  const withCaches = free + used + (value('kbbuffers') ?? 0) + (value('kbcached') ?? 0);
  if (share === null || share <= 0) return withCaches;
  const estimate = (used * 100) / share;
  const error = (estimate * 0.01) / share;
  if (Math.abs(free + used - estimate) <= error) return free + used;
  // A share of few digits estimates badly.
  return share >= 5 ? estimate : Math.max(withCaches, value('kbavail') ?? 0);
}

export const SAR: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`sar -r -u -W`',
  detect: {
    by: 'header',
    sign: {
      sample: 'Linux 6.1.0-18-amd64 (app-3) \t11/24/26 \t_x86_64_\t(2 CPU)',
      why: "has sar's first line",
      reads: (line) => readSarBanner(line) !== null,
      isPreamble: true,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createSarParser,
  // It holds no events.
  readAgain: null,
};

export const PIDSTAT: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`pidstat -r -u`',
  detect: {
    by: 'header',
    sign: {
      sample: '14:15:51      UID       PID  minflt/s  majflt/s     VSZ     RSS   %MEM  Command',
      why: 'has the header of pidstat',
      reads: (line) => PIDSTAT_HEADER.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createPidstatParser,
  // Rows mean nothing without the header above them.
  readAgain: null,
};
