import type { TimeResolution } from '../../model/evidence.ts';
import type { ServerSession } from '../../model/server-session.ts';
import { addSeconds, type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import type { RecordFormat } from '../reading/format.ts';
import { eventItem, problemItem } from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { wallOf } from '../reading/stamps.ts';
import { wholeFileParser } from '../reading/whole-file.ts';
import { SnapshotClock } from './snapshot-time.ts';
import { TextPlaces } from './text-places.ts';

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;
const STATEMENT_CHARACTERS = 2_000;
const MOST_LINES = 200_000;
/** The head of a row of tabs is in its first few hundred characters. */
const HEAD_CHARACTERS = 500;

// 2026-11-30 20:15:52 0x777188f1c6c0 INNODB MONITOR OUTPUT      130715 10:53:54 INNODB MONITOR OUTPUT
const MONITOR = /(?:^|\\n)(\d{2}(?:\d\d-)?\d\d-?\d\d) {1,2}(\d{1,2}):(\d\d):(\d\d) (?:\S{1,20} )?INNODB MONITOR OUTPUT/;
const END = /END OF INNODB MONITOR OUTPUT/;
// 2026-11-30 20:15:45 0x777188ffd6c0        stands alone below LATEST DETECTED DEADLOCK
const STAMP = /^(\d{2}(?:\d\d-)?\d\d-?\d\d) {1,2}(\d{1,2}):(\d\d):(\d\d)(?: \S{1,20})?$/;
const DEADLOCK = 'LATEST DETECTED DEADLOCK';
const RULER = /^-{8,}$/;
const TRANSACTION = /^---TRANSACTION (?:\d+ )?(\S{1,24}?), (?:not started|ACTIVE(?: \(PREPARED\))? (\d{1,9}) sec)/;
const LOCKS = /\b(\d{1,9}) row lock\(s\)/;
// MySQL thread id 513, OS thread handle 139780011, query id 99121 172.18.0.4 pay updating
const THREAD = /^(?:MySQL|MariaDB) thread id (\d{1,12}), OS thread handle \S{1,24}, query id \d{1,20} ?(.*)$/;
// ------- TRX HAS BEEN WAITING 27 SEC FOR THIS LOCK TO BE GRANTED:      MariaDB counts in microseconds
const WAITING = /^-+ ?TRX HAS BEEN WAITING (\d{1,15}) (SEC|us) FOR THIS LOCK TO BE GRANTED/;
// RECORD LOCKS space id 61 page no 4 n bits 72 index PRIMARY of table `shop`.`counters` trx id 28 lock_mode X locks rec but not gap waiting
const RECORD_LOCK =
  /^RECORD LOCKS space id (\d{1,12}) page no (\d{1,12}) .{0,40}index (\S{1,200}) of table (\S{1,300}) .{0,20}trx id \S{1,24} lock[_ ]mode (.{1,80}?)( waiting)?(?: Record lock.*)?$/;
const TABLE_LOCK = /^TABLE LOCK table (\S{1,300}) trx id \S{1,24} lock mode (\S{1,24})( waiting)?$/;
/** What ends a statement that is printed below its thread. */
const NO_STATEMENT =
  /^(?:-|TABLE LOCK|RECORD LOCKS|Record lock|Trx read view|Trx #rec|Holds adaptive|mysql tables in use|\s*$)/;

/**
 * `SHOW ENGINE INNODB STATUS`, with \G or as a row of tabs: who waits for which lock and who else holds any, at the moment that its
 * head states; and the latest deadlock, an event at its own. Sources: MySQL 8.0, "InnoDB Standard Monitor and Lock Monitor
 * Output"; storage/innobase/trx/trx0trx.cc, trx_print_low; lock/lock0lock.cc, lock_print_info_all_transactions
 */
const createInnodbStatusParser: CreateParser = (context) => {
  const clock = new SnapshotClock(context);
  const parser = wholeFileParser(FILE_LIMIT_BYTES, (bytes, isBeyondLimit) => {
    const items = statusItems(new TextDecoder().decode(bytes), context, clock);
    if (!isBeyondLimit) return items;
    const message = `${context.fileName} is larger than ${FILE_LIMIT_BYTES} bytes; what follows them was left out.`;
    return [...items, problemItem('limit-exceeded', message, FILE_LIMIT_BYTES)];
  });
  return { ...parser, timeResolution: (): TimeResolution | null => clock.timeResolution() };
};

/** A line of the status, and where it lies in the file: of a row of tabs, that row. */
interface StatusLine {
  readonly text: string;
  readonly from: number;
  readonly length: number;
}

interface Transaction {
  readonly first: StatusLine;
  last: StatusLine;
  readonly activeSeconds: number | null;
  thread: number | null;
  user: string | null;
  locks: number;
  statement: string[];
  waitedSeconds: number | null;
  isWaiting: boolean;
  wanted: string | null;
  wantedPage: string | null;
  readonly heldPages: Set<string>;
  /** What the next lines are. */
  within: 'head' | 'statement' | 'wait' | 'locks';
}

function statusItems(text: string, context: ParseContext, clock: SnapshotClock): readonly ParsedItem[] {
  const places = new TextPlaces(text, context);
  const items: ParsedItem[] = [];
  const lines = linesOf(text);
  let time: EpochMicros | null = null;
  let transactions: Transaction[] = [];
  let open: StatusLine | null = null;
  const finish = (): void => {
    for (const session of sessionsOf(transactions, time)) {
      const { first, last, ...told } = session;
      const source = places.of(first.from, last.from + last.length - first.from);
      items.push({ type: 'server-session', session: { ...told, source } });
    }
    transactions = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined) break;
    const head = MONITOR.exec(line.text);
    if (head !== null && END.test(line.text)) open = null;
    else if (head !== null) {
      finish();
      time = clock.resolve(wallIn(head), null);
      open = line;
    } else if (line.text === DEADLOCK) {
      const block = deadlockFrom(lines, index);
      const item = deadlockItem(block, clock, places);
      if (item !== null) items.push(item);
      index += block.length - 1;
      continue;
    } else if (END.test(line.text)) open = null;
    takeTransactionLine(line, transactions);
  }
  finish();
  if (open !== null) {
    const said = `${context.fileName} ends before the end of InnoDB's status; what follows was not saved, or cut off by the server.`;
    items.push(problemItem('truncated', said, places.of(open.from, 0).byteOffset));
  }
  return items;
}

function linesOf(text: string): readonly StatusLine[] {
  const lines: StatusLine[] = [];
  let from = 0;
  for (const raw of text.split('\n')) {
    const bare = raw.replace(/\r+$/, '');
    const place = { from, length: bare.length };
    from += raw.length + 1;
    // A row of `mysql -B` has the whole status in one line.
    if (bare.includes('\\n') && (MONITOR.test(bare) || bare.includes(DEADLOCK))) {
      for (const part of bare.split('\\n')) lines.push({ text: part, ...place });
    } else lines.push({ text: bare, ...place });
    if (lines.length > MOST_LINES) break;
  }
  return lines;
}

function wallIn(match: RegExpExecArray) {
  const digits = (match[1] ?? '').replaceAll('-', '');
  const [year, month, day] =
    digits.length === 8
      ? [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)]
      : [`20${digits.slice(0, 2)}`, digits.slice(2, 4), digits.slice(4)];
  return wallOf(year, month, day, (match[2] ?? '').padStart(2, '0'), match[3], match[4]);
}

