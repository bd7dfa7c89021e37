import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds } from '../model/time.ts';
import type { FactContext } from './context.ts';

/** The innermost Python frame in which gunicorn's SIGABRT found the worker. */
export interface StuckFrame {
  readonly file: string;
  readonly line: number;
  readonly functionName: string;
  readonly code: string | null;
  readonly activity: 'network' | 'sleep' | 'database' | 'file' | 'thread' | 'code';
  readonly event: EvidenceEvent;
}

//   File "/usr/lib/python3.11/socket.py", line 706, in readinto
const FRAME = /^\s*File "([^"]+)", line (\d+), in (\S+)/;
const DATABASE_FILE =
  /[\\/](?:sqlite3|sqlalchemy|psycopg\w*|pg8000|pymysql|MySQLdb|mysql[\\/]connector|django[\\/]db|peewee)\b/;
const GUNICORN_FILE = /[\\/]gunicorn[\\/]/;

/**
 * Reads the traceback that follows a WORKER TIMEOUT. gunicorn's handle_abort raises SystemExit in whatever frame ran, so
 * the frame just outside it is where the worker was stuck. In a journal each line may be an entry of its own. Null when
 * no traceback passes through handle_abort.
 */
export function stuckFrame(context: FactContext): StuckFrame | null {
  const { record } = context;
  const timeout = record?.death?.timeout;
  if (record === null || timeout === null || timeout === undefined) return null;
  const from = addSeconds(timeout.time, -1);
  const to = addSeconds(record.incident.end, 5);
  const own = context.evidence.events
    .between(from, to, 5_000)
    .filter((event) => event.pid === timeout.detail.targetPid || event.pid === null);
  const lines = own.flatMap((event) => event.message.split('\n').map((text) => ({ event, text })));
  let innermost: Omit<StuckFrame, 'activity'> | null = null;
  let inDriver = false;
  for (const [index, { event, text }] of lines.entries()) {
    // A new traceback begins with its outermost frame: what an earlier one held does not count.
    if (/^Traceback \(most recent call last\)/.test(text)) {
      innermost = null;
      inDriver = false;
    }
    const frame = FRAME.exec(text);
    if (frame === null) continue;
    const [, file = '', line = '0', functionName = ''] = frame;
    if (functionName === 'handle_abort') {
      if (innermost === null) return null;
      const activity = activityOf(innermost);
      // A driver that is written in Python waits for its server in a socket: that is a wait for the database.
      return { ...innermost, activity: activity === 'network' && inDriver ? 'database' : activity };
    }
    if (GUNICORN_FILE.test(file)) continue;
    inDriver ||= DATABASE_FILE.test(file);
    const next = lines[index + 1]?.text;
    const code = next === undefined || FRAME.test(next) ? null : next.trim().slice(0, 120);
    innermost = { file, line: Number(line), functionName, code, event };
  }
  return null;
}

function activityOf(frame: Omit<StuckFrame, 'activity'>): StuckFrame['activity'] {
  const { file, functionName } = frame;
  const code = frame.code ?? '';
  // threading.py, Lock.acquire, Condition.wait, Queue.get: https://docs.python.org/3/library/threading.html
  if (
    /[\\/](?:threading|queue)\.py$|[\\/]concurrent[\\/]futures[\\/]/.test(file) ||
    /lock\w*\.(?:acquire|__enter__)\s*\(|\bwith \S*lock\w*(?:\(\))?:|\bwaiter\.acquire\(/i.test(code)
  )
    return 'thread';
  if (/\b(?:time\.sleep|sleep)\s*\(/.test(code) || functionName === 'sleep') return 'sleep';
  if (
    /[\\/](?:socket|ssl|selectors|socketserver)\.py$|[\\/](?:urllib3?|http|requests|httpx|httpcore|aiohttp|ftplib|paramiko|boto\w*)[\\/.]/.test(
      file,
    )
  )
    return 'network';
  if (
    /\b(?:recv(?:_into)?|urlopen|urlretrieve|getresponse|sock\w*\.\w+|requests\.\w+|session\.(?:get|post)|select\.\w+|poll)\s*\(/.test(
      code,
    )
  )
    return 'network';
  if (DATABASE_FILE.test(file)) return 'database';
  if (/\b(?:execute(?:many|script)?|commit|flush|fetch(?:one|all|many)|bulk_\w+)\s*\(/.test(code)) return 'database';
  if (/\b(?:open|read|readline|readlines|write|fsync|copyfileobj)\s*\(/.test(code)) return 'file';
  return 'code';
}
