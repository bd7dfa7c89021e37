import type { DatabaseServer } from '../model/database.ts';
import type { EventSource, EvidenceEvent } from '../model/event.ts';
import type { ServerSession } from '../model/server-session.ts';
import { addSeconds, type EpochMicros } from '../model/time.ts';
import { type ServerLockWords, serverLockWords } from '../timeline/server-lock-words.ts';
import { type FactContext, oncePerContext } from './context.ts';

// psycopg2.errors.LockNotAvailable, asyncpg.exceptions, postgresql://      MySQLdb._exceptions, pymysql.err, mysql.connector, mysqld
const NAMES: readonly { readonly server: DatabaseServer; readonly pattern: RegExp }[] = [
  { server: 'PostgreSQL', pattern: /\b(?:psycopg[23]?|asyncpg|pg8000|postgres(?:ql)?|libpq)\b/i },
  { server: 'MySQL', pattern: /\b(?:mysql\w*|pymysql|mariadb\w*|aiomysql|innodb)\b/i },
];

/** A refusal for a lock: waited in vain, a deadlock that the server resolved, or one asked for without waiting. */
export interface ServerLock extends ServerLockWords {
  readonly event: EvidenceEvent;
}

const READ_CHARACTERS = 4_096;
const MOST_LINES = 5_000;
/** What the server's own log says of a wait comes a second after it began (deadlock_timeout). */
const SLACK_SECONDS = 2;

/** What a line says of a lock of a database server; null when it says nothing of one. */
function serverLockOf(event: EvidenceEvent): ServerLock | null {
  const words = serverLockWords(event.message.slice(0, READ_CHARACTERS));
  return words === null ? null : { ...words, event };
}

/** Refusals and waits that were logged while the operation ran. */
interface ServerLocks {
  /** By the operation itself. */
  readonly own: readonly ServerLock[];
  readonly others: readonly ServerLock[];
}

/** Refusals and waits that were logged while the operation ran, by itself and by anybody else. */
export const serverLocks = oncePerContext(({ window, record, evidence }): ServerLocks => {
  const own = (record?.operation?.lines ?? []).flatMap(({ event }) => serverLockOf(event) ?? []);
  if (window === null) return { own, others: [] };
  const rows = new Set(own.map(({ event }) => event.row));
  const others = evidence.events
    .between(window.from, addSeconds(window.to, SLACK_SECONDS), MOST_LINES, ['log', 'traceback'])
    .flatMap((event) => (rows.has(event.row) ? [] : (serverLockOf(event) ?? [])));
  return { own, others };
});

/** A wait for a lock that the server logs, which it was not seen to end. */
export interface ServerWait {
  readonly event: EvidenceEvent;
  /** `AccessExclusiveLock on relation 24601`. */
  readonly lock: string;
  /** When it began: the server tells of a wait once it has lasted deadlock_timeout, and for how long it has. */
  readonly begun: EpochMicros;
  /** The server process that holds the lock, where it is told. */
  readonly holder: { readonly pid: number; readonly event: EvidenceEvent } | null;
}

// process 4410 still waiting for AccessExclusiveLock on relation 24601 of database 16389 after 1000.112 ms
// Process holding the lock: 4102. Wait queue: 4410.          process 4410 acquired AccessExclusiveLock on ... after 3010.2 ms
// Source: PostgreSQL, src/backend/storage/lmgr/proc.c, ProcSleep (log_lock_waits)
const STILL_WAITING = /process (\d{1,9}) still waiting for (\w+ on .{1,80}?) after (\d{1,12}(?:\.\d{1,6})?) ms/;
const HOLDER = /Process(?:es)? holding the lock: (\d{1,9})/;
const NO_LONGER_WAITING = /process (\d{1,9}) (?:acquired|avoided deadlock|detected deadlock|failed to acquire)/;

/** The waits for locks that the server's own log tells of while the operation ran, and of whose end it does not. */
export function serverWaits({ window, evidence }: FactContext): readonly ServerWait[] {
  return window === null ? [] : serverWaitsWithin(evidence.events, window.from, window.to);
}

/** The waits for locks that the server's own log tells of in this time, and of whose end it does not. */
export function serverWaitsWithin(events: EventSource, from: EpochMicros, to: EpochMicros): readonly ServerWait[] {
  const waits = new Map<number, ServerWait>();
  let latest: number | null = null;
  for (const event of events.between(from, addSeconds(to, SLACK_SECONDS), MOST_LINES, ['log'])) {
    const text = event.message.slice(0, READ_CHARACTERS);
    const [, pid, lock, milliseconds] = STILL_WAITING.exec(text) ?? [];
    if (pid !== undefined && lock !== undefined) {
      latest = Number(pid);
      const begun = addSeconds(event.time, -Number(milliseconds) / 1_000);
      const holder = readHolder(event, text);
      if (!waits.has(latest)) waits.set(latest, { event, lock, begun, holder });
    }
    const over = NO_LONGER_WAITING.exec(text)?.[1];
    if (over !== undefined) waits.delete(Number(over));
    const told = latest === null ? undefined : waits.get(latest);
    // The holder stands in a line of its own below the wait.
    const holder = told === undefined || told.holder !== null ? null : readHolder(event, text);
    if (told !== undefined && latest !== null && holder !== null) waits.set(latest, { ...told, holder });
  }
  return [...waits.values()];
}

function readHolder(event: EvidenceEvent, text: string): ServerWait['holder'] {
  const pid = HOLDER.exec(text)?.[1];
  return pid === undefined ? null : { pid: Number(pid), event };
}

/** A database server, with the event that names it, else the session that was looked at. */
interface NamedServer {
  readonly server: DatabaseServer;
  readonly by: EvidenceEvent | ServerSession;
}

/**
 * The database server that the service uses, by what the operation's own lines and the traceback of its end name, else by what
 * was looked at; null when none is named, as with SQLite.
 */
export const databaseServer = oncePerContext((context): NamedServer | null => {
  const { own, others } = serverLocks(context);
  const told = own[0] ?? others[0];
  if (told !== undefined) return { server: told.server, by: told.event };
  // A file of SQLite is what the service writes to.
  if (context.database !== null) return null;
  const { record, ownEvents, window } = context;
  const lines = (record?.operation?.lines ?? []).map(({ event }) => event);
  const around =
    record === null || window === null || record.incident.pid === null
      ? []
      : ownEvents.ofPid(record.incident.pid, window.from, addSeconds(window.to, SLACK_SECONDS));
  for (const event of [...lines, ...around]) {
    const named = NAMES.find(({ pattern }) => pattern.test(event.message.slice(0, READ_CHARACTERS)));
    if (named !== undefined) return { server: named.server, by: event };
  }
  const session = context.evidence.host?.sessions[0];
  return session === undefined ? null : { server: session.server, by: session };
});
