import type { HeaderHabits } from '../reading/log-layout.ts';
import { USUAL_HABITS } from './header.ts';
import { readHeader } from './read-header.ts';

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
  return learnNames(all, { ...USUAL_HABITS, bareNumberIsPid: isBareNumberPid(all) });
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
