import {
  createJUnitReader,
  createSaxReader,
  type JUnitReader,
  type JUnitStatistics,
} from '../../../shared/profiling/junit-statistics.ts';

/** Reads bytes or text whole, or cut into chunks of `chunkBytes`. */
export function readJUnit(document: Uint8Array | string, chunkBytes = Infinity): JUnitStatistics {
  const bytes = typeof document === 'string' ? new TextEncoder().encode(document) : document;
  const reader = createJUnitReader();
  const step = Math.min(chunkBytes, Math.max(1, bytes.length));
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step));
  return reader.end();
}

/** Reads bytes whole through sax alone, the reference. */
export function readThroughSax(bytes: Uint8Array): JUnitStatistics {
  return readCutAt(createSaxReader(), bytes, []);
}

/** Reads bytes cut at the given places. */
export function readJUnitCutAt(bytes: Uint8Array, cuts: readonly number[]): JUnitStatistics {
  return readCutAt(createJUnitReader(), bytes, cuts);
}

function readCutAt(reader: JUnitReader, bytes: Uint8Array, cuts: readonly number[]): JUnitStatistics {
  let from = 0;
  for (const to of [...cuts].sort((a, b) => a - b)) {
    reader.push(bytes.subarray(from, to));
    from = Math.max(from, to);
  }
  reader.push(bytes.subarray(from));
  return reader.end();
}
