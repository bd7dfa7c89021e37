import type { PlanStep } from '../model/sql-result.ts';

/**
 * The tree that rows of EXPLAIN QUERY PLAN describe; `parent` is the id of the step around one, 0 at the top. A step whose
 * parent does not come before it stands at the top. Source: https://www.sqlite.org/eqp.html
 */
export function planTree(
  rows: readonly { readonly id: number; readonly parent: number; readonly detail: string }[],
): readonly PlanStep[] {
  const top: PlanStep[] = [];
  const inside = new Map<number, PlanStep[]>();
  for (const { id, parent, detail } of rows) {
    const steps: PlanStep[] = [];
    (inside.get(parent) ?? top).push({ detail, steps });
    inside.set(id, steps);
  }
  return top;
}
