import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readColumn, readRecordLayout, readVarint, storageClass } from '../../../../shared/evidence/sqlite/record.ts';

/** The varint of fileformat2 ("A variable-length integer"), written the other way round. */
function encodeVarint(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  if (rest >= 1n << 56n) {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
    for (let index = 0; index < 8; index += 1) {
      bytes.unshift(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return Uint8Array.from(bytes);
  }
  bytes.unshift(Number(rest & 0x7fn));
  for (rest >>= 7n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from(bytes);
}

describe('readVarint', () => {
  it('reads back every 64-bit integer, as a number where a double holds it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = encodeVarint(value);
        const read = readVarint(bytes, 0, bytes.length);
        expect(read?.length).toBe(bytes.length);
        expect(BigInt(read?.value ?? 0)).toBe(value);
        const safe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(typeof read?.value).toBe(safe ? 'number' : 'bigint');
        expect(readVarint(bytes, 0, bytes.length - 1)).toBeNull();
      }),
    );
  });
});

describe('records', () => {
  // header length 9, then serial types NULL, 8-bit, 24-bit, 64-bit, float, 0, 1, text of 2, and the values.
  const payload = Uint8Array.from([
    9, 0, 1, 3, 6, 7, 8, 9, 17, 0xfe, 0x01, 0x00, 0x00, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 0x68,
    0x69,
  ]);

  it('reads every kind of value', () => {
    const layout = readRecordLayout(payload);
    if (layout === null) throw new Error('no layout');
    const values = layout.serialTypes.map((_, column) => readColumn(payload, layout, column, 'utf-8'));
    expect(values).toEqual([null, -2, 65536, -(2n ** 63n), 0.5, 0, 1, 'hi']);
    expect(layout.serialTypes.map(storageClass)).toEqual([
      'null',
      'integer',
      'integer',
      'integer',
      'real',
      'integer',
      'integer',
      'text',
    ]);
    expect(readColumn(payload.subarray(0, 30), layout, 7, 'utf-8')).toBeUndefined();
    expect(readColumn(payload, layout, 8, 'utf-8')).toBeUndefined();
  });

  it('refuses reserved serial types and headers that are cut off', () => {
    expect(readRecordLayout(Uint8Array.from([2, 10]))).toBeNull();
    expect(readRecordLayout(payload.subarray(0, 5))).toBeNull();
    expect(readRecordLayout(new Uint8Array(0))).toBeNull();
  });
});
