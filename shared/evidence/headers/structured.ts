import { MICROS_PER_MILLI, MICROS_PER_SECOND } from '../../model/time.ts';
import type { LogHeader } from './header.ts';
import { type InnerLevel, levelOf, levelOfNumber } from './levels.ts';
import { type LooseStamp, stampAt, stampOfMicros } from './loose-stamp.ts';

/*
 * Records of named fields. There is no standard: these are the names under which python-json-logger, structlog, loguru, zap,
 * logrus, bunyan, pino, Docker's json-file driver, Cloud Logging and the Elastic Common Schema put the time and the message.
 */
const TIME_NAMES = ['@timestamp', 'timestamp', 'time', 'asctime', 'ts', 'datetime', 'date', 'created', 't'] as const;
const MESSAGE_NAMES = ['message', 'msg', 'event', 'log', 'text'] as const;
const LEVEL_NAMES = ['level', 'levelname', 'log.level', 'severity', 'lvl', 'loglevel', 'log_level'] as const;
const PID_NAMES = ['pid', 'process', 'process.pid', 'process_id', 'processid', 'process.id'] as const;
const LOGGER_NAMES = ['logger', 'name', 'logger_name', 'log.logger', 'logger.name'] as const;
const THREAD_NAMES = ['thread', 'threadName', 'thread_name', 'process.thread.name'] as const;
/** Further lines of the same entry: what python-json-logger and structlog call a traceback. */
const TRACEBACK_NAMES = ['exc_info', 'exception', 'traceback', 'stack_trace', 'error.stack_trace', 'exc_text'] as const;

const HEADER_NAMES: ReadonlySet<string> = new Set<string>([
  ...TIME_NAMES,
  ...MESSAGE_NAMES,
  ...LEVEL_NAMES,
  ...PID_NAMES,
  ...LOGGER_NAMES,
  ...THREAD_NAMES,
  ...TRACEBACK_NAMES,
]);

export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object that a text is as a whole; null for any other text. */
export function parseObject(text: string): JsonObject | null {
  if (text.charCodeAt(0) !== 0x7b) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether a value is an object with names, not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value under the first of these names that the object has; a dotted name may also be an object in an object. */
export function firstOf(object: JsonObject, names: readonly string[]): unknown {
  for (const name of names) {
    if (Object.hasOwn(object, name)) return object[name];
    const dot = name.indexOf('.');
    const outer = dot < 0 ? null : object[name.slice(0, dot)];
    if (isObject(outer) && Object.hasOwn(outer, name.slice(dot + 1))) return outer[name.slice(dot + 1)];
  }
  return undefined;
}

/** What such an object says, with the traceback that it carries, and at which level; null without a message. */
export function messageOfObject(
  object: JsonObject,
): { readonly message: string; readonly level: InnerLevel | null } | null {
  const message = firstOf(object, MESSAGE_NAMES);
  if (typeof message !== 'string') return null;
  const traceback = firstOf(object, TRACEBACK_NAMES);
  const level = firstOf(object, LEVEL_NAMES);
  const own = message.replace(/\n+$/, '');
  return {
    message: typeof traceback === 'string' && traceback !== '' ? `${own}\n${traceback.replace(/\n+$/, '')}` : own,
    level: typeof level === 'string' ? levelOf(level) : typeof level === 'number' ? levelOfNumber(level) : null,
  };
}

/** Before 2001 a count of seconds has nine digits, and a count of milliseconds twelve. */
const FIRST_SECONDS = 1e9;
const FIRST_MILLIS = 1e12;
const FIRST_MICROS = 1e15;
const FIRST_NANOS = 1e18;

/** The time that a field of such a record states: a stamp as text, or a count from 1970 in any usual unit. */
export function stampOfValue(value: unknown): LooseStamp | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || value < FIRST_SECONDS || value >= FIRST_NANOS * 10) return null;
    const [unit, resolutionMicros] =
      value < FIRST_MILLIS
        ? [MICROS_PER_SECOND, Number.isInteger(value) ? MICROS_PER_SECOND : 1]
        : value < FIRST_MICROS
          ? [MICROS_PER_MILLI, MICROS_PER_MILLI]
          : [value < FIRST_NANOS ? 1 : 0.001, 1];
    return stampOfMicros(Math.round(value * unit), resolutionMicros);
  }
  if (typeof value !== 'string' || value.length > 60) return null;
  if (/^\d{10,19}(?:\.\d{1,9})?$/.test(value)) return stampOfValue(Number(value));
  const found = stampAt(value, 0);
  return found === null || value.slice(found.end).trim() !== '' ? null : found.stamp;
}

/** The header of a record of named fields; null when it has no message, or nothing that a logger adds. */
export function headerOfObject(object: JsonObject, form: 'json' | 'logfmt'): LogHeader | null {
  const read = messageOfObject(object);
  if (read === null) return null;
  const time = firstOf(object, TIME_NAMES);
  const stamp = stampOfValue(time);
  const logger = firstOf(object, LOGGER_NAMES);
  const thread = firstOf(object, THREAD_NAMES);
  if (stamp === null && read.level === null && typeof logger !== 'string') return null;
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(object)) {
    if (HEADER_NAMES.has(name) || fields.size >= FIELDS_LIMIT) continue;
    if (typeof value === 'string' || typeof value === 'number') fields.set(name, String(value).slice(0, VALUE_LIMIT));
  }
  return {
    style: 'python',
    form,
    timeText: stamp === null ? null : String(time),
    stamp,
    pid: pidOfValue(firstOf(object, PID_NAMES)),
    level: read.level,
    logger: typeof logger === 'string' ? logger : null,
    thread: typeof thread === 'string' && thread !== 'MainThread' ? thread : null,
    place: null,
    fields: fields.size === 0 ? null : fields,
    text: read.message,
  };
}

/** Fields of one record that are kept, and characters of each. */
const FIELDS_LIMIT = 32;
const VALUE_LIMIT = 200;

/** A process's number as a field states it; null for anything else. */
function pidOfValue(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 1e9 ? number : null;
}

// time="2026-01-28T04:10:22Z" level=info msg="Importing report" job=6      Source: https://brandur.org/logfmt
const FIELD = /([A-Za-z_@][\w.@/-]{0,60})=(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"]*))(?:\s+|$)/y;
const RECORD_LIMIT = 16_384;

/** The named values from a character on, to the end of the text; null when anything else stands there. */
export function readFields(text: string, from: number): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  const { length } = text;
  if (length - from > RECORD_LIMIT) return null;
  for (let at = from; at < length; ) {
    FIELD.lastIndex = at;
    const match = FIELD.exec(text);
    if (match === null) return null;
    const quoted = match[2] ?? match[3];
    const value = quoted === undefined ? (match[4] ?? '') : quoted.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1');
    if (fields.size < FIELDS_LIMIT) fields.set(match[1] ?? '', value);
    at += match[0].length;
  }
  return fields.size === 0 ? null : fields;
}

/** The header of a row of `key=value` fields; null for any other text. */
export function readLogfmt(message: string): LogHeader | null {
  const lineEnd = message.indexOf('\n');
  const line = (lineEnd < 0 ? message : message.slice(0, lineEnd)).trimEnd();
  const fields = readFields(line, 0);
  if (fields === null || fields.size < 2) return null;
  const header = headerOfObject(Object.fromEntries(fields), 'logfmt');
  if (header === null || lineEnd < 0) return header;
  return { ...header, text: `${header.text}${message.slice(lineEnd)}` };
}
