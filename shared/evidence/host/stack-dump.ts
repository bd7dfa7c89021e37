import type { TimeResolution } from '../../model/evidence.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
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
import { pidInName } from './pid-in-name.ts';
import { SnapshotClock } from './snapshot-time.ts';

/** Lines of one dump that are kept: a process of a hundred threads has some thousand. */
const MOST_LINES = 5_000;
/** No line of a stack is read beyond this. */
const MOST_CHARACTERS = 2_000;

/** A line that only a stack has, with what it says of its process and whether another dump begins with it. */
interface StackSign {
  readonly sample: string;
  readonly line: RegExp;
  /** `begins`: the dump of another process or moment begins; `ends`: it ends; `stack`: it is part of one. */
  readonly is: 'begins' | 'ends' | 'stack';
}

/**
 * Sources: py-spy, src/main.rs print_traces; gdb, stack.c print_frame and infcmd.c detach; CPython, Modules/faulthandler.c and
 * Tools/gdb/libpython.py; systemd, src/coredump/stacktrace.c
 */
const SIGNS: readonly StackSign[] = [
  { sample: 'Process 23333: /usr/bin/python3 gunicorn app:app', line: /^Process (\d{1,10}): (\S.*)/, is: 'begins' },
  { sample: 'Fatal Python error: Aborted', line: /^Fatal Python error: \w/, is: 'begins' },
  { sample: 'Timeout (0:00:25)!', line: /^Timeout \(\d+:\d\d:\d\d(?:\.\d+)?\)!$/, is: 'begins' },
  {
    sample: '[Inferior 1 (process 23333) detached]',
    line: /^\[Inferior \d+ \(process (\d{1,10})\) detached\]$/,
    is: 'ends',
  },
  {
    sample: 'Thread 23333 (active+gil): "MainThread"',
    line: /^Thread (?:0x[0-9A-Fa-f]+|\d+) \((?:active|idle)(?:\+gil)?\)(?:: "|$)/,
    is: 'stack',
  },
  {
    sample: 'Current thread 0x00007f2b4c1d3740 (most recent call first):',
    line: /^(?:Current thread|Thread) 0x[0-9a-f]+[^(]{0,80}\(most recent call first\):$/,
    is: 'stack',
  },
  {
    sample: 'Thread 1 (Thread 0x7f9ed81dd2c0 (LWP 23333) "python3"):',
    line: /^Thread \d+ \((?:Thread 0x[0-9a-f]+ \()?(?:LWP|process) \d+\)*(?: "[^"]*")?\)?:$/,
    is: 'stack',
  },
  {
    sample: '#0  0x00007f0e5d2b1a9e in pread64 () from /lib/x86_64-linux-gnu/libc.so.6',
    line: /^ *#\d{1,5} +(?:0x[0-9a-f]+ (?:in )?)?[\w?./:<>~@*&, -]+ \(.*\)(?: (?:at|from) \S+)?$/,
    is: 'stack',
  },
  {
    sample: 'Traceback (most recent call first):',
    line: /^Traceback \(most recent call first\):$/,
    is: 'stack',
  },
];

/** Other lines of these tools: frames of Python, variables, notes of gdb on what it found. */
const BESIDE =
  /^(?:\s|$|Python v\d|\[(?:New LWP|Thread debugging|Current thread|Inferior|New Thread|Thread 0x|Switching)|Using host libthread_db|warning: |\d+\s\S*[^:]+: (?:No such file|in )|0x[0-9a-f]+ in |[\w.]+ \(.*\)(?: at \S+| from \S+)?$|Attaching to|Reading symbols|Missing separate|Download failed|This GDB|Debuginfod|Error while|Extension modules: |Dl_|To enable|\(most recent call|Unable to |\(gdb\)|Id +Target|Dump of|A debugging session|Detaching from|--Type <RET>|<no Python frames>)/;
const ATTACHED = /^(?:Attaching to (?:program: .*, )?process|\[Current (?:thread|inferior) .*process) (\d{1,10})/;

function signOf(
  text: string,
): { readonly sign: StackSign; readonly pid: number | null; readonly command: string | null } | null {
  const short = text.slice(0, MOST_CHARACTERS);
  for (const sign of SIGNS) {
    const match = sign.line.exec(short);
    if (match !== null)
      return { sign, pid: match[1] === undefined ? null : Number(match[1]), command: match[2] ?? null };
  }
  return null;
}

/** Share of the lines that must be a stack's, or what its tools print beside it. */
const SHARE_NEEDED = 0.6;

/** Whether a text is the stack of a process and hardly anything else. */
function isStack(lines: readonly string[]): boolean {
  let heads = 0;
  let known = 0;
  let told = 0;
  for (const line of lines) {
    const isHead = signOf(line) !== null;
    const isFrame = FRAME.test(line.slice(0, MOST_CHARACTERS));
    if (!isHead && !isFrame && (/^\s|^$/.test(line) || isDecoration(line) || isNotice(line))) continue;
    told += 1;
    if (isHead) heads += 1;
    if (isHead || isFrame || BESIDE.test(line)) known += 1;
  }
  return heads > 0 && known >= told * SHARE_NEEDED;
}

//   File "/srv/tracker/importer.py", line 6 in store          store (importer.py:6)
const FRAME = /^ +(?:File "[^"]+", line \d+,? in \S|\S.{0,200} \([^()\s][^()]*:\d+\)$)/;

/** What journalctl says of a journal, where its output stands above. */
const isNotice = (line: string): boolean => /^-- .* --$/.test(line);

/**
 * The stack of a process in a file of its own, once or repeatedly, under date lines or not: `py-spy dump`, gdb's `bt` and
 * `py-bt`, what faulthandler wrote. What a frame means is for who knows the incident: see context/stacks.ts.
 */
const createStackDumpParser: CreateParser = (context) => parserOfLines(context, new StackDumpHandler(context));

class StackDumpHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  readonly #pidOfName: number | null;
  #lines: string[] = [];
  #dropped = 0;
  #pid: number | null = null;
  #hasStack = false;
  #first: Line | null = null;
  #last: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'frames of a stack');
    this.#pidOfName = pidInName(context.fileName);
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const found = signOf(text);
    if (found === null) {
      const time = this.#clock.time;
      if (this.#clock.takeDateLine(text)) {
        if (this.#clock.time !== time) this.#closeAt(time, out);
        return;
      }
      const attached = ATTACHED.exec(text)?.[1];
      if (attached !== undefined) this.#pid = Number(attached);
      if (BESIDE.test(text) || /^#|^[$>%]/.test(text)) this.#keep(line);
      else this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    if (found.sign.is === 'begins') this.#closeAt(this.#clock.time, out);
    this.#pid = found.pid ?? this.#pid;
    if (found.pid !== null && found.command !== null) out.push(this.#process(found.pid, found.command, line));
    if (found.sign.is === 'stack') this.#hasStack = true;
    this.#keep(line);
    if (found.sign.is === 'ends') this.#closeAt(this.#clock.time, out);
  }

  /** py-spy tells the command of the process, as ps does, and nothing else of it. */
  #process(pid: number, command: string, line: Line): ParsedItem {
    const unknown = {
      cpuPercent: null,
      memPercent: null,
      vszBytes: null,
      rssBytes: null,
      state: null,
      cpuSeconds: null,
    };
    const source = provenanceOfLines(this.#context, line);
    return { type: 'process', sample: { time: this.#clock.time, pid, user: '', ...unknown, command, source } };
  }

  #keep(line: Line): void {
    if (line.text.trim() === '' && this.#lines.length === 0) return;
    this.#first ??= line;
    this.#last = line;
    if (this.#lines.length < MOST_LINES) this.#lines.push(line.text.slice(0, MOST_CHARACTERS));
    else this.#dropped += 1;
  }

  #closeAt(time: SnapshotClock['time'], out: ParsedItem[]): void {
    const [first, last] = [this.#first, this.#last];
    if (this.#hasStack && first !== null && last !== null) {
      const source = provenanceOfLines(this.#context, first, last);
      const dump = { time, pid: this.#pid ?? this.#pidOfName, lines: this.#lines, source };
      out.push({ type: 'stack-dump', dump });
      if (this.#dropped > 0) {
        const message = `The stack at line ${first.number} of ${this.#context.fileName} has more than ${MOST_LINES} lines; those beyond were left out.`;
        out.push(problemItem('limit-exceeded', message, first.byteOffset));
      }
    }
    this.#lines = [];
    this.#dropped = 0;
    this.#pid = null;
    this.#hasStack = false;
    this.#first = null;
    this.#last = null;
  }

  onEnd(out: ParsedItem[], cut: Line | null): void {
    this.#stray.flush(out);
    this.#closeAt(this.#clock.time, out);
    out.push(...this.#clock.problems());
    reportCutEnd(this.#context, cut, 'stack', out);
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

export const STACK_DUMP: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`py-spy dump --pid PID`',
  detect: { by: 'whole', reads: (_text, lines) => (isStack(lines) ? 'is the stack of a process' : null) },
  dated: 'by-zone',
  printsHostZone: false,
  create: createStackDumpParser,
  // It holds no events.
  readAgain: null,
};

/** Each sign's sample, for a test that each reads its own. */
export const STACK_SAMPLES: readonly string[] = SIGNS.map(({ sample }) => sample);
