import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiLines, hexLines, isText, textLines } from '../../../renderer/screens/file-lines.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const NOWHERE = { from: 0, to: 0 };

describe('bytes as lines of text', () => {
  it('have their numbers, and what is cited apart', () => {
    const lines = textLines(bytesOf('one\ntwo three\r\nfour'), 100, 7, { from: 104, to: 107 });
    expect(lines).toEqual([
      { offset: 100, line: 7, before: 'one', cited: '', after: '' },
      { offset: 104, line: 8, before: '', cited: 'two', after: ' three' },
      { offset: 115, line: 9, before: 'four', cited: '', after: '' },
    ]);
  });

  it('show every character, and a long line in pieces of one number', () => {
    const [first] = textLines(bytesOf('a\u001b[2J\u202eb'), 0, 1, NOWHERE);
    expect(first?.before).toBe('a\\u{1b}[2J\\u{202e}b');
    const long = textLines(bytesOf(`${'x'.repeat(4_500)}\nend`), 0, 1, NOWHERE);
    expect(long.map(({ line }) => line)).toEqual([1, 1, 1, 2]);
  });

  it('leave no byte out and show none twice', () => {
    const part = fc.constantFrom('a', 'bc', '\n', 'é', '\n\n');
    fc.assert(
      fc.property(fc.array(part), fc.nat(20), fc.nat(20), (parts, from, length) => {
        const text = parts.join('');
        const lines = textLines(bytesOf(text), 0, 1, NOWHERE);
        expect(lines.map(({ before, cited, after }) => before + cited + after).join('\n')).toBe(
          text.replace(/\n$/, ''),
        );
        const cut = textLines(bytesOf(text.replaceAll('é', 'e')), 0, 1, { from, to: from + length });
        expect(cut.map(({ before, cited, after }) => before + cited + after).join('\n')).toBe(
          text.replaceAll('é', 'e').replace(/\n$/, ''),
        );
      }),
    );
  });
});

describe('bytes in rows', () => {
  it('are numbers of two digits and characters, sixteen in a row, with what is cited apart', () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, index) => index + 0x3f);
    const cited = { from: 1_000 + 15, to: 1_000 + 17 };
    const [one, two] = hexLines(bytes, 1_000, cited);
    expect(one).toMatchObject({ offset: 1_000, cited: '4e ', after: '' });
    expect(one?.before.startsWith('3f 40 41 ')).toBe(true);
    expect(two).toMatchObject({ offset: 1_016, before: '', cited: '4f ', after: '50 51 52 ' });
    expect(asciiLines(bytes, 1_000, cited).map(({ cited: letters }) => letters)).toEqual(['N', 'O']);
    expect(asciiLines(Uint8Array.from([0, 0x41, 0xff]), 0, NOWHERE)[0]?.before).toBe('.A.');
  });
});

describe('isText', () => {
  it('tells UTF-8, cut anywhere, from bytes', () => {
    const bytes = bytesOf('äöü ß €'.repeat(20));
    for (let cut = 0; cut < 6; cut += 1) expect(isText(bytes.subarray(cut, bytes.length - cut))).toBe(true);
    expect(isText(Uint8Array.from([0x53, 0x51, 0x4c, 0]))).toBe(false);
    expect(isText(Uint8Array.from({ length: 200 }, (_, index) => 1 + (index % 255)))).toBe(false);
  });
});
