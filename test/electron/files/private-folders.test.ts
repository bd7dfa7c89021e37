import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  makePrivateFolder,
  removeAbandonedFolders,
  removePrivateFolder,
  removePrivateFolders,
} from '../../../electron/files/private-folders.ts';
import { tempFolder } from '../../support/bundles.ts';

const MARK = '.inquest-owner';

let parent: string;

beforeEach(() => {
  parent = tempFolder();
  vi.stubEnv('TMPDIR', parent);
  vi.stubEnv('TEMP', parent);
});
afterEach(() => {
  removePrivateFolders();
  vi.unstubAllEnvs();
});

/** A folder as another process left it, with the mark of one of ours changed by `edit`. */
async function left(name: string, edit: (lines: string[]) => string): Promise<string> {
  const ours = await makePrivateFolder();
  const text = edit(readFileSync(join(ours, MARK), 'utf8').split('\n'));
  await removePrivateFolder(ours);
  const folder = join(parent, name);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, MARK), text);
  writeFileSync(join(folder, 'm000001'), 'a copy');
  return folder;
}

/** A pid that nobody has. */
function gonePid(): string {
  return String(spawnSync(process.execPath, ['-e', '0']).pid);
}

describe('folders for copies', () => {
  it('go when they are done with, else with the process', async () => {
    const [first, second] = [await makePrivateFolder(), await makePrivateFolder()];
    await removePrivateFolder(first);
    expect(readdirSync(parent).map((name) => join(parent, name))).toEqual([second]);
    removePrivateFolders();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('of a process that is gone are removed by another', async () => {
    const pid = gonePid();
    await left('inquest-abCD12', ([, ...lines]) => [pid, ...lines].join('\n'));
    await removeAbandonedFolders();
    expect(readdirSync(parent)).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('whose pid another process has now are removed', async () => {
    await left('inquest-abCD12', ([pid, , ...lines]) => [pid, '1', ...lines].join('\n'));
    await removeAbandonedFolders();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('stay where their owner may be there, or is not told', async () => {
    const pid = gonePid();
    const living = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      const own = await makePrivateFolder();
      const dead = ([, ...lines]: string[]): string => [pid, ...lines].join('\n');
      await left('inquest-reports', dead);
      await left('inquest-abCD12-mine', dead);
      await left('inquest-aaaaa1', () => '');
      await left('inquest-aaaaa2', ([, start, boot, , space]) => [pid, start, boot, 'another-host', space].join('\n'));
      await left('inquest-aaaaa3', ([, start, boot, host]) => [pid, start, boot, host, 'pid:[1]'].join('\n'));
      await left('inquest-aaaaa4', ([, , , host, space]) =>
        [living.pid, startOf(living.pid), '', host, space].join('\n'),
      );
      const elsewhere = await left('elsewhere', dead);
      symlinkSync(elsewhere, join(parent, 'inquest-aaaaa5'));
      const marked = await left('inquest-aaaaa6', dead);
      renameSync(join(marked, MARK), join(marked, 'mark'));
      symlinkSync('mark', join(marked, MARK));
      const before = readdirSync(parent);
      // Of nine names none is one that certainly nobody owns.
      expect(before).toHaveLength(10);
      await removeAbandonedFolders();
      expect(readdirSync(parent)).toEqual(before);
      expect(existsSync(own)).toBe(true);
    } finally {
      living.kill('SIGKILL');
    }
  });
});

function startOf(pid: number | undefined): string {
  if (process.platform !== 'linux') return '';
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21] ?? '';
}
