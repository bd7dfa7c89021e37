import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { wallOf, zoneMinutes } from '../reading/stamps.ts';
import { SnapshotClock } from './snapshot-time.ts';

// TIME                            PID  UID  GID SIG     COREFILE EXE                 SIZE
const LIST_HEADER = /^TIME +PID +UID +GID +SIG +COREFILE +EXE(?: +SIZE)?\s*$/;
// Wed 2026-01-28 04:12:15 UTC 23333 997 997 SIGSEGV present  /usr/bin/python3.11 12.3M
const STAMP = String.raw`(?:[A-Z][a-z]{2} )?(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?: ([A-Z]{1,6}|[+-]\d\d(?::?\d\d)?))?`;
const LIST_ROW = new RegExp(
  String.raw`^${STAMP} +(\d{1,10}) +\d+ +\d+ +(SIG[A-Z0-9+]+|\d{1,2}|-) +[a-z]+ +(\S.*?)(?: +(?:[\d.]+[BKMGT]|-|n/a))?\s*$`,
);
//            PID: 23333 (gunicorn)
const FIELD = /^ {1,20}([A-Z][A-Za-z ]{2,20}): (\S.*?)\s*$/;
const TIMESTAMP = new RegExp(`^${STAMP}`);
const MOST_CHARACTERS = 4_096;
const MOST_FRAMES = 1_000;

/** Numbers of signals that end a process with a dump, on all architectures that Linux runs services on. Source: signal(7) */
const SIGNALS: Readonly<Record<string, number>> = {
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGSEGV: 11,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGSYS: 31,
};

/**
 * Crashes that systemd-coredump kept: `coredumpctl list` and `coredumpctl info`, of which the stack is kept too. Source: coredumpctl(1),
 * https://github.com/systemd/systemd/blob/v252/src/coredump/coredumpctl.c
 */
const createCoredumpsParser: CreateParser = (context) => parserOfLines(context, new CoredumpsHandler(context));

/** What `coredumpctl info` says of one crash, as far as it has been read. */
interface Crash {
  readonly first: Line;
  readonly pid: number;
  readonly processName: string;
  signal: number | null;
  time: EpochMicros | null;
  /** The line that completes it. */
  last: Line;
  readonly frames: string[];
  firstFrame: Line | null;
  lastFrame: Line | null;
}

class CoredumpsHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #crash: Crash | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'crashes');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const text = line.text.slice(0, MOST_CHARACTERS);
    const row = LIST_ROW.exec(text);
    if (row !== null) {
      this.#stray.flush(out);
      this.#close(out);
      const time = this.#timeOf(row);
      const signal = SIGNALS[row[9] ?? ''] ?? (/^\d+$/.test(row[9] ?? '') ? Number(row[9]) : null);
      if (time !== null && signal !== null) this.#tell(Number(row[8]), row[10] ?? '', signal, time, line, line, out);
      return;
    }
    const [, name, value = ''] = FIELD.exec(text) ?? [];
    const [, pid, processName = ''] = name === 'PID' ? (/^(\d{1,10})(?: \((.{1,64})\))?$/.exec(value) ?? []) : [];
    if (pid !== undefined) {
      this.#stray.flush(out);
      this.#close(out);
      this.#crash = {
        first: line,
        pid: Number(pid),
        processName,
        signal: null,
        time: null,
        last: line,
        frames: [],
        firstFrame: null,
        lastFrame: null,
      };
    } else if (this.#crash === null) {
      if (!LIST_HEADER.test(text) && !isDecoration(text)) this.#stray.add(line);
    } else this.#addTo(this.#crash, name ?? null, value, line);
  }

  #addTo(crash: Crash, name: string | null, value: string, line: Line): void {
    if (name === 'Signal') {
      crash.signal = Number(/^\d{1,2}/.exec(value)?.[0] ?? Number.NaN) || null;
      crash.last = line;
    } else if (name === 'Timestamp') {
      const stamp = TIMESTAMP.exec(value);
      crash.time = stamp === null ? null : this.#timeOf(stamp);
      crash.last = line;
    } else if (
      /^\s+(?:#\d+ |Stack trace of thread \d+:|Module )/.test(line.text) &&
      crash.frames.length < MOST_FRAMES
    ) {
      crash.firstFrame ??= line;
      crash.lastFrame = line;
      crash.frames.push(line.text.trim().slice(0, MOST_CHARACTERS));
    }
  }

  #close(out: ParsedItem[]): void {
    const crash = this.#crash;
    this.#crash = null;
    if (crash === null) return;
    const { pid, processName, signal, time, first, last, frames, firstFrame, lastFrame } = crash;
    if (signal !== null && time !== null) this.#tell(pid, processName, signal, time, first, last, out);
    if (frames.some((frame) => frame.startsWith('#')) && firstFrame !== null && lastFrame !== null) {
      const source = provenanceOfLines(this.#context, firstFrame, lastFrame);
      out.push({ type: 'stack-dump', dump: { time, pid, lines: frames, source } });
    }
  }

  #tell(
    pid: number,
    program: string,
    signal: number,
    time: EpochMicros,
    first: Line,
    last: Line,
    out: ParsedItem[],
  ): void {
    const processName = program.split('/').at(-1) ?? program;
    out.push(
      eventItem({
        time,
        resolutionMicros: MICROS_PER_SECOND,
        timestampDesc: 'dumped core',
        kind: 'segfault',
        message: `Process ${pid} (${processName}) dumped core on signal ${signal}`,
        pid: null,
        identifier: 'systemd-coredump',
        host: null,
        severity: null,
        unit: null,
        detail: { targetPid: pid, signal, processName },
        source: provenanceOfLines(this.#context, first, last),
      }),
    );
  }

  #timeOf(stamp: RegExpExecArray): EpochMicros | null {
    const [, year, month, day, hour, minute, second, zone] = stamp;
    const wall = wallOf(year, month, day, hour, minute, second);
    return this.#clock.resolve(wall, zone === undefined ? null : zoneMinutes(zone));
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#close(out);
    this.#stray.flush(out);
    reportCutEnd(this.#context, cut, 'crash', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

export const COREDUMPS: RecordFormat = {
  holds: 'ends',
  savedAs: '`coredumpctl info`',
  detect: {
    by: 'header',
    sign: {
      sample: '           PID: 23333 (gunicorn)',
      why: 'tells of crashes that systemd-coredump kept',
      reads: (line) => /^ {6,20}PID: \d{1,10} \(\S.*\)\s*$/.test(line) || LIST_HEADER.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createCoredumpsParser,
  readAgain: () => createCoredumpsParser,
};
