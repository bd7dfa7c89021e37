import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, epochMicros, MICROS_PER_MILLI, MICROS_PER_SECOND } from '../../model/time.ts';
import type { LogFormat } from '../reading/format.ts';
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
import { StampClock } from '../reading/stamp-clock.ts';
import { atUtc, type InstantOfStamp } from '../reading/stamps.ts';
import { classifyMessage } from '../wording/classify.ts';
import { levelOf, readBareStamp, severityOfLevel } from '../wording/inner-header.ts';

/*
 * Logs of one JSON object a line. There is no standard: these are the names under which python-json-logger, structlog,
 * loguru, zap, bunyan, pino, Docker's json-file driver and the Elastic Common Schema put the time and the message.
 */
const TIME_NAMES = ['@timestamp', 'timestamp', 'time', 'asctime', 'ts', 'datetime', 'date', 'created'] as const;
const MESSAGE_NAMES = ['message', 'msg', 'event', 'log', 'text'] as const;
const LEVEL_NAMES = ['level', 'levelname', 'log.level', 'severity', 'lvl'] as const;
const PID_NAMES = ['pid', 'process', 'process.pid', 'process_id'] as const;
const LOGGER_NAMES = ['logger', 'name', 'logger_name', 'log.logger'] as const;
/** Further lines of the same entry: what python-json-logger and structlog call a traceback. */
const TRACEBACK_NAMES = ['exc_info', 'exception', 'traceback', 'stack_trace', 'error.stack_trace'] as const;

export type JsonObject = Readonly<Record<string, unknown>>;

/** What one line says; the time is null when its stamp is none that can be read. */
export interface JsonLogLine {
  readonly time: EpochMicros;
  readonly resolutionMicros: number;
  /** Minutes east of UTC that the stamp prints; null when it prints none, `utc` when it counts from 1970. */
  readonly zone: number | 'utc' | null;
  readonly message: string;
  readonly level: string | null;
  readonly pid: number | null;
  readonly logger: string | null;
}

/**
 * Reads a line of such a log; null for any other line. A journal's JSON has capitals and is read elsewhere. `instant` reads a
 * stamp in the zone that it carries, or in the source's where it carries none.
 */
export function readJsonLogLine(text: string, instant: InstantOfStamp): JsonLogLine | null {
  const object = parseObject(text);
  if (object === null) return null;
  const time = timeOf(firstOf(object, TIME_NAMES), instant);
  const read = messageOfObject(object);
  if (time === null || read === null) return null;
  const pid = firstOf(object, PID_NAMES);
  const logger = firstOf(object, LOGGER_NAMES);
  return {
    ...time,
    ...read,
    pid: typeof pid === 'number' && Number.isInteger(pid) && pid >= 0 && pid < 1e9 ? pid : null,
    logger: typeof logger === 'string' ? logger : null,
  };
}

/** The JSON object that a text is as a whole; null for any other text. */
export function parseObject(text: string): JsonObject | null {
  if (text.charCodeAt(0) !== 0x7b) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value !== 'object' || value === null || Array.isArray(value) ? null : (value as JsonObject);
  } catch {
    return null;
  }
}

/** What such an object says, with the traceback that it carries, and at which level; null without a message. */
export function messageOfObject(object: JsonObject): Pick<JsonLogLine, 'message' | 'level'> | null {
  const message = firstOf(object, MESSAGE_NAMES);
  if (typeof message !== 'string') return null;
  const traceback = firstOf(object, TRACEBACK_NAMES);
  const level = firstOf(object, LEVEL_NAMES);
  const own = message.replace(/\n+$/, '');
  return {
    message: typeof traceback === 'string' && traceback !== '' ? `${own}\n${traceback.replace(/\n+$/, '')}` : own,
    level: typeof level === 'string' ? level : typeof level === 'number' ? levelOfNumber(level) : null,
  };
}

/** The value under the first of these names that the object has; a dotted name may also be an object in an object. */
function firstOf(object: JsonObject, names: readonly string[]): unknown {
  for (const name of names) {
    if (Object.hasOwn(object, name)) return object[name];
    const dot = name.indexOf('.');
    const outer = dot < 0 ? null : object[name.slice(0, dot)];
    if (typeof outer === 'object' && outer !== null && Object.hasOwn(outer, name.slice(dot + 1))) {
      return (outer as JsonObject)[name.slice(dot + 1)];
    }
  }
  return undefined;
}

