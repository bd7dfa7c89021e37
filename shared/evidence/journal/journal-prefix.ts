import { SEVERITIES, type Severity } from '../../model/event.ts';
import type { EvidenceFormat } from '../../model/evidence.ts';
import { MICROS_PER_SECOND, type WallClock } from '../../model/time.ts';
import { fractionMicros, monthNumber, resolutionOf, wallOf, zoneMinutes } from '../reading/stamps.ts';

/** The text formats that put one stamp in front of every entry: those of `journalctl -o`, and syslog with its priority. */
const JOURNAL_TEXT_FORMATS = [
  'journal-short',
  'journal-short-precise',
  'journal-short-iso',
  'journal-short-iso-precise',
  'journal-short-full',
  'journal-short-unix',
  'journal-short-monotonic',
  'syslog-rfc3164',
  'syslog-rfc5424',
] as const satisfies readonly EvidenceFormat[];
export type JournalTextFormat = (typeof JOURNAL_TEXT_FORMATS)[number];

/** How names of units end that with-unit prints in the place of an identifier. */
export const UNIT_SUFFIXES = ['.service', '.scope', '.slice', '.socket', '.mount', '.timer'] as const;

/** The stamp of an entry, as its format prints it. */
type JournalStamp =
  | {
      readonly type: 'wall';
      readonly wall: WallClock;
      /** Minutes east of UTC; null when the format prints no zone or one that is not known. */
      readonly zone: number | null;
      /** A zone name that is printed but not known, else null. */
      readonly unknownZone: string | null;
    }
  | { readonly type: 'yearless'; readonly wall: Omit<WallClock, 'year'> }
  | { readonly type: 'epoch'; readonly micros: number }
  | { readonly type: 'monotonic'; readonly micros: number };

/** What stands in front of an entry's message. */
export interface JournalPrefix {
  readonly format: JournalTextFormat;
  readonly stamp: JournalStamp;
  readonly resolutionMicros: number;
  readonly host: string | null;
  readonly identifier: string;
  readonly pid: number | null;
  readonly message: string;
  /** From syslog's priority; null where none is printed. */
  readonly severity: Severity | null;
  /** Columns that journalctl indents the further lines of the message by. */
  readonly indent: number;
}

interface StampPattern {
  readonly formats: readonly JournalTextFormat[];
  readonly sample: string;
  /** Ends after the blank that follows the stamp. */
  readonly pattern: RegExp;
  readonly read: (
    match: RegExpExecArray,
  ) => { readonly format: JournalTextFormat; readonly stamp: JournalStamp; readonly resolutionMicros: number } | null;
}

const CLOCK = String.raw`(\d\d):(\d\d):(\d\d)`;

/** Source: output_timestamp_* in https://github.com/systemd/systemd/blob/v252/src/shared/logs-show.c */
const STAMP_PATTERNS: readonly StampPattern[] = [
  {
    formats: ['journal-short-iso', 'journal-short-iso-precise'],
    // +0000 before systemd 255, +00:00 since; rsyslog's files look the same
    sample: '2025-11-30T22:41:04.539733+0000 ',
    pattern: new RegExp(String.raw`^(\d{4})-(\d\d)-(\d\d)T${CLOCK}(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)? `),
    read: (m) => ({
      format: m[7] === undefined ? 'journal-short-iso' : 'journal-short-iso-precise',
      stamp: {
        type: 'wall',
        wall: wallOf(m[1], m[2], m[3], m[4], m[5], m[6], m[7]),
        zone: m[8] === undefined ? null : zoneMinutes(m[8]),
        unknownZone: null,
      },
      resolutionMicros: resolutionOf(m[7]),
    }),
  },
  {
    formats: ['journal-short-full'],
    sample: 'Sun 2025-11-30 22:41:04 UTC ',
    // the weekday is the locale's; with-unit prints the same stamp
    pattern: new RegExp(
      String.raw`^\p{L}{1,5}\.? (\d{4})-(\d\d)-(\d\d) ${CLOCK}(?:\.(\d{1,6}))? ([A-Za-z]{1,6}|[+-]\d\d(?::?\d\d)?) (?!\[s=)`,
      'u',
    ),
    read: (m) => {
      const name = m[8] ?? '';
      const zone = zoneMinutes(name);
      return {
        format: 'journal-short-full',
        stamp: {
          type: 'wall',
          wall: wallOf(m[1], m[2], m[3], m[4], m[5], m[6], m[7]),
          zone,
          unknownZone: zone === null ? name : null,
        },
        resolutionMicros: resolutionOf(m[7]),
      };
    },
  },
  {
    formats: ['journal-short', 'journal-short-precise'],
    sample: 'Nov 30 22:41:04 ',
    // syslog files pad the day with a blank
    // the month is the locale's: Mär, déc., août
    pattern: new RegExp(String.raw`^(\p{L}{3,8}\.?) ([ 0-3]?\d) ${CLOCK}(?:\.(\d{1,6}))? `, 'u'),
    read: (m) => {
      const month = monthNumber(m[1] ?? '');
      if (month === null) return null;
      const { year: _year, ...wall } = wallOf(0, month, m[2], m[3], m[4], m[5], m[6]);
      return {
        format: m[6] === undefined ? 'journal-short' : 'journal-short-precise',
        stamp: { type: 'yearless', wall },
        resolutionMicros: resolutionOf(m[6]),
      };
    },
  },
  {
    formats: ['journal-short-unix'],
    sample: '1764542464.539733 ',
    pattern: /^(\d{9,11})\.(\d{6}) /,
    read: (m) => ({
      format: 'journal-short-unix',
      stamp: { type: 'epoch', micros: Number(m[1]) * MICROS_PER_SECOND + fractionMicros(m[2]) },
      resolutionMicros: 1,
    }),
  },
  {
    formats: ['journal-short-monotonic'],
    // short-delta adds the time since the entry before it: [ 3496.197332 <    0.000393 >]
    sample: '[ 3496.197332] ',
    pattern: /^\[ *(\d{1,10})\.(\d{6})(?: <[^>\]]{0,40}>| +)?\] /,
    read: (m) => ({
      format: 'journal-short-monotonic',
      stamp: { type: 'monotonic', micros: Number(m[1]) * MICROS_PER_SECOND + fractionMicros(m[2]) },
      resolutionMicros: 1,
    }),
  },
];

