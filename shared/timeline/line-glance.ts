import { type MessageGlance, SEVERITIES } from '../model/event.ts';
import type { Course } from './course.ts';
import { WORDS } from './messages.ts';
import { wordForms } from './word-forms.ts';

/*
 * What the bytes of a line show of its part in the work of a process, without reading it. Of a log's millions of lines nearly all
 * say nothing that begins, ends or tells the progress of work (see messages.ts): that much is seen by their words.
 */
export const GLANCE = {
  /** It is of kind `log` and its role is `other`: neither its own words nor the course of work say more. */
  silent: 0,
  /** Its role is `request-done`. */
  request: 1,
  /** Only reading it tells. */
  telling: 2,
} as const;

/** Added to a glance where the line has one of the words that name work; see namingWord in operations.ts. */
const NAMES_WORK = 4;

/** Whether a line that was glanced at has none of the words that name work; only of what is not `telling`. */
export function namesNoWork(glance: number): boolean {
  return glance === GLANCE.silent || glance === GLANCE.request;
}

/** A glance without what it says of names. */
export function withoutNames(glance: number): number {
  return glance & ~NAMES_WORK;
}

/** Bytes of a message that are looked at: more than readMessage reads behind the longest header. */
const LOOKED_AT_BYTES = 8_192;
/** A request that is logged ends within what readMessage reads. */
const REQUEST_WITHIN_BYTES = 3_500;
/** Words in small letters, one after the other, that no header has: behind them no text begins. */
const WORDS_OF_TEXT = 3;
/** `warning`, and what is graver has a smaller index; see SEVERITIES. */
const WARNING = SEVERITIES.indexOf('warning');

/** Words that make a meaning wherever they stand; the last is of a proxy's line. */
const ANYWHERE = [WORDS.done, WORDS.trailingPast, WORDS.started, WORDS.retry, WORDS.goingOn, 'method'].join('|');
/** Words that do at the beginning of a text. */
const LEADING = [WORDS.leadingPast, WORDS.leadingVerb, WORDS.leadingNoun, WORDS.heading].join('|');
/** What stands between two numbers of a count. */
const BETWEEN_COUNTS = [WORDS.betweenCounts, WORDS.betweenCountsOfThings].join('|');
/** Levels that make a failure of words that tell of one where no severity is known. */
const GRAVE_LEVELS = 'error|critical|fatal';
/** All levels: behind one the text may begin, whatever stood before it. */
const LEVELS = `${GRAVE_LEVELS}|trace|debug|info|notice|warn|warning`;

const ANY = 1;
const LEADS = 2;
const FAILS = 4;
const GRAVE = 8;
/** "3 of 10" needs numbers on both sides. */
const OF = 16;
const NAMES = 32;
const LEVEL = 64;

const LETTER = 1;
const DIGIT = 2;
const SMALL = 4;
const CLASS = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const char = String.fromCharCode(byte);
  if (/[A-Za-z_]/.test(char)) CLASS[byte] = LETTER;
  if (/[a-z]/.test(char)) CLASS[byte] = LETTER | SMALL;
  if (/[0-9]/.test(char)) CLASS[byte] = DIGIT;
}

const BLANK = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const PERCENT = 0x25;
const COMMA = 0x2c;
const SLASH = 0x2f;
const DOT = 0x2e;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const ESCAPE = 0x1b;
const LETTER_N = 0x6e;
const BRACE = 0x7b;

/** One letter, `_` or nothing of them: what a node of the tree of words branches by. */
const BRANCHES = 32;

/** The words as a tree: `next[node * BRANCHES + (byte & 31)]`, 0 where no word goes on so. */
class WordTree {
  #next = new Uint16Array(64 * BRANCHES);
  #nodes = 2;
  /** What a word says that ends at a node, and what any word says that goes through it. */
  ends = new Uint8Array(64);
  goesOn = new Uint8Array(64);

  /** Empty, or with the words of another. */
  constructor(from?: WordTree) {
    if (from === undefined) return;
    this.#next = from.#next.slice();
    this.#nodes = from.#nodes;
    this.ends = from.ends.slice();
    this.goesOn = from.goesOn.slice();
  }

  get next(): Uint16Array {
    return this.#next;
  }

