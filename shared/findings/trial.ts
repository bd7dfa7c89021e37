import type { FactContext } from '../context/context.ts';
import { importCourse } from '../context/import-course.ts';
import type { HypothesisResult } from '../model/analysis.ts';
import type { ImportCourse } from '../model/import-course.ts';
import type { WhatIf, WhatIfChoice } from '../model/what-if.ts';
import { asItWas, whatIf } from './what-if.ts';

/** The course of the operation, with its wait for a lock where that is what held it. */
export function knownCourse(context: FactContext, hypotheses: readonly HypothesisResult[]): ImportCourse | null {
  const course = importCourse(context);
  if (course === null || hypotheses.find(({ id }) => id === 'database-lock')?.verdict !== 'fits') return course;
  const last = course.steps.at(-1);
  // What waits for a lock writes nothing: without a step of writing nobody knows when the wait began.
  return last?.name === 'insert' && last.toSecond === null ? { ...course, lockedFromSecond: last.fromSecond } : course;
}

/** What ends a course by the model, in the words of how it ended. */
const ENDS = { 'timed-out': 'timeout', 'out-of-memory': 'out-of-memory' } as const;

/**
 * Applies a change to the incident. Null where no course is known, and where the model does not come to the end that the
 * incident had: it cannot tell then what would have kept it away.
 */
export function tried(course: ImportCourse | null, change: Partial<WhatIfChoice>): WhatIf | null {
  if (course === null) return null;
  const was = asItWas(course);
  const { kind } = whatIf(course, was).outcome;
  if ((kind !== 'timed-out' && kind !== 'out-of-memory') || ENDS[kind] !== course.endedBy) return null;
  return whatIf(course, { ...was, ...change });
}

/** Whether the worker would have lived with a change; null where that cannot be known. */
export function wouldHavePrevented(course: ImportCourse | null, change: Partial<WhatIfChoice>): boolean | null {
  switch (tried(course, change)?.outcome.kind) {
    case 'finishes':
    case 'lock-refused':
      return true;
    case 'timed-out':
    case 'out-of-memory':
      return false;
    default:
      return null;
  }
}
