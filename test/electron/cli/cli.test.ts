import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { inquest as inquestHere } from '../../../electron/cli/inquest.ts';
import type { TerminalStream } from '../../../electron/cli/terminal.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';

/** Bundled for the run of tests, which is the same program without compiling it each time. */
const BUNDLED = [join(inject('programs'), 'inquest.js')];
/** As `npm run inquest` starts it: bundled from the sources as they are, where that was not done yet. */
const LAUNCHED = [fileURLToPath(new URL('../../../scripts/inquest.mjs', import.meta.url))];
const INCIDENT = fileURLToPath(new URL('../../fixtures/incidents/incident-2026-02-11.tar.gz', import.meta.url));

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;

/** Runs the command line in a process as a user does, from a folder that is not the project's. */
const inquestProcess = (...args: readonly string[]): Promise<Ran> => run(BUNDLED, args);

function run(program: readonly string[], args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...program, ...args],
      { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      },
    );
  });
}

/** Runs the command line in this process, which is the same but for what starting one takes. */
async function inquest(...args: readonly string[]): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written): TerminalStream => ({
    write: (content) => {
      written[name] += typeof content === 'string' ? content : new TextDecoder().decode(content);
    },
  });
  const status = await inquestHere(args, { stdout: stream('stdout'), stderr: stream('stderr') });
  return { status, ...written };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inquest-cli-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  return rm(folder, { recursive: true, force: true });
});

