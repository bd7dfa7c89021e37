import type { BytesFrom } from './decompress.ts';

/** Bytes of a source by place, a chunk of it kept: for looking forward, little by little. */
export class ByteWindow {
  readonly #from: BytesFrom;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #next: (() => Uint8Array | null) | null = null;

  constructor(from: BytesFrom) {
    this.#from = from;
  }

  /** Up to `count` bytes from a place on; fewer only at the end. */
  bytes(at: number, count: number): Uint8Array {
    if (this.#next === null || at < this.#at || at > this.#at + this.#bytes.length) {
      this.#next = this.#from(at);
      this.#bytes = new Uint8Array(0);
      this.#at = at;
    }
    while (at + count > this.#at + this.#bytes.length) {
      const chunk = this.#next();
      if (chunk === null) break;
      const kept = this.#bytes.subarray(Math.max(0, at - this.#at));
      this.#at += this.#bytes.length - kept.length;
      this.#bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    }
    return this.#bytes.subarray(at - this.#at, at - this.#at + count);
  }

  /** Where some bytes lie next, before another place; null when they do not. */
  find(magic: Uint8Array, at: number, to: number = Number.POSITIVE_INFINITY): number | null {
    for (let place = at; place < to; ) {
      const here = this.bytes(place, magic.length);
      if (here.length < magic.length) return null;
      const held = this.#bytes.subarray(place - this.#at);
      const found = Buffer.from(held.buffer, held.byteOffset, held.length).indexOf(magic);
      if (found !== -1) return place + found;
      place += held.length - magic.length + 1;
    }
    return null;
  }
}

/** Parts of a compressed file (members, frames, streams) that lie right behind one another. */
export interface Run {
  readonly starts: readonly number[];
  readonly end: number;
}

/** Where a part that may begin at a place ends, if it is one, and whether that is because the file ends. */
export type PartEnd = { readonly end: number; readonly isCut: boolean } | null;

/**
 * The runs of whole parts behind damage. A part within the content of another looks like one of the file: so they are
 * believed only when the last run goes to the end of the file, as the parts of a file do.
 */
export async function runsBehind(
  at: number,
  candidate: (at: number) => number | null,
  partEnd: (at: number) => Promise<PartEnd> | PartEnd,
  isEnd: (at: number) => boolean,
): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let place = candidate(at); place !== null; ) {
    const starts: number[] = [];
    let end = place;
    let isCut = false;
    while (!isCut && !isEnd(end)) {
      const part = await partEnd(end);
      if (part === null || (part.isCut && starts.length === 0)) break;
      starts.push(end);
      ({ end, isCut } = part);
    }
    if (starts.length > 0) {
      runs.push({ starts, end });
      if (isCut || isEnd(end)) return runs;
    }
    place = candidate(Math.max(end, place + 1));
  }
  return [];
}
