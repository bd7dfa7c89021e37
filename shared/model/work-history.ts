import type { Annotation } from './annotation.ts';
import type { Judgement } from './judgement.ts';

/** Steps that can be taken back; older ones are forgotten. */
const MOST_STEPS = 200;

/** What the analyst said of a case: what weighs, and what stands beside it. */
export interface Work {
  readonly judgements: readonly Judgement[];
  readonly annotations: readonly Annotation[];
}

/** One change of the work, with what it was in words: `Overruling "..."`. */
interface Step {
  readonly what: string;
  readonly before: Work;
  readonly after: Work;
}

/** The work on a case with what was done to it, so that each change can be taken back and done again. Immutable. */
export interface WorkHistory extends Work {
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
}

export const NO_WORK: WorkHistory = { judgements: [], annotations: [], done: [], undone: [] };

/** Takes up a change; what was undone before can then no longer be done again. */
export function change(history: WorkHistory, what: string, changed: Partial<Work>): WorkHistory {
  const before = workIn(history);
  const after = { ...before, ...changed };
  return { ...after, done: [...history.done, { what, before, after }].slice(-MOST_STEPS), undone: [] };
}

/** Takes the last change back; the same history when there is none. */
export function undo(history: WorkHistory): WorkHistory {
  const step = history.done.at(-1);
  if (step === undefined) return history;
  return { ...step.before, done: history.done.slice(0, -1), undone: [...history.undone, step] };
}

/** Does the change again that was taken back last; the same history when there is none. */
export function redo(history: WorkHistory): WorkHistory {
  const step = history.undone.at(-1);
  if (step === undefined) return history;
  return { ...step.after, done: [...history.done, step], undone: history.undone.slice(0, -1) };
}

/** What would be taken back, and done again, in words; null where nothing would. */
export function historyWords({ done, undone }: WorkHistory): {
  readonly undo: string | null;
  readonly redo: string | null;
} {
  return { undo: done.at(-1)?.what ?? null, redo: undone.at(-1)?.what ?? null };
}

function workIn({ judgements, annotations }: WorkHistory): Work {
  return { judgements, annotations };
}
