import type { TimeResolution } from '../../model/evidence.ts';
import type { ProcessSample } from '../../model/samples.ts';
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
import { sampledEvent } from './sampled-event.ts';
import { SnapshotClock } from './snapshot-time.ts';

/**
 * Columns that a process sample is made of; `ps aux` prints them all, `ps -eo` those that were asked for. Source: ps(1) of
 * procps, "STANDARD FORMAT SPECIFIERS"
 */
const COLUMNS = ['USER', 'PID', '%CPU', '%MEM', 'VSZ', 'RSS', 'STAT', 'TIME', 'ELAPSED'] as const;
type Column = (typeof COLUMNS)[number];
/** Other names of the same columns. */
const ALIASES: Readonly<Record<string, Column>> = { S: 'STAT', RSZ: 'RSS', UID: 'USER', VSIZE: 'VSZ' };
/** Without these a row says nothing of what its process did. */
const NEEDED_COLUMNS = ['PID', 'RSS', 'STAT', 'TIME'] as const satisfies readonly Column[];
/** The command, always last because it holds blanks. */
const COMMAND_COLUMNS: ReadonlySet<string> = new Set(['COMMAND', 'CMD', 'ARGS']);
const KIB = 1024;

/** Where a table's header puts each column. */
interface PsColumns {
  readonly index: Readonly<Partial<Record<Column, number>>>;
  /** Columns in front of the command. */
  readonly before: number;
}

/** Reads a header such as `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND`; null for any other line. */
function readPsHeader(text: string): PsColumns | null {
  const names = text.trim().split(/\s+/);
  const last = names.at(-1);
  if (last === undefined || !COMMAND_COLUMNS.has(last)) return null;
  const index: Partial<Record<Column, number>> = {};
  for (const column of COLUMNS) {
    const at = names.findIndex((name) => (ALIASES[name] ?? name) === column);
    if (at >= 0) index[column] = at;
  }
  if (NEEDED_COLUMNS.some((column) => index[column] === undefined)) return null;
  // How busy it has been over its life: ps says so, or it follows from how old it is.
  if (index['%CPU'] === undefined && index.ELAPSED === undefined) return null;
  return { index, before: names.length - 1 };
}

/**
 * Snapshots of `ps aux` (any width), one or many. A date line above a table (`# 2026-01-28 04:10:19`, `date`'s output) is
 * its time; dated rows are also events. Row: `root  23333  0.0  0.0  33728 21972 ?  S  22:49  0:00 /usr/bin/python3 -m ...`
 */
const createPsParser: CreateParser = (context) => parserOfLines(context, new PsHandler(context));

class PsHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #columns: PsColumns | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of ps');
  }

  onLine(line: Line, out: ParsedItem[]): void {
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
    const { time, pid, source } = sample;
    if (time === null) return;
    const { resolutionMicros } = this.#clock;
    out.push(sampledEvent({ time, resolutionMicros, kind: 'process-sample', text, pid, source }));
  }

  #readRow(line: Line, columns: PsColumns): ProcessSample | null {
    const fields = splitFields(line.text, columns.before);
    if (fields === null) return null;
    const { index } = columns;
    const field = (column: Column): string | null => {
      const at = index[column];
      return at === undefined ? null : (fields.values[at] ?? '');
    };
    const numberOf = (column: Column, read: (text: string) => number | null, missing: number | null): number | null => {
      const text = field(column);
      return text === null ? missing : read(text);
    };
    const pid = numberOf('PID', wholeNumber, null);
    const memPercent = numberOf('%MEM', decimal, 0);
    const vsz = numberOf('VSZ', wholeNumber, 0);
    const rss = numberOf('RSS', wholeNumber, null);
    const cpuSeconds = numberOf('TIME', readCpuTime, null);
    // etime prints minutes and seconds, etimes seconds under the same name.
    const age = numberOf('ELAPSED', (text) => wholeNumber(text) ?? readCpuTime(text), null);
    const overLife = cpuSeconds === null || age === null ? null : age === 0 ? 0 : (cpuSeconds * 100) / age;
    const cpuPercent = numberOf('%CPU', decimal, overLife);
    const state = field('STAT') ?? '';
    if (pid === null || cpuPercent === null || memPercent === null || vsz === null || rss === null) return null;
    if (cpuSeconds === null || !/^[DRSTtZIXWKP][\w<+]*$/.test(state)) return null;
    return {
      time: this.#clock.time,
      pid,
      user: field('USER') ?? '',
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

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'row', out);
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

export const PS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`ps aux`',
  detect: {
    by: 'header',
    sign: {
      sample: 'USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND',
      why: 'has the header of ps aux',
      reads: (line) => readPsHeader(line) !== null,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createPsParser,
  // Rows mean nothing without the header above them.
  readAgain: null,
};
