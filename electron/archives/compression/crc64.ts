import { existing } from '../../../shared/model/existing.ts';

/** ECMA-182, reflected. Source: https://tukaani.org/xz/xz-file-format.txt, section 6 */
const POLYNOMIAL = 0xc96c5795d7870f42n;
/** Bytes that are taken at a time. */
const STEP = 4;
/** By a byte's distance from the end of a step and by the byte: what it makes of the sum, in two words of 32 bits. */
const { low: LOW, high: HIGH } = tables();

function tables(): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const sums = new BigUint64Array(STEP * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let sum = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1n) === 1n ? (sum >> 1n) ^ POLYNOMIAL : sum >> 1n;
    sums[byte] = sum;
  }
  for (let at = 256; at < sums.length; at += 1) {
    const sum = sums[at - 256] ?? 0n;
    sums[at] = (sum >> 8n) ^ (sums[Number(sum & 0xffn)] ?? 0n);
  }
  return {
    low: Uint32Array.from(sums, (sum) => Number(sum & 0xffffffffn)),
    high: Uint32Array.from(sums, (sum) => Number(sum >> 32n)),
  };
}

/** The CRC64 of xz over content in parts. */
export class Crc64 {
  #low = -1;
  #high = -1;

  update(content: Uint8Array): void {
    let low = this.#low;
    let high = this.#high;
    let at = 0;
    for (const end = content.length - (content.length % STEP); at < end; at += STEP) {
      const a = 0x300 | ((low ^ existing(content[at], at)) & 0xff);
      const b = 0x200 | (((low >>> 8) ^ existing(content[at + 1], at)) & 0xff);
      const c = 0x100 | (((low >>> 16) ^ existing(content[at + 2], at)) & 0xff);
      const d = (low >>> 24) ^ existing(content[at + 3], at);
      low = high ^ tableAt(LOW, a) ^ tableAt(LOW, b) ^ tableAt(LOW, c) ^ tableAt(LOW, d);
      high = tableAt(HIGH, a) ^ tableAt(HIGH, b) ^ tableAt(HIGH, c) ^ tableAt(HIGH, d);
    }
    for (; at < content.length; at += 1) {
      const place = (low ^ existing(content[at], at)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ tableAt(LOW, place);
      high = (high >>> 8) ^ tableAt(HIGH, place);
    }
    this.#low = low;
    this.#high = high;
  }

  /** The lowest byte first. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, ~this.#low, true);
    view.setInt32(4, ~this.#high, true);
    return bytes;
  }
}

function tableAt(table: Uint32Array, place: number): number {
  return existing(table[place], place);
}
