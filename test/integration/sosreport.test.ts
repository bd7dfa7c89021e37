import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readGivenEvidence } from '../../electron/intake/import-evidence.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';
import { keepBundle } from '../support/keep-bundle.ts';
import { toolMissing } from '../support/tools.ts';

const evidence = (path: string): Buffer => readFileSync(new URL(`../fixtures/evidence/${path}`, import.meta.url));

/** The files of a report that matter here, where `sos report` puts them. Source: https://github.com/sosreport/sos */
function stageReport(): { readonly parent: string; readonly name: string } {
  const name = 'sosreport-host-2025-11-30-abcdefg';
  const parent = tempFolder();
  writeTree(join(parent, name), {
    'sos_commands/logs/journalctl_--no-pager_--boot': evidence('journal-unit/short.txt'),
    'sos_commands/logs/journalctl_--no-pager_--catalog_--boot_-1': '-- No entries --\n',
    'sos_commands/process/ps_auxwww': evidence('host/ps.txt'),
    'sos_commands/memory/free_-m': evidence('host/free-m.txt'),
    'proc/meminfo': evidence('host/meminfo.txt'),
    'sos_commands/kernel/vmstat': evidence('host/vmstat.txt'),
    'version.txt': 'sosreport: 4.8.1\n',
    'sos_commands/crypto/empty': '',
  });
  symlinkSync('sos_commands/memory/free_-m', join(parent, name, 'free'));
  return { parent, name };
}

async function formatsIn(path: string): Promise<Readonly<Record<string, string>>> {
  keepBundle(path);
  const { files, problems } = await readGivenEvidence({ paths: [path], spoolDirectory: tempFolder() }, () => {});
  expect(problems.map(({ kind }) => kind)).toEqual(['link-refused']);
  return Object.fromEntries(files.map((file) => [file.path.replace(/^sosreport-[^/]*\/(?=.)/, ''), file.format]));
}

const FORMATS = {
  'sos_commands/logs/journalctl_--no-pager_--boot': 'journal-short',
  'sos_commands/logs/journalctl_--no-pager_--catalog_--boot_-1': 'journal-empty',
  'sos_commands/process/ps_auxwww': 'ps',
  'sos_commands/memory/free_-m': 'free',
  'proc/meminfo': 'meminfo',
  'sos_commands/kernel/vmstat': 'vmstat',
  'version.txt': 'unknown',
  'sos_commands/crypto/empty': 'empty',
};

describe('a report of sos', () => {
  test('as sos 4.0 itself packed it', async () => {
    const path = fileURLToPath(new URL('../fixtures/sosreport/sosreport.tar.xz', import.meta.url));
    const { files } = await readGivenEvidence({ paths: [path], spoolDirectory: tempFolder() }, () => {});
    const formatOf = (end: string): string | undefined => files.find((file) => file.path.endsWith(end))?.format;
    expect(files[0]?.format).toBe('tar-xz');
    expect(formatOf('/sos_commands/process/ps_auxwww')).toBe('ps');
    expect(formatOf('/sos_commands/memory/free_-m')).toBe('free');
    expect(formatOf('/proc/meminfo')).toBe('meminfo');
    expect(formatOf('/version.txt')).toBe('unknown');
  });

  test('is read as a folder', async () => {
    const { parent, name } = stageReport();
    expect(await formatsIn(join(parent, name))).toEqual(FORMATS);
  });

  test.skipIf(toolMissing('tar', '--version') || toolMissing('xz', '--version'))('is read as a .tar.xz', async () => {
    const { parent, name } = stageReport();
    execFileSync('tar', ['-cJf', `${name}.tar.xz`, name], { cwd: parent });
    expect(await formatsIn(join(parent, `${name}.tar.xz`))).toEqual({ [`${name}.tar.xz`]: 'tar-xz', ...FORMATS });
  });
});
