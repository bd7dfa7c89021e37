import { decodeXz } from './decode-xz.ts';
import type { ByteSource, BytesFrom, Decompress, DecompressEnd } from './decompress.ts';
import { ByteWindow } from './runs.ts';
import { type XzBlock, XzStreams } from './xz-streams.ts';

/**
 * xz, several streams after one another and padding between them included. Behind damage, reading goes on at the next block
 * that the index at the end of its stream tells the place of, or at the next stream.
 */
export const unxz: Decompress = async (next, bytesFrom, write, onGap) => {
  /** What the part at hand has given, of the block on that it begins with. */
  let writtenBytes = 0;
  let firstBlock = 0;
  let isWanted = true;
  const first = await decodeXz(next, async (output, consumedBytes) => {
    writtenBytes += output.length;
    isWanted = await write(output, consumedBytes);
    return isWanted;
  });
  if (onGap === undefined || first.damage === null || first.unsupported) return first;
  const places = new XzPlaces(bytesFrom, first.consumedBytes);
  let end: DecompressEnd = first;
  let hasGap = false;
  while (isWanted && end.damage !== null && !end.unsupported) {
    const part = await places.behind(end.consumedBytes, firstBlock, writtenBytes);
    if (part === null) break;
    firstBlock = part.firstBlock;
    writtenBytes = 0;
    const { brokenAt: from, at: to, isHeader } = part;
    await onGap({ from, to, damage: end.damage, isHeader });
    hasGap ||= !isHeader;
    const told = await decodeXz(part.from(0), async (output, consumedBytes) => {
      writtenBytes += output.length;
      isWanted = await write(output, part.placeOf(consumedBytes));
      return isWanted;
    });
    end = { ...told, consumedBytes: part.placeOf(told.consumedBytes) };
  }
  return { ...end, complete: end.complete && !hasGap };
};

/**
 * How far behind a damaged block its damage may be noticed: damaged lengths make the decoder take what follows for its own.
 * Blocks so far in front of the place are read by themselves to tell which is the damaged one.
 */
const OVERRUN_BYTES = 256 * 1024;

/** The rest of a file from a place on, as a file of its own. */
interface XzRest {
  /** Where what is damaged begins. */
  readonly brokenAt: number;
  readonly at: number;
  /** Whether what is damaged is but the header of a stream. */
  readonly isHeader: boolean;
  /** Of all blocks that are listed, the one that it begins with. */
  readonly firstBlock: number;
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
   * What comes behind damage that was noticed at a place, by one who began with a block and has given so much content since.
   * It is noticed in the block that is damaged, or behind it when its length is what is damaged. Null when nothing comes.
   */
  async behind(noticedAt: number, firstBlock: number, writtenBytes: number): Promise<XzRest | null> {
    const { listed } = this.#streams;
    const blocks = listed.flatMap((stream, index) => stream.blocks.map((block) => ({ block, stream, index })));
    if (blocks.length === 0) return this.#nextStream(noticedAt);
    // Where streams in front of those that are listed have given some of the content, that tells nothing of these.
    const isTold = firstBlock > 0 || listed[0]?.headerAt === 0;
    let contentEnd = 0;
    for (const [at, { block, stream }] of blocks.entries()) {
      if (at < firstBlock) continue;
      // In the header of a stream no block is damaged.
      const isHeader = stream.blocks[0] === block && noticedAt <= block.at;
      if (isHeader && !(await this.#isBroken(at - 1, blocks, firstBlock))) {
        const rest = this.#restOf(at, blocks, noticedAt);
        return rest === null ? null : { ...rest, brokenAt: stream.headerAt, isHeader: true };
      }
      contentEnd += block.contentBytes;
      if (!isHeader && block.end < noticedAt && !(isTold && contentEnd > writtenBytes)) continue;
      let broken = at;
      for (let before = at - 1; before >= firstBlock; before -= 1) {
        if ((blocks[before]?.block.end ?? 0) < noticedAt - OVERRUN_BYTES) break;
        if (await this.#isBroken(before, blocks, firstBlock)) broken = before;
      }
      return this.#restOf(broken + 1, blocks, noticedAt);
    }
    return null;
  }

  /** Whether a block cannot be read by itself. */
  async #isBroken(
    at: number,
    blocks: readonly { readonly block: XzBlock; readonly index: number }[],
    firstBlock: number,
  ): Promise<boolean> {
    const { block, index } = blocks[at] ?? {};
    const stream = this.#streams.listed[index ?? -1];
    if (at < firstBlock || block === undefined || stream === undefined) return false;
    const { header, tail } = this.#streams.around(stream, [block]);
    const from = (offset: number): ByteSource =>
      concatenated(offset, [
        partOf(header),
        {
          bytes: block.end - block.at,
          from: (place) => limited(this.#from(block.at + place), block.end - block.at - place),
        },
        partOf(tail),
      ]);
    const { damage } = await decodeXz(from(0), async () => true);
    return damage !== null;
  }

  #nextStream(noticedAt: number): XzRest | null {
    const at = this.#streams.nextHeader(noticedAt);
    if (at === null) return null;
    const from = (offset: number): ByteSource => this.#from(at + offset);
    return {
      brokenAt: noticedAt,
      at,
      isHeader: false,
      firstBlock: 0,
      from,
      placeOf: (consumedBytes) => at + consumedBytes,
    };
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
        partOf(header),
        {
          bytes: stream.indexAt - block.at,
          from: (at) => limited(this.#from(block.at + at), stream.indexAt - block.at - at),
        },
        partOf(tail),
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
    return { brokenAt, at: block.at, isHeader: false, firstBlock: first, from, placeOf };
  }
}

function totalBytes(from: BytesFrom, knownBytes: number): number {
  const next = from(knownBytes);
  let total = knownBytes;
  for (let chunk = next(); chunk !== null; chunk = next()) total += chunk.length;
  return total;
}

function partOf(bytes: Uint8Array) {
  return { bytes: bytes.length, from: (at: number): ByteSource => once(bytes.subarray(at)) };
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
