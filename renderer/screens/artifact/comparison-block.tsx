import type { CaseView } from '../../../shared/model/views.ts';
import { comparisonFacts } from '../../../shared/report/comparison.ts';
import pageStyles from '../../components/page.module.css';
import { SourceLinks } from '../../components/source-link.tsx';
import styles from './comparison-block.module.css';

/** What the log and the database show of the import, against what the artifact costs. */
export function ComparisonBlock({ view }: { readonly view: CaseView }) {
  const facts = comparisonFacts(view.analysis.facts);
  if (facts.length === 0) return null;
  return (
    <section className={pageStyles.block} aria-labelledby="comparison-title">
      <h3 id="comparison-title" className={pageStyles.blockHeading}>
        Against the log
      </h3>
      <dl className={styles.comparison}>
        {facts.map(({ label, fact }) => (
          <div key={fact.id}>
            <dt>{label}</dt>
            <dd>
              {fact.text} <SourceLinks view={view} sources={fact.sources} rows={fact.rows} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
