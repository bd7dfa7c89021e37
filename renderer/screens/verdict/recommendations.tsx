import type { Recommendation } from '../../../shared/model/analysis.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { byAction } from '../../../shared/report/words.ts';
import { preventedWords } from '../../../shared/wording/names.ts';
import { CodeBlock } from '../../components/copy.tsx';
import pageStyles from '../../components/page.module.css';
import { PageBlock } from './page-block.tsx';
import styles from './recommendations.module.css';

/** What to do, each with its because and, where there is one, a patch to copy. */
export function Recommendations({ view }: { readonly view: CaseView }) {
  const { recommendations } = view.analysis;
  return (
    <PageBlock title="What to do" id="recommendations">
      {recommendations.length === 0 ? (
        <p className="secondary">The evidence supports no recommendation.</p>
      ) : (
        <div className={styles.recommendationGroups}>
          {byAction(recommendations).map(({ title, items, start }) => (
            <section key={start} className={styles.recommendationGroup}>
              <h3 className="caption">{title}</h3>
              <ol className={styles.recommendations} start={start}>
                {items.map((each) => (
                  <Item key={each.id} recommendation={each} />
                ))}
              </ol>
            </section>
          ))}
        </div>
      )}
    </PageBlock>
  );
}

function Item({ recommendation }: { readonly recommendation: Recommendation }) {
  return (
    <li>
      <p className={styles.recommendationText}>{recommendation.text}</p>
      {recommendation.because.length === 0 ? null : (
        <ul className={pageStyles.because}>
          {recommendation.because.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {recommendation.patch === null ? null : <CodeBlock text={recommendation.patch} what="Patch" />}
      {recommendation.apply === undefined ? null : <CodeBlock text={recommendation.apply} what="Command" />}
      <p className={styles.prevented}>Would have prevented it: {preventedWords(recommendation)}</p>
    </li>
  );
}
