import { MICROS_PER_SECOND, type WallClock, wallClockToMicros } from '../../model/time.ts';
import { fractionMicros, monthNumber, resolutionOf, type Stamp, wallOf, zoneMinutes } from '../reading/stamps.ts';

/** A stamp as a logger or a carrier prints it, as far as it goes. */
export type LooseStamp =
  | ({ readonly type: 'full' } & Stamp)
  | {
      /** No year: syslog, glog. */
      readonly type: 'yearless';
      readonly wall: Omit<WallClock, 'year'>;
      readonly zone: number | null;
      readonly resolutionMicros: number;
    }
  | {
      /** A time of day alone. */
      readonly type: 'time-of-day';
      readonly wall: Omit<WallClock, 'year' | 'month' | 'day'>;
      readonly zone: null;
      readonly resolutionMicros: number;
    };

/** A stamp found in a text, and the character after it. */
export interface FoundStamp {
  readonly stamp: LooseStamp;
  readonly end: number;
}

interface StampForm {
  readonly sample: string;
  /** Whether it begins with a digit; else with a letter. */
  readonly begins: 'digit' | 'letter';
  /** Sticky. */
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray) => LooseStamp | null;
}

const TIME = String.raw`(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?!\d|:\d)`;
const ZONE = String.raw`( ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?`;

function full(wall: WallClock, zone: string | undefined, fraction: string | undefined): LooseStamp | null {
  if (wallClockToMicros(wall, 0) === null) return null;
  const name = zone?.trim();
  return {
    type: 'full',
    wall,
    zone: name === undefined || name === '' ? null : zoneMinutes(name),
    resolutionMicros: resolutionOf(fraction),
  };
}

/** Whether the day or the month comes first in dates of numbers alone. */
export type DateOrder = 'day-first' | 'month-first';

// 01/28/2026 04:10:22 AM    28-01-2026 04:10:22
const NUMBERS = new RegExp(String.raw`(\d\d)([/-])(\d\d)\2(\d{4}),? ${TIME}(?: ([AaPp])[Mm]\b)?`, 'y');

/** The order that such a date shows by itself; null where both are possible. */
function orderOf(match: RegExpExecArray): DateOrder | null {
  // %m/%d/%Y is American, and so is a clock of twelve hours.
  if (match[9] !== undefined || Number(match[3]) > 12) return 'month-first';
  return Number(match[1]) > 12 ? 'day-first' : null;
}

function stampOfNumbers(m: RegExpExecArray, order: DateOrder): LooseStamp | null {
  const [month, day] = order === 'month-first' ? [m[1], m[3]] : [m[3], m[1]];
  return full(wallOf(m[4], month, day, hourOf(m[5], m[9]), m[6], m[7], m[8]), undefined, m[8]);
}

/**
 * A date of numbers whose order it does not show, read by the order that the file has; where that is unknown too, only its time
 * of day is told.
 */
export function openDateAt(text: string, at: number, order: DateOrder | null): FoundStamp | null {
  NUMBERS.lastIndex = at;
  const match = NUMBERS.exec(text);
  if (match === null || orderOf(match) !== null) return null;
  const end = at + match[0].length;
  const stamp = stampOfNumbers(match, order ?? 'day-first');
  if (order !== null || stamp?.type !== 'full') return stamp === null ? null : { stamp, end };
  const { hour, minute, second, micros } = stamp.wall;
  const { resolutionMicros } = stamp;
  return { stamp: { type: 'time-of-day', wall: { hour, minute, second, micros }, zone: null, resolutionMicros }, end };
}

/** The order of a date of numbers that stands at a place: by itself, or as one of these days shows; null for no date or both. */
export function dateOrderAt(text: string, at: number, days: ReadonlySet<string>): DateOrder | null {
  NUMBERS.lastIndex = at;
  const match = NUMBERS.exec(text);
  if (match === null) return null;
  const own = orderOf(match);
  if (own !== null) return own;
  const [, first = '', , second = '', year = ''] = match;
  const isDayFirst = days.has(`${year}-${second}-${first}`);
  const isMonthFirst = days.has(`${year}-${first}-${second}`);
  return isDayFirst === isMonthFirst ? null : isDayFirst ? 'day-first' : 'month-first';
}

