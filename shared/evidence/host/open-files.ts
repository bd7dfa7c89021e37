import type { TimeResolution } from '../../model/evidence.ts';
import type { OpenFile } from '../../model/probes.ts';
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

/** No row is read beyond this: a path has up to 4,096. */
const MOST_CHARACTERS = 5_000;

type Told = Omit<OpenFile, 'time' | 'source'>;

// COMMAND   PID   TID TASKCMD    USER   FD      TYPE DEVICE SIZE/OFF   NODE NAME
const LSOF_HEADER =
  /^COMMAND +PID +(?:TID +)?(?:TASKCMD +)?(?:PGID +)?(?:PPID +)?USER +FD +TYPE +DEVICE +SIZE(?:\/OFF)? +(?:NLINK +)?NODE +NAME\s*$/;
// gunicorn 610  green   11uW  REG  254,1 41216000 393401 /srv/greenhouse/readings.db
const LSOF_ROW =
  /^(\S{1,60}) +(\d{1,10}) +(?:\d{1,10} +)?(?:\S{1,60} +)?(\S{1,60}) +(?:\d{1,7}([ruw -])([NrRwWuUxX ]?)|mem-[rRwWu]) +V?REG +\S{1,30} +\S{1,24} +(\d{1,20}) (\S.*?)(?: \(deleted\))?\s*$/;
// Any other row: libraries, sockets, pipes, folders.
const LSOF_OTHER =
  /^\S{1,60} +\d{1,10} +(?:\S{1,60} +){1,4}(?:cwd|rtd|txt|mem|mmap|DEL|del|NOFD|Lnn|jld|ltx|pd|tr|err|mem-\w|\d{1,7}[ruw -]?[NrRwWuUxX ]?) +\S+/;
// lsof: WARNING: can't stat() fuse.portal file system /run/user/1000/doc
const LSOF_WARNING =
  /^(?:lsof: |\s+Output information may be incomplete|\s+assuming "dev=|Output information may be incomplete)/;

//                      USER        PID ACCESS COMMAND
const FUSER_HEADER = /^ +USER +PID +ACCESS +COMMAND\s*$/;
// /srv/readings.db:    green       610 F.... gunicorn
const FUSER_PATH = /^(\/.*?): *(?= \S+ +\d{1,10} [cefFrm.]{5} |$)/;
const FUSER_ROW = /^ +(\S+) +(\d{1,10}) ([fF.][r.][c.][e.][m.]) (\S.*?)\s*$/;

/**
 * Who has files open: `lsof`, and `fuser -v`, once or repeatedly under date lines. Only files on disks are kept. Sources: lsof(8),
 * fuser(1)
 */
const createOpenFilesParser: CreateParser = (context) => parserOfLines(context, new OpenFilesHandler(context));

class OpenFilesHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  /** The file that the rows of fuser below it are about. */
  #path: string | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of open files');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const text = line.text.slice(0, MOST_CHARACTERS);
    if (LSOF_HEADER.test(text) || FUSER_HEADER.test(text) || LSOF_WARNING.test(text)) {
      this.#stray.flush(out);
      return;
    }
    const path = FUSER_PATH.exec(text);
    if (path !== null) this.#path = path[1] ?? null;
    const row = path === null ? text : ` ${text.slice(path[0].length)}`;
    const told = listed(row) ?? (this.#path === null ? null : usedBy(row, this.#path));
    if (told !== null) {
      this.#stray.flush(out);
      const source = provenanceOfLines(this.#context, line);
      out.push({ type: 'open-file', file: { time: this.#clock.time, ...told, source } });
    } else if (path === null && !LSOF_OTHER.test(text) && !isDecoration(text) && !this.#clock.takeDateLine(text)) {
      this.#stray.add(line);
    } else {
      this.#clock.takeDateLine(text);
    }
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    out.push(...this.#clock.problems());
    reportCutEnd(this.#context, cut, 'row', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

const LOCKS: Readonly<Record<string, OpenFile['lock']>> = { r: 'r', R: 'R', w: 'w', W: 'W', u: 'u' };

function listed(text: string): Told | null {
  const row = LSOF_ROW.exec(text);
  if (row === null) return null;
  const [, command = '', pid, , mode, lock = '', inode, path = ''] = row;
  // The same file, mapped into memory: its own descriptor is another row.
  if (mode === undefined) return null;
  return {
    pid: Number(pid),
    command: command.replaceAll('\\x20', ' '),
    isForWriting: mode === 'u' || mode === 'w' ? true : mode === 'r' ? false : null,
    lock: LOCKS[lock] ?? null,
    inode: Number(inode),
    path,
  };
}

function usedBy(text: string, path: string): Told | null {
  const row = FUSER_ROW.exec(text);
  if (row === null) return null;
  const [, , pid, access = '', command = ''] = row;
  // Its program or a folder of its own, of which nothing is open.
  if (!/[fF]/.test(access)) return null;
  return { pid: Number(pid), command, isForWriting: access.includes('F'), lock: null, inode: null, path };
}

export const OPEN_FILES: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`lsof -- DATABASE`',
  detect: {
    by: 'header',
    sign: {
      sample: 'COMMAND     PID USER   FD   TYPE DEVICE SIZE/OFF    NODE NAME',
      why: 'lists who has files open',
      reads: (line) => LSOF_HEADER.test(line) || FUSER_HEADER.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createOpenFilesParser,
  // It holds no events.
  readAgain: null,
};
