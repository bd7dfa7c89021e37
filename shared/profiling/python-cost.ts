import type { CostEstimate } from '../model/artifact.ts';

/** Bytes a second and resident bytes per byte of the file; see docs/measurements.md for how they were measured. */
const PARSERS = [
  { parser: 'Python ElementTree', mode: 'tree', bytesPerSecond: 47e6, memoryRatio: 3.5, memoryBytes: 0 },
  { parser: 'Python lxml', mode: 'tree', bytesPerSecond: 78e6, memoryRatio: 4.7, memoryBytes: 0 },
  {
    parser: 'Python iterparse with clear()',
    mode: 'stream',
    bytesPerSecond: 89e6,
    memoryRatio: 0,
    memoryBytes: 11e6,
  },
  { parser: 'Python pyexpat', mode: 'stream', bytesPerSecond: 110e6, memoryRatio: 0, memoryBytes: 8e6 },
] as const;

const SOURCE =
  'an estimate from ratios measured with CPython 3.11 on generated JUnit files of 59 to 80 MB on one machine (docs/measurements.md)';

/** What Python's parsers would need for an artifact of so many bytes: estimates, each with its source. */
export function estimatePythonCost(bytes: number): readonly CostEstimate[] {
  return PARSERS.map(({ parser, mode, bytesPerSecond, memoryRatio, memoryBytes }) => ({
    parser,
    mode,
    seconds: bytes / bytesPerSecond,
    peakRssBytes: Math.round(memoryRatio * bytes + memoryBytes),
    source: SOURCE,
  }));
}
