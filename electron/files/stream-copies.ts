import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makePrivateFolder, removePrivateFolder } from './private-folders.ts';

/** What stands for standard input among paths. */
const STANDARD_INPUT = '-';
// /dev/fd/63, which a shell's <(...) is, /dev/stdin, /proc/self/fd/0
const OPEN_FILE = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/self\/fd\/\d+)$/;

/** Paths, with a copy in place of each that can be read only once. */
export interface StreamCopies {
  readonly paths: readonly string[];
  /** Removes the copies. */
  dispose(): Promise<void>;
}

/**
 * Copies what is given as a stream, so that it can be read like a file: standard input (`-`), what a shell's `<(...)` stands
 * for, named pipes. Other paths stay as they are. Rejects with the file system's error, and with an Error where a stream
 * gives more than `mostBytes` bytes; ends reading on `signal`.
 */
export async function copyStreams(
  paths: readonly string[],
  {
    mostBytes,
    signal,
    standardInput = () => process.stdin,
  }: { mostBytes: number; signal: AbortSignal; standardInput?: () => Readable },
): Promise<StreamCopies> {
  let folder: string | null = null;
  const dispose = async (): Promise<void> => {
    if (folder !== null) await removePrivateFolder(folder);
  };
  const copies = new Map<string, string>();
  try {
    for (const path of new Set(paths)) {
      if (!(await isStream(path))) continue;
      folder ??= await makePrivateFolder();
      const copy = join(folder, nameOf(path, copies.size));
      // Not its descriptor: Node 20 has it not wait as soon as a module imports node:process, and a read is EAGAIN then.
      const source = path === STANDARD_INPUT ? standardInput() : createReadStream(path);
      await pipeline(source, limited(path, mostBytes), createWriteStream(copy, { flags: 'wx', mode: 0o600 }), {
        signal,
      });
      copies.set(path, copy);
    }
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
  return { paths: paths.map((path) => copies.get(path) ?? path), dispose };
}

async function isStream(path: string): Promise<boolean> {
  if (path === STANDARD_INPUT || OPEN_FILE.test(path)) return true;
  return (await stat(path).catch(() => null))?.isFIFO() ?? false;
}

function nameOf(path: string, before: number): string {
  const name = path === STANDARD_INPUT || path === '/dev/stdin' ? 'stdin' : basename(path);
  return /^\d+$/.test(name) ? `stream-${name}` : before === 0 ? name : `${before + 1}-${name}`;
}

function limited(path: string, mostBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      if (bytes > mostBytes) done(new Error(`${path} gives more than ${mostBytes} bytes. Give it as a file.`));
      else done(null, chunk);
    },
  });
}
