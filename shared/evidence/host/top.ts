import type { TimeResolution } from '../../model/evidence.ts';
import type { ProcessSample } from '../../model/samples.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { readPrintedSize } from './printed-size.ts';
import { readCpuTime } from './ps.ts';
import { sampledEvent } from './sampled-event.ts';
import { SnapshotClock } from './snapshot-time.ts';

const LINE_LIMIT_CHARACTERS = 8_192;
const KIB = 1024;
const MEMORY_UNITS: Readonly<Record<string, number>> = { K: KIB, M: KIB ** 2, G: KIB ** 3, T: KIB ** 4 };
const NEEDED_COLUMNS = ['PID', 'USER', 'VIRT', 'RES', 'S', '%CPU', '%MEM', 'TIME+'] as const;
type NeededColumn = (typeof NEEDED_COLUMNS)[number];

// top - 03:43:50 up  1:55,  0 user,  load average: 0.41, 1.35, 1.99
//  03:43:50 up  1:55,  2 users,  load average: 0.41, 1.35, 1.99          is uptime's, and the first line of w
const SUMMARY = /^(top -)? (\d\d):(\d\d):(\d\d) up .*load average: (\d+[.,]\d+)[, ]/;
// USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT
const USERS_HEADER = /^USER +TTY +(?:FROM +)?LOGIN@ +IDLE /;
// %Cpu(s):  5.9 us,  2.9 sy,  0.0 ni, 91.2 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st
const CPU =
  /^%?Cpu\(s\):\s*(\d+[.,]\d+)%?[ ]?us,\s*(\d+[.,]\d+)%?[ ]?sy,\s*\d+[.,]\d+%?[ ]?ni,\s*(\d+[.,]\d+)%?[ ]?id,\s*(\d+[.,]\d+)%?[ ]?wa/;
// MiB Mem :  24105.6 total,  21209.1 free,    581.3 used,   2731.8 buff/cache
const MEMORY = /^([KMGT])iB Mem ?:\s*(\d+(?:[.,]\d+)?)[ +]total,\s*(\d+(?:[.,]\d+)?)[ +]free/;
// MiB Swap:      0.0 total,      0.0 free,      0.0 used.  23524.3 avail Mem
const SWAP =
  /^([KMGT])iB Swap:\s*(\d+(?:[.,]\d+)?)[ +]total,\s*(\d+(?:[.,]\d+)?)[ +]free,\s*\d+(?:[.,]\d+)?[ +]used\.\s*(\d+(?:[.,]\d+)?)[ +]avail Mem/;

/** Whether a line is the first of a snapshot of top. */
function isTopSummary(text: string): boolean {
  return text.length <= LINE_LIMIT_CHARACTERS && SUMMARY.test(text);
}

const decimal = (text: string | undefined): number => Number((text ?? '').replace(',', '.'));

interface Snapshot {
  readonly first: Line;
  last: Line;
  readonly time: EpochMicros | null;
  readonly loadAverage: number;
  readonly index: number;
  cpu: { readonly user: number; readonly system: number; readonly idle: number; readonly wait: number } | null;
  memory: { readonly totalBytes: number; readonly freeBytes: number } | null;
  swap: { readonly totalBytes: number; readonly freeBytes: number; readonly availableBytes: number } | null;
  written: boolean;
}

/**
 * `top -b`, any number of snapshots: processes, memory of the host and its load; of `uptime` and `w` the load. They print a time of day without a date:
 * a date line above settles it, else the day that lies nearest to the other evidence is taken, and a problem says so. The
 * shares of the first snapshot are averages since boot, so they are left out. Source: top(1) of procps-ng.
 */
const createTopParser: CreateParser = (context) => parserOfLines(context, new TopHandler(context));

class TopHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #snapshot: Snapshot | null = null;
  #count = 0;
  #columns: { readonly index: Readonly<Record<NeededColumn, number>>; readonly before: number } | null = null;
  /** Whether rows are those of w. */
  #areUsers = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'lines of top');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const text = line.text.trimEnd();
    if (text.length > LINE_LIMIT_CHARACTERS) {
      this.#stray.add(line);
      return;
    }
    const summary = SUMMARY.exec(text);
    if (summary !== null) {
      this.#finish(out);
      const time = this.#timeOf(summary);
      this.#columns = null;
      this.#areUsers = false;
      this.#snapshot = {
        first: line,
        last: line,
        time,
        loadAverage: decimal(summary[5]),
        index: this.#count,
        cpu: null,
        memory: null,
        swap: null,
        written: false,
      };
      this.#count += 1;
      return;
    }
    if (USERS_HEADER.test(text)) this.#areUsers = true;
    // Who is logged in says nothing of a service.
    if (this.#areUsers) return;
    if (this.#snapshot !== null && this.#takeHead(this.#snapshot, line, text)) return;
    const columns = text.includes('PID') ? readTopHeader(text) : null;
    if (columns !== null) {
      this.#writeHead(out);
      this.#columns = columns;
      return;
    }
    const sample = this.#readRow(line);
    if (sample !== null) {
      this.#stray.flush(out);
      out.push({ type: 'process', sample });
      const { time, pid, source } = sample;
      if (time !== null)
        out.push(
          sampledEvent({ time, resolutionMicros: MICROS_PER_SECOND, kind: 'process-sample', text, pid, source }),
        );
      return;
    }
    if (!this.#clock.takeDateLine(text) && !/^(?:Tasks|Threads):/.test(text) && !isDecoration(text))
      this.#stray.add(line);
  }

  #timeOf(summary: RegExpExecArray): EpochMicros | null {
    const [, , hour, minute, second] = summary.map(Number);
    return this.#clock.onItsDay({ hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0, micros: 0 });
  }

  #takeHead(snapshot: Snapshot, line: Line, text: string): boolean {
    const cpu = CPU.exec(text);
    const memory = MEMORY.exec(text);
    const swap = SWAP.exec(text);
    if (cpu === null && memory === null && swap === null) return false;
    snapshot.last = line;
    const bytes = (unit: string | undefined, size: string | undefined): number =>
      Math.round(decimal(size) * (MEMORY_UNITS[unit ?? ''] ?? KIB));
    if (cpu !== null) {
      snapshot.cpu = { user: decimal(cpu[1]), system: decimal(cpu[2]), idle: decimal(cpu[3]), wait: decimal(cpu[4]) };
    }
    if (memory !== null) {
      snapshot.memory = { totalBytes: bytes(memory[1], memory[2]), freeBytes: bytes(memory[1], memory[3]) };
    }
    if (swap !== null) {
      snapshot.swap = {
        totalBytes: bytes(swap[1], swap[2]),
        freeBytes: bytes(swap[1], swap[3]),
        availableBytes: bytes(swap[1], swap[4]),
      };
    }
    return true;
  }

  #writeHead(out: ParsedItem[]): void {
    const snapshot = this.#snapshot;
    if (snapshot === null || snapshot.written) return;
    snapshot.written = true;
    this.#stray.flush(out);
    const { time, memory, swap, index } = snapshot;
    const source = provenanceOfLines(this.#context, snapshot.first, snapshot.last);
    const cpu = index === 0 ? null : snapshot.cpu;
    out.push({
      type: 'host-load',
      load: {
        time,
        intervalSeconds: null,
        userPercent: cpu?.user ?? null,
        systemPercent: cpu?.system ?? null,
        waitPercent: cpu?.wait ?? null,
        idlePercent: cpu?.idle ?? null,
        swapInBytesPerSecond: null,
        swapOutBytesPerSecond: null,
        loadAverage: snapshot.loadAverage,
        from: 'top',
        source,
      },
    });
    if (memory === null || memory.totalBytes === 0) return;
    out.push({
      type: 'host-memory',
      memory: {
        time,
        totalBytes: memory.totalBytes,
        freeBytes: memory.freeBytes,
        availableBytes: swap?.availableBytes ?? null,
        swapTotalBytes: swap?.totalBytes ?? null,
        swapFreeBytes: swap?.freeBytes ?? null,
        from: 'top',
        source,
      },
    });
  }

  #readRow(line: Line): ProcessSample | null {
    const columns = this.#columns;
    if (columns === null) return null;
    const fields = line.text.trim().split(/\s+/);
    if (fields.length <= columns.before) return null;
    const field = (column: NeededColumn): string => fields[columns.index[column]] ?? '';
    const pid = /^\d{1,9}$/.test(field('PID')) ? Number(field('PID')) : null;
    // Plain numbers are KiB; 650.2m and 1.2g where they would not fit.
    const vszBytes = readPrintedSize(field('VIRT'), KIB);
    const rssBytes = readPrintedSize(field('RES'), KIB);
    const cpuSeconds = readTopTime(field('TIME+'));
    const shares = [field('%CPU'), field('%MEM')];
    if (pid === null || vszBytes === null || rssBytes === null || cpuSeconds === null) return null;
    if (!/^[DRSTtZIXWKP]$/.test(field('S')) || !shares.every((share) => /^\d{1,6}(?:[.,]\d+)?$/.test(share)))
      return null;
    return {
      time: this.#snapshot?.time ?? null,
      pid,
      user: field('USER'),
      cpuPercent: decimal(shares[0]),
      memPercent: decimal(shares[1]),
      vszBytes,
      rssBytes,
      state: field('S'),
      cpuSeconds,
      command: fields.slice(columns.before).join(' '),
      source: provenanceOfLines(this.#context, line),
    };
  }

  #finish(out: ParsedItem[]): void {
    this.#writeHead(out);
    this.#stray.flush(out);
    this.#snapshot = null;
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#finish(out);
    out.push(...this.#clock.problems());
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

/** Reads `PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND`; null for any other line. */
function readTopHeader(text: string) {
  const names = text.trim().split(/\s+/);
  if (names.at(-1) !== 'COMMAND') return null;
  const index: Partial<Record<NeededColumn, number>> = {};
  for (const column of NEEDED_COLUMNS) {
    const at = names.indexOf(column);
    if (at < 0) return null;
    index[column] = at;
  }
  return { index: index as Record<NeededColumn, number>, before: names.length - 1 };
}

/** `0:26.38` (minutes, seconds, hundredths), or ps's layouts for what has run longer. */
function readTopTime(text: string): number | null {
  const short = /^(\d{1,6}):(\d\d)[.,](\d\d)$/.exec(text);
  if (short === null) return readCpuTime(text);
  return Number(short[1]) * 60 + Number(short[2]) + Number(short[3]) / 100;
}

export const TOP: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`top -b`, `uptime`',
  detect: {
    by: 'header',
    sign: {
      sample: 'top - 03:43:50 up  1:55,  0 user,  load average: 0.41, 1.35, 1.99',
      why: 'has the summary of top or uptime',
      reads: isTopSummary,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createTopParser,
  // Rows mean nothing without the header above them.
  readAgain: null,
};
