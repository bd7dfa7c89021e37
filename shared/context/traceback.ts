import type { EvidenceEvent } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import type { StackDump } from '../model/probes.ts';
import { addSeconds, type EpochMicros, epochMicros } from '../model/time.ts';
import { type FactContext, sourceOnly, sourcesOf } from './context.ts';
import { NATIVE_FILE, nativeActivity, withoutInterpreter } from './native-frames.ts';
import { type Activity, type Stack, type StackFrame, type StackPrinter, stacksIn } from './stacks.ts';

/** Where a worker was before it was ended. */
export interface StuckFrame {
  /** The innermost call that is not the signal's own. */
  readonly frame: StackFrame;
  /** The service's own call that led there; null where it is the innermost one, or there is none. */
  readonly caller: StackFrame | null;
  readonly activity: Activity;
  /** Whether a call into C from that frame would be seen: a dump without lines of code shows none. */
  readonly showsCalls: boolean;
  readonly printer: StackPrinter;
  /** Whether nothing tells when in the worker's life it was taken. */
  readonly isUndated: boolean;
  readonly sources: { readonly sources: readonly Provenance[]; readonly rows: readonly number[] };
}

const DATABASE_FILE =
  /(?:^|[\\/])(?:sqlite3|sqlalchemy|psycopg\w*|pg8000|pymysql|MySQLdb|mysql[\\/]connector|django[\\/]db|peewee)\b/;
const GUNICORN_FILE = /(?:^|[\\/])gunicorn[\\/]/;
/** gunicorn reads a request, or its body for the service, here; and writes the answer in wsgi.py. */
const REQUEST_FILE = /(?:^|[\\/])gunicorn[\\/]http[\\/](?:unreader|message|body|parser)\.py$/;
const ANSWER_FILE = /(?:^|[\\/])gunicorn[\\/]http[\\/]wsgi\.py$/;
/** What is installed or comes with Python; gevent and eventlet carry whatever runs. */
const LIBRARY_FILE = /[\\/](?:site-packages|dist-packages)[\\/]|[\\/]lib(?:64)?[\\/](?:python\d|pypy)|^<frozen /i;
const NETWORK_FILE =
  /(?:^|[\\/])(?:socket|ssl|selectors|socketserver)\.py$|(?:^|[\\/])(?:urllib3?|http|requests|httpx|httpcore|aiohttp|ftplib|paramiko|boto\w*|grpc|redis|amqp|kombu|pika|kafka)[\\/.]/;
