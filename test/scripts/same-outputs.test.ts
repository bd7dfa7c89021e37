import { readFileSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleHash, bundleName, copyBundle } from '../../scripts/bundle-copies.ts';
import type { CaseOutputs, OutputFormat } from '../../scripts/case-outputs.ts';
import { byteDifference, compareOutputs, textDifference } from '../../scripts/output-differences.ts';
import { tempFolder, writeTree } from '../support/bundles.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const outputs = (files: Partial<Record<OutputFormat, string>>): CaseOutputs =>
  new Map(Object.entries(files).map(([format, text]) => [format as OutputFormat, bytes(text)]));

describe('the difference of two texts', () => {
  it('is none of the same bytes', () => {
    expect(textDifference(bytes('a\nb\n'), bytes('a\nb\n'))).toBeNull();
  });

  it('begins where they first differ and ends where they are the same again', () => {
    expect(textDifference(bytes('a\nkilled by hand\nc\n'), bytes('a\nkilled in vain\nx\nc\n'))).toEqual({
      place: 'line 2, column 8',
      shown: ['- killed by hand', '+ killed in vain', '+ x'],
    });
  });

  it('shows changed lines without the lines between them', () => {
    expect(textDifference(bytes('a\nb\nc\n'), bytes('A\nb\nC\n'))?.shown).toEqual(['- a', '- c', '+ A', '+ C']);
  });

  it('shows lines that only one has, and says how many it leaves out', () => {
    expect(textDifference(bytes('a\nb\n'), bytes('a\n1\n2\n3\n4\n5\nb\n'))).toEqual({
      place: 'line 2, column 1',
      shown: ['+ 1', '+ 2', '+ 3', '+ (and 2 more lines)'],
    });
    expect(textDifference(bytes('a\na\n'), bytes('a\n'))?.shown).toEqual(['- a']);
  });

  it('cuts long lines around their first difference', () => {
    const [before, after] = ['old', 'new'].map((word) => bytes(`${'x'.repeat(5000)}${word}${'y'.repeat(5000)}`));
    const difference = textDifference(before ?? bytes(''), after ?? bytes(''));
    expect(difference?.place).toBe('line 1, column 5001');
    expect(difference?.shown.map((line) => line.replace(/(.)\1{5,}/g, '$1'))).toEqual(['- …xoldy…', '+ …xnewy…']);
  });

  it('is seen in a last line break and in bytes that are no UTF-8', () => {
    expect(textDifference(bytes('a\n'), bytes('a'))?.place).toBe('line 2, column 1');
    expect(textDifference(Buffer.from([0xff]), Buffer.from([0xfe]))?.place).toBe('line 1, column 1');
  });
});

describe('the difference of other bytes', () => {
  it('is the first byte that differs, or the end of the shorter', () => {
    expect(byteDifference(bytes('%PDF'), bytes('%PDF'))).toBeNull();
    expect(byteDifference(bytes('%PDF'), bytes('%PdF'))?.place).toBe('byte 3');
    expect(byteDifference(bytes('%PDF'), bytes('%PDF-'))).toEqual({
      place: 'byte 5',
      shown: ['- 4 bytes', '+ 5 bytes'],
    });
  });
});

describe('the outputs of a case', () => {
  it('are compared by format', () => {
    const compared = compareOutputs(
      outputs({ text: 'a', json: '{}', pdf: 'p' }),
      outputs({ text: 'a', json: '[]', pdf: 'P' }),
    );
    expect(compared.map(({ format, difference }) => [format, difference?.place ?? null])).toEqual([
      ['text', null],
      ['json', 'line 1, column 1'],
      ['pdf', 'byte 1'],
    ]);
  });

  it('differ where only one side wrote a document', () => {
    const [one, both] = [outputs({ text: 'a' }), outputs({ text: 'a', html: 'h' })];
    expect(compareOutputs(one, both)[1]?.difference?.place).toBe('only the working tree wrote it');
    expect(compareOutputs(both, one)[1]?.difference?.place).toBe('only the base wrote it');
  });

  it('differ where a side failed, and where both failed alike', () => {
    const failed = new Error('inquest ended with status 1: TypeError');
    expect(compareOutputs(outputs({ text: 'a' }), failed)).toEqual([
      {
        format: 'text',
        difference: { place: 'the analysis failed', shown: ['+ inquest ended with status 1: TypeError'] },
      },
    ]);
    expect(compareOutputs(failed, failed)[0]?.difference?.shown).toHaveLength(2);
  });
});

describe('a copy of a bundle', () => {
  it('is named after its test, in words that every file system takes', () => {
    expect(bundleName('scenarios kills', 'a worker that was killed > by hand: none of the "five" fits')).toBe(
      'scenarios-kills-a-worker-that-was-killed-by-hand-none-of-the-five-fits',
    );
    expect(bundleName('scenarios kills', '')).toBe('scenarios-kills');
    expect(bundleName('scenarios', 'x'.repeat(500)).length).toBeLessThanOrEqual(100);
  });

  it('holds the same bytes and links, dated alike whenever it was made', () => {
    const bundle = writeTree(tempFolder(), { 'journal/unit.txt': 'a', 'b.txt': 'b' });
    symlinkSync('b.txt', join(bundle, 'link'));
    const [first, second] = [join(tempFolder(), 'first'), join(tempFolder(), 'second')];
    copyBundle(bundle, first);
    utimesSync(join(bundle, 'b.txt'), 1, 1);
    copyBundle(bundle, second);
    expect(readFileSync(join(second, 'journal/unit.txt'), 'utf8')).toBe('a');
    expect(bundleHash(first)).toBe(bundleHash(bundle));
    expect(statSync(join(first, 'b.txt')).mtimeMs).toBe(statSync(join(second, 'b.txt')).mtimeMs);
  });

  it('has another hash with another path, content or target', () => {
    const hashes = [{ a: 'x' }, { b: 'x' }, { a: 'y' }, { a: 'x', b: '' }].map((files) => {
      const folder = writeTree(tempFolder(), files);
      return bundleHash(folder);
    });
    const linked = ['x', 'y'].map((target) => {
      const folder = tempFolder();
      symlinkSync(target, join(folder, 'a'));
      return bundleHash(folder);
    });
    expect(new Set([...hashes, ...linked]).size).toBe(6);
  });
});
