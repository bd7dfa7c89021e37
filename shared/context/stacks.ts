/**
 * One call of a stack: where it was, and the line of code when it is printed. A call in C has its library or source as `file`, which is
 * empty where neither is known, and line 0 where that is not.
 */
export interface StackFrame {
  readonly file: string;
  readonly line: number;
  readonly functionName: string;
  readonly code: string | null;
}

/** What a worker was at in the moment of which a stack tells. */
export type Activity =
  | 'client'
  | 'answer'
  | 'idle'
  | 'network'
  | 'sleep'
  | 'database'
  | 'file'
  | 'thread'
  | 'regex'
  | 'database-wait'
  | 'file-lock'
  | 'socket'
  | 'child'
  | 'code';

/** Which program printed a stack. */
export type StackPrinter = 'traceback' | 'faulthandler' | 'py-spy' | 'gdb' | 'systemd-coredump';

/** The calls of one thread at one moment. */
export interface Stack {
  readonly printer: StackPrinter;
  /** Whether it is the thread that the signal found; a traceback is of the one that it says. */
  readonly isCurrent: boolean;
  /** Whether it is the one thread that Python was running, as py-spy marks it. */
  readonly isRunning?: true;
  /** Innermost first. */
  readonly frames: readonly StackFrame[];
  /** Index of the line in which it begins, among those that were read. */
  readonly at: number;
}

