import { closeSync, openSync, writeSync } from 'node:fs';

/** Three formats of journalctl, and what the application writes into a file of its own. */
export const WEEK_SHAPES = ['short', 'short-iso-precise', 'json', 'application'] as const;
export type WeekShape = (typeof WEEK_SHAPES)[number];

const BLOCK_LINES = 5_000;
/** Monday, 2026-01-26 00:00:00 UTC. */
const START_MICROS = Date.UTC(2026, 0, 26) * 1000;
const WEEK_MICROS = 7 * 86_400 * 1_000_000;
const HOST = 'vm';
const UNIT = 'regression-tracker.service';
const ARBITER = 25_321;
const WORKERS = [23_331, 23_332, 23_333, 23_334] as const;
/** The worker that is ended, in the middle of the week, while it imports. */
const DYING = 23_333;
const REPLACEMENT = 61_204;
/** Lines between the beginnings of two imports, each of some lines. */
const IMPORT_EVERY = 2_000;

interface Written {
  readonly micros: number;
  readonly pid: number;
  readonly level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
  readonly logger:
    | 'gunicorn'
    | 'access'
    | 'app.imports'
    | 'app.scheduler'
    | 'app.tls'
    | 'app.cache'
    | 'app.mail'
    | 'app.auth';
  readonly text: string;
}

/**
 * Writes a week of one service: four workers of gunicorn that answer requests, log what they do and import a report every now
 * and then, and one of them that is timed out and killed amid an import. `lines` lines; the same numbers give the same file.
 * Returns its size in bytes.
 */
export function writeServiceWeek(path: string, shape: WeekShape, lines: number): number {
  const random = seeded(20_260_126);
  const file = openSync(path, 'wx');
  let bytes = 0;
  let block: string[] = [];
  const flush = (): void => {
    bytes += writeSync(file, block.join(''));
    block = [];
  };
  try {
    let number = 0;
    for (const line of weekOf(lines, random)) {
      block.push(recordOf(shape, line, number));
      number += 1;
      if (block.length === BLOCK_LINES) flush();
    }
    flush();
  } finally {
    closeSync(file);
  }
  return bytes;
}

type Random = (below: number) => number;

/** Numerical Recipes' linear congruential generator. */
function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function* weekOf(lines: number, random: Random): Generator<Written> {
  const step = WEEK_MICROS / lines;
  const workers: number[] = [...WORKERS];
  const waiting: Written[] = [];
  const half = Math.floor(lines / 2);
  let micros = START_MICROS;
  let written = 0;
  const gunicorn = (pid: number, level: Written['level'], text: string, later = 0): Written => ({
    micros: micros + later,
    pid,
    level,
    logger: 'gunicorn',
    text,
  });
  yield gunicorn(ARBITER, 'INFO', 'Starting gunicorn 23.0.0');
  yield gunicorn(ARBITER, 'INFO', 'Listening at: http://127.0.0.1:8000 (25321)');
  yield gunicorn(ARBITER, 'INFO', 'Using worker: sync');
  for (const pid of WORKERS) yield gunicorn(pid, 'INFO', `Booting worker with pid: ${pid}`);
  written += 3 + WORKERS.length;
  for (let line = written; written < lines; line += 1) {
    micros = START_MICROS + Math.floor(line * step) + random(Math.max(1, Math.floor(step)));
    for (let due = waiting[0]; due !== undefined && due.micros <= micros && written < lines; due = waiting[0]) {
      yield due;
      waiting.shift();
      written += 1;
    }
    if (line === half) {
      waiting.push(...deathOf(micros));
      waiting.sort((a, b) => a.micros - b.micros);
      workers[workers.indexOf(DYING)] = REPLACEMENT;
    } else if (line % IMPORT_EVERY === 0) {
      const pid = workers[(line / IMPORT_EVERY) % workers.length] ?? ARBITER;
      waiting.push(...importOf(micros, pid, line / IMPORT_EVERY, random));
      waiting.sort((a, b) => a.micros - b.micros);
    }
    if (written < lines) yield chatter(micros, workers[random(workers.length)] ?? ARBITER, random);
    written += 1;
  }
}

/** An import that goes well: some lines within some seconds. */
function importOf(from: number, pid: number, job: number, random: Random): Written[] {
  const line = (seconds: number, text: string): Written => ({
    micros: from + Math.floor(seconds * 1e6),
    pid,
    level: 'INFO',
    logger: 'app.imports',
    text,
  });
  const rows = 8_000 + random(2_000);
  const took = 4 + random(30) / 10;
  return [
    line(0, `Started importing VPN job ${job}`),
    line(0.2, `Parsing XML: logs/7.0/vpn/${job}/test-results.xml`),
    line(took / 2, `Parsed ${rows} test results in ${(took / 2).toFixed(1)}s`),
    line(took / 2 + 0.1, 'Starting database insert (batch size: 320)'),
    line(took - 0.1, `Inserted ${rows} rows`),
    line(took, `Import of VPN job ${job} finished in ${took.toFixed(1)}s`),
  ];
}

