import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { analyse } from '../../shared/analyse.ts';
import type { Analysis, Fact } from '../../shared/model/analysis.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import type { DatabaseReport } from '../../shared/model/database.ts';
import { analyseFiles, Scenario, SETTING } from '../scenarios/scenario.ts';
import { analyseFolder } from './analyse-folder.ts';
import { referenceEvidence } from './reference-case.ts';
import { stageIncident } from './stage-incident.ts';
import { unpackTarGz } from './unpack.ts';

/*
 * Evidence in which every built-in rule finds its fact: recorded, made up as an incident, or as little as the rule asks for.
 * What a rule says is read off it for docs/rules.md.
 */

const NAME = 'vpn job 14';
const importing = (): Scenario => new Scenario().boot().app(0, 'INFO', `Importing ${NAME}`);
const parsing = (): Scenario => importing().app(0.2, 'INFO', 'Parsing XML: report.xml (300000 bytes)');
const writing = (): Scenario =>
  new Scenario().boot().app(0, 'INFO', 'Ingesting report 4711').app(1, 'INFO', 'Writing 900 rows to table results');
/** Given up by the arbiter after 30 s. */
const timedOut = (scenario: Scenario): Scenario =>
  scenario.timeout(31).sigkill(32).replacement(32.1).config('timeout = 30');
const killed = (scenario: Scenario, second = 12): Scenario => scenario.sigkill(second).replacement(second + 0.1);
const vmstat = (scenario: Scenario, row: Parameters<Scenario['vmstat']>[1]): Scenario => {
  for (let second = 0; second <= 30; second += 2) scenario.vmstat(second, row);
  return scenario;
};
const counting = (until: number): Scenario => {
  const scenario = new Scenario().boot().app(0, 'INFO', 'Sync of depot 5 started');
  for (let page = 1; page <= until; page += 1) scenario.app(page * 0.5, 'INFO', `page ${page} of 90 walked`);
  return scenario;
};
const goingRound = (): Scenario => {
  const scenario = new Scenario().boot().app(0, 'INFO', 'Planning of route 5 started');
  const nodes = [4, 9, 17];
  for (let step = 0; step < 58; step += 1)
    scenario.app(1 + step / 2, 'INFO', `junction ${nodes[step % 3]} -> ${nodes[(step + 1) % 3]}`);
  return scenario;
};
const partsBeyond = (): Scenario => {
  const scenario = new Scenario().boot().app(0, 'INFO', 'Sync of depot 5 started: 412 records');
  for (let page = 1; page < 59; page += 1) scenario.app(page * 0.5, 'INFO', `depot 5, page ${page}: 100 records`);
  return scenario;
};
const WAITING = 'LOG:  process 912 still waiting for ShareLock on transaction 8123 after 1000.2 ms';
const oomKill = (pid: number, name: string, where: 'Memory cgroup out of memory' | 'Out of memory'): string =>
  `${where}: Killed process ${pid} (${name}) total-vm:1400000kB, anon-rss:980000kB, file-rss:9000kB, shmem-rss:0kB, UID:998 pgtables:2200kB oom_score_adj:0`;
const sqlite = (scenario: Scenario, folder: string, suffixes: readonly string[]): Scenario => {
  for (const suffix of suffixes) {
    const url = new URL(`../fixtures/sqlite/${folder}/service.db${suffix}`, import.meta.url);
    scenario.file(`data/service.db${suffix}`, readFileSync(url));
  }
  return scenario;
};
const refused = (scenario: Scenario, second: number, pid?: number): Scenario =>
  scenario.app(second, 'WARNING', 'sqlite3.OperationalError: database is locked, trying again', pid);

