import type { TimeResolution } from '../../model/evidence.ts';
import type { HostLoad } from '../../model/host.ts';
import { type EpochMicros, MICROS_PER_SECOND, type WallClock } from '../../model/time.ts';
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
import { parseDateLine, wallOf } from '../reading/stamps.ts';
import { readSarBanner, readSarDate } from './sar.ts';
import { SnapshotClock } from './snapshot-time.ts';

const MOST_CHARACTERS = 4_096;

// avg-cpu:  %user   %nice %system %iowait  %steal   %idle
const CPU_HEADER = /^avg-cpu: +%user +%nice/;
// Device             tps    kB_read/s ...        Device:         rrqm/s   wrqm/s ... of sysstat before 11.7
const DEVICE_HEADER = /^Device:? +(?:tps|r\/s|rrqm\/s|rkB\/s)\b/;
// 11/30/26 20:31:31      11/30/2026 08:31:31 PM      30.11.2026 20:31:31
const STAMP = /^(\d\d[/.]\d\d[/.](?:\d{4}|\d\d)|\d{4}-\d\d-\d\d),? (\d\d):(\d\d):(\d\d)(?: ([AP])M)?$/;
const NUMBERS = /^(?: +\d{1,9}[.,]\d{1,3})+$/;

type Disk = NonNullable<HostLoad['busiestDisk']>;

/** What one report says, until the next begins. */
interface Report {
  readonly time: EpochMicros | null;
  readonly interval: number | null;
  /** Averages since boot say nothing of an interval. */
  readonly isSinceBoot: boolean;
  first: Line | null;
  last: Line | null;
  cpu: ((column: string) => number | null) | null;
  disk: Disk | null;
}

/**
 * `iostat`, plain and with -x, -t and -y: shares of the processors, and the busiest disk. Only -t prints times; the date in the first line alone
 * dates no report. The first report holds averages since boot, but with -y, which leaves an empty line in its place. Source:
 * iostat(1) of sysstat 12.6; rd_stats.c, iostat.c: write_stats
 */
const createIostatParser: CreateParser = (context) => parserOfLines(context, new IostatHandler(context));

class IostatHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #report: Report | null = null;
  #columns: { readonly of: 'cpu' | 'devices'; readonly names: readonly string[] } | null = null;
  /** Empty lines right below the first line. */
  #blanks = 0;
  #isBelowBanner = false;
  #isFirst = true;
  #time: EpochMicros | null = null;
  #interval: number | null = null;
  #undated: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of iostat');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const text = line.text.slice(0, MOST_CHARACTERS).trimEnd();
    if (text === '') {
      if (this.#isBelowBanner) this.#blanks += 1;
      return;
    }
    this.#isBelowBanner = false;
    if (readSarBanner(text) !== null) {
      this.#finish(out);
      this.#isFirst = true;
      this.#time = null;
      this.#blanks = 0;
      this.#isBelowBanner = true;
      return;
    }
    const time = this.#timeOf(text);
    if (time !== null) {
      this.#finish(out);
      const isLater = this.#time !== null && time > this.#time;
      this.#interval = isLater ? (time - (this.#time ?? time)) / MICROS_PER_SECOND : null;
      this.#time = time;
      return;
    }
    if (CPU_HEADER.test(text)) {
      this.#finish(out);
      this.#columns = { of: 'cpu', names: text.split(/ +/).slice(1) };
      this.#begin();
    } else if (DEVICE_HEADER.test(text)) {
      if (this.#report?.disk != null || this.#report?.cpu == null) this.#finish(out);
      this.#columns = { of: 'devices', names: text.split(/ +/).slice(1) };
      this.#begin();
    } else if (!this.#takeRow(line, text) && !isDecoration(text)) this.#stray.add(line);
    else this.#stray.flush(out);
  }

  #begin(): void {
    this.#report ??= {
      time: this.#time,
      interval: this.#interval,
      isSinceBoot: this.#isFirst && this.#blanks < 2,
      first: null,
      last: null,
      cpu: null,
      disk: null,
    };
    this.#isFirst = false;
  }

  #timeOf(text: string): EpochMicros | null {
    const stamp = STAMP.exec(text);
    if (stamp === null) {
      // 2026-11-30T20:31:33+0000 with S_TIME_FORMAT=ISO, or a line of date that a script put there.
      return parseDateLine(text) !== null && this.#clock.takeDateLine(text) ? this.#clock.time : null;
    }
    const date = readSarDate(stamp[1] ?? '');
    if (date === null) return null;
    const hour = stamp[5] === undefined ? stamp[2] : String((Number(stamp[2]) % 12) + (stamp[5] === 'P' ? 12 : 0));
    const [year, month, day] = date.map(String);
    const wall: WallClock = wallOf(year, month, day, hour, stamp[3], stamp[4]);
    return this.#clock.resolve(wall, null);
  }

  #takeRow(line: Line, text: string): boolean {
    const [columns, report] = [this.#columns, this.#report];
    if (columns === null || report === null) return false;
    const isCpu = columns.of === 'cpu' && NUMBERS.test(text);
    const fields = text.trim().split(/ +/);
    const values = isCpu ? fields : fields.slice(1);
    if (values.length !== columns.names.length || !values.every((value) => /^\d{1,15}(?:[.,]\d{1,3})?$/.test(value)))
      return false;
    const value = (column: string): number | null => {
      const found = values[columns.names.indexOf(column)];
      return found === undefined ? null : Number(found.replace(',', '.'));
    };
    if (isCpu) report.cpu = value;
    else if (columns.of === 'devices') report.disk = busier(report.disk, fields[0] ?? '', value);
    else return false;
    report.first ??= line;
    report.last = line;
    return true;
  }

  #finish(out: ParsedItem[]): void {
    const report = this.#report;
    this.#report = null;
    this.#columns = null;
    if (report === null || report.first === null || report.last === null) return;
    this.#stray.flush(out);
    const { time, interval, cpu, disk, isSinceBoot } = report;
    if (time === null) this.#undated ??= report.first;
    if (isSinceBoot) return;
    const load: HostLoad = {
      time,
      intervalSeconds: interval,
      userPercent: cpu?.('%user') ?? null,
      systemPercent: cpu?.('%system') ?? null,
      waitPercent: cpu?.('%iowait') ?? null,
      idlePercent: cpu?.('%idle') ?? null,
      swapInBytesPerSecond: null,
      swapOutBytesPerSecond: null,
      loadAverage: null,
      busiestDisk: disk,
      from: 'iostat',
      source: provenanceOfLines(this.#context, report.first, report.last),
    };
    out.push({ type: 'host-load', load });
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#finish(out);
    this.#stray.flush(out);
    if (this.#undated !== null) {
      const said = `Reports of ${this.#context.fileName} have no time, and nothing was inferred from when they may have been made; iostat -xt 1 prints it.`;
      out.push(problemItem('assumed-time', said, this.#undated.byteOffset));
    }
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

/** The busier of two disks; partitions and loops have the traffic of others. */
function busier(before: Disk | null, name: string, value: (column: string) => number | null): Disk | null {
  const utilPercent = value('%util');
  if (utilPercent === null || /^(?:loop|ram|zram)\d/.test(name)) return before;
  if (before !== null && before.utilPercent >= utilPercent) return before;
  const waits = [value('await'), value('r_await'), value('w_await')].filter((each) => each !== null);
  return { name, utilPercent, awaitMillis: waits.length === 0 ? null : Math.max(...waits) };
}

export const IOSTAT: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`iostat -xt`',
  detect: {
    by: 'header',
    sign: {
      sample: 'avg-cpu:  %user   %nice %system %iowait  %steal   %idle',
      why: 'has the header of iostat',
      reads: (line) => CPU_HEADER.test(line) || DEVICE_HEADER.test(line),
      // Its reports are headed by stamps.
      hasStampsBelow: true,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createIostatParser,
  // It holds no events.
  readAgain: null,
};
