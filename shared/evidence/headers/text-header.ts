import type { HeaderHabits } from '../reading/log-layout.ts';
import { readCommonHeader } from './common-header.ts';
import { candidateAt, type FieldCandidate } from './field-candidate.ts';
import { type LogHeader, USUAL_HABITS } from './header.ts';
import { type InnerLevel, levelOf, levelOfLetter } from './levels.ts';
import { type LooseStamp, openDateAt, stampAt } from './loose-stamp.ts';
import { alternativesOf, roleOf } from './record-names.ts';
import { readFields } from './structured.ts';

/** Longest header that is looked for. */
const HEADER_LIMIT_CHARACTERS = 400;
/** Fields of one header. */
const FIELDS_LIMIT = 14;

/** A word of a header: a level, a logger, a place, a thread. */
const WORD = /[\p{L}_?][\p{L}\p{N}_.$/@-]*(?:::[\p{L}\p{N}_]+)*(?:<[\w.]{1,40}>)?/uy;
// importer[12]: text
const NAME_AND_PID = /([\p{L}_][\p{L}\p{N}_./@-]{0,80})\[(\d{1,9})\](?=[:\s])/uy;
// app.jobs:run:33    (loguru)
const PLACE_OF_FUNCTION = /([\w.$<>]{1,100}):([\w$<>]{1,80}):(\d{1,6})(?=[\s\])|-]|$)/y;
// app.jobs:run -
const PLACE_OF_NAME = /([\w.$<>]{1,100}):([\w$<>]{1,80})(?= [-|] )/y;
// views.py:120    run:33    views.py:120 run()
const PLACE_OF_LINE = /([\w./$<>-]{1,100}(?:\(\))?):(\d{1,6})(?: [\w<>]{1,80}\(\))?(?=[\])\t]|:? ?(?:$|[-|] )|: )/y;
// 25321/MainThread
const NUMBER_AND_THREAD = /(\d{1,9})\/([A-Za-z][\w-]{0,60})(?= )/y;
const PROCESS_NAMES = alternativesOf('pid');
// [25321]    [pid: 25321]    [#25321]    [25321:MainThread]
const PROCESS_IN_BRACKETS = new RegExp(
  String.raw`^(?:(?:${PROCESS_NAMES})[ :=#]{0,2}|#)?(\d{1,9})(?:[:/ -]((?:tid )?\d{4,19}|MainThread|[A-Za-z][\w-]{0,39}))?$`,
  'i',
);
// pid=25321    PID 25321    p25321
const NAMED_NUMBER = new RegExp(String.raw`(?:(?:${PROCESS_NAMES})[=:# ] ?|p)(\d{1,9})(?![\w./:-]|[,.]\d)`, 'iy');
/** No year of a date. */
const NUMBER = /#?(\d{1,19})(?![\w./:]|[,.]\d|-\d\d-)/y;
// 2026/01/28 04:10:22 [error] 123#124: text     Source: ngx_log_error_core
const PROCESS_AND_THREAD = /(\d{1,9})#(\d{1,9})(?=: )/y;
const THREAD =
  /^(?:Main(?:Thread|Process)|\w*Process-\d+(?::\d+)?|\w*PoolWorker-\d+|(?:Dummy|Thread|asyncio|gthread|uWSGI\w*)[-_]?\d+(?: \([\w.<>-]+\))?|ThreadPool\w*[-_][\w-]+|AnyIO worker thread|[\w.-]*-thread-\d+|worker-\d+|nioEventLoop\w+|http-nio\S*|[\w-]{1,60}-exec-\d+|main)$/i;
// midasala/1411
const NAME_AND_NUMBER = /([\p{L}_][\p{L}\p{N}_.-]{0,80})\/(\d{1,9})(?=[ \t:|])/uy;
/** How a separator between fields looks: ` - `, ` | `, `: `, `, `, ` -- `, ` :: `, ` --- `, a tab. */
const SEPARATOR = /(?:[ \t]*(?:-{1,3}|\||::?|,|;|>|»|·|—|–)(?=[ \t]|$)[ \t]*|[ \t]+)/y;

// [2026-01-28 04:10:22] [23333] [INFO] app.jobs: text
const DOTTED_LOGGER = /([\p{L}_][\p{L}\p{N}_]{0,60}(?:\.[\p{L}_][\p{L}\p{N}_]{0,60}){1,8}): /uy;

/** Capitals that begin a sentence rather than name a logger: `Importing:`, `Failed:`, `ValueError:`, `Reason:`. */
export const SENTENCE_WORD =
  /^(?:Reason|Note|Hint|Detail|Result|Status|Usage|Caused|Cause|\p{Lu}\p{Ll}+(?:ing|ed)|\w*(?:Error|Exception|Warning|Interrupt|Exit))$/u;

/** What the fields of a header have given so far. */
interface Found {
  stamp: LooseStamp | null;
  timeText: string | null;
  level: InnerLevel | null;
  pid: number | null;
  thread: string | null;
  logger: string | null;
  place: string | null;
  /** Kinds of the fields in brackets, in order: gunicorn's header is known by them. */
  brackets: string;
  /** `[info     ]`: a level that is padded within brackets, as structlog's console prints it. */
  isPadded: boolean;
  count: number;
}