const NETWORK_CODE =
  /\b(?:recv(?:_into|from)?|urlopen|urlretrieve|getresponse|sock\w*\.\w+|requests\.(?:get|post|put|patch|delete|head|request)|session\.(?:get|post|put|request)|select\.\w+|poll)\s*\(/;
// threading.py, Lock.acquire, Condition.wait, Queue.get: https://docs.python.org/3/library/threading.html
const THREAD_FILE = /(?:^|[\\/])(?:threading|queue)\.py$|(?:^|[\\/])concurrent[\\/]futures[\\/]/;
const THREAD_CODE = /lock\w*\.(?:acquire|__enter__)\s*\(|\bwith \S*lock\w*(?:\(\))?:|\bwaiter\.acquire\(/i;
const REGEX_FILE = /(?:^|[\\/])(?:re|sre_\w+|regex)(?:[\\/]\w+)?\.py$/;
const REGEX_CODE = /\bre\.(?:match|search|sub|subn|findall|finditer|fullmatch|split)\s*\(/;

/** Seconds around a TIMEOUT in which the signal's traceback is written. */
const BEFORE_SECONDS = 1;
const AFTER_SECONDS = 5;
/** Seconds before a TIMEOUT in which a stack that was taken ahead of it shows the same hang, where the timeout is not known. */
const AHEAD_SECONDS = 30;
const MOST_EVENTS = 5_000;

interface TextLine {
  readonly event: EvidenceEvent;
  readonly text: string;
}

/**
 * Where the worker was, by a stack that was written at its TIMEOUT or shortly before. gunicorn's handle_abort raises
 * SystemExit in whatever frame ran, so the frame just outside it is where the worker was stuck; faulthandler names the
 * thread that the signal found; py-spy and gdb look from outside. Null when no stack of that worker was written.
 */
export function stuckFrame(context: FactContext): StuckFrame | null {
  const { record, config } = context;
  const timeout = record?.death?.timeout;
  if (record === null || timeout === null || timeout === undefined) return null;
  const justBefore = addSeconds(timeout.time, -BEFORE_SECONDS);
  const atTimeout = stuckWithin(context, timeout, justBefore, addSeconds(record.incident.end, AFTER_SECONDS));
  if (atTimeout !== null) return atTimeout;
  const ahead = addSeconds(timeout.time, -(config?.timeoutSeconds || AHEAD_SECONDS));
  const logged = stuckWithin(context, timeout, ahead, epochMicros(justBefore - 1));
  return logged ?? stuckInDump(context, ahead, addSeconds(record.incident.end, AFTER_SECONDS));
}

/**
 * Where a stack in a file of its own shows the worker: the latest one of its pid from the time in which it hung, else one that
 * nothing dates. A pid is given again only after a long time, so what bears the pid of the dead is of it.
 */
function stuckInDump({ evidence, record }: FactContext, from: EpochMicros, to: EpochMicros): StuckFrame | null {
  const pid = record?.incident.pid ?? null;
  if (pid === null) return null;
  // faulthandler names no process: what it wrote as the worker hung is taken for the worker's, and what nothing dates for nobody's.
  const own = (evidence.host?.stacks ?? []).filter((dump) => dump.pid === pid || dump.pid === null);
  const timeOf = (dump: StackDump): EpochMicros | null => dump.time ?? savedWithin(evidence.files, dump, from, to);
  const then = own.findLast((dump) => {
    const time = timeOf(dump);
    return time !== null && time >= from && time <= to;
  });
  const dump = then ?? own.findLast((each) => each.pid === pid && timeOf(each) === null);
  if (dump === undefined) return null;
  const stack = stackOfDump(stacksIn(dump.lines));
  return stack === null ? null : whereIs(stack, then === undefined, sourceOnly(dump.source));
}

/** The file's own time, where it lies in that time: a copy has that of the copying, which says nothing. */
function savedWithin(
  files: FactContext['evidence']['files'],
  { source }: StackDump,
  from: EpochMicros,
  to: EpochMicros,
): EpochMicros | null {
  const modified = files.find(({ id }) => id === source.evidenceId)?.modified ?? null;
  return modified !== null && modified >= from && modified <= to ? modified : null;
}

function stuckWithin(
  context: FactContext,
  timeout: EvidenceEvent,
  from: EpochMicros,
  to: EpochMicros,
): StuckFrame | null {
  const lines = linesOfWorker(context, timeout, from, to);
  const stacks = stacksIn(lines.map(({ text }) => text));
  const stack = stackOfSignal(stacks) ?? stackOfDump(stacks);
  if (stack === null) return null;
  const event = lines[stack.at]?.event;
  return event === undefined ? null : whereIs(stack, false, sourcesOf(event));
}

/**
 * The worker's own lines. What a dump prints has no header, so that a reader takes it for more of the line before it, which
 * may be the arbiter's TIMEOUT: of one worker at a time that is his.
 */
function linesOfWorker(
  { evidence }: FactContext,
  timeout: EvidenceEvent,
  from: EpochMicros,
  to: EpochMicros,
): readonly TextLine[] {
  const pid = timeout.detail.targetPid;
  const events = evidence.events.between(from, to, MOST_EVENTS);
  const isAlone = events.every(({ kind, detail }) => kind !== 'worker-timeout' || detail.targetPid === pid);
  return events.flatMap((event) => {
    const lines = event.message.split('\n').map((text) => ({ event, text }));
    if (event.pid === pid || event.pid === null) return lines;
    return isAlone && event.pid === timeout.pid ? lines.slice(1) : [];
  });
}

/** The stack through gunicorn's handler of SIGABRT, from the frame that it interrupted. */
function stackOfSignal(stacks: readonly Stack[]): Stack | null {
  for (const stack of stacks) {
    const handler = stack.frames.findIndex(({ functionName }) => functionName === 'handle_abort');
    if (handler >= 0) return { ...stack, frames: stack.frames.slice(handler + 1) };
  }
  return null;
}

/** Of a dump the thread that the signal found; where none is marked the main thread, which is printed last. */
function stackOfDump(stacks: readonly Stack[]): Stack | null {
  const dumped = stacks.filter(({ printer }) => printer !== 'traceback');
  const native = dumped.findLast((stack) => stack.isCurrent && isNative(stack));
  const current = dumped.findLast((stack) => stack.isCurrent && !isNative(stack)) ?? dumped.at(-1) ?? null;
  const python = current !== null && isLoop(current) ? (requestIn(dumped) ?? current) : current;
  if (native === undefined || python === null || python === native) return native ?? python;
  // gdb's bt and py-bt of one moment: what was called in C, and from where in Python.
  return { ...python, frames: [...withoutInterpreter(native.frames), ...python.frames] };
}

/** Whether a thread is in gunicorn's own loop: what handles requests then is another, of a pool. */
const isLoop = ({ frames }: Stack): boolean => frames.some(({ file }) => GUNICORN_FILE.test(file)) && !hasOwn(frames);

/** The thread that handles a request, the one first that was running. */
function requestIn(dumped: readonly Stack[]): Stack | null {
  const handling = dumped.filter(({ frames }) => hasOwn(frames));
  return handling.find(({ isRunning }) => isRunning === true) ?? handling.at(-1) ?? null;
}

const hasOwn = (frames: readonly StackFrame[]): boolean => frames.some(isOwn);

const isNative = ({ frames }: Stack): boolean => frames.every(({ file }) => NATIVE_FILE.test(file));

/** py-spy shortens paths, so that a library is told by its name as well. */
const NOT_OWN = [
  NATIVE_FILE,
  LIBRARY_FILE,
  GUNICORN_FILE,
  DATABASE_FILE,
  NETWORK_FILE,
  THREAD_FILE,
  REGEX_FILE,
] as const;

const isOwn = ({ file }: StackFrame): boolean => !NOT_OWN.some((pattern) => pattern.test(file));

function whereIs({ frames, printer }: Stack, isUndated: boolean, sources: StuckFrame['sources']): StuckFrame | null {
  // Where a library has no names, the first call that has one says more.
  const innermost = frames.find(({ functionName }) => functionName !== '??') ?? frames[0];
  if (innermost === undefined) return null;
  const firstOwn = frames.findIndex(isOwn);
  const own = frames[firstOwn] ?? null;
  // What led to the service's own call says nothing of where it hangs.
  const inner = firstOwn < 0 ? frames : frames.slice(0, firstOwn + 1);
  const activity = activityOf(inner, own !== null);
  const frame = activity === 'code' ? (inner.find(({ file }) => !GUNICORN_FILE.test(file)) ?? innermost) : innermost;
  return {
    frame,
    caller: own === frame ? null : own,
    activity,
    showsCalls:
      frames.some(({ file }) => NATIVE_FILE.test(file)) ||
      frame.code !== null ||
      (LIBRARY_FILE.test(frame.file) && !DATABASE_FILE.test(frame.file)),
    printer,
    isUndated,
    sources,
  };
}

function activityOf(inner: readonly StackFrame[], hasOwn: boolean): Activity {
  const native = nativeActivity(inner);
  if (native !== null) return native;
  if (inner.some(({ file }) => REQUEST_FILE.test(file))) return 'client';
  const sends = inner.some(({ code, functionName }) => /\bsend(?:all|file)?\b/.test(`${functionName} ${code ?? ''}`));
  if (sends && inner.some(({ file }) => ANSWER_FILE.test(file))) return 'answer';
  if (!hasOwn && inner.some(({ file }) => GUNICORN_FILE.test(file)) && inner.every(isPlumbing)) return 'idle';
  const activity = inner.map(activityAt).find((each) => each !== 'code') ?? 'code';
  // A driver that is written in Python waits for its server in a socket: that is a wait for the database.
  return activity === 'network' && inner.some(({ file }) => DATABASE_FILE.test(file)) ? 'database' : activity;
}

/** gunicorn's own loop with what it waits in. */
function isPlumbing({ file }: StackFrame): boolean {
  return (
    GUNICORN_FILE.test(file) ||
    /(?:^|[\\/])(?:socket|selectors|gevent|eventlet|threading|asyncio)(?:\.py$|[\\/])/.test(file)
  );
}

function activityAt({ file, functionName, code: printed }: StackFrame): Activity {
  const code = printed ?? '';
  if (THREAD_FILE.test(file) || THREAD_CODE.test(code)) return 'thread';
  if (/\b(?:time\.sleep|sleep)\s*\(/.test(code) || functionName === 'sleep') return 'sleep';
  if (NETWORK_FILE.test(file) || NETWORK_CODE.test(code)) return 'network';
  if (DATABASE_FILE.test(file)) return 'database';
  if (/\b(?:execute(?:many|script)?|commit|flush|fetch(?:one|all|many)|bulk_\w+)\s*\(/.test(code)) return 'database';
  if (REGEX_FILE.test(file) || REGEX_CODE.test(code)) return 'regex';
  if (/\b(?:open|read|readline|readlines|write|fsync|copyfileobj)\s*\(/.test(code)) return 'file';
  return 'code';
}
