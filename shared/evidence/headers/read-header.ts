import type { HeaderHabits } from '../reading/log-layout.ts';
import { type LogHeader, USUAL_HABITS } from './header.ts';
import { headerOfObject, parseObject, readLogfmt } from './structured.ts';
import { RUBY, readTextHeader } from './text-header.ts';

/**
 * Reads the header that a logger put before a message, or around it: fields in front of the text, one JSON object, a row of
 * `key=value`. Null when the message has none: it is then bare text. Only the beginning of the message is looked at, so that
 * a line that quotes a header is not taken for one.
 */
export function readHeader(message: string, habits: HeaderHabits = USUAL_HABITS): LogHeader | null {
  const first = message.charCodeAt(0);
  if (first === BRACE) {
    const object = parseObject(message);
    const header = object === null ? null : headerOfObject(object, 'json');
    return header === null ? null : withInner(header, habits);
  }
  if (RUBY.test(message)) return readTextHeader(message.slice(3), habits);
  if ((first >= SMALL_A && first <= SMALL_Z) || first === AT_SIGN) {
    return LOGFMT_START.test(message) ? readLogfmt(message) : readTextHeader(message, habits);
  }
  return readTextHeader(message, habits);
}

/** A record whose text has a whole header of its own was made by a collector: the logger's own word counts for more. */
function withInner(outer: LogHeader, habits: HeaderHabits): LogHeader {
  const inner = readTextHeader(outer.text, habits);
  if (inner === null || inner.level === null || (inner.stamp === null && inner.pid === null)) return outer;
  return {
    ...inner,
    form: outer.form,
    stamp: inner.stamp ?? outer.stamp,
    timeText: inner.timeText ?? outer.timeText,
    pid: inner.pid ?? outer.pid,
    logger: inner.logger ?? outer.logger,
    fields: outer.fields,
  };
}

const LOGFMT_START = /^[a-z_@][\w.]{0,40}=/;
const BRACE = 0x7b;
const SMALL_A = 0x61;
const SMALL_Z = 0x7a;
const AT_SIGN = 0x40;