/** Longest identifier that is looked for; journald's are a few dozen characters. */
const IDENTIFIER_LIMIT = 200;
const BLANK = 0x20;
const BRACKET = 0x5b;
const LESS_THAN = 0x3c;

/** Where an entry comes from, and where its message begins in the text that follows the stamp. */
interface Origin {
  readonly host: string | null;
  readonly identifier: string;
  readonly pid: number | null;
  readonly messageAt: number;
}

/**
 * `vm gunicorn[25321]: text`, `vm kernel: text`, `vm My Service[7]: text`, `gunicorn[25321]: text` (--no-hostname). The
 * identifier ends at the first colon that a blank or the line's end follows; a host name has neither colon nor bracket.
 * Written out because this runs for every line of a journal.
 */
function readOrigin(rest: string): Origin | null {
  const firstBlank = rest.indexOf(' ');
  const firstWord = firstBlank < 0 ? '' : rest.slice(0, firstBlank);
  const hasHost = firstWord !== '' && firstWord.length <= 255 && !/[:[\]]/.test(firstWord);
  const from = hasHost ? firstBlank + 1 : 0;
  const first = rest.charCodeAt(from);
  if (first === BLANK || first === BRACKET) return null;
  let colon = rest.indexOf(':', from);
  while (colon >= 0 && colon + 1 < rest.length && rest.charCodeAt(colon + 1) !== BLANK)
    colon = rest.indexOf(':', colon + 1);
  const bracketEnd = rest.indexOf('] ', from);
  if (bracketEnd >= 0 && (colon < 0 || bracketEnd < colon)) {
    const tag = readTagWithoutColon(rest.slice(from, from + IDENTIFIER_LIMIT));
    if (tag !== null) return { ...tag, host: hasHost ? firstWord : null, messageAt: from + tag.messageAt };
  }
  if (colon <= from || colon - from > IDENTIFIER_LIMIT) return null;
  const name = rest.slice(from, colon);
  const pid = name.endsWith(']') ? /\[(\d{1,9})\]$/.exec(name) : null;
  return {
    host: hasHost ? firstWord : null,
    identifier: pid === null ? name : name.slice(0, pid.index),
    pid: pid === null ? null : Number(pid[1]),
    messageAt: Math.min(colon + 2, rest.length),
  };
}

/** `gunicorn[24015] text`: rsyslog writes no colon behind the tag of a message that it got in the format of RFC 5424. */
function readTagWithoutColon(text: string): Omit<Origin, 'host'> | null {
  const tag = /^([^\s[\]:]{1,100})\[(\d{1,9})\] /.exec(text);
  return tag === null ? null : { identifier: tag[1] ?? '', pid: Number(tag[2]), messageAt: tag[0].length };
}

/**
 * Reads the prefix of a journal entry in any of the text formats; null for a line that begins none. `expected` is tried
 * first: lines of one file nearly always have one format, but exports are also concatenated.
 */
export function readJournalPrefix(text: string, expected: JournalTextFormat): JournalPrefix | null {
  if (text.charCodeAt(0) === LESS_THAN) return readSyslogPrefix(text);
  const first = STAMP_PATTERNS.find(({ formats }) => formats.includes(expected));
  if (first !== undefined) {
    const prefix = readWith(first, text);
    if (prefix !== null) return prefix;
  }
  for (const candidate of STAMP_PATTERNS) {
    if (candidate === first) continue;
    const prefix = readWith(candidate, text);
    if (prefix !== null) return prefix;
  }
  return null;
}

/**
 * Reads a line that begins with a stamp and a host as entries do, but names no sender (`Nov 30 22:41:04 vm Job daily
 * terminated`). Only among other entries: elsewhere it may be any log's line.
 */
