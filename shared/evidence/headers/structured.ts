import { MICROS_PER_MILLI, MICROS_PER_SECOND } from '../../model/time.ts';
import type { LogHeader } from './header.ts';
import { type InnerLevel, type LevelScale, levelOf, levelOfLetter, levelOfNumber } from './levels.ts';
import { type LooseStamp, stampAt, stampOfMicros } from './loose-stamp.ts';
import { isUsualName, type NamedRole, type Role, roleOf } from './record-names.ts';

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
  const record = readRecord(object, 'json');
  return record === null ? null : { message: record.message, level: record.level };
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

/** What a record of named fields says. */
interface NamedRecord {
  readonly stamp: LooseStamp | null;
  readonly timeText: string | null;
  readonly level: InnerLevel | null;
  readonly pid: number | null;
  readonly logger: string | null;
  readonly thread: string | null;
  readonly message: string;
  /** Whether there is anything that only a logger adds. */
  readonly isLogged: boolean;
  /** Fields that said it. */
  readonly names: ReadonlySet<string>;
}

/** Objects that a record, or its named fields, is put in: `{"logEvent": {...}}`, `{"fields": {"message": ...}}`. */
const ENVELOPES: ReadonlySet<string> = new Set(
  'logevent log_event record fields log data payload jsonpayload entry event attributes'.split(' '),
);
/** Further back than any name of the list: a field within an envelope counts after every one outside. */
const INNER_RANK = 1000;
const DEPTH_LIMIT = 2;

/** The value of each role, as far as names tell: the first name of the list's order whose value may be one. */
class NamedValues {
  readonly #ranks = new Map<Role, number>();
  readonly #values = new Map<Role, unknown>();
  readonly names = new Map<Role, string>();
  /** What the time says. */
  stamp: LooseStamp | null = null;

  constructor(object: JsonObject) {
    this.#add(object, '', 0);
  }

  get(role: Role): unknown {
    return this.#values.get(role);
  }

  #add(object: JsonObject, path: string, depth: number): void {
    for (const name in object) {
      const value = object[name];
      const named = roleOf(path === '' ? name : `${path}.${name}`);
      if (named !== null) {
        const rank = rankOf(named, value) + depth * INNER_RANK;
        if (rank < (this.#ranks.get(named.role) ?? Number.POSITIVE_INFINITY) && this.#mayBe(named.role, value)) {
          this.#ranks.set(named.role, rank);
          this.#values.set(named.role, value);
          this.names.set(named.role, depth === 0 ? name : `.${name}`);
        }
      }
      if (depth >= DEPTH_LIMIT || !isObject(value)) continue;
      const isEnvelope = path === '' && ENVELOPES.has(name.toLowerCase());
      // `process: {pid}` and `log: {level}` are named by both, what is in an envelope by its own name too.
      this.#add(value, path === '' ? name : `${path}.${name}`, depth + 1);
      if (isEnvelope) this.#add(value, '', depth + 1);
    }
  }

  #mayBe(role: Role, value: unknown): boolean {
    switch (role) {
      case 'time': {
        const stamp = stampOfValue(value);
        if (stamp !== null) this.stamp = stamp;
        return stamp !== null;
      }
      case 'level':
        return typeof value === 'number'
          ? Number.isInteger(value)
          : typeof value === 'string' && levelOfText(value) !== null;
      case 'pid':
        return pidOfValue(value) !== null;
      default:
        return typeof value === 'string';
    }
  }
}

/** A word says which level it is, a number only by a scale. */
function rankOf({ role, rank }: NamedRole, value: unknown): number {
  return role === 'level' && typeof value === 'number' ? rank + INNER_RANK / 2 : rank;
}

function levelOfText(value: string): InnerLevel | null {
  return value.length === 1 ? levelOfLetter(value) : levelOf(value);
}

/** Names of which any service's data has some: alone they do not make a record of it. */
const OWN_NAMES: Readonly<Record<'message' | 'logger', ReadonlySet<string>>> = {
  message: new Set(['message', 'msg', 'event', 'log', 'text']),
  logger: new Set(['logger', 'name', 'logger_name', 'log.logger', 'logger.name']),
};

