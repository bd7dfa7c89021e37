import { createGunzip } from 'node:zlib';

/** How a gzip stream ended. */
export interface GunzipEnd {
  /** Null when it ended as it should. */
  readonly damage: string | null;
  /** Whether all that was packed came out; also true when only something foreign follows it. */
  readonly complete: boolean;
  /** Compressed bytes that were understood: where it broke, when it did. */
  readonly consumedBytes: number;
}

/**
 * Compressed bytes handed to zlib at a time. Deflate expands at most 1032 times (https://zlib.net/zlib_tech.html), so what
 * waits to be taken stays below 17 MB even for a bomb.
 */
const PIECE_BYTES = 16 * 1024;
const OUTPUT_CHUNK_BYTES = 64 * 1024;

/**
 * Inflates what `next` gives (null ends it) and hands every output chunk to `write` before it reads on; `write` returns false
 * when it wants no more. Damage is a result, not an exception: everything inflated before it has been written. What `write`
 * throws passes through.
 *
 * Node's own pipelines destroy the stream on an error and drop what it had already inflated; hence the explicit loop.
 */
export async function gunzip(
  next: () => Uint8Array | null,
  write: (output: Uint8Array, consumedBytes: number) => Promise<boolean>,
): Promise<GunzipEnd> {
  const inflate = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
  const outputs: Uint8Array[] = [];
  let damage: string | null = null;
  let wanted = true;
  let suppliedBytes = 0;
  inflate.on('data', (output: Uint8Array) => outputs.push(output));
  inflate.on('error', (error) => {
    damage = error.message;
  });
  const closed = new Promise<void>((resolve) => inflate.once('close', resolve));
  const flush = async (): Promise<void> => {
    for (const output of outputs.splice(0)) wanted = wanted && (await write(output, inflate.bytesWritten));
  };

  try {
    for (let chunk = next(); chunk !== null && damage === null && wanted; chunk = next()) {
      for (let from = 0; from < chunk.length && damage === null && wanted; from += PIECE_BYTES) {
        const piece = chunk.subarray(from, from + PIECE_BYTES);
        suppliedBytes += piece.length;
        // On damage zlib closes the stream and never calls back for the piece at hand.
        await Promise.race([new Promise<void>((resolve) => inflate.write(piece, () => resolve())), closed]);
        await flush();
      }
    }
    if (damage === null && wanted) {
      inflate.end();
      await closed;
    }
    await flush();
    const consumedBytes = inflate.bytesWritten;
    const complete = damage === null;
    if (complete && wanted && consumedBytes < suppliedBytes) {
      // gzip(1) ignores what follows the last member, such as a tape's padding. It is not unpacked, so it is named.
      damage = `${suppliedBytes - consumedBytes} bytes follow the compressed data and belong to nothing`;
    }
    return { damage, complete, consumedBytes };
  } finally {
    inflate.destroy();
  }
}
