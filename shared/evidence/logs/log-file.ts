import type { EventKind } from '../../model/event.ts';
import { NO_PID, NO_SEVERITY } from '../../model/event-columns.ts';
import type { Provenance, TimeResolution } from '../../model/evidence.ts';
import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  type WallClock,
} from '../../model/time.ts';
import { beginsBlock, isSupervisorsOwn, type SupervisorBlock } from '../carriers/supervisor.ts';
import { readCommonHeader } from '../headers/common-header.ts';
import type { LooseStamp } from '../headers/loose-stamp.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  reportCutEnd,
  StrayLines,
  speaksOfAnEnd,
  unclassifiedItem,
} from '../reading/lines.ts';
import type { Columns, LogLayout } from '../reading/log-layout.ts';
import { hashMessageBytes } from '../reading/message-hash.ts';
import type { CreateParser, EvidenceParser, ParseContext, ParsedItem, PlainEvent } from '../reading/parser.ts';
import { StampClock } from '../reading/stamp-clock.ts';
import { classifyMessage } from '../wording/classify.ts';
import { MessageClassifier, NEEDED_WHOLE } from '../wording/classify-bytes.ts';
import { asInnerHeader } from '../wording/inner-header.ts';
import { JsonValues } from './json-values.ts';
import { PLAIN_LAYOUT } from './log-layout.ts';
import { beginsRecord, type LogLine, readLogLine, severityOfLine } from './log-line.ts';
import { LogLineBytes, LogLineReader, maySpeakOfAnEnd } from './log-line-bytes.ts';
import { NewestFirst } from './newest-first.ts';
import { withFields } from './structured-message.ts';
import { isOpenRow, readRow } from './table-rows.ts';

/** Lines of one entry that are kept (a traceback has a few hundred); a longer one is reported and cut. */
const ENTRY_LIMIT_LINES = 10_000;
/** Characters of one entry that are kept. */
const ENTRY_LIMIT_CHARACTERS = 1024 * 1024;
/** Entries of other writers between two lines of one entry: those of a traceback are written at once. */
const INTERLEAVED_LIMIT = 64;
/** Entries without a date that wait for one that has it. */
const WAITING_LIMIT = 20_000;
/** Writers whose unfinished lines are kept. */
const PARTS_LIMIT = 256;
/** Entries of one file that are listed as not classified. */
const GRAVE_LIMIT = 5;
/** Lines of a traceback reach a carrier within this time of each other. */
const TRACEBACK_GAP_MICROS = 2 * MICROS_PER_SECOND;

/** Clocks are put back by an hour, on a Sunday between 0 and 3 o'clock nearly everywhere (tz database, rules of EU, US, AN, Chile). */
const MINUTES_PUT_BACK = 60;
const LAST_HOUR_PUT_BACK = 3;
/** How long after the last entry before it the first one in the hour that comes again may be written. */
const FIRST_ENTRY_MICROS = 30 * MICROS_PER_MINUTE;

/** An entry whose lines are being gathered. */
interface Entry {
  readonly line: LogLine;
  /** Its own time; null where its line has none, or a part that cannot be resolved yet. */
  readonly time: EpochMicros | null;
  readonly first: Line;
  last: Line;
  readonly lines: string[];
  characters: number;
  blank: number;
  isOpen: boolean;
  /** Whether what was gathered last is a traceback, whose lines follow without a header. */
  inTraceback: boolean;
}

/**
 * A log of the service in any carrier and under any header: what `--error-log`, a terminal, a container runtime or a platform
 * kept, mixed with the application's logging, tracebacks, requests and JSON records. A line with a header begins an entry; every
 * other line (a traceback, a print) belongs to the one before of the same writer, unless its carrier gives it a time of its own.
 * Source: error_fmt and datefmt in https://github.com/benoitc/gunicorn/blob/23.0.0/gunicorn/glogging.py
 */
export const createLogParser: CreateParser = (context) => parserOfLog(context, false);