/** From its title to the next section's. */
function deadlockFrom(lines: readonly StatusLine[], start: number): readonly StatusLine[] {
  let end = start + 2;
  while (end < lines.length && !RULER.test(lines[end]?.text ?? '')) end += 1;
  while (end > start && (lines[end - 1]?.text ?? '').trim() === '') end -= 1;
  return lines.slice(start, end);
}

/** What a hex dump of a record says is said by the statements. */
const RECORD_DUMP = /^ \d{1,4}: (?:len|SQL NULL)|^Record lock, heap no |^\s*$/;

function deadlockItem(block: readonly StatusLine[], clock: SnapshotClock, places: TextPlaces): ParsedItem | null {
  const [first, last] = [block[0], block.at(-1)];
  const stamp = block.map(({ text }) => STAMP.exec(text)).find((found) => found !== null) ?? null;
  if (stamp === null || first === undefined || last === undefined) return null;
  const time = clock.resolve(wallIn(stamp), null);
  if (time === null) return null;
  return eventItem({
    time,
    resolutionMicros: MICROS_PER_SECOND,
    timestampDesc: 'deadlock detected',
    kind: 'log',
    message: block
      .filter(({ text }) => !RECORD_DUMP.test(text))
      .map(({ text }) => text)
      .join('\n'),
    pid: null,
    identifier: 'innodb',
    host: null,
    severity: null,
    unit: null,
    detail: {},
    source: places.of(first.from, last.from + last.length - first.from),
  });
}

