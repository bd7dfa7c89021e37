import type { TimeResolution } from '../../model/evidence.ts';
import type { ServerSession, ServerSessionWait } from '../../model/server-session.ts';
import { addSeconds, type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import { problemItem } from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { StampClock } from '../reading/stamp-clock.ts';
import { parseDateLine } from '../reading/stamps.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import { type ClientItem, type ClientRow, clientItems } from './client-tables.ts';
import { SnapshotClock } from './snapshot-time.ts';
import { TextPlaces } from './text-places.ts';

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
const STATEMENT_CHARACTERS = 2_000;

/** A session but for its place and, where only a line above tells it, its time. */
type Told = Omit<ServerSession, 'source' | 'time'> & { readonly time?: EpochMicros };

/** Reads stamps as the server prints them. */
interface Clock {
  /** Of the latest line of date, else when the view was asked for; null where neither is told. */
  readonly time: EpochMicros | null;
  readonly resolve: (text: string | null) => EpochMicros | null;
}

/**
 * Who waits for whom, as the views of a database server show it through mysql and psql: SHOW [FULL] PROCESSLIST,
 * sys.innodb_lock_waits, pg_stat_activity, pg_locks. A line of date above, or `SELECT NOW()`, dates them; else only what a row states itself.
 * Sources: MySQL 8.0, "SHOW PROCESSLIST Statement", "The innodb_lock_waits View"; PostgreSQL 15, "The Cumulative Statistics
 * System", "pg_locks"
 */
const createServerSessionsParser: CreateParser = (context) => {
  const clock = new SnapshotClock(context);
  const parser = wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit) => {
    const items = sessionsOf(new TextDecoder().decode(bytes), context, clock);
    if (!isBeyondLimit) return items;
    const message = `${context.fileName} is larger than ${FILE_LIMIT_BYTES} bytes; what follows them was left out.`;
    return [...items, problemItem('limit-exceeded', message, FILE_LIMIT_BYTES)];
  });
  const itself: TimeResolution = { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' };
  return { ...parser, timeResolution: () => clock.timeResolution() ?? itself };
};

function sessionsOf(text: string, context: ParseContext, snapshots: SnapshotClock): readonly ParsedItem[] {
  const places = new TextPlaces(text, context);
  const stamps = new StampClock(context);
  const resolve = (stamp: string | null): EpochMicros | null => {
    const read = stamp === null ? null : parseDateLine(zoned(stamp));
    if (read === null) return null;
    return 'time' in read ? read.time : stamps.instant(read.wall, read.zone);
  };
  const items: ParsedItem[] = [];
  const all = clientItems(text);
  const asked = resolve(askedAt(all));
  const clock: Clock = {
    get time() {
      return snapshots.time ?? asked;
    },
    resolve,
  };
  let unread = 0;
  let other = 0;
  for (const item of all) {
    if (item.type === 'line') {
      snapshots.takeDateLine(item.text);
      continue;
    }
    const now = momentOf(item);
    if (now !== null && snapshots.takeDateLine(now)) continue;
    const told = VIEWS.map((view) => view(item, clock)).find((sessions) => sessions !== null);
    if (told === undefined || told === null) {
      other += 1;
      if (other === 1) unread = item.from;
      continue;
    }
    const source = places.of(item.from, item.length);
    for (const session of told)
      items.push({ type: 'server-session', session: { ...session, time: session.time ?? clock.time, source } });
  }
  if (other > 0) {
    const said = `${other === 1 ? 'A row' : `${other} rows`} of ${context.fileName} ${other === 1 ? 'shows' : 'show'} no session that could be read.`;
    items.push(problemItem('malformed-record', said, places.of(unread, 0).byteOffset));
  }
  return items;
}

/** What a row of one value says that the server's clock showed, as `SELECT NOW()` prints it; null for any other row. */
function momentOf({ values }: ClientRow): string | null {
  const [entry] = values;
  if (values.size !== 1 || entry === undefined) return null;
  return /^(?:now|sysdate|current_timestamp)\b/i.test(entry[0]) ? entry[1] : null;
}

