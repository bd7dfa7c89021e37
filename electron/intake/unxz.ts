import { decodeXz } from './decode-xz.ts';
import type { ByteSource, BytesFrom, Decompress, DecompressEnd } from './decompress.ts';
import { ByteWindow } from './runs.ts';
import { type XzBlock, XzStreams } from './xz-streams.ts';

/**
 * xz, several streams after one another and padding between them included. Behind damage, reading goes on at the next block
 * that the index at the end of its stream tells the place of, or at the next stream.
 */
export const unxz: Decompress = async (next, from, write, onGap) => {
  let writtenBytes = 0;
  let isWanted = true;
  const first = await decodeXz(next, from, async (output, consumedBytes) => {
    writtenBytes += output.length;
    isWanted = await write(output, consumedBytes);
    return isWanted;
  });
  if (onGap === undefined || first.damage === null || first.unsupported) return first;
  const places = new XzPlaces(from, first.consumedBytes);
  let end: DecompressEnd = first;
  let hasGap = false;
  while (isWanted && end.damage !== null && !end.unsupported) {
    const part = places.behind(end.consumedBytes, hasGap ? null : writtenBytes);
    if (part === null) break;
    await onGap({ from: part.brokenAt, to: part.at, damage: end.damage });
    hasGap = true;
    const told = await decodeXz(part.from(0), part.from, async (output, consumedBytes) => {
      isWanted = await write(output, part.placeOf(consumedBytes));
      return isWanted;
    });
    end = { ...told, consumedBytes: part.placeOf(told.consumedBytes) };
  }
  return { ...end, complete: end.complete && !hasGap };
};

/** The rest of a file from a place on, as a file of its own. */
interface XzRest {
  /** Where what is damaged begins. */
  readonly brokenAt: number;
  readonly at: number;
  readonly from: BytesFrom;
  /** Which place in the file so many of its bytes lead to. */
  readonly placeOf: (consumedBytes: number) => number;
}

class XzPlaces {
  readonly #from: BytesFrom;
  readonly #streams: XzStreams;

  constructor(from: BytesFrom, knownBytes: number) {
    this.#from = from;
    const window = new ByteWindow(from);
    this.#streams = new XzStreams(window, totalBytes(from, knownBytes));
  }

  /**
   * What comes behind damage that was noticed at a place, after so much content of the file (null where that is not known).
   * It is noticed in the block that is damaged, or behind it when its length is what is damaged. Null when nothing comes.
   */
  behind(noticedAt: number, writtenBytes: number | null): XzRest | null {
    const { listed } = this.#streams;
    const blocks = listed.flatMap((stream, index) => stream.blocks.map((block) => ({ block, stream, index })));
    const isWhole = listed[0]?.headerAt === 0;
    let contentEnd = 0;
    let broken = 0;
    while (broken < blocks.length) {
      const { block, stream } = blocks[broken] ?? {};
      if (block === undefined || stream === undefined) break;
      contentEnd += block.contentBytes;
      // In the header of a stream no block is damaged.
      if (stream.blocks[0] === block && noticedAt <= block.at) return this.#restOf(broken, blocks, stream.headerAt);
      if (block.end >= noticedAt || (isWhole && writtenBytes !== null && contentEnd > writtenBytes)) break;
      broken += 1;
    }
    if (blocks.length > 0) return this.#restOf(broken + 1, blocks, noticedAt);
    const at = this.#streams.nextHeader(noticedAt);
    const rest = (offset: number): ByteSource => this.#from((at ?? 0) + offset);
    return at === null ? null : { brokenAt: noticedAt, at, from: rest, placeOf: (consumedBytes) => at + consumedBytes };
  }

  #restOf(
    first: number,
    blocks: readonly { readonly block: XzBlock; readonly index: number }[],
    noticedAt: number,
  ): XzRest | null {
    const { block, index } = blocks[first] ?? {};
    const stream = this.#streams.listed[index ?? -1];
    if (block === undefined || stream === undefined) return null;
    const left = stream.blocks.slice(stream.blocks.indexOf(block));
    const { header, tail } = this.#streams.around(stream, left);
    const from = (offset: number): ByteSource =>
      concatenated(offset, [
        { bytes: header.length, from: (at) => once(header.subarray(at)) },
        {
          bytes: stream.indexAt - block.at,
          from: (at) => limited(this.#from(block.at + at), stream.indexAt - block.at - at),
        },
        { bytes: tail.length, from: (at) => once(tail.subarray(at)) },
        { bytes: Number.POSITIVE_INFINITY, from: (at) => this.#from(stream.end + at) },
      ]);
    const tailAt = header.length + stream.indexAt - block.at;
    const placeOf = (consumedBytes: number): number => {
      const behindTail = consumedBytes - tailAt - tail.length;
      if (behindTail >= 0) return stream.end + behindTail;
      return Math.min(stream.indexAt, block.at + Math.max(0, consumedBytes - header.length));
    };
    const before = blocks[first - 1]?.block;
    const brokenAt = before !== undefined && before.end >= noticedAt ? before.at : Math.min(noticedAt, block.at);
    return { brokenAt, at: block.at, from, placeOf };
  }
}

function totalBytes(from: BytesFrom, knownBytes: number): number {
  const next = from(knownBytes);
  let total = knownBytes;
  for (let chunk = next(); chunk !== null; chunk = next()) total += chunk.length;
  return total;
}

function once(bytes: Uint8Array): ByteSource {
  let isGiven = false;
  return () => {
    if (isGiven || bytes.length === 0) return null;
    isGiven = true;
    return bytes;
  };
}

function limited(next: ByteSource, bytes: number): ByteSource {
  let left = bytes;
  return () => {
    const chunk = left > 0 ? next() : null;
    if (chunk === null) return null;
    const part = chunk.subarray(0, left);
    left -= part.length;
    return part;
  };
}

/** Sources of known lengths after one another, from an offset on. */
function concatenated(
  offset: number,
  sources: readonly { readonly bytes: number; readonly from: BytesFrom }[],
): ByteSource {
  let skip = offset;
  const open: ByteSource[] = [];
  for (const { bytes, from } of sources) {
    if (skip < bytes) open.push(from(skip));
    skip = Math.max(0, skip - bytes);
  }
  return () => {
    for (let source = open[0]; source !== undefined; source = open[0]) {
      const chunk = source();
      if (chunk !== null) return chunk;
      open.shift();
    }
    return null;
  };
}
