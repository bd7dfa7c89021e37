import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listGiven, MissingInput } from '../../../electron/files/inventory.ts';
import { INTAKE_LIMITS, type IntakeLimits } from '../../../electron/files/limits.ts';
import { CaseProblems } from '../../../electron/files/problem-list.ts';
import { shownPaths } from '../../../electron/intake/shown-paths.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { unprivileged } from '../../support/unprivileged.ts';

function list(paths: readonly string[], limits: Partial<IntakeLimits> = {}) {
  const problems = new CaseProblems(100);
  const files = listGiven(paths, { ...INTAKE_LIMITS, ...limits }, { count: 0 }, problems);
  return { files, names: files.map((file) => file.name), shown: shownPaths(files, paths), problems: problems.list() };
}

describe('listing what was given', () => {
  test('a folder is walked in the order of its names, not of its creation', () => {
    const folder = writeTree(tempFolder(), {
      'b.txt': 'b',
      'a/z.txt': 'z',
      'a/B.txt': 'B',
      'a/a.txt': 'a',
      'C.txt': '',
    });
    expect(list([folder]).names).toEqual(['C.txt', 'a/B.txt', 'a/a.txt', 'a/z.txt', 'b.txt']);
  });

  test('a path that is not there is a usage error that names it', () => {
    const missing = join(tempFolder(), 'nowhere.txt');
    expect(() => list([missing])).toThrow(MissingInput);
    expect(() => list([missing])).toThrow(missing);
  });

  test('symbolic links are refused wherever they point, and so are pipes', () => {
    const folder = writeTree(tempFolder(), { 'real.txt': 'x' });
    symlinkSync('real.txt', join(folder, 'inside'));
    symlinkSync('/etc', join(folder, 'outside'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { names, problems } = list([folder, join(folder, 'inside')]);
    expect(names).toEqual(['real.txt']);
    expect(problems.map(({ path, kind }) => [path, kind])).toEqual([
      ['dangling', 'link-refused'],
      ['inside', 'link-refused'],
      ['outside', 'link-refused'],
      ['pipe', 'link-refused'],
      ['inside', 'link-refused'],
    ]);
    expect(problems[2]?.message).toContain('/etc');
  });

  test('a file given twice is listed once, a hard link is a file of its own', () => {
    const folder = writeTree(tempFolder(), { 'a.txt': 'x' });
    linkSync(join(folder, 'a.txt'), join(folder, 'b.txt'));
    expect(list([folder, join(folder, 'a.txt'), folder]).names).toEqual(['a.txt', 'b.txt']);
  });

  test('an empty folder lists nothing', () => {
    expect(list([tempFolder()])).toMatchObject({ names: [], problems: [] });
  });

  test('entries, files and the depth of folders are limited', () => {
    const folder = writeTree(tempFolder(), { '1': '', '2': '', '3': '', 'd/e/f/deep.txt': '' });
    expect(list([folder], { entries: 2 })).toMatchObject({ names: ['1', '2'], problems: [{ kind: 'limit-exceeded' }] });
    expect(list([folder], { files: 2 })).toMatchObject({ names: ['1', '2'], problems: [{ kind: 'limit-exceeded' }] });
    expect(list([folder], { folderDepth: 2 })).toMatchObject({ problems: [{ path: 'd/e', kind: 'limit-exceeded' }] });
  });

  test('a folder that cannot be listed is a problem', async () => {
    const { problems } = await unprivileged(() => {
      const folder = tempFolder();
      mkdirSync(join(folder, 'closed'));
      chmodSync(join(folder, 'closed'), 0);
      return list([folder]);
    });
    expect(problems).toMatchObject([{ path: 'closed', kind: 'unreadable' }]);
  });
});

describe('the paths that are shown', () => {
  test('are relative to what was given, and bare for loose files', () => {
    const folder = writeTree(tempFolder(), { 'case/journal/unit.txt': '', 'loose.txt': '' });
    expect(list([join(folder, 'case'), join(folder, 'loose.txt')]).shown).toEqual(['journal/unit.txt', 'loose.txt']);
  });

  test('carry the base name of what was given once two given things bring the same path', () => {
    const folder = writeTree(tempFolder(), { 'a/unit.txt': '', 'a/only.txt': '', 'b/unit.txt': '', 'c/other.txt': '' });
    const given = ['a', 'b', 'c'].map((name) => join(folder, name));
    expect(list(given).shown).toEqual(['a/only.txt', 'a/unit.txt', 'b/unit.txt', 'other.txt']);
  });

  test('are unique also for loose files of the same name', () => {
    const folder = writeTree(tempFolder(), { 'a/unit.txt': '', 'b/unit.txt': '' });
    const given = ['a', 'b'].map((name) => join(folder, name, 'unit.txt'));
    expect(list(given).shown).toEqual(['unit.txt', 'unit.txt (2)']);
  });

  test('show control characters instead of acting on them', () => {
    const folder = writeTree(tempFolder(), { '\x1b[2Jgone\u202etxt': '' });
    expect(list([folder]).shown).toEqual(['\\x1b[2Jgone\\u202etxt']);
  });
});
