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
const COLUMNS = ['USER', 'PID', '%CPU', '%MEM', 'VSZ', 'RSS', 'STAT', 'TIME', 'ELAPSED', 'STARTED'] as const;
type Column = (typeof COLUMNS)[number];
/** Other names of the same columns; C of `ps -ef` is %CPU in whole percent. */
const ALIASES: Readonly<Record<string, Column>> = {
  S: 'STAT',
  RSZ: 'RSS',
  UID: 'USER',
  VSIZE: 'VSZ',
  C: '%CPU',
  START: 'STARTED',
  STIME: 'STARTED',
};
/** The command, always last because it holds blanks. */
const COMMAND_COLUMNS: ReadonlySet<string> = new Set(['COMMAND', 'CMD', 'ARGS']);
// Mem: 118160K used, 2820724K free, 0K shrd, 14028K buff, 41744K cached
const BUSYBOX_TOP = /^(?:Mem: \d+K used|CPU: +\d+% usr|Load average: )/;
// PID  %CPU  NLWP  WCHAN
const COLUMN_NAME = /^[A-Z%][A-Z%_]{0,15}$/;
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
  if (last === undefined || !COMMAND_COLUMNS.has(last) || !names.every((name) => COLUMN_NAME.test(name))) return null;
  const index: Partial<Record<Column, number>> = {};
  for (const column of COLUMNS) {
    const at = names.findIndex((name) => (ALIASES[name] ?? name) === column);
    if (at >= 0) index[column] = at;
  }
  if (index.PID === undefined) return null;
  return { index, before: names.length - 1 };
}

/**
 * Layouts whose rows are told without a heading, which `ps aux | grep gunicorn` loses: those of `aux` and of `-ef`. Every column in front of the
 * command must be what it is there.
 */
const BARE: readonly { readonly sample: string; readonly row: RegExp; readonly columns: PsColumns | null }[] = [
  {
    sample:
      'www-data  4410 12.0  8.3 955200 663000 ?       Sl   07:10   0:28 /usr/bin/python3 /srv/venv/bin/gunicorn app:application',
    row: /^[\w.+-]{1,32} +\d{1,9} +\d{1,4}[.,]\d +\d{1,3}[.,]\d +\d{1,12} +\d{1,12} +(?:\?|-|pts\/\d{1,4}|tty\w{1,4}|console) +[DRSTtZIXWKP][\w<+]{0,6} +(?:\d\d:\d\d|[A-Z][a-z]{2} ?\d\d|\d{4}) +\d{1,6}:\d\d +\S/,
    columns: readPsHeader('USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND'),
  },
  {
    sample:
      'www-data    4410    4401 12 07:10 ?        00:00:28 /usr/bin/python3 /srv/venv/bin/gunicorn app:application',
    row: /^[\w.+-]{1,32} +\d{1,9} +\d{1,9} +\d{1,3} +(?:\d\d:\d\d|[A-Z][a-z]{2}\d\d|\d{4}) +(?:\?|-|pts\/\d{1,4}|tty\w{1,4}|console) +(?:\d{1,4}-)?\d\d:\d\d:\d\d +\S/,
    columns: readPsHeader('UID PID PPID C STIME TTY TIME CMD'),
  },
];
/** What stands in front of a command has fewer characters. */
const MOST_BEFORE_COMMAND = 300;

function bareColumns(text: string): PsColumns | null {
  const start = text.slice(0, MOST_BEFORE_COMMAND);
  return BARE.find(({ row }) => row.test(start))?.columns ?? null;
}

/**
 * Snapshots of `ps` with any columns (`aux`, `-ef`, `-eo ...`, busybox's), one or many, with a heading or, of the usual ones, without. A date line above a table (`# 2026-01-28 04:10:19`, `date`'s output) is
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
    const columns = this.#columns ?? bareColumns(text);
    const sample = columns === null ? null : this.#readRow(line, columns);
    if (sample === null) {
      if (!isDecoration(text) && !BUSYBOX_TOP.test(text)) this.#stray.add(line);
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
    const fields = splitFields(line.text, columns);
    if (fields === null) return null;
    const { index } = columns;
    const unread: Column[] = [];
    /** What a column says; null where there is none. A value that cannot be read makes the row no row. */
    const value = <T>(column: Column, read: (text: string) => T | null): T | null => {
      const at = index[column];
      if (at === undefined) return null;
      const found = read(fields.values[at] ?? '');
      if (found === null) unread.push(column);
      return found;
    };
    const pid = value('PID', wholeNumber);
    const cpuSeconds = value('TIME', readCpuTime);
    // etime prints minutes and seconds, etimes seconds under the same name.
    const age = value('ELAPSED', (text) => wholeNumber(text) ?? readCpuTime(text));
    // How busy it has been over its life: ps says so, or it follows from how old it is.
    const overLife = cpuSeconds === null || age === null ? null : age === 0 ? 0 : (cpuSeconds * 100) / age;
    const sample: Omit<ProcessSample, 'pid'> = {
      time: this.#clock.time,
      user: value('USER', (text) => text) ?? '',
      cpuPercent: value('%CPU', decimal) ?? overLife,
      memPercent: value('%MEM', decimal),
      vszBytes: value('VSZ', readKib),
      rssBytes: value('RSS', readKib),
      state: value('STAT', (text) => (/^[DRSTtZIXWKP][\w<+]*$/.test(text) ? text : null)),
      cpuSeconds,
      command: fields.rest,
      source: provenanceOfLines(this.#context, line),
    };
    return pid === null || unread.length > 0 ? null : { pid, ...sample };
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    out.push(...this.#clock.problems());
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

/** Blank-separated fields in front of the command, and the command; null when there are fewer. */
function splitFields(
  text: string,
  { before, index }: PsColumns,
): { readonly values: readonly string[]; readonly rest: string } | null {
  const values: string[] = [];
  const pattern = /\S+/g;
  for (let field = 0; field < before; field += 1) {
    const match = pattern.exec(text);
    if (match === null) return null;
    values.push(match[0]);
    // Mon Jan 26 04:10:19 2026 of lstart, Jan 26 of start: one column with blanks in it.
    const more = field !== index.STARTED ? 0 : WEEKDAY.test(match[0]) ? 4 : MONTH.test(match[0]) ? 1 : 0;
    for (let word = 0; word < more; word += 1) pattern.exec(text);
  }
  // What follows the last match would be looked for from the beginning.
  const rest = before > 0 && pattern.lastIndex === 0 ? '' : text.slice(pattern.lastIndex).trim();
  return rest === '' ? null : { values, rest };
}

const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/;
const MONTH = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$/;

/** Bytes of a size in KiB; busybox writes larger ones as `13m`. */
function readKib(text: string): number | null {
  const match = /^(\d{1,15})([mg]?)$/.exec(text);
  if (match === null) return null;
  return Number(match[1]) * KIB * (match[2] === 'g' ? KIB ** 2 : match[2] === 'm' ? KIB : 1);
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A comma stands for the point in many locales; busybox writes `20%`. */
function decimal(text: string): number | null {
  const number = /^(\d{1,6}(?:[.,]\d+)?)%?$/.exec(text)?.[1];
  return number === undefined ? null : Number(number.replace(',', '.'));
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
      why: 'has the header of ps, or rows that only it prints',
      reads: (line) => readPsHeader(line) !== null || bareColumns(line) !== null,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createPsParser,
  // Rows mean nothing without the header above them.
  readAgain: null,
};
