import type { TimeResolution } from '../../model/evidence.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem, PlainEvent } from '../reading/parser.ts';
import { readJournalEntry } from './journal-fields.ts';
import { JsonEntryBytes } from './journal-json-bytes.ts';
import { isJournalNotice } from './journal-prefix.ts';

/** Lines of one json-pretty object; a journal entry has a few dozen fields. */
const OBJECT_LIMIT_LINES = 2_000;
/** Characters of one json-pretty object. */
const OBJECT_LIMIT_CHARACTERS = 64 * 1024 * 1024;

/** Longest line that is read whole, in bytes: an array of byte values spells each byte of a message with up to four. */
export const JSON_LINE_LIMIT_BYTES = 64 * 1024 * 1024;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * `journalctl -o json`: one object a line. json-seq (RFC 7464: a record separator before each), json-sse (`data: ` before
 * each) and json-pretty (an object over several lines) are read too. A field is a string, an array of byte values when it
 * is not UTF-8, an array of these when the entry has it several times, or null when it was too large for the export.
 * Source: https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format
 */
export const createJournalJsonParser: CreateParser = (context) =>
  parserOfLines(context, new JournalJsonHandler(context), JSON_LINE_LIMIT_BYTES);

const RECORD_SEPARATOR = '\u001e';
const SSE_FIELD = 'data: ';

/** Takes off what json-seq (RFC 7464) and json-sse (server-sent events) put in front of an object. */
export function withoutFraming(text: string): string {
  if (text.startsWith(RECORD_SEPARATOR)) return text.slice(RECORD_SEPARATOR.length);
  return text.startsWith(SSE_FIELD) ? text.slice(SSE_FIELD.length) : text;
}

class JournalJsonHandler implements LineHandler {
  readonly #context: ParseContext;
  /** Lines of a json-pretty object that is not closed yet. */
  #pretty: { readonly first: Line; readonly texts: string[]; characters: number } | null = null;
  #anyEntry = false;
  /** Made with the first line that is offered as bytes: one that is read again needs none. */
  #entryBytes: JsonEntryBytes | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  takeLine(chunk: Uint8Array, from: number, end: number): PlainEvent | null {
    if (this.#pretty !== null) return null;
    this.#entryBytes ??= new JsonEntryBytes();
    if (!this.#entryBytes.read(chunk, from, end)) return null;
    this.#anyEntry = true;
    return this.#entryBytes;
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const text = withoutFraming(line.text).trimEnd();
    if (this.#pretty !== null) {
      // journalctl indents fields: a line that begins with a brace ends this object or begins the next.
      if (text.startsWith('{')) this.#giveUpPretty(out);
      else {
        this.#continuePretty(line, text, out);
        return;
      }
    }
    if (text === '{') {
      this.#pretty = { first: line, texts: [text], characters: text.length };
      return;
    }
    if (text === '' || text === '[' || text === ']' || isJournalNotice(text)) return;
    const object = parseObject(text.replace(/,$/, ''));
    if (object !== null) {
      this.#anyEntry = true;
      this.#readEntry(object, line, line, out);
      return;
    }
    if (!this.#anyEntry && isDecoration(text)) return;
    out.push(
      line.terminated
        ? problemItem(
            'malformed-record',
            `Line ${line.number} of ${this.#context.fileName} is not a whole JSON object; the entry is left out, the lines around it are kept.`,
            line.byteOffset,
          )
        : truncated(this.#context, line),
    );
  }

  #continuePretty(line: Line, text: string, out: ParsedItem[]): void {
    const pretty = this.#pretty;
    if (pretty === null) return;
    pretty.texts.push(text);
    pretty.characters += text.length;
    if (text === '}') {
      this.#pretty = null;
      const object = parseObject(pretty.texts.join('\n'));
      if (object === null) this.#reportPretty(pretty.first, out);
      else {
        this.#anyEntry = true;
        this.#readEntry(object, pretty.first, line, out);
      }
    } else if (pretty.texts.length > OBJECT_LIMIT_LINES || pretty.characters > OBJECT_LIMIT_CHARACTERS) {
      this.#giveUpPretty(out);
    }
  }

  #giveUpPretty(out: ParsedItem[]): void {
    if (this.#pretty !== null) this.#reportPretty(this.#pretty.first, out);
    this.#pretty = null;
  }

  #reportPretty(first: Line, out: ParsedItem[]): void {
    out.push(
      problemItem(
        'malformed-record',
        `The object that begins at line ${first.number} of ${this.#context.fileName} is not whole JSON; the entry is left out, the others are kept.`,
        first.byteOffset,
      ),
    );
  }

  #readEntry(object: JsonObject, first: Line, last: Line, out: ParsedItem[]): void {
    const where = `The entry at line ${first.number} of ${this.#context.fileName}`;
    const source = provenanceOfLines(this.#context, first, last);
    const item = readJournalEntry((name) => fieldText(object[name]), source, where);
    if (item.type === 'event' && object.MESSAGE === null) {
      out.push(
        problemItem(
          'malformed-record',
          `The message of the entry at line ${first.number} of ${this.#context.fileName} was too large for the export and is empty here; export with --all.`,
          first.byteOffset,
        ),
      );
    }
    out.push(item);
  }

  onEnd(out: ParsedItem[]): void {
    if (this.#pretty !== null) out.push(truncated(this.#context, this.#pretty.first));
    this.#pretty = null;
  }

  isSettled(): boolean {
    return this.#pretty === null;
  }

  timeResolution(): TimeResolution {
    return { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' };
  }
}

function truncated(context: ParseContext, line: Line): ParsedItem {
  return problemItem(
    'truncated',
    `${context.fileName} ends within the entry at line ${line.number}; that entry is left out.`,
    line.byteOffset,
  );
}

function parseObject(text: string): JsonObject | null {
  if (text.charCodeAt(0) !== 0x7b) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}

const decoder = new TextDecoder('utf-8');

/** A field's text: of an array of bytes decoded, of several values the first; null when absent or too large. */
function fieldText(value: unknown, isNested = false): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value) || value.length === 0) return null;
  if (value.every((byte) => typeof byte === 'number' && Number.isInteger(byte) && byte >= 0 && byte <= 255)) {
    return decoder.decode(Uint8Array.from(value as readonly number[]));
  }
  // One level of nesting is the format's; more is somebody else's JSON.
  return isNested ? null : fieldText(value[0], true);
}
