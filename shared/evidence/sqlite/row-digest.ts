import { type Cell, readPayload } from './btree.ts';
import type { PageView } from './views.ts';

/** Bytes of one row that are compared; a longer one is told apart by its length and its beginning. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;
/** Bytes of all rows: hostile cells could share one overflow chain and be read again and again. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_ROWS = 2_000_000;

/** What a comparison may still read; it is limited once that is used up. */
export class DigestBudget {
  #bytes = MAX_BYTES;
  #rows = MAX_ROWS;

  get isSpent(): boolean {
    return this.#bytes <= 0 || this.#rows <= 0;
  }

  take(bytes: number): void {
    this.#bytes -= bytes;
    this.#rows -= 1;
  }
}

/** A number that equal rows share and different ones do not, but by a chance of one in 2^53. */
export function rowDigest(
  view: PageView,
  page: Uint8Array,
  cell: Cell,
  usableBytes: number,
  budget: DigestBudget,
): number {
  const payload = readPayload(view, page, cell, usableBytes, MAX_ROW_BYTES);
  budget.take(payload.length);
  // FNV-1a twice, with two primes.
  let high = 0x811c9dc5 ^ cell.payloadBytes;
  let low = 0x811c9dc5;
  for (const byte of payload) {
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x01000197) ^ (low >>> 15);
  }
  return (high >>> 0) * 0x200000 + (low & 0x1fffff);
}
