import type { CaseView } from '../../../shared/contract/ipc.ts';
import type { Recommendation } from '../../../shared/model/analysis.ts';
import { CodeBlock } from '../../components/copy.tsx';
import { Block } from './block.tsx';

const WHEN_WORDS: Readonly<Record<NonNullable<Recommendation['when']>, string>> = {
  immediate: 'now',
  lasting: 'to stay',
};

/** What to change, each with its because and, where there is one, a patch to copy. */
export function Recommendations({ view }: { readonly view: CaseView }) {
  const { recommendations } = view.analysis;
  return (
    <Block title="Recommendations" id="recommendations">
      {recommendations.length === 0 ? (
        <p className="secondary">The evidence supports no recommendation.</p>
      ) : (
        <ol className="recommendations">
          {recommendations.map((recommendation) => (
            <li key={recommendation.id}>
              <p className="recommendation-text">
                {recommendation.text}
                {recommendation.when === undefined ? null : (
                  <span className="tag recommendation-when">{WHEN_WORDS[recommendation.when]}</span>
                )}
              </p>
              {recommendation.because.length === 0 ? null : (
                <ul className="because">
                  {recommendation.because.map((reason) => (
                    <li key={reason}>{reason}</li>
                  ))}
                </ul>
              )}
              {recommendation.patch === null ? null : <CodeBlock text={recommendation.patch} what="Patch" />}
            </li>
          ))}
        </ol>
      )}
    </Block>
  );
}
