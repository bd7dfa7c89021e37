import type { PlanStep } from '../../../shared/contract/database-requests.ts';
import { cx } from '../../components/class-names.ts';
import styles from './query-plan.module.css';

/** How SQLite would carry out a statement, as a tree. A scan of a whole table is marked: it is what is slow. */
export function QueryPlan({ steps }: { readonly steps: readonly PlanStep[] }) {
  if (steps.length === 0) return <p className="secondary">SQLite has nothing to plan: the statement reads no table.</p>;
  return (
    <section className={styles.queryPlan} aria-label="Query plan">
      <Steps steps={steps} />
    </section>
  );
}

function Steps({ steps }: { readonly steps: readonly PlanStep[] }) {
  return (
    <ul>
      {steps.map(({ detail, steps: inside }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps of a plan have no identity of their own; a plan is replaced whole.
        <li key={index}>
          <span className={cx('mono', isWholeScan(detail) ? styles.planScan : undefined)}>{detail}</span>
          {isWholeScan(detail) ? <span className={styles.planNote}>reads every row</span> : null}
          {inside.length === 0 ? null : <Steps steps={inside} />}
        </li>
      ))}
    </ul>
  );
}

/** `SCAN jobs`; a scan of a covering index reads every row of that as well, but less of each. */
function isWholeScan(detail: string): boolean {
  return /^SCAN (?!CONSTANT ROW)/.test(detail) && !/USING (COVERING )?INDEX/.test(detail);
}