export function readTaglessPrefix(text: string, expected: JournalTextFormat): JournalPrefix | null {
  // Nov 30 22:41:04: --- last message repeated 5 times ---
  const hasColon = /^.{15}: /.test(text);
  const stamped = hasColon ? `${text.slice(0, 15)}${text.slice(16)}` : text;
  for (const candidate of STAMP_PATTERNS) {
    if (!candidate.formats.includes(expected)) continue;
    const match = candidate.pattern.exec(stamped);
    const read = match === null ? null : candidate.read(match);
    if (match === null || read === null) continue;
    const rest = stamped.slice(match[0].length);
    const host = hasColon ? null : (/^([\w.-]{1,253}) +/.exec(rest) ?? null);
    const message = rest.slice(host?.[0].length ?? 0);
    return {
      ...read,
      host: host?.[1] ?? null,
      identifier: '',
      pid: null,
      message,
      severity: null,
      indent: text.length - message.length,
    };
  }
  return null;
}

function readWith(candidate: StampPattern, text: string): JournalPrefix | null {
  const match = candidate.pattern.exec(text);
  if (match === null) return null;
  const read = candidate.read(match);
  if (read === null) return null;
  const rest = text.slice(match[0].length);
  const origin = readOrigin(rest);
  if (origin === null || origin.identifier === '') return null;
  const { host, identifier, pid, messageAt } = origin;
  const message = rest.slice(messageAt);
  return { ...read, host, identifier, pid, message, severity: null, indent: match[0].length + messageAt };
}

// <165>Nov 30 22:41:04 vm gunicorn[24015]: text          RFC 3164, https://www.rfc-editor.org/rfc/rfc3164#section-4.1
const PRIORITY = /^<(\d{1,3})>/;
/** 23 facilities of 8 severities. */
const PRIORITY_LIMIT = 191;
// <165>1 2026-01-28T04:10:19.18Z vm gunicorn 24015 ID47 [sd id="x"] text
// rsyslog leaves the blank of an RFC 3164 tag in front of the text.
// Source: https://www.rfc-editor.org/rfc/rfc5424#section-6
const RFC_5424 = new RegExp(
  String.raw`^<(\d{1,3})>1 (\d{4})-(\d\d)-(\d\d)T${CLOCK}(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d) (\S{1,255}) (\S{1,48}) (\S{1,128}) \S{1,32} (?:-|(?:\[[^\s\]="]{1,32}(?: [^\s\]="]{1,32}="(?:[^"\\\]]|\\.)*")*\])+)(?: \uFEFF? ?|$)`,
);

/** Reads the prefix of a syslog line that begins with its priority, in either of the two formats. */
function readSyslogPrefix(text: string): JournalPrefix | null {
  const priority = PRIORITY.exec(text);
  if (priority === null || Number(priority[1]) > PRIORITY_LIMIT) return null;
  const severity = SEVERITIES[Number(priority[1]) & 7] ?? null;
  const modern = RFC_5424.exec(text);
  if (modern !== null) {
    const [head, , year, month, day, hour, minute, second, fraction, zone, host, application, process] = modern;
    return {
      format: 'syslog-rfc5424',
      stamp: {
        type: 'wall',
        wall: wallOf(year, month, day, hour, minute, second, fraction),
        zone: zoneMinutes(zone ?? ''),
        unknownZone: null,
      },
      resolutionMicros: resolutionOf(fraction),
      // A dash says that the sender does not know (NILVALUE).
      host: host === '-' ? null : (host ?? null),
      identifier: application ?? '-',
      pid: /^\d{1,9}$/.test(process ?? '') ? Number(process) : null,
      severity,
      message: text.slice(head.length),
      indent: head.length,
    };
  }
  const rest = text.slice(priority[0].length);
  for (const candidate of STAMP_PATTERNS) {
    const prefix = readWith(candidate, rest);
    if (prefix !== null) {
      return { ...prefix, format: 'syslog-rfc3164', severity, indent: prefix.indent + priority[0].length };
    }
  }
  return null;
}

// -- Journal begins at Sun 2025-11-30 22:40:00 UTC, ends at Sun 2025-11-30 23:00:00 UTC. --
// -- Logs begin at ... --   -- Boot a240791736fc4f16beaa9416bb346a34 --   -- Reboot --   -- No entries --
// -- cursor: s=7547...   (--show-cursor, without the closing dashes)
const NOTICE =
  /^-- (?:(?:Journal|Logs) begins? at .*|Boot [0-9a-f]{32}|Reboot|No entries|cursor: .*|No journal files .*)(?: --)?$/;

/** Whether journalctl itself says this line, between or instead of entries. */
export function isJournalNotice(text: string): boolean {
  return text.startsWith('-- ') && NOTICE.test(text.trimEnd());
}

/** A notice after which entries belong to another boot. */
export function isBootNotice(text: string): boolean {
  return /^-- (?:Boot [0-9a-f]{32}|Reboot)(?: --)?\s*$/.test(text);
}

/** Each stamp's sample, for the test that every pattern reads its own. */
export const STAMP_SAMPLES: readonly string[] = STAMP_PATTERNS.map(({ sample }) => sample);
