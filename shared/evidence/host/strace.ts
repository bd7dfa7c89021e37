import type { TimeResolution } from '../../model/evidence.ts';
import type { SyscallTrace, SystemCall } from '../../model/probes.ts';
import {
  type EpochMicros,
  epochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
} from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { fractionMicros } from '../reading/stamps.ts';
import { pidInName } from './pid-in-name.ts';
import { SnapshotClock } from './snapshot-time.ts';

/** No line is read beyond this: strace prints 32 characters of a buffer unless it is asked for more. */
const MOST_CHARACTERS = 4_096;
const SHOWN_CHARACTERS = 300;
/** Processes and threads of one trace. */
const MOST_PROCESSES = 4_096;
/** The last calls of a process that are looked at for what it does again and again. */
const LATEST_CALLS = 200;
/** A retry of SQLite takes some ten calls: a refusal is news of the end if none but those came after it. */
const RETRY_CALLS = 40;

// [pid   610] 04:11:26.980168 text          610   1769573486.980168 text          0.000042 text (-r)
const START =
  /^(?:\[pid +(\d{1,10})\] |(\d{1,10}) +)?(?:(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))? |(\d{10})(?:\.(\d{1,6}))? | *\d{1,6}\.\d{6} (?:\(\+ +\d+\.\d+\) )?)?/;
// futex(0x7f, FUTEX_WAIT_PRIVATE, 0, NULL) = 0          <... futex resumed>) = 0
const CALL = /^([a-z_][a-z0-9_]{1,40})\((.*)$/;
const RESUMED = /^<\.\.\. ([a-z_][a-z0-9_]{1,40}) resumed> ?(.*)$/;
const RETURNED = /\) += (-?\d+|0x[0-9a-f]+|\?)(?: ([A-Z][A-Z0-9]+))?[^=]*$/;
const UNFINISHED = /<(?:unfinished|detached|pid changed to \d+) \.\.\.>\s*$/;
// --- SIGABRT {si_signo=SIGABRT, si_code=SI_USER, si_pid=600, si_uid=0} ---          +++ killed by SIGKILL +++
const SIGNALLED = /^--- (SIG[A-Z0-9]+|stopped by SIG[A-Z0-9]+) .*---$|^--- stopped by (SIG[A-Z0-9]+) ---$/;
const ENDED = /^\+\+\+ (?:killed by (SIG[A-Z0-9]+)(?: \(core dumped\))?|exited with \d{1,3}) \+\+\+$/;
const NOTICE =
  /^strace: (?:Process (\d{1,10}) (?:attached|detached)|.*)|^Process \d+ (?:attached|detached)| <detached \.\.\.>$/;
const LOCK =
  /^(?:\d{1,7})(?:<[^>]*>)?, (F_(?:OFD_)?(?:SETLK|GETLK|SETLKW)(?:64)?), \{l_type=F_(WRLCK|RDLCK|UNLCK), l_whence=SEEK_SET, l_start=(\d{1,20}), l_len=(\d{1,20})(?:, l_pid=(\d{1,10}))?\}/;

/** Bytes of a database on which SQLite locks, and those of its -shm. Sources: os.h PENDING_BYTE, wal.c WALINDEX_LOCK_OFFSET */
const DATABASE_LOCKS = { from: 0x40000000, to: 0x40000000 + 511 } as const;
const SHM_LOCKS = { from: 120, to: 127 } as const;

/** Whether a line is one of strace. */
function isTraceLine(text: string): boolean {
  const body = text.slice(START.exec(text)?.[0].length ?? 0, MOST_CHARACTERS);
  if (RESUMED.test(body) || ENDED.test(body) || SIGNALLED.test(body)) return true;
  const call = CALL.exec(body);
  return call !== null && (RETURNED.test(body) || UNFINISHED.test(body));
}

/** What is known of one process. */
interface Traced {
  readonly pid: number | null;
  readonly first: Line;
  latest: Line;
  from: EpochMicros | null;
  calls: number;
  last: SystemCall | null;
  /** Beginning of a call that goes on in a later line. */
  pending: string;
  readonly names: string[];
  /** By first byte and kind of lock, how often it was refused since it was last granted. */
  readonly refused: Map<string, { count: number; last: SystemCall; at: number }>;
  holderPid: number | null;
  refusedMemory: SystemCall | null;
  killedBy: string | null;
  endedAt: EpochMicros | null;
}