function takeTransactionLine(line: StatusLine, transactions: Transaction[]): void {
  const { text } = line;
  const begun = TRANSACTION.exec(text);
  if (begun !== null) {
    transactions.push({
      first: line,
      last: line,
      activeSeconds: begun[2] === undefined ? null : Number(begun[2]),
      thread: null,
      user: null,
      locks: 0,
      statement: [],
      waitedSeconds: null,
      isWaiting: false,
      wanted: null,
      wantedPage: null,
      heldPages: new Set(),
      within: 'head',
    });
    return;
  }
  const current = transactions.at(-1);
  if (current === undefined || current.within === 'locks') {
    if (current !== undefined) readLock(text, current, line);
    return;
  }
  // The next section.
  if (RULER.test(text) && current.within !== 'wait') {
    current.within = 'locks';
    return;
  }
  const thread = THREAD.exec(text);
  const waiting = WAITING.exec(text);
  if (thread !== null) {
    current.thread = Number(thread[1]);
    current.user = userIn(thread[2] ?? '');
    current.within = 'statement';
  } else if (waiting !== null) {
    current.isWaiting = true;
    current.waitedSeconds = Number(waiting[1]) / (waiting[2] === 'us' ? MICROS_PER_SECOND : 1);
    current.within = 'wait';
  } else if (current.within === 'head') {
    if (text.startsWith('LOCK WAIT')) current.isWaiting = true;
    current.locks = Math.max(current.locks, Number(LOCKS.exec(text)?.[1] ?? 0));
    if (!LOCKS.test(text) && !/^mysql tables in use/.test(text)) return;
  } else if (current.within === 'statement' && !NO_STATEMENT.test(text)) current.statement.push(text);
  else if (!readLock(text, current, line)) return;
  current.last = line;
}

/** Takes a line that names a lock: one that it waits for, or, where the server prints them, one that it holds. */
function readLock(text: string, current: Transaction, line: StatusLine): boolean {
  const record = RECORD_LOCK.exec(text);
  const table = record === null ? TABLE_LOCK.exec(text) : null;
  if (record === null && table === null) return false;
  const page = record === null ? `table ${table?.[1]}` : `${record[1]}:${record[2]}:${record[3]}`;
  const isWait = (record?.[6] ?? table?.[3]) !== undefined;
  if (isWait) {
    current.wantedPage = page;
    current.wanted =
      record === null ? `a table lock (${table?.[2]}) on ${table?.[1]}` : `a row lock (${record[5]}) on ${record[4]}`;
  } else current.heldPages.add(page);
  // Below the locks stand dumps of their records.
  if (current.within === 'statement') current.within = 'wait';
  current.last = line;
  return true;
}

/** Behind the query's number: `localhost shop Updating`, `172.18.0.4 pay updating`, `host 10.0.0.7 pay`. */
function userIn(rest: string): string | null {
  const [host, second, third] = rest.trim().split(/ +/);
  if (host === undefined || host === '') return null;
  return (/^[\d.:a-f]{3,39}$/.test(second ?? '') && third !== undefined ? third : second) ?? null;
}

type Told = Omit<ServerSession, 'source'> & { readonly first: StatusLine; readonly last: StatusLine };

function sessionsOf(transactions: readonly Transaction[], time: EpochMicros | null): readonly Told[] {
  return transactions.flatMap((transaction): Told[] => {
    const { thread, user, locks, statement, isWaiting, waitedSeconds, wanted, wantedPage, first, last } = transaction;
    if (thread === null || transaction.activeSeconds === null) return [];
    const blockers = transactions.filter(
      (other) => other !== transaction && wantedPage !== null && other.heldPages.has(wantedPage),
    );
    const text = statement.join('\n').slice(0, STATEMENT_CHARACTERS);
    return [
      {
        time,
        server: 'MySQL',
        view: 'InnoDB status',
        id: thread,
        user,
        statement: text === '' ? null : text,
        wait: isWaiting
          ? {
              lock: wanted ?? 'a lock',
              since: time === null || waitedSeconds === null ? null : addSeconds(time, -waitedSeconds),
              blockers: blockers.flatMap((other) => other.thread ?? []),
            }
          : null,
        transactionSeconds: transaction.activeSeconds,
        holdsLocks: locks > 0 || transaction.heldPages.size > 0,
        isIdle: text === '',
        first,
        last,
      },
    ];
  });
}

export const INNODB_STATUS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`SHOW ENGINE INNODB STATUS`',
  detect: {
    by: 'header',
    sign: {
      sample: 'END OF INNODB MONITOR OUTPUT',
      why: "is InnoDB's status",
      // At its head a stamp stands in front, as a logger's would.
      reads: (line) => MONITOR.test(line.slice(0, HEAD_CHARACTERS)) || END.test(line),
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createInnodbStatusParser,
  readAgain: () => createInnodbStatusParser,
};
