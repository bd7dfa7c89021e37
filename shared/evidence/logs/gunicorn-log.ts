import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { LogFormat } from '../reading/format.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import { type FindMessage, holdsLineFeed } from '../reading/message-span.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { StampClock } from '../reading/stamp-clock.ts';
import { atUtc, type InstantOfStamp, resolutionOf, type Stamp, wallOf, zoneMinutes } from '../reading/stamps.ts';
import { classifyMessage } from '../wording/classify.ts';
import { readBareStamp, splitInnerHeader } from '../wording/inner-header.ts';
import { readAccessLine } from './access-line.ts';

/** Lines of one entry that are kept (a traceback has a few hundred); a longer one is reported and cut. */
const ENTRY_LIMIT_LINES = 10_000;
/** Characters of one entry that are kept. */
const ENTRY_LIMIT_CHARACTERS = 1024 * 1024;

// 2025-07-05T12:18:53.958748844Z [2025-07-05 12:18:53 +0000] ...      docker logs -t, kubectl logs --timestamps
const CONTAINER_STAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d) (?=\S)/;
// web-1  | [2025-07-05 12:18:53 +0000] ...     docker compose logs
const COMPOSE_SERVICE = /^[\w.-]{1,64}\s+\| /;
/** When a line of a log file was written, and what is left when stamps of a container runtime are taken off. */
export interface LogLineHead {
  /** null: the line has a logger's header, but no time (`INFO:root:text`). */
  readonly time: EpochMicros | null;
  readonly resolutionMicros: number;
  readonly message: string;
  /** Minutes east of UTC that the stamp itself prints; null when it prints none. */
  readonly zone: number | null;
  /** The worker that an access line names (`%(p)s`), else null; a logger's header tells its pid elsewhere. */
  readonly pid: number | null;
  /** An access line: always one line, which nothing continues. */
  readonly isAccess: boolean;
}

/**
 * Reads the beginning of an entry of a log file that gunicorn (and the application, by Python's logging) wrote. Null for a
 * line that begins none. `instant` reads a stamp in the zone that it carries (minutes east of UTC), or in the source's where it
 * carries none, as Python's asctime.
 */
export function readLogLine(text: string, instant: InstantOfStamp): LogLineHead | null {
  const compose = COMPOSE_SERVICE.exec(text);
  const bare = compose === null ? text : text.slice(compose[0].length);
  const container = CONTAINER_STAMP.exec(bare);
  const inside = container === null ? bare : bare.slice(container[0].length);
  // An application's own ISO stamp looks like a container's; but behind a container's the application's header is whole.
  const isOwn = container !== null && splitInnerHeader(inside) === null && splitInnerHeader(bare) !== null;
  const message = isOwn ? bare : inside;
  if (container !== null && !isOwn) {
    const [, year, month, day, hour, minute, second, fraction, zoneText] = container;
    const zone = zoneMinutes(zoneText ?? '');
    const time = instant(wallOf(year, month, day, hour, minute, second, fraction), zone);
    // The application's zone is in the inner stamp; the container's is always that of the runtime.
    const inner = splitInnerHeader(message)?.stamp?.zone ?? null;
    const access = readAccessLine(message);
    const told = { zone: inner ?? zone, pid: access?.pid ?? null, isAccess: access !== null };
    if (time !== null) return { time, resolutionMicros: resolutionOf(fraction), message, ...told };
  }
  const header = splitInnerHeader(message);
  if (header?.stamp != null) return stampedHead(header.stamp, message, instant);
  if (header !== null) {
    return { time: null, resolutionMicros: MICROS_PER_SECOND, message, zone: null, pid: null, isAccess: false };
  }
  const access = readAccessLine(message);
  if (access !== null) {
    const head = stampedHead(access.stamp, message, instant);
    return head === null ? null : { ...head, pid: access.pid, isAccess: true };
  }
  const plain = readBareStamp(message);
  return plain === null ? null : stampedHead(plain.stamp, message, instant);
}

