import { SEVERITIES, type Severity } from '../../model/event.ts';
import type { EvidenceId, TimeResolution } from '../../model/evidence.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND, type WallClock } from '../../model/time.ts';
import type { LogFormat } from '../reading/format.ts';
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
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { StampClock } from '../reading/stamp-clock.ts';
import { fractionMicros, monthNumber, wallOf, zoneMinutes } from '../reading/stamps.ts';
import type { UptimeTie } from '../reading/uptime-ties.ts';
import { classifyMessage } from '../wording/classify.ts';

/** Messages that wait for a tie of the uptime to a date; the kernel's buffer holds some ten thousand. */
const WAITING_LIMIT = 100_000;

/** The stamp that `dmesg` puts in front of a message. */
type DmesgStamp =
  | { readonly type: 'uptime'; readonly micros: number }
  | { readonly type: 'local'; readonly wall: WallClock }
  | { readonly type: 'iso'; readonly wall: WallClock; readonly zone: number | null };

/** One message of the kernel as `dmesg` prints it. */
interface DmesgLine {
  readonly stamp: DmesgStamp;
  readonly severity: Severity | null;
  readonly message: string;
}

// <6>[ 7214.255799] (dmesg -r)     kern  :info  : [ 7214.255799] (dmesg -x)
const LEVEL = String.raw`(?:<(\d{1,3})>|[a-z]{1,12} *:([a-z]{1,8}) *: )?`;
// [ 7214.255799 <    0.000014>] (dmesg -d)     [ 7214.255799][  T912] (kernels that print the caller)
const AFTER_STAMP = String.raw`(?: <[^>\]]{0,40}>)?\](?:\[ *[TC]\d+\])? ?`;
// [ 3501.341241] Memory cgroup out of memory: Killed process 24020 (python3) ...
const UPTIME = new RegExp(String.raw`^${LEVEL}\[ *(\d{1,10})\.(\d{6})${AFTER_STAMP}`);
// [Sun Nov 30 22:41:09 2025] Memory cgroup out of memory: ...            dmesg -T, in the words of the locale
const LOCAL = new RegExp(
  String.raw`^${LEVEL}\[\p{L}{1,5}\.? (\p{L}{3,8}\.?) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})${AFTER_STAMP}`,
  'u',
);
// 2025-11-30T22:41:09,341241+00:00 Memory cgroup out of memory: ...      dmesg --time-format iso
const ISO = new RegExp(
  String.raw`^${LEVEL}(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d),(\d{6})([+-]\d\d:\d\d)(?: <[^>\]]{0,40}>)? `,
);
// vm kernel: ...     vm gunicorn[25321]: ...     gunicorn[25321]: ...     what journalctl -o short-monotonic prints there
const JOURNAL_ORIGIN = /^(?:[\w.-]+ [\w.@/-]+(?:\[\d+\])?: |[\w.-]+\[\d+\]: (?!segfault at )|kernel: )/;

/**
 * Reads a line that `dmesg` printed; null for any other, also for one of `journalctl -o short-monotonic`, whose stamps look
 * the same but stand before a host or an identifier; unless the file is known to be of dmesg, whose messages may begin so too. Source: dmesg(1) and sys-utils/dmesg.c of util-linux 2.38.
 */
function readDmesgLine(text: string, isDmesg = false): DmesgLine | null {
  const uptime = UPTIME.exec(text);
  if (uptime !== null) {
    const message = text.slice(uptime[0].length);
    if (!isDmesg && JOURNAL_ORIGIN.test(message)) return null;
    const micros = Number(uptime[3]) * MICROS_PER_SECOND + fractionMicros(uptime[4]);
    return { stamp: { type: 'uptime', micros }, severity: severityOf(uptime[1], uptime[2]), message };
  }
  const local = LOCAL.exec(text);
  if (local !== null) {
    const month = monthNumber(local[3] ?? '');
    // [Mon Mar 02 07:01:40 2026] [notice] resuming        httpd's error log
    if (
      month === null ||
      /^\[(?:[\w-]+:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d)\] /.test(text.slice(local[0].length))
    ) {
      return null;
    }
    const wall = wallOf(local[8], month, local[4], local[5], local[6], local[7]);
    return {
      stamp: { type: 'local', wall },
      severity: severityOf(local[1], local[2]),
      message: text.slice(local[0].length),
    };
  }
  const iso = ISO.exec(text);
  if (iso === null) return null;
  const wall = wallOf(iso[3], iso[4], iso[5], iso[6], iso[7], iso[8], iso[9]);
  return {
    stamp: { type: 'iso', wall, zone: zoneMinutes(iso[10] ?? '') },
    severity: severityOf(iso[1], iso[2]),
    message: text.slice(iso[0].length),
  };
}

