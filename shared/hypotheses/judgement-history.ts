import type { Judgement } from '../model/judgement.ts';

/** Steps that can be taken back; older ones are forgotten. */
const MOST_STEPS = 200;

/** One change of the judgements, with what it was in words: `Overruling "..."`. */
interface Step {
  readonly what: string;
  readonly before: readonly Judgement[];
  readonly after: readonly Judgement[];
}

/** Judgements of a case with what was done to them, so that each change can be taken back and done again. Immutable. */
export interface JudgementHistory {
  readonly judgements: readonly Judgement[];
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
}

export const NO_JUDGEMENTS: JudgementHistory = { judgements: [], done: [], undone: [] };

/** Takes up a change; what was undone before can then no longer be done again. */
export function change(history: JudgementHistory, what: string, after: readonly Judgement[]): JudgementHistory {
  const step: Step = { what, before: history.judgements, after };
  return { judgements: after, done: [...history.done, step].slice(-MOST_STEPS), undone: [] };
}

/** Takes the last change back; the same history when there is none. */
export function undo(history: JudgementHistory): JudgementHistory {
  const step = history.done.at(-1);
  if (step === undefined) return history;
  return { judgements: step.before, done: history.done.slice(0, -1), undone: [...history.undone, step] };
}

/** Does the change again that was taken back last; the same history when there is none. */
export function redo(history: JudgementHistory): JudgementHistory {
  const step = history.undone.at(-1);
  if (step === undefined) return history;
  return { judgements: step.after, done: [...history.done, step], undone: history.undone.slice(0, -1) };
}
