import type { TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { LogFormat } from '../reading/format.ts';
import type { KnownEntries } from '../reading/known-entries.ts';
import {
  eventItem,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  reportCutEnd,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import type { Classified } from '../wording/classified.ts';
import { classifyMessage } from '../wording/classify.ts';
import { classifyKernel } from '../wording/classify-kernel.ts';
import { isJournalNotice } from './journal-prefix.ts';

/** Lines of one entry that are kept. */
const ENTRY_LIMIT_LINES = 10_000;
/** Lines that wait for the first that can be dated. */
const WAITING_LIMIT = 100_000;
/** Journals are in the order of their writing; a sender's own stamp, which is shown as the time, may be this much older. */
const DISORDER_MICROS = MICROS_PER_SECOND;
/** Different messages whose last instant is remembered. */
const MESSAGES_LIMIT = 100_000;
/** Lines looked at, and how many of them another source must have, for a text without any stamp to be taken for `cat`. */
const LOOKED_AT_LINES = 400;
const LEAST_KNOWN_LINES = 3;
const KNOWN_SHARE = 0.5;

/**
 * Whether a text is what `journalctl -o cat` prints of entries that another source has with their times: at least half of
 * its lines, and three, are messages of such entries.
 */
export function isCatOfKnown(text: string, known: KnownEntries): boolean {
  const lines = text
    .split('\n', LOOKED_AT_LINES)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !isJournalNotice(line));
  const from = epochMicros(0);
  const knownLines = lines.filter((line) => known.nextInstantOf(line, from) !== null).length;
  return knownLines >= LEAST_KNOWN_LINES && knownLines >= lines.length * KNOWN_SHARE;
}

/** Whether a line has the kernel's wording about a process that it kills or sees crash, as `journalctl -k -o cat` prints it. */
function isKernelWording(text: string): boolean {
  // In front of a message that begins with a bracket stands a stamp of dmesg, as a rule.
  return !text.startsWith('[') && classifyKernel(text).kind !== 'kernel';
}

/**
 * Makes a parser for `journalctl -o cat`: messages, and nothing else. A line is dated by the entry of another source that
 * has its message, in the order of the file; a kernel's word of a kill by gunicorn's word of the SIGKILL. Lines between take
 * the time of the line before, to the second at best, and a problem counts them. `recordTime` is the known time of the one
 * line that is read again.
 *
 * A message of several lines is printed as it is: the other source tells how many they are; without it, only indented
 * lines can be told from further entries.
 */
function createJournalCatParser(recordTime: EpochMicros | null = null): CreateParser {
  return (context) => parserOfLines(context, new JournalCatHandler(context, recordTime));
}

interface OpenEntry {
  readonly first: Line;
  last: Line;
  readonly lines: string[];
  /** Lines that are still to come, as another source shows. */
  missing: number;
  /** Null while it waits for one. */
  readonly time: EpochMicros | null;
  readonly isKnown: boolean;
}

class JournalCatHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #recordTime: EpochMicros | null;
  #open: OpenEntry | null = null;
  #waiting: OpenEntry[] = [];
  #waitingFull = false;
  #time: EpochMicros | null = null;
  /** The last instant at which a message stood: the same message further down is a later entry. */
  readonly #instants = new Map<string, EpochMicros>();
  #undated = 0;
  #firstUndated: Line | null = null;

  constructor(context: ParseContext, recordTime: EpochMicros | null) {
    this.#context = context;
    this.#recordTime = recordTime;
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const open = this.#open;
    if (open !== null && (open.missing > 0 || this.#recordTime !== null)) {
      open.missing -= 1;
      continueEntry(open, line);
      return;
    }
    if (line.text.trim() === '' || isJournalNotice(line.text)) return;
    const instant = this.#recordTime ?? this.#instantOf(line.text);
    if (instant === null && open !== null && /^[ \t]/.test(line.text)) {
      continueEntry(open, line);
      return;
    }
    this.#close(out);
    if (instant !== null) this.#date(instant, out);
    // Which entries the record shares with another source is not known when it is read alone.
    const isKnown = instant !== null && this.#recordTime === null;
    if (!isKnown) {
      this.#undated += 1;
      this.#firstUndated ??= line;
    }
    const missing = isKnown ? (this.#context.knownEntries?.linesOf(line.text) ?? 1) - 1 : 0;
    this.#open = { first: line, last: line, lines: [line.text], missing, time: this.#time, isKnown };
  }

  #instantOf(text: string): EpochMicros | null {
    const { knownEntries, uptimeTies } = this.#context;
    const message = text.trimEnd();
    const before = this.#instants.get(message);
    const from =
      before !== undefined ? before + 1 : this.#time === null ? 0 : Math.max(0, this.#time - DISORDER_MICROS);
    const instant = knownEntries?.nextInstantOf(message, epochMicros(from)) ?? null;
    if (instant !== null) {
      if (this.#instants.size >= MESSAGES_LIMIT) this.#instants.clear();
      this.#instants.set(message, instant);
      return instant;
    }
    const { kind, detail } = classifyKernel(text);
    const tie = kind === 'oom-kill' ? uptimeTies?.find([{ message, kind, detail, uptimeMicros: 0 }]) : null;
    return tie == null ? null : epochMicros(tie.bootMicros);
  }

  /** What waited took place before the first line that can be dated: its time is the nearest that is known. */
  #date(instant: EpochMicros, out: ParsedItem[]): void {
    this.#time = instant;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const entry of waiting) this.#emit({ ...entry, time: instant }, out);
  }

  #close(out: ParsedItem[]): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    if (open.time !== null) this.#emit(open, out);
    else if (this.#waiting.length < WAITING_LIMIT) this.#waiting.push(open);
    else if (!this.#waitingFull) {
      this.#waitingFull = true;
      const message = `${this.#context.fileName} has more than ${WAITING_LIMIT} entries before the first that can be dated; those from line ${open.first.number} on up to it are left out.`;
      out.push(problemItem('limit-exceeded', message, open.first.byteOffset));
    }
  }

  #emit(entry: OpenEntry, out: ParsedItem[]): void {
    if (entry.time === null) return;
    const message = entry.lines.join('\n');
    const read = readLine(message);
    out.push(
      eventItem({
        time: entry.time,
        resolutionMicros: entry.isKnown ? 1 : MICROS_PER_SECOND,
        timestampDesc: 'entry written',
        kind: read.kind,
        message,
        pid: read.pid,
        identifier: read.identifier,
        host: null,
        severity: read.severity,
        unit: null,
        detail: read.detail,
        source: provenanceOfLines(this.#context, entry.first, entry.last),
      }),
    );
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#close(out);
    const { fileName } = this.#context;
    if (this.#waiting.length > 0) {
      const first = this.#waiting[0]?.first;
      const message = `${this.#waiting.length} entries of ${fileName} have no stamps (it is journalctl -o cat), and no other source has the same entries with their times; they are left out. Export with -o short-iso-precise.`;
      out.push(problemItem('assumed-time', message, first?.byteOffset ?? 0));
    } else if (this.#firstUndated !== null && this.#recordTime === null) {
      const message = `${this.#undated} entries of ${fileName} have no stamps (it is journalctl -o cat) and stand in no other source; they were given the time of the entry before. Export with -o short-iso-precise.`;
      out.push(problemItem('assumed-time', message, this.#firstUndated.byteOffset));
    }
    reportCutEnd(this.#context, cut, 'entry', out);
  }

  timeResolution(): TimeResolution {
    return { offsetMinutes: null, zoneFrom: 'other-source', year: null, yearFrom: 'other-source' };
  }
}

function continueEntry(open: OpenEntry, line: Line): void {
  open.last = line;
  if (open.lines.length < ENTRY_LIMIT_LINES) open.lines.push(line.text);
}

/** What a bare message is. The kernel's wording is believed here, since nothing says who wrote a line. */
function readLine(message: string): Classified & {
  readonly identifier: string | null;
  readonly pid: number | null;
  readonly severity: ReturnType<typeof classifyMessage>['severity'];
} {
  const read = classifyMessage({ message, identifier: null, pid: null });
  const { kind, detail, severity } = read;
  if (kind === 'log') {
    const kernel = classifyKernel(message);
    if (kernel.kind !== 'kernel') return { ...kernel, identifier: 'kernel', pid: null, severity: null };
  }
  return { kind, detail, severity, identifier: null, pid: read.innerPid };
}

export const JOURNAL_CAT: LogFormat = {
  holds: 'log',
  savedAs: '`journalctl -o cat`',
  // Only the kernel's messages have a look of their own; others show beside the same entries in another source (isCatOfKnown).
  detect: {
    by: 'entries',
    signs: [
      {
        sample:
          'Memory cgroup out of memory: Killed process 24020 (python3) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB',
        why: 'has messages of the kernel without stamps, as journalctl -k -o cat prints them',
        reads: isKernelWording,
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-copies',
  printsHostZone: true,
  create: createJournalCatParser(),
  readAgain: createJournalCatParser,
  stampedBy: 'copied',
  copyRank: 3,
  findMessage: null,
  isVerbatim: false,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
  readPlainly: null,
  isLaidOut: false,
};