/**
 * Reads a header field by field: a stamp, a level, a process, a thread, a logger, a place in the program, in any order that
 * loggers use and with any of their separators. What is no field begins the text. Null where no field stands, or nothing
 * that only a logger would write there.
 */
export function readTextHeader(message: string, habits: HeaderHabits = USUAL_HABITS): LogHeader | null {
  const common = readCommonHeader(message);
  if (common !== null) return common;
  const lineEnd = message.indexOf('\n');
  const limit = Math.min(lineEnd < 0 ? message.length : lineEnd, HEADER_LIMIT_CHARACTERS);
  const scan = new HeaderScan(limit < message.length ? message.slice(0, limit) : message, habits);
  const textAt = scan.run();
  const { found } = scan;
  if (textAt < 0 || !isHeader(found)) return null;
  const text = message.slice(textAt);
  const header: LogHeader = {
    style: isGunicornHeader(found) ? 'gunicorn' : 'python',
    form: 'text',
    timeText: found.timeText,
    stamp: found.stamp,
    pid: found.pid,
    level: found.level,
    logger: found.logger,
    thread: found.thread,
    place: found.place,
    fields: null,
    text,
  };
  return found.isPadded ? withTail(header) : header;
}

function isHeader({ stamp, level, pid, logger }: Found): boolean {
  return stamp !== null || level !== null || (pid !== null && logger !== null);
}

function isGunicornHeader({ brackets, count, stamp }: Found): boolean {
  return (brackets === 'spl' && count === 3) || (brackets === 'pl' && count === 2 && stamp === null);
}

// 2026-01-28 04:11:54,570 WARN exited: tracker (terminated by SIGKILL; not expected)     Source: supervisor/process.py
const SUPERVISORD_VERB = /^(?:exited|spawned|stopped|success)$/;