/**
 * The access log as a file of its own (`--access-log`): one request a line. A damaged line is reported and not taken for more
 * of the request above it; should gunicorn's own lines stand between, they are read as in its error log.
 */
export const createAccessLogParser: CreateParser = (context) => parserOfLog(context, true);

function parserOfLog(context: ParseContext, accessOnly: boolean): EvidenceParser {
  const layout = context.layout ?? PLAIN_LAYOUT;
  const handler = new LogFileHandler(context, layout, accessOnly);
  if (layout.records === 'lines')
    return parserOfLines(context, layout.isNewestFirst ? new NewestFirst(handler) : handler);
  return layout.records === 'json'
    ? parserOfValues(context, handler)
    : parserOfLines(context, new RowHandler(handler, layout.records));
}

/** Reads a log whose records are JSON values over any number of lines. */
function parserOfValues(context: ParseContext, handler: LogFileHandler): EvidenceParser {
  const values = new JsonValues(context.startOffset, context.startLine);
  let cut: Line | null = null;
  const read = (give: (onValue: Parameters<JsonValues['end']>[0]) => void): ParsedItem[] => {
    const out: ParsedItem[] = [];
    give(({ text, byteOffset, byteLength, line: number, isCut }) => {
      const line = { text, byteOffset, byteLength, number, terminated: !isCut, cut: false, invalid: false };
      if (isCut) cut = line;
      handler.onLine(line, out);
    });
    return out;
  };
  return {
    push: (chunk) => read((onValue) => values.push(chunk, onValue)),
    end() {
      const out = read((onValue) => values.end(onValue));
      handler.onEnd(out, cut);
      if (values.broken > 0) {
        const message = `${values.broken} records of ${context.fileName} are damaged: they do not end before the next begins, and were left out.`;
        out.push(problemItem('malformed-record', message, null));
      }
      if (values.tooLong > 0) {
        const message = `${values.tooLong} records of ${context.fileName} are longer than can be read and were left out.`;
        out.push(problemItem('line-too-long', message, null));
      }
      return out;
    },
    timeResolution: () => handler.timeResolution(),
  };
}

/** Joins the lines of a row whose cells hold line feeds. */
class RowHandler implements LineHandler {
  readonly #rows: LogFileHandler;
  readonly #columns: Columns;
  #open: Line | null = null;
  #last: Line | null = null;
  /** Lines up to the names of the columns that are still to come. */
  #skipped: number;

  constructor(rows: LogFileHandler, columns: Columns) {
    this.#rows = rows;
    this.#columns = columns;
    this.#skipped = rows.isAtStart ? columns.headLines : 0;
  }

