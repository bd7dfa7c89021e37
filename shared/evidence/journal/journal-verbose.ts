import type { TimeResolution } from '../../model/evidence.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { EVENT_FIELDS, readJournalEntry } from './journal-fields.ts';
import { isJournalNotice } from './journal-prefix.ts';

/** Characters of one field over all its lines; journald's own limit for a message is 768 KiB. */
const FIELD_LIMIT_CHARACTERS = 1024 * 1024;

// Sun 2025-11-30 22:41:04.539733 UTC [s=7547c45bd4ac4b33a7226876cd03764b;i=1;b=a240791736fc4f16beaa9416bb346a34;m=d063bcd4;t=644d78eca3c55;x=20e8fb4dfb87cd47]
const HEADER = /^\p{L}{1,5}\.? \d{4}-\d\d-\d\d [^[]{5,40} \[(s=[0-9a-f]{1,32};[^\]]{1,200})\]$/u;
//     MESSAGE=[2025-11-30 22:41:04 +0000] [24015] [INFO] Starting gunicorn 26.1.0
const FIELD = /^ {4}([A-Z_][A-Z0-9_]{0,63})=/;

/** The cursor in the line that `journalctl -o verbose` begins an entry with; null for any other line. */
export function readVerboseHeader(text: string): string | null {
  return text.length > 300 ? null : (HEADER.exec(text)?.[1] ?? null);
}

interface OpenEntry {
  readonly first: Line;
  last: Line;
  readonly fields: Map<string, string>;
  /** The field at hand, and the columns that its further lines are indented by. */
  name: string | null;
  indent: number;
  /** Blank lines, which belong to the field only if more of it follows. */
  blank: number;
}

/**
 * `journalctl -o verbose`: a stamp with the cursor, then each field on a line of its own, indented by four blanks; further
 * lines of a value are indented up to where it began, and what is no text is printed as `[16B blob data]`. The time is the
 * cursor's `t`, which is `__REALTIME_TIMESTAMP` in hexadecimal and needs no zone.
 * Source: output_verbose in https://github.com/systemd/systemd/blob/v252/src/shared/logs-show.c
 */
export const createJournalVerboseParser: CreateParser = (context) =>
  parserOfLines(context, new JournalVerboseHandler(context));

class JournalVerboseHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;
  #open: OpenEntry | null = null;
  #anyEntry = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'journal entries');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const cursor = readVerboseHeader(text);
    if (cursor !== null) {
      this.#close(out);
      this.#stray.flush(out);
      this.#anyEntry = true;
      this.#open = { first: line, last: line, fields: new Map(), name: null, indent: 0, blank: 0 };
      const realtime = /(?:^|;)t=([0-9a-f]{1,14})(?:;|$)/.exec(cursor)?.[1];
      if (realtime !== undefined) {
        this.#open.fields.set('__REALTIME_TIMESTAMP', String(Number.parseInt(realtime, 16)));
      }
      const monotonic = /(?:^|;)m=([0-9a-f]{1,13})(?:;|$)/.exec(cursor)?.[1];
      if (monotonic !== undefined) {
        this.#open.fields.set('__MONOTONIC_TIMESTAMP', String(Number.parseInt(monotonic, 16)));
      }
      return;
    }
    if (this.#open !== null && this.#continue(this.#open, line, text)) return;
    if (isJournalNotice(text) || (!this.#anyEntry && isDecoration(text))) return;
    if (text === '') return;
    // A damaged header must not give its fields to the entry before; a damaged field costs itself alone.
    if (!text.startsWith('    ')) this.#close(out);
    this.#stray.add(line);
  }

  /** Takes a line into the entry; false when it is none of its lines. */
  #continue(open: OpenEntry, line: Line, text: string): boolean {
    const name = FIELD.exec(text)?.[1];
    if (name !== undefined) {
      open.name = EVENT_FIELDS.has(name) && !open.fields.has(name) ? name : null;
      open.indent = 4 + name.length + 1;
      open.blank = 0;
      open.last = line;
      if (open.name !== null) open.fields.set(open.name, text.slice(open.indent));
      return true;
    }
    if (text === '') {
      open.blank += 1;
      return true;
    }
    if (open.indent === 0 || !text.startsWith(' '.repeat(open.indent))) return false;
    open.last = line;
    const value = open.name === null ? undefined : open.fields.get(open.name);
    if (open.name !== null && value !== undefined && value.length < FIELD_LIMIT_CHARACTERS) {
      open.fields.set(open.name, `${value}${'\n'.repeat(Math.min(open.blank, 1000) + 1)}${text.slice(open.indent)}`);
    }
    open.blank = 0;
    return true;
  }

  #close(out: ParsedItem[]): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    const where = `The entry at line ${open.first.number} of ${this.#context.fileName}`;
    const source = provenanceOfLines(this.#context, open.first, open.last);
    out.push(readJournalEntry((name) => open.fields.get(name) ?? null, source, where));
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    // A cut before the message leaves nothing to show.
    if (cut !== null && this.#open?.fields.has('MESSAGE') === false) this.#open = null;
    reportCutEnd(this.#context, cut, 'entry', out);
    this.#close(out);
    this.#stray.flush(out);
  }

  timeResolution(): TimeResolution {
    return { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' };
  }
}