// I, [2026-01-28T04:10:22.070123 #25321]  INFO -- : text       Source: Ruby's Logger::Formatter
export const RUBY = /^[A-Z], \[/;

/** Whether a word may be a logger's name where the other lines of a file have one. */
export function mayBeLogger(word: string): boolean {
  return word !== 'in' && !SUPERVISORD_VERB.test(word) && !THREAD.test(word) && !FILE_NAME.test(word);
}

/** Takes in what stands at a place behind the level of a line; null for what can be no field. */
export type WatchCandidates = (place: string, candidate: FieldCandidate | null, text: string) => void;

/** Shows what may stand behind the level of a line, at every place where a field of a header may. */
export function watchCandidates(line: string, habits: HeaderHabits, watch: WatchCandidates): void {
  const lineEnd = line.indexOf('\n');
  const limit = Math.min(lineEnd < 0 ? line.length : lineEnd, HEADER_LIMIT_CHARACTERS);
  new HeaderScan(line.slice(RUBY.test(line) ? 3 : 0, limit), habits, false, watch).run();
}

class HeaderScan {
  readonly #text: string;
  readonly #habits: HeaderHabits;
  readonly found: Found = {
    stamp: null,
    timeText: null,
    level: null,
    pid: null,
    thread: null,
    logger: null,
    place: null,
    brackets: '',
    isPadded: false,
    count: 0,
  };
  #at = 0;
  /** The sign that parts fields without blanks, once one did: `2026-01-28 04:10:22|INFO|importer|text`. */
  #tight = 0;

  /** Whether the text is what brackets hold. */
  readonly #isInner: boolean;
  /** Is shown every candidate, each of which is then taken for a field. */
  readonly #watch: WatchCandidates | null;

  constructor(text: string, habits: HeaderHabits, isInner = false, watch: WatchCandidates | null = null) {
    this.#isInner = isInner;
    this.#watch = watch;
    this.#text = text;
    this.#habits = habits;
  }

  /** Where the text behind the header begins; -1 when no field stands at the beginning. */
  run(): number {
    const { found } = this;
    let textAt = -1;
    while (found.count < FIELDS_LIMIT) {
      const end = this.#field();
      if (end < 0) {
        if (this.#isBehindLevel()) this.#watch?.(this.#placeName(), null, this.#text);
        break;
      }
      found.count += 1;
      // gunicorn's header is whole, and one blank ends it: what follows is its text, whatever it looks like.
      if (isGunicornHeader(found)) {
        const begin = this.#text.charCodeAt(end) === BLANK ? end + 1 : end;
        return found.stamp?.zone === null ? this.#behindLogger(begin) : begin;
      }
      textAt = this.#afterSeparator(end);
      this.#at = textAt;
    }
    return textAt;
  }

  /** gunicorn prints its zone: without one it is a format of the service's own, which may go on with the logger. */
  #behindLogger(begin: number): number {
    DOTTED_LOGGER.lastIndex = begin;
    const match = DOTTED_LOGGER.exec(this.#text);
    if (match === null) return begin;
    this.found.logger = match[1] ?? null;
    this.found.count += 1;
    return begin + match[0].length;
  }

  /** Reads the whole text as fields, as the inside of brackets must be. */
  runWhole(): boolean {
    return this.run() === this.#text.length;
  }

  #afterSeparator(from: number): number {
    let at = from;
    // `-- : ` of Ruby's Logger is two of them.
    for (let times = 0; times < 3; times += 1) {
      SEPARATOR.lastIndex = at;
      const match = SEPARATOR.exec(this.#text);
      if (match === null) break;
      at += match[0].length;
    }
    // LEVEL:logger:text of logging.BASIC_FORMAT
    const sign = this.#text.charCodeAt(at);
    if (at === from && sign === COLON) at += 1;
    else if (at === from && (sign === PIPE || sign === COMMA || sign === SEMICOLON)) {
      if (this.#tight !== sign && !this.#levelFollows(at) && !this.#isTable(at, sign)) return at;
      this.#tight = sign;
      at += 1;
    }
    return at;
  }

  /** Whether a sign right behind the stamp parts a further field, without blanks, from what follows: no text is written so. */
  #isTable(at: number, sign: number): boolean {
    const { count, stamp } = this.found;
    if (count !== 1 || stamp === null || sign === COMMA) return false;
    const next = this.#text.indexOf(String.fromCharCode(sign), at + 1);
    return next > at + 1 && next - at <= COLUMN_LIMIT_CHARACTERS && !/\s/.test(this.#text.slice(at + 1, next));
  }

  /** The end of the field at the current place, once it has been taken in; -1 when none stands there. */
  #field(): number {
    const at = this.#at;
    const code = this.#text.charCodeAt(at);
    if (this.#isBehindLevel() && (this.#watch !== null || this.#habits.fields.size > 0)) {
      const end = this.#byHabit();
      if (end !== null) return end;
    }
    if (code === BRACKET || code === PARENTHESIS || code === LESS_THAN || code === BRACE) return this.#group(code);
    if (code >= ZERO && code <= NINE) return this.#digits();
    if (code === HASH) return this.#number();
    if (code > 0x40 || code === QUESTION) return this.#letters();
    return -1;
  }

  /** Whether the level is read, or a table has none. */
  #isBehindLevel(): boolean {
    if (this.found.level !== null) return true;
    return this.#tight !== 0 && !this.#levelFollows(this.#at - 1);
  }

  /** Behind the level the file's habits tell a field from the text; null where they do not. */
  #byHabit(): number | null {
    const { found } = this;
    const candidate = candidateAt(this.#text, this.#at);
    const place = this.#placeName();
    if (candidate === null || !this.#mayTake(candidate)) return null;
    if (this.#watch === null) {
      const isField = this.#habits.fields.get(place + candidate.signs);
      if (isField === undefined || (!isField && DOTTED.test(candidate.value))) return null;
      if (!isField) return -1;
    } else this.#watch(place, candidate, this.#text);
    if (candidate.type === 'number') found.pid = Number(candidate.value);
    else found.logger = candidate.value;
    return candidate.end;
  }

  #mayTake({ type, value }: FieldCandidate): boolean {
    const { found } = this;
    if (type === 'number') return found.pid === null;
    return found.logger === null && mayBeLogger(value);
  }

  /** Which fields there are already. */
  #placeName(): string {
    const { stamp, pid, logger, place } = this.found;
    return `${stamp === null ? '' : 's'}${pid === null ? '' : 'p'}${logger === null ? '' : 'l'}${place === null ? '' : 'w'}`;
  }

  #stamp(): number {
    const { found } = this;
    if (found.stamp !== null) return -1;
    const read = stampAt(this.#text, this.#at) ?? openDateAt(this.#text, this.#at, this.#habits.dateOrder);
    if (read === null) return -1;
    found.stamp = read.stamp;
    found.timeText = this.#text.slice(this.#at, read.end);
    return read.end;
  }

  #digits(): number {
    const stampEnd = this.#stamp();
    if (stampEnd >= 0) return stampEnd;
    return this.#number();
  }

  /** A number without brackets: the process or the thread, where a level or both of them follow. */
  #number(): number {
    const { found } = this;
    PROCESS_AND_THREAD.lastIndex = this.#at;
    const both = found.level === null || found.pid !== null ? null : PROCESS_AND_THREAD.exec(this.#text);
    if (both !== null) {
      found.pid = Number(both[1]);
      return this.#at + both[0].length;
    }
    NUMBER_AND_THREAD.lastIndex = this.#at;
    const beside = found.level !== null || found.pid !== null ? null : NUMBER_AND_THREAD.exec(this.#text);
    if (beside !== null && this.#levelFollows(this.#at + beside[0].length)) {
      found.pid = Number(beside[1]);
      if (beside[2] !== 'MainThread') found.thread = beside[2] ?? null;
      return this.#at + beside[0].length;
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    // Within a record of fields, or behind a carrier, the stamp stands outside.
    const isLearnt = this.#habits.bareNumberIsPid && found.level !== null;
    if (match === null || (found.stamp === null && !isLearnt)) return -1;
    const end = this.#at + match[0].length;
    const isMarked = match[0].startsWith('#');
    const rest = this.#text.slice(end, end + LOOK_CHARACTERS);
    const isField =
      isMarked ||
      (found.level === null ? this.#levelFollows(end) : false) ||
      (this.#habits.bareNumberIsPid && found.level !== null && found.pid === null && /^[ ,:|]/.test(rest)) ||
      // INFO 2026-01-28 04:10:22,070 views 25321 140123 Importing       Django's "verbose"
      (found.level !== null && found.pid === null && /^ \d{5,19} /.test(rest)) ||
      // INFO 25321 --- [main] app.Jobs : text        Spring
      (found.level !== null && found.pid === null && /^(?: --- \[| [-|] | [\w.]+:\d+\])/.test(rest)) ||
      (found.pid !== null &&
        found.thread === null &&
        match[0].length >= 5 &&
        /^ \S/.test(rest) &&
        this.#isBehindNumber());
    if (!isField) return -1;
    this.#takeNumber(match[1] ?? '');
    return end;
  }

  /** Whether the field before was a number too. */
  #isBehindNumber(): boolean {
    return /\d $/.test(this.#text.slice(0, this.#at));
  }

  #takeNumber(digits: string): void {
    const { found } = this;
    if (found.pid === null && digits.length <= 9) found.pid = Number(digits);
    else found.thread ??= digits;
  }

  #letters(): number {
    const { found } = this;
    const text = this.#text;
    const at = this.#at;
    if (found.stamp === null && found.logger === null) {
      const stampEnd = this.#stamp();
      if (stampEnd >= 0) return stampEnd;
    }
    const glog = found.count === 0 ? this.#glog() : -1;
    if (glog >= 0) return glog;
    if (found.logger === null && found.pid === null) {
      NAME_AND_PID.lastIndex = at;
      const named = NAME_AND_PID.exec(text);
      // Without a stamp or a level before it only a colon tells it from any text.
      if (named !== null && (found.count > 0 || text.charCodeAt(at + named[0].length) === COLON)) {
        found.logger = named[1] ?? null;
        found.pid = Number(named[2]);
        return at + named[0].length;
      }
    }
    if (found.pid === null && found.level === null && found.count > 0) {
      NAMED_NUMBER.lastIndex = at;
      const named = NAMED_NUMBER.exec(text);
      if (named !== null && this.#levelFollows(at + named[0].length)) {
        found.pid = Number(named[1]);
        return at + named[0].length;
      }
    }
    if (found.pid === null && found.level === null && found.logger === null && found.stamp !== null) {
      NAME_AND_NUMBER.lastIndex = at;
      const numbered = NAME_AND_NUMBER.exec(text);
      const isName = numbered !== null && levelOf(numbered[1]) === null;
      if (numbered !== null && isName && this.#levelFollows(at + numbered[0].length)) {
        found.logger = numbered[1] ?? null;
        found.pid = Number(numbered[2]);
        return at + numbered[0].length;
      }
    }
    const letter = found.level === null ? this.#letter() : -1;
    if (letter >= 0) return letter;
    const place = this.#place();
    if (place >= 0) return place;
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    return word === undefined ? -1 : this.#word(word.replace(/[-/]+$/, ''));
  }

  // I 25321 encoder.jobs: text      2026-01-28 04:10:22,070 I encoder.jobs: text
  #letter(): number {
    const { found } = this;
    LETTER.lastIndex = this.#at;
    const match = LETTER.exec(this.#text);
    if (match === null) return -1;
    const isSure = found.count === 0 ? match[2] !== undefined || (match[3] ?? '').includes('.') : found.stamp !== null;
    if (!isSure && !(found.count === 0 && this.#habits.letterBegins)) return -1;
    found.level = levelOfLetter(match[1]);
    if (match[2] === undefined) return this.#at + 1;
    found.pid = Number(match[2]);
    return this.#at + 2 + match[2].length;
  }

  // I0128 04:10:22.070123   25321 file.cc:33] text       Source: https://github.com/google/glog#log-line-prefix
  #glog(): number {
    GLOG.lastIndex = this.#at;
    const match = GLOG.exec(this.#text);
    if (match === null) return -1;
    const { found } = this;
    found.level = levelOfLetter(match[1]);
    const [, , month, day, hour, minute, second, fraction = ''] = match;
    found.stamp = {
      type: 'yearless',
      wall: {
        month: Number(month),
        day: Number(day),
        hour: Number(hour),
        minute: Number(minute),
        second: Number(second),
        micros: Number(fraction.padEnd(6, '0').slice(0, 6)),
      },
      zone: null,
      resolutionMicros: fraction.length >= 6 ? 1 : 10 ** (6 - fraction.length),
    };
    found.timeText = match[0].slice(1);
    found.pid = Number(match[8]);
    found.place = match[9] ?? null;
    return this.#at + match[0].length;
  }

  #place(): number {
    const { found } = this;
    if (found.place !== null || found.count === 0) return -1;
    const at = this.#at;
    // INFO:app.jobs:14 rows: signs without blanks part fields.
    const isTight = at > 0 && this.#text.charCodeAt(at - 1) === COLON;
    PLACE_OF_FUNCTION.lastIndex = at;
    PLACE_OF_NAME.lastIndex = at;
    const function_ = isTight
      ? null
      : (PLACE_OF_FUNCTION.exec(this.#text) ??
        (found.level !== null && found.logger === null ? PLACE_OF_NAME.exec(this.#text) : null));
    if (function_ !== null) {
      found.logger ??= function_[1] ?? null;
      found.place = function_[0];
      return at + function_[0].length;
    }
    PLACE_OF_LINE.lastIndex = at;
    const line = isTight && found.level !== null ? null : PLACE_OF_LINE.exec(this.#text);
    if (line === null || (found.level === null && !this.#levelFollows(at + line[0].length))) return -1;
    if (levelOf(line[1]) !== null) return -1;
    found.place = line[0];
    return at + line[0].length;
  }

  #word(word: string): number {
    const { found } = this;
    const end = this.#at + word.length;
    const level = this.#level(word, end);
    if (level !== null) return level;
    const next = this.#text.slice(end, end + 2);
    if (found.count === 0) return this.#nameFirst(word, end);
    if (THREAD.test(word) && found.thread === null && (found.level === null || /^(?: [-|]|[:|,])/.test(next))) {
      if (!/^main/i.test(word)) found.thread = word;
      return end;
    }
    if (found.level === null) {
      if (found.stamp === null || !this.#levelFollows(end)) return -1;
      // "Got ERROR from upstream"
      if (/^\p{Lu}\p{Ll}+$/u.test(word) && /^ +[A-Z]{4,9} /.test(this.#text.slice(end, end + 16))) return -1;
      found.logger = word;
      return end;
    }
    if (word === 'in' && found.logger === null) return this.#flask(end);
    return found.logger === null ? this.#loggerBehindLevel(word, end) : this.#columnBehindLogger(word, end);
  }

  /** A level, also beside a process or a logger: `INFO/ForkPoolWorker-1`, `pantry/ERROR`. Null when the word is none. */
  #level(word: string, end: number): number | null {
    const { found } = this;
    if (found.level !== null) return null;
    const slash = word.search(/[/:]/);
    const first = slash < 0 ? word : word.slice(0, slash);
    const level = levelOf(first.replace(/[.-]$/, ''));
    if (level !== null && this.#standsAsLevel(first, this.#at + first.length)) {
      found.level = level;
      // INFO/04:10:22 importer: text
      if (slash >= 0 && found.stamp === null && stampAt(this.#text, this.#at + slash + 1) !== null)
        return this.#at + slash + 1;
      if (slash >= 0) this.#takeProcess(word.slice(slash + 1));
      // INFO[0033] text: seconds since the start       Source: logrus.TextFormatter
      const elapsed = found.count === 0 ? /^\[\d{4,6}\](?= )/.exec(this.#text.slice(end, end + 9)) : null;
      return end + (elapsed?.[0].length ?? 0);
    }
    // app.INFO: text       Source: Monolog\Formatter\LineFormatter
    const dotted = slash < 0 && this.#text.charCodeAt(end) === COLON ? /^(.+)\.([A-Z]{4,9})$/.exec(word) : null;
    const last = dotted === null ? null : levelOf(dotted[2]);
    if (last !== null && found.stamp !== null) {
      found.level = last;
      found.logger ??= dotted?.[1] ?? null;
      return end;
    }
    const second = slash < 0 ? null : levelOf(word.slice(slash + 1));
    if (second === null) return null;
    found.level = second;
    found.logger = first;
    return end;
  }

  #takeProcess(name: string): void {
    const { found } = this;
    // INFO/25321
    if (/^\d{1,9}$/.test(name)) found.pid ??= Number(name);
    else if (!/^Main(?:Process|Thread)$/.test(name)) found.thread = name;
  }

  /** A level in capitals is one where something ends it; in small letters only where fields stand around it. */
  #standsAsLevel(word: string, end: number): boolean {
    const { found } = this;
    const next = this.#text.charAt(end);
    if (next !== '' && !/[ \t:|\-,;/[]/.test(next)) return false;
    if (word === word.toUpperCase()) {
      // `ERROR Import failed` is a record, `ERROR: type should be string` too; `INFO` alone on a line is a text.
      return found.count > 0 || this.#text.slice(end).trim() !== '';
    }
    if (found.count === 0) return next === ':' && word === word.toLowerCase() && /^: +\S/.test(this.#text.slice(end));
    return found.stamp !== null && (/^[:|\t]/.test(next) || /^(?: [-|:]| {2}|\t|\]|$)/.test(this.#text.slice(end)));
  }

  /** `app.jobs - INFO - text`, `django.request ERROR text`, `pid=12 level`: a name in front of everything else. */
  #nameFirst(word: string, end: number): number {
    const rest = this.#text.slice(end, end + LOOK_CHARACTERS);
    const separated = /^(?:\s*[-|:]\s*|\s+\[)(\p{Lu}{4,14})(?=[\s:|\-\]])/u.exec(rest);
    const isBeforeLevel = separated !== null && levelOf(separated[1]) !== null;
    const isBeforeStamp = /^ [-|] \d{4}-\d\d-\d\d[T ]/.test(rest);
    const isNamed =
      this.#habits.nameBegins ||
      (/^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)+$/u.test(word) && !FILE_NAME.test(word));
    const beside = isNamed ? /^ (\p{Lu}{4,14})(?=:? )/u.exec(rest) : null;
    if (!isBeforeLevel && !isBeforeStamp && levelOf(beside?.[1]) === null) return -1;
    this.found.logger = word;
    return end;
  }

  // [2026-01-28 04:10:22,070] ERROR in app: Exception on /import [POST]      Source: flask.logging.default_handler
  #flask(end: number): number {
    const match = /^ ([\w.]{1,100}):(?= |$)/.exec(this.#text.slice(end, end + LOOK_CHARACTERS));
    if (match === null) return -1;
    this.found.logger = match[1] ?? null;
    return end + match[0].length;
  }

  #loggerBehindLevel(word: string, end: number): number {
    const { found } = this;
    const rest = this.#text.slice(end, end + LOOK_CHARACTERS);
    const isDotted = DOTTED.test(word) && !FILE_NAME.test(word);
    const isTight = rest.startsWith(':') && !rest.startsWith(': ');
    const wasTight = this.#text.charCodeAt(this.#at - 1) === COLON;
    const isLogger =
      // INFO:root:text
      (isTight && wasTight) ||
      (/^:(?: |$)/.test(rest) && this.#endsByColon(word, isDotted)) ||
      // INFO - app.jobs - text       INFO | importer | text
      (/^\s*(?: -{1,2} |\| | :: ?)/.test(rest) && this.#isName(word, isDotted)) ||
      // INFO | importer | text
      (/^ +\| /.test(rest) && /\| $/.test(this.#text.slice(this.#at - 2, this.#at))) ||
      // INFO     importer   text: columns
      (found.stamp !== null && /^ {2,}\S/.test(rest) && /^ {2,}|\t$/.test(this.#text.slice(this.#at - 2, this.#at))) ||
      // INFO tracker odoo.modules.loading: text
      (found.stamp !== null && /^ (?:[\w$-]+\.)+[\w$-]+: /.test(rest) && /^[\w-]+$/.test(word)) ||
      (word === '?' && /^ [\w$.-]+: /.test(rest)) ||
      // [INFO  importer]
      (this.#isInner && rest === '') ||
      // INFO/25321 importer 04:10:22: text
      (found.stamp === null && /^ \d/.test(rest) && stampAt(this.#text, end + 1) !== null) ||
      // INFO importer [23333]: text
      /^ \[\d{1,9}\]:? /.test(rest) ||
      // INFO app.jobs Importing      INFO importer Importing
      (found.stamp !== null && isDotted && /^[ \t]\S/.test(rest)) ||
      (found.stamp !== null && this.#habits.wordIsLogger && /^[a-z_][\w.-]*$/.test(word) && /^ \p{Lu}/u.test(rest)) ||
      // INFO 2026-01-28 04:10:22,070 views 25321 140123 text
      (found.stamp !== null && /^ \d{1,9} \d{5,19} /.test(rest)) ||
      (this.#tight !== 0 && rest.charCodeAt(0) === this.#tight) ||
      // 2026-01-28T04:10:22.070Z\tINFO\tapp/jobs.go:33\ttext
      /^\t\S/.test(rest);
    if (!isLogger || SUPERVISORD_VERB.test(word)) return -1;
    found.logger = word;
    // Of `LEVEL database logger: ` the second word names the logger.
    const second = (word === '?' ? /^ ([\w$.-]+)(?=: )/ : /^ ((?:[\w$-]+\.)+[\w$-]+)(?=: )/).exec(rest);
    if (second !== null && !isDotted) {
      found.logger = second[1] ?? word;
      return end + second[0].length;
    }
    return end;
  }

  #endsByColon(word: string, isDotted: boolean): boolean {
    if (isDotted) return true;
    const { found } = this;
    return this.#habits.colonEndsLogger && (found.stamp !== null || found.pid !== null) && !SENTENCE_WORD.test(word);
  }

  #isName(word: string, isDotted: boolean): boolean {
    return isDotted || (this.found.stamp !== null && !SENTENCE_WORD.test(word));
  }

  /** A function or a module's name in a column of its own: `importer | run | text`. */
  #columnBehindLogger(word: string, end: number): number {
    const rest = this.#text.slice(end, end + LOOK_CHARACTERS);
    if (this.found.place !== null || !/^(?:\(\))? ?\| /.test(rest)) return -1;
    this.found.place = word;
    return end + (rest.startsWith('()') ? 2 : 0);
  }

  #group(open: number): number {
    const close = open === BRACKET ? ']' : open === PARENTHESIS ? ')' : open === BRACE ? '}' : '>';
    // `{views.py:33} INFO`: behind the level braces hold data.
    if (open === BRACE && (this.found.count === 0 || this.found.level !== null)) return -1;
    const at = this.#at;
    const closeAt = this.#text.indexOf(close, at + 1);
    if (closeAt < 0 || closeAt - at > GROUP_LIMIT_CHARACTERS) return -1;
    const inside = this.#text.slice(at + 1, closeAt);
    const kind = this.#inside(inside, closeAt + 1);
    if (kind === null) return -1;
    if (open === BRACKET) this.found.brackets += kind;
    return closeAt + 1;
  }

  /** Takes in what brackets hold, and says what it was by a letter; null when it is no field. */
  #inside(inside: string, end: number): string | null {
    const { found } = this;
    const content = inside.trim();
    const level = found.level === null ? levelOf(content) : null;
    if (level !== null) {
      found.level = level;
      found.isPadded = found.stamp !== null && inside.endsWith(' ') && content === content.toLowerCase();
      if (content === content.toLowerCase() && found.stamp !== null && content.length === PAD_WIDTH)
        found.isPadded = true;
      return 'l';
    }
    // [I]
    if (found.level === null && content.length === 1 && found.stamp !== null && /^[DIWEFC]$/.test(content)) {
      found.level = levelOfLetter(content);
      return 'l';
    }
    // [wsgi:error]       Source: ErrorLogFormat of httpd 2.4
    // [importer#info]       Source: twisted.logger.formatEventAsClassicLogText
    const module = found.level === null ? /^([\w.-]{1,60})[:#]([a-z]{3,9}\d?)$/.exec(content) : null;
    const moduleLevel = levelOf(module?.[2]);
    if (module !== null && moduleLevel !== null) {
      found.level = moduleLevel;
      found.logger = module[1] === '-' ? found.logger : (module[1] ?? null);
      return 'l';
    }
    const pid = PROCESS_IN_BRACKETS.exec(content);
    // [MainProcess:25321]
    const process = found.pid === null ? /^(?:\w*Process(?:-\d+)?|MainThread)[:/ -](\d{1,9})$/.exec(content) : null;
    if (process !== null) {
      found.pid = Number(process[1]);
      return 'p';
    }
    if (pid !== null) return this.#numberInside(pid, /^\d+$/.test(content), end);
    if (THREAD.test(content) && found.thread === null) {
      if (!/^main/i.test(content)) found.thread = content;
      return 't';
    }
    if (found.stamp === null || found.level === null) {
      const isStamp = found.stamp === null && stampAt(content, 0)?.end === content.length;
      if (this.#compound(content)) return isStamp ? 's' : 'c';
    }
    return this.#nameInside(content, end);
  }

  #numberInside(match: RegExpExecArray, isBare: boolean, end: number): string | null {
    const { found } = this;
    if (found.pid !== null) {
      if (found.level === null || found.thread !== null || !isBare) return found.level === null ? 'n' : null;
      found.thread = match[1] ?? null;
      return 'n';
    }
    if (isBare && found.level === null) {
      // A number in brackets may be anything, but not before a level.
      if (found.stamp === null && !this.#levelFollows(end)) return null;
    } else if (isBare && found.stamp === null && found.logger === null && !this.#nameFollows(end)) return null;
    else if (isBare && !this.#habits.numberIsPid && found.level !== null && !this.#nameFollows(end)) return null;
    found.pid = Number(match[1]);
    if (match[2] !== undefined && match[2] !== 'MainThread') found.thread = match[2];
    return 'p';
  }

  #nameFollows(end: number): boolean {
    return /^ ?[-|]? ?[\w.]{1,100}: /.test(this.#text.slice(end, end + LOOK_CHARACTERS));
  }

  /** Brackets around several fields: `[2026-01-28 04:10:22,070: INFO/MainProcess]`, `[I 260128 04:10:22 web:2271]`. */
  #compound(content: string): boolean {
    const { found } = this;
    const letter = /^([DIWEFC])[, ](?=\S)/.exec(content);
    const inner = new HeaderScan(
      letter === null ? content : content.slice(letter[0].length).trimStart(),
      this.#habits,
      true,
    );
    inner.found.stamp = found.stamp;
    inner.found.level = letter === null ? found.level : levelOfLetter(letter[1]);
    inner.found.pid = found.pid;
    inner.found.logger = found.logger;
    if (!inner.runWhole()) {
      const named = letter !== null && inner.found.stamp !== null;
      if (!named) return false;
    }
    const took = inner.found;
    const isMore = (found.stamp === null && took.stamp !== null) || (found.level === null && took.level !== null);
    if (!isMore) return false;
    const { timeText } = found;
    Object.assign(found, {
      stamp: took.stamp,
      timeText: timeText ?? took.timeText,
      level: took.level,
      pid: took.pid,
      logger: took.logger,
      thread: found.thread ?? took.thread,
      place: found.place ?? took.place,
    });
    return true;
  }

  #nameInside(content: string, end: number): string | null {
    const { found } = this;
    if (content === '') return null;
    if (
      /^[\w./<>$-]{1,100}(?:\(\))?:\d{1,6}(?:(?: - | )[\w<>]{1,80}\(\))?$/.test(content) &&
      found.place === null &&
      found.count > 0
    ) {
      found.place = content;
      return 'w';
    }
    if (found.level === null) {
      // [-]       Source: twisted.python.log
      if (content === '-' && found.stamp !== null) return 'm';
      // Whatever stands in brackets between a stamp and a level is a field of the header.
      if (!this.#levelFollows(end) || (found.stamp === null && found.count === 0 && !/^[\w.-]+$/.test(content)))
        return null;
      if (/^[\p{L}_][\w.$-]*$/u.test(content)) found.logger ??= content;
      return 'm';
    }
    const isName = /^[a-zA-Z_][\w$]*(?:[./][\w$-]+)*$/.test(content) && /[a-z]/.test(content);
    const hasNumber = /\d/.test(content);
    if (found.logger === null && isName && (!hasNumber || content.includes('.'))) {
      found.logger = content;
      return 'g';
    }
    return content === '-' ? 'm' : null;
  }

  /** Whether a level stands behind a few fields more, each set off from the next. */
  #levelFollows(from: number): boolean {
    const rest = this.#text.slice(from, from + LOOK_CHARACTERS);
    const match = LEVEL_AHEAD.exec(rest);
    return (match !== null && levelOf(match[1]) !== null) || /^ \[[DIWEFC]\] /.test(rest);
  }
}

// `- read        -  [INFO    ] - `, ` [main] ERROR `, `|25321|140123|INFO|`
const LEVEL_AHEAD =
  /^(?:(?:\s*[-|:,;]\s*|\s+)(?:\[[^\]\n]{0,60}\]|\([^)\n]{0,60}\)|\{[^}\n]{0,100}\}|\d{1,19}|[\w.$<>/@-]{1,80})(?=\s*[-|:,;]\s*|\s*[[({]|\s+(?:\p{Lu}{4,14}(?!\p{L})|\d))){0,5}?(?:\s*[-|:,;]\s*|\s+)?[[(]?(\p{Lu}{4,14})(?=[\s\]):|,;/-])/u;
const LETTER = /([DIWEFC]) (?:(\d{1,9}) )?([\p{L}_][\p{L}\p{N}_.-]*): /uy;
const GLOG = /([DIWEF])(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s+(\d{1,9}) ([\w./-]{1,100}:\d{1,6})\]/y;
const DOTTED = /^[\p{L}\p{N}_$-]+(?:(?:\.|::)[\p{L}\p{N}_$-]+)+$/u;
const FILE_NAME =
  /\.(?:xml|json|csv|txt|log|gz|zip|tar|html?|ya?ml|toml|ini|db|sqlite3?|parquet|xlsx?|pdf|png|jpe?g|js|css|py|sh|whl)$/i;

const LOOK_CHARACTERS = 160;
const GROUP_LIMIT_CHARACTERS = 160;
/** A field between two signs of a table. */
const COLUMN_LIMIT_CHARACTERS = 80;
/** structlog pads levels to the longest of them. */
const PAD_WIDTH = 8;
const BLANK = 0x20;
const COLON = 0x3a;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const PIPE = 0x7c;
const BRACKET = 0x5b;
const PARENTHESIS = 0x28;
const LESS_THAN = 0x3c;
const BRACE = 0x7b;
const HASH = 0x23;
const QUESTION = 0x3f;
const ZERO = 0x30;
const NINE = 0x39;

// Importing suite tree 19        [suites] worker=4714 job=6      Source: structlog.dev.ConsoleRenderer
/** Parts what structlog's console prints behind the text: the logger in brackets and named values. */
function withTail(header: LogHeader): LogHeader {
  const lineEnd = header.text.indexOf('\n');
  const line = (lineEnd < 0 ? header.text : header.text.slice(0, lineEnd)).trimEnd();
  const bracket = / {1,200}\[([\w.$-]{1,100})\](?=$| +[A-Za-z_][\w.]{0,60}=)/.exec(line);
  const named = /(?:^| )[A-Za-z_][\w.]{0,60}=/.exec(line);
  const tailAt = Math.min(bracket?.index ?? line.length, named?.index ?? line.length);
  if (tailAt === line.length) return header;
  const logger = bracket !== null && bracket.index === tailAt ? (bracket[1] ?? null) : null;
  const fieldsAt = logger === null ? tailAt : tailAt + (bracket?.[0].length ?? 0);
  const tail = line.slice(fieldsAt).trim();
  const fields = tail === '' ? null : readFields(tail, 0);
  if (tail !== '' && fields === null) return header;
  const pid = processOf(fields);
  return {
    ...header,
    logger: logger ?? fields?.get('logger') ?? header.logger,
    pid: pid ?? header.pid,
    fields,
    text: `${line.slice(0, tailAt).trimEnd()}${lineEnd < 0 ? '' : header.text.slice(lineEnd)}`,
  };
}

/** The process that fields name; null where none does. */
function processOf(fields: ReadonlyMap<string, string> | null): number | null {
  let best: { readonly rank: number; readonly pid: number } | null = null;
  for (const [name, value] of fields ?? []) {
    const named = roleOf(name);
    const isProcess = named?.role === 'pid' && /^\d{1,9}$/.test(value);
    if (isProcess && (best === null || named.rank < best.rank)) best = { rank: named.rank, pid: Number(value) };
  }
  return best?.pid ?? null;
}
