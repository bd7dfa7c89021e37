/** Where compressed bytes come from: each call gives the next chunk, null ends them. */
export type ByteSource = () => Uint8Array | null;

/** The bytes of a source once more, from an offset on. */
export type BytesFrom = (offset: number) => ByteSource;

/** What takes the output; false when it wants no more. Buffers it is given are not used again. */
export type TakeOutput = (output: Uint8Array, consumedBytes: number) => Promise<boolean>;

/** How a compressed stream ended. */
export interface DecompressEnd {
  /** Null when it ended as it should. */
  readonly damage: string | null;
  /** Whether all that was packed came out; also true when only something foreign follows it. */
  readonly complete: boolean;
  /** Compressed bytes taken: where it broke, when it did. */
  readonly consumedBytes: number;
  /** True when nothing is broken, but packed in a way that is not unpacked here. */
  readonly unsupported: boolean;
}

/** Compressed bytes that were passed over, since they are damaged. */
export interface Gap {
  readonly from: number;
  /** Where reading went on; the end of the compressed bytes when nothing more could be read. */
  readonly to: number;
  readonly damage: string;
  /** Whether only a header is damaged, and all content comes. */
  readonly isHeader?: boolean;
}

/** Told of a gap before the output behind it comes. Throws when no more is wanted. */
export type OnGap = (gap: Gap) => Promise<void>;

/**
 * Decompresses what `next` gives and hands every piece of output to `write` before it reads on. Damage is a result, not an
 * exception: everything that can be decompressed before it has been written. What `write` throws passes through. `from`
 * gives the same bytes once more from an offset on. With `onGap`, reading goes on behind damage, where the format allows it;
 * the end is then not complete, and its damage is what ended reading for good.
 */
export type Decompress = (
  next: ByteSource,
  from: BytesFrom,
  write: TakeOutput,
  onGap?: OnGap,
) => Promise<DecompressEnd>;

/** A compressed stream cannot be read on; thrown by decoders, turned into a DecompressEnd by `endOf`. */
export class Damage extends Error {
  override readonly name = 'Damage';
  readonly complete: boolean;
  readonly unsupported: boolean;

  constructor(message: string, how: { readonly complete?: boolean; readonly unsupported?: boolean } = {}) {
    super(message);
    this.complete = how.complete ?? false;
    this.unsupported = how.unsupported ?? false;
  }
}

/** The words for bytes that end too early, the same for every format (they are zlib's). */
export const UNEXPECTED_END = 'unexpected end of file';

/** Compressed bytes in pieces of a bounded size, from `singlyFrom` on of one byte. */
export class PieceFeed {
  readonly #next: ByteSource;
  readonly #pieceBytes: number;
  readonly #singlyFrom: number;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  suppliedBytes = 0;
  /** Where the piece begins that was taken last. */
  lastPieceAt = 0;
  /** Whether the source has ended. */
  ended = false;

  constructor(next: ByteSource, pieceBytes: number, singlyFrom: number) {
    this.#next = next;
    this.#pieceBytes = pieceBytes;
    this.#singlyFrom = singlyFrom;
  }

  take(): Uint8Array | null {
    while (this.#at >= this.#chunk.length) {
      const chunk = this.#next();
      if (chunk === null) {
        this.ended = true;
        return null;
      }
      this.#chunk = chunk;
      this.#at = 0;
    }
    const until = this.#singlyFrom - this.suppliedBytes;
    const piece = this.#chunk.subarray(this.#at, this.#at + (until > 0 ? Math.min(this.#pieceBytes, until) : 1));
    this.#at += piece.length;
    this.lastPieceAt = this.suppliedBytes;
    this.suppliedBytes += piece.length;
    return piece;
  }
}

/** One run of a library's decoder over the bytes of a feed. */
export interface Attempt {
  /** Null when it ended as it should. */
  readonly damage: Damage | null;
  /** Compressed bytes that the stream took of what was supplied. */
  readonly consumedBytes: number;
}
export type RunAttempt = (feed: PieceFeed, write: TakeOutput) => Promise<Attempt>;

/**
 * Decompresses with a library that drops the output of the very call that fails, which may be all of a small log: on damage
 * the bytes are read once more and fed one by one where it broke.
 */
export function recovering(run: RunAttempt, pieceBytes: number): Decompress {
  return async (next, from, write) => {
    let writtenBytes = 0;
    const feed = new PieceFeed(next, pieceBytes, Number.POSITIVE_INFINITY);
    const first = await run(feed, async (output, consumedBytes) => {
      writtenBytes += output.length;
      return write(output, consumedBytes);
    });
    if (first.damage === null || feed.ended) return attemptEnd(first);
    let toSkip = writtenBytes;
    const second = await run(new PieceFeed(from(0), pieceBytes, feed.lastPieceAt), async (output, consumedBytes) => {
      const rest = output.subarray(Math.min(toSkip, output.length));
      toSkip -= output.length - rest.length;
      return rest.length === 0 || write(rest, consumedBytes);
    });
    return attemptEnd(second);
  };
}

function attemptEnd({ damage, consumedBytes }: Attempt): DecompressEnd {
  return {
    damage: damage?.message ?? null,
    complete: damage?.complete ?? true,
    consumedBytes,
    unsupported: damage?.unsupported ?? false,
  };
}