/** The import repeated with reproduce.sh. */
function repeated(): Scenario {
  const path = 'reports/vpn/14.xml';
  const scenario = timedOut(importing().app(0.2, 'INFO', `Parsing XML: ${path}`)).artifact(path, 300);
  const bytes = scenario.files().get(path) ?? '';
  return scenario.file(
    'inquest-reproduce/reproduced.txt',
    [
      '# Inquest reproduction 1',
      '# 2026-03-14 09:00:00 UTC',
      'python: Python 3.11.2',
      'limit: 480 s',
      `artifact: ${createHash('sha256').update(bytes).digest('hex')} ${Buffer.byteLength(bytes)} /srv/${path}`,
      'parse expat: done: 300 test cases in 0.02 s, at most 14000000 bytes of memory',
      'import: done in 4 s, at most 60000000 bytes of memory',
      '',
    ].join('\n'),
  );
}

/** Of the audit log, a moment before second 15.3 of a scenario. */
const STAMP = `${SETTING.startMillis / 1_000 + 15}.250:4711`;
const DAMAGED = '<?xml version="1.0"?>\n<testsuites><testsuite name="a" tests="2">\n<testcase name="one"/>\n<testcase';

const trying = (scenario: Scenario, words: (round: number) => string, rounds: number): Scenario => {
  for (let round = 1; round <= rounds; round += 1) scenario.app(1 + round * 0.5, 'WARNING', words(round));
  return scenario;
};

