import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_MILLI,
  MICROS_PER_SECOND,
  type WallClock,
  wallClockToMicros,
} from '../../model/time.ts';

/**
 * Month names as strftime's %b prints them: English in the C locale, which most services run in, and what glibc's locales of
 * Europe have in their place. Written without the dot that some add, in lower case and without accents. Where two languages give one to
 * different months, it is that of the more hosts: `lip` and `lis` are Polish, `srp` is Czech, not Croatian. Source: abmon in glibc 2.36, localedata/locales
 */
const MONTH_NAMES: readonly string[] = [
  'jan janv gen ene ean ian jaan led oca saus sij sty tammi ιαν січ янв јан',
  'feb febr fev fevr feabh helmi lut sub uno vas veebr velj φεβ лют фев',
  'mar mars marc marta marts marz mrt mrz bre kov maalis ozu μαρ бер мар',
  'apr abr avril aib april bal dub huhti kwi nis tra απρ апр кві',
  'may mai mag maj mei maig beal geg kve svi touko μαι маи мая мај тра',
  'jun juin juni juny juuni giu birz cen cze haz iun kesa meith ιουν июн чер юни јун',
  'jul juil juli juuli lug cec heina iuil iul liep tem lip ιουλ июл лип юли јул',
  'aug aout ago agu avg elo kol lun srp rugp sie αυγ авг сер',
  'sep sept set szept eyl mfomh rugs ruj syys wrz zar σεπ вер сен сеп',
  'oct okt ott out dfomh eki loka paz rij spal οκτ жов окт',
  'nov kas lis lapkr marras samh stu νοε ноя нов',
  'dec dez dic des dets ara gru gruod joulu noll pro δεκ гру дек дец',
];

const MONTH_OF_NAME: ReadonlyMap<string, number> = new Map(
  MONTH_NAMES.flatMap((names, index) => names.split(' ').map((name): [string, number] => [name, index + 1])),
);

const ENGLISH_MONTHS: ReadonlyMap<string, number> = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, index) => [
    name,
    index + 1,
  ]),
);

/** 1..12 for `Jan`..`Dec`, `Mär`, `déc.`, `août` and the like; null for other words. */
export function monthNumber(name: string): number | null {
  const english = ENGLISH_MONTHS.get(name);
  if (english !== undefined) return english;
  if (name.length < 3 || name.length > 8) return null;
  const plain = name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/\.$/, '');
  return MONTH_OF_NAME.get(plain) ?? null;
}

/**
 * Zone abbreviations in minutes east of UTC, as far as one meaning is by far the commonest on servers. IST, CST and others
 * with rival meanings are left out on purpose. Source: the abbreviations of the tz database.
 */
const ZONE_MINUTES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  EST: -300,
  EDT: -240,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
};

/** Minutes east of UTC for `UTC`, `CEST`, `Z`, `+01`, `+0100`, `-05:30`; null when it is not known or ambiguous. */
export function zoneMinutes(zone: string): number | null {
  const numeric = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(zone);
  if (numeric === null) return ZONE_MINUTES[zone] ?? null;
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
  // No zone lies farther from UTC than +14 and -12 hours; more is damage.
  return minutes > 14 * 60 ? null : numeric[1] === '-' ? -minutes : minutes;
}

/** Microseconds of a second's decimal digits: `5` -> 500000, `539733` -> 539733; digits beyond the sixth are dropped. */
export function fractionMicros(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.slice(0, 6).padEnd(6, '0'));
}

/** How finely a stamp with these decimals states the time, in microseconds. */
export function resolutionOf(digits: string | undefined): number {
  if (digits === undefined || digits.length === 0) return MICROS_PER_SECOND;
  return digits.length >= 6 ? 1 : 10 ** (6 - digits.length);
}

/** A stamp as printed: its parts and its zone in minutes east of UTC, or null when it prints none that is known. */
export interface Stamp {
  readonly wall: WallClock;
  readonly zone: number | null;
  readonly resolutionMicros: number;
}

/** Parts of a stamp from the captures of a regular expression; missing time parts are zero. */
export function wallOf(
  year: string | number | undefined,
  month: string | number | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
  fraction?: string,
): WallClock {
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    micros: fractionMicros(fraction),
  };
}

/** Used when nothing at all tells the year: a leap year, so that every date of the file exists. */
export const UNKNOWN_YEAR = 2000;

export const HALF_YEAR_MICROS = 182 * 86_400 * MICROS_PER_SECOND;

