import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';

/** A copy of what the command line is made of, so that a source can be changed. */
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'inquest-launcher-'));
  for (const name of ['electron', 'shared', 'scripts', 'test/support', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function launch(...args: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  mkdirSync(join(copy, 'elsewhere'), { recursive: true });
  const { status, stdout } = spawnSync(process.execPath, [join(copy, 'scripts', 'inquest.mjs'), ...args], {
    cwd: join(copy, 'elsewhere'),
    encoding: 'utf8',
  });
  return { status, stdout };
}

const bundles = (): readonly string[] => readdirSync(join(copy, 'out')).sort();

describe('the launcher of the command line', () => {
  it('bundles the sources once, and anew when one of them is another', { timeout: 60_000 }, () => {
    const version = String(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
    expect(launch('--version')).toEqual({ status: 0, stdout: `${version}\n` });
    const [first = ''] = bundles();
    expect(bundles()).toEqual([expect.stringMatching(/^inquest-[0-9a-f]{16}$/)]);
    // What was bundled is what runs.
    const program = join(copy, 'out', first, 'inquest.js');
    writeFileSync(program, `console.log('bundled before');`);
    expect(launch('--version').stdout).toBe('bundled before\n');
    utimesSync(join(copy, 'electron', 'cli', 'help.ts'), 1_000, 1_000);
    expect(launch('--version').stdout).toBe(`${version}\n`);
    expect(bundles()).toHaveLength(2);
  });
});