// Traceback (most recent call last):                                   Source: Lib/traceback.py
// Traceback (most recent call first):                                  Source: CPython, Tools/gdb/libpython.py (py-bt)
// Current thread 0x00007f2b4c1d3740 (most recent call first):          Source: Modules/faulthandler.c
const HEAD =
  /^[\s|+]*(?:Exception Group )?(?:(Traceback) \(most recent call (last|first)\)|(Current thread|Thread) (?:0x)?[0-9a-f]+[^(]*(?:\([^)]*\)[^(]*)?\(most recent call (first)\)):?\s*$/i;
// Thread 4242 (active+gil): "MainThread"                               Source: py-spy, src/main.rs
const PY_SPY_HEAD = /^\s*Thread (?:0x)?[0-9a-f]+ \((?:active|idle)(\+gil)?[^)]*\)(?:: "([^"]*)")?\s*$/i;
//   File "/usr/lib/python3.11/socket.py", line 706, in readinto        (a comma before "in" in a traceback only)
const FRAME = /^[\s|+]*File "([^"]+)", line (\d+),? in (\S.*)$/;
//     store (tracker/jobs.py:88)
const PY_SPY_FRAME = /^\s+(\S+(?: \S+)?) \(([^():\s][^():]*):(\d+)\)\s*$/;
//     clock_nanosleep (libc.so.6)                                        py-spy dump --native
const PY_SPY_NATIVE = /^\s+(\S+) \(([^():\s]+\.(?:so[.\d]*|dylib)|[\w.-]+)\)\s*$/;
// Thread 1 (Thread 0x7f9ed81dd2c0 (LWP 23333) "python3"):              Source: gdb, thread.c print_thread_info
const GDB_HEAD = /^Thread (\d{1,6}) \((?:Thread 0x[0-9a-f]+ \()?(?:LWP|process) \d+\)*(?: "[^"]*")?\)?:\s*$/;
// Stack trace of thread 23333:                                         Source: systemd, src/coredump/stacktrace.c
const COREDUMP_HEAD = /^\s*Stack trace of thread \d{1,10}:\s*$/;
// #5  0x00007f9ed7db5939 in sqlite3InvokeBusyHandler () from /lib/x86_64-linux-gnu/libsqlite3.so.0
// #0  __GI___clock_nanosleep (clock_id=0, ...) at ../sysdeps/unix/sysv/linux/clock_nanosleep.c:71
// #0  0x00007f3c1a0b2c41 xmlParseStartTag2 (libxml2.so.2 + 0x5ac41)
const NATIVE_FRAME = /^\s*#(\d{1,5}) +(?:0x[0-9a-f]+ (?:in )?)?([\w?./:<>~@*&,-]+)(?: .*)?$/;
const NATIVE_PLACE = /(?: from (\S+)| at (\S+):(\d{1,7})| \((\S+) \+ 0x[0-9a-f]+\))\s*$/;
/** Lines under code that point at a part of it: `^^^^^^^` (Python 3.11), `~~~~^^^` (3.13). */
const POINTER = /^[\s|~^]+$/;

/** Frames of a stack that are kept; recursion shortens itself in a traceback, and a dump has at most 100 (faulthandler). */
const MOST_FRAMES = 1_000;

/**
 * Every stack that stands in these lines, in their order: tracebacks of Python, dumps of faulthandler, of `py-spy dump` and
 * of gdb's `py-bt`. A line that is part of none ends the stack before it, save what a traceback says of its code.
 */
export function stacksIn(lines: readonly string[]): readonly Stack[] {
  const stacks: Stack[] = [];
  let open = null as {
    readonly stack: Omit<Stack, 'frames'>;
    readonly innermostLast: boolean;
    frames: StackFrame[];
  } | null;
  const close = (): void => {
    if (open !== null && open.frames.length > 0) {
      stacks.push({ ...open.stack, frames: open.innermostLast ? open.frames.toReversed() : open.frames });
    }
    open = null;
  };
  for (const [at, text] of lines.entries()) {
    const head = headOf(text, at);
    if (head !== null) {
      close();
      open = { ...head, frames: [] };
      continue;
    }
    if (beginsNative(text, open?.frames.length ?? null)) {
      close();
      open = { stack: { printer: 'gdb', isCurrent: true, at }, innermostLast: false, frames: [] };
    }
    if (open === null) continue;
    const frame = frameOf(text, lines, at);
    if (frame !== null) {
      if (open.frames.length < MOST_FRAMES) open.frames.push(frame);
    } else if (text.trim() !== '' && !/^[\s|]/.test(text)) close();
  }
  close();
  return stacks;
}

function headOf(
  text: string,
  at: number,
): { readonly stack: Omit<Stack, 'frames'>; readonly innermostLast: boolean } | null {
  const head = HEAD.exec(text);
  if (head !== null) {
    const [, traceback, order, thread] = head;
    if (traceback !== undefined) {
      const isGdb = order?.toLowerCase() === 'first';
      return { stack: { printer: isGdb ? 'gdb' : 'traceback', isCurrent: true, at }, innermostLast: !isGdb };
    }
    const isCurrent = thread?.toLowerCase() === 'current thread';
    return { stack: { printer: 'faulthandler', isCurrent, at }, innermostLast: false };
  }
  const thread = GDB_HEAD.exec(text)?.[1];
  // gdb counts threads from the one that began the process.
  if (thread !== undefined) return { stack: { printer: 'gdb', isCurrent: thread === '1', at }, innermostLast: false };
  if (COREDUMP_HEAD.test(text)) {
    return { stack: { printer: 'systemd-coredump', isCurrent: true, at }, innermostLast: false };
  }
  const spied = PY_SPY_HEAD.exec(text);
  if (spied === null) return null;
  return {
    stack: {
      printer: 'py-spy',
      isCurrent: spied[2] === undefined || spied[2] === 'MainThread',
      ...(spied[1] === undefined ? {} : { isRunning: true }),
      at,
    },
    innermostLast: false,
  };
}

/** Whether a frame is the first of a stack of gdb's that no header stands above: those behind one have no frame yet. */
function beginsNative(text: string, framesOpen: number | null): boolean {
  return framesOpen !== 0 && /^#0 /.test(text);
}

function frameOf(text: string, lines: readonly string[], at: number): StackFrame | null {
  const frame = FRAME.exec(text);
  if (frame !== null) {
    const [, file = '', line = '0', functionName = ''] = frame;
    return {
      file,
      line: Number(line),
      functionName: functionName.trim().split(/\s/)[0] ?? '',
      code: codeBelow(lines, at),
    };
  }
  const native = NATIVE_FRAME.exec(text);
  if (native !== null) {
    const [, library, source, line, module] = NATIVE_PLACE.exec(text) ?? [];
    const file = (library ?? module)?.split('/').at(-1) ?? source ?? '';
    const name = native[2] ?? '??';
    return { file, line: Number(line ?? 0), functionName: name === 'n/a' ? '??' : name, code: null };
  }
  const library = PY_SPY_NATIVE.exec(text);
  if (library !== null) {
    const [, name = '??', file = ''] = library;
    return { file, line: 0, functionName: name.startsWith('0x') ? '??' : name, code: null };
  }
  const spied = PY_SPY_FRAME.exec(text);
  if (spied === null) return null;
  const [, functionName = '', file = '', line = '0'] = spied;
  return { file, line: Number(line), functionName, code: null };
}

/** The line of code that a traceback prints below a frame; null where there is none. */
function codeBelow(lines: readonly string[], at: number): string | null {
  const next = lines[at + 1];
  if (next === undefined || !/^[\s|]/.test(next) || FRAME.test(next) || POINTER.test(next)) return null;
  return (
    next
      .replace(/^[\s|]+/, '')
      .trim()
      .slice(0, 120) || null
  );
}