/** An import of a large report, the arbiter's word of the timeout, the kill and the next worker. */
function deathOf(from: number): Written[] {
  const line = (
    seconds: number,
    pid: number,
    level: Written['level'],
    logger: Written['logger'],
    text: string,
  ): Written => ({
    micros: from + Math.floor(seconds * 1e6),
    pid,
    level,
    logger,
    text,
  });
  return [
    line(0, DYING, 'INFO', 'app.imports', 'Started importing VPN job 999'),
    line(0.3, DYING, 'INFO', 'app.imports', 'Parsing XML: logs/7.0/vpn/999/test-results.xml'),
    line(65, DYING, 'INFO', 'app.imports', 'Parsed 110000 test results in 64.9s'),
    line(65.1, DYING, 'INFO', 'app.imports', 'Starting database insert (batch size: 320)'),
    line(92.5, ARBITER, 'CRITICAL', 'gunicorn', `WORKER TIMEOUT (pid:${DYING})`),
    line(94.1, ARBITER, 'ERROR', 'gunicorn', `Worker (pid:${DYING}) was sent SIGKILL! Perhaps out of memory?`),
    line(94.4, REPLACEMENT, 'INFO', 'gunicorn', `Booting worker with pid: ${REPLACEMENT}`),
  ];
}

const USERS = ['ana', 'bo', 'chi', 'dee', 'eli', 'fay'] as const;
const PAGES = ['jobs', 'reports', 'rigs', 'users/me', 'health', 'results'] as const;

/** A line of a service's everyday, about nothing that follows from another. */
function chatter(micros: number, pid: number, random: Random): Written {
  const kind = random(100);
  const number = random(100_000);
  const line = (level: Written['level'], logger: Written['logger'], text: string): Written => ({
    micros,
    pid,
    level,
    logger,
    text,
  });
  if (kind < 55) {
    const page = PAGES[random(PAGES.length)] ?? 'health';
    const stamp = accessStamp(micros);
    const text = `10.0.${random(250)}.${random(250)} - - [${stamp}] "GET /api/${page}/${number}?page=${random(40)} HTTP/1.1" ${random(50) === 0 ? 404 : 200} ${random(90_000)} "-" "python-requests/2.31.0"`;
    return line('INFO', 'access', text);
  }
  if (kind < 70)
    return line(
      'INFO',
      'app.auth',
      `user ${USERS[random(USERS.length)]} signed in from 10.0.${random(250)}.9 (session ${hex(random)})`,
    );
  if (kind < 82)
    return line('DEBUG', 'app.cache', `cache miss for key results:${number}:${random(9)} (ttl ${random(900)} s)`);
  if (kind < 90)
    return line(
      'INFO',
      'app.scheduler',
      `next run of ${PAGES[random(PAGES.length)]} cleanup is due, ${random(60)} waiting`,
    );
  if (kind < 96)
    return line(
      'INFO',
      'app.mail',
      `digest for ${USERS[random(USERS.length)]} sent, ${random(30)} entries, message-id <${hex(random)}@vm>`,
    );
  if (kind < 99) return line('WARNING', 'app.cache', `slow lookup of rig-${random(20)}: ${random(900) + 100} ms`);
  return line('WARNING', 'app.tls', `certificate of rig-${random(20)} expires in ${random(90)} days`);
}

function hex(random: Random): string {
  return random(2 ** 32)
    .toString(16)
    .padStart(8, '0');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `28/Jan/2026:04:10:22 +0000` */
function accessStamp(micros: number): string {
  const at = new Date(Math.floor(micros / 1000));
  const iso = at.toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[at.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/** The line as the logger that wrote it prints it. */
function printed({ micros, pid, level, logger, text }: Written, withPid: boolean): string {
  if (logger === 'access') return text;
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  const clock = iso.slice(0, 19).replace('T', ' ');
  if (logger === 'gunicorn') return `[${clock} +0000] [${pid}] [${level}] ${text}`;
  const millis = iso.slice(20, 23);
  return withPid
    ? `${clock},${millis} [${pid}] ${level} ${logger}: ${text}`
    : `${clock},${millis} - ${logger} - ${level} - ${text}`;
}

function recordOf(shape: WeekShape, line: Written, number: number): string {
  const { micros, pid } = line;
  if (shape === 'application') return `${printed(line, true)}\n`;
  const message = printed(line, false);
  const at = new Date(Math.floor(micros / 1000));
  const iso = at.toISOString();
  switch (shape) {
    case 'short':
      return `${MONTHS[at.getUTCMonth()]} ${iso.slice(8, 10)} ${iso.slice(11, 19)} ${HOST} gunicorn[${pid}]: ${message}\n`;
    case 'short-iso-precise':
      return `${iso.slice(0, 19)}.${String(micros % 1_000_000).padStart(6, '0')}+0000 ${HOST} gunicorn[${pid}]: ${message}\n`;
    case 'json':
      return `${JSON.stringify(fieldsOf(line, message, number))}\n`;
  }
}

function fieldsOf({ micros, pid }: Written, message: string, number: number): Readonly<Record<string, string>> {
  return {
    __CURSOR: `s=7547cdd0d7f14a0c9f2f6f3c1f4c1a11;i=${number.toString(16)};b=a240791736fc4f16beaa9416bb346a34;m=${micros.toString(16)};t=${micros.toString(16)};x=9f2f6f3c1f4c1a11`,
    __REALTIME_TIMESTAMP: String(micros),
    __MONOTONIC_TIMESTAMP: String(micros - START_MICROS + 60_000_000),
    _BOOT_ID: 'a240791736fc4f16beaa9416bb346a34',
    _TRANSPORT: 'stdout',
    PRIORITY: '6',
    SYSLOG_IDENTIFIER: 'gunicorn',
    _HOSTNAME: HOST,
    _PID: String(pid),
    _COMM: 'gunicorn',
    _SYSTEMD_UNIT: UNIT,
    MESSAGE: message,
  };
}
