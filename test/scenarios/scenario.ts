import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Analysis, HypothesisId, IncidentChoice, Verdict } from '../../shared/model/analysis.ts';
import type { Judgement } from '../../shared/model/judgement.ts';
import { analyseFolder } from '../support/analyse-folder.ts';
import { keepBundle } from '../support/keep-bundle.ts';

/** What differs between two tellings of the same incident; the verdict must not depend on any of it. */
export interface Setting {
  readonly host: string;
  readonly identifier: string;
  readonly unit: string;
  readonly arbiterPid: number;
  readonly pid: number;
  readonly otherPid: number;
  readonly newPid: number;
  /** Milliseconds since 1970 UTC of second 0 of the scenario. */
  readonly startMillis: number;
}

export const SETTING: Setting = {
  host: 'app-3',
  identifier: 'gunicorn',
  unit: 'results-api.service',
  arbiterPid: 800,
  pid: 4242,
  otherPid: 4243,
  newPid: 4310,
  startMillis: Date.UTC(2026, 2, 14, 2, 30, 0),
};

interface ProcessRow {
  readonly pid: number;
  readonly cpuPercent?: number;
  readonly rssKib?: number;
  readonly state?: string;
  readonly cpuSeconds?: number;
  readonly command?: string;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/**
 * Writes the evidence of a staged incident as the real tools would print it, second by second from its start. Wording of
 * gunicorn, kernel and systemd is theirs; application wording is the scenario's own.
 */
export class Scenario {
  readonly setting: Setting;
  readonly #journal: { second: number; line: string }[] = [];
  readonly #kernel: { second: number; line: string }[] = [];
  readonly #ps: string[] = [];
  readonly #vmstat: string[] = [];
  readonly #files = new Map<string, string | Uint8Array>();

  constructor(setting: Partial<Setting> = {}) {
    this.setting = { ...SETTING, ...setting };
  }

  #iso(second: number): string {
    const micros = Math.round(second * 1e6);
    const date = new Date(this.setting.startMillis + Math.floor(micros / 1e3));
    return `${date.toISOString().slice(0, 19)}.${pad(Math.floor((micros % 1e6) + (micros < 0 ? 1e6 : 0)) % 1_000_000, 6)}+0000`;
  }

  #clock(second: number): string {
    return new Date(this.setting.startMillis + Math.floor(second) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  }

  /** A line of the unit's journal as `-o short-iso-precise` prints it. */
  journal(second: number, identifier: string, pid: number, message: string): this {
    this.#journal.push({ second, line: `${this.#iso(second)} ${this.setting.host} ${identifier}[${pid}]: ${message}` });
    return this;
  }

  /** gunicorn's own logger (glogging.py), as the process `pid`. */
  gunicorn(second: number, pid: number, level: string, text: string): this {
    return this.journal(
      second,
      this.setting.identifier,
      pid,
      `[${this.#clock(second)} +0000] [${pid}] [${level}] ${text}`,
    );
  }

  arbiter(second: number, level: string, text: string): this {
    return this.gunicorn(second, this.setting.arbiterPid, level, text);
  }

  /** The service's Python logger, in the worker. */
  app(second: number, level: string, text: string, pid = this.setting.pid): this {
    const millis = pad(Math.floor((second % 1) * 1000), 3);
    return this.journal(
      second,
      this.setting.identifier,
      pid,
      `${this.#clock(second)},${millis} - tracker.tasks - ${level} - ${text}`,
    );
  }

  /** A raw line that the worker printed, such as one of a traceback. */
  stderr(second: number, text: string, pid = this.setting.pid): this {
    return this.journal(second, this.setting.identifier, pid, text);
  }

  systemd(second: number, text: string): this {
    return this.journal(second, 'systemd', 1, `${this.setting.unit}: ${text}`);
  }

  /** Starts gunicorn with two workers, at a second before 0. */
  boot(second = -30, options: { readonly version?: string; readonly workerClass?: string } = {}): this {
    const { pid, otherPid } = this.setting;
    this.arbiter(second, 'INFO', `Starting gunicorn ${options.version ?? '23.0.0'}`);
    this.arbiter(second + 0.001, 'INFO', `Listening at: http://127.0.0.1:8000 (${this.setting.arbiterPid})`);
    this.arbiter(second + 0.001, 'INFO', `Using worker: ${options.workerClass ?? 'sync'}`);
    this.gunicorn(second + 0.01, pid, 'INFO', `Booting worker with pid: ${pid}`);
    return this.gunicorn(second + 0.02, otherPid, 'INFO', `Booting worker with pid: ${otherPid}`);
  }

  replacement(second: number, pid = this.setting.newPid): this {
    return this.gunicorn(second, pid, 'INFO', `Booting worker with pid: ${pid}`);
  }

  timeout(second: number, pid = this.setting.pid): this {
    return this.arbiter(second, 'CRITICAL', `WORKER TIMEOUT (pid:${pid})`);
  }

  sigkill(second: number, pid = this.setting.pid): this {
    return this.arbiter(second, 'ERROR', `Worker (pid:${pid}) was sent SIGKILL! Perhaps out of memory?`);
  }

  /** A line of `journalctl -k -o short-iso-precise`. */
  kernel(second: number, text: string): this {
    this.#kernel.push({ second, line: `${this.#iso(second)} ${this.setting.host} kernel: ${text}` });
    return this;
  }

  /** A kernel log that covers the scenario and holds nothing of note. */
  quietKernel(): this {
    return this.kernel(-3600, 'Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)')
      .kernel(-40, 'eth0: Link is Up - 1Gbps/Full - flow control rx/tx')
      .kernel(600, 'audit: type=1400 audit(1773455400.1:42): apparmor="STATUS"');
  }