  onLine(line: Line, out: ParsedItem[]): void {
    if (this.#skipped > 0) {
      this.#skipped -= 1;
      return;
    }
    // A quote that is missing must not swallow the rows that follow.
    if (this.#open !== null && !isOpenRow(line.text) && readRow(line.text, this.#columns)?.stamp != null) {
      this.#give(this.#open, out);
      this.#open = null;
    }
    const joined = this.#open === null ? line : joinLines(this.#open, line);
    this.#open = isOpenRow(joined.text) && joined.text.length < ENTRY_LIMIT_CHARACTERS ? joined : null;
    if (this.#open === null) this.#give(joined, out);
  }

  #give(row: Line, out: ParsedItem[]): void {
    this.#last = row;
    this.#rows.onLine(row, out);
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    if (this.#open !== null) this.#give(this.#open, out);
    // What is cut is the row that the last line belongs to.
    this.#rows.onEnd(out, cut === null ? null : this.#last);
  }

  timeResolution(): TimeResolution {
    return this.#rows.timeResolution();
  }
}

function joinLines(first: Line, second: Line): Line {
  return {
    ...first,
    text: `${first.text}\n${second.text}`,
    byteLength: second.byteOffset + second.byteLength - first.byteOffset,
    terminated: second.terminated,
  };
}

function spanOf(first: Line, last: Line): Pick<Provenance, 'byteOffset' | 'byteLength' | 'line'> {
  const byteLength = last.byteOffset + last.byteLength - first.byteOffset;
  return { byteOffset: first.byteOffset, byteLength, line: first.number };
}

class LogFileHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #layout: LogLayout;
  readonly #stamps: StampClock;
  /** Whether a line below an access line belongs to nothing. */
  readonly #accessOnly: boolean;
  readonly #stray: StrayLines;
  /** Entries in the order of their first lines: those that are open, and those that wait for an open one before them. */
  #entries: Entry[] = [];
  /** The latest entry of each writer, by its name. */
  readonly #latest = new Map<string, Entry>();
  /** Beginnings of lines that a runtime parted, by writer and stream. */
  readonly #parts = new Map<string, { readonly first: Line; last: Line; text: string; readonly line: LogLine }>();
  /** The block of supervisord's log that the line at hand is in. */
  #block: SupervisorBlock | null = null;
  /** The line that began it, until the first of the block belongs to a record with it. */
  #blockHead: Line | null = null;
  #anyEntry = false;
  /** Zone that gunicorn's stamps print: the application's stamps of the same process group are in it too. */
  #zoneOfFile: number | null;
  /** A zone seen once: one damaged stamp must not shift the lines after it. */
  #zoneSeenOnce: number | null = null;
  #anyZoneless = false;
  #year: number | null = null;
  /** The time of the dated entry before. */
  #lastTime: EpochMicros | null = null;
  /** Entries that came before any that has a date. */
  #waiting: Entry[] = [];
  #anyDated = false;
  #undatedReported = false;
  /** Entries that were listed as speaking of an end in unknown words. */
  #graveListed = 0;
  /** Whether no entry of the file has a date. */
  #isOrderOnly = false;
  /** Whether one record is read again, whose time is known; then its writer. */
  readonly #isReread: boolean;
  /** Whether lines may be taken by their bytes, and what takes them, made with the first that is offered. */
  readonly #isPlain: boolean;
  #taking: LineTaking | null = null;
  #rereadKey: string | null = null;

  constructor(context: ParseContext, layout: LogLayout, accessOnly: boolean) {
    this.#context = context;
    this.#layout = layout;
    this.#stamps = new StampClock(context);
    this.#accessOnly = accessOnly;
    this.#stray = new StrayLines(context, context.jsonOnly === true ? 'entries of a log of JSON lines' : 'log entries');
    this.#zoneOfFile = context.zoneFrom === 'file' ? context.offsetMinutes : null;
    this.#isReread = context.startOffset > 0;
    const isPlain = layout.records === 'lines' && layout.carriers.size === 0 && context.jsonOnly !== true;
    this.#isPlain = isPlain && !accessOnly && !this.#isReread;
    // Known when one record is read again; at the start of a file a line without a time has none.
    this.#lastTime = this.#isReread ? context.nearTime : null;
  }

  /** Whether the file is read from its beginning, with what heads it. */
  get isAtStart(): boolean {
    return !this.#isReread;
  }