function hourOf(hour: string | undefined, half: string | undefined): string {
  if (half === undefined) return hour ?? '0';
  return String((Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0));
}

const FORMS: readonly StampForm[] = [
  {
    // Python's asctime, ISO 8601, nginx and Go (2026/01/28)
    sample: '2026-01-28 04:10:22,070',
    begins: 'digit',
    pattern: new RegExp(String.raw`(\d{4})([-/.])(\d\d)\2(\d\d)(?:[T _]|, )${TIME}${ZONE}`, 'y'),
    read: (m) => full(wallOf(m[1], m[3], m[4], m[5], m[6], m[7], m[8]), m[9], m[8]),
  },
  {
    // Hungarian, Korean
    sample: '2026.01.28. 04:10:22',
    begins: 'digit',
    pattern: new RegExp(String.raw`(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})\. ${TIME}`, 'y'),
    read: (m) => full(wallOf(m[1], m[2], m[3], m[4], m[5], m[6], m[7]), undefined, m[7]),
  },
  {
    sample: '20260128T04:10:22Z',
    begins: 'digit',
    pattern: new RegExp(String.raw`(\d{4})(\d\d)(\d\d)[T -]${TIME}${ZONE}`, 'y'),
    read: (m) => full(wallOf(m[1], m[2], m[3], m[4], m[5], m[6], m[7]), m[8], m[7]),
  },
  {
    // tornado.log.LogFormatter, MySQL 5
    sample: '260128 04:10:22',
    begins: 'digit',
    pattern: new RegExp(String.raw`(\d\d)(\d\d)(\d\d) {1,2}${TIME}`, 'y'),
    read: (m) => full(wallOf(`20${m[1]}`, m[2], m[3], m[4], m[5], m[6], m[7]), undefined, m[7]),
  },
  {
    // the Common Log Format; Django's runserver
    sample: '28/Jan/2026:04:10:22 +0000',
    begins: 'digit',
    pattern: new RegExp(String.raw`(\d{1,2})[/ -](\p{L}{3,8}\.?)[/ -](\d{4})[: T]${TIME}${ZONE}`, 'yu'),
    read: (m) => {
      const month = monthNumber(m[2] ?? '');
      return month === null ? null : full(wallOf(m[3], month, m[1], m[4], m[5], m[6], m[7]), m[8], m[7]);
    },
  },
  {
    sample: '01/28/2026 04:10:22 AM',
    begins: 'digit',
    pattern: NUMBERS,
    read: (m) => {
      const order = orderOf(m);
      return order === null ? null : stampOfNumbers(m, order);
    },
  },
  {
    sample: '28.01.2026 04:10:22',
    begins: 'digit',
    pattern: new RegExp(String.raw`(\d\d)\.(\d\d)\.(\d{4})\.?,? ${TIME}`, 'y'),
    read: (m) => full(wallOf(m[3], m[2], m[1], m[4], m[5], m[6], m[7]), undefined, m[7]),
  },
  {
    // seconds since 1970; without decimals any number may be one
    sample: '1769573422.070123',
    begins: 'digit',
    pattern: /(1\d{9})\.(\d{1,9})(?![\d.])/y,
    read: (m) => {
      const fraction = m[2];
      const date = new Date(Number(m[1]) * 1000);
      const wall = {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
        micros: fractionMicros(fraction),
      };
      return { type: 'full', wall, zone: 0, resolutionMicros: resolutionOf(fraction) };
    },
  },
  {
    sample: '04:10:22,070',
    begins: 'digit',
    pattern: new RegExp(TIME, 'y'),
    read: (m) => {
      const { hour, minute, second, micros } = wallOf(2000, 1, '1', m[1], m[2], m[3], m[4]);
      if (hour > 23 || minute > 59 || second > 60) return null;
      return {
        type: 'time-of-day',
        wall: { hour, minute, second, micros },
        zone: null,
        resolutionMicros: resolutionOf(m[4]),
      };
    },
  },
  {
    // asctime(3), httpd; without the year: syslog
    sample: 'Wed Jan 28 04:10:22 2026',
    begins: 'letter',
    pattern: new RegExp(
      String.raw`(?:\p{L}{1,5}\.?,? )?(\p{L}{3,8}\.?) {1,2}(\d{1,2}) ${TIME}(?: (\d{4})(?!\d)|( ?(?:UTC|GMT)(?: (\d{4}))?))?`,
      'yu',
    ),
    read: (m) => {
      const month = monthNumber(m[1] ?? '');
      if (month === null) return null;
      const year = m[7] ?? m[9];
      const zone = m[8] === undefined ? undefined : 'UTC';
      const dated = full(wallOf(year ?? 2000, month, m[2], m[3], m[4], m[5], m[6]), zone, m[6]);
      if (dated === null || dated.type !== 'full' || year !== undefined) return dated;
      const { year: _leapYear, ...wall } = dated.wall;
      return { type: 'yearless', wall, zone: dated.zone, resolutionMicros: dated.resolutionMicros };
    },
  },
  {
    // RFC 1123
    sample: 'Wed, 28 Jan 2026 04:10:22 GMT',
    begins: 'letter',
    pattern: new RegExp(String.raw`\p{L}{1,5}\.?,? (\d{1,2})\.? (\p{L}{3,8}\.?) (\d{4}),? ${TIME}${ZONE}`, 'yu'),
    read: (m) => {
      const month = monthNumber(m[2] ?? '');
      return month === null ? null : full(wallOf(m[3], month, m[1], m[4], m[5], m[6], m[7]), m[8], m[7]);
    },
  },
];

