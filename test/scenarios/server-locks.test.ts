import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

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
