import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  baseName,
  belowRoot,
  folderName,
  isAbsoluteName,
  plainPath,
  unsafeMemberName,
  visibleName,
} from '../../../electron/files/names.ts';

describe('names', () => {
  test('a shown name never holds a character that acts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be gone
        expect(visibleName(name)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  test('ordinary names stay as they are', () => {
    expect(visibleName('Ärger mit 日本語 (2).txt')).toBe('Ärger mit 日本語 (2).txt');
  });

  test('a name that passes stays below the folder it would be joined to', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', '', 'a', 'b..', '/', '\\', 'C:'), { maxLength: 6 }), (parts) => {
        const name = parts.join('/');
        if (unsafeMemberName(name) !== null) return;
        const plain = plainPath(belowRoot(name));
        expect(new URL(`file:///spool/${encodeURI(plain)}`).pathname.startsWith('/spool/')).toBe(true);
        expect(plain.split('/')).not.toContain('..');
      }),
    );
  });

  test('climbing names are unsafe in the spelling of any system, and names that are a root alone', () => {
    for (const name of ['', '/', 'C:\\', '..', '/..', 'C:/../a', '../a', 'a/..', 'a/../b', 'a\\..\\b']) {
      expect(unsafeMemberName(name), name).not.toBeNull();
    }
    for (const name of ['a', '/a', './a', 'a/b', '...', 'a..b', 'C:a']) expect(unsafeMemberName(name), name).toBeNull();
  });

  test('absolute names are known in the spelling of any system, and lose their root', () => {
    for (const name of ['/a/b', '//a/b', '\\\\a/b', 'C:\\a/b', 'c:/a/b']) {
      expect([name, isAbsoluteName(name), belowRoot(name)]).toEqual([name, true, 'a/b']);
    }
    for (const name of ['a/b', './a/b', 'C:a']) expect([isAbsoluteName(name), belowRoot(name)]).toEqual([false, name]);
  });

  test('paths are taken apart at slashes', () => {
    expect([baseName('a/b/c.txt'), baseName('c.txt'), folderName('a/b/c.txt'), folderName('c.txt')]).toEqual([
      'c.txt',
      'c.txt',
      'a/b',
      '',
    ]);
  });
});
