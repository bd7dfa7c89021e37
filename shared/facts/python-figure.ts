import type { Reproduction, TriedParser } from '../model/reproduction.ts';
import { type PythonParser, pythonBytes, pythonSeconds } from '../profiling/python-cost.ts';

/** What the incident's interpreter is known or reckoned to need for the artifact. */
export interface PythonFigure {
  readonly seconds: number;
  /** Resident bytes that the parse adds to a process. */
  readonly bytes: number;
  /** Whether it was measured on the host; else it is an estimate. */
  readonly isMeasured: boolean;
}

const TRIED: Partial<Record<PythonParser, TriedParser>> = {
  'element-tree': 'tree',
  iterparse: 'stream',
  pyexpat: 'expat',
};

/** What a parse of so many bytes costs in Python: as reproduce.sh measured it on the host, else estimated. */
export function pythonFigure(parser: PythonParser, bytes: number, measured: Reproduction | null): PythonFigure {
  const trial = measured?.parses.find(({ how }) => how === TRIED[parser]);
  const estimate = { seconds: pythonSeconds(parser, bytes), bytes: pythonBytes(parser, bytes), isMeasured: false };
  if (trial === undefined || trial.seconds === null || trial.peakRssBytes === null) return estimate;
  // pyexpat keeps nothing of the document: what it held is the interpreter itself, and its own few megabytes.
  const bare = measured?.parses.find(({ how }) => how === 'expat')?.peakRssBytes ?? null;
  const added = bare === null ? trial.peakRssBytes : trial.peakRssBytes - bare + pythonBytes('pyexpat', bytes);
  return { seconds: trial.seconds, bytes: Math.max(0, added), isMeasured: true };
}
