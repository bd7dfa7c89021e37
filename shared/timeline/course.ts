/**
 * How the service's own work goes, learnt from its log: which wording begins a piece of work and which ends it, whatever the
 * language. Two lines belong to one piece when they name the same thing ("checking comment 88089", "comment 88089 clean"), and
 * a wording opens work when its things are, time and again, last named by one other wording.
 */

/** A line to learn from. */
export interface CourseLine {
  /** Who wrote it; null where lines do not say. */
  readonly pid: number | null;
  /** Microseconds. */
  readonly time: number;
  readonly text: string;
  /** Its wording without what differs from one line to the next. */
  readonly template: string;
}

/** How work that a wording opens usually went. */
interface UsualCourse {
  /** The wording that ends it. */
  readonly closer: string;
  /** How often it was seen to. */
  readonly runs: number;
  /** The longest that it took, in seconds. */
  readonly longestSeconds: number;
}

/** What was learnt: by the wording that opens work, how it goes on. */
export type Course = ReadonlyMap<string, UsualCourse>;

export const NOTHING_LEARNT: Course = new Map();

/** Fewer runs may be chance. */
const LEAST_RUNS = 3;
/** Share of the runs that one wording ends; the others failed, or were cut off. */
const LEAST_SHARE = 0.6;
/** Things that are remembered at once; the oldest are let go. */
const MOST_THINGS = 10_000;
const MOST_KEYS_A_LINE = 4;
const READ_CHARACTERS = 1_024;
const MICROS = 1_000_000;

interface Thing {
  readonly opener: string;
  readonly from: number;
  last: string | null;
  to: number;
}

interface Tally {
  runs: number;
  readonly closers: Map<string, { count: number; longest: number }>;
}

/** Learns from lines in time order. Time and memory grow with their number, memory up to a limit. */
export function learnCourse(lines: Iterable<CourseLine>): Course {
  const things = new Map<string, Thing>();
  const tallies = new Map<string, Tally>();
  const done = (thing: Thing): void => {
    const tally = tallies.get(thing.opener) ?? { runs: 0, closers: new Map() };
    tallies.set(thing.opener, tally);
    tally.runs += 1;
    if (thing.last === null) return;
    const closer = tally.closers.get(thing.last) ?? { count: 0, longest: 0 };
    tally.closers.set(thing.last, closer);
    closer.count += 1;
    closer.longest = Math.max(closer.longest, thing.to - thing.from);
  };
  for (const { pid, time, text, template } of lines) {
    for (const key of keysOf(text)) {
      const name = `${pid ?? ''}\0${key}`;
      const thing = things.get(name);
      if (thing !== undefined && !(thing.opener === template && thing.last !== null)) {
        if (thing.opener !== template) thing.last = template;
        thing.to = time;
        continue;
      }
      // The wording that began it begins it anew.
      if (thing !== undefined) done(thing);
      things.delete(name);
      things.set(name, { opener: template, from: time, last: null, to: time });
      if (things.size > MOST_THINGS) forgetOldest(things, done);
    }
  }
  for (const thing of things.values()) done(thing);
  return courseOf(tallies);
}

function forgetOldest(things: Map<string, Thing>, done: (thing: Thing) => void): void {
  for (const [name, thing] of things) {
    done(thing);
    things.delete(name);
    return;
  }
}

function courseOf(tallies: ReadonlyMap<string, Tally>): Course {
  const course = new Map<string, UsualCourse>();
  for (const [opener, { runs, closers }] of tallies) {
    let best: { readonly closer: string; readonly count: number; readonly longest: number } | null = null;
    for (const [closer, { count, longest }] of closers) {
      if (best === null || count > best.count) best = { closer, count, longest };
    }
    if (best === null || best.count < LEAST_RUNS || best.count < LEAST_SHARE * runs) continue;
    course.set(opener, { closer: best.closer, runs: best.count, longestSeconds: best.longest / MICROS });
  }
  return course;
}

// 88089     SKU-4711-A     2026-02     14/8801/5370     logs/7.0/vpn/14.xml     c0ffee11
const WITH_DIGIT = /[\p{L}\p{N}_#](?:[\p{L}\p{N}_.:/#-]{0,120}[\p{L}\p{N}_])?/gu;
// 0.6 s     866 ms     12%     3,041
const AMOUNT = /^\d+(?:[.,]\d+)*$/;
const UNIT_BEHIND = /^\s?(?:%|(?:[mµn]?s|sec\w*|min\w*|hours?|[kmg]i?b|bytes?|octets?)\b)/i;
/** A number alone tells things apart from so many digits on; a shorter one only with the word before it. */
const TELLING_DIGITS = 3;

/** What a line names that has a number in it: `88089`, `job 14`, `sku-4711-a`. Amounts are no names. */
export function keysOf(text: string): readonly string[] {
  const keys: string[] = [];
  let word = '';
  for (const match of text.slice(0, READ_CHARACTERS).matchAll(WITH_DIGIT)) {
    const behind = text.slice(match.index + match[0].length, match.index + match[0].length + 12);
    const token = match[0].toLowerCase().replace(/^#+/, '');
    if (!/\d/.test(token)) {
      word = token;
      continue;
    }
    const isAmount = AMOUNT.test(token) && UNIT_BEHIND.test(behind);
    const isShort = token.length < TELLING_DIGITS;
    if (!isAmount && !/^\d+[.,]\d+$/.test(token) && !(isShort && word === '')) {
      keys.push(isShort ? `${word} ${token}` : token);
      if (keys.length >= MOST_KEYS_A_LINE) break;
    }
    word = '';
  }
  return keys;
}