  /** One dated `ps aux` snapshot. */
  ps(second: number, rows: readonly ProcessRow[]): this {
    this.#ps.push(
      `# ${this.#clock(second)}`,
      'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND',
    );
    for (const row of rows) {
      const seconds = Math.floor(row.cpuSeconds ?? 0);
      const time = `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;
      const rss = Math.round(row.rssKib ?? 24_000);
      this.#ps.push(
        `app     ${String(row.pid).padStart(7)} ${(row.cpuPercent ?? 0).toFixed(1).padStart(4)}  0.3 ${String(rss + 12_000).padStart(6)} ${String(rss).padStart(5)} ?        ${(row.state ?? 'S').padEnd(4)} 02:29   ${time} ${row.command ?? '/srv/venv/bin/python3 -m gunicorn app:application'}`,
      );
    }
    return this;
  }

  /** Snapshots every two seconds from 0 to `until`, as the worker was then. */
  psSeries(until: number, worker: (second: number) => Omit<ProcessRow, 'pid'>, from = -2): this {
    for (let second = from; second <= until; second += 2) {
      this.ps(second, [{ pid: this.setting.pid, ...worker(second) }, { pid: this.setting.otherPid }]);
    }
    return this;
  }

  /** One row of `vmstat -t 1`, memory in KiB. */
  vmstat(
    second: number,
    row: {
      readonly free?: number;
      readonly buff?: number;
      readonly cache?: number;
      readonly si?: number;
      readonly so?: number;
      readonly us?: number;
      readonly wa?: number;
      readonly swpd?: number;
      readonly st?: number;
    },
  ): this {
    if (this.#vmstat.length === 0) {
      this.#vmstat.push(
        'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----',
        ' r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC',
      );
    }
    const { free = 3_000_000, buff = 10_000, cache = 500_000, si = 0, so = 0, us = 1, wa = 0, swpd = 0, st = 0 } = row;
    this.#vmstat.push(
      ` 1  0 ${swpd} ${free}  ${buff} ${cache} ${si} ${so}  10  10  100  200 ${us}  1 ${Math.max(0, 99 - us - wa - st)} ${wa} ${String(st).padStart(2)} ${this.#clock(second)}`,
    );
    return this;
  }

  config(text: string): this {
    return this.file('gunicorn.conf.py', `# settings\nbind = "127.0.0.1:8000"\nworkers = 2\n${text}\n`);
  }

  host(totalKib = 8_000_000, availableKib = 6_000_000): this {
    return this.file(
      'system/meminfo.txt',
      `MemTotal:       ${totalKib} kB\nMemFree:        ${availableKib - 500_000} kB\nMemAvailable:   ${availableKib} kB\nBuffers:            4000 kB\nCached:          400000 kB\nSwapCached:            0 kB\nSwapTotal:       2000000 kB\nSwapFree:        1900000 kB\n`,
    );
  }

  /** A JUnit report with that many tests; `outputBytes` of system-out each make it heavy. */
  artifact(path: string, tests: number, outputBytes = 200): this {
    const output = 'INFO rekey ok '.repeat(Math.ceil(outputBytes / 14)).slice(0, outputBytes);
    const cases = Array.from(
      { length: tests },
      (_, index) =>
        `<testcase classname="suite.TestA" name="test_${index}" time="0.1"><system-out>${output}</system-out></testcase>`,
    );
    return this.file(
      path,
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="suite" tests="${tests}">\n${cases.join('\n')}\n</testsuite></testsuites>\n`,
    );
  }

  file(path: string, content: string | Uint8Array): this {
    this.#files.set(path, content);
    return this;
  }

  without(part: 'kernel' | 'ps' | 'vmstat' | 'journal'): this {
    if (part === 'kernel') this.#kernel.length = 0;
    if (part === 'ps') this.#ps.length = 0;
    if (part === 'vmstat') this.#vmstat.length = 0;
    if (part === 'journal') this.#journal.length = 0;
    return this;
  }

  /** The files of the bundle by path, as text or bytes. */
  files(): ReadonlyMap<string, string | Uint8Array> {
    const files = new Map(this.#files);
    const text = (entries: readonly { second: number; line: string }[]): string =>
      `${[...entries]
        .sort((a, b) => a.second - b.second)
        .map((entry) => entry.line)
        .join('\n')}\n`;
    if (this.#journal.length > 0) files.set('journal/unit.txt', text(this.#journal));
    if (this.#kernel.length > 0) files.set('journal/kernel.txt', text(this.#kernel));
    if (this.#ps.length > 0) files.set('system/ps.txt', `${this.#ps.join('\n')}\n`);
    if (this.#vmstat.length > 0) files.set('system/vmstat.txt', `${this.#vmstat.join('\n')}\n`);
    return files;
  }

  /** Writes the bundle to a folder of its own, analyses it as every shell does, and removes it again. */
  async analyse(choice: IncidentChoice | null = null): Promise<Analysis> {
    return analyseFiles(this.files(), choice);
  }
}

/** Analyses files given by path and content, through the whole intake. */
export async function analyseFiles(
  files: ReadonlyMap<string, string | Uint8Array>,
  choice: IncidentChoice | null = null,
  judgements: readonly Judgement[] = [],
): Promise<Analysis> {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-scenario-'));
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    keepBundle(folder);
    return await analyseFolder(folder, choice, judgements);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The verdicts by hypothesis, for comparing. */
export function verdictsOf(analysis: Analysis): Readonly<Record<HypothesisId, Verdict>> {
  return Object.fromEntries(analysis.hypotheses.map(({ id, verdict }) => [id, verdict])) as Record<
    HypothesisId,
    Verdict
  >;
}