  /**
   * Takes a line that is a record of its own: it begins one, and so does the line below it. Only of a log that has no carriers, of
   * which nothing is open that another could go on with.
   */
  takeLine(
    chunk: Uint8Array,
    from: number,
    end: number,
    next: number,
    _traits: number,
    out: ParsedItem[],
  ): PlainEvent | null {
    if (!this.#isPlain || this.#block !== null || this.#blockHead !== null || this.#parts.size > 0) return null;
    if (next < 0 || chunk[end - 1] === COLON || this.#latest.size > 1) return null;
    this.#taking ??= new LineTaking(this.#layout);
    const taking = this.#taking;
    if (!taking.beginsRecord(chunk, from, end) || !taking.isFollowedByRecord(chunk, end)) return null;
    if (this.#graveListed < GRAVE_LIMIT && maySpeakOfAnEnd(chunk, from, end)) return null;
    if (!taking.classify(chunk, from, end)) return null;
    const time = this.#timeOfTaken(taking.line);
    if (time === null) return null;
    this.#stray.flush(out);
    this.#closeAll(out);
    this.#anyEntry = true;
    this.#noteZone(Number.isNaN(taking.line.zone) ? null : taking.line.zone);
    this.#anyDated = true;
    this.#lastTime = time;
    this.#releaseWaiting(out);
    taking.time = time;
    return taking;
  }

  /** As #timeOf; null where that depends on more than the stamp. */
  #timeOfTaken({ wallMicros, zone }: LogLineBytes): EpochMicros | null {
    if (!this.#stamps.isFixed) return null;
    const minutes = Number.isNaN(zone) ? (this.#zoneOfFile ?? this.#context.offsetMinutes) : zone;
    const time = epochMicros(wallMicros - minutes * MICROS_PER_MINUTE);
    const last = this.#lastTimeSeen();
    // A clock may have been put back.
    return Number.isNaN(zone) && last !== null && last - time > MICROS_PER_MINUTE ? null : time;
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const block = beginsBlock(line.text);
    if (block !== null) {
      this.#block = block;
      this.#blockHead = line;
      return;
    }
    const read = this.#withinBlock(readLogLine(line.text, this.#layout));
    const { peeled } = read;
    const key = `${peeled.host ?? ''}\0${peeled.who ?? ''}`;
    // Lines of others may stand among those of the record that is read again.
    this.#rereadKey ??= key;
    if (this.#isReread && key !== this.#rereadKey) return;
    const partKey = `${key}\0${peeled.stream ?? ''}`;
    const part = this.#parts.get(partKey);
    if (peeled.isPart && (part !== undefined || this.#parts.size < PARTS_LIMIT)) {
      if (part === undefined) this.#parts.set(partKey, { first: line, last: line, text: read.text, line: read });
      else if (part.text.length < ENTRY_LIMIT_CHARACTERS) {
        part.text += read.text;
        part.last = line;
      }
      return;
    }
    if (part === undefined) {
      this.#take(read, line, line, key, out);
      return;
    }
    this.#parts.delete(partKey);
    this.#take(rejoined(part.line, part.text + read.text, this.#layout), part.first, line, key, out);
  }

  /** A line of a block is its program's; one that has no stamp is dated by the block's. */
  #withinBlock(read: LogLine): LogLine {
    const block = this.#block;
    if (block === null) return read;
    if (isSupervisorsOwn(read.text)) {
      this.#block = null;
      this.#blockHead = null;
      return read;
    }
    const { peeled } = read;
    return {
      ...read,
      stamp: read.stamp ?? block.stamp,
      peeled: {
        ...peeled,
        // The lines of one record that is read again need not all be in a block that is known.
        who: peeled.who ?? (this.#isReread ? null : block.program),
        stream: peeled.stream ?? block.stream,
        stamp: peeled.stamp ?? block.stamp,
        carriers: [...peeled.carriers, 'process-manager'],
      },
    };
  }

  #take(read: LogLine, first: Line, last: Line, key: string, out: ParsedItem[]): void {
    const { text } = read;
    const before = this.#latest.get(key);
    const open = before?.isOpen === true ? before : undefined;
    if (text.trim() === '' && read.access === null) {
      if (open !== undefined) open.blank += 1;
      return;
    }
    if (!beginsRecord(read)) {
      if (open !== undefined && this.#continues(open, read)) {
        this.#continue(open, read, last, out);
        return;
      }
      if (!this.#mayStandAlone(read, open)) {
        if (open !== undefined) open.isOpen = false;
        if (this.#anyEntry || !isDecoration(text)) this.#stray.add(first);
        return;
      }
    }
    this.#stray.flush(out);
    if (open !== undefined) open.isOpen = false;
    const head = this.#blockHead;
    this.#blockHead = null;
    const entry: Entry = {
      line: read,
      time: this.#timeOf(read.stamp),
      first: head ?? first,
      last,
      lines: [shownText(read)],
      characters: text.length,
      blank: 0,
      isOpen: true,
      inTraceback: isTracebackHead(text),
    };
    if (entry.time !== null) this.#noteZone(read.zone);
    this.#anyEntry = true;
    this.#latest.set(key, entry);
    this.#entries.push(entry);
    this.#flush(out);
  }

  /** Whether a line without a header is more of the entry before it. */
  #continues(open: Entry, read: LogLine): boolean {
    if (this.#isReread) return true;
    if (this.#accessOnly && open.line.access !== null) return false;
    const { text, stamp } = read;
    const isOneRecord = open.line.header?.form === 'json' || open.line.header?.form === 'logfmt';
    const isTraceback = /^[ \t]/.test(text) || isTracebackHead(text) || open.inTraceback;
    // A record of named fields is whole; only a traceback that was printed with it belongs to it.
    if (isOneRecord) return isTraceback;
    if (stamp === null || open.time === null) return true;
    // Every line has its carrier's time: a print is an entry of its own, a traceback is written at once.
    const time = this.#peekTime(stamp);
    return isTraceback && time !== null && Math.abs(time - open.time) <= TRACEBACK_GAP_MICROS;
  }

  /** Whether a line without a header is an entry: its carrier says when it was written, or it stands behind whole records. */
  #mayStandAlone(read: LogLine, before: Entry | undefined): boolean {
    if (this.#accessOnly) return false;
    if (read.stamp !== null && read.peeled.carriers.length > 0) return true;
    if (typeof this.#layout.records === 'object') return read.stamp !== null;
    return before !== undefined && !read.text.startsWith('{') && this.#context.jsonOnly !== true;
  }

  #continue(open: Entry, read: LogLine, line: Line, out: ParsedItem[]): void {
    open.last = line;
    if (isTracebackHead(read.text)) open.inTraceback = true;
    const isFull = open.lines.length > ENTRY_LIMIT_LINES || open.characters > ENTRY_LIMIT_CHARACTERS;
    if (isFull) return;
    for (; open.blank > 0; open.blank -= 1) open.lines.push('');
    open.lines.push(read.text);
    open.characters += read.text.length;
    if (open.lines.length > ENTRY_LIMIT_LINES || open.characters > ENTRY_LIMIT_CHARACTERS) {
      out.push(
        problemItem(
          'limit-exceeded',
          `The entry at line ${open.first.number} of ${this.#context.fileName} goes on for more than ${ENTRY_LIMIT_LINES} lines or ${ENTRY_LIMIT_CHARACTERS} characters; the message shown ends there.`,
          open.first.byteOffset,
        ),
      );
    }
  }

  /** Hands out entries from the first on, up to one that may go on. */
  #flush(out: ParsedItem[]): void {
    const latest = this.#entries.at(-1);
    while (this.#entries.length > 1) {
      const [first] = this.#entries;
      if (first === undefined || first === latest) return;
      if (first.isOpen && this.#entries.length <= INTERLEAVED_LIMIT) return;
      first.isOpen = false;
      this.#entries.shift();
      this.#place(first, out);
    }
  }

  #closeAll(out: ParsedItem[]): void {
    const entries = this.#entries;
    this.#entries = [];
    for (const entry of entries) {
      entry.isOpen = false;
      this.#place(entry, out);
    }
  }

  #place(entry: Entry, out: ParsedItem[]): void {
    if (entry.time !== null) {
      this.#anyDated = true;
      this.#lastTime = entry.time;
      this.#releaseWaiting(out);
      this.#emit(entry, entry.time, out);
      return;
    }
    if (this.#lastTime === null && this.#waiting.length < WAITING_LIMIT) {
      this.#waiting.push(entry);
      return;
    }
    this.#emitUndated(entry, this.#lastTime, out);
  }

  /** What came before the first entry with a date is not later than that. */
  #releaseWaiting(out: ParsedItem[]): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) this.#emitUndated(entry, this.#lastTime, out);
  }

  /** An entry that states a part of a time or none: the part is completed, else it is placed beside its neighbour. */
  #emitUndated(entry: Entry, near: EpochMicros | null, out: ParsedItem[]): void {
    const { stamp } = entry.line;
    const resolved = stamp === null || near === null ? null : this.#complete(stamp, near);
    if (resolved !== null) {
      this.#lastTime = resolved;
      this.#emit({ ...entry, time: resolved }, resolved, out);
      return;
    }
    if (!this.#undatedReported && !this.#isReread && this.#anyDated) {
      this.#undatedReported = true;
      const { number, byteOffset } = entry.first;
      const message = `Line ${number} of ${this.#context.fileName} and others like it have no time of their own. They stand where the entries around them place them: not before the one above, not after the next with a time.`;
      out.push(problemItem('assumed-time', message, byteOffset));
    }
    if (near !== null) this.#emit(entry, near, out);
  }

  #complete(stamp: LooseStamp, near: EpochMicros): EpochMicros | null {
    if (stamp.type === 'full') return null;
    if (stamp.type === 'yearless') {
      const resolved = this.#stamps.peekYearless(stamp.wall, near);
      if (resolved !== null) this.#year ??= resolved.year;
      return resolved?.time ?? null;
    }
    const date = this.#stamps.dateAt(near);
    const sameDay = this.#stamps.peek({ ...date, ...stamp.wall }, this.#zoneOfFile);
    if (sameDay === null) return null;
    // A clock that shows less than before has passed midnight.
    const days = Math.round((near - sameDay) / MICROS_PER_DAY);
    return epochMicros(sameDay + days * MICROS_PER_DAY);
  }

  #timeOf(stamp: LooseStamp | null): EpochMicros | null {
    if (stamp?.type === 'full') {
      const time = this.#stamps.instant(stamp.wall, stamp.zone ?? this.#zoneOfFile);
      if (stamp.zone !== null || this.#zoneOfFile === null || !this.#wasPutBack(stamp.wall, time)) return time;
      this.#zoneOfFile -= MINUTES_PUT_BACK;
      return this.#stamps.instant(stamp.wall, this.#zoneOfFile);
    }
    const near = this.#lastTimeSeen();
    return stamp === null || near === null ? null : this.#complete(stamp, near);
  }

  /**
   * Whether a stamp without a zone shows the hour that comes twice: nearly an hour before the entry above it, in a night in
   * which clocks are put back. The zone that gunicorn printed before is not its zone any more.
   */
  #wasPutBack(wall: WallClock, time: EpochMicros | null): boolean {
    const last = this.#lastTimeSeen();
    if (time === null || last === null || this.#isReread || this.#context.zoneFrom === 'given') return false;
    const ahead = time + MINUTES_PUT_BACK * MICROS_PER_MINUTE - last;
    const isWithin = last - time > MICROS_PER_MINUTE && ahead >= -MICROS_PER_MINUTE && ahead <= FIRST_ENTRY_MICROS;
    const isSunday = new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay() === 0;
    return isWithin && isSunday && wall.hour <= LAST_HOUR_PUT_BACK;
  }

  #peekTime(stamp: LooseStamp): EpochMicros | null {
    if (stamp.type === 'full') return this.#stamps.peek(stamp.wall, stamp.zone ?? this.#zoneOfFile);
    const near = this.#lastTimeSeen();
    return near === null ? null : this.#complete(stamp, near);
  }

  /** The time of the latest entry, handed out or not. */
  #lastTimeSeen(): EpochMicros | null {
    return this.#entries.findLast(({ time }) => time !== null)?.time ?? this.#lastTime;
  }

