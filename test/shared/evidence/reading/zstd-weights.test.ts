import { expect, it } from 'vitest';
import { decompress } from '../../../../shared/evidence/journal/native/decompress.ts';
import { hasEndlessWeights } from '../../../../shared/evidence/reading/zstd-weights.ts';

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
/** By zstd 1.5, nine lines of hexadecimal digits. */
const WHOLE = bytesOf(
  'KLUv/STOHQQAEgwdD7DnASRZDJXliplRS6M8JaUMRxlqRRFFmvviGGlOq3nupORp5ySNobEZ8mJB9BcMirP2effavRVHb/fMJyYic4SxIgoGZjms3JGxzrG4jMFgX3lC7vZcZNWQSzA4VqFPo38Zl7hDDwa/g5piXEUSFmKzCg4DAJGIgIaFlr8rRAFd43EJ',
);
const CONTENT_BYTES = 206;
/** Where its block begins, behind the headers of frame and block, and the table of the weights' states in it. */
const BLOCK_AT = 9;
const TABLE_AT = BLOCK_AT + 4;

it('knows a tree whose states take no bits, of which the decoder would read without end', () => {
  const damaged = WHOLE.slice();
  damaged[TABLE_AT] = (damaged[TABLE_AT] ?? 0) ^ 0x40;
  expect(hasEndlessWeights(damaged.subarray(BLOCK_AT))).toBe(true);
  expect(() => decompress('zstd', damaged, 1000)).toThrow('its Zstandard frame is damaged');
});

it('gives a whole block, and ends on one of which any bit is damaged', () => {
  expect(hasEndlessWeights(WHOLE.subarray(BLOCK_AT))).toBe(false);
  expect(decompress('zstd', WHOLE, 1000)).toHaveLength(CONTENT_BYTES);
  for (let at = BLOCK_AT; at < WHOLE.length; at += 1) {
    for (let bit = 1; bit < 256; bit *= 2) {
      const damaged = WHOLE.slice();
      damaged[at] = (damaged[at] ?? 0) ^ bit;
      try {
        expect(decompress('zstd', damaged, 1000)).toHaveLength(CONTENT_BYTES);
      } catch (thrown) {
        expect(String(thrown)).toMatch(/damaged/);
      }
    }
  }
});
