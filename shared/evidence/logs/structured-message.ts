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
// job=6     cart=8812     gateway="gw-07"     pagina=140/12
const LOGFMT_PAIR = /(?:^|\s)([\p{L}_][\p{L}\p{N}_.-]{0,40})=(?:"([^"\n]{0,200})"|([^\s"]{1,200}))/gu;

/**
 * The words of a message that is one JSON object or a row of `key=value` fields, as services that log for machines write
 * them; null for any other message. A field that numbers the job is added to a text that carries no number.
 */
export function readStructuredMessage(message: string): StructuredMessage | null {
  const start = message.slice(0, READ_CHARACTERS);
  if (start.startsWith('{')) {
    const object = parseObject(start);
    const read = object === null ? null : messageOfObject(object);
    if (object === null || read === null) return null;
    const fields = Object.entries(object).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    );
    return { text: named(read.message, fields), level: read.level };
  }
  if (!LOGFMT_FIELD.test(start)) return null;
  const match = LOGFMT_TEXT.exec(start);
  const text = match?.[1] ?? match?.[2];
  if (text === undefined) return null;
  return {
    text: named(text.replace(/\\(.)/g, '$1'), logfmtPairs(start)),
    level: levelOf(LOGFMT_LEVEL.exec(start)?.[1]),
  };
}

/** A text, with the field that tells the piece of work from others where the text itself names none. */
export function numberedText(text: string, fields: ReadonlyMap<string, string> | null): string {
  return fields === null ? text : named(text, fields);
}

/** Fields that tell of the line and of how long it took, not of the work. */
const FIELDS_OF_LINES =
  /^(?:ts|time\w*|asctime|date\w*|level\w*|lvl|severity|logger\w*|name|pid|process\w*|thread\w*|task_?name|msg|message|event|file\w*|lineno|line|func\w*|module|path\w*|caller|host\w*|environment|service|version|duration\w*|elapsed\w*|took\w*|latency\w*|\w*_(?:ms|seconds|s)|trace\w*|span\w*|request_?id|req_?id)$/i;

/** Named fields in one line, `page=140/12 rows=500`, without what every line has; empty where nothing else is named. */
export function tellingFields(fields: ReadonlyMap<string, string> | null): string {
  if (fields === null) return '';
  return [...fields]
    .filter(([name]) => !FIELDS_OF_LINES.test(name))
    .map(([name, value]) => `${name}=${PLAIN_VALUE.test(value) ? value : JSON.stringify(value)}`)
    .join(' ');
}

const PLAIN_VALUE = /^[^\s"]{1,200}$/;
/** Characters of fields that are shown behind a message. */
const SHOWN_CHARACTERS = 400;

/** A message with what else its record names, as structlog prints it for people: `page fetched partner=omega cursor=c0ffee11`. */
export function withFields(message: string, fields: ReadonlyMap<string, string> | null): string {
  const told = tellingFields(fields).slice(0, SHOWN_CHARACTERS);
  if (told === '') return message;
  const lineEnd = message.indexOf('\n');
  return lineEnd < 0 ? `${message} ${told}` : `${message.slice(0, lineEnd)} ${told}${message.slice(lineEnd)}`;
}

/** A line whose last words are `key=value` fields, and those; null where it has none, or is nothing else. */
export function splitFields(
  line: string,
): { readonly text: string; readonly fields: ReadonlyMap<string, string> } | null {
  if (line.length > READ_CHARACTERS || !line.includes('=')) return null;
  const pairs = [...line.matchAll(LOGFMT_PAIR)];
  let from = line.trimEnd().length;
  let first = pairs.length;
  for (let at = pairs.length - 1; at >= 0; at -= 1) {
    const pair = pairs[at];
    if (pair === undefined || pair.index + pair[0].length !== from) break;
    from = pair.index;
    first = at;
  }
  const text = line.slice(0, from).trimEnd();
  if (first === pairs.length || !/\p{L}/u.test(text)) return null;
  const fields = new Map(
    pairs.slice(first).map(([, name = '', quoted, bare]): [string, string] => [name, quoted ?? bare ?? '']),
  );
  return { text, fields };
}

function* logfmtPairs(text: string): Generator<readonly [string, string]> {
  for (const [, name = '', quoted, bare] of text.matchAll(LOGFMT_PAIR)) yield [name, quoted ?? bare ?? ''];
}

/** Fields that number a piece of work by their name. */
const WORK =
  /^(?:job|run|task|report|import|batch|order|document|doc|export|sync)(?:[_.-]?(?:id|no|nr|number|key|name))?$/i;
/** Fields of the log line itself, of whoever asked, and amounts: none tells what is worked on. */
const NO_NAME =
  /^(?:[@_]?(?:time|ts|timestamp|date|datetime|asctime|created|level|levelname|levelno|lvl|severity|msg|message|event|text|logger|logger_name|name|module|func|funcname|function|line|lineno|lno|caller|file|filename|pathname|pid|ppid|process|processname|thread|threadname|tid|host|hostname|version|env|service|app|pod|container|stream|taskname)|(?:.*[_.-])?(?:duration|elapsed|took|latency|seconds|secs|ms|bytes|size|status|code|method|count|total|rows|records|attempt|retry|retries|timeout|percent|port|ip|addr|remote_addr|client|user|user_id|uid|session|session_id|request|request_id|req_id|trace|trace_id|span|span_id|correlation_id)(?:[_.-](?:s|ms|us|ns|seconds|bytes))?)$/i;
const MAY_NAME = /^[\p{L}\p{N}_./:#-]{1,60}$/u;

/**
 * The text, where it has no number, with the field that tells this piece of work from others: one that is named for work, else
 * the first whose value is a name with a number in it.
 */
function named(text: string, fields: Iterable<readonly [string, string]>): string {
  if (/\d/.test(text)) return text;
  let first: readonly [string, string] | null = null;
  for (const [name, value] of fields) {
    if (!MAY_NAME.test(value) || !/\d/.test(value) || value === text) continue;
    if (WORK.test(name)) return withField(text, name, value);
    // A fraction is an amount.
    if (first === null && !NO_NAME.test(name) && !/^\d+\.\d+$/.test(value)) first = [name, value];
  }
  return first === null ? text : withField(text, first[0], first[1]);
}

function withField(text: string, name: string, value: string): string {
  return `${text} ${name.replace(/[_.-]?id$/i, '')} ${value}`;
}
