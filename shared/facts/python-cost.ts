import type { ParseMode } from '../model/import-course.ts';

/**
 * What the same bytes cost a Python service, by the way in which it reads them: measured with CPython 3.11 on generated
 * JUnit files of 59 to 80 MB (docs/measurements.md). Orders of magnitude: whatever rests on them is an estimate.
 */
export const PYTHON_COST: Readonly<Record<ParseMode, PythonCost>> = {
  stream: { name: 'iterparse with clear()', bytesPerSecond: 89_000_000, memoryPerByte: 0, memoryBytes: 11_000_000 },
  'element-tree': { name: 'ElementTree', bytesPerSecond: 47_000_000, memoryPerByte: 3.5, memoryBytes: 0 },
  'lxml-tree': { name: 'lxml', bytesPerSecond: 78_000_000, memoryPerByte: 4.7, memoryBytes: 0 },
};

export interface PythonCost {
  readonly name: string;
  readonly bytesPerSecond: number;
  /** Resident bytes per byte of the document, and those that do not depend on its size. */
  readonly memoryPerByte: number;
  readonly memoryBytes: number;
}

/** Seconds that a parse of so many bytes takes, an estimate. */
export function pythonSeconds(mode: ParseMode, bytes: number): number {
  return bytes / PYTHON_COST[mode].bytesPerSecond;
}

/** Resident bytes that a parse of so many bytes adds to a process, an estimate. */
export function pythonBytes(mode: ParseMode, bytes: number): number {
  return bytes * PYTHON_COST[mode].memoryPerByte + PYTHON_COST[mode].memoryBytes;
}

/** The byte of the document at which a parse has added so much memory; null when the whole of it adds less. */
export function byteAtMemory(mode: ParseMode, bytes: number, added: number): number | null {
  const { memoryPerByte, memoryBytes } = PYTHON_COST[mode];
  if (pythonBytes(mode, bytes) <= added) return null;
  if (memoryPerByte === 0) return 0;
  return Math.max(0, Math.floor((added - memoryBytes) / memoryPerByte));
}