/** Each form's sample, for the test that every form reads its own. */
export const LOOSE_STAMP_SAMPLES: readonly string[] = FORMS.map(({ sample }) => sample);

/** The stamp that begins at this character; null when none does. */
export function stampAt(text: string, at: number): FoundStamp | null {
  const code = text.charCodeAt(at);
  const forms = code >= 0x30 && code <= 0x39 ? formsOfDigits(text, at) : mayBeDate(text, at) ? LETTER_FORMS : NO_FORMS;
  for (const form of forms) {
    form.pattern.lastIndex = at;
    const match = form.pattern.exec(text);
    const stamp = match === null ? null : form.read(match);
    if (match !== null && stamp !== null) return { stamp, end: at + match[0].length };
  }
  return null;
}

const NO_FORMS: readonly StampForm[] = [];
const LETTER_FORMS = FORMS.filter(({ begins }) => begins === 'letter');
/** The forms by how many digits they begin with; addresses, sizes and counts are told apart by what stands behind those. */
const DIGIT_FORMS: ReadonlyMap<number, readonly StampForm[]> = new Map(
  [1, 2, 4, 6, 8, 10].map((digits) => [
    digits,
    FORMS.filter(({ begins, sample }) => {
      const own = /^\d*/.exec(sample)?.[0].length ?? 0;
      return begins === 'digit' && (own === digits || (digits === 1 && sample.startsWith('28/')));
    }),
  ]),
);

function formsOfDigits(text: string, at: number): readonly StampForm[] {
  let digits = 1;
  while (digits <= 10 && (text.charCodeAt(at + digits) - 0x30) >>> 0 <= 9) digits += 1;
  const next = text.charCodeAt(at + digits);
  // A second dot of an address stands nearer than that of a date.
  if (next === 0x2e && digits === 2 && text.charCodeAt(at + 5) !== 0x2e) return NO_FORMS;
  return DIGIT_FORMS.get(digits) ?? NO_FORMS;
}

/** Whether a blank and a digit follow soon: nearly no word of a text is a weekday or month. */
function mayBeDate(text: string, at: number): boolean {
  if (text.charCodeAt(at) <= 0x40) return false;
  const end = Math.min(text.length - 1, at + 16);
  for (let next = at + 2; next < end; next += 1) {
    const code = text.charCodeAt(next + 1);
    if (text.charCodeAt(next) === 0x20 && code >= 0x30 && code <= 0x39) return true;
  }
  return false;
}

/** A stamp of a count from 1970: UTC. */
export function stampOfMicros(micros: number, resolutionMicros: number): LooseStamp {
  const date = new Date(Math.floor(micros / 1000));
  const wall = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    micros: micros - Math.floor(micros / MICROS_PER_SECOND) * MICROS_PER_SECOND,
  };
  return { type: 'full', wall, zone: 0, resolutionMicros };
}
