/** Big-endian unsigned integers, as the SQLite formats store them; bytes past the end read as 0, so check bounds first. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

export function readUint32(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset] ?? 0) * 0x1000000 +
    (((bytes[offset + 1] ?? 0) << 16) | ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0))
  );
}

/** True when bytes[from, to) are all zero; the part past the end counts as zero. */
export function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  const end = Math.min(to, bytes.length);
  for (let offset = from; offset < end; offset += 1) if (bytes[offset] !== 0) return false;
  return true;
}

/** Page sizes that SQLite knows: powers of two from 512 to 65536. Source: https://www.sqlite.org/fileformat2.html#page_size */
export function isPageSize(value: number): boolean {
  return Number.isInteger(Math.log2(value)) && value >= 512 && value <= 65536;
}
