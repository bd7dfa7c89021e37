import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOfficialRuntime, missingRuntimeHelp } from '../../scripts/official-runtime.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';

describe('findOfficialRuntime', () => {
  it('finds what the electron package has installed, and nothing before that', () => {
    const folder = tempFolder();
    expect(findOfficialRuntime({}, folder)).toBeNull();
    writeTree(folder, { 'path.txt': 'electron' });
    expect(findOfficialRuntime({}, folder)).toBeNull();
    writeTree(folder, { 'dist/electron': 'runtime' });
    expect(findOfficialRuntime({}, folder)).toBe(join(folder, 'dist', 'electron'));
  });

  it('looks in the folder that ELECTRON_OVERRIDE_DIST_PATH names, and nowhere else then', () => {
    const folder = writeTree(tempFolder(), { 'path.txt': 'electron', 'dist/electron': 'runtime' });
    const override = tempFolder();
    const environment = { ELECTRON_OVERRIDE_DIST_PATH: override };
    expect(findOfficialRuntime(environment, folder)).toBeNull();
    writeTree(override, { electron: 'runtime' });
    expect(findOfficialRuntime(environment, folder)).toBe(join(override, 'electron'));
    expect(findOfficialRuntime(environment, tempFolder())).toBe(join(override, 'electron'));
  });
});

describe('missingRuntimeHelp', () => {
  it('names every way out', () => {
    const help = missingRuntimeHelp('45.4.1');
    for (const word of [
      'releases/download/v45.4.1/',
      'ELECTRON_MIRROR=',
      'electron_mirror=',
      'ELECTRON_CUSTOM_DIR=',
      'ELECTRON_GET_USE_PROXY=1',
      'ELECTRON_OVERRIDE_DIST_PATH=',
      'npm run start:test-runtime',
      'npm run inquest',
    ]) {
      expect(help).toContain(word);
    }
  });
});
