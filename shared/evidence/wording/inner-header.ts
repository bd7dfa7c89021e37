import type { LogHeader } from '../headers/header.ts';
import { readHeader } from '../headers/read-header.ts';
import type { Stamp } from '../reading/stamps.ts';

export { type InnerLevel, levelOf, severityOfLevel } from '../headers/levels.ts';

/** The header that gunicorn's or another logger put before the text of a message. */
export interface InnerHeader extends Omit<LogHeader, 'stamp'> {
  /** Its parts; the zone is null when none is printed (Python's asctime never prints one). Null without a whole date. */
  readonly stamp: Stamp | null;
}

/**
 * Splits a logger's header off a message. Null when the message has none, or nothing but a stamp, with which a bare text may
 * begin as well: see readHeader for files, where that is a header too.
 */
export function splitInnerHeader(message: string): InnerHeader | null {
  const header = readHeader(message);
  return header === null ? null : asInnerHeader(header, message);
}

/** The header that was read of a file's line as one of a message; null when it is a stamp or a word alone. */
export function asInnerHeader(header: LogHeader, message: string): InnerHeader | null {
  const { level, pid, logger, stamp, thread, place } = header;
  if (level === null && pid === null && logger === null) return null;
  const isLevelAlone = stamp === null && pid === null && logger === null && thread === null && place === null;
  // "INFO something" may be any text.
  if (isLevelAlone && /^[A-Z]+ /.test(message)) return null;
  return hasWholeDate(header) ? header : { ...header, stamp: null };
}

function hasWholeDate(header: LogHeader): header is LogHeader & InnerHeader {
  return header.stamp === null || header.stamp.type === 'full';
}