/**
 * `strace -f -p PID`, with any of -t, -tt, -ttt and -o: what each process asked of the kernel last, what it asked for again and
 * again, and which locks it was refused. Of stamps with a time of day alone, the date is that of what lies nearest.
 * Source: strace(1)
 */
const createStraceParser: CreateParser = (context) => parserOfLines(context, new StraceHandler(context));

class StraceHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  readonly #traced = new Map<number, Traced>();
  #onlyPid: number | null;
  #latest: EpochMicros | null = null;
  #isEpoch = false;
  #tooMany = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'lines of strace');
    this.#onlyPid = pidInName(context.fileName);
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const text = line.text.slice(0, MOST_CHARACTERS);
    const notice = NOTICE.exec(text);
    if (notice !== null) {
      if (notice[1] !== undefined && this.#traced.size === 0) this.#onlyPid = Number(notice[1]);
      return;
    }
    const start = START.exec(text);
    const body = text.slice(start?.[0].length ?? 0);
    const isKnown = CALL.test(body) || RESUMED.test(body) || SIGNALLED.test(body) || ENDED.test(body);
    if (start === null || !isKnown) {
      if (!isDecoration(text) && !this.#clock.takeDateLine(text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    const time = this.#timeOf(start);
    if (time !== null) this.#latest = time;
    const pid = start[1] ?? start[2];
    const traced = this.#processOf(pid === undefined ? this.#onlyPid : Number(pid), line, time, out);
    if (traced === null) return;
    traced.latest = line;
    const ended = ENDED.exec(body);
    if (ended !== null) {
      traced.killedBy = ended[1] ?? null;
      traced.endedAt = time;
    } else if (!SIGNALLED.test(body)) this.#take(traced, body, time, line);
  }

  #processOf(pid: number | null, line: Line, time: EpochMicros | null, out: ParsedItem[]): Traced | null {
    const known = this.#traced.get(pid ?? 0);
    if (known !== undefined) return known;
    if (this.#traced.size === MOST_PROCESSES) {
      if (!this.#tooMany) {
        const message = `${this.#context.fileName} traces more than ${MOST_PROCESSES} processes; those beyond were left out.`;
        out.push(problemItem('limit-exceeded', message, line.byteOffset));
      }
      this.#tooMany = true;
      return null;
    }
    const traced: Traced = {
      pid,
      first: line,
      latest: line,
      from: time,
      calls: 0,
      last: null,
      pending: '',
      names: [],
      refused: new Map(),
      holderPid: null,
      refusedMemory: null,
      killedBy: null,
      endedAt: null,
    };
    this.#traced.set(pid ?? 0, traced);
    return traced;
  }

  #take(traced: Traced, body: string, time: EpochMicros | null, line: Line): void {
    const resumed = RESUMED.exec(body);
    const name = resumed?.[1] ?? CALL.exec(body)?.[1] ?? '';
    const isUnfinished = UNFINISHED.test(body) || !RETURNED.test(body) || /\) += \?/.test(body);
    const whole = resumed === null ? body : `${traced.pending}${resumed[2] ?? ''}`;
    traced.pending = isUnfinished ? body.replace(UNFINISHED, '').replace(/\s+$/, ' ') : '';
    const shown = (resumed === null ? body : whole || body).slice(0, SHOWN_CHARACTERS);
    const call: SystemCall = { name, text: shown, time, isUnfinished, source: provenanceOfLines(this.#context, line) };
    if (resumed === null || traced.last === null) {
      traced.calls += 1;
      traced.names[traced.calls % LATEST_CALLS] = name;
    }
    traced.last = call;
    if (isUnfinished) return;
    const [, returned, error] = RETURNED.exec(whole) ?? [];
    if (error === 'ENOMEM') traced.refusedMemory ??= call;
    if (name.startsWith('fcntl')) noteLock(traced, CALL.exec(whole)?.[2] ?? '', returned, error, call);
  }

  #timeOf(start: RegExpExecArray): EpochMicros | null {
    const [, , , hour, minute, second, fraction, seconds, decimals] = start;
    if (seconds !== undefined) {
      this.#isEpoch = true;
      return epochMicros(Number(seconds) * MICROS_PER_SECOND + fractionMicros(decimals));
    }
    const base = this.#latest ?? this.#clock.time ?? this.#context.nearTime;
    if (hour === undefined || base === null) return null;
    const day = new Date((base + this.#context.offsetMinutes * MICROS_PER_MINUTE) / 1_000);
    const wall = {
      year: day.getUTCFullYear(),
      month: day.getUTCMonth() + 1,
      day: day.getUTCDate(),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      micros: fractionMicros(fraction),
    };
    const time = this.#clock.resolve(wall, null);
    if (time === null) return null;
    // The nearest of that time of day, before or after midnight.
    const days = Math.round((base - time) / MICROS_PER_DAY);
    return epochMicros(time + days * MICROS_PER_DAY);
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    for (const traced of this.#traced.values()) {
      const trace = traceOf(traced, this.#latest, provenanceOfLines(this.#context, traced.first, traced.latest));
      if (trace !== null) out.push({ type: 'syscall-trace', trace });
    }
    // A trace that is cut short by the end of its process or of strace ends within a line; that says so itself.
    if (cut === null || UNFINISHED.test(cut.text)) return;
    const message = `${this.#context.fileName} ends within line ${cut.number}; its last call may be cut short.`;
    out.push(problemItem('truncated', message, cut.byteOffset));
  }

  timeResolution(): TimeResolution | null {
    if (this.#isEpoch) return { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' };
    return this.#clock.timeResolution();
  }
}

/** Keeps which locks of SQLite a process was refused, and who held one that it asked about. */
function noteLock(
  traced: Traced,
  args: string,
  returned: string | undefined,
  error: string | undefined,
  call: SystemCall,
): void {
  const lock = LOCK.exec(args);
  if (lock === null) return;
  const [, command = '', kind, from, , holder] = lock;
  const first = Number(from);
  const isSqlites =
    (first >= DATABASE_LOCKS.from && first <= DATABASE_LOCKS.to) || (first >= SHM_LOCKS.from && first <= SHM_LOCKS.to);
  if (!isSqlites) return;
  if (command.includes('GETLK')) {
    if (kind === 'WRLCK' && holder !== undefined && Number(holder) > 0) traced.holderPid = Number(holder);
    return;
  }
  const key = `${first} ${kind}`;
  if (error === 'EAGAIN' || error === 'EACCES') {
    const count = (traced.refused.get(key)?.count ?? 0) + 1;
    traced.refused.set(key, { count, last: call, at: traced.calls });
  } else if (returned === '0') traced.refused.delete(key);
}

function traceOf(traced: Traced, latest: EpochMicros | null, source: SyscallTrace['source']): SyscallTrace | null {
  const { pid, last, calls, from, refusedMemory, killedBy, endedAt } = traced;
  if (last === null) return null;
  const refused = [...traced.refused.values()]
    .filter(({ at }) => calls - at <= RETRY_CALLS)
    .sort((a, b) => b.count - a.count)[0];
  const names = traced.names.filter((name) => name !== undefined);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [name = last.name, count = 1] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return {
    pid,
    from,
    to: endedAt ?? latest,
    calls,
    last,
    repeated: { name, count, of: names.length },
    refusedLocks:
      refused === undefined ? null : { count: refused.count, last: refused.last, holderPid: traced.holderPid },
    refusedMemory,
    killedBy,
    source,
  };
}

export const STRACE: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`strace -f -tt -p PID -o strace.txt`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '23333 04:11:26.980168 futex(0x7f0e5c000b60, FUTEX_WAIT_PRIVATE, 0, NULL) = 0',
        why: 'has the calls of strace',
        reads: isTraceLine,
      },
    ],
    beforeStamps: true,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createStraceParser,
  // It holds no events.
  readAgain: null,
};
