import type { Activity, StackFrame } from './stacks.ts';

/** A library, a source of C, or nothing that is known, where a call of Python has its file. */
export const NATIVE_FILE = /^$|\.so[.\d]*$|\.(?:c|h|cc|cpp|S|rs|pyx)$|^(?:lib)?python\d[\d.]*$/;

/** What calls of Python look like from C, and how a process begins. Sources: CPython 3.11, Python/ceval.c and Objects/call.c */
const INTERPRETER =
  /^_?Py[A-Z_]|^(?:builtin_|cfunction_|method_|slot_|type_call|vectorcall|run_mod|run_eval|pymain|thread_run|pythread_wrapper|main$|_start$|__libc_start|start_thread|clone)/;

const isInterpreter = ({ functionName, file }: StackFrame): boolean =>
  INTERPRETER.test(functionName) || (functionName === '??' && (file === '' || /^(?:lib)?python\d/.test(file)));

/** The calls in C that were made from Python, without those by which Python runs itself. */
export function withoutInterpreter(frames: readonly StackFrame[]): readonly StackFrame[] {
  const first = frames.findIndex(
    (frame) => isInterpreter(frame) && !/acquire_lock|take_gil|time_sleep/.test(frame.functionName),
  );
  return first < 0 ? frames : frames.slice(0, first);
}

/** Functions of the C library, by what a process waits for in them; glibc puts prefixes in front of its own. */
const CALLS: readonly { readonly name: RegExp; readonly activity: Activity }[] = [
  {
    name: /futex|sem_(?:clock|timed)?wait|pthread_cond|pthread_mutex_lock|lll_lock_wait|acquire_lock|take_gil/,
    activity: 'thread',
  },
  { name: /nanosleep|^usleep$|^sleep$|time_sleep|pysleep/, activity: 'sleep' },
  { name: /^_*(?:GI_*)?(?:flock|lockf|fcntl)(?:64)?(?:_nocancel)?$/, activity: 'file-lock' },
  { name: /^_*(?:GI_*)?(?:wait4|waitpid|waitid)(?:64)?$/, activity: 'child' },
  { name: /^sre_|^_sre|^pattern_/, activity: 'regex' },
  {
    name: /^_*(?:GI_*|libc_)?(?:p?readv?|p?writev?|fsync|fdatasync|openat|open|unlink|rename|fallocate)(?:64)?(?:_nocancel)?$/,
    activity: 'file',
  },
];
const SOCKET_CALL =
  /recv|poll|epoll_wait|p?select(?:64)?$|accept4?$|connect$|SSL_(?:read|write|connect|do_handshake)|getaddrinfo|^_*(?:GI_*|libc_)?send(?:to|msg)?$/;
const SQLITE = /sqlite/i;
const BUSY_HANDLER = /InvokeBusyHandler|DefaultBusyCallback/;
/** SQLite sleeps nowhere but in its busy handler. Source: sqlite3OsSleep's callers in main.c */
const SLEEPS = /nanosleep|^usleep$/;
const DATABASE_CLIENT = /libpq|libmysqlclient|libmariadb/;
/** Frames within which a sleep is the library's, not the program's. */
const NEAR = 8;

/**
 * What the calls in C say a process was at; null where there are none, or where what Python had called says it better: which peer a
 * socket was of, and whether it was gunicorn's own.
 */
export function nativeActivity(inner: readonly StackFrame[]): Activity | null {
  const native = inner.filter(({ file }) => NATIVE_FILE.test(file));
  if (native.length === 0) return null;
  const isAbout = (pattern: RegExp) => (frame: StackFrame) =>
    pattern.test(frame.functionName) || pattern.test(frame.file);
  const near = native.slice(0, NEAR);
  const sqlite = native.some(isAbout(SQLITE));
  if (native.some(isAbout(BUSY_HANDLER)) || (sqlite && near.some(({ functionName }) => SLEEPS.test(functionName)))) {
    return 'database-wait';
  }
  if (sqlite || native.some(isAbout(DATABASE_CLIENT))) return 'database';
  const called = withoutInterpreter(native).slice(0, NEAR);
  const found = CALLS.find(({ name }) => called.some(({ functionName }) => name.test(functionName)));
  const isSocket = called.some(({ functionName }) => SOCKET_CALL.test(functionName));
  if (isSocket) return native.length === inner.length ? 'socket' : null;
  return found?.activity ?? null;
}
