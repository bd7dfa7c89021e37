import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { isWideText, WideText } from '../../../../shared/evidence/reading/wide-text.ts';

const LINES = [
  '2026-03-02T07:10:00+00:00 vm app[7]: Prüfung läuft \u{1f600}',
  '2026-03-02T07:10:01+00:00 vm app[7]: done',
];
const TEXT = `${LINES.join('\r\n')}\r\n`;
const LE = Buffer.from(TEXT, 'utf16le');
const BE = Buffer.from(LE).swap16();
const MARK_LE = Buffer.from([0xff, 0xfe]);
const MARK_BE = Buffer.from([0xfe, 0xff]);
const UTF8 = Buffer.from(TEXT);

const narrowed = (bytes: Uint8Array, cuts: readonly number[] = []): string => {
  const text = new WideText();
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    parts.push(text.push(bytes.subarray(from, to)));
    from = to;
  }
  return Buffer.concat([...parts, text.end()]).toString();
};

describe('text in UTF-16', () => {
  it.each([
    ['little-endian with a mark', Buffer.concat([MARK_LE, LE]), TEXT],
    ['little-endian without', LE, TEXT],
    ['big-endian with a mark', Buffer.concat([MARK_BE, BE]), TEXT],
    ['big-endian without', BE, TEXT],
    ['behind UTF-8', Buffer.concat([UTF8, LE]), TEXT + TEXT],
    ['with a mark behind UTF-8', Buffer.concat([UTF8, MARK_LE, LE]), TEXT + TEXT],
    ['in front of UTF-8', Buffer.concat([MARK_LE, LE, UTF8]), TEXT + TEXT],
  ])('%s becomes UTF-8, in chunks of any size', (_, bytes, expected) => {
    expect(isWideText(bytes)).toBe(true);
    expect(detectFormat(bytes, 'a.txt', bytes.length).format).toBe('utf-16');
    expect(narrowed(bytes)).toBe(expected);
    for (let cut = 1; cut < bytes.length; cut += 1) expect(narrowed(bytes, [cut])).toBe(expected);
    expect(narrowed(bytes, Array.from(bytes.keys()))).toBe(expected);
  });

  it.each([
    ['UTF-8', UTF8],
    ['UTF-8 with a run of NULs', Buffer.concat([Buffer.alloc(4096), UTF8])],
    ['XML, which says its own encoding', Buffer.concat([MARK_LE, Buffer.from('<?xml version="1.0"?><a/>', 'utf16le')])],
    ['a program with texts in it', Buffer.concat([Buffer.from(Array.from({ length: 512 }, (_, at) => at % 32)), LE])],
  ])('%s is none', (_, bytes) => {
    expect(isWideText(bytes)).toBe(false);
  });
});

describe('text with NULs in it', () => {
  it('is told by what is left', () => {
    const bytes = Buffer.concat([Buffer.alloc(4096), UTF8]);
    expect(detectFormat(bytes, 'a.txt', bytes.length).format).toBe('journal-short-iso');
    expect(detectFormat(Buffer.alloc(4096), 'a.bin', 4096).format).toBe('unknown');
  });
});
