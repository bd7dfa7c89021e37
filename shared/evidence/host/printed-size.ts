const UNIT_BYTES: Readonly<Record<string, number>> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
  P: 1024 ** 5,
  E: 1024 ** 6,
};

/**
 * Bytes of a size as coreutils print it: `57M`, `1.5G`, `1,5G` (powers of 1024), or a number of blocks. Null for anything
 * else.
 */
export function readPrintedSize(text: string, blockBytes: number): number | null {
  const match = /^(\d{1,18}(?:[.,]\d{1,3})?)([KMGTPE])?$/i.exec(text);
  if (match === null) return null;
  const unit = match[2] === undefined ? blockBytes : (UNIT_BYTES[match[2].toUpperCase()] ?? 1);
  return Math.round(Number((match[1] ?? '').replace(',', '.')) * unit);
}
