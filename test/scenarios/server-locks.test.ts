import { describe, expect, it } from 'vitest';
import { Scenario, SETTING, verdictsOf } from './scenario.ts';

const writing = (): Scenario =>
  new Scenario()
    .boot()
    .app(0, 'INFO', 'Ingesting report 4711')
    .app(1, 'INFO', 'Writing 900 rows to table results')
    .quietKernel();

const commandsOf = async (scenario: Scenario): Promise<string> => {
  const { hypotheses } = await scenario.analyse();
  return (hypotheses.find(({ id }) => id === 'database-lock')?.missing ?? []).map(({ command }) => command).join('\n');
};

/** Locks of databases that are processes of their own: no file can be copied that tells of them. */
describe('a lock of a database server', () => {
  it.each([
    ['PostgreSQL, waited in vain', 'psycopg2.errors.LockNotAvailable: canceling statement due to lock timeout'],
    ['PostgreSQL, a deadlock', 'sqlalchemy.exc.OperationalError: (psycopg2.errors.DeadlockDetected) deadlock detected'],
    [
      'MySQL, waited in vain',
      "MySQLdb.OperationalError: (1205, 'Lock wait timeout exceeded; try restarting transaction')",
    ],
  ])('%s: the operation failed on it, and nobody died', async (_what, error) => {
    const analysis = await writing()
      .config('timeout = 120')
      .app(40, 'ERROR', `Ingest of report 4711 failed: ${error}`)
      .analyse();
    expect(analysis.incident?.mechanism).toBe('none');
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'worker-timeout': 'ruled-out' });
    expect(JSON.stringify(analysis.recommendations)).not.toMatch(/SQLite|busy_timeout|journal_mode/);
  });

  it('refused and tried again until the timeout: the lock is its cause, and the wait advised fits into the timeout', async () => {
    const scenario = writing()
      .app(51, 'WARNING', "(1205, 'Lock wait timeout exceeded; try restarting transaction'), retrying (attempt 1)")
      .timeout(61)
      .sigkill(62)
      .replacement(62.1)
      .config('timeout = 60');
    const analysis = await scenario.analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'worker-timeout': 'contributes' });
    const advised = analysis.recommendations.find(({ id }) => id === 'lock-timeout-below-worker-timeout');
    expect(advised?.patch).toBe('SET SESSION innodb_lock_wait_timeout = 15;');
  });

  it("a wait that PostgreSQL's own log tells of, while the operation was writing", async () => {
    const scenario = writing()
      .journal(2, 'postgres', 912, 'LOG:  process 912 still waiting for ShareLock on transaction 8123 after 1000.2 ms')
      .timeout(31)
      .sigkill(32)
      .replacement(32.1)
      .psSeries(30, () => ({ state: 'S', cpuSeconds: 1 }))
      .config('timeout = 30');
    expect(verdictsOf(await scenario.analyse())).toMatchObject({ 'database-lock': 'fits' });
  });

  it("a wait that PostgreSQL logs from the worker's last words on, and no end of it, whatever the work was called", async () => {
    const closing = (...after: readonly string[]): Scenario =>
      after
        .reduce(
          (scenario, text) => scenario.journal(20, 'postgres', 912, text),
          new Scenario()
            .boot()
            .app(0, 'INFO', 'closing period 2026-12')
            .journal(
              1.1,
              'postgres',
              912,
              'LOG:  process 912 still waiting for AccessExclusiveLock on relation 24601 of database 16389 after 1000.2 ms',
            )
            .journal(1.2, 'postgres', 912, 'DETAIL:  Process holding the lock: 4102. Wait queue: 912.'),
        )
        .timeout(45)
        .sigkill(46)
        .replacement(46.1)
        .quietKernel()
        .config('timeout = 45');
    const held = await closing().analyse();
    expect(verdictsOf(held)).toMatchObject({ 'database-lock': 'fits' });
    expect(held.facts.find(({ id }) => id === 'server-lock-to-the-end')?.text).toContain('process 4102 holds the lock');
    const acquired =
      'LOG:  process 912 acquired AccessExclusiveLock on relation 24601 of database 16389 after 20000.1 ms';
    expect(verdictsOf(await closing(acquired).analyse())['database-lock']).not.toBe('fits');
  });

  it('a driver in Python that waits for its server in a socket: undecided, and the views of that server are asked for', async () => {
    const scenario = writing().timeout(31).stderr(31.1, 'Traceback (most recent call last):');
    for (const [file, line, name, code] of [
      ['/srv/app/store.py', 88, 'store', 'cursor.execute(sql, rows)'],
      [
        '/srv/venv/lib/python3.11/site-packages/pymysql/connections.py',
        744,
        '_read_packet',
        'packet_header = self._read_bytes(4)',
      ],
      ['/usr/lib/python3.11/socket.py', 706, 'readinto', 'return self._sock.recv_into(b)'],
      ['/srv/venv/lib/python3.11/site-packages/gunicorn/workers/base.py', 203, 'handle_abort', 'sys.exit(1)'],
    ]) {
      scenario.stderr(31.1, `  File "${file}", line ${line}, in ${name}`).stderr(31.1, `    ${code}`);
    }
    scenario
      .stderr(31.1, 'SystemExit: 1')
      .gunicorn(31.2, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .replacement(31.4)
      .config('timeout = 30');
    expect(verdictsOf(await scenario.analyse())).toMatchObject({ 'database-lock': 'inconclusive' });
    const commands = await commandsOf(scenario);
    expect(commands).toContain('SHOW ENGINE INNODB STATUS');
    expect(commands).not.toContain('.db-wal');
  });
});

