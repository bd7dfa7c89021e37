const ZEROS = Buffer.alloc(256 * 1024);

/**
 * Copies a chunk into place unless it is all zeros, which a new array holds anyway: the holes of a sparse file then take no
 * memory, since the system gives a page to what is written only.
 */
export function putUnlessZero(target: Uint8Array, at: number, chunk: Uint8Array): void {
  for (let from = 0; from < chunk.length; from += ZEROS.length) {
    const part = chunk.subarray(from, from + ZEROS.length);
    if (Buffer.compare(part, ZEROS.subarray(0, part.length)) !== 0) target.set(part, at + from);
  }
}
