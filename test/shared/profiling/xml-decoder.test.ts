import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecodedRun, XmlDecoder } from '../../../shared/profiling/xml-decoder.ts';
import { runs } from '../../support/properties.ts';
import { readJUnit } from './read-junit.ts';

function decode(bytes: Uint8Array, chunkBytes = bytes.length): DecodedRun[] {
  const decoder = new XmlDecoder();
  const runs: DecodedRun[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) runs.push(...decoder.push(bytes.subarray(at, at + chunkBytes)));
  return [...runs, ...decoder.end()];
}
const textOf = (runs: readonly DecodedRun[]): string => runs.map((run) => run.text).join('');

const utf16be = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le').swap16());
const withBom = (bom: readonly number[], bytes: Uint8Array): Uint8Array => Uint8Array.from([...bom, ...bytes]);
const junit = (declaration: string): string =>
  `${declaration}<testsuite name="Prüfung €">\n<testcase name="é"/><testcase>€€</testcase></testsuite>\n`;
const latin = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => (character === '€' ? 0x80 : character.charCodeAt(0)));

describe('encodings', () => {
  it.each([
    ['UTF-8', Buffer.from(junit(''))],
    ['UTF-8, declared', Buffer.from(junit('<?xml version="1.0" encoding="utf-8"?>'))],
    ['UTF-8 with a mark', withBom([0xef, 0xbb, 0xbf], Buffer.from(junit('<?xml version="1.0"?>')))],
    [
      'UTF-16 LE with a mark',
      withBom([0xff, 0xfe], Buffer.from(junit('<?xml version="1.0" encoding="UTF-16"?>'), 'utf16le')),
    ],
    ['UTF-16 BE with a mark', withBom([0xfe, 0xff], utf16be(junit('<?xml version="1.0" encoding="UTF-16"?>')))],
    ['UTF-16 LE without a mark', Buffer.from(junit('<?xml version="1.0" encoding="UTF-16"?>'), 'utf16le')],
    ['UTF-16 BE without a mark', utf16be(junit(''))],
    ['windows-1252', latin(junit("<?xml version='1.0' encoding='windows-1252'?>"))],
  ])('reads %s', (_, bytes) => {
    const statistics = readJUnit(bytes);
    const [suite] = statistics.largestSuites;
    expect(statistics).toMatchObject({
      testcases: 2,
      damage: null,
      lines: [...bytes].filter((byte) => byte === 10).length,
    });
    expect(suite?.name).toBe('Prüfung €');
    // The element's own bytes, decoded on their own: byte 0 of UTF-16 BE is 0.
    const element = Buffer.from(bytes).subarray(suite?.byteOffset, (suite?.byteOffset ?? 0) + (suite?.byteLength ?? 0));
    const ascii = [...element]
      .filter((byte) => byte !== 0)
      .map((byte) => String.fromCharCode(byte))
      .join('');
    expect(ascii).toMatch(/^<testsuite name=.*<\/testsuite>$/s);
    for (const chunkBytes of [1, 2, 3, 5]) expect(readJUnit(bytes, chunkBytes)).toEqual(statistics);
  });

  it('reads ISO-8859-1', () => {
    const bytes = Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite name="Prüfung"><testcase/></testsuite>',
      'latin1',
    );
    expect(readJUnit(bytes)).toMatchObject({ damage: null, largestSuites: [{ name: 'Prüfung' }] });
  });

  it.each([
    ['UTF-16 that is not', 'utf-16', 'they were read as UTF-8'],
    ['an encoding of several bytes', 'Shift_JIS', 'cannot be decoded'],
    ['an encoding that nobody knows', 'x-klingon', 'cannot be decoded'],
  ])('reads the markup of %s and says so', (_, label, message) => {
    const statistics = readJUnit(`<?xml version="1.0" encoding="${label}"?><testsuite><testcase/></testsuite>`);
    expect(statistics.testcases).toBe(1);
    expect(statistics.damage?.message).toContain(message);
  });
});

describe('bytes that do not decode', () => {
  it.each([
    ['a byte of Latin-1', [0xe9], 1],
    ['a lone continuation', [0x80], 1],
    ['an overlong slash', [0xc0, 0xaf], 2],
    ['a surrogate', [0xed, 0xa0, 0x80], 3],
    ['a cut character', [0xf0, 0x9f, 0x92], 1],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], 4],
  ])('replaces %s', (_, bad, replacements) => {
    const before = '<testsuite name="';
    const bytes = Uint8Array.from([...Buffer.from(before), ...bad, ...Buffer.from('"><testcase/></testsuite>')]);
    const statistics = readJUnit(bytes);
    expect(statistics).toMatchObject({
      testcases: 1,
      damage: { line: 1, column: before.length + 1, byteOffset: before.length },
      largestSuites: [{ name: '\ufffd'.repeat(replacements), byteOffset: 0, byteLength: bytes.length }],
    });
    expect(readJUnit(bytes, 1)).toEqual(statistics);
  });

  it('replaces what the runtime replaces, and accounts for every byte', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'binary' }).map((s) => Buffer.from(s)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (pieces, chunkBytes) => {
        const bytes = Uint8Array.from([...Buffer.from('<a>'), ...pieces.flatMap((part) => [...part])]);
        const runs = decode(bytes, chunkBytes);
        expect(textOf(runs)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
        expect(runs.reduce((sum, run) => sum + run.byteLength, 0)).toBe(bytes.length);
      }),
      { numRuns: runs(150) },
    );
  });

  it('replaces halves of surrogate pairs in UTF-16', () => {
    const units = fc.array(fc.constantFrom(0x41, 0xd83d, 0xdcb6, 0x20ac), { maxLength: 12 });
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 9 }), fc.boolean(), (codes, chunkBytes, odd) => {
        const bytes = Uint8Array.from([
          0xff,
          0xfe,
          ...codes.flatMap((code) => [code & 0xff, code >> 8]),
          ...(odd ? [0x41] : []),
        ]);
        const runs = decode(bytes, chunkBytes);
        const whole = bytes.subarray(0, bytes.length - (odd ? 1 : 0));
        expect(textOf(runs)).toBe(new TextDecoder('utf-16le').decode(whole) + (odd ? '\ufffd' : ''));
        expect(runs.reduce((sum, run) => sum + run.byteLength, 0)).toBe(bytes.length);
      }),
    );
  });
});
