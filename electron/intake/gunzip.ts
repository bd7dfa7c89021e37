import { createGunzip } from 'node:zlib';

/** How a gzip stream ended. */
export interface GunzipEnd {
  /** Null when it ended as it should. */
  readonly damage: string | null;
  /** Whether all that was packed came out; also true when only something foreign follows it. */
  readonly complete: boolean;
  /** Compressed bytes taken: where it broke, when it did. */
  readonly consumedBytes: number;
}

/**
 * Compressed bytes handed to zlib at a time. Deflate expands at most 1032 times (https://zlib.net/zlib_tech.html), so what
 * waits to be taken stays below 17 MB even for a bomb.
 */
const PIECE_BYTES = 16 * 1024;
const OUTPUT_CHUNK_BYTES = 64 * 1024;

/** What takes the output; false when it wants no more. */
export type TakeOutput = (output: Uint8Array, consumedBytes: number) => Promise<boolean>;

/**
 * Inflates what `next` gives (null ends it) and hands every output chunk to `write` before it reads on. Damage is a result,
 * not an exception: everything that can be inflated before it has been written. What `write` throws passes through.
 *
 * Node's own pipelines destroy the stream on an error and drop what it had already inflated, hence the explicit loop. zlib
 * also drops the output of the very call that fails, which may be all of a small log; so on damage the bytes are read once
 * more (`again` gives them from the beginning) and fed one by one where it broke.
 */
export async function gunzip(
  next: () => Uint8Array | null,
  again: () => () => Uint8Array | null,
  write: TakeOutput,
): Promise<GunzipEnd> {
  let writtenBytes = 0;
  const first = await inflate(next, Number.POSITIVE_INFINITY, async (output, consumedBytes) => {
    writtenBytes += output.length;
    return write(output, consumedBytes);
  });
  if (first.damage === null || first.damage.atEnd) return gunzipEnd(first);
  let toSkip = writtenBytes;
  const second = await inflate(again(), first.lastPieceAt, async (output, consumedBytes) => {
    const rest = output.subarray(Math.min(toSkip, output.length));
    toSkip -= output.length - rest.length;
    return rest.length === 0 || write(rest, consumedBytes);
  });
  return gunzipEnd(second);
}

interface Inflation {
  /** `atEnd`: nothing was wrong but that the bytes ended. */
  readonly damage: { readonly message: string; readonly atEnd: boolean } | null;
  readonly suppliedBytes: number;
  /** Where the piece begins that was handed to zlib last. */
  readonly lastPieceAt: number;
}

/** zlib's words for a gzip member that does not begin like one. */
const NO_GZIP_HEADER = 'incorrect header check';

function gunzipEnd({ damage, suppliedBytes }: Inflation): GunzipEnd {
  if (damage === null) return { damage: null, complete: true, consumedBytes: suppliedBytes };
  // A header can only be wrong where a member was whole before it: intake has seen the first header itself.
  if (damage.message === NO_GZIP_HEADER) {
    return { damage: 'what follows the compressed data is not gzip', complete: true, consumedBytes: suppliedBytes };
  }
  return { damage: damage.message, complete: false, consumedBytes: suppliedBytes };
}

/** Inflates in pieces, from `singlyFrom` on of one byte. Stops at damage or when `write` wants no more. */
async function inflate(next: () => Uint8Array | null, singlyFrom: number, write: TakeOutput): Promise<Inflation> {
  const stream = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
  const outputs: Uint8Array[] = [];
  let failure: string | null = null;
  let wanted = true;
  let suppliedBytes = 0;
  let lastPieceAt = 0;
  stream.on('data', (output: Uint8Array) => outputs.push(output));
  stream.on('error', (error) => {
    failure = error.message;
  });
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  const flush = async (): Promise<void> => {
    for (const output of outputs.splice(0)) wanted = wanted && (await write(output, suppliedBytes));
  };

  try {
    for (let chunk = next(); chunk !== null && failure === null && wanted; chunk = next()) {
      for (let from = 0; from < chunk.length && failure === null && wanted; ) {
        const pieceBytes = suppliedBytes < singlyFrom ? Math.min(PIECE_BYTES, singlyFrom - suppliedBytes) : 1;
        const piece = chunk.subarray(from, from + pieceBytes);
        from += piece.length;
        lastPieceAt = suppliedBytes;
        suppliedBytes += piece.length;
        // On damage zlib closes the stream and never calls back for the piece at hand.
        await Promise.race([new Promise<void>((resolve) => stream.write(piece, () => resolve())), closed]);
        await flush();
      }
    }
    const atEnd = failure === null;
    if (atEnd && wanted) {
      stream.end();
      await closed;
    }
    await flush();
    return { damage: failure === null ? null : { message: failure, atEnd }, suppliedBytes, lastPieceAt };
  } finally {
    stream.destroy();
  }
}
