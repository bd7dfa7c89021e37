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

/** Whether a record that lies at from..end has more than one line. */
export function holdsLineFeed(latin1: string, from: number, end: number): boolean {
  const found = latin1.indexOf('\n', from);
  return found >= 0 && found < end;
}