  #noteZone(zone: number | null): void {
    if (zone === null) {
      this.#anyZoneless = true;
      return;
    }
    // Who analyses knows better than the arbiter's stamps in which zone the application logged.
    if (this.#context.zoneFrom === 'given') return;
    if (this.#zoneOfFile === null || this.#zoneSeenOnce === zone) this.#zoneOfFile = zone;
    this.#zoneSeenOnce = zone;
  }

  #emit(entry: Entry, time: EpochMicros, out: ParsedItem[]): void {
    const { line, first, last, lines } = entry;
    const { peeled, header, access, stamp } = line;
    const message = lines.join('\n');
    const read = classifyMessage({
      message,
      identifier: null,
      pid: header?.pid ?? null,
      header: header === null || lines.length > 1 ? undefined : asInnerHeader(header, message),
    });
    this.#listGrave(read.kind, message, first, out);
    const isUndated = entry.time === null;
    out.push(
      eventItem({
        time,
        resolutionMicros: isUndated ? MICROS_PER_SECOND : (stamp?.resolutionMicros ?? MICROS_PER_MILLI),
        timestampDesc: isUndated ? UNDATED_DESC : 'entry written',
        kind: read.kind,
        message,
        pid: header?.pid ?? read.innerPid ?? access?.pid ?? null,
        identifier: header?.form === 'json' ? header.logger : null,
        host: peeled.host,
        severity: read.severity ?? severityOfLine(line),
        unit: peeled.who,
        detail: read.detail,
        source: {
          evidenceId: this.#context.evidenceId,
          // Where the newest line is first, a record ends with its first line.
          ...(first.byteOffset <= last.byteOffset ? spanOf(first, last) : spanOf(last, first)),
        },
        ...(isUndated ? { isUndated: true } : {}),
        ...this.#textAt(line),
      }),
    );
  }

