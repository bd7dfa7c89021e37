import type { Severity } from '../../model/event.ts';
import { resolutionOf, type Stamp, wallOf, zoneMinutes } from '../reading/stamps.ts';

/** The header that gunicorn's or Python's own logger put before the text of a message. */
export interface InnerHeader {
  /** `gunicorn`: the bracket header of gunicorn's loggers; `python`: any other format of the logging module. */
  readonly style: 'gunicorn' | 'python';
  /** The time as printed, with its zone where it has one; null when the header has no time. */
  readonly timeText: string | null;
  /** Its parts; the zone is null when none is printed (Python's asctime never prints one). */
  readonly stamp: Stamp | null;
  readonly pid: number | null;
  readonly level: InnerLevel | null;
  readonly logger: string | null;
  /** The message without the header, all lines. */
  readonly text: string;
}

/** Level names of Python's logging module. Source: https://docs.python.org/3/library/logging.html#logging-levels */
export type InnerLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

const SEVERITY_OF_LEVEL: Readonly<Record<InnerLevel, Severity>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warning',
  ERROR: 'err',
  CRITICAL: 'crit',
};

/** The syslog severity that a Python level stands for. */
export function severityOfLevel(level: InnerLevel): Severity {
  return SEVERITY_OF_LEVEL[level];
}

/** The words that stand for levels in headers, in the order in which the patterns try them. */
export const LEVEL_WORDS = ['DEBUG', 'INFO', 'WARNING', 'WARN', 'ERROR', 'CRITICAL', 'FATAL'] as const;
const LEVEL = LEVEL_WORDS.join('|');

/** The level that such a word stands for, in any case; null for other words. */
export function levelOf(word: string | undefined): InnerLevel | null {
  switch (word?.toUpperCase()) {
    case 'DEBUG':
      return 'DEBUG';
    case 'INFO':
      return 'INFO';
    case 'WARN':
    case 'WARNING':
      return 'WARNING';
    case 'ERROR':
      return 'ERROR';
    case 'CRITICAL':
    case 'FATAL':
      return 'CRITICAL';
    default:
      return null;
  }
}

// [2026-01-28 04:10:19 +0000] [25321] [INFO] Starting gunicorn 26.1.0
// Source: error_fmt and datefmt in https://github.com/benoitc/gunicorn/blob/23.0.0/gunicorn/glogging.py
const GUNICORN_HEADER = new RegExp(
  String.raw`^\[(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))? ?([+-]\d{4})?\] \[(\d{1,9})\] \[(${LEVEL})\] ?`,
);

// [25321] [INFO] Starting gunicorn 26.1.0    (a logconfig that leaves the time to journald)
const GUNICORN_TIMELESS_HEADER = new RegExp(String.raw`^\[(\d{1,7})\] \[(${LEVEL})\] ?`);

