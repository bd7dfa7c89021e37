// &amp; &lt; &gt; &quot; &apos;
const PREDEFINED_ENTITY = /&(?:amp|lt|gt|quot|apos);/y;

/** What is used of a sax parser; its place in the document is public and only ever reported by it. */
export interface PositionedParser {
  /**
   * Goes on by some UTF-16 code units with some line feeds in them, of which so many are on the last line. `text` is what they
   * are where they are text; null in a CDATA section.
   */
  move(units: number, lineFeeds: number, unitsOfLine: number, text: string | null): void;
  write(text: string): unknown;
}

/**
 * Feeds a sax parser, except for the characters of text that nobody wants: three quarters of a large artifact are captured
 * output, through which the parser would step character by character, and a native search leaps. The parser's position,
 * line and column move as if it had read them.
 *
 * Whoever handles the parser's events says where text begins, as sax does not tell its state. Every write ends at a `>`,
 * where elements and CDATA sections end, so that nothing has been fed beyond the place that an event is about.
 */
export class TextSkipper {
  readonly #parser: PositionedParser;
  readonly #onPredefined: (() => void) | undefined;
  #state: 'markup' | 'text' | 'cdata' = 'markup';
  #inRoot = false;
  #lastFed = '';

  /** `onPredefined` is told of each reference to one of XML's own entities that is not fed. */
  constructor(parser: PositionedParser, onPredefined?: () => void) {
    this.#parser = parser;
    this.#onPredefined = onPredefined;
  }

  /** Whether all that was written so far is text of an element, or ends where such text begins. */
  get isInText(): boolean {
    return this.#state === 'text';
  }

  /** To be called when an element was opened or closed. Outside the root there is no text; a second root is not fed. */
  passTag(openElements: number): void {
    this.#inRoot = openElements > 0;
    this.#state = this.#inRoot ? 'text' : 'markup';
  }

  enterCdata(): void {
    this.#state = 'cdata';
  }

  leaveCdata(): void {
    this.#state = this.#inRoot ? 'text' : 'markup';
  }

  write(text: string): void {
    let from = 0;
    while (from < text.length) {
      if (this.#state === 'text') from = this.#skip(text, from, this.#textEnd(text, from));
      else if (this.#state === 'cdata') from = this.#skip(text, from, this.#cdataEnd(text, from));
      if (from >= text.length) return;
      const close = text.indexOf('>', from);
      const to = close < 0 ? text.length : close + 1;
      if (this.#state === 'text') this.#state = 'markup';
      this.#lastFed = text.charAt(to - 1);
      this.#parser.write(text.slice(from, to));
      from = to;
    }
  }

  /** Where the parser must look again: at markup, or at a reference that it may object to. */
  #textEnd(text: string, from: number): number {
    const markup = text.indexOf('<', from);
    const end = markup < 0 ? text.length : markup;
    for (let at = find(text, '&', from, end); at < end; at = find(text, '&', at + 1, end)) {
      PREDEFINED_ENTITY.lastIndex = at;
      if (!PREDEFINED_ENTITY.test(text)) return at;
      this.#onPredefined?.();
    }
    return end;
  }

  #cdataEnd(text: string, from: number): number {
    // The end may have begun with what was fed last: ]]>
    if (from === 0 && this.#lastFed === ']') return from;
    const end = text.indexOf(']]>', from);
    return end >= 0 ? end : Math.max(from, text.length - 2);
  }

  #skip(text: string, from: number, to: number): number {
    if (to === from) return to;
    let lineFeeds = 0;
    let lineStart = from;
    for (let at = find(text, '\n', from, to); at < to; at = find(text, '\n', at + 1, to)) {
      lineFeeds++;
      lineStart = at + 1;
    }
    this.#parser.move(to - from, lineFeeds, to - lineStart, this.#state === 'text' ? text.slice(from, to) : null);
    return to;
  }
}

/** Index of a character within a part of a text, else `to`. Never looks beyond `to`: that would be quadratic. */
function find(text: string, character: '&' | '\n', from: number, to: number): number {
  const steps = Math.min(to, from + 32);
  const code = character.charCodeAt(0);
  for (let at = from; at < steps; at++) if (text.charCodeAt(at) === code) return at;
  if (steps === to) return to;
  const found = text.slice(steps, to).indexOf(character);
  return found < 0 ? to : steps + found;
}
