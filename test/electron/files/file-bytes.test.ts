import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFileBytes } from '../../../electron/files/file-bytes.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';

describe('readFileBytes', () => {
  it('gives the bytes from one on, as far as there are some, with their line', () => {
    const path = join(writeTree(tempFolder(), { 'a.txt': 'one\ntwo\nthree' }), 'a.txt');
    const read = (offset: number, limit: number) => {
      const { bytes, ...rest } = readFileBytes(path, offset, limit);
      return { text: new TextDecoder().decode(bytes), ...rest };
    };
    expect(read(0, 5)).toEqual({ text: 'one\nt', byteOffset: 0, totalBytes: 13, line: 1 });
    expect(read(4, 100)).toEqual({ text: 'two\nthree', byteOffset: 4, totalBytes: 13, line: 2 });
    expect(read(99, 5)).toEqual({ text: '', byteOffset: 13, totalBytes: 13, line: 3 });
    expect(() => readFileBytes(`${path}.gone`, 0, 1)).toThrow();
  });
});
