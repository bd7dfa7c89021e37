import { createGunzip, createInflateRaw } from 'node:zlib';
import { type Attempt, type ByteSource, Damage, PieceFeed, recovering, type TakeOutput } from './decompress.ts';

/**
 * Compressed bytes handed to zlib at a time. Deflate expands at most 1032 times (https://zlib.net/zlib_tech.html), so what
 * waits to be taken stays below 17 MB even for a bomb.
 */
const PIECE_BYTES = 16 * 1024;
const OUTPUT_CHUNK_BYTES = 64 * 1024;

/** zlib's words for a gzip member that does not begin like one. */
const NO_GZIP_HEADER = 'incorrect header check';

/** gzip, several members after one another included, up to the first damage. */
export const inflateMembers = recovering(
  (feed, write) => run(createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES }), feed, write),
  PIECE_BYTES,
);

/** Deflate without a wrapper, as in ZIP. It tells its own end: `consumedBytes` is where it lies. */
export const inflateRaw = recovering(
  (feed, write) => run(createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES }), feed, write),
  PIECE_BYTES,
);

/**
 * One run over deflated bytes, of which none is given twice: what is before damage may not all come out. `consumedBytes` is
 * where they end.
 */
export function tryInflateRaw(next: ByteSource, write: TakeOutput): Promise<Attempt> {
  return run(
    createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES }),
    new PieceFeed(next, PIECE_BYTES, Number.POSITIVE_INFINITY),
    write,
  );
}

function damageOf(message: string): Damage {
  // A header can only be wrong where a member was whole before it: intake has seen the first header itself.
  if (message === NO_GZIP_HEADER) return new Damage('what follows the compressed data is not gzip', { complete: true });
  return new Damage(message);
}

/**
 * Feeds zlib until it ends, fails, or `write` wants no more. Node's own pipelines destroy the stream on an error and drop
 * what it had already inflated, hence the explicit loop.
 */
async function run(
  stream: ReturnType<typeof createGunzip> | ReturnType<typeof createInflateRaw>,
  feed: PieceFeed,
  write: TakeOutput,
): Promise<Attempt> {
  const outputs: Uint8Array[] = [];
  let failure: string | null = null;
  let ended = false;
  let wanted = true;
  stream.on('data', (output: Uint8Array) => outputs.push(output));
  stream.on('error', (error) => {
    failure = error.message;
  });
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  // zlib is done before its input is: what follows the compressed data is not its own.
  const over = new Promise<void>((resolve) =>
    stream.once('end', () => {
      ended = true;
      resolve();
    }),
  );
  const flush = async (): Promise<void> => {
    for (const output of outputs.splice(0)) wanted = wanted && (await write(output, feed.suppliedBytes));
  };

  try {
    while (failure === null && wanted && !ended) {
      const piece = feed.take();
      if (piece === null) break;
      // On damage zlib closes the stream and never calls back for the piece at hand.
      await Promise.race([new Promise<void>((resolve) => stream.write(piece, () => resolve())), closed, over]);
      await flush();
    }
    if (failure === null && wanted && !ended) {
      stream.end();
      await Promise.race([closed, over]);
    }
    await flush();
    return {
      damage: failure === null ? null : damageOf(failure),
      consumedBytes: ended ? stream.bytesWritten : feed.suppliedBytes,
    };
  } finally {
    stream.destroy();
  }
}