/** PostgreSQL prints a distance of whole hours as `+00`. */
const zoned = (stamp: string): string => stamp.replace(/([+-]\d\d)$/, '$1:00');

/** When the view itself was asked for: the session that asked shows that. */
function askedAt(items: readonly ClientItem[]): string | null {
  for (const item of items) {
    if (item.type === 'row' && /\bpg_stat_activity\b/.test(item.values.get('query') ?? ''))
      return item.values.get('query_start') ?? null;
  }
  return null;
}

const wholeNumber = (text: string | null | undefined): number | null =>
  typeof text === 'string' && /^\d{1,12}$/.test(text) ? Number(text) : null;
const shortened = (text: string | null | undefined): string | null =>
  typeof text === 'string' && text !== '' ? text.slice(0, STATEMENT_CHARACTERS) : null;

/** Seconds of `00:00:07.134588`, `1 day 02:03:04`, `611`. */
function seconds(text: string | null | undefined): number | null {
  const match = /^(?:(\d{1,5}) days? ?)?(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,6})?)$/.exec(text ?? '');
  if (match === null) return wholeNumber(text);
  return Number(match[1] ?? 0) * 86_400 + Number(match[2]) * 3_600 + Number(match[3]) * 60 + Number(match[4]);
}

const before = (time: EpochMicros | null | undefined, span: number | null): EpochMicros | null =>
  time === null || time === undefined || span === null ? null : addSeconds(time, -span);
const between = (from: EpochMicros | null, to: EpochMicros | null): number | null =>
  from === null || to === null || to < from ? null : (to - from) / MICROS_PER_SECOND;

type View = (row: ClientRow, clock: Clock) => readonly Told[] | null;

// Waiting for table metadata lock      Waiting for global read lock      Waiting for stored function metadata lock
const LOCK_STATE = /^Waiting for (?:.{1,40} )?lock$|^Waiting for table flush$|^User lock$|^Locked$/i;

const processList: View = ({ values }, clock) => {
  const id = wholeNumber(values.get('id'));
  const command = values.get('command');
  if (id === null || typeof command !== 'string' || !values.has('state')) return null;
  const state = values.get('state') ?? '';
  const lock = LOCK_STATE.test(state) ? state.replace(/^Waiting for /i, '') : null;
  const since = before(clock.time, wholeNumber(values.get('time')));
  return [
    {
      server: 'MySQL',
      view: 'process list',
      id,
      user: values.get('user') ?? null,
      statement: shortened(values.get('info')),
      wait: lock === null ? null : { lock, since, blockers: [] },
      transactionSeconds: null,
      holdsLocks: null,
      isIdle: command === 'Sleep',
    },
  ];
};

const lockWaits: View = ({ values }, clock) => {
  const [waiting, blocking] = [wholeNumber(values.get('waiting_pid')), wholeNumber(values.get('blocking_pid'))];
  if (waiting === null || blocking === null) return null;
  const since = clock.resolve(values.get('wait_started') ?? null);
  const waited = seconds(values.get('wait_age_secs'));
  const own = since === null || waited === null ? null : addSeconds(since, waited);
  const shared = {
    server: 'MySQL',
    view: 'sys.innodb_lock_waits',
    user: null,
    ...(own === null ? {} : { time: own }),
    holdsLocks: true,
  } as const;
  const lock = [values.get('locked_type'), 'lock on', values.get('locked_table')].join(' ').trim();
  return [
    {
      ...shared,
      id: waiting,
      statement: shortened(values.get('waiting_query')),
      wait: { lock, since: since ?? before(clock.time, waited), blockers: [blocking] },
      transactionSeconds: seconds(values.get('waiting_trx_age')),
      isIdle: false,
    },
    {
      ...shared,
      id: blocking,
      statement: shortened(values.get('blocking_query')),
      wait: null,
      transactionSeconds: seconds(values.get('blocking_trx_age')),
      isIdle: (values.get('blocking_query') ?? null) === null,
    },
  ];
};