/**
 * The instant of a yearless stamp, which `read` gives for the stamp with a year: in the year that puts it nearest to `nearTime`. 29 February takes the nearest leap
 * year. No entry is later than `notAfter`, the time of the file that holds it. Null when the date exists in no year. Journals print no year in `short` and `short-precise`.
 */
export function resolveYearless(
  wall: Omit<WallClock, 'year'>,
  read: (wall: WallClock) => EpochMicros | null,
  nearTime: EpochMicros | null,
  notAfter: EpochMicros | null = null,
): { readonly time: EpochMicros; readonly year: number } | null {
  const near = nearTime ?? epochMicros(Date.UTC(UNKNOWN_YEAR, 6, 1) * MICROS_PER_MILLI);
  const nearYear = new Date(near / MICROS_PER_MILLI).getUTCFullYear();
  // Without any hint the year must be UNKNOWN_YEAR and not one before it. Leap years are at most eight years apart.
  const reach = nearTime === null ? 0 : wall.month === 2 && wall.day === 29 ? 8 : 1;
  const inNearYear = read({ ...wall, year: nearYear });
  // Within half a year no other year is nearer: the usual case, and a journal has millions of stamps.
  const latest = notAfter ?? Number.POSITIVE_INFINITY;
  if (inNearYear !== null && inNearYear <= latest && Math.abs(inNearYear - near) < HALF_YEAR_MICROS)
    return { time: inNearYear, year: nearYear };
  let best: { readonly time: EpochMicros; readonly year: number } | null = null;
  for (let year = nearYear - reach; year <= nearYear + reach; year += 1) {
    const time = read({ ...wall, year });
    if (time === null) continue;
    // Where no year is early enough, the file's time is that of whoever packed it, and says nothing.
    const isAllowed = time <= latest;
    const wasAllowed = best !== null && best.time <= latest;
    const isNearer = best === null || Math.abs(time - near) < Math.abs(best.time - near);
    if (isAllowed === wasAllowed ? isNearer : isAllowed) best = { time, year };
  }
  return best;
}

/** Shapes in which people and scripts put a date above a snapshot. */
const DATE_LINES: readonly {
  readonly sample: string;
  readonly pattern: RegExp;
  readonly read: (m: RegExpExecArray) => Stamp | null;
}[] = [
  {
    sample: '# 2026-01-28 04:10:19',
    pattern:
      /^\W{0,10}(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|[A-Z]{2,5}|[+-]\d\d:?\d\d)?\W{0,10}$/,
    read: (m) => stampOf(wallOf(m[1], m[2], m[3], m[4], m[5], m[6], m[7]), m[8], m[7]),
  },
  {
    // date(1) in the C locale
    sample: 'Wed Jan 28 04:10:19 UTC 2026',
    pattern:
      /^\W{0,10}\p{L}{1,5}\.? (\p{L}{3,8}\.?) +(\d{1,2}) (\d\d):(\d\d):(\d\d) ([A-Z]{1,5}|[+-]\d\d(?:\d\d)?) (\d{4})\W{0,10}$/u,
    read: (m) => stampOf(wallOf(m[7], monthNumber(m[1] ?? '') ?? 0, m[2], m[3], m[4], m[5]), m[6], undefined),
  },
  {
    // date(1) in en_US.UTF-8 (12 hours), en_GB.UTF-8, and elsewhere: mer. 28 janv. 2026 04:10:19 CET, mer 28 gen 2026, 04:10:19, CET
    sample: 'Wed 28 Jan 2026 04:10:19 AM UTC',
    pattern:
      /^\W{0,10}\p{L}{1,5}\.?,? +(\d{1,2})\.? (\p{L}{3,8}\.?) (\d{4}),? (\d\d):(\d\d):(\d\d)(?: ([AP])M)?,? ([A-Z]{1,5}|[+-]\d\d(?:\d\d)?)\W{0,10}$/u,
    read: (m) => {
      const hour = m[7] === undefined ? Number(m[4]) : (Number(m[4]) % 12) + (m[7] === 'P' ? 12 : 0);
      return stampOf(wallOf(m[3], monthNumber(m[2] ?? '') ?? 0, m[1], String(hour), m[5], m[6]), m[8], undefined);
    },
  },
  {
    // Mi 28. Jan 04:10:19 CET 2026
    sample: 'Wed 28 Jan 04:10:19 UTC 2026',
    pattern:
      /^\W{0,10}\p{L}{1,5}\.?,? +(\d{1,2})\.? (\p{L}{3,8}\.?) (\d\d):(\d\d):(\d\d) ([A-Z]{1,5}|[+-]\d\d(?:\d\d)?) (\d{4})\W{0,10}$/u,
    read: (m) => stampOf(wallOf(m[7], monthNumber(m[2] ?? '') ?? 0, m[1], m[3], m[4], m[5]), m[6], undefined),
  },
];

