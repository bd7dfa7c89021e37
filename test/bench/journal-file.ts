import { closeSync, openSync, writeSync } from 'node:fs';

export const JOURNAL_SHAPES = ['short-iso-precise', 'json', 'export'] as const;
export type JournalShape = (typeof JOURNAL_SHAPES)[number];

/** A word that stands in one line of `RARE_EVERY`, and one that stands in about every fifth. */
export const RARE_WORD = 'certificate';
export const RARE_EVERY = 50_000;
export const COMMON_WORD = 'heartbeat';

const BLOCK_LINES = 5_000;
const START_MICROS = Date.UTC(2026, 0, 27) * 1000;
const HOST = 'vm';
const UNIT = 'regression-tracker.service';

interface Entry {
  readonly identifier: string;
  readonly pid: number | null;
  readonly transport: 'stdout' | 'kernel' | 'journal';
  readonly priority: number;
  /** The entry's time as the loggers of the service print it: `2026-01-28 04:10:22`, and its milliseconds. */
  readonly message: (clock: string, millis: string) => string;
}

/**
 * Writes a journal export of `lines` entries as a busy host gives it: application and gunicorn lines of a service, some
 * systemd and kernel lines, a worker's death now and then. The same numbers give the same file. Returns its size in bytes.
 */
export function writeJournalFile(path: string, shape: JournalShape, lines: number): number {
  let state = 23_333;
  const random = (below: number): number => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const file = openSync(path, 'wx');
  let bytes = 0;
  let micros = START_MICROS;
  try {
    let block: string[] = [];
    for (let line = 0; line < lines; line++) {
      micros += 1 + random(60_000);
      const entry = entryOf(line, random);
      const iso = new Date(Math.floor(micros / 1000)).toISOString();
      const message = entry.message(iso.slice(0, 19).replace('T', ' '), iso.slice(20, 23));
      block.push(recordOf(shape, entry, message, micros, line));
      if (block.length === BLOCK_LINES || line === lines - 1) {
        bytes += writeSync(file, block.join(''));
        block = [];
      }
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function entryOf(line: number, random: (below: number) => number): Entry {
  const worker = 23_300 + random(8);
  const stdout = (message: Entry['message']): Entry => ({
    identifier: 'gunicorn',
    pid: worker,
    transport: 'stdout',
    priority: 6,
    message,
  });
  if (line % RARE_EVERY === RARE_EVERY / 2) {
    return stdout(
      (clock, millis) => `${clock},${millis} - app.tls - WARNING - ${RARE_WORD} of rig-3 expires in 12 days`,
    );
  }
  const job = random(100_000);
  const kind = random(100);
  if (kind < 35) {
    return stdout(
      (clock, millis) =>
        `${clock},${millis} - app.services.import_service - INFO - Imported ${job} of 110000 rows of VPN job 14 in ${random(900)} ms`,
    );
  }
  if (kind < 55)
    return stdout((clock) => `[${clock} +0000] [${worker}] [DEBUG] ${COMMON_WORD} of worker ${worker} after ${job} ms`);
  if (kind < 80) {
    return stdout(
      (clock) =>
        `10.0.${random(250)}.7 - - [${clock}] "GET /api/jobs/${job} HTTP/1.1" 200 ${random(9000)} "-" "curl/8.5.0"`,
    );
  }
  if (kind < 84) return stdout((clock) => `[${clock} +0000] [25321] [INFO] Booting worker with pid: ${worker}`);
  if (kind < 90) {
    const text = random(2) === 0 ? 'Deactivated successfully.' : 'Consumed 1.042s CPU time.';
    return {
      identifier: 'systemd',
      pid: 1,
      transport: 'journal',
      priority: 6,
      message: () => `run-${job}.service: ${text}`,
    };
  }
  if (kind < 94) {
    return {
      identifier: 'kernel',
      pid: null,
      transport: 'kernel',
      priority: 5,
      message: () =>
        `eth0: renamed from veth${job.toString(16)}; audit: type=1400 apparmor="STATUS" operation="profile_load"`,
    };
  }
  return {
    identifier: 'sshd',
    pid: 900 + random(90_000),
    transport: 'journal',
    priority: 6,
    message: () => `Received disconnect from 10.0.${random(250)}.9 port ${job}:11: disconnected by user`,
  };
}

function recordOf(shape: JournalShape, entry: Entry, message: string, micros: number, line: number): string {
  switch (shape) {
    case 'short-iso-precise':
      return textLine(entry, message, micros);
    case 'json':
      return `${JSON.stringify(fieldsOf(entry, message, micros, line))}\n`;
    case 'export': {
      const fields = Object.entries(fieldsOf(entry, message, micros, line));
      return `${fields.map(([name, value]) => `${name}=${value}\n`).join('')}\n`;
    }
  }
}

function textLine(entry: Entry, message: string, micros: number): string {
  const iso = new Date(Math.floor(micros / 1000)).toISOString();
  const origin = entry.pid === null ? entry.identifier : `${entry.identifier}[${entry.pid}]`;
  return `${iso.slice(0, 19)}.${String(micros % 1_000_000).padStart(6, '0')}+0000 ${HOST} ${origin}: ${message}\n`;
}

/** The fields that journald itself adds to every entry make up most of an export with fields. */
function fieldsOf(entry: Entry, message: string, micros: number, line: number): Readonly<Record<string, string>> {
  const process =
    entry.pid === null
      ? {}
      : {
          _PID: String(entry.pid),
          _UID: '998',
          _GID: '998',
          _COMM: entry.identifier,
          _EXE: `/usr/bin/${entry.identifier}`,
          _CMDLINE: `/usr/bin/${entry.identifier} --config /etc/${entry.identifier}.conf`,
          _CAP_EFFECTIVE: '0',
          _SYSTEMD_CGROUP: `/system.slice/${UNIT}`,
          _SYSTEMD_UNIT: UNIT,
          _SYSTEMD_SLICE: 'system.slice',
          _SYSTEMD_INVOCATION_ID: 'd41d8cd98f00b204e9800998ecf8427e',
        };
  return {
    __CURSOR: `s=7547cdd0d7f14a0c9f2f6f3c1f4c1a11;i=${line.toString(16)};b=a240791736fc4f16beaa9416bb346a34;m=${micros.toString(16)};t=${micros.toString(16)};x=9f2f6f3c1f4c1a11`,
    __REALTIME_TIMESTAMP: String(micros),
    __MONOTONIC_TIMESTAMP: String(micros - START_MICROS),
    _BOOT_ID: 'a240791736fc4f16beaa9416bb346a34',
    _TRANSPORT: entry.transport,
    PRIORITY: String(entry.priority),
    SYSLOG_FACILITY: '3',
    SYSLOG_IDENTIFIER: entry.identifier,
    _HOSTNAME: HOST,
    _MACHINE_ID: '0f1d2c3b4a5968778695a4b3c2d1e0f0',
    ...process,
    MESSAGE: message,
  };
}