const BLOCKERS = ['blocked_by', 'pg_blocking_pids', 'blocking_pids', 'blockers'];

const activity: View = ({ values }, clock) => {
  const id = wholeNumber(values.get('pid'));
  if (id === null || !values.has('query')) return null;
  const state = values.get('state') ?? null;
  // Processes of the server's own.
  if (state === null && (values.get('query') ?? '') === '') return [];
  const own = clock.resolve(values.get('now') ?? null);
  const time = own ?? clock.time;
  const blockers = BLOCKERS.flatMap((name) => (values.get(name) ?? '').match(/\d{1,10}/g) ?? []).map(Number);
  const begun = clock.resolve(values.get('query_start') ?? values.get('xact_start') ?? null);
  const age = seconds(values.get('age'));
  const isLock = values.get('wait_event_type') === 'Lock';
  const wait: ServerSessionWait | null =
    isLock || blockers.length > 0
      ? {
          lock: values.get('wait_event') == null ? 'a lock' : `a lock of the kind ${values.get('wait_event')}`,
          since: begun ?? before(time, age),
          blockers,
        }
      : null;
  const isOpen = state !== 'idle';
  return [
    {
      server: 'PostgreSQL',
      view: 'pg_stat_activity',
      id,
      user: values.get('usename') ?? null,
      statement: shortened(values.get('query')),
      wait,
      transactionSeconds: isOpen ? (between(clock.resolve(values.get('xact_start') ?? null), time) ?? age) : null,
      holdsLocks: null,
      isIdle: state?.startsWith('idle') === true,
      ...(own === null ? {} : { time: own }),
    },
  ];
};

const pgLocks: View = ({ values }, clock) => {
  const id = wholeNumber(values.get('pid'));
  const mode = values.get('mode');
  if (id === null || typeof mode !== 'string' || !values.has('granted')) return null;
  if (values.get('granted') === 't') return [];
  const on = [values.get('locktype'), values.get('relation') ?? values.get('transactionid')].filter(Boolean).join(' ');
  return [
    {
      server: 'PostgreSQL',
      view: 'pg_locks',
      id,
      user: null,
      statement: null,
      wait: { lock: `${mode} on ${on}`, since: clock.resolve(values.get('waitstart') ?? null), blockers: [] },
      transactionSeconds: null,
      holdsLocks: null,
      isIdle: false,
    },
  ];
};

const VIEWS: readonly View[] = [lockWaits, processList, activity, pgLocks];

/** A line that only these views have, in any form of the clients. */
function isTelling(line: string): boolean {
  const names = line.toLowerCase().split(/[\s|,"]+/);
  const has = (...all: readonly string[]): boolean => all.every((name) => names.includes(name));
  return (
    (has('id', 'user', 'command', 'time', 'state') && /^(?:id\t|\| *id +\|)/i.test(line)) ||
    (has('pid', 'query') && /[|,]/.test(line) && (has('state') || has('wait_event'))) ||
    has('locktype', 'granted', 'pid', 'mode') ||
    has('waiting_pid', 'blocking_pid') ||
    // One field a line.
    /^ *Command: (?:Query|Sleep|Execute|Connect|Daemon|Killed|Prepare|Field List|Binlog Dump)\s*$/.test(line) ||
    /^ *blocking_pid: \d+\s*$/.test(line) ||
    /^(?:wait_event_type|pg_blocking_pids|backend_start|waitstart) *\| /.test(line)
  );
}

export const SERVER_SESSIONS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`SHOW FULL PROCESSLIST`, `sys.innodb_lock_waits`, `pg_stat_activity`, `pg_locks`',
  detect: {
    by: 'header',
    sign: {
      sample: 'Id\tUser\tHost\tdb\tCommand\tTime\tState\tInfo',
      why: 'lists sessions of a database server',
      reads: isTelling,
      hasStampsBelow: true,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createServerSessionsParser,
  // It holds no events.
  readAgain: null,
};