/** MySQL's sessions at second 30 of a scenario, one of which has waited for so long. */
const processList = (statement: string, seconds: number): string =>
  [
    `# ${new Date(SETTING.startMillis + 30_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    'Id\tUser\tHost\tdb\tCommand\tTime\tState\tInfo',
    `513\tapp\tweb\ttracker\tQuery\t${seconds}\tWaiting for table metadata lock\t${statement}`,
  ].join('\n');

/** nginx in front of the service that is ended at second 32. */
const proxyLog = [
  '02:30:25 [error] 31#31: *1042 upstream timed out (110: Connection timed out) while reading response header from upstream',
  '02:30:32 [error] 31#31: *1044 upstream prematurely closed connection while reading response header from upstream',
  '02:30:33 [error] 31#31: *1045 connect() failed (111: Connection refused) while connecting to upstream',
]
  .map((line) => `2026/03/14 ${line}, client: 10.0.0.7, server: tracker.example, request: "POST /import/14 HTTP/1.1"\n`)
  .join('');

const gdbStack = readFileSync(new URL('../fixtures/evidence/probes/gdb.txt', import.meta.url), 'utf8');

/** Looked at in the middle of the operation. */
const DURING = '# 2026-03-14 02:30:20 UTC\n';
/** `/proc/locks` of then, a lock of the database a row. */
const locked = (scenario: Scenario, ...rows: readonly string[]): Scenario =>
  scenario.file('locks.txt', `${DURING}${rows.map((row, at) => `${at + 1}: POSIX  ADVISORY  ${row}\n`).join('')}`);
const RESERVED_LOCK = 'WRITE 5580 fe:01:393401 1073741825 1073741825';
const SHARED_LOCK = 'READ  4242 fe:01:393401 1073741826 1073742335';
const traced = (scenario: Scenario, ...calls: readonly string[]): Scenario =>
  scenario.file('strace.txt', calls.map((call) => `4242 ${call}\n`).join(''));
const REFUSED_LOCK =
  'fcntl(5, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=1073741825, l_len=1}) = -1 EAGAIN (Resource temporarily unavailable)';

const STAGED: readonly (() => Scenario)[] = [
  () =>
    parsing()
      .kernel(
        1.4,
        'python3[4242]: segfault at 10 ip 00007f3a5c1d2e40 sp 00007ffd2b7c1a58 error 4 in etree.cpython-311-x86_64-linux-gnu.so[7f3a5c100000+2f0000]',
      )
      .arbiter(1.5, 'ERROR', 'Worker (pid:4242) was sent SIGSEGV!')
      .replacement(1.6),
  () => locked(timedOut(writing()), RESERVED_LOCK, SHARED_LOCK),
  () => locked(timedOut(writing()), RESERVED_LOCK.replace('5580', '4242')),
  () =>
    locked(
      timedOut(writing()),
      'WRITE 4242 fe:01:393401 1073741824 1073741825',
      SHARED_LOCK,
      SHARED_LOCK.replace('4242', '5580'),
    ),
  () => locked(timedOut(writing()), SHARED_LOCK, SHARED_LOCK.replace('4242', '4243')),
  () =>
    timedOut(writing()).file(
      'lsof.txt',
      `${DURING}COMMAND  PID  USER   FD   TYPE DEVICE SIZE/OFF   NODE NAME
sqlite3 5580  green    3uR  REG  254,1 41216000 393401 /srv/tracker/service.db
gunicorn 4242 green   11u   REG  254,1 41216000 393401 /srv/tracker/service.db
`,
    ),
  () =>
    timedOut(parsing()).file(
      'locks.txt',
      `${DURING}1: FLOCK  ADVISORY  WRITE 5580 fe:01:42 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 4242 fe:01:42 0 EOF\n`,
    ),
  () => timedOut(writing()).file('stack.txt', `${DURING}${gdbStack.replace(/\(process \d+\)/, '(process 4242)')}`),
  () => timedOut(writing()).file('stack.txt', `${DURING}${gdbStack}`),
  () =>
    timedOut(parsing()).file(
      'events.txt',
      `# 2026-03-14 02:34:00 UTC
LAST SEEN   TYPE      REASON      OBJECT        MESSAGE
3m35s       Warning   Unhealthy   pod/web-1     Liveness probe failed: Get "http://10.2.3.17:8000/healthz": context deadline exceeded
3m30s       Warning   Unhealthy   pod/web-1     Liveness probe failed: Get "http://10.2.3.17:8000/healthz": context deadline exceeded
`,
    ),
  () =>
    traced(
      timedOut(writing()),
      ...[10, 15, 20, 25].map((second) => `02:30:${second}.000000 ${REFUSED_LOCK}`),
      '02:30:32.000000 +++ killed by SIGKILL +++',
    ),
  () =>
    traced(
      timedOut(parsing()),
      '02:30:10.000000 mmap(NULL, 1073741824, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 ENOMEM (Cannot allocate memory)',
      '02:30:10.000001 futex(0x7f, FUTEX_WAIT, 0, NULL) = ?',
      '02:30:32.000000 +++ killed by SIGKILL +++',
    ),
  () =>
    traced(
      timedOut(parsing()),
      '02:30:10.000000 getpid() = 4242',
      '02:30:10.000001 brk(NULL) = 0x1',
      '02:30:32.000000 +++ killed by SIGKILL +++',
    ),
  () => killed(parsing()).file('cgroup.txt', 'memory.max:1000000\nmemory.peak:999999\n'),
  () => killed(parsing()).file('counters.txt', 'nr_free_pages 1950275\npgfault 12\noom_kill 0\n'),
  () => killed(parsing()).file('counters.txt', 'nr_free_pages 1950275\npgfault 12\noom_kill 2\n'),
  () =>
    timedOut(parsing()).file(
      'psi.txt',
      `${DURING}==> /proc/pressure/memory <==
some avg10=70.12 avg60=12.40 avg300=2.10 total=71
full avg10=61.00 avg60=10.10 avg300=1.90 total=64
`,
    ),
  () =>
    timedOut(parsing())
      .file('nginx-error.log', proxyLog)
      .file(
        'access.log',
        '10.0.0.7 - - [14/Mar/2026:02:30:28 +0000] "POST /import/14 HTTP/1.1" 499 0 "-" "curl/8.5.0"\n'.repeat(2),
      ),
  () => timedOut(trying(writing(), (round) => `Datenbank gesperrt, Versuch ${round}`, 58)),
  () =>
    timedOut(trying(writing(), (round) => `waiting for the write lock (${round})`, 3)).journal(
      0,
      'CRON',
      990,
      '(root) CMD (sqlite3 /srv/service.db VACUUM)',
    ),
  () =>
    writing()
      .app(5, 'WARNING', 'waiting for a row lock')
      .app(20, 'ERROR', 'Ingest of report 4711 failed: row lock not granted'),
  () =>
    timedOut(
      trying(writing(), () => 'waiting for the write lock', 3).app(4, 'INFO', 'Writing 900 rows to table results'),
    ),
  () => timedOut(writing().app(2, 'INFO', 'SELECT pg_advisory_lock(4711)')),
  () => timedOut(trying(writing(), (round) => `409 Conflict, trying again (attempt ${round})`, 58)),
  () => writing().app(9, 'ERROR', 'Ingest of report 4711 failed: RecursionError: maximum recursion depth exceeded'),
  () => timedOut(parsing()).kernel(25, 'INFO: task gunicorn:4242 blocked for more than 20 seconds.'),
  () => importing().app(2, 'INFO', 'Parsing XML: report.xml (300000 bytes)').config('timeout = 600'),
  () => vmstat(timedOut(parsing()), { us: 60 }),
  () => vmstat(timedOut(parsing()), { wa: 60 }),
  () => vmstat(timedOut(parsing()), { st: 90 }),
  () => vmstat(timedOut(parsing()), { si: 4_000, swpd: 900_000 }),
  () => timedOut(parsing()).ps(20, [{ pid: 4242, state: 'R', cpuPercent: 96 }]),
  () => timedOut(parsing()).psSeries(30, () => ({ state: 'D', cpuSeconds: 1 })),
  () => timedOut(counting(60)),
  () => timedOut(goingRound()),
  () => timedOut(partsBeyond()),
  () => timedOut(importing()).kernel(30, 'watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [swapper/1:0]'),
  () => timedOut(new Scenario().boot().journal(2, 'postgres', 912, WAITING)),
  () => timedOut(counting(20)),
  () => timedOut(parsing().gunicorn(5, 4242, 'INFO', 'Worker exiting (pid: 4242)')),
  () =>
    timedOut(
      parsing()
        .stderr(31.1, 'Traceback (most recent call last):')
        .stderr(31.1, '  File "/opt/venv/lib/python3.12/site-packages/gunicorn/workers/sync.py", line 34, in wait')
        .stderr(31.1, '    ret = select.select(self.wait_fds, [], [], timeout)')
        .stderr(
          31.1,
          '  File "/opt/venv/lib/python3.12/site-packages/gunicorn/workers/base.py", line 204, in handle_abort',
        )
        .stderr(31.1, '    sys.exit(1)')
        .stderr(31.1, 'SystemExit: 1'),
    ),
  () => timedOut(parsing().journal(10, 'chronyd', 640, 'System clock was stepped by -12.402210 seconds')),
  () => parsing().timeout(20).sigkill(21).replacement(21.1).config('timeout = 90'),
  () =>
    parsing()
      .timeout(31)
      .quietKernel()
      .kernel(31.4, oomKill(4242, 'gunicorn', 'Memory cgroup out of memory'))
      .sigkill(31.5)
      .replacement(31.6),
  () => killed(parsing()).kernel(12 + 2 * 3_600, oomKill(4242, 'gunicorn', 'Memory cgroup out of memory')),
  () => killed(parsing()).file('memory.events', 'low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n'),
  () => killed(parsing()).file('memory.events', 'low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n'),
  () =>
    killed(parsing(), 15.3).file(
      'audit.log',
      [
        `type=OBJ_PID msg=audit(${STAMP}): opid=4242 oauid=-1 ouid=998 oses=-1 ocomm="gunicorn"`,
        `type=SYSCALL msg=audit(${STAMP}): arch=c000003e syscall=62 success=yes exit=0 a0=${(4242).toString(16)} a1=9 pid=999 auid=1000 uid=0 comm="kill" exe="/usr/bin/kill"`,
        '',
      ].join('\n'),
    ),
  () =>
    timedOut(parsing())
      .quietKernel()
      .kernel(20, oomKill(777, 'java', 'Out of memory')),
  () =>
    timedOut(parsing().app(2, 'INFO', 'started child process 777 for the conversion'))
      .quietKernel()
      .kernel(20, oomKill(777, 'convert', 'Memory cgroup out of memory')),
  () => timedOut(refused(writing(), 20)),
  () => timedOut(refused(writing(), 2).app(3, 'INFO', 'Writing 900 rows to table results')),
  () => timedOut(refused(writing(), 10, 4243)),
  () => timedOut(refused(writing(), -20)),
  () => writing().app(40, 'ERROR', 'Ingest of report 4711 failed: psycopg2.errors.DeadlockDetected: deadlock detected'),
  () => timedOut(writing().app(20, 'ERROR', "(1205, 'Lock wait timeout exceeded; try restarting transaction')", 4243)),
  () =>
    timedOut(
      writing()
        .app(5, 'WARNING', "(1205, 'Lock wait timeout exceeded; try restarting transaction'), retrying (attempt 1)")
        .app(6, 'INFO', 'Writing 900 rows to table results'),
    ),
  () => timedOut(writing().file('processlist.txt', processList('INSERT INTO results VALUES (1)', 29))),
  () => timedOut(writing().file('processlist.txt', processList('DELETE FROM sessions', 9))),
  () => writing().app(9, 'ERROR', 'Ingest of report 4711 failed: OSError: [Errno 28] No space left on device'),
  () => writing().app(9, 'ERROR', 'Ingest of report 4711 failed: sqlite3.OperationalError: disk I/O error'),
  () => writing().app(9, 'ERROR', 'Ingest of report 4711 failed: ValueError: no such depot: 5'),
  () =>
    importing()
      .app(0.2, 'INFO', 'Parsing XML: report.xml (3000 bytes)')
      .app(3_000, 'INFO', 'Importing vpn job 15', 4243)
      .app(3_001, 'INFO', 'Import of vpn job 15 finished in 1.0s', 4243)
      .config('timeout = 0'),
  () =>
    timedOut(importing().app(0.2, 'INFO', 'Parsing /srv/in/report-7.xml (312000 bytes)')).file(
      'ls.txt',
      'total 304688\n-rw-r--r-- 1 app app 312000000 2026-03-14 02:29:58.000000000 +0000 /srv/in/report-7.xml\n-rw-r--r-- 1 app app 12000 2026-03-14 02:29:58.000000000 +0000 /srv/in/report-6.xml\n',
    ),
  () => timedOut(parsing()).file('report.xml', DAMAGED),
  repeated,
  () => sqlite(timedOut(writing()), 'maintenance-killed', ['', '-wal']),
  () => sqlite(timedOut(new Scenario().boot().app(0, 'INFO', 'Writing the results')), 'import-killed', ['', '-wal']),
  () => sqlite(timedOut(writing().app(25, 'INFO', 'Inserted 700 of 900 rows')), 'journal-finished', ['']),
  () => new Scenario().config('timeout = 30'),
  () =>
    new Scenario().file(
      'unit.txt',
      `4:10:00.000000+0000 app-3 gunicorn[900]: [CRITICAL] WORKER TIMEOUT (pid:911)
2026-03-02T04:00:00.000000+0000 app-3 gunicorn[900]: [2026-03-02 04:00:00 +0000] [900] [INFO] Starting gunicorn 23.0.0
2026-03-02T04:00:00.100000+0000 app-3 gunicorn[911]: [2026-03-02 04:00:00 +0000] [911] [INFO] Booting worker with pid: 911
`,
    ),
];

/** The reference case with another state of its database. */
function withDatabase(change: (database: DatabaseReport) => DatabaseReport): CaseEvidence {
  const reference = referenceEvidence();
  return { ...reference, databases: reference.databases.map(change) };
}

type Wal = NonNullable<DatabaseReport['wal']>;
const withWal = (change: (wal: Wal) => Wal): CaseEvidence =>
  withDatabase((database) => ({ ...database, wal: database.wal === null ? null : change(database.wal) }));

/** The reference case, whose measured figures are the same on every machine, in other states. */
const MADE: readonly (() => CaseEvidence)[] = [
  () => {
    const reference = referenceEvidence();
    const artifacts = reference.artifacts.map((artifact) => ({
      ...artifact,
      stream: { ...artifact.stream, seconds: 40 },
    }));
    return { ...reference, artifacts };
  },
  () => withDatabase((database) => ({ ...database, integrity: 'row 12 missing from index ix_results_job' })),
  () =>
    withWal((wal) => ({
      ...wal,
      openTransaction: null,
      validFrames: 24_000,
      committedFrames: 24_000,
      uncommittedFrames: 0,
    })),
  () => withWal((wal) => ({ ...wal, validFrames: 24_000, uncommittedFrames: 24_000 })),
  () =>
    withDatabase((database) => ({
      ...database,
      tables: database.tables.map((table) => ({ ...table, bytes: table.bytes * 100 })),
      foreignKeyCheck: {
        violations: 2,
        listed: [{ table: 'test_results', rowid: 4, parent: 'jobs' }],
        isLimited: false,
      },
    })),
  () => withDatabase((database) => ({ ...database, journalMode: 'delete', wal: null, hotJournal: true })),
  () =>
    withDatabase((database) => ({
      ...database,
      wal: database.wal === null ? null : { ...database.wal, openTransaction: null },
      jobHistory: database.jobHistory === null ? null : { ...database.jobHistory, keys: [13, 14] },
    })),
];

/** Recorded and made-up incidents that show what is staged nowhere here. */
const ARCHIVES = [
  '../../samples/incident-2026-01-28.tar.gz',
  '../fixtures/incidents/incident-2025-11-30-without-artifact.tar.gz',
];
const RECORDED = ['finished', 'lock-error', 'loop', 'segfault'];
const INCIDENTS = [
  'api-front',
  'bank-statements',
  'freight-quotes',
  'grants-report',
  'home-share',
  'iot-readings',
  'ledger-close',
  'loyalty-points',
  'media-thumbs',
  'meter-store',
  'payments-kill',
  'portal-mixed',
  'pos-terminal',
  'recipe-images',
  'route-solver',
  'search-reindex',
  'shop-orders',
  'stock-sync',
  'tariff-letters',
  'tax-filing',
  'tickets-desk',
  'video-encode',
  'warehouse-labels',
];

async function analyseArchive(archive: string): Promise<Analysis> {
  const files = await unpackTarGz(new URL(archive, import.meta.url));
  // The large artifact takes another time to parse on every machine; here the log's word for its size does.
  for (const [path, bytes] of files) if (path.endsWith('.xml') && bytes.length > 1e6) files.delete(path);
  return analyseFiles(files);
}

/** The facts that are found in all of it, the most telling evidence first, in an order that stays. */
export async function factsForRules(): Promise<readonly Fact[]> {
  const analyses: Analysis[] = [analyse(referenceEvidence())];
  for (const archive of ARCHIVES) analyses.push(await analyseArchive(archive));
  for (const name of INCIDENTS) analyses.push(await analyseFolder(stageIncident(name)));
  for (const name of RECORDED) {
    analyses.push(await analyseFolder(fileURLToPath(new URL(`../fixtures/gunicorn/${name}`, import.meta.url))));
  }
  for (const scenario of STAGED) analyses.push(await scenario().analyse());
  for (const evidence of MADE) analyses.push(analyse(evidence()));
  return analyses.flatMap(({ facts }) => facts);
}
