import { TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import type { CaseView } from '../../../shared/model/views.ts';
import { summaryFields } from '../../../shared/report/words.ts';
import pageStyles from '../../components/page.module.css';
import { UtcNote } from '../../components/utc-note.tsx';
import { useAppState } from '../../state/app-context.tsx';
import { Checklist } from './checklist.tsx';
import { HypothesisCard } from './hypothesis-card.tsx';
import { Incidents } from './incidents.tsx';
import { JudgementList } from './judgement-list.tsx';
import { MatrixTable } from './matrix-table.tsx';
import { MissingPieces } from './missing.tsx';
import { Recommendations } from './recommendations.tsx';
import styles from './verdict.module.css';

/** Which hypothesis fits and why, what would still decide, and what to do. */
export function VerdictScreen({ view }: { readonly view: CaseView }) {
  const { revealed } = useAppState();
  const { analysis } = view;
  const largest = Math.max(
    0,
    ...analysis.hypotheses.flatMap((each) => [...each.for, ...each.against].map((fact) => Math.abs(fact.weight))),
  );

  useEffect(() => {
    if (revealed === null) return;
    const element = document.getElementById(revealed.id);
    if (element === null) return;
    element.scrollIntoView({ block: 'start' });
    element.focus({ preventScroll: true });
    element.classList.remove('flash');
    // Reading a layout property lets the animation start again when the same element is revealed twice.
    void element.offsetWidth;
    element.classList.add('flash');
  }, [revealed]);

  return (
    <div className={pageStyles.page}>
      <section className={styles.verdictSummary} aria-label="Summary">
        {analysis.summary.caveats.map((caveat) => (
          <p key={caveat} className={styles.caveat} role="note">
            <TriangleAlert size={14} aria-hidden="true" />
            {caveat}
          </p>
        ))}
        {summaryFields(analysis).map(({ label, value }) => (
          <p key={label}>
            <span className="caption">{label}</span>
            {value}
          </p>
        ))}
      </section>
      <UtcNote of="the sentences of the analysis" />

      <Incidents view={view} />

      <h2 className={pageStyles.pageHeading}>Hypotheses, best first</h2>
      <div className={styles.hypotheses}>
        {analysis.hypotheses.map((hypothesis) => (
          <HypothesisCard key={hypothesis.id} view={view} hypothesis={hypothesis} largest={largest} />
        ))}
      </div>

      <MatrixTable view={view} />
      <JudgementList view={view} />
      <Checklist view={view} />
      <MissingPieces view={view} />
      <Recommendations view={view} />
    </div>
  );
}
