const MIN_MATCH = 4;

/**
 * Decompresses one LZ4 block of known size. Throws an Error when it is damaged.
 * Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function decompressLz4Block(block: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  /** A length of 15 goes on in the bytes that follow, up to one that is not 255. */
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (let byte = 255; byte === 255; from += 1) {
      byte = block[from] ?? 0;
      length += byte;
    }
    return length;
  };
  while (from < block.length) {
    const token = block[from] ?? 0;
    from += 1;
    const literals = extended(token >> 4);
    if (literals > block.length - from || literals > size - to) throw new Error('its LZ4 block is damaged');
    out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has literals only.
    if (from === block.length) break;
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8);
    from += 2;
    const length = extended(token & 15) + MIN_MATCH;
    if (distance === 0 || distance > to || length > size - to) throw new Error('its LZ4 block is damaged');
    // A match may reach into what it writes: byte by byte.
    for (const end = to + length; to < end; to += 1) out[to] = out[to - distance] ?? 0;
  }
  if (to !== size) throw new Error('its LZ4 block is damaged');
  return out;
}
