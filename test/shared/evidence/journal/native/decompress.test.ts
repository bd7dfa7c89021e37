import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../../../../shared/evidence/journal/native/decompress.ts';
import { runs } from '../../../../support/properties.ts';
import { bytesOf, textOf } from '../../support.ts';
import { nativeFixture } from './support.ts';

const LIMIT_BYTES = 1024 * 1024;
const PAYLOADS = (['xz', 'lz4', 'zstd'] as const).map((name) => [name, longestPayload(name)] as const);

/** The compressed payload of a fixture's long message. */
function longestPayload(name: 'xz' | 'lz4' | 'zstd'): Uint8Array {
  const bytes = nativeFixture(name);
  const view = new DataView(bytes.buffer);
  const payloadAt = (bytes[12] ?? 0) & 16 ? 72 : 64;
  const tail = Number(view.getBigUint64(136, true));
  for (let at = Number(view.getBigUint64(88, true)); at <= tail; ) {
    const size = Number(view.getBigUint64(at + 8, true));
    if (bytes[at] === 1 && bytes[at + 1] !== 0) return bytes.slice(at + payloadAt, at + size);
    at += Math.ceil(size / 8) * 8;
  }
  throw new Error(`no compressed data in ${name}`);
}

describe.each(PAYLOADS)('%s', (name, payload) => {
  it('gives the whole message', () => {
    const text = textOf(decompress(name, payload, LIMIT_BYTES));
    expect(text).toMatch(/^MESSAGE=2026-11-24 .*\n[\s\S]*database is locked$/);
    expect(text).toHaveLength(5082 + 'MESSAGE='.length);
  });

  it('refuses to give more than a limit', () => {
    expect(() => decompress(name, payload, 1000)).toThrow('too large');
  });

  it('ends on damage within the limit, with an Error or with bytes', () => {
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.uint8Array({ minLength: 1, maxLength: 20 }), (at, garbage) => {
        const damaged = payload.slice();
        damaged.set(garbage.subarray(0, damaged.length - at), at);
        try {
          expect(decompress(name, damaged, LIMIT_BYTES).length).toBeLessThanOrEqual(LIMIT_BYTES);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('refuses a payload that is cut', () => {
    for (const length of [0, 3, 9, 20, payload.length >> 1, payload.length - 1]) {
      let out: Uint8Array | null = null;
      try {
        out = decompress(name, payload.subarray(0, length), LIMIT_BYTES);
      } catch {
        continue;
      }
      // The index at the end of an XZ stream is not needed.
      expect(name === 'xz' ? length : -1).toBe(payload.length - 1);
      expect(out).toHaveLength(5082 + 'MESSAGE='.length);
    }
  });
});

describe('LZ4 blocks', () => {
  const sized = (size: number, block: readonly number[]): Uint8Array =>
    Uint8Array.from([size, 0, 0, 0, 0, 0, 0, 0, ...block]);

  it('repeats what a match overlaps', () => {
    // 'ab', then 10 bytes from 2 back, then 'end!!'
    const block = [0x26, 0x61, 0x62, 2, 0, 0x50, ...bytesOf('end!!')];
    expect(textOf(decompress('lz4', sized(17, block), 100))).toBe('abababababab' + 'end!!');
  });

  it.each([
    ['a distance of zero', 17, [0x26, 0x61, 0x62, 0, 0, 0x50, ...bytesOf('end!!')]],
    ['a distance before the beginning', 17, [0x26, 0x61, 0x62, 3, 0, 0x50, ...bytesOf('end!!')]],
    ['more than its size', 4, [0x50, ...bytesOf('end!!')]],
    ['less than its size', 6, [0x50, ...bytesOf('end!!')]],
    ['literals beyond its end', 5, [0x50, 0x61]],
  ])('refuses %s', (_what, size, block) => {
    expect(() => decompress('lz4', sized(size, block), 100)).toThrow('damaged');
  });
});
