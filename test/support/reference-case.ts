import type {
  Analysis,
  Fact,
  HypothesisId,
  HypothesisResult,
  Incident,
  WeightedFact,
} from '../../shared/model/analysis.ts';
import type {
  ArtifactReport,
  ArtifactStatistics,
  ProfileSample,
  RankedCase,
  RankedSuite,
  SuiteNode,
} from '../../shared/model/artifact.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import type { GunicornConfig } from '../../shared/model/config.ts';
import type { DatabaseReport } from '../../shared/model/database.ts';
import type { EventDetail, EventKind, EvidenceEvent, Severity } from '../../shared/model/event.ts';
import type { EvidenceFile, EvidenceFormat, Provenance } from '../../shared/model/evidence.ts';
import type { HostMemory, ProcessSample, VmstatSample } from '../../shared/model/samples.ts';
import { addSeconds, type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { estimatePythonCost } from '../../shared/profiling/python-cost.ts';
import { EventArray } from './event-array.ts';
import { parseProfile, statistics } from './profiles.ts';
import { referenceCourse } from './reference-course.ts';

/*
 * A hand-made case in memory that resembles the sample incident: worker 23333 is timed out and killed in the middle of
 * importing VPN job 14. For tests and previews of everything that shows a case without reading evidence.
 */

const at = (stamp: string): EpochMicros => {
  const [seconds = '', fraction = ''] = stamp.split('.');
  return epochMicros(Date.parse(`2026-01-28T${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0')));
};

interface LogLine {
  readonly time: string;
  readonly pid: number;
  readonly kind: EventKind;
  readonly severity: Severity;
  readonly detail: EventDetail;
  readonly message: string;
}

const log = (
  time: string,
  pid: number,
  kind: EventKind,
  message: string,
  detail: EventDetail = {},
  severity: Severity = 'info',
): LogLine => ({ time, pid, kind, message, detail, severity });

const app = (clock: string, text: string): string =>
  `2026-01-28 ${clock} - app.services.import_service - INFO - ${text}`;
const arbiter = (clock: string, pid: number, level: string, text: string): string =>
  `[2026-01-28 ${clock} +0000] [${pid}] [${level}] ${text}`;

const LOG_LINES: readonly LogLine[] = [
  log('04:10:19.179883', 25321, 'arbiter-start', arbiter('04:10:19', 25321, 'INFO', 'Starting gunicorn 26.1.0'), {
    version: '26.1.0',
  }),
  log(
    '04:10:19.180259',
    25321,
    'log',
    arbiter('04:10:19', 25321, 'INFO', 'Listening at: http://127.0.0.1:18319 (25321)'),
  ),
  log('04:10:19.180259', 25321, 'arbiter-start', arbiter('04:10:19', 25321, 'INFO', 'Using worker: sync'), {
    workerClass: 'sync',
  }),
  log('04:10:19.182687', 23333, 'worker-boot', arbiter('04:10:19', 23333, 'INFO', 'Booting worker with pid: 23333'), {
    targetPid: 23333,
  }),
  log('04:10:19.278901', 23334, 'worker-boot', arbiter('04:10:19', 23334, 'INFO', 'Booting worker with pid: 23334'), {
    targetPid: 23334,
  }),
  log(
    '04:10:19.304188',
    25321,
    'log',
    arbiter('04:10:19', 25321, 'INFO', 'Control socket listening at /run/gunicorn.ctl'),
  ),
  log('04:10:22.070510', 23333, 'log', app('04:10:22,070', 'Started importing VPN job 14')),
  log(
    '04:10:22.070835',
    23333,
    'log',
    app('04:10:22,070', 'Parsing XML: logs/7.0/vpn/14/test-results.xml (59261760 bytes)'),
  ),
  log('04:11:26.977724', 23333, 'log', app('04:11:26,977', 'Parsed 110000 test results in 64.9s')),
  log('04:11:26.980168', 23333, 'log', app('04:11:26,980', 'Starting database insert (batch size: 110000)')),
  log(
    '04:11:54.570448',
    25321,
    'worker-timeout',
    arbiter('04:11:54', 25321, 'CRITICAL', 'WORKER TIMEOUT (pid:23333)'),
    { targetPid: 23333 },
    'crit',
  ),
  log(
    '04:12:15.229579',
    25321,
    'worker-sigkill',
    arbiter('04:12:15', 25321, 'ERROR', 'Worker (pid:23333) was sent SIGKILL! Perhaps out of memory?'),
    { targetPid: 23333, signal: 9 },
    'err',
  ),
  log('04:12:15.235319', 23535, 'worker-boot', arbiter('04:12:15', 23535, 'INFO', 'Booting worker with pid: 23535'), {
    targetPid: 23535,
  }),
];

const JOURNAL = 'e2';

function journalEvents(): readonly EvidenceEvent[] {
  let byteOffset = 0;
  return LOG_LINES.map((line, row) => {
    const byteLength = `2026-01-28T${line.time}+0000 vm gunicorn[${line.pid}]: ${line.message}\n`.length;
    const source: Provenance = { evidenceId: JOURNAL, byteOffset, byteLength, line: row + 1 };
    byteOffset += byteLength;
    return {
      row,
      time: at(line.time),
      resolutionMicros: 1,
      timestampDesc: 'entry written',
      kind: line.kind,
      message: line.message,
      pid: line.pid,
      identifier: 'gunicorn',
      host: 'vm',
      severity: line.severity,
      unit: null,
      detail: line.detail,
      source,
    };
  });
}

/** `[seconds after 04:10:21, resident memory in KiB]` of the worker, as ps showed it; in between it did not change. */
const RSS_STEPS: readonly (readonly [number, number])[] = [
  [0, 21972],
  [2, 22292],
  [64, 342524],
  [66, 643532],
  [70, 644320],
  [76, 645684],
  [82, 646624],
  [90, 647320],
  [92, 647400],
];

function processSamples(): readonly ProcessSample[] {
  const samples: ProcessSample[] = [];
  for (let second = 0; second <= 112; second += 2) {
    const kib = RSS_STEPS.filter(([from]) => from <= second).at(-1)?.[1] ?? 0;
    const time = addSeconds(at('04:10:21'), second);
    const row = (pid: number, rssKib: number, state: string, cpuSeconds: number): ProcessSample => ({
      time,
      pid,
      user: 'root',
      cpuPercent: cpuSeconds,
      memPercent: Math.round((rssKib / 24_684_084) * 1000) / 10,
      vszBytes: (rssKib + 12_000) * 1024,
      rssBytes: rssKib * 1024,
      state,
      cpuSeconds,
      command: '/usr/bin/python3 -m gunicorn app:application',
      source: { evidenceId: 'e9', byteOffset: 320 * samples.length, byteLength: 96, line: samples.length * 2 + 3 },
    });
    samples.push(
      row(23333, kib, second >= 92 ? 'D' : second === 64 ? 'R' : 'S', second < 64 ? 0 : second === 64 ? 1 : 3),
    );
    samples.push(row(25321, 28148, 'Sl', 0));
  }
  return samples;
}

function vmstatSamples(): readonly VmstatSample[] {
  return Array.from({ length: 119 }, (_, second) => ({
    time: addSeconds(at('04:10:19'), second),
    runnable: 1,
    blocked: 0,
    swapUsedBytes: 0,
    freeBytes: (24_060_524 - (second > 66 ? 620_000 : second > 64 ? 310_000 : 0)) * 1024,
    buffBytes: 1408 * 1024,
    cacheBytes: 506_432 * 1024,
    swapInPerSecond: 0,
    swapOutPerSecond: 0,
    blocksInPerSecond: 0,
    blocksOutPerSecond: second === 30 ? 58_124 : 0,
    userPercent: second > 60 && second < 68 ? 24 : 1,
    systemPercent: 1,
    idlePercent: second > 60 && second < 68 ? 75 : 98,
    waitPercent: 0,
    source: { evidenceId: 'e10', byteOffset: 182 + 92 * second, byteLength: 92, line: second + 3 },
  }));
}

const ARTIFACT_BYTES = 59_261_760;

function profileSamples(): readonly ProfileSample[] {
  return Array.from({ length: 120 }, (_, step) => {
    const share = step / 119;
    const wave = Math.sin(step / 3);
    return {
      bytes: Math.round(ARTIFACT_BYTES * share),
      seconds: Math.round(1.31 * share * (1 + 0.05 * Math.sin(step / 9)) * 1e6) / 1e6,
      cpuSeconds: Math.round(1.38 * share * 1e6) / 1e6,
      heapBytes: Math.round(14e6 + 6e6 * (wave + 1)),
      externalBytes: Math.round(1.2e6 + 0.2e6 * wave),
      rssBytes: Math.round(96e6 + 22e6 * Math.min(1, share * 6) + 3e6 * (wave + 1)),
    };
  });
}

/** 220 suites of 500 cases, the larger the more of them failed. */
function artifactStatistics(): ArtifactStatistics {
  const suiteBytes = 269_371;
  const children: SuiteNode[] = Array.from({ length: 220 }, (_, index) => {
    const failed = index % 20 === 0 ? 30 : 8;
    const outcomes = { passed: 500 - failed - 5, skipped: 2, failed, error: 3 };
    const name = `vpn.group${index % 11}.suite${index}`;
    const at = { byteOffset: 120 + index * suiteBytes, byteLength: suiteBytes - (index % 7) * 1_000 };
    return { name, ...at, testcases: 500, outcomes, seconds: 300 + (index % 13) * 11, children: [], omitted: NOTHING };
  });
  const ranked = children.map(({ children: _, omitted: __, ...suite }): RankedSuite => suite);
  const cases = Array.from({ length: 20 }, (_, index): RankedCase => {
    const byteOffset = 4_120 + index * 2_711_004;
    const outcome = index % 3 === 0 ? 'failed' : 'passed';
    const names = { name: `test_rekey_${index}`, classname: `vpn.group${index % 11}` };
    return { ...names, byteOffset, byteLength: 4_100 - index * 31, outcome, seconds: 61.5 - index };
  });
  return statistics({
    dialect: { name: 'pytest', sign: 'a suite has the name pytest' },
    entities: { predefined: 4_310, characters: 122, other: 0 },
    elements: 221_204,
    attributes: 331_002,
    map: {
      name: 'testsuites',
      byteOffset: 40,
      byteLength: ARTIFACT_BYTES - 41,
      testcases: 110_000,
      outcomes: { passed: 106_733, skipped: 503, failed: 2_188, error: 576 },
      seconds: 81_204.5,
      children,
      omitted: NOTHING,
    },
    suitesByBytes: ranked.slice(0, 20),
    suitesBySeconds: [...ranked].sort((a, b) => b.seconds - a.seconds).slice(0, 20),
    casesByBytes: cases,
    casesBySeconds: cases,
    bytesByPart: {
      attributes: 9_310_220,
      failureText: 3_104_118,
      systemOut: 38_204_100,
      systemErr: 2_110_004,
      properties: 0,
      otherText: 1_204_020,
      markup: ARTIFACT_BYTES - 53_932_462,
    },
    cdataBytes: 0,
    declared: { tests: 110_000, failures: 2_188, errors: 576, skipped: 503, seconds: 81_204.5 },
    durations: {
      lowest: 1e-4,
      binsPerDecade: 4,
      zero: 120,
      counts: Array.from({ length: 36 }, (_, bin) => Math.round(15_000 * Math.exp(-(((bin - 15) / 4) ** 2)))),
    },
    sizes: {
      lowest: 10,
      binsPerDecade: 4,
      zero: 0,
      counts: Array.from({ length: 32 }, (_, bin) => Math.round(30_000 * Math.exp(-(((bin - 7) / 2) ** 2)))),
    },
    longestText: { byteOffset: 31_110_400, byteLength: 1_911, element: 'failure' },
  });
}

const NOTHING = { suites: 0, bytes: 0 };

function artifact(): ArtifactReport {
  return {
    evidenceId: 'e7',
    path: 'incident-2026-01-28/logs/7.0/vpn/14/test-results.xml',
    bytes: ARTIFACT_BYTES,
    lines: 224_411,
    isJUnit: true,
    suites: 220,
    testcases: 110_000,
    passed: 106_733,
    failed: 2_188,
    errors: 576,
    skipped: 503,
    declaredTests: 110_000,
    durationSeconds: 81_204.5,
    largestSuites: [
      { name: 'vpn.tunnel.rekey', testcases: 500, byteOffset: 1_204_118, byteLength: 271_004 },
      { name: 'vpn.auth.certificates', testcases: 500, byteOffset: 8_881_020, byteLength: 270_771 },
      { name: 'vpn.failover', testcases: 500, byteOffset: 31_110_400, byteLength: 269_930 },
    ],
    maxDepth: 4,
    longestTextBytes: 1_911,
    damage: null,
    statistics: artifactStatistics(),
    stream: parseProfile({
      samples: profileSamples(),
      gcs: [
        { atBytes: 11_004_000, seconds: 0.24, pauseMillis: 1.9, kind: 'minor' },
        { atBytes: 38_400_000, seconds: 0.85, pauseMillis: 6.2, kind: 'major' },
      ],
      gc: { count: 2, pauseMillis: 8.1 },
    }),
    tree: null,
    runs: [],
    estimates: estimatePythonCost(ARTIFACT_BYTES),
    source: { evidenceId: 'e7', byteOffset: 0, byteLength: ARTIFACT_BYTES, line: 1 },
  };
}

function database(): DatabaseReport {
  return {
    evidenceId: 'e4',
    path: 'incident-2026-01-28/data/regression_tracker.db',
    bytes: 520_192,
    pageSize: 4096,
    pages: 127,
    freelistPages: 0,
    journalMode: 'wal',
    wal: {
      evidenceId: 'e5',
      bytes: 1_788_112,
      pageSize: 4096,
      validFrames: 434,
      committedFrames: 0,
      uncommittedFrames: 434,
      staleFrames: 0,
      tornBytes: 0,
      openTransaction: {
        frames: 434,
        pages: 431,
        bytes: 1_788_080,
        touched: [
          { name: 'test_results', pages: 291 },
          { name: 'ix_results_name', pages: 104 },
          { name: 'ix_results_job', pages: 35 },
          { name: 'jobs', pages: 1 },
        ],
        newRows: [
          { table: 'jobs', rows: 1 },
          { table: 'test_results', rows: 11_402 },
        ],
        newKeys: [{ table: 'test_results', column: 'job_id', values: [14] }],
        source: { evidenceId: 'e5', byteOffset: 32, byteLength: 1_788_080, line: null },
      },
      source: { evidenceId: 'e5', byteOffset: 0, byteLength: 1_788_112, line: null },
    },
    hotJournal: false,
    journalEvidenceId: null,
    hasShm: true,
    integrity: 'ok',
    tables: [
      { name: 'test_results', type: 'table', tableName: 'test_results', rows: 3900, pages: 77, bytes: 315_392 },
      { name: 'ix_results_name', type: 'index', tableName: 'test_results', rows: null, pages: 30, bytes: 122_880 },
      { name: 'ix_results_job', type: 'index', tableName: 'test_results', rows: null, pages: 10, bytes: 40_960 },
      { name: 'jobs', type: 'table', tableName: 'jobs', rows: 13, pages: 1, bytes: 4096 },
      { name: 'modules', type: 'table', tableName: 'modules', rows: 3, pages: 1, bytes: 4096 },
      { name: 'releases', type: 'table', tableName: 'releases', rows: 1, pages: 1, bytes: 4096 },
      { name: 'testcase_metadata', type: 'table', tableName: 'testcase_metadata', rows: 0, pages: 1, bytes: 4096 },
    ],
    jobHistory: {
      table: 'jobs',
      keyColumn: 'id',
      rows: 13,
      sizeColumn: 'total_tests',
      medianSize: 300,
      maxSize: 300,
      keys: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    },
    source: { evidenceId: 'e4', byteOffset: 0, byteLength: 520_192, line: null },
  };
}

function config(): GunicornConfig {
  const setting = <T>(value: T, line: number, byteOffset: number, byteLength: number) => ({
    kind: 'set' as const,
    value,
    overridableBy: [],
    text: JSON.stringify(value),
    source: { evidenceId: 'e6', byteOffset, byteLength, line },
  });
  const unset = { kind: 'not-set' } as const;
  return {
    evidenceId: 'e6',
    timeoutSeconds: unset,
    gracefulTimeoutSeconds: setting(30, 5, 98, 21),
    workers: setting(2, 3, 65, 11),
    workerClass: setting('sync', 4, 77, 21),
    threads: unset,
    maxRequests: unset,
    maxRequestsJitter: unset,
    preload: unset,
    bind: unset,
  };
}

const ROOT = 'incident-2026-01-28.tar.gz';
const FILES: readonly (readonly [string, EvidenceFormat, number, string, number])[] = [
  ['', 'tar-gzip', 4_118_204, '41c6e4b6f5a8f5ad1f8e07b2e0c8d2d7c6be0f1bb29b3b0f3f7c7b3c2f2a9d10', 0],
  [
    'journal/crash_logs.txt',
    'journal-short-iso-precise',
    1809,
    '6b711d3fb5c760f91695dac780d0e6f0a0f41e30cac09b445dd6a6e4bf27e983',
    13,
  ],
  ['journal/kernel.txt', 'journal-empty', 17, '19c4e28b2f54ea8f217db4e622b0a5c758efa7b77ce2dc0394b6d159568c0b2e', 0],
  [
    'data/regression_tracker.db',
    'sqlite',
    520_192,
    '2676af87a5024d2f306f5838742a893c17307e3d26400eb22f75e6e64962a083',
    3917,
  ],
  [
    'data/regression_tracker.db-wal',
    'sqlite-wal',
    1_788_112,
    '9d271845e4f5d9696aaf2a4502551c368b566f40059dc668c01d41fc59292abd',
    434,
  ],
  ['gunicorn.conf.py', 'gunicorn-conf', 141, '4f3f18e7e44131fc74faa9624c93acf95f09fc6b02dd353cced322a7132ad23f', 5],
  [
    'logs/7.0/vpn/14/test-results.xml',
    'junit-xml',
    ARTIFACT_BYTES,
    '893e8aa6ba4f63dadfc27ea3f7d706a9e106995e48790806de0eb4faa6a96d4b',
    110_000,
  ],
  [
    'data/regression_tracker.db-shm',
    'sqlite-shm',
    32_768,
    '6ba87b17974fb9fb67d4783911ea129d43d482051cc8f6deef91fa9e09828383',
    0,
  ],
  ['system/ps.txt', 'ps', 25_304, 'e16b71771fd52739cd4daf65777891cab40098d97313bedbf5242bcee97f49d5', 180],
  ['system/vmstat.txt', 'vmstat', 13_528, 'dbbf89fd75a83017b8178d69c964d6176f5153f84597469d2086bbc2b6450f5b', 119],
  ['system/free.txt', 'free', 207, '3a65f54a7dc36a9e9e47002eb9da19c99df5cd8bda38dd2ac20cbbf8f03a0387', 1],
  ['system/meminfo.txt', 'meminfo', 1503, '386fc33fba92f9093de9397640818e5b772742cf698baa5340e5850ea7d11d23', 1],
  ['system/notes.bin', 'unknown', 4096, 'ad7facb2586fc6e966c004d7d1d16b024f5805ff7cb47c7a85dabd8b48892ca7', 0],
];

function files(): readonly EvidenceFile[] {
  return FILES.map(([path, format, bytes, sha256, records], index) => ({
    id: `e${index + 1}`,
    path: path === '' ? ROOT : `${ROOT}/${path}`,
    format,
    bytes,
    sha256,
    modified: at('04:12:40'),
    containerId: path === '' ? null : 'e1',
    records,
    time:
      format === 'ps' || format === 'vmstat'
        ? { offsetMinutes: 0, zoneFrom: 'other-source' as const, year: null, yearFrom: 'file' as const }
        : null,
    problems:
      format === 'ps'
        ? [
            {
              kind: 'truncated' as const,
              message: 'The last line is cut after 41 characters; the rows before it were read.',
              byteOffset: 25_263,
            },
          ]
        : [],
    problemCount: format === 'ps' ? 1 : 0,
  }));
}

const HOST_MEMORY: readonly HostMemory[] = [
  {
    time: null,
    totalBytes: 25_276_502_016,
    freeBytes: 24_839_921_664,
    availableBytes: 24_850_440_192,
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    from: 'meminfo',
    source: { evidenceId: 'e12', byteOffset: 0, byteLength: 1503, line: 1 },
  },
];

/** What was read: a journal of 13 lines, an empty kernel log, ps, vmstat, the database with an open WAL, the artifact. */
export function referenceEvidence(): CaseEvidence {
  return {
    files: files(),
    problems: [
      {
        path: `${ROOT}/system/notes.bin`,
        kind: 'unrecognised',
        message:
          'Neither its first bytes nor its lines are those of a known format. It was listed and hashed, not read.',
      },
    ],
    events: new EventArray(journalEvents()),
    processes: processSamples(),
    vmstat: vmstatSamples(),
    hostMemory: HOST_MEMORY,
    configs: [config()],
    databases: [database()],
    artifacts: [artifact()],
  };
}

function incident(events: readonly EvidenceEvent[]): Incident {
  const start = at('04:10:22.070510');
  const timeout = at('04:11:54.570448');
  const end = at('04:12:15.229579');
  const parsed = at('04:11:26.977724');
  const insert = at('04:11:26.980168');
  const phase = (
    name: Incident['phases'][number]['name'],
    label: string,
    from: EpochMicros,
    to: EpochMicros,
    depth: 0 | 1,
    finished: boolean,
  ): Incident['phases'][number] => ({ name, label, from, to, seconds: (to - from) / 1e6, depth, finished });
  const moment = (id: Incident['moments'][number]['id'], label: string, row: number): Incident['moments'][number] => ({
    id,
    label,
    time: events[row]?.time ?? start,
    row,
    source: events[row]?.source ?? null,
  });
  return {
    id: 'i1',
    pid: 23333,
    unit: 'regression-tracker.service',
    host: 'vm',
    operation: 'VPN job 14',
    start,
    end,
    mechanism: 'gunicorn-timeout',
    phases: [
      phase('import-to-timeout', 'import to timeout', start, timeout, 0, false),
      phase('timeout-to-kill', 'timeout to kill', timeout, end, 0, true),
      phase('parse', 'parse', at('04:10:22.070835'), parsed, 1, true),
      phase('insert', 'insert', insert, timeout, 1, false),
    ],
    moments: [
      moment('operation-start', 'VPN job 14 starts', 6),
      moment('step', 'parse starts', 7),
      { id: 'last-heartbeat', label: 'last heartbeat', time: addSeconds(timeout, -30), row: null, source: null },
      moment('step', 'insert starts', 9),
      moment('timeout', 'WORKER TIMEOUT', 10),
      moment('end', 'SIGKILL', 11),
      moment('replacement', 'replacement worker boots', 12),
    ],
  };
}

const ARBITER_BASIS =
  'https://github.com/benoitc/gunicorn/blob/23.0.0/gunicorn/arbiter.py (murder_workers, reap_workers)';

/** The analysis of that case: worker timeout fits, large artifact contributes, the rest is ruled out. */
export function referenceAnalysis(): Analysis {
  const events = journalEvents();
  const sourceOf = (row: number): readonly Provenance[] => {
    const source = events[row]?.source;
    return source === undefined ? [] : [source];
  };
  const fact = (
    id: string,
    text: string,
    weights: Fact['weights'],
    rows: readonly number[],
    evidenceId?: string,
  ): Fact => ({
    id,
    text,
    weights,
    rows,
    sources:
      evidenceId === undefined ? rows.flatMap(sourceOf) : [{ evidenceId, byteOffset: 0, byteLength: 141, line: 1 }],
    basis: ARBITER_BASIS,
  });
  const facts: readonly Fact[] = [
    fact(
      'timeout-then-kill',
      'gunicorn logged WORKER TIMEOUT for pid 23333 and then ended it with SIGKILL, 20.7 s later.',
      { 'worker-timeout': 5, 'memory-exhaustion': -2 },
      [10, 11],
    ),
    fact(
      'operation-outlived-timeout',
      'VPN job 14 had been running for 92.5 s when the timeout of 30 s struck; the heartbeat was last renewed about 62 s into it.',
      { 'worker-timeout': 2.5, 'infinite-loop': 0.3 },
      [6, 10],
    ),
    fact(
      'timeout-setting',
      "The configuration sets no timeout, so gunicorn's default of 30 s held.",
      { 'worker-timeout': 1 },
      [],
      'e6',
    ),
    fact(
      'artifact-large',
      'The artifact has 59,261,760 bytes (59.3 MB) and 110,000 test cases, 366 times the median of the 13 earlier jobs.',
      { 'large-artifact': 3.5, 'worker-timeout': 0.7 },
      [7],
    ),
    fact(
      'parse-not-the-cost',
      'The log says that parsing took 64.9 s; the same bytes were parsed here in 1.3 s, so the parser is not what was slow.',
      { 'large-artifact': -0.8 },
      [8],
    ),
    fact(
      'kernel-log-empty',
      'The kernel log was exported and has no entries (journal/kernel.txt): no OOM kill is recorded, as far as the export reached.',
      { 'memory-exhaustion': -2.5 },
      [],
      'e3',
    ),
    fact(
      'memory-far-below-host',
      'The worker grew to 663 MB at most (ps), 2.6% of the 25.3 GB that the host has; 24.9 GB were available.',
      { 'memory-exhaustion': -3 },
      [],
      'e9',
    ),
    fact(
      'open-write-transaction',
      'The -wal holds 434 frames and no commit: the worker had a write transaction open (11,402 new rows of job 14), so it held the write lock and did not wait for it.',
      { 'database-lock': -4 },
      [9],
      'e5',
    ),
    fact('no-lock-message', 'No log line speaks of a locked or busy database.', { 'database-lock': -0.7 }, [], 'e2'),
    fact(
      'progress-logged',
      'The log shows progress inside the operation: parsed after 64.9 s, then the insert began.',
      { 'infinite-loop': -2 },
      [8, 9],
    ),
    fact(
      'cpu-idle',
      'ps shows 3 s of CPU time over the whole incident; a loop would have used all of it.',
      { 'infinite-loop': -3 },
      [],
      'e9',
    ),
  ];
  const seen = (id: HypothesisId, positive: boolean): readonly WeightedFact[] =>
    facts
      .map((one) => ({ fact: one, weight: one.weights[id] ?? 0 }))
      .filter(({ weight }) => (positive ? weight > 0 : weight < 0))
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const hypothesis = (
    id: HypothesisId,
    title: string,
    verdict: HypothesisResult['verdict'],
    score: number,
    reason: string,
    missing: HypothesisResult['missing'] = [],
  ): HypothesisResult => ({
    id,
    title,
    verdict,
    score,
    reason,
    for: seen(id, true),
    against: seen(id, false),
    missing,
    counterfactual: [],
  });
  const own = incident(events);
  const headline =
    'Worker 23333 of regression-tracker was killed at 04:12:15.229 UTC on 2026-01-28, 20.7 s after WORKER TIMEOUT, 113.2 s into VPN job 14.';
  return {
    incidents: [own],
    recurrence: null,
    incident: own,
    headline,
    summary: {
      happened: headline,
      cause: "Worker timeout. The operation had been running for 92.5 s when gunicorn's 30 s worker timeout fired.",
      factor: 'Large artifact: 59.3 MB and 110,000 test cases.',
      ruledOut: 'Memory exhaustion, database lock and infinite loop.',
      undecided: null,
      unexplained: 'Why inserts ran at 110 rows/s.',
      impact: 'VPN job 14: not imported, 0 of 110,000 rows committed, 3,041 left uncommitted.',
      action: 'Raise the worker timeout above what the import needs: it had run 92.5 s and was not done.',
      caveats: [],
    },
    config: {
      timeoutSeconds: 30,
      timeoutSource: 'default',
      timeoutText: null,
      timeoutFrom: "gunicorn's default",
      gracefulTimeoutSeconds: 30,
      workers: 2,
      workerClass: 'sync',
      maxRequests: 0,
      sources: [{ evidenceId: 'e6', byteOffset: 0, byteLength: 141, line: 1 }],
    },
    facts,
    overruled: [],
    hypotheses: [
      hypothesis(
        'worker-timeout',
        'Worker timeout',
        'fits',
        0.998_877,
        'gunicorn logged WORKER TIMEOUT for the worker and ended it; the import ran three times as long as the timeout allows.',
      ),
      hypothesis(
        'large-artifact',
        'Large artifact',
        'contributes',
        0.937_027,
        'The artifact is far larger than what the service had imported before; size made the import long, the timeout ended it.',
      ),
      hypothesis(
        'infinite-loop',
        'Infinite loop',
        'ruled-out',
        0.008_982,
        'The worker made progress and used almost no CPU time.',
        [
          {
            what: 'Where the worker is, the next time it hangs.',
            command: 'py-spy dump --pid PID > stack.txt   # or: gdb -p PID -batch -ex "thread apply all bt"',
          },
        ],
      ),
      hypothesis(
        'database-lock',
        'Database lock',
        'ruled-out',
        0.009_013,
        'The worker itself had a write transaction open: it held the lock.',
        [
          {
            what: 'Who has the database open.',
            command: 'lsof /path/to/regression_tracker.db > lsof.txt; cat /proc/locks > locks.txt',
          },
        ],
      ),
      hypothesis(
        'memory-exhaustion',
        'Memory exhaustion',
        'ruled-out',
        0.000_553,
        'No OOM kill is recorded, and the worker used 2.6% of the memory of the host.',
      ),
    ],
    questions: [
      {
        id: 'artifact-size',
        question: 'How large is the artifact?',
        answer: '59,261,760 bytes (59.3 MB), 110,000 test cases',
        facts: facts.filter(({ id }) => id === 'artifact-large'),
      },
      {
        id: 'worker-timeout-setting',
        question: 'What is the worker timeout?',
        answer: "30 s, from gunicorn's default",
        facts: facts.filter(({ id }) => id === 'timeout-setting'),
      },
      {
        id: 'wal-enabled',
        question: 'Is WAL on?',
        answer: 'yes (data/regression_tracker.db; -wal of 1.8 MB with 434 frames, 434 after the last commit)',
        facts: facts.filter(({ id }) => id === 'open-write-transaction'),
      },
      {
        id: 'oom-events',
        question: 'Were there OOM kills?',
        answer: 'no: the kernel log was exported and has no entries',
        facts: facts.filter(({ id }) => id === 'kernel-log-empty'),
      },
      {
        id: 'manual-parse-succeeds',
        question: 'Does the artifact parse when tried by hand?',
        answer: 'yes: 110,000 test cases in 1.3 s, with 28.0 MB of memory on top',
        facts: facts.filter(({ id }) => id === 'parse-not-the-cost'),
      },
      {
        id: 'manual-import-succeeds',
        question: 'Does the import succeed when tried by hand?',
        answer: null,
        facts: [],
      },
    ],
    expectedFindings: [
      {
        id: 'timeout-is-30',
        expected: "The worker timeout is gunicorn's default of 30 s.",
        observed: "30 s, from gunicorn's default",
        holds: true,
      },
      {
        id: 'artifact-is-large',
        expected: 'The artifact is large (10 MB or 10,000 tests and more).',
        observed: '59.3 MB, 110,000 tests',
        holds: true,
      },
      {
        id: 'memory-spike-over-500mb',
        expected: 'Memory of the worker rises above 500 MB.',
        observed: 'at most 663 MB seen',
        holds: true,
      },
      {
        id: 'no-database-lock',
        expected: 'No database lock is involved.',
        observed: 'The worker itself had a write transaction open: it held the lock.',
        holds: true,
      },
    ],
    recommendations: [
      {
        id: 'raise-timeout',
        text: 'Raise the worker timeout above what the import needs: it had run 92.5 s and was not done.',
        action: 'mitigate',
        kind: 'diff',
        apply: 'systemctl reload regression-tracker.service',
        wouldHavePrevented: false,
        effect: 'It would have been killed later.',
        patch: '--- gunicorn.conf.py\n+++ gunicorn.conf.py\n@@ -5 +5,2 @@\n graceful_timeout = 30\n+timeout = 300',
        because: ['VPN job 14 had been running for 92.5 s when the timeout of 30 s struck.'],
      },
      {
        id: 'import-outside-request',
        text: 'Move the import out of the request into a task queue, so that no worker is silent for minutes.',
        action: 'prevent',
        kind: null,
        wouldHavePrevented: true,
        patch: null,
        because: ['A sync worker renews its heartbeat between requests only.'],
      },
      {
        id: 'insert-in-batches',
        text: 'Insert in batches of a few thousand rows with a commit after each.',
        action: 'mitigate',
        kind: 'python',
        wouldHavePrevented: null,
        patch:
          'for start in range(0, len(rows), 5000):\n    with conn:\n        conn.executemany(INSERT, rows[start:start + 5000])',
        because: ['The -wal holds 434 frames and no commit.'],
      },
    ],
    artifactIndex: 0,
    artifactIsNamed: true,
    databaseIndex: 0,
    course: referenceCourse(ARTIFACT_BYTES),
  };
}

/** The same case as a window gets it. */
export function referenceView(): CaseView {
  const { files, problems, events, databases, artifacts, processes, vmstat, hostMemory } = referenceEvidence();
  return {
    title: 'incident-2026-01-28',
    files,
    problems,
    eventCount: events.count,
    analysis: referenceAnalysis(),
    judgements: { entries: [] },
    annotations: { entries: [], undo: null, redo: null },
    databases,
    artifacts,
    processes,
    vmstat,
    hostMemory,
    points: journalEvents().map(({ row, time, kind, severity, pid, source }) => ({
      row,
      time,
      kind,
      severity,
      pid,
      evidenceId: source.evidenceId,
    })),
    ruleFiles: [],
  };
}

/** The events of the case, for whoever pages or lists them. */
export function referenceEvents(): readonly EvidenceEvent[] {
  return journalEvents();
}