/** What the views of the server showed while it hung. */
describe("a look at a database server's sessions", () => {
  const stuck = (): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'closing payslip 4711')
      .app(1, 'INFO', "UPDATE counters SET last = last + 1 WHERE name = 'payslip'")
      .timeout(41)
      .sigkill(42)
      .replacement(42.1)
      .quietKernel()
      .config('timeout = 40');
  const stamp = (second: number): string =>
    new Date(SETTING.startMillis + second * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  const status = (second: number, waited: number, statement: string): string =>
    [
      '=====================================',
      `${stamp(second)} 0x7f21a41c7700 INNODB MONITOR OUTPUT`,
      '=====================================',
      '------------',
      'TRANSACTIONS',
      '------------',
      `---TRANSACTION 884212, ACTIVE ${waited} sec starting index read`,
      'mysql tables in use 1, locked 1',
      'LOCK WAIT 2 lock struct(s), heap size 1136, 1 row lock(s)',
      'MySQL thread id 513, OS thread handle 139780011, query id 99121 10.0.0.4 pay updating',
      statement,
      `------- TRX HAS BEEN WAITING ${waited} SEC FOR THIS LOCK TO BE GRANTED:`,
      'RECORD LOCKS space id 61 page no 4 n bits 72 index PRIMARY of table `pay`.`counters` trx id 884212 lock_mode X locks rec but not gap waiting',
      '---TRANSACTION 884190, ACTIVE 611 sec',
      '2 lock struct(s), heap size 1136, 1 row lock(s), undo log entries 1',
      'MySQL thread id 401, OS thread handle 139780244, query id 98210 10.0.0.1 root',
      '----------------------------',
      'END OF INNODB MONITOR OUTPUT',
      '============================',
    ].join('\n');
  const factOf = (analysis: Awaited<ReturnType<Scenario['analyse']>>): string | undefined =>
    analysis.facts.find(({ id }) => id === 'server-session-waits')?.text;

  it('shows the wait that began with the last words, and the only other session that holds locks', async () => {
    const analysis = await stuck()
      .file('innodb.txt', status(28, 27, 'UPDATE counters SET last = last + 1'))
      .analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'worker-timeout': 'contributes' });
    expect(factOf(analysis)).toMatch(
      /thread 513 waits for a row lock .*thread 401 \(user root, .*611 s, idle\) is the only other/,
    );
  });

  it('of another session, at another moment and in another statement, decides nothing', async () => {
    const analysis = await stuck()
      .file('innodb.txt', status(28, 9, 'DELETE FROM sessions WHERE id = 9'))
      .analyse();
    expect(verdictsOf(analysis)['database-lock']).not.toBe('fits');
  });

  it('long after it says nothing of it', async () => {
    const analysis = await stuck()
      .file('innodb.txt', status(4_000, 27, 'UPDATE counters SET last = last + 1'))
      .analyse();
    expect(factOf(analysis)).toBeUndefined();
  });

  it('without a date counts for less, and is not dated by anything else', async () => {
    const rows = [
      'Id\tUser\tHost\tdb\tCommand\tTime\tState\tInfo',
      '401\troot\tlocalhost\tpay\tSleep\t611\t\tNULL',
      "513\tpay\tapp\tpay\tQuery\t27\tWaiting for table metadata lock\tUPDATE counters SET last = last + 1 WHERE name = 'payslip'",
    ].join('\n');
    const analysis = await stuck().file('processlist.txt', rows).analyse();
    expect(factOf(analysis)).toContain('nothing dates the look');
    const fact = analysis.facts.find(({ id }) => id === 'server-session-waits');
    expect(fact?.decides).toBeUndefined();
    expect(fact?.weights['database-lock']).toBe(2.5);
  });

  it('in PostgreSQL names who blocks whom', async () => {
    const rows = [
      'now|pid|blocked_by|state|wait_event_type|wait_event|xact_start|query',
      `${stamp(30)}+00|4102|{}|idle in transaction|Client|ClientRead|${stamp(-600)}+00|UPDATE periods SET open = false`,
      `${stamp(30)}+00|4410|{4102}|active|Lock|transactionid|${stamp(1)}+00|UPDATE counters SET last = last + 1 WHERE name = $1`,
      '(2 rows)',
    ].join('\n');
    const analysis = await stuck().file('pg_stat_activity.txt', rows).analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits' });
    expect(factOf(analysis)).toMatch(
      /process 4410 waits for .*process 4102 \(transaction open for 630 s, idle\) blocks it/,
    );
  });
});

describe('a wait that PostgreSQL logs over all of the silence of a worker that said nothing of its work', () => {
  const silent = (waiting: number, ...more: readonly [second: number, text: string][]): Scenario => {
    const wait = 'process 912 still waiting for ShareLock on transaction 8123 after 1000.2 ms';
    const scenario = new Scenario().boot().config('timeout = 30').journal(waiting, 'postgres', 912, `LOG:  ${wait}`);
    for (const [second, text] of more) scenario.journal(second, 'postgres', 912, `LOG:  ${text}`);
    return scenario.timeout(31).sigkill(32).replacement(32.1).quietKernel();
  };
  const isFound = async (scenario: Scenario): Promise<boolean> =>
    (await scenario.analyse()).facts.some(({ id }) => id === 'server-lock-over-silence');

  it('is what it waited for', async () => {
    const analysis = await silent(2).analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'fits', 'worker-timeout': 'contributes' });
  });

  it('is none where it began later, or was over before the timeout', async () => {
    expect(await isFound(silent(2))).toBe(true);
    expect(await isFound(silent(17))).toBe(false);
    expect(await isFound(silent(2, [9, 'process 912 acquired ShareLock on transaction 8123 after 8000.1 ms']))).toBe(
      false,
    );
    expect(await isFound(silent(2, [90, 'process 912 acquired ShareLock on transaction 8123 after 89000.1 ms']))).toBe(
      true,
    );
  });
});