function stampOf(wall: WallClock, zone: string | undefined, fraction: string | undefined): Stamp {
  return { wall, zone: zone === undefined ? null : zoneMinutes(zone), resolutionMicros: resolutionOf(fraction) };
}

/**
 * Reads a line that holds nothing but a date, as scripts print above each `ps`, `free` or `vmstat` (comment signs and
 * rulers around it are tolerated, also `date +%s`). Null for any other line.
 */
export function parseDateLine(text: string): Stamp | { readonly time: EpochMicros } | null {
  if (text.length > 80 || !/\d/.test(text)) return null;
  const trimmed = text.trim();
  for (const { pattern, read } of DATE_LINES) {
    const match = pattern.exec(trimmed);
    if (match === null) continue;
    const stamp = read(match);
    if (stamp !== null && wallClockToMicros(stamp.wall, 0) !== null) return stamp;
  }
  // date +%s; nine digits would be before 2001
  const epoch = /^\W{0,10}(1\d{9})(?:\.(\d{1,9}))?\W{0,10}$/.exec(trimmed);
  if (epoch === null) return null;
  return { time: epochMicros(Number(epoch[1]) * MICROS_PER_SECOND + fractionMicros(epoch[2])) };
}

/** A time of day, of whichever day. */
export type TimeOfDay = Pick<WallClock, 'hour' | 'minute' | 'second' | 'micros'>;

// # 03:10:25 cat /proc/locks     == 03:10:25 ==     03:10:25     $ date +%T; ps ax is none
const COMMENT = /^\s*(?:#(?!\d)|-{2,}|={2,}|\*{2,}|;|\/\/|>{1,3}\s)/;
const TIME_IN_COMMENT =
  /(?<![\d:.,/-])([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:[.,](\d{1,9}))?(?![\d:/]|-\d)(?:,? ?(Z|UTC|[A-Z]{3,5}|[+-]\d\d:?\d\d)(?![\p{L}\d]))?/gu;
const TIME_ALONE = /^\W{0,10}\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\W{0,10}$/;
const ISO_DATE = /(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)/;
const NAMED_DATE =
  /(?<!\d)(\d{1,2})\.? (\p{L}{3,8})\.? (\d{4})(?!\d)|(?<!\p{L})(\p{L}{3,8})\.? +(\d{1,2}),?\s(?:\d\d:\d\d:\d\d )?(\d{4})(?!\d)/u;

/**
 * Reads the time that a person or a script noted above a snapshot, beside whatever else the note says: `# 03:10:25 cat
 * /proc/locks`, `# mar 15 apr 2025, 03:30:20`. Of a note with two times nothing tells which is the snapshot's. Null for any
 * other line.
 */
export function parseDateComment(
  text: string,
): Stamp | { readonly ofDay: TimeOfDay; readonly resolutionMicros: number } | null {
  if (text.length > 200 || (!COMMENT.test(text) && !TIME_ALONE.test(text))) return null;
  const times = [...text.replaceAll(/(\d{4}-\d\d-\d\d)T/g, '$1 ').matchAll(TIME_IN_COMMENT)];
  const [time] = times;
  if (time === undefined || times.length > 1) return null;
  const [, hour, minute, second, fraction, zone] = time;
  const date = dateIn(text);
  const wall = wallOf(date?.year ?? UNKNOWN_YEAR, date?.month ?? 1, date?.day ?? '1', hour, minute, second, fraction);
  if (date !== null) return wallClockToMicros(wall, 0) === null ? null : stampOf(wall, zone, fraction);
  const { year: _year, month: _month, day: _day, ...ofDay } = wall;
  return { ofDay, resolutionMicros: resolutionOf(fraction) };
}

function dateIn(text: string): { readonly year: string; readonly month: number; readonly day: string } | null {
  const iso = ISO_DATE.exec(text);
  if (iso !== null) return { year: iso[1] ?? '', month: Number(iso[2]), day: iso[3] ?? '' };
  const named = NAMED_DATE.exec(text);
  const month = monthNumber(named?.[2] ?? named?.[4] ?? '');
  return named === null || month === null
    ? null
    : { year: named[3] ?? named[6] ?? '', month, day: named[1] ?? named[5] ?? '' };
}
