import type { TimeResolution } from '../model/evidence.ts';
import type { ProcessSample } from '../model/samples.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from './lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from './parser.ts';
import { SnapshotClock } from './snapshot-time.ts';

/** Columns that a process sample needs; `ps aux` prints them all. Source: ps(1) of procps, "STANDARD FORMAT SPECIFIERS" */
const NEEDED_COLUMNS = ['USER', 'PID', '%CPU', '%MEM', 'VSZ', 'RSS', 'STAT', 'TIME'] as const;
type NeededColumn = (typeof NEEDED_COLUMNS)[number];
/** The command, always last because it holds blanks. */
const COMMAND_COLUMNS: ReadonlySet<string> = new Set(['COMMAND', 'CMD', 'ARGS']);
const KIB = 1024;

/** Where a table's header puts each column. */
export interface PsColumns {
  readonly index: Readonly<Record<NeededColumn, number>>;
  /** Columns in front of the command. */
  readonly before: number;
}

/** Reads a header such as `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND`; null for any other line. */
export function readPsHeader(text: string): PsColumns | null {
  const names = text.trim().split(/\s+/);
  const last = names.at(-1);
  if (last === undefined || !COMMAND_COLUMNS.has(last)) return null;
  const index: Partial<Record<NeededColumn, number>> = {};
  for (const column of NEEDED_COLUMNS) {
    const at = names.indexOf(column);
    if (at < 0) return null;
    index[column] = at;
  }
  return { index: index as Record<NeededColumn, number>, before: names.length - 1 };
}

/**
 * Snapshots of `ps aux` (any width), one or many. A date line above a table (`# 2026-01-28 04:10:19`, `date`'s output) is
 * its time; dated rows are also events. Row: `root  23333  0.0  0.0  33728 21972 ?  S  22:49  0:00 /usr/bin/python3 -m ...`
 */
export const createPsParser: CreateParser = (context) => parserOfLines(context, new PsHandler(context));

class PsHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #columns: PsColumns | null = null;
  #unterminated: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of ps');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    if (!line.terminated) this.#unterminated = line;
    const { text } = line;
    if (this.#clock.takeDateLine(text)) return;
    const header = text.includes('PID') ? readPsHeader(text) : null;
    if (header !== null) {
      this.#columns = header;
      return;
    }
    const sample = this.#columns === null ? null : this.#readRow(line, this.#columns);
    if (sample === null) {
      if (!isDecoration(text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    out.push({ type: 'process', sample });
    if (sample.time !== null) {
      out.push(
        eventItem({
          time: sample.time,
          resolutionMicros: this.#clock.resolutionMicros,
          timestampDesc: 'sampled',
          kind: 'process-sample',
          message: text.trim(),
          pid: sample.pid,
          identifier: null,
          host: null,
          severity: null,
          unit: null,
          detail: { targetPid: sample.pid },
          source: sample.source,
        }),
      );
    }
  }

  #readRow(line: Line, columns: PsColumns): ProcessSample | null {
    const fields = splitFields(line.text, columns.before);
    if (fields === null) return null;
    const { index } = columns;
    const field = (column: NeededColumn): string => fields.values[index[column]] ?? '';
    const pid = wholeNumber(field('PID'));
    const cpuPercent = decimal(field('%CPU'));
    const memPercent = decimal(field('%MEM'));
    const vsz = wholeNumber(field('VSZ'));
    const rss = wholeNumber(field('RSS'));
    const cpuSeconds = readCpuTime(field('TIME'));
    const state = field('STAT');
    if (pid === null || cpuPercent === null || memPercent === null || vsz === null || rss === null) return null;
    if (cpuSeconds === null || !/^[DRSTtZIXWKP][\w<+]*$/.test(state)) return null;
    return {
      time: this.#clock.time,
      pid,
      user: field('USER'),
      cpuPercent,
      memPercent,
      vszBytes: vsz * KIB,
      rssBytes: rss * KIB,
      state,
      cpuSeconds,
      command: fields.rest,
      source: provenanceOfLines(this.#context, line),
    };
  }

  onEnd(out: ParsedItem[]): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, this.#unterminated, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

/** The first `count` blank-separated fields and the rest of the line, or null when there are fewer. */
function splitFields(
  text: string,
  count: number,
): { readonly values: readonly string[]; readonly rest: string } | null {
  const values: string[] = [];
  const pattern = /\S+/g;
  for (let field = 0; field < count; field += 1) {
    const match = pattern.exec(text);
    if (match === null) return null;
    values.push(match[0]);
  }
  const rest = text.slice(pattern.lastIndex).trim();
  return rest === '' ? null : { values, rest };
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A comma stands for the point in many locales. */
function decimal(text: string): number | null {
  return /^\d{1,6}(?:[.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : null;
}

/** Seconds of ps's TIME: `0:03` and `100:22` (minutes), `12:34:56`, `1-02:03:04` (days); null for anything else. */
export function readCpuTime(text: string): number | null {
  const match = /^(?:(\d{1,5})-)?(?:(\d{1,5}):)?(\d{1,6}):(\d\d)(?:\.\d+)?$/.exec(text);
  if (match === null) return null;
  const [, days, hours, minutes, seconds] = match;
  return Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
