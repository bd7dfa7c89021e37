import type { CostEstimate, ParseMode } from '../model/artifact.ts';

/** Python's parsers whose cost was measured. */
const PYTHON_PARSERS = ['element-tree', 'lxml', 'iterparse', 'pyexpat'] as const;
export type PythonParser = (typeof PYTHON_PARSERS)[number];

interface PythonCost {
  readonly name: string;
  readonly mode: ParseMode;
  readonly bytesPerSecond: number;
  /** Resident bytes per byte of the document, and those that do not depend on its size. */
  readonly memoryRatio: number;
  readonly memoryBytes: number;
}

/** Orders of magnitude; see docs/measurements.md for how they were measured. */
const COST: Readonly<Record<PythonParser, PythonCost>> = {
  'element-tree': { name: 'ElementTree', mode: 'tree', bytesPerSecond: 47e6, memoryRatio: 3.5, memoryBytes: 0 },
  lxml: { name: 'lxml', mode: 'tree', bytesPerSecond: 78e6, memoryRatio: 4.7, memoryBytes: 0 },
  iterparse: {
    name: 'iterparse with clear()',
    mode: 'stream',
    bytesPerSecond: 89e6,
    memoryRatio: 0,
    memoryBytes: 11e6,
  },
  pyexpat: { name: 'pyexpat', mode: 'stream', bytesPerSecond: 110e6, memoryRatio: 0, memoryBytes: 8e6 },
};

const SOURCE =
  'an estimate from ratios measured with CPython 3.11 on generated JUnit files of 59 to 80 MB on one machine (docs/measurements.md)';

/** Named as its users do: `ElementTree`. */
export function pythonName(parser: PythonParser): string {
  return COST[parser].name;
}

/** Seconds that a parse of so many bytes takes, an estimate. */
export function pythonSeconds(parser: PythonParser, bytes: number): number {
  return bytes / COST[parser].bytesPerSecond;
}

/** Resident bytes that a parse of so many bytes adds to a process, an estimate. */
export function pythonBytes(parser: PythonParser, bytes: number): number {
  return Math.round(bytes * COST[parser].memoryRatio + COST[parser].memoryBytes);
}

/** What Python's parsers would need for an artifact of so many bytes: estimates, each with its source. */
export function estimatePythonCost(bytes: number): readonly CostEstimate[] {
  return PYTHON_PARSERS.map((parser) => ({
    parser: `Python ${COST[parser].name}`,
    mode: COST[parser].mode,
    seconds: pythonSeconds(parser, bytes),
    peakRssBytes: pythonBytes(parser, bytes),
    source: SOURCE,
  }));
}
