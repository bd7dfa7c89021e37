import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDecoration, type Line, LineReader } from '../../../../shared/evidence/reading/lines.ts';
import { bytesOf } from '../support.ts';

function linesOf(bytes: Uint8Array, chunkBytes: number, limitBytes?: number): readonly Line[] {
  const reader = new LineReader(0, 1, limitBytes);
  const lines: Line[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.push(bytes.slice(at, at + chunkBytes), (line) => lines.push(line));
  }
  reader.end((line) => lines.push(line));
  return lines;
}

describe('LineReader', () => {
  it('gives offsets, lengths and numbers without line ends', () => {
    const lines = linesOf(bytesOf('one\r\n\nthree'), 1024);
    expect(
      lines.map(({ text, byteOffset, byteLength, number, terminated }) => [
        text,
        byteOffset,
        byteLength,
        number,
        terminated,
      ]),
    ).toEqual([
      ['one', 0, 3, 1, true],
      ['', 5, 0, 2, true],
      ['three', 6, 5, 3, false],
    ]);
  });

  it('takes NULs in front of a line and every CR before its end for no part of its text', () => {
    for (const chunkBytes of [1, 3, 1024]) {
      const lines = linesOf(bytesOf('\0\0\0one\r\r\n\r\r\ntw\0o\n'), chunkBytes);
      expect(lines.map(({ text, byteOffset, byteLength }) => [text, byteOffset, byteLength])).toEqual([
        ['one', 0, 6],
        ['', 9, 0],
        ['tw\0o', 12, 4],
      ]);
    }
  });

  it('begins where it is told to', () => {
    const reader = new LineReader(1000, 42);
    const lines: Line[] = [];
    reader.push(bytesOf('a\nb\n'), (line) => lines.push(line));
    expect(lines.map(({ byteOffset, number }) => [byteOffset, number])).toEqual([
      [1000, 42],
      [1002, 43],
    ]);
  });

  it('gives the same lines for any chunks, and loses no byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'ü', '日', '\n', '\r', '\r\n', 'long enough'), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 4, max: 40 }),
        (parts, chunkBytes, limitBytes) => {
          const bytes = bytesOf(parts.join(''));
          const lines = linesOf(bytes, chunkBytes, limitBytes);
          expect(lines).toEqual(linesOf(bytes, 1_000_000, limitBytes));
          for (const [index, line] of lines.entries()) {
            const next = lines[index + 1]?.byteOffset ?? bytes.length;
            const between = bytes.subarray(line.byteOffset + line.byteLength, next);
            expect([...between].filter((byte) => byte !== 0x0a && byte !== 0x0d)).toEqual([]);
          }
        },
      ),
    );
  });

  it('cuts a line at the limit, counts the rest and goes on', () => {
    const lines = linesOf(bytesOf(`${'x'.repeat(30)}\nshort\n`), 7, 10);
    expect(lines.map(({ text, byteLength, cut, byteOffset }) => [text, byteLength, cut, byteOffset])).toEqual([
      ['xxxxxxxxxx', 30, true, 0],
      ['short', 5, false, 31],
    ]);
  });

  it('says which lines are not UTF-8', () => {
    const bytes = new Uint8Array([0x61, 0xff, 0x0a, ...bytesOf('fine \uFFFD\n')]);
    expect(linesOf(bytes, 3).map(({ invalid }) => invalid)).toEqual([true, false]);
  });
});

it('knows what gathers around an export and what does not', () => {
  for (const text of [
    '',
    '  ',
    '# a comment',
    '$ journalctl -u tracker',
    'root@vm:~# ps aux',
    '[root@vm ~]# free -m',
  ]) {
    expect(isDecoration(text), text).toBe(true);
  }
  for (const text of ['#', 'text', '100 % of it', '[2026-01-28 04:10:19 +0000] [1] [INFO] x']) {
    expect(isDecoration(text), text).toBe(text === '#');
  }
});
