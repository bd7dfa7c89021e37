import { type InnerLevel, levelOf } from '../headers/levels.ts';
import { messageOfObject, parseObject } from '../headers/structured.ts';

/** What a message of named fields says in words. */
export interface StructuredMessage {
  readonly text: string;
  readonly level: InnerLevel | null;
}

const READ_CHARACTERS = 16_384;
// level=info msg="importing report" job=6      Source: logfmt as structlog.processors.LogfmtRenderer and logfmter print it
const LOGFMT_TEXT = /(?:^|\s)(?:msg|message|event)=(?:"((?:[^"\\]|\\.){1,2000})"|([^\s"]{1,200}))/;
const LOGFMT_LEVEL = /(?:^|\s)(?:level|lvl|severity)="?(\w{4,8})\b/;
const LOGFMT_FIELD = /^[A-Za-z_][\w.]{0,40}=/;
/** A field that numbers the piece of work, where the text itself names none. */
const NUMBERED = /(?:^|[\s,{"])((?:job|run|task|report|import)(?:_?id)?)"?\s?[=:]\s?"?(\d{1,12})\b/i;

/**
 * The words of a message that is one JSON object or a row of `key=value` fields, as services that log for machines write
 * them; null for any other message. A field that numbers the job is added to a text that carries no number.
 */
export function readStructuredMessage(message: string): StructuredMessage | null {
  const start = message.slice(0, READ_CHARACTERS);
  if (start.startsWith('{')) {
    const object = parseObject(start);
    const read = object === null ? null : messageOfObject(object);
    return read === null ? null : { text: withNumber(read.message, start), level: read.level };
  }
  if (!LOGFMT_FIELD.test(start)) return null;
  const match = LOGFMT_TEXT.exec(start);
  const text = match?.[1] ?? match?.[2];
  if (text === undefined) return null;
  return {
    text: withNumber(text.replace(/\\(.)/g, '$1'), start),
    level: levelOf(LOGFMT_LEVEL.exec(start)?.[1]),
  };
}

/** A text, with the field that numbers the piece of work where the text itself names none. */
export function numberedText(text: string, fields: ReadonlyMap<string, string> | null): string {
  return fields === null ? text : withNumber(text, [...fields].map(([name, value]) => `${name}=${value}`).join(' '));
}

function withNumber(text: string, fields: string): string {
  const numbered = /\d/.test(text) ? null : NUMBERED.exec(fields);
  return numbered === null ? text : `${text} ${numbered[1]?.replace(/_?id$/i, '')} ${numbered[2]}`;
}