/** The level that `-r` prints as a number (facility and severity together) and `-x` as a word. */
function severityOf(priority: string | undefined, word: string | undefined): Severity | null {
  if (priority !== undefined) return SEVERITIES[Number(priority) & 7] ?? null;
  if (word === 'warn') return 'warning';
  return SEVERITIES.find((severity) => severity === word) ?? null;
}

interface WaitingMessage {
  readonly line: Line;
  readonly last: Line;
  readonly read: DmesgLine;
  readonly uptimeMicros: number;
}

/**
 * Makes a parser for `dmesg`: with uptime stamps, `-T` or `--time-format iso`, each also with `-x` or `-r`.
 *
 * Uptime is no wall time. It is tied to it through messages that another source has with their date, else through
 * gunicorn's word of a SIGKILL of the process that an oom-kill names; without either, the messages are left out and a
 * problem says what to give. `recordTime` is the known time of the one record that is read again.
 */
function createDmesgParser(recordTime: EpochMicros | null = null): CreateParser {
  return (context) => parserOfLines(context, new DmesgHandler(context, recordTime));
}

class DmesgHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stamps: StampClock;
  readonly #recordTime: EpochMicros | null;
  readonly #stray: StrayLines;
  #waiting: WaitingMessage[] = [];
  #waitingFull = false;
  /** Whether uptime was dated through other sources. */
  #isTied = false;
  /** The sources through which its boots were dated; undefined: one that is not known. */
  readonly #through = new Set<EvidenceId | undefined>();
  /** Whether nothing tied the uptime to a date. */
  #isOrderOnly = false;
  /** The latest message, while further lines of it may follow. */
  #open: { readonly line: Line; last: Line; read: DmesgLine } | null = null;
  #any = false;
  #anyLocal = false;

  constructor(context: ParseContext, recordTime: EpochMicros | null) {
    this.#context = context;
    this.#stamps = new StampClock(context);
    this.#recordTime = recordTime;
    this.#stray = new StrayLines(context, 'messages of dmesg');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    if (line.text.trim() === '') return;
    // In a file of dmesg every stamp is dmesg's, whatever the message looks like.
    const read = readDmesgLine(line.text, true);
    if (read === null) {
      const open = this.#open;
      if (open !== null && /^[ \t]/.test(line.text)) {
        open.last = line;
        open.read = { ...open.read, message: `${open.read.message}\n${line.text.trim()}` };
        return;
      }
      this.#close(out);
      if (this.#any || !isDecoration(line.text)) this.#stray.add(line);
      return;
    }
    this.#close(out);
    this.#any = true;
    this.#stray.flush(out);
    this.#open = { line, last: line, read };
  }

  #close(out: ParsedItem[]): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    const { line, last, read } = open;
    const { stamp } = read;
    if (stamp.type === 'uptime') {
      this.#takeUptime({ line, last, read, uptimeMicros: stamp.micros }, out);
      return;
    }
    if (stamp.type === 'local' && !this.#anyLocal) this.#markLocal(line, out);
    const zone = stamp.type === 'iso' ? stamp.zone : null;
    const time = this.#stamps.instant(stamp.wall, zone);
    if (time === null) this.#stray.add(line);
    // Both are computed from the uptime: more than a second's precision would be pretence.
    else this.#emit(line, last, read, time, out);
  }

  #markLocal(line: Line, out: ParsedItem[]): void {
    this.#anyLocal = true;
    out.push(
      problemItem(
        'assumed-time',
        `${this.#context.fileName} was made with dmesg -T, which computes local times from the uptime: they are off by as long as the host slept, and by clock corrections since boot. journalctl -k -o short-iso-precise has the times as they were.`,
        line.byteOffset,
      ),
    );
  }

  #takeUptime(message: WaitingMessage, out: ParsedItem[]): void {
    if (this.#recordTime !== null) {
      this.#emit(message.line, message.last, message.read, this.#recordTime, out);
    } else if (this.#waiting.length < WAITING_LIMIT) {
      this.#waiting.push(message);
    } else if (!this.#waitingFull) {
      this.#waitingFull = true;
      out.push(
        problemItem(
          'limit-exceeded',
          `${this.#context.fileName} has more than ${WAITING_LIMIT} messages with uptime stamps; those from line ${message.line.number} on are left out.`,
          message.line.byteOffset,
        ),
      );
    }
  }

  #emit(line: Line, last: Line, read: DmesgLine, time: EpochMicros, out: ParsedItem[]): void {
    const { kind, detail } = classifyMessage({ message: read.message, identifier: 'kernel', pid: null });
    out.push(
      eventItem({
        time,
        resolutionMicros: MICROS_PER_SECOND,
        timestampDesc: 'entry written',
        kind,
        message: read.message,
        pid: null,
        identifier: 'kernel',
        host: null,
        severity: read.severity,
        unit: null,
        detail,
        source: provenanceOfLines(this.#context, line, last),
      }),
    );
  }

  #releaseWaiting(out: ParsedItem[]): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const first = waiting[0];
    if (first === undefined) return;
    const tie =
      this.#tieThroughEntries(waiting) ??
      this.#context.uptimeTies?.find(
        waiting.map(({ read, uptimeMicros }) => ({
          message: read.message,
          uptimeMicros,
          ...classifyMessage({ message: read.message, identifier: 'kernel', pid: null }),
        })),
      ) ??
      null;
    if (tie === null) {
      this.#placeByFile(waiting, first, out);
      return;
    }
    this.#isTied = true;
    this.#through.add(tie.through);
    for (const { line, last, read, uptimeMicros } of waiting) {
      this.#emit(line, last, read, epochMicros(tie.bootMicros + uptimeMicros), out);
    }
    out.push(problemItem('assumed-time', `The uptime stamps of ${this.#context.fileName} ${tie.how}`, null));
  }

  /** What the messages say holds without a date too: they are placed as if the last was written with the file itself. */
  #placeByFile(waiting: readonly WaitingMessage[], first: WaitingMessage, out: ParsedItem[]): void {
    const { fileName, nearTime, nearTimeFrom } = this.#context;
    // Beside other evidence they would stand at a moment of it that has nothing to do with them.
    const latest = nearTimeFrom === 'other-source' ? null : nearTime;
    const end =
      latest === null ? 'they are left out' : 'they were placed as if the last was written with the file itself';
    out.push(
      problemItem(
        'assumed-time',
        `${waiting.length} messages from line ${first.line.number} of ${fileName} have only the uptime of their boot, and nothing that was given ties it to a date; ${end}, and only their order and distances hold. Give journalctl -k -o short-iso-precise, or dmesg --time-format iso.`,
        first.line.byteOffset,
      ),
    );
    if (latest === null) return;
    this.#isOrderOnly = true;
    const lastUptime = waiting.reduce((most, { uptimeMicros }) => Math.max(most, uptimeMicros), 0);
    for (const { line, last, read, uptimeMicros } of waiting) {
      this.#emit(line, last, read, epochMicros(latest - lastUptime + uptimeMicros), out);
    }
  }

  #tieThroughEntries(waiting: readonly WaitingMessage[]): UptimeTie | null {
    const { knownEntries } = this.#context;
    const entries = waiting.map(({ read, uptimeMicros }) => ({ uptimeMicros, message: read.message }));
    const shared = knownEntries === undefined ? null : bootInstantOf(entries, knownEntries);
    if (shared === null) return null;
    return {
      bootMicros: shared,
      how: 'were dated through messages that another source has with their time; distances between messages are exact.',
    };
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#close(out);
    this.#stray.flush(out);
    this.#releaseWaiting(out);
    reportCutEnd(this.#context, cut, 'message', out);
  }

  timeResolution(): TimeResolution {
    const [through] = this.#through;
    return {
      ...(this.#anyLocal
        ? this.#stamps.resolution()
        : { offsetMinutes: null, zoneFrom: this.#isTied ? 'other-source' : 'file' }),
      year: null,
      yearFrom: 'file',
      ...(this.#isOrderOnly ? { isOrderOnly: true as const } : {}),
      ...(this.#through.size === 1 && through !== undefined ? { datedThrough: through } : {}),
    };
  }
}

export const DMESG: LogFormat = {
  holds: 'log',
  savedAs: '`dmesg --time-format iso`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '[ 3501.341241] Memory cgroup out of memory: Killed process 24020 (python3) total-vm:433520kB',
        why: 'has messages with the stamps of dmesg',
        reads: (line) => readDmesgLine(line) !== null,
      },
    ],
    // A journal's patterns would take its lines for entries of strange hosts.
    beforeStamps: true,
  },
  dated: 'by-ties',
  printsHostZone: true,
  create: createDmesgParser(),
  readAgain: createDmesgParser,
  stampedBy: 'uptime',
  copyRank: 3,
  findMessage: null,
  isVerbatim: true,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
  readPlainly: null,
  isLaidOut: false,
};