  /** Where the text of a line begins that is read by its file's habits. */
  #textAt({ header, text }: LogLine): { readonly textAt?: number } {
    if (header === null || header.form !== 'text' || header.fields !== null || header.style === 'gunicorn') return {};
    const { stamp, level, pid, logger } = header;
    if ([stamp, level, pid, logger].every((part) => part === null) || header.text === '') return {};
    if (readCommonHeader(text) !== null) return {};
    const at = text.length - header.text.length;
    return text.startsWith(header.text, at) ? { textAt: at } : {};
  }

  /** What nobody vouches for is told as it stands: quoted words of an end, or wordings that are not known. */
  #listGrave(kind: EventKind, message: string, first: Line, out: ParsedItem[]): void {
    if (kind !== 'log' || this.#graveListed >= GRAVE_LIMIT || this.#isReread || !speaksOfAnEnd(message)) return;
    this.#graveListed += 1;
    const text = message.split('\n').find(speaksOfAnEnd) ?? message;
    out.push(unclassifiedItem(this.#context, first.number, text, first.byteOffset));
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    for (const [, { first, last, text, line }] of this.#parts) {
      this.#take(rejoined(line, text, this.#layout), first, last, '', out);
    }
    this.#closeAll(out);
    this.#stray.flush(out);
    this.#placeWaitingAtEnd(out);
    reportCutEnd(this.#context, cut, 'entry', out);
  }

  /** Without any date in the file, its entries are none the less in order, and not later than the file. */
  #placeWaitingAtEnd(out: ParsedItem[]): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const near = this.#context.nearTime;
    const count = this.#waiting.length;
    const isTimeOfDay = this.#waiting.some(({ line }) => line.stamp !== null);
    const lacks = isTimeOfDay ? 'no date' : 'no time';
    const message =
      near === null
        ? `${count} entries of ${this.#context.fileName} have ${lacks} and nothing else tells it; they are left out. Export with timestamps.`
        : `The ${count} entries of ${this.#context.fileName} have ${lacks}: only their order is known. They were placed at the time of the other evidence, else of the file itself; export with timestamps.`;
    out.push(problemItem('assumed-time', message, first.first.byteOffset));
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#isOrderOnly = near !== null;
    this.#lastTime = near;
    for (const entry of waiting) this.#emitUndated(entry, this.#lastTime, out);
  }

  timeResolution(): TimeResolution {
    const fromFile = !this.#anyZoneless || this.#zoneOfFile !== null;
    return {
      ...(fromFile
        ? { offsetMinutes: this.#anyZoneless ? this.#zoneOfFile : null, zoneFrom: 'file' }
        : this.#stamps.resolution()),
      year: this.#year,
      yearFrom: this.#year === null ? 'file' : this.#context.nearTimeFrom,
      ...(this.#isOrderOnly ? { isOrderOnly: true } : {}),
    };
  }
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/** Reads lines by their bytes, each with a look at the one below it, of which it is remembered. */
class LineTaking implements PlainEvent {
  readonly #reader: LogLineReader;
  readonly #classifier = new MessageClassifier();
  line = new LogLineBytes();
  #below = new LogLineBytes();
  /** Where the line below the last one begins, in which chunk, and whether it begins a record. */
  #belowAt = -1;
  #belowIn: Uint8Array | null = null;
  #belowBegins = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #from = 0;
  #end = 0;
  time = 0;
  pid = NO_PID;
  kind = 0;
  severity = NO_SEVERITY;
  readonly unit = null;
  readonly messageLines = 1;

  constructor(layout: LogLayout) {
    this.#reader = new LogLineReader(layout);
  }

  get resolutionMicros(): number {
    return this.line.resolutionMicros;
  }

  messageHash(): number {
    return hashMessageBytes(this.#bytes, this.#from, this.#end);
  }

  /** Whether a line begins a record; `line` then says which. */
  beginsRecord(chunk: Uint8Array, from: number, end: number): boolean {
    if (this.#belowIn !== chunk || this.#belowAt !== from) return this.#reader.read(chunk, from, end, this.line);
    if (this.#belowBegins) [this.line, this.#below] = [this.#below, this.line];
    return this.#belowBegins;
  }

  /** Whether the line below one that ends at `end` lies in the chunk as a whole and begins a record. */
  isFollowedByRecord(chunk: Uint8Array, end: number): boolean {
    const lineEnd = chunk.indexOf(LF, end);
    const from = lineEnd + 1;
    let to = lineEnd < 0 ? -1 : chunk.indexOf(LF, from);
    this.#belowIn = chunk;
    this.#belowAt = to < 0 ? -1 : from;
    if (to < 0) return false;
    while (to > from && chunk[to - 1] === CR) to -= 1;
    this.#belowBegins = this.#reader.read(chunk, from, to, this.#below);
    return this.#belowBegins;
  }

  /** Whether it is clear what kind of event the line is. */
  classify(chunk: Uint8Array, from: number, end: number): boolean {
    const { line } = this;
    const classifier = this.#classifier;
    const isClear =
      line.isAccess || line.isGunicorn
        ? classifier.classifyPlain(chunk, from, end, null)
        : classifier.classifyBehind(chunk, from, line.textAt, end);
    if (!isClear || NEEDED_WHOLE.has(classifier.kind)) return false;
    this.kind = classifier.kind;
    this.severity = line.severity;
    this.pid = line.pid;
    this.#bytes = chunk;
    this.#from = from;
    this.#end = end;
    return true;
  }
}

/** What an event's time is the time of where its line has none. */
const UNDATED_DESC = 'placed by the entries around it';

// Traceback (most recent call last):      Fatal Python error: Aborted      Current thread 0x... (most recent call first):
const TRACEBACK_HEAD =
  /^[ \t]*(?:\+ Exception Group )?Traceback \(most recent call last\):|^(?:During handling of the above exception|The above exception was the direct cause)|^(?:Current thread|Thread) 0x[0-9a-f]+ .*\(most recent call first\):/;

function isTracebackHead(text: string): boolean {
  return TRACEBACK_HEAD.test(text);
}

/** The line that a runtime parted, whole again. */
function rejoined(first: LogLine, text: string, layout: LogLayout): LogLine {
  const inner = readLogLine(text, { ...layout, records: 'lines' });
  const stamp = first.peeled.stamp ?? inner.stamp;
  return { ...inner, stamp, peeled: { ...inner.peeled, stamp, who: first.peeled.who, host: first.peeled.host } };
}

/** The text of an entry's first line: of a record of named fields its message and what else it names, else the line with its header. */
function shownText({ header, text }: LogLine): string {
  return header !== null && header.form === 'json' ? withFields(header.text, header.fields) : text;
}