// 2026-01-28 04:10:22,070 - app.services.import_service - INFO - Started importing VPN job 14
// 2026-01-28 04:10:22,070 INFO Started importing   and   2026-01-28 04:10:22,070 INFO [app.jobs] Started importing
// [2026-01-28 04:10:22,070] ERROR in app: Exception on /import [POST]      (Flask's default handler)
// 2026-01-28 04:10:22,070 [INFO] app.jobs: Started importing
const PYTHON_TIME = String.raw`\[?(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?( ?Z| ?[+-]\d\d:?\d\d)?\]?`;
const PYTHON_HEADERS: readonly {
  readonly pattern: RegExp;
  readonly logger: number | null;
  readonly level: number;
  readonly pid: number | null;
}[] = [
  {
    // time - logger - LEVEL - text   (also with | and with the pid or thread as a further field)
    pattern: new RegExp(String.raw`^${PYTHON_TIME} ?[-|:] ?([\w.$<>-]+) ?[-|:] ?(${LEVEL})\s*[-|:] ?`, 'i'),
    logger: 9,
    level: 10,
    pid: null,
  },
  {
    // time LEVEL [pid] logger: text      a number in brackets alone may be anything: only before a logger's name it is a pid
    pattern: new RegExp(
      String.raw`^${PYTHON_TIME} ?[-|]? ?\[?(${LEVEL})\]? ?[-|]? ?\[(\d{2,7})\] ?[-|]? ?([\w.]{1,100}): `,
    ),
    logger: 11,
    level: 9,
    pid: 10,
  },
  {
    // time - LEVEL - text, time LEVEL in app: text, time [LEVEL] logger: text, time LEVEL [logger] text, time LEVEL logger Text, time LEVEL text
    pattern: new RegExp(
      String.raw`^${PYTHON_TIME} ?[-|]? ?[\[(]?(${LEVEL})[\])]?(?:\s+in ([\w.]+):|\s*[-|:]\s*\[?([\w.]+\.[\w.]+|gunicorn)\]?\s*[-|:]|\s+\[?([\w.]*[a-z][\w.]*)(?:\]:?|:)|\s+([a-z_]\w*(?:\.\w+)+|[a-z_]\w*(?= [A-Z]))|\s*[-|:])?\s`,
    ),
    logger: 10,
    level: 9,
    pid: null,
  },
  {
    // time [pid] [LEVEL] text, time pid LEVEL text
    pattern: new RegExp(String.raw`^${PYTHON_TIME} ?[-|]? ?\[?(\d{1,7})\]? ?[-|]? ?\[?(${LEVEL})\]?\s*[-|:]?\s*`),
    logger: null,
    level: 10,
    pid: 9,
  },
  {
    // time - logger - pid - LEVEL - text
    pattern: new RegExp(
      String.raw`^${PYTHON_TIME} ?[-|:] ?([\w.$<>-]{1,100}) ?[-|:] ?\[?(\d{1,7})\]? ?[-|:] ?(${LEVEL})\s*[-|:] ?`,
    ),
    logger: 9,
    level: 11,
    pid: 10,
  },
  {
    // time [thread] LEVEL logger - text
    pattern: new RegExp(
      String.raw`^${PYTHON_TIME} ?[-|]? ?[\[(][\w .:-]{1,60}[\])] ?[-|]? ?(${LEVEL})\s+\[?([\w.$<>-]{1,100}?)\]?(?: -|:) `,
    ),
    logger: 10,
    level: 9,
    pid: null,
  },
  {
    // time:LEVEL:logger:text
    pattern: new RegExp(String.raw`^${PYTHON_TIME}:(${LEVEL}):([\w.$<>-]{1,100}):`),
    logger: 10,
    level: 9,
    pid: null,
  },
  {
    // time [info     ] text      Source: structlog.dev.ConsoleRenderer
    pattern: new RegExp(String.raw`^${PYTHON_TIME} \[(${LEVEL})\s*\] `, 'i'),
    logger: null,
    level: 9,
    pid: null,
  },
];

// INFO 2026-01-28 04:10:22,070 views 25321 140256 Started importing      Source: "verbose" in Django's logging documentation
const LEVEL_FIRST = new RegExp(String.raw`^(${LEVEL}) {1,8}(?=\[?2\d{3}-)`);
const STAMP_THEN_TEXT = new RegExp(String.raw`^${PYTHON_TIME}(?: ?[-|:])? `);

// INFO:root:Started importing VPN job 14      Source: logging.BASIC_FORMAT
const PYTHON_BASIC = new RegExp(String.raw`^(${LEVEL}):([\w.$<>-]+):`);

/** Longest header that is looked for; the patterns below are only safe on short text. */
const HEADER_LIMIT_CHARACTERS = 400;

/**
 * Splits the header of gunicorn's or Python's logger off a message. Null when the message has none: it is then bare text.
 * Only the beginning of the message is looked at, so that a line that quotes a header is not taken for one.
 */