function readRecord(object: JsonObject, form: 'json' | 'logfmt'): NamedRecord | null {
  const values = new NamedValues(object);
  const taken = new Set(values.names.values());
  let time = values.get('time');
  let level = levelOfField(object, values);
  let message = values.get('message');
  const isOwn = typeof message === 'string' && OWN_NAMES.message.has(values.names.get('message') ?? '');
  if (form === 'json' && (!isOwn || (level === null && time !== undefined))) {
    const shaped = byShape(object, taken, { time, level, message });
    if (shaped !== null) ({ time, level, message } = shaped);
  }
  if (typeof message !== 'string') return null;
  const stamp = time === values.get('time') ? values.stamp : stampOfValue(time);
  // Serilog leaves out the level of information: https://github.com/serilog/serilog-formatting-compact
  if (level === null && stamp !== null && Object.hasOwn(object, '@t')) level = 'INFO';
  const isWhole = stamp !== null && level !== null;
  if (!isOwn && !isWhole) return null;
  const logger = values.get('logger');
  const thread = values.get('thread');
  const traceback = values.get('traceback');
  const text = message.replace(/\n+$/, '');
  return {
    stamp,
    timeText: stamp === null ? null : String(time),
    level,
    pid: pidOfValue(values.get('pid')),
    logger: typeof logger === 'string' && logger !== message ? logger : null,
    thread: typeof thread === 'string' ? thread : null,
    message: typeof traceback === 'string' && traceback !== '' ? `${text}\n${traceback.replace(/\n+$/, '')}` : text,
    isLogged:
      stamp !== null ||
      level !== null ||
      (typeof logger === 'string' && OWN_NAMES.logger.has(values.names.get('logger') ?? '')),
    names: taken,
  };
}

function levelOfField(object: JsonObject, values: NamedValues): InnerLevel | null {
  const value = values.get('level');
  // Of one letter a name says little.
  if (values.names.get('level')?.length === 1 && values.get('time') === undefined) return null;
  if (typeof value === 'string') return levelOfText(value);
  if (typeof value !== 'number') return null;
  return levelOfNumber(value, scaleOf(object, values.names.get('level') ?? ''));
}

/** By which scale a record counts its levels: only its other fields tell. */
function scaleOf(object: JsonObject, name: string): LevelScale {
  if (/^severity_?number$/i.test(name)) return 'opentelemetry';
  const has = (field: string): boolean => Object.hasOwn(object, field);
  if (has('short_message') || has('facility') || /^priority$/i.test(name)) return 'syslog';
  return name === 'level' && has('hostname') && has('pid') && has('msg') ? 'pino' : 'python';
}

interface Parts {
  readonly time: unknown;
  readonly level: InnerLevel | null;
  readonly message: unknown;
}

/** Fields of one record that are looked at; an object with more is data. */
const SHAPED_FIELDS = 40;

/**
 * What names do not tell, by what values look like: a stamp with its date, a word for a level, and of the rest the longest text.
 * Null where that does not make up a record: a service's data may have any two of the three.
 */
function byShape(object: JsonObject, taken: Set<string>, known: Parts): Parts | null {
  let { time, level, message } = known;
  const texts: [name: string, value: string][] = [];
  let fields = 0;
  for (const [name, value] of Object.entries(object)) {
    fields += 1;
    if (fields > SHAPED_FIELDS || (Array.isArray(value) && value.some(isObject))) return null;
    if (typeof value !== 'string' || value === '') continue;
    if (time === undefined && stampOfValue(value)?.type === 'full' && !/^\d+$/.test(value)) {
      time = value;
      taken.add(name);
    } else if (level === null && levelOf(value) !== null) {
      level = levelOf(value);
      taken.add(name);
    } else if (roleOf(name) === null && stampOfValue(value) === null) texts.push([name, value]);
  }
  if (time === undefined || level === null) return null;
  if (typeof message !== 'string') {
    const longest = texts
      .filter(([, value]) => /\p{L}/u.test(value))
      .sort(([, one], [, other]) => weightOfText(other) - weightOfText(one))[0];
    if (longest === undefined) return null;
    message = longest[1];
    taken.add(longest[0]);
  }
  return { time, level, message };
}

/** Words count for more than an identifier's or a path's length. */
function weightOfText(value: string): number {
  return value.length + (/\S\s+\S/.test(value) ? VALUE_LIMIT : 0);
}

/** A process's number as a field states it; null for anything else. */
function pidOfValue(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 1e9 ? number : null;
}

/** The header of a record of named fields; null when it has no message, or nothing that a logger adds. */
export function headerOfObject(object: JsonObject, form: 'json' | 'logfmt'): LogHeader | null {
  const record = readRecord(object, form);
  if (record === null || !record.isLogged) return null;
  const { stamp, pid, level, logger, thread, message } = record;
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(object)) {
    if (fields.size >= FIELDS_LIMIT) break;
    if (record.names.has(name) || isUsualName(name)) continue;
    if (typeof value === 'string' || typeof value === 'number') fields.set(name, String(value).slice(0, VALUE_LIMIT));
  }
  return {
    style: 'python',
    form,
    timeText: record.timeText,
    stamp,
    pid,
    level,
    logger,
    thread: thread === 'MainThread' ? null : thread,
    place: null,
    fields: fields.size === 0 ? null : fields,
    text: message,
  };
}

/** Fields of one record that are kept, and characters of each. */
const FIELDS_LIMIT = 32;
const VALUE_LIMIT = 200;

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
