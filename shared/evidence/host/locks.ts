import type { TimeResolution } from '../../model/evidence.ts';
import type { FileLock } from '../../model/probes.ts';
import type { RecordFormat } from '../reading/format.ts';
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
import { SnapshotClock } from './snapshot-time.ts';

type Told = Omit<FileLock, 'time' | 'source'>;

// 1: POSIX  ADVISORY  WRITE 5580 fe:01:393401 1073741825 1073741825
// 2: -> POSIX  ADVISORY  WRITE 611 fe:01:393402 0 EOF              it waits for lock 2
const ROW =
  /^\d{1,9}: (-> )?(POSIX|FLOCK|OFDLCK|LEASE|DELEG) +(?:ADVISORY|MANDATORY|MSNFS|ACTIVE|BREAKING|BREAKER|\*NOINODE\*) +(READ|WRITE|RW|NONE|UNLCK) +(-?\d{1,10}) (?:[0-9a-f]{2,4}:[0-9a-f]{2,6}:(\d{1,20})|<none>:0) (\d{1,20}) (\d{1,20}|EOF)\s*$/;
// COMMAND           PID  TYPE SIZE MODE  M      START        END PATH
const LIST_HEADER = /^COMMAND +PID +TYPE +(?:SIZE +)?(?:INODE +)?(?:MAJ:MIN +)?MODE +M +START +END(?: +PATH)?(?: |$)/;
// sqlite3           4711 POSIX  12K WRITE* 0 1073741825 1073741825 /srv/tracker/service.db
const LIST_ROW =
  /^(\S.{0,60}?) +(-?\d{1,10}) +(POSIX|FLOCK|OFDLCK|LEASE) +(?:[\d.,]+[BKMGTPE]? +)?(READ|WRITE)(\*?) +[01] +(\d{1,20}) +(\d{1,20})(?: +(\S.*?))?\s*$/;

const TYPES: Readonly<Record<string, FileLock['type']>> = {
  POSIX: 'POSIX',
  FLOCK: 'FLOCK',
  OFDLCK: 'OFDLCK',
  LEASE: 'LEASE',
};

// # ls -i app.db -> 524301     524301 /srv/app/app.db     /srv/app/app.db: inode 524301
const NOTED_INODE =
  /(?<![\w./-])((?:[\w.-]*\/)*[\w.-]+\.\w{1,8})\s*(?:->|=>|=|:|\()?\s*(?:inode:?\s*)?(\d{2,20})(?![\w.:-])|^\W*(\d{2,20})\s+((?:[\w.-]*\/)*[\w.-]+\.\w{1,8})\s*$/i;

/** No other line begins so: what a lock is and how it is held. */
function isLockRow(text: string): boolean {
  return ROW.test(text);
}

/**
 * Locks on files, once or repeatedly under date lines: `/proc/locks`, and `lslocks`, which names the files. Sources: proc_locks(5),
 * lock_get_status in https://github.com/torvalds/linux/blob/v6.1/fs/locks.c, lslocks(8)
 */
const createLocksParser: CreateParser = (context) => parserOfLines(context, new LocksHandler(context));

class LocksHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  /** The files that notes give to inodes. */
  readonly #paths = new Map<number, string>();

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'locks');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const row = ROW.exec(line.text);
    const told = row === null ? listed(line.text) : fromKernel(row);
    if (told !== null) {
      this.#stray.flush(out);
      const source = provenanceOfLines(this.#context, line);
      const path = told.path ?? this.#paths.get(told.inode ?? -1) ?? null;
      out.push({ type: 'file-lock', lock: { time: this.#clock.time, ...told, path, source } });
      return;
    }
    const noted = NOTED_INODE.exec(line.text);
    if (noted !== null) this.#paths.set(Number(noted[2] ?? noted[3]), noted[1] ?? noted[4] ?? '');
    if (
      // A lease that is being taken back, or a lock that is being removed, is held by nobody.
      row === null &&
      !this.#clock.takeDateLine(line.text) &&
      !LIST_HEADER.test(line.text) &&
      !isDecoration(line.text)
    ) {
      this.#stray.add(line);
    }
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    out.push(...this.#clock.problems());
    reportCutEnd(this.#context, cut, 'lock', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

function fromKernel(row: RegExpExecArray): Told | null {
  const [, waiting, kind = '', access, pid, inode, from, to] = row;
  const type = TYPES[kind];
  if (type === undefined || (access !== 'READ' && access !== 'WRITE')) return null;
  return {
    type,
    access,
    pid: pidOf(pid),
    command: null,
    isWaiting: waiting !== undefined,
    inode: inode === undefined ? null : Number(inode),
    path: null,
    from: Number(from),
    to: to === 'EOF' ? null : Number(to),
  };
}

function listed(text: string): Told | null {
  const row = LIST_ROW.exec(text);
  const type = TYPES[row?.[3] ?? ''];
  if (row === null || type === undefined) return null;
  const [, command = '', pid, , access, star, from, to, path] = row;
  return {
    type,
    access: access === 'WRITE' ? 'WRITE' : 'READ',
    pid: pidOf(pid),
    command,
    isWaiting: star === '*',
    inode: null,
    path: path ?? null,
    from: Number(from),
    // lslocks prints 0 for the end of the file, wherever that is.
    to: to === '0' ? null : Number(to),
  };
}

/** Locks of an open file description have no process (-1), those of another pid namespace 0. */
function pidOf(text: string | undefined): number | null {
  const pid = Number(text);
  return pid > 0 ? pid : null;
}

export const LOCKS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`/proc/locks`',
  detect: {
    by: 'header',
    sign: {
      sample: '1: POSIX  ADVISORY  WRITE 5580 fe:01:393401 1073741825 1073741825',
      why: 'lists locks on files',
      reads: (line) => isLockRow(line) || LIST_HEADER.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createLocksParser,
  // It holds no events.
  readAgain: null,
};
