import type { HeaderHabits } from '../reading/log-layout.ts';
import { readCommonHeader } from './common-header.ts';
import type { FieldCandidate } from './field-candidate.ts';
import { USUAL_HABITS } from './header.ts';
import { levelOf } from './levels.ts';
import { dateOrderAt } from './loose-stamp.ts';
import { readHeader } from './read-header.ts';
import { SENTENCE_WORD, watchCandidates } from './text-header.ts';

/** Values of one place of a header that are told apart; a place with more holds text. */
const VALUES_LIMIT = 32;
/** Lines that must have such a place before their values say anything about it. */
const LEAST_LINES = 6;
/** Share of the lines whose value differs from all others' above which the place belongs to the text. */
const TEXT_SHARE = 0.5;

/** What stood at one place of the headers of a file. */
class Place {
  #lines = 0;
  readonly #values = new Set<string>();

  get lines(): number {
    return this.#lines;
  }

  /** How many are told apart. */
  get values(): number {
    return this.#values.size;
  }

  add(value: string): void {
    this.#lines += 1;
    if (this.#values.size <= VALUES_LIMIT) this.#values.add(value);
  }

  /** Whether the same few values come again and again, or too few lines were seen to tell. */
  isField(): boolean {
    if (this.#lines < LEAST_LINES) return true;
    return this.#values.size <= VALUES_LIMIT && this.#values.size <= Math.max(2, this.#lines * TEXT_SHARE);
  }
}

/**
 * Finds out what the headers of a file mean where one line leaves it open, from the lines of its beginning (without their
 * carriers): a field has a few values that come again, a text has ever new ones.
 */
export function learnHabits(lines: Iterable<string>): HeaderHabits {
  const all = [...lines];
  const habits = { ...USUAL_HABITS, ...learnBeginnings(all), dateOrder: learnDateOrder(all) };
  const named = learnNames(all, { ...habits, bareNumberIsPid: isBareNumberPid(all) });
  return { ...named, fields: learnFields(all, habits) };
}

/** The order of dates of numbers: by a day above twelve, or by the days of the file's other stamps. */
function learnDateOrder(lines: readonly string[]): HeaderHabits['dateOrder'] {
  const dates = lines.flatMap((line) => {
    const at = line.search(/(?<!\d)\d\d([/-])\d\d\1\d{4}\b/);
    return at < 0 || at > DATE_WITHIN ? [] : [{ line, at }];
  });
  if (dates.length === 0) return null;
  const days = new Set(lines.flatMap((line) => /(?<!\d)\d{4}-\d\d-\d\d(?!\d)/.exec(line.slice(0, DAY_WITHIN)) ?? []));
  for (const { line, at } of dates) {
    const order = dateOrderAt(line, at, days);
    if (order !== null) return order;
  }
  return null;
}

/** Characters from the start of a line within which a header's date begins, or a day is looked for. */
const DATE_WITHIN = 40;
const DAY_WITHIN = 60;

/** Share of the lines that must begin in such a way. */
const BEGINNINGS_SHARE = 0.5;
const NAME_BEGINS = /^([\p{L}_][\p{L}\p{N}_.-]*) ([A-Z]{3,9})(?=:? )/u;
const LETTER_BEGINS = /^[DIWEFC] (?:\d{1,9} )?([\p{L}_][\p{L}\p{N}_.-]*): /u;

/** How lines begin that have no stamp: `importer INFO text`, `I importer: text`. */
function learnBeginnings(lines: readonly string[]): Pick<HeaderHabits, 'nameBegins' | 'letterBegins'> {
  const names = new Place();
  const letters = new Place();
  let others = 0;
  for (const line of lines) {
    const name = NAME_BEGINS.exec(line);
    const letter = name === null ? LETTER_BEGINS.exec(line) : null;
    if (name !== null && levelOf(name[2]) !== null) names.add(name[1] ?? '');
    else if (letter !== null) letters.add(letter[1] ?? '');
    else if (/^\S/.test(line) && readCommonHeader(line) === null) others += 1;
  }
  const all = names.lines + letters.lines + others;
  const isHabit = (place: Place): boolean =>
    place.lines >= LEAST_LINES && place.lines >= all * BEGINNINGS_SHARE && place.isField();
  return { nameBegins: isHabit(names), letterBegins: isHabit(letters) };
}

/** Share of the lines at a place that have such a field, where the header has one. */
const FIELD_SHARE = 0.8;
/** Share below which what some lines have there is of their text. */
const STRAY_SHARE = 0.3;
/** Lines of which each must say the same before a stray one is judged by them. */
const LEAST_AROUND = 8;
/** Share of the processes' numbers that must be those of the service's own processes. */
const OWN_SHARE = 0.5;
/** Share of the lines that show a lone word to be no word of the sentence. */
const LONE_SHARE = 0.2;
/** Loggers of one file by lone words. */
const LONE_WORDS = 8;

/** What stood at one place behind the level, with the same signs around it. */
class Standing {
  readonly place = new Place();
  readonly type: FieldCandidate['type'];
  readonly signs: string;
  own = 0;
  lone = 0;
  /** Whether every value is written as loggers' names are: `importer`, `app.jobs`. */
  isSmall = true;
  isSentence = false;

  constructor({ type, signs }: FieldCandidate) {
    this.type = type;
    this.signs = signs;
  }

  add({ value, end }: FieldCandidate, text: string, own: ReadonlySet<string>): void {
    this.place.add(value);
    if (own.has(this.type === 'number' ? value : (/^ [[(](\d{1,9})[\])]/.exec(text.slice(end, end + 12))?.[1] ?? '')))
      this.own += 1;
    if (/[._]/.test(value) || /^ \p{Lu}/u.test(text.slice(end, end + 2))) this.lone += 1;
    if (!/^[\p{Ll}_]|\./u.test(value)) this.isSmall = false;
    if (SENTENCE_WORD.test(value)) this.isSentence = true;
  }

  /** Whether it is a field, among so many lines at the place; undefined where that does not show. */
  verdict(around: number, place: string): boolean | undefined {
    const { lines } = this.place;
    const share = lines / around;
    const isSame = this.place.isField();
    if (lines >= LEAST_LINES && share >= FIELD_SHARE && isSame && this.#isWritten(place, lines)) return true;
    // One line is enough where each names a process of the service's own in brackets.
    if (/\[$|[[(]number/.test(this.signs) && this.own === lines && share >= FIELD_SHARE) return true;
    return around >= LEAST_AROUND && (share < STRAY_SHARE || !isSame) ? false : undefined;
  }

  #isWritten(place: string, lines: number): boolean {
    // A count of something comes again too.
    if (this.type === 'number') return this.own >= lines * OWN_SHARE || /[[(]|pid=/.test(this.signs);
    if (this.isSentence) return false;
    // "processing order 14" and "finished order 14" have two lone words as well.
    if (this.signs.endsWith('word '))
      return this.isSmall && this.place.values <= LONE_WORDS && this.lone >= lines * LONE_SHARE;
    return place.includes('s') || this.isSmall;
  }
}

/** Which places behind the level hold one more field, and which do not. */
function learnFields(lines: readonly string[], habits: HeaderHabits): ReadonlyMap<string, boolean> {
  const own = ownProcesses(lines);
  const around = new Map<string, number>();
  const standing = new Map<string, Standing>();
  for (const line of lines) {
    if (line.startsWith('{') || readCommonHeader(line)?.style === 'gunicorn') continue;
    watchCandidates(line, habits, (place, candidate, text) => {
      around.set(place, (around.get(place) ?? 0) + 1);
      if (candidate === null) return;
      const key = place + candidate.signs;
      const known = standing.get(key) ?? new Standing(candidate);
      standing.set(key, known);
      known.add(candidate, text, own);
    });
  }
  const fields = new Map<string, boolean>();
  for (const [key, each] of standing) {
    const place = key.slice(0, key.length - each.signs.length);
    const verdict = each.verdict(around.get(place) ?? 0, place);
    if (verdict !== undefined) fields.set(key, verdict);
  }
  return fields;
}

/** Numbers of the service's processes, as its arbiter names them. */
function ownProcesses(lines: readonly string[]): ReadonlySet<string> {
  const own = new Set<string>();
  for (const line of lines) {
    const header = readCommonHeader(line);
    if (header?.pid != null) own.add(String(header.pid));
    const named = /\bpid: ?(\d{1,9})/.exec(line)?.[1];
    if (named !== undefined) own.add(named);
  }
  return own;
}

/** Share of the lines with a level of whose text the number must be the beginning. */
const BARE_SHARE = 0.6;

/** Whether behind the level (and the logger) of most lines stands one of a few numbers that come again and again. */
function isBareNumberPid(lines: readonly string[]): boolean {
  const numbers = new Place();
  let headed = 0;
  let numbered = 0;
  for (const line of lines) {
    const header = readHeader(line, USUAL_HABITS);
    if (header === null || header.form !== 'text' || header.level === null || header.pid !== null) continue;
    headed += 1;
    const number = /^(\d{1,9})[ ,:|]+\S/.exec(header.text)?.[1];
    if (number === undefined) continue;
    numbered += 1;
    numbers.add(number);
  }
  return numbered >= LEAST_LINES && numbered >= headed * BARE_SHARE && numbers.isField();
}

function learnNames(lines: readonly string[], known: HeaderHabits): HeaderHabits {
  const numbers = new Place();
  const words = new Place();
  const colons = new Place();
  for (const line of lines) {
    const header = readHeader(line, known);
    if (header === null || header.form !== 'text' || header.level === null || header.style === 'gunicorn') continue;
    const head = line.slice(0, line.length - header.text.length);
    const number = /\[(\d{1,9})\][ :|-]*$/.exec(head)?.[1];
    if (number !== undefined) numbers.add(number);
    const word = / ([a-z_][\w.-]*) $/.exec(head)?.[1];
    if (word !== undefined && word === header.logger) words.add(word);
    const colon = / ([\w.-]+): +$/.exec(head)?.[1];
    if (colon !== undefined && colon === header.logger) colons.add(colon);
  }
  return {
    ...known,
    numberIsPid: numbers.isField(),
    wordIsLogger: words.isField(),
    colonEndsLogger: colons.isField(),
  };
}