function stampedHead(stamp: Stamp, message: string, instant: InstantOfStamp): LogLineHead | null {
  const { wall, zone, resolutionMicros } = stamp;
  const time = instant(wall, zone);
  return time === null ? null : { time, resolutionMicros, message, zone, pid: null, isAccess: false };
}

interface OpenEntry {
  readonly head: LogLineHead;
  readonly time: EpochMicros;
  readonly first: Line;
  last: Line;
  readonly lines: string[];
  characters: number;
  blank: number;
}

/**
 * gunicorn's own error log, as `--error-log` or a terminal keeps it, mixed with the application's logging and tracebacks.
 * A line with a logger's header begins an entry; every other line (a traceback, a print) belongs to the one before.
 * Source: error_fmt and datefmt in https://github.com/benoitc/gunicorn/blob/23.0.0/gunicorn/glogging.py
 */
const createGunicornLogParser: CreateParser = (context) =>
  parserOfLines(context, new GunicornLogHandler(context, false));

/**
 * The access log as a file of its own (`--access-log`): one request a line. A damaged line is reported and not taken for more
 * of the request above it; should gunicorn's own lines stand between, they are read as in its error log.
 */
const createAccessLogParser: CreateParser = (context) => parserOfLines(context, new GunicornLogHandler(context, true));

class GunicornLogHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stamps: StampClock;
  /** Whether a line below an access line belongs to nothing. */
  readonly #accessOnly: boolean;
  readonly #stray: StrayLines;
  #open: OpenEntry | null = null;
  #anyEntry = false;
  #unterminated: Line | null = null;
  /** Zone that gunicorn's stamps print: the application's stamps of the same process group are in it too. */
  #zoneOfFile: number | null;
  /** A zone seen once: one damaged stamp must not shift the lines after it. */
  #zoneSeenOnce: number | null = null;
  #anyZoneless = false;
  #lastTime: EpochMicros | null;
  #timelessReported = false;

  constructor(context: ParseContext, accessOnly: boolean) {
    this.#context = context;
    this.#stamps = new StampClock(context);
    this.#accessOnly = accessOnly;
    this.#stray = new StrayLines(context, 'log entries');
    this.#zoneOfFile = context.zoneFrom === 'file' ? context.offsetMinutes : null;
    // Known when one record is read again; at the start of a file a line without a time has none.
    this.#lastTime = context.startOffset > 0 ? context.nearTime : null;
  }

  onLine(line: Line, out: ParsedItem[]): void {
    if (!line.terminated) this.#unterminated = line;
    const head = readLogLine(line.text, (wall, zone) => this.#stamps.instant(wall, zone ?? this.#zoneOfFile));
    const time = head === null ? null : (head.time ?? this.#lastTime);
    if (head !== null && time !== null) {
      this.#close(out);
      this.#stray.flush(out);
      if (head.time === null) this.#reportTimeless(line, out);
      else if (head.zone === null) this.#anyZoneless = true;
      else this.#learnZone(head.zone);
      this.#lastTime = time;
      this.#anyEntry = true;
      const { message } = head;
      this.#open = { head, time, first: line, last: line, lines: [message], characters: message.length, blank: 0 };
      return;
    }
    const open = this.#open;
    if (line.text.trim() === '') {
      if (open !== null) open.blank += 1;
    } else if (open !== null && !(this.#accessOnly && open.head.isAccess)) {
      this.#continue(open, line, out);
    } else if (this.#anyEntry || !isDecoration(line.text)) {
      this.#close(out);
      this.#stray.add(line);
    }
  }

  #learnZone(zone: number): void {
    // Who analyses knows better than the arbiter's stamps in which zone the application logged.
    if (this.#context.zoneFrom === 'given') return;
    if (this.#zoneOfFile === null || this.#zoneSeenOnce === zone) this.#zoneOfFile = zone;
    this.#zoneSeenOnce = zone;
  }

  #continue(open: OpenEntry, line: Line, out: ParsedItem[]): void {
    open.last = line;
    const isFull = open.lines.length > ENTRY_LIMIT_LINES || open.characters > ENTRY_LIMIT_CHARACTERS;
    if (isFull) return;
    for (; open.blank > 0; open.blank -= 1) open.lines.push('');
    open.lines.push(line.text);
    open.characters += line.text.length;
    if (open.lines.length > ENTRY_LIMIT_LINES || open.characters > ENTRY_LIMIT_CHARACTERS) {
      out.push(
        problemItem(
          'limit-exceeded',
          `The entry at line ${open.first.number} of ${this.#context.fileName} goes on for more than ${ENTRY_LIMIT_LINES} lines or ${ENTRY_LIMIT_CHARACTERS} characters; the message shown ends there.`,
          open.first.byteOffset,
        ),
      );
    }
  }

  #reportTimeless(line: Line, out: ParsedItem[]): void {
    if (this.#timelessReported) return;
    this.#timelessReported = true;
    out.push(
      problemItem(
        'assumed-time',
        `Line ${line.number} of ${this.#context.fileName} and others like it have no time of their own; they were given the time of the entry before.`,
        line.byteOffset,
      ),
    );
  }

  #close(out: ParsedItem[]): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const message = open.lines.join('\n');
    const read = classifyMessage({ message, identifier: null, pid: null });
    out.push(
      eventItem({
        time: open.time,
        resolutionMicros: open.head.resolutionMicros,
        timestampDesc: 'entry written',
        kind: read.kind,
        message,
        pid: read.header?.pid ?? open.head.pid,
        identifier: null,
        host: null,
        severity: read.severity,
        unit: null,
        detail: read.detail,
        source: provenanceOfLines(this.#context, open.first, open.last),
      }),
    );
  }

  onEnd(out: ParsedItem[]): void {
    this.#close(out);
    this.#stray.flush(out);
    reportCutEnd(this.#context, this.#unterminated, 'entry', out);
  }

  timeResolution(): TimeResolution {
    const fromFile = !this.#anyZoneless || this.#zoneOfFile !== null;
    return {
      ...(fromFile
        ? { offsetMinutes: this.#anyZoneless ? this.#zoneOfFile : null, zoneFrom: 'file' }
        : this.#stamps.resolution()),
      year: null,
      yearFrom: 'file',
    };
  }
}

const PIPE = 0x7c;
const LETTER_T = 0x54;

/** The whole line, unless a container runtime put its own stamp or the service in front. */
const findInGunicornLog: FindMessage = (bytes, latin1, from, end, span) => {
  if (holdsLineFeed(latin1, from, end) || bytes[from + 10] === LETTER_T) return false;
  for (let at = from; at < Math.min(end, from + 128); at++) if (bytes[at] === PIPE) return false;
  span.from = from;
  span.to = end;
  span.isEscaped = false;
  return true;
};

export const GUNICORN_LOG: LogFormat = {
  holds: 'log',
  savedAs: 'the error log',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '[2026-01-28 04:10:19 +0000] [25321] [INFO] Starting gunicorn 26.1.0',
        why: "has lines with the header of gunicorn's or Python's logger",
        reads: (line) => readLogLine(line, atUtc) !== null,
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createGunicornLogParser,
  readAgain: () => createGunicornLogParser,
  stampedBy: 'logger',
  copyRank: 3,
  findMessage: findInGunicornLog,
  isVerbatim: true,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
};

export const ACCESS_LOG: LogFormat = {
  holds: 'log',
  savedAs: 'the access log',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '127.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "POST /import HTTP/1.1" 200 12 "-" "curl/8.5.0"',
        why: 'has the lines of an access log',
        reads: (line) => readAccessLine(line) !== null,
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createAccessLogParser,
  readAgain: () => createAccessLogParser,
  stampedBy: 'logger',
  copyRank: 3,
  findMessage: null,
  isVerbatim: false,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
};
