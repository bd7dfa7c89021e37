/** Where the message of a record stands among bytes, and how it is spelled there. */
export interface MessageSpan {
  from: number;
  to: number;
  /** Whether it is the inside of a JSON string that has escapes. */
  isEscaped: boolean;
}

/**
 * Finds a message without parsing its record: the bytes of the span, decoded, are what the format's parser makes of
 * bytes[from..end). False where only the parser can tell (several lines, rare spellings); nothing is then said of the record.
 * `latin1` holds the same bytes as characters, for searching. Both reach beyond the record.
 */
export type FindMessage = (bytes: Uint8Array, latin1: string, from: number, end: number, span: MessageSpan) => boolean;

/** rsyslog's spelling of a line feed, which the parsers of text formats undo in tracebacks. */
export const ESCAPED_LINE_FEED = '#012';

/** Finds a character in texts that are gone through from their beginning on, and looks at none of their places twice. */
export class NextCharacter {
  readonly #character: string;
  #text = '';
  #from = 0;
  #at = -1;

  constructor(character: string) {
    this.#character = character;
  }

  /** Whether it stands at text[from..end). */
  isWithin(text: string, from: number, end: number): boolean {
    const isKnown = text === this.#text && from >= this.#from && (this.#at < 0 || from <= this.#at);
    if (!isKnown) {
      this.#text = text;
      this.#from = from;
      this.#at = text.indexOf(this.#character, from);
    }
    return this.#at >= 0 && this.#at < end;
  }
}

/** Whether a record that lies at from..end has more than one line. */
export function holdsLineFeed(latin1: string, from: number, end: number): boolean {
  const found = latin1.indexOf('\n', from);
  return found >= 0 && found < end;
}