export function splitInnerHeader(message: string): InnerHeader | null {
  const first = message.charCodeAt(0);
  const start = message.length > HEADER_LIMIT_CHARACTERS ? message.slice(0, HEADER_LIMIT_CHARACTERS) : message;
  // Headers begin with a bracket, a digit or a level in capitals; most other lines are told apart by one character.
  const isBracket = first === 0x5b;
  if (isBracket) {
    const gunicorn = GUNICORN_HEADER.exec(start);
    if (gunicorn !== null) {
      return {
        style: 'gunicorn',
        timeText: message.slice(1, message.indexOf(']')),
        stamp: {
          wall: wallOf(gunicorn[1], gunicorn[2], gunicorn[3], gunicorn[4], gunicorn[5], gunicorn[6], gunicorn[7]),
          zone: gunicorn[8] === undefined ? null : zoneMinutes(gunicorn[8]),
          resolutionMicros: 1_000_000,
        },
        pid: Number(gunicorn[9]),
        level: levelOf(gunicorn[10]),
        logger: null,
        text: message.slice(gunicorn[0].length),
      };
    }
    const timeless = GUNICORN_TIMELESS_HEADER.exec(start);
    if (timeless !== null) {
      return {
        style: 'gunicorn',
        timeText: null,
        stamp: null,
        pid: Number(timeless[1]),
        level: levelOf(timeless[2]),
        logger: null,
        text: message.slice(timeless[0].length),
      };
    }
  }
  if (isBracket || (first >= 0x30 && first <= 0x39)) return splitPythonHeader(message, start);
  if (first < 0x41 || first > 0x5a) return null;
  const levelFirst = LEVEL_FIRST.exec(start);
  if (levelFirst !== null) return splitLevelFirst(message, start, levelFirst);
  const basic = PYTHON_BASIC.exec(start);
  if (basic === null) return null;
  return {
    style: 'python',
    timeText: null,
    stamp: null,
    pid: null,
    level: levelOf(basic[1]),
    logger: basic[2] ?? null,
    text: message.slice(basic[0].length),
  };
}

/** A level, then a time; what follows (module, process, thread) has no fixed order and stays with the text. */
function splitLevelFirst(message: string, start: string, lead: RegExpExecArray): InnerHeader | null {
  const rest = start.slice(lead[0].length);
  const match = STAMP_THEN_TEXT.exec(rest);
  if (match === null) return null;
  return {
    style: 'python',
    timeText: timeTextOf(rest),
    stamp: stampOf(match),
    pid: null,
    level: levelOf(lead[1]),
    logger: null,
    text: message.slice(lead[0].length + match[0].length),
  };
}

/**
 * The time of a line that begins with a stamp and has no level behind it (`%(asctime)s %(message)s`), and where its text
 * begins; null for any other line. A journal's message that begins so is bare text: this is for files alone.
 */
export function readBareStamp(text: string): { readonly stamp: Stamp; readonly textAt: number } | null {
  const match = STAMP_THEN_TEXT.exec(text.slice(0, 60));
  return match === null ? null : { stamp: stampOf(match), textAt: match[0].length };
}

function timeTextOf(start: string): string | null {
  return /^\[?(\d{4}-\d\d-\d\d[T ][\d:.,]+(?: ?Z| ?[+-]\d\d:?\d\d)?)/.exec(start)?.[1] ?? null;
}

/** The stamp of a match whose first eight captures are those of PYTHON_TIME. */
function stampOf(match: RegExpExecArray): Stamp {
  const zone = match[8]?.trim();
  return {
    wall: wallOf(match[1], match[2], match[3], match[4], match[5], match[6], match[7]),
    zone: zone === undefined ? null : zoneMinutes(zone),
    resolutionMicros: resolutionOf(match[7]),
  };
}

function splitPythonHeader(message: string, start: string): InnerHeader | null {
  for (const { pattern, logger, level, pid } of PYTHON_HEADERS) {
    const match = pattern.exec(start);
    if (match === null) continue;
    const stamp = stampOf(match);
    const loggerName =
      logger === null ? undefined : [0, 1, 2, 3].map((next) => match[logger + next]).find((name) => name !== undefined);
    return {
      style: 'python',
      timeText: timeTextOf(start),
      stamp,
      pid: pid === null ? null : Number(match[pid]),
      level: levelOf(match[level]),
      logger: loggerName ?? null,
      text: message.slice(match[0].length),
    };
  }
  return null;
}
