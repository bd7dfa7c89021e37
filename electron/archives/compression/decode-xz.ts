import { type Attempt, Damage, type PieceFeed, recovering, type TakeOutput, UNEXPECTED_END } from './decompress.ts';

type XzModule = typeof import('xz-decompress');

/** As much as the decoder takes at once. */
const PIECE_BYTES = 64 * 1024;

/** The decoder's results, by number. Source: enum xz_ret, https://git.tukaani.org/?p=xz-embedded.git;a=blob;f=linux/include/linux/xz.h */
function damageOf(message: string): Damage {
  switch (/error code (\d+)/.exec(message)?.[1]) {
    case '3':
    case '4':
      return new Damage('it needs a dictionary of more than 64 MiB', { unsupported: true });
    case '5':
      // Intake has seen the first header itself, so a stream was whole before this one.
      return new Damage('what follows the compressed data is not xz', { complete: true });
    case '2':
    case '6':
      return new Damage('it uses a filter or an integrity check other than LZMA2 with CRC32 or CRC64', {
        unsupported: true,
      });
    case '8':
      return new Damage(UNEXPECTED_END);
    default:
      return new Damage('the compressed data is corrupt');
  }
}

/** The decoder's class: Node finds the module's exports as its default alone, tsx (the command line from source) by name. */
async function loadDecoder(): Promise<XzModule['XzReadableStream']> {
  const loaded: Partial<XzModule> & { readonly default?: XzModule } = await import('xz-decompress');
  const decoder = loaded.XzReadableStream ?? loaded.default?.XzReadableStream;
  if (decoder === undefined) throw new Error('xz-decompress has no decoder');
  return decoder;
}

function throwAgain(failure: { readonly thrown: unknown } | null): void {
  if (failure !== null) throw failure.thrown;
}

/** xz, several streams after one another and padding between them included, up to the first damage. */
export const decodeXz = recovering(run, PIECE_BYTES);

async function run(feed: PieceFeed, write: TakeOutput): Promise<Attempt> {
  let sourceFailure: { readonly thrown: unknown } | null = null;
  const source = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        try {
          const piece = feed.take();
          if (piece === null) controller.close();
          else controller.enqueue(piece);
        } catch (thrown) {
          // What the source throws is no damage and passes through.
          sourceFailure = { thrown };
          controller.error(thrown);
        }
      },
    },
    { highWaterMark: 0 },
  );
  // Loaded when there is something to unpack: most imports have nothing, and it takes as long as some MB of journal.
  const XzReadableStream = await loadDecoder();
  const reader = new XzReadableStream(source).getReader();
  let result: Awaited<ReturnType<typeof reader.read>>;
  for (;;) {
    try {
      result = await reader.read();
    } catch (thrown) {
      throwAgain(sourceFailure);
      const damage = damageOf(thrown instanceof Error ? thrown.message : '');
      return { damage, consumedBytes: feed.suppliedBytes };
    }
    if (result.done) return { damage: null, consumedBytes: feed.suppliedBytes };
    let wanted = false;
    try {
      wanted = result.value.length === 0 || (await write(result.value, feed.suppliedBytes));
    } finally {
      if (!wanted) {
        // The decoder reads ahead by one piece; cancelled within that it would free its memory twice.
        await new Promise((resolve) => setImmediate(resolve));
        await reader.cancel().catch(() => {});
      }
    }
    if (!wanted) return { damage: null, consumedBytes: feed.suppliedBytes };
  }
}