/** pino and bunyan count levels by tens, from 10 (trace) to 60 (fatal); Python's logging from 10 (debug) to 50 (critical). */
function levelOfNumber(level: number): string | null {
  return level >= 50 ? 'CRITICAL' : level >= 40 ? 'ERROR' : level >= 30 ? 'WARNING' : level >= 10 ? 'INFO' : null;
}

/** Before 2001 a count of seconds has nine digits, and a count of milliseconds twelve. */
const FIRST_SECONDS = 1e9;
const FIRST_MILLIS = 1e12;
const FIRST_MICROS = 1e15;
const FIRST_NANOS = 1e18;

function timeOf(
  value: unknown,
  instant: InstantOfStamp,
): Pick<JsonLogLine, 'time' | 'resolutionMicros' | 'zone'> | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value < FIRST_SECONDS || value >= FIRST_NANOS * 10) return null;
    const [unit, resolutionMicros] =
      value < FIRST_MILLIS
        ? [MICROS_PER_SECOND, Number.isInteger(value) ? MICROS_PER_SECOND : 1]
        : value < FIRST_MICROS
          ? [MICROS_PER_MILLI, MICROS_PER_MILLI]
          : [value < FIRST_NANOS ? 1 : 0.001, 1];
    return { time: epochMicros(Math.round(value * unit)), resolutionMicros, zone: 'utc' };
  }
  if (typeof value !== 'string') return null;
  // Docker and Go print nanoseconds.
  const micros = value.slice(0, 60).replace(/([.,]\d{6})\d{1,3}(?!\d)/, '$1');
  const stamp = readBareStamp(`${micros} `)?.stamp;
  if (stamp === undefined) return null;
  const time = instant(stamp.wall, stamp.zone);
  return time === null ? null : { time, resolutionMicros: stamp.resolutionMicros, zone: stamp.zone };
}

/** A log of JSON objects, one a line; every line stands for itself. */
const createJsonLogParser: CreateParser = (context) => parserOfLines(context, new JsonLogHandler(context));

class JsonLogHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stamps: StampClock;
  readonly #stray: StrayLines;
  #anyZoneless = false;
  #anyEntry = false;
  #unterminated: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stamps = new StampClock(context);
    this.#stray = new StrayLines(context, 'entries of a log of JSON lines');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    if (!line.terminated) this.#unterminated = line;
    const read = readJsonLogLine(line.text, (wall, zone) => this.#stamps.instant(wall, zone));
    if (read === null) {
      if (this.#anyEntry ? line.text.trim() !== '' : !isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    this.#anyEntry = true;
    if (read.zone === null) this.#anyZoneless = true;
    const told = classifyMessage({ message: read.message, identifier: null, pid: read.pid });
    const level = levelOf(read.level ?? undefined);
    out.push(
      eventItem({
        time: read.time,
        resolutionMicros: read.resolutionMicros,
        timestampDesc: 'entry written',
        kind: told.kind,
        message: read.message,
        pid: told.innerPid ?? read.pid,
        identifier: read.logger,
        host: null,
        severity: told.severity ?? (level === null ? null : severityOfLevel(level)),
        unit: null,
        detail: told.detail,
        source: provenanceOfLines(this.#context, line),
      }),
    );
  }

  onEnd(out: ParsedItem[]): void {
    this.#stray.flush(out);
    reportCutEnd(this.#context, this.#unterminated, 'entry', out);
  }

  timeResolution(): TimeResolution {
    return {
      ...(this.#anyZoneless ? this.#stamps.resolution() : { offsetMinutes: null, zoneFrom: 'file' }),
      year: null,
      yearFrom: 'file',
    };
  }
}

export const JSON_LOG: LogFormat = {
  holds: 'log',
  savedAs: 'JSON, one object a line',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '{"timestamp": "2026-01-28T04:10:22.070Z", "level": "INFO", "message": "Started importing VPN job 14"}',
        why: 'has log entries as JSON objects, one a line',
        reads: (line) => readJsonLogLine(line, atUtc) !== null,
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createJsonLogParser,
  readAgain: () => createJsonLogParser,
  stampedBy: 'logger',
  copyRank: 3,
  findMessage: null,
  isVerbatim: false,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
};
