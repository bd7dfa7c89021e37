import type { TimeResolution } from '../../model/evidence.ts';
import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  wallClockToMicros,
} from '../../model/time.ts';
import { bootInstantOf } from '../reading/known-entries.ts';
import {
  eventItem,
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  reportCutEnd,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem, PlainEvent } from '../reading/parser.ts';
import { StampClock, zoneWords } from '../reading/stamp-clock.ts';
import { UNKNOWN_YEAR } from '../reading/stamps.ts';
import { classifyMessage, processOf } from '../wording/classify.ts';
import { splitInnerHeader } from '../wording/inner-header.ts';
import {
  isBootNotice,
  isJournalNotice,
  type JournalPrefix,
  type JournalTextFormat,
  readJournalPrefix,
  readTaglessPrefix,
  UNIT_SUFFIXES,
} from './journal-prefix.ts';
import { JournalLineBytes, type YearlessDating } from './journal-text-bytes.ts';

/** Lines of one entry that are kept; a longer one is reported and cut. */
const ENTRY_LIMIT_LINES = 10_000;
const SHORTEST_YEAR_MICROS = 365 * MICROS_PER_DAY;
/** Entries that wait for a line that tells their year, or ties their uptime to a date. */
const WAITING_LIMIT = 20_000;

/** An entry whose lines are being gathered. */
interface OpenEntry {
  readonly prefix: JournalPrefix;
  readonly first: Line;
  last: Line;
  readonly continuation: string[];
  /** Blank lines that belong to the entry only if more of it follows. */
  blank: number;
}

/** Options that only re-reading one record needs. */
export interface JournalTextOptions {
  /** The known wall time of the first monotonic stamp. */
  readonly firstMonotonicAt: EpochMicros | null;
}

/**
 * Makes a parser for the text formats of journalctl (short, short-precise, short-iso, short-iso-precise, short-full,
 * with-unit, short-unix, short-monotonic) and of syslog. `expected` only says which format to try first: every line tells its
 * own.
 *
 * Multi-line messages are printed as indented continuation lines and become one event. Source: output_short in
 * https://github.com/systemd/systemd/blob/v252/src/shared/logs-show.c
 */
export function createJournalTextParser(expected: JournalTextFormat, options?: JournalTextOptions): CreateParser {
  return (context) => parserOfLines(context, new JournalTextHandler(context, expected, options ?? null));
}

class JournalTextHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stamps: StampClock;
  #format: JournalTextFormat;
  readonly #stray: StrayLines;
  #open: OpenEntry | null = null;
  #anyEntry = false;

  #zoneless = false;
  #reportedZones = new Set<string>();
  #firstYear: number | null = null;
  /** Time of the yearless entry before: the next one lies nearest to it, so the year turns with New Year's Eve. */
  #yearlessNear: EpochMicros | null;
  #yearFromFile = false;
  #yearReported = false;
  /** No line told the year for so long that none is waited for any more. */
  #yearSettled = false;
  /** Yearless entries that came before any line of the file that tells the year. */
  #yearless: OpenEntry[] = [];

  #firstMonotonicAt: EpochMicros | null;
  /** Wall time of the boot's monotonic zero, once a line has told it. */
  #bootZero: number | null = null;
  #lastMonotonic = -1;
  /** As `-- Boot ID --` says it; null before the first such line. */
  #bootId: string | null = null;
  /** Whether uptime was dated through other sources. */
  #tiedElsewhere = false;
  #untied: OpenEntry[] = [];
  /** Whether nothing tied some boot to a date. */
  #isOrderOnly = false;

  #dating: YearlessDating | null = null;

  /** Made with the first line that is offered as bytes: one that is read again needs none. */
  #lineBytes: JournalLineBytes | null = null;

  constructor(context: ParseContext, expected: JournalTextFormat, options: JournalTextOptions | null) {
    this.#context = context;
    this.#stamps = new StampClock(context);
    this.#format = expected;
    this.#stray = new StrayLines(context, 'journal entries');
    this.#yearlessNear = context.nearTime;
    this.#firstMonotonicAt = options?.firstMonotonicAt ?? null;
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const code = text.charCodeAt(0);
    const isIndented = code === 0x20 || code === 0x09;
    // NaN: an empty line.
    if (!isIndented && !Number.isNaN(code)) {
      const prefix =
        readJournalPrefix(text, this.#format) ??
        (this.#anyEntry || this.#context.startOffset > 0 ? readTaglessPrefix(text, this.#format) : null);
      if (prefix !== null) {
        this.#close(out);
        this.#stray.flush(out);
        this.#format = prefix.format;
        this.#anyEntry = true;
        this.#open = { prefix, first: line, last: line, continuation: [], blank: 0 };
        return;
      }
    }
    const open = this.#open;
    if (this.#anyEntry && isCatalogText(text)) return;
    if (text.trim() === '') {
      if (open !== null) open.blank += 1;
      return;
    }
    if (isIndented && open !== null) {
      this.#continue(open, line, out);
      return;
    }
    this.#close(out);
    if (isJournalNotice(text)) {
      this.#stray.flush(out);
      if (isBootNotice(text)) this.#endBoot(out, /[0-9a-f]{32}/.exec(text)?.[0] ?? null);
      return;
    }
    // Whatever was pasted above the first entry; after it, everything that is no entry is reported.
    if (!this.#anyEntry && isDecoration(text)) return;
    this.#stray.add(line);
  }

  takeLine(
    chunk: Uint8Array,
    from: number,
    end: number,
    next: number,
    traits: number,
    out: ParsedItem[],
  ): PlainEvent | null {
    // Below an entry of one line stands something visible that is not indented: only then it has ended for certain.
    if (next <= 0x20 || next >= 0x7f) return null;
    this.#lineBytes ??= new JournalLineBytes();
    const lineBytes = this.#lineBytes;
    // What lies before a stamp without a year dates it; and a line that begins with a letter ends what lies before it in any case.
    if (this.#open?.prefix.stamp.type === 'yearless' && isCapital(chunk[from])) this.#close(out);
    const dating = this.#yearlessDating();
    if (!lineBytes.read(chunk, from, end, traits, dating)) return null;
    if (this.#open !== null) this.#close(out);
    if (lineBytes.isYearless && dating !== null) {
      this.#zoneless = true;
      this.#firstYear ??= dating.year;
      this.#yearlessNear = epochMicros(lineBytes.time);
    }
    this.#stray.flush(out);
    if (this.#yearless.length > 0) this.#releaseYearless(out);
    this.#format = lineBytes.format;
    this.#anyEntry = true;
    return lineBytes;
  }

  /** What dates the next stamp without a year by its bytes; null where more has to be known than the entry before. */
  #yearlessDating(): YearlessDating | null {
    const near = this.#yearlessNear;
    const { nearTime, nearTimeFrom, offsetMinutes, notAfter } = this.#context;
    if (near === null || !this.#stamps.isFixed) return null;
    if (!this.#yearFromFile) {
      if (!this.#yearSettled && nearTimeFrom !== 'file') return null;
      if (nearTime === null && !this.#yearReported) return null;
    }
    this.#dating ??= {
      near,
      year: 0,
      yearEnd: near,
      offsetMicros: offsetMinutes * MICROS_PER_MINUTE,
      latest: notAfter ?? Number.POSITIVE_INFINITY,
      isYearKnown: false,
    };
    const dating = this.#dating;
    dating.near = near;
    dating.isYearKnown = this.#yearFromFile;
    if (near >= dating.yearEnd || near < dating.yearEnd - SHORTEST_YEAR_MICROS) {
      const year = new Date(near / MICROS_PER_MILLI).getUTCFullYear();
      dating.year = year;
      dating.yearEnd = Date.UTC(year + 1, 0, 1) * MICROS_PER_MILLI;
    }
    return dating;
  }

  #continue(open: OpenEntry, line: Line, out: ParsedItem[]): void {
    for (; open.blank > 0; open.blank -= 1) open.continuation.push('');
    open.last = line;
    if (open.continuation.length === ENTRY_LIMIT_LINES) {
      out.push(
        problemItem(
          'limit-exceeded',
          `The entry at line ${open.first.number} of ${this.#context.fileName} has more than ${ENTRY_LIMIT_LINES} lines; the message shown ends there.`,
          open.first.byteOffset,
        ),
      );
    }
    if (open.continuation.length <= ENTRY_LIMIT_LINES) {
      open.continuation.push(withoutIndent(line.text, open.prefix.indent));
    }
  }

  #close(out: ParsedItem[]): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const { stamp } = open.prefix;
    if (stamp.type === 'monotonic') {
      this.#closeMonotonic(open, stamp.micros, out);
      return;
    }
    if (stamp.type === 'yearless' && !this.#yearIsKnown(open)) {
      this.#yearless.push(open);
      if (this.#yearless.length >= WAITING_LIMIT) {
        this.#yearSettled = true;
        this.#releaseYearless(out);
      }
      return;
    }
    this.#releaseYearless(out);
    this.#place(open, out);
  }

  /** Whether the year is settled; an entry whose logger printed a whole date settles it for the file. */
  #yearIsKnown(open: OpenEntry): boolean {
    const { stamp } = open.prefix;
    const hint = this.#yearFromFile ? null : innerTime(open.prefix.message, this.#stamps);
    if (hint !== null && stamp.type === 'yearless') {
      const resolved = this.#stamps.peekYearless(stamp.wall, hint);
      // The logger's stamp and the journal's are of one moment; a date that a message merely begins with is not.
      if (resolved !== null && Math.abs(resolved.time - hint) < MICROS_PER_DAY) {
        this.#yearlessNear = hint;
        this.#yearFromFile = true;
      }
    }
    return this.#yearFromFile || this.#yearSettled || this.#context.nearTimeFrom === 'file';
  }

  #releaseYearless(out: ParsedItem[]): void {
    const waiting = this.#yearless;
    this.#yearless = [];
    for (const open of waiting) this.#place(open, out);
  }

  #place(open: OpenEntry, out: ParsedItem[]): void {
    const time = this.#timeOf(open, out);
    if (time === null) {
      out.push(
        problemItem(
          'malformed-record',
          `Line ${open.first.number} of ${this.#context.fileName} has a date that does not exist; the entry cannot be placed in time.`,
          open.first.byteOffset,
        ),
      );
      return;
    }
    this.#emit(open, time, open.prefix.resolutionMicros, out);
  }

  #timeOf(open: OpenEntry, out: ParsedItem[]): EpochMicros | null {
    const { stamp } = open.prefix;
    switch (stamp.type) {
      case 'epoch':
        return epochMicros(stamp.micros);
      case 'monotonic':
        return null;
      case 'wall':
        if (stamp.unknownZone !== null) this.#reportZone(stamp.unknownZone, open.first, out);
        if (stamp.zone === null) this.#zoneless = true;
        return this.#stamps.instant(stamp.wall, stamp.zone);
      case 'yearless': {
        this.#zoneless = true;
        const resolved = this.#stamps.yearless(stamp.wall, this.#yearlessNear);
        if (resolved === null) return null;
        if (!this.#yearReported && !this.#yearFromFile && this.#context.nearTime === null) {
          this.#yearReported = true;
          out.push(
            problemItem(
              'assumed-time',
              `The stamps of ${this.#context.fileName} have no year and nothing tells it; ${UNKNOWN_YEAR} was taken, so only times within this file compare. Export with -o short-iso-precise.`,
              open.first.byteOffset,
            ),
          );
        }
        this.#firstYear ??= resolved.year;
        this.#yearlessNear = resolved.time;
        return resolved.time;
      }
    }
  }

  #reportZone(zone: string, line: Line, out: ParsedItem[]): void {
    if (this.#reportedZones.has(zone) || this.#reportedZones.size >= 10) return;
    this.#reportedZones.add(zone);
    out.push(
      problemItem(
        'assumed-time',
        `The zone "${zone}" in ${this.#context.fileName} has no single meaning; its times were read ${zoneWords(this.#context)}. Export with --utc.`,
        line.byteOffset,
      ),
    );
  }

  /**
   * Monotonic stamps become times through the same entries in a source that dates itself, else by the first gunicorn stamp
   * of the same boot, else by the clock of the one boot that other evidence tells of. gunicorn cuts its stamp to the second,
   * and clocks are corrected while a host runs: the result is exact to a second and says so, the order and distances of
   * entries stay exact.
   */
  #closeMonotonic(open: OpenEntry, micros: number, out: ParsedItem[]): void {
    if (micros + MICROS_PER_SECOND < this.#lastMonotonic) this.#endBoot(out);
    this.#lastMonotonic = micros;
    if (this.#bootZero !== null) {
      this.#emitMonotonic(open, this.#bootZero, out);
      return;
    }
    this.#untied.push(open);
    if (this.#firstMonotonicAt !== null) {
      const zero = this.#firstMonotonicAt - micros;
      this.#firstMonotonicAt = null;
      this.#tie(zero, out);
      return;
    }
    // The lines before were looked at when they came.
    const logged = this.#context.knownEntries === undefined ? gunicornTime(open.prefix.message) : null;
    if (logged !== null) this.#tie(logged - micros, out);
    else if (this.#untied.length >= WAITING_LIMIT) this.#tieUntied(out);
  }

  #tieUntied(out: ParsedItem[]): void {
    const zero = this.#zeroOfUntied();
    if (zero !== null) this.#tie(zero, out);
    else if (this.#untied.length >= WAITING_LIMIT) this.#reportUntied(out);
  }

  #tie(zero: number, out: ParsedItem[]): void {
    this.#bootZero = zero;
    const waiting = this.#untied;
    this.#untied = [];
    for (const each of waiting) this.#emitMonotonic(each, zero, out);
  }

  #zeroOfUntied(): number | null {
    const { knownEntries } = this.#context;
    const entries = this.#untied.flatMap(({ prefix: { stamp, message } }) =>
      stamp.type === 'monotonic' ? [{ uptimeMicros: stamp.micros, message }] : [],
    );
    const shared = knownEntries === undefined ? null : bootInstantOf(entries, knownEntries);
    if (shared !== null) {
      this.#tiedElsewhere = true;
      return shared;
    }
    for (const { uptimeMicros, message } of entries) {
      const logged = gunicornTime(message);
      if (logged !== null) return logged - uptimeMicros;
    }
    return null;
  }

  #emitMonotonic(open: OpenEntry, bootZero: number, out: ParsedItem[]): void {
    if (open.prefix.stamp.type !== 'monotonic') return;
    this.#emit(open, epochMicros(bootZero + open.prefix.stamp.micros), MICROS_PER_SECOND, out);
  }

  #endBoot(out: ParsedItem[], nextBootId: string | null = null): void {
    if (this.#bootZero === null) this.#tieUntied(out);
    this.#reportUntied(out);
    this.#bootZero = null;
    this.#lastMonotonic = -1;
    this.#bootId = nextBootId;
  }

  #reportUntied(out: ParsedItem[]): void {
    const first = this.#untied[0];
    if (first === undefined) return;
    const zero = this.#context.bootClocks?.zeroOf(this.#bootId) ?? null;
    if (zero !== null) {
      const whose = this.#bootId === null ? 'the one boot that other evidence tells of' : `boot ${this.#bootId}`;
      const message = `The uptime stamps of ${this.#context.fileName} from line ${first.first.number} on were dated by the clock of ${whose}; distances between entries are exact.`;
      out.push(problemItem('assumed-time', message, first.first.byteOffset));
      this.#tiedElsewhere = true;
      this.#tie(zero, out);
      return;
    }
    const { fileName, nearTime, nearTimeFrom } = this.#context;
    // Beside other evidence they would stand at a moment of it that has nothing to do with them.
    const latest = nearTimeFrom === 'other-source' ? null : nearTime;
    const end =
      latest === null ? 'they are left out' : 'they were placed as if the last was written with the file itself';
    out.push(
      problemItem(
        'assumed-time',
        `${this.#untied.length} entries from line ${first.first.number} of ${fileName} have only the uptime of their boot and no line ties it to a date; ${end}, and only their order and distances hold. Export with -o short-iso-precise or -o json.`,
        first.first.byteOffset,
      ),
    );
    if (latest === null) this.#untied = [];
    else {
      this.#isOrderOnly = true;
      this.#tie(latest - this.#lastMonotonic, out);
    }
  }

  #emit(open: OpenEntry, time: EpochMicros, resolutionMicros: number, out: ParsedItem[]): void {
    const { prefix, continuation } = open;
    const first = withLineBreaks(prefix.message);
    const message = continuation.length === 0 ? first : [first, ...continuation].join('\n');
    const identifier = prefix.identifier === '' ? null : prefix.identifier;
    const read = classifyMessage({ message, identifier, pid: prefix.pid });
    // with-unit prints the unit where the other formats print the identifier
    const isUnit = UNIT_SUFFIXES.some((suffix) => prefix.identifier.endsWith(suffix));
    const printedUnit = isUnit ? prefix.identifier : null;
    out.push(
      eventItem({
        time,
        resolutionMicros,
        timestampDesc: 'entry written',
        kind: read.kind,
        message,
        ...processOf(read, prefix.pid),
        identifier,
        host: prefix.host,
        severity: read.severity ?? prefix.severity,
        unit: read.unit ?? printedUnit,
        detail: read.detail,
        source: provenanceOfLines(this.#context, open.first, open.last),
      }),
    );
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#close(out);
    this.#releaseYearless(out);
    this.#stray.flush(out);
    if (this.#bootZero === null) this.#tieUntied(out);
    this.#reportUntied(out);
    // journalctl ends every entry with a line feed.
    reportCutEnd(this.#context, cut, 'entry', out);
  }

  isSettled(): boolean {
    return (
      !this.#zoneless &&
      this.#yearless.length === 0 &&
      this.#firstYear === null &&
      this.#untied.length === 0 &&
      this.#bootZero === null &&
      this.#bootId === null
    );
  }

  timeResolution(): TimeResolution {
    return {
      ...(this.#zoneless
        ? this.#stamps.resolution()
        : { offsetMinutes: null, zoneFrom: this.#tiedElsewhere ? 'other-source' : 'file' }),
      year: this.#firstYear,
      yearFrom: this.#firstYear === null || this.#yearFromFile ? 'file' : this.#context.nearTimeFrom,
      ...(this.#isOrderOnly ? { isOrderOnly: true as const } : {}),
    };
  }
}

function isCapital(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a;
}

/**
 * rsyslog writes a traceback on one line, its line feeds as `#012` ($EscapeControlCharactersOnReceive). Elsewhere `#012` may
 * be the application's own.
 */
function withLineBreaks(message: string): string {
  return message.includes('Traceback (most recent call last):#012') ? message.replaceAll('#012', '\n') : message;
}

// -- Subject: A start job for unit app.service has finished successfully      (before systemd 246)
// ░░ Subject: A start job for unit app.service has finished successfully
/** What `journalctl --catalog` explains below an entry: it is no part of the message. */
function isCatalogText(text: string): boolean {
  return /^(?:--(?: |$)|░░(?: |$))/.test(text) && !isJournalNotice(text);
}

/** The message's own indentation stays: only the columns that journalctl added go. */
function withoutIndent(text: string, indent: number): string {
  let blanks = 0;
  while (blanks < indent && text.charCodeAt(blanks) === 0x20) blanks += 1;
  // Less than the full indentation was re-wrapped by whoever pasted it; what is left is then the message's own.
  return blanks === indent ? text.slice(indent) : text.trimStart();
}

/** The instant that gunicorn's own stamp in a message tells, zone and all; null when there is none. */
function gunicornTime(message: string): EpochMicros | null {
  const stamp = splitInnerHeader(message)?.stamp;
  if (stamp == null || stamp.zone === null) return null;
  return wallClockToMicros(stamp.wall, stamp.zone);
}

/** The time that any logger's stamp in a message tells, in the source's zone where it prints none. */
function innerTime(message: string, stamps: StampClock): EpochMicros | null {
  const stamp = splitInnerHeader(message)?.stamp;
  return stamp == null ? null : stamps.peek(stamp.wall, stamp.zone);
}
