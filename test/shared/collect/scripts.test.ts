import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCase } from '../../../electron/case/open-case.ts';
import {
  BARE_SETTINGS,
  collectScript,
  reproduceScript,
  type ScriptSettings,
  scriptSettings,
} from '../../../shared/collect/scripts.ts';
import { shellPath, shellQuoted, shellWord } from '../../../shared/model/shell.ts';
import { snapshotOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { runs } from '../../support/properties.ts';
import { referenceAnalysis, referenceEvidence } from '../../support/reference-case.ts';
import { toolMissing } from '../../support/tools.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const fixture = (path: string): Buffer => readFileSync(join(FIXTURES, path));

/** A name with everything that a shell could stumble over. */
const HOSTILE_NAME = `it's a "name" \\ $(touch pwned) \`touch pwned\` ; touch pwned #\n* ~`;

/** Programs of a host, in a folder that goes before all others on PATH: each prints what a real one printed. */
function fakeHost(folder: string): string {
  const print = (path: string): string => `#!/bin/sh\nexec cat ${shellQuoted(join(FIXTURES, 'evidence', path))}\n`;
  writeTree(folder, {
    journalctl: `#!/bin/sh
printf '%s\\n' "$*" >>${shellQuoted(join(folder, 'asked'))}
case "$*" in
  *short-unix*) echo '1764542000.000000 vm systemd[1]: Started.' ;;
  *_TRANSPORT=kernel*) cat ${shellQuoted(join(FIXTURES, 'evidence/journal-oom/export.txt'))} ;;
  *) cat ${shellQuoted(join(FIXTURES, 'evidence/journal-unit/export.txt'))} ;;
esac
`,
    systemctl: `#!/bin/sh
case "$1" in
  cat) cat ${shellQuoted(join(FIXTURES, 'evidence/systemd/tracker-cat.txt'))} ;;
  show) echo "$3=" ;;
esac
`,
    sudo: `#!/bin/sh\necho "$*" >>${shellQuoted(join(folder, 'as-root'))}\nexit 1\n`,
    dmesg: print('dmesg/iso.txt'),
    ps: print('host/ps.txt'),
    top: print('host/top.txt'),
    free: print('host/free-k.txt'),
    vmstat: print('host/vmstat-t.txt'),
    sar: '#!/bin/sh\nexit 1\n',
  });
  spawnSync('chmod', ['-R', '+x', folder]);
  return folder;
}

const SETTINGS: ScriptSettings = {
  ...BARE_SETTINGS,
  unit: 'tracker.service',
  pid: 24020,
  since: '2025-11-30 22:40:00 UTC',
  until: '2025-11-30 22:50:00 UTC',
  sinceEpochSeconds: Date.UTC(2025, 10, 30, 22, 40) / 1000,
};

/** Runs a script as an administrator would, in `folder`. */
function run(shell: readonly string[], script: string, bin: string, folder: string, ...options: readonly string[]) {
  const [command = 'sh', ...args] = shell;
  writeTree(folder, { 'script.sh': script });
  return spawnSync(command, [...args, 'script.sh', ...options], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const archiveIn = (folder: string): string =>
  join(folder, readdirSync(folder).find((name) => name.endsWith('.tar.gz')) ?? 'no archive');

describe('the scripts', () => {
  it.skipIf(toolMissing('shellcheck', '--version'))('are clean under shellcheck, whatever names are in them', () => {
    const hostile: ScriptSettings = {
      ...SETTINGS,
      unit: HOSTILE_NAME,
      since: HOSTILE_NAME,
      database: HOSTILE_NAME,
      databaseName: HOSTILE_NAME,
      artifact: HOSTILE_NAME,
    };
    for (const settings of [SETTINGS, hostile]) {
      for (const script of [collectScript(settings), reproduceScript(settings)]) {
        const checked = spawnSync('shellcheck', ['-s', 'sh', '-'], { input: script, encoding: 'utf8' });
        expect(checked.stdout).toBe('');
      }
    }
  });

  it('carry the window, the unit, the pid and the names of the incident', () => {
    expect(scriptSettings(referenceEvidence(), referenceAnalysis())).toMatchObject({
      identifier: 'gunicorn',
      pid: 23333,
      since: '2026-01-28 04:05:22 UTC',
      until: '2026-01-28 04:17:16 UTC',
      sinceEpochSeconds: Date.UTC(2026, 0, 28, 4, 5, 22) / 1000,
      databaseName: 'regression_tracker.db',
      artifact: 'logs/7.0/vpn/14/test-results.xml',
    });
  });
});

describe('collect.sh', () => {
  it('gathers what Inquest recognises, file by file, and changes nothing', async () => {
    const folder = tempFolder();
    const bin = fakeHost(tempFolder());
    const host = writeTree(join(folder, HOSTILE_NAME), {
      'service.db': fixture('sqlite/import-killed/service.db'),
      'service.db-wal': fixture('sqlite/import-killed/service.db-wal'),
      'results.xml': fixture('junit/pytest.xml'),
      'gunicorn.conf.py': 'workers = 2\ntimeout = 120\nworker_class = "sync"\n',
    });
    const before = snapshotOf(host);
    const script = collectScript({
      ...SETTINGS,
      database: join(host, 'service.db'),
      artifact: join(host, 'results.xml'),
    });
    const ran = run(['sh'], script, bin, folder, '--samples', '1', '--config', join(host, 'gunicorn.conf.py'));
    expect(ran.status, ran.stderr).toBe(0);
    expect(snapshotOf(host)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('pwned'))).toEqual([]);
    // The folder in which it was gathered is gone, the archive is there.
    expect(readdirSync(folder).filter((name) => name.startsWith('inquest-collect'))).toHaveLength(1);
    expect(readFileSync(join(bin, 'asked'), 'utf8')).toContain(
      '--since=2025-11-30 22:40:00 UTC --unit=tracker.service --unit=systemd-oomd.service',
    );

    const opened = await openCase({ paths: [archiveIn(folder)] });
    try {
      const files = new Map(opened.evidence.files.map((file) => [file.path.replace(/^.*?inquest-[^/]*Z\//, ''), file]));
      expect(opened.evidence.files.filter(({ format }) => format === 'unknown' || format === 'empty')).toEqual([]);
      expect([...files].map(([path, { format }]) => [path, format])).toEqual(
        expect.arrayContaining([
          ['journal/unit.export', 'journal-export'],
          ['journal/kernel.export', 'journal-export'],
          ['journal/dmesg.txt', 'dmesg'],
          ['config/unit.txt', 'systemd-unit'],
          ['config/gunicorn.conf.py', 'gunicorn-conf'],
          ['host/ps.txt', 'ps'],
          ['host/top.txt', 'top'],
          ['host/free.txt', 'free'],
          ['host/meminfo.txt', 'meminfo'],
          ['host/vmstat.txt', 'vmstat'],
          ['host/vmstat-counters.txt', 'vmstat-counters'],
          ['host/df.txt', 'df'],
          ['database/service.db', 'sqlite'],
          ['database/service.db-wal', 'sqlite-wal'],
          ['artifact/results.xml', 'junit-xml'],
          ['MANIFEST.txt', 'collect-manifest'],
        ]),
      );
      const dated = opened.evidence.processes.filter(({ time }) => time !== null);
      expect(dated.length).toBeGreaterThan(0);
      // What is missing is said in the case.
      expect(
        files
          .get('MANIFEST.txt')
          ?.problems.map(({ message }) => message)
          .join('\n'),
      ).toMatch(/sar/);
      const manifest = ran.stdout;
      expect(manifest).toContain('database/service.db-wal');
    } finally {
      await opened.dispose();
    }
  });

  it.each([
    ['dash', ['dash'], toolMissing('dash', '-c')],
    ['the shell of BusyBox', ['busybox', 'sh'], toolMissing('busybox', '--help')],
  ] as const)('runs in %s and says what it could not get', (_name, shell, isMissing) => {
    if (isMissing) return;
    const folder = tempFolder();
    const bin = fakeHost(tempFolder());
    // A kernel that said nothing, in a journal that begins only after the window: silence that proves nothing.
    writeTree(bin, {
      journalctl: `#!/bin/sh
case "$*" in
  *short-unix*) echo '1764999999.000000 vm systemd[1]: Started.' ;;
  *_TRANSPORT=kernel*) ;;
  *) cat ${shellQuoted(join(FIXTURES, 'evidence/journal-unit/export.txt'))} ;;
esac
`,
    });
    writeTree(folder, { 'big.xml': `<testsuite>${' '.repeat(1024 * 1024)}</testsuite>` });
    const script = collectScript({ ...SETTINGS, artifact: 'big.xml' });
    const ran = run(shell, script, bin, folder, '--samples', '1', '--no-sudo', '--limit-mb', '1');
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('the kernel log: the journal does not reach back to the window');
    expect(ran.stderr).toContain('the database: none was found (--db)');
    expect(ran.stderr).toMatch(/the artifact: \.\/big\.xml has \d+ bytes, more than 1 MiB/);
    const listed = spawnSync('tar', ['-tzf', archiveIn(folder)], { encoding: 'utf8' }).stdout;
    expect(listed).toContain('journal/unit.export');
    expect(listed).not.toContain('kernel');
    expect(existsSync(join(bin, 'as-root'))).toBe(false);
  });

  it('refuses options that are none', () => {
    const folder = tempFolder();
    for (const wrong of [['--frob', 'x'], ['--limit-mb', 'many'], ['--pid', '1;ls'], ['stray'], ['--db']]) {
      expect(run(['sh'], collectScript(SETTINGS), folder, folder, ...wrong).status, wrong.join(' ')).toBe(2);
    }
    expect(readdirSync(folder)).toEqual(['script.sh']);
  });
});

describe('reproduce.sh', () => {
  it('parses three ways and imports into a copy, which the live database does not see', () => {
    const folder = tempFolder();
    const bin = tempFolder();
    writeTree(folder, { "it's.xml": fixture('junit/pytest.xml'), 'live.db': 'live', 'live.db-wal': 'frames' });
    const before = snapshotOf(folder);
    const script = reproduceScript({ ...SETTINGS, artifact: "it's.xml", database: 'live.db' });
    const refused = run(['sh'], script, bin, folder, '--import', 'echo imported >> live.db');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('live database');
    const ran = run(
      ['sh'],
      script,
      bin,
      folder,
      '--import',
      'cat "$INQUEST_ARTIFACT" >> "$INQUEST_DATABASE"; echo "$(grep -c testsuite "$INQUEST_DATABASE") of the copy"; echo "$LOG_LEVEL"',
      '--out',
      join(folder, 'not/there/yet'),
    );
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/parse tree: done: \d+ test cases in/);
    expect(ran.stdout).toContain('import: done');
    const results = join(folder, 'not/there/yet', readdirSync(join(folder, 'not/there/yet'))[0] ?? '');
    // The copy is gone: beside the results it would be taken for the service's database.
    expect(readdirSync(results).sort()).toEqual(['import.log', 'reproduced.txt']);
    const [head, ...said] = readFileSync(join(results, 'import.log'), 'utf8').split('\n');
    expect(head).toBe('# Inquest reproduction 1, output of the import');
    expect(said.join('\n')).toMatch(/^\d+ of the copy\nDEBUG\n$/);
    for (const name of ['live.db', 'live.db-wal', "it's.xml"]) {
      expect(snapshotOf(folder)[join(folder, name)]).toEqual(before[join(folder, name)]);
    }
  });
});

describe('words of a shell', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { minLength: 1, maxLength: 4 }), (words) => {
        const wanted = [...words, HOSTILE_NAME, '-rf', '~', 'a=b', ''].map((word) => word.replaceAll('\0', ''));
        for (const quote of [shellWord, shellQuoted]) {
          const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${wanted.map(quote).join(' ')}`], {
            encoding: 'utf8',
          });
          expect(stdout.split('\0').slice(0, -1)).toEqual(wanted);
        }
      }),
      { numRuns: runs(20) },
    );
    expect(shellPath('-rf')).toBe('./-rf');
  });
});