describe('inquest analyze', () => {
  it('prints the verdict and the timeline as a table, silent on a stderr that is no terminal', async () => {
    const { status, stdout, stderr } = await run(LAUNCHED, ['analyze', INCIDENT]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/database lock +likely cause/);
    expect(stdout).toMatch(/worker timeout +contributing factor/);
    expect(stdout).toContain('16:03:40');
    expect(stdout).toContain('2026-02-11');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('writes nothing but the contract to standard output with --json -', async () => {
    const { status, stdout } = await inquestProcess('analyze', INCIDENT, '--json', '-');
    expect(status).toBe(0);
    const parsed = caseJsonSchema.parse(JSON.parse(stdout));
    expect(parsed.incident?.mechanism).toBe('gunicorn-timeout');
    expect(parsed.timeline.length).toBeGreaterThan(17);
    expect(parsed.evidence.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
  });

  it('writes the same bytes twice', async () => {
    const outputs = async (run: string, program: typeof inquest): Promise<readonly Buffer[]> => {
      const out = join(folder, run);
      const { status } = await program(
        'analyze',
        INCIDENT,
        '--pdf',
        join(out, 'r.pdf'),
        '--html',
        join(out, 'r.html'),
        '--json',
        join(out, 'c.json'),
      );
      expect(status).toBe(0);
      return Promise.all(['r.pdf', 'r.html', 'c.json'].map((name) => readFile(join(out, name))));
    };
    const first = await outputs('first', inquestProcess);
    // A wall clock in any of them would show after a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const second = await outputs('second', inquest);
    expect(first[0]?.subarray(0, 5).toString()).toBe('%PDF-');
    first.forEach((bytes, index) => {
      expect(bytes.equals(second[index] ?? Buffer.alloc(0))).toBe(true);
    });
  });

  it('exits 3 on an empty folder and on nothing but strangers, and says what it saw', async () => {
    await mkdir(join(folder, 'empty'));
    const empty = await inquest('analyze', join(folder, 'empty'));
    expect(empty.status).toBe(3);
    expect(empty.stdout).toBe('');
    expect(empty.stderr).toMatch(/^inquest: .*empty/i);
    await mkdir(join(folder, 'strange'));
    await writeFile(join(folder, 'strange', 'holiday.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
    const strange = await inquestProcess('analyze', join(folder, 'strange'));
    expect(strange.status).toBe(3);
    expect(strange.stderr).toContain('holiday.jpg');
  });

  it('exits 2 on a missing path, naming it, and on wrong usage', async () => {
    const missing = await inquestProcess('analyze', 'no/such/place');
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('no/such/place');
    for (const args of [[], ['analyze'], ['frobnicate'], ['analyze', INCIDENT, '--frob']]) {
      const wrong = await inquest(...args);
      expect(wrong.status, args.join(' ')).toBe(2);
      expect(wrong.stderr).toContain('--help');
    }
  });

  it('reads stamps in the zones that are given and corrects clocks, and says so in the JSON', async () => {
    const evidence = join(folder, 'zones');
    await mkdir(evidence);
    await writeFile(join(evidence, 'app.log'), '2026-07-01 12:00:00,250 - app - INFO - summer\n');
    await writeFile(join(evidence, 'other.log'), '2026-07-01 12:00:00,250 - app - INFO - summer\n');
    const { status, stdout, stderr } = await inquest(
      'analyze',
      evidence,
      '--zone',
      'Europe/Berlin',
      '--source-zone',
      'other.log=-03:00',
      '--clock-offset',
      'app.log=-0:00:04.2',
      '--json',
      '-',
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const parsed = caseJsonSchema.parse(JSON.parse(stdout));
    expect(parsed.timeline.map(({ time }) => time)).toEqual([
      '2026-07-01T09:59:56.050000Z',
      '2026-07-01T15:00:00.250000Z',
    ]);
    const messages = Object.fromEntries(parsed.problems.map(({ path, message }) => [path, message]));
    expect(messages['app.log']).toContain('stamps read as Europe/Berlin, as given; clock corrected by −4.200000 s');
    expect(messages['other.log']).toContain('stamps read as UTC−03:00, as given');
  });

  it('exits 2 on zones, offsets and sources that are none, and says what is wrong', async () => {
    for (const [args, words] of [
      [['--zone', 'Europe/Nowhere'], 'no time zone'],
      [['--source-zone', 'app.log'], 'PATH=ZONE'],
      [['--source-zone', 'a.log=Nowhere'], 'no time zone'],
      [['--clock-offset', 'a.log'], 'PATH=OFFSET'],
      [['--clock-offset', 'a.log=soon'], 'no clock offset'],
      [['--clock-offset', 'no-such.log=-4.2'], 'No source is named "no-such.log"'],
    ] as const) {
      const wrong = await inquest('analyze', INCIDENT, ...args);
      expect(wrong.status, args.join(' ')).toBe(2);
      expect(wrong.stderr).toContain(words);
    }
  });

  it('refuses one file for two outputs, and one that cannot be written, before it reads any evidence', async () => {
    const path = join(folder, 'twice.out');
    const twice = await inquest('analyze', INCIDENT, '--json', path, '--html', join(folder, '.', 'twice.out'));
    expect(twice).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('given for two outputs') });
    const below = await inquest('analyze', INCIDENT, '--json', join(INCIDENT, 'case.json'));
    expect(below).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('cannot be written') });
  });

  it('refuses to write over evidence, before it reads any', async () => {
    const evidence = join(folder, 'evidence');
    await mkdir(evidence);
    await writeFile(
      join(evidence, 'meminfo.txt'),
      'MemTotal:       24684084 kB\nMemFree:        24257736 kB\nMemAvailable:   24268008 kB\n',
    );
    const { status, stderr } = await inquest('analyze', evidence, '--json', join(evidence, 'meminfo.txt'));
    expect(status).toBe(2);
    expect(stderr).toContain('belongs to the evidence');
    expect(await readdir(evidence)).toEqual(['meminfo.txt']);
  });

  it('exits 2 when an output cannot be written, after an analysis', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const { status, stderr } = await inquest('analyze', INCIDENT, '--html', join(folder, 'a-file', 'report.html'));
    expect(status).toBe(2);
    expect(stderr).toContain('a-file');
  });
});

describe('inquest collect-script', () => {
  it('writes both scripts with what the evidence tells, and what is given wins', async () => {
    const out = join(folder, 'scripts');
    const { status, stdout, stderr } = await inquest(
      'collect-script',
      '--out',
      out,
      '--unit',
      "it's.service",
      INCIDENT,
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain(join(out, 'reproduce.sh'));
    const script = await readFile(join(out, 'collect.sh'), 'utf8');
    expect(script).toContain("unit='it'\\''s.service'");
    expect(script).toMatch(/^since='2026-02-11 \d\d:\d\d:\d\d UTC'$/m);
    expect(script).toMatch(/^database_name='\w+\.db'$/m);
    expect((await inquest('collect-script', '--pid', 'x')).status).toBe(2);
  });
});

describe('inquest', () => {
  it('explains itself and tells its version', async () => {
    const help = await inquestProcess('--help');
    expect(help.status).toBe(0);
    for (const part of ['Exit status', '--zone', '--source-zone', '--clock-offset'])
      expect(help.stdout).toContain(part);
    const version = await inquest('--version');
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