  /** Adds a word of ASCII letters, which goes on with any where a `*` stands behind it; false where there is no room for more. */
  add(word: string, says: number): boolean {
    let node = 1;
    const letters = word.replace(/\*$/, '');
    for (let at = 0; at < letters.length; at++) {
      const place = node * BRANCHES + (letters.charCodeAt(at) & 31);
      const known = this.#next[place] ?? 0;
      if (known !== 0) {
        node = known;
        continue;
      }
      if (this.#nodes >= MOST_NODES) return false;
      const added = this.#nodes;
      this.#nodes += 1;
      if (added * BRANCHES >= this.#next.length) this.#grow();
      this.#next[place] = added;
      node = added;
    }
    const into = letters === word ? this.ends : this.goesOn;
    into[node] = (into[node] ?? 0) | says;
    return true;
  }

  #grow(): void {
    const next = new Uint16Array(this.#next.length * 2);
    next.set(this.#next);
    this.#next = next;
    const ends = new Uint8Array(this.ends.length * 2);
    ends.set(this.ends);
    this.ends = ends;
    const goesOn = new Uint8Array(this.goesOn.length * 2);
    goesOn.set(this.goesOn);
    this.goesOn = goesOn;
  }
}

const MOST_NODES = 60_000;

interface FixedWords {
  readonly tree: WordTree;
  /** What has to stand behind a word for it to count, where it does not count alone. */
  readonly behind: ReadonlyMap<string, readonly string[]>;
}

let fixed: FixedWords | null = null;

/** The words that are looked for in any log: to print all their forms takes as long as a small case. */
function fixedWords(): FixedWords {
  fixed ??= readFixedWords();
  return fixed;
}

function readFixedWords(): FixedWords {
  const tree = new WordTree();
  const behind = new Map<string, readonly string[]>();
  const anywhere = wordForms(ANYWHERE);
  const betweenCounts = wordForms(BETWEEN_COUNTS);
  for (const { word } of anywhere) tree.add(word, ANY);
  for (const { word, rest } of betweenCounts) tree.add(word, rest === '' ? OF : ANY);
  for (const { word, rest } of [...anywhere, ...betweenCounts])
    if (rest !== '') behind.set(word, [...(behind.get(word) ?? []), rest]);
  for (const { word, rest } of anywhere) if (rest === '') behind.delete(word);
  for (const { word } of wordForms(LEADING)) tree.add(word, LEADS);
  for (const { word } of wordForms(WORDS.failed)) tree.add(word, FAILS);
  for (const { word } of wordForms(GRAVE_LEVELS)) tree.add(word, GRAVE);
  for (const { word } of wordForms(LEVELS)) tree.add(word, LEVEL);
  return { tree, behind };
}

/**
 * A glance for logs whose work goes as `course` says, that looks for `names` (letters alone) too; null where what it says cannot be
 * seen by words.
 */
export function lineGlance(course: Course, names: ReadonlySet<string>): MessageGlance | null {
  const { tree: words, behind: needed } = fixedWords();
  const tree = new WordTree(words);
  const behind = new Map(needed);
  for (const name of names) if (!tree.add(name, NAMES)) return null;
  for (const [opener, { closer }] of course) {
    for (const template of [opener, closer]) {
      const word = tellingWord(template);
      if (word === null || !tree.add(word, ANY)) return null;
      behind.delete(word);
    }
  }
  return glanceBy(tree, behind, names.size > 0);
}

/** The longest word that every line of a template has as it is; null when none is sure to be one. */
function tellingWord(template: string): string | null {
  let longest: string | null = null;
  for (const { 0: word, index } of template.matchAll(/[\w#?]+/g)) {
    const isWhole = /^[A-Za-z]{2,}$/.test(word) && index + word.length < TEMPLATE_REACH;
    if (isWhole && word.length > (longest?.length ?? 0)) longest = word.toLowerCase();
  }
  return longest;
}

/** A word further behind might lie beyond what is looked at. */
const TEMPLATE_REACH = 4_096;

function glanceBy(
  { next, ends, goesOn }: WordTree,
  behind: ReadonlyMap<string, readonly string[]>,
  looksForNames: boolean,
): MessageGlance {
  const longest = Math.max(...[...behind.keys()].map(({ length }) => length));
  /** Whether a word that counts only before others has those behind it. */
  const isWhole = (bytes: Uint8Array, start: number, end: number, to: number): boolean => {
    if (end - start > longest) return true;
    let word = '';
    for (let at = start; at < end; at++) word += String.fromCharCode((bytes[at] ?? 0) | 0x20);
    const rests = behind.get(word);
    return rests === undefined || rests.some((rest) => hasText(bytes, end, to, rest));
  };
  return (bytes, from, whole, spelling, severity) => {
    const isEscaped = spelling !== 'plain';
    const isWrapped = spelling === 'wrapped';
    const isObject = bytes[from] === BRACE;
    const to = Math.min(whole, from + LOOKED_AT_BYTES);
    if (isObject && !isWrapped) return GLANCE.telling;
    let said = 0;
    let wide = 0;
    // Behind `name=` the text may be the value alone.
    let isNamed = false;
    let isAnswer = false;
    let isLevelToCome = severity === WARNING;
    // Plain words in a row; from WORDS_OF_TEXT on the text has begun.
    let run = 0;
    let isText = false;
    let at = from;
    while (at < to) {
      const byte = bytes[at] ?? 0;
      const kind = CLASS[byte] ?? 0;
      if ((kind & LETTER) !== 0) {
        const start = at;
        let node = 1;
        let small = SMALL;
        let through = 0;
        let byteHere = byte;
        let kindHere = kind;
        while ((kindHere & LETTER) !== 0) {
          small &= kindHere;
          node = next[node * BRANCHES + (byteHere & 31)] ?? 0;
          at += 1;
          if (node === 0) break;
          through |= goesOn[node] ?? 0;
          if (at >= to) break;
          byteHere = bytes[at] ?? 0;
          kindHere = CLASS[byteHere] ?? 0;
        }
        let says = through;
        if (node !== 0) {
          const ended = at >= to ? 0 : (CLASS[bytes[at] ?? 0] ?? 0);
          // `job14` names a job as `job 14` does; `3 of10` counts.
          if (ended === 0) says |= ends[node] ?? 0;
          else if (ended === DIGIT) says |= (ends[node] ?? 0) & (NAMES | OF);
        }
        const end = at;
        // The rest of the word.
        while (at < to) {
          const rest = CLASS[bytes[at] ?? 0] ?? 0;
          if (rest === 0) break;
          small &= rest;
          at += 1;
        }
        if (!isText && (says & LEADS) === 0 && endsInProgressive(bytes, start, at)) {
          // The level that a header states is no word of the text, which may begin with it as well.
          if (!isLevelToCome || start === from || !isSame(bytes, start, at, WARNING_LEVEL)) says |= LEADS;
          else isLevelToCome = false;
        }
        if (says !== 0) {
          if ((says & LEADS) !== 0 && !isText) said |= ANY;
          if ((says & OF) !== 0 && isBetweenNumbers(bytes, from, start, end, to)) said |= ANY;
          if ((says & ANY) !== 0 && isWhole(bytes, start, at, to)) said |= ANY;
          said |= says & (FAILS | GRAVE | NAMES);
        }
        const goesOnInText = small !== 0 && (says & LEVEL) === 0 && (bytes[at] === BLANK || at >= to);
        run = goesOnInText ? run + 1 : 0;
        if (run >= WORDS_OF_TEXT) isText = true;
        // The one blank behind a word keeps the row of words.
        if (run > 0) at += 1;
        continue;
      }
      if (kind === DIGIT) {
        run = 0;
        do at += 1;
        while (at < to && CLASS[bytes[at] ?? 0] === DIGIT);
        // `3of10`; no other word begins amid one.
        const start = at;
        let node = 1;
        for (; at < to && ((CLASS[bytes[at] ?? 0] ?? 0) & LETTER) !== 0; at += 1)
          node = next[node * BRANCHES + ((bytes[at] ?? 0) & 31)] ?? 0;
        const isCounting = at > start && ((ends[node] ?? 0) & OF) !== 0;
        if (isCounting && isBetweenNumbers(bytes, from, start, at, to)) said |= ANY;
        while (at < to && (CLASS[bytes[at] ?? 0] ?? 0) !== 0) at += 1;
        continue;
      }
      run = 0;
      if (byte === QUOTE) {
        // What stands in quotes may be the text.
        if (isWrapped) isText = false;
        if (isRequest(bytes, at + 1, to, isEscaped)) {
          const isQuoted = isWrapped && (isObject || bytes[at - 1] === BACKSLASH);
          if (isNamed || isQuoted || at - from > REQUEST_WITHIN_BYTES) said |= ANY;
          else if (!looksForNames) return GLANCE.request;
          else isAnswer = true;
        }
      } else if (byte === EQUALS) {
        isNamed = true;
        isText = false;
      } else if (byte === SLASH || byte === PERCENT) {
        if (isCount(bytes, from, at, to)) said |= ANY;
      } else if (byte === TAB || byte === ESCAPE) said |= ANY;
      else if (byte === BACKSLASH && isEscaped && bytes[at + 1] !== QUOTE) {
        // Docker keeps the line feed that ended the line.
        if (isWrapped && bytes[at + 1] === LETTER_N && bytes[at + 2] === QUOTE) at += 1;
        else said |= ANY;
      } else wide |= byte & 0x80;
      at += 1;
    }
    const names = (said & NAMES) === 0 ? 0 : NAMES_WORK;
    if (isAnswer) return GLANCE.request | names;
    if ((said & ANY) !== 0 || wide !== 0) return GLANCE.telling;
    if ((said & FAILS) !== 0 && (severity < WARNING || (said & GRAVE) !== 0)) return GLANCE.telling;
    return GLANCE.silent | names;
  };
}

/** `Importing`, `importando`, `iniciendo`. */
function endsInProgressive(bytes: Uint8Array, start: number, end: number): boolean {
  const last = (bytes[end - 1] ?? 0) | 0x20;
  if (last === 0x67)
    return end - start > 3 && ((bytes[end - 2] ?? 0) | 0x20) === 0x6e && ((bytes[end - 3] ?? 0) | 0x20) === 0x69;
  if (last !== 0x6f || end - start < 5) return false;
  return ((bytes[end - 2] ?? 0) | 0x20) === 0x64 && ((bytes[end - 3] ?? 0) | 0x20) === 0x6e;
}

function hasText(bytes: Uint8Array, at: number, to: number, text: string): boolean {
  if (at + text.length > to) return false;
  for (let index = 0; index < text.length; index++) {
    if (((bytes[at + index] ?? 0) | 0x20) !== text.charCodeAt(index)) return false;
  }
  return true;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Whether numbers stand on both sides of what lies at start..end. */
function isBetweenNumbers(bytes: Uint8Array, from: number, start: number, end: number, to: number): boolean {
  let before = start - 1;
  while (before >= from && isBlank(bytes[before])) before -= 1;
  let after = end;
  while (after < to && isBlank(bytes[after])) after += 1;
  return before >= from && after < to && isOfNumber(bytes[before]) && isDigit(bytes[after]);
}

/** `3/10`, `45%`; not `HTTP/1.1`, and not `api/7`. */
function isCount(bytes: Uint8Array, from: number, at: number, to: number): boolean {
  if (bytes[at] !== PERCENT) return isBetweenNumbers(bytes, from, at, at + 1, to);
  const before = isBlank(bytes[at - 1]) ? at - 2 : at - 1;
  return before >= from && isDigit(bytes[before]);
}

function isBlank(byte: number | undefined): boolean {
  return byte === BLANK || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/** `3,000, of 5,000`, `3.000 von 5.000` */
function isOfNumber(byte: number | undefined): boolean {
  return isDigit(byte) || byte === COMMA || byte === DOT;
}

const WARNING_LEVEL = Uint8Array.from('WARNING', (char) => char.charCodeAt(0));

function isSame(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  return end - start === wanted.length && isAt(bytes, start, end, wanted);
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((name) =>
  Uint8Array.from(`${name} `, (char) => char.charCodeAt(0)),
);
const PROTOCOL = Uint8Array.from(' HTTP/', (char) => char.charCodeAt(0));

/** `GET /api/jobs/14 HTTP/1.1" 200 `: what ACCESS_LINE of messages.ts takes for a request that was answered. */
function isRequest(bytes: Uint8Array, from: number, to: number, isEscaped: boolean): boolean {
  let at = -1;
  for (const method of METHODS) {
    if (bytes[from] !== method[0] || !isAt(bytes, from, to, method)) continue;
    at = from + method.length;
    break;
  }
  if (at < 0) return false;
  const pathAt = at;
  // A path in which anything else than plain ASCII stands is left to the pattern.
  while (at < to && (bytes[at] ?? 0) > BLANK && (bytes[at] ?? 0) < 0x7f && bytes[at] !== BACKSLASH) at += 1;
  if (at === pathAt || !isAt(bytes, at, to, PROTOCOL)) return false;
  at += PROTOCOL.length;
  if (!isDigit(bytes[at])) return false;
  at += 1;
  if (bytes[at] === DOT) {
    if (!isDigit(bytes[at + 1])) return false;
    at += 2;
  }
  if (isEscaped && bytes[at] === BACKSLASH) at += 1;
  if (bytes[at] !== QUOTE || bytes[at + 1] !== BLANK || at + 5 > to) return false;
  if (!isDigit(bytes[at + 2]) || !isDigit(bytes[at + 3]) || !isDigit(bytes[at + 4])) return false;
  return at + 5 === to || CLASS[bytes[at + 5] ?? 0] === 0;
}

function isAt(bytes: Uint8Array, from: number, to: number, wanted: Uint8Array): boolean {
  if (from + wanted.length > to) return false;
  for (let at = 0; at < wanted.length; at++) if (bytes[from + at] !== wanted[at]) return false;
  return true;
}
