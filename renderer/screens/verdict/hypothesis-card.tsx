import { hingesOf } from '../../../shared/hypotheses/counterfactual.ts';
import type { Fact, HypothesisResult, OverruledFact, WeightedFact } from '../../../shared/model/analysis.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { VERDICT_WORDS } from '../../../shared/wording/names.ts';
import { ShareBar, WeightBar } from '../../components/bars.tsx';
import { cx } from '../../components/class-names.ts';
import { SourceLinks } from '../../components/source-link.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { countOf, formatScore, formatWeight } from '../../format.ts';
import styles from './hypothesis-card.module.css';
import judgementListStyles from './judgement-list.module.css';
import { MissingList } from './missing.tsx';
import { OverruleButton } from './overrule.tsx';

/** One hypothesis: its verdict and why, what speaks for and against it, on what it hangs, and what would still decide. */
export function HypothesisCard(props: {
  readonly view: CaseView;
  readonly hypothesis: HypothesisResult;
  /** The heaviest weight on the screen, which bars are drawn against. */
  readonly largest: number;
}) {
  const { view, hypothesis, largest } = props;
  const titleId = `hypothesis-title-${hypothesis.id}`;
  return (
    <article
      id={`hypothesis-${hypothesis.id}`}
      className={cx(styles.hypothesis, hypothesis.verdict === 'fits' && styles.hypothesisFits)}
      data-testid="hypothesis"
      aria-labelledby={titleId}
      tabIndex={-1}
    >
      <header className={styles.hypothesisHeader} data-testid="hypothesis-header">
        <h3 id={titleId}>{hypothesis.title}</h3>
        <VerdictMark verdict={hypothesis.verdict} />
        <div className={styles.score} title="Probability that the weights of the evidence add up to">
          <ShareBar share={hypothesis.score} tone={hypothesis.verdict === 'fits' ? 'accent' : 'quiet'} />
          <span className="numeric">
            <span className="visually-hidden">Score </span>
            {formatScore(hypothesis.score)}
          </span>
        </div>
      </header>
      <p className={styles.hypothesisReason}>{hypothesis.reason}</p>
      <Counterfactual view={view} hypothesis={hypothesis} />
      <FactList view={view} title="Evidence for" facts={hypothesis.for} largest={largest} none="No evidence for it." />
      <FactList
        view={view}
        title="Evidence against"
        facts={hypothesis.against}
        largest={largest}
        none="No evidence against it."
      />
      <OverruledList view={view} hypothesis={hypothesis} />
      {hypothesis.missing.length === 0 ? null : (
        <section className={styles.facts}>
          <h4 className="caption">Missing evidence</h4>
          <MissingList missing={hypothesis.missing} />
        </section>
      )}
    </article>
  );
}

/** What the verdict would be without a single fact, with the way to that fact's line. */
function Counterfactual({ view, hypothesis }: { readonly view: CaseView; readonly hypothesis: HypothesisResult }) {
  return hingesOf(hypothesis, view.analysis.facts).map(({ verdict, facts }) => (
    <div key={verdict} className={styles.counterfactual}>
      <p>
        {facts.length === 1
          ? 'Depends on one fact. Without it'
          : 'Depends on each of these facts. Without any one of them'}{' '}
        the verdict would be <b>{VERDICT_WORDS[verdict]}</b>.
      </p>
      <ul>
        {facts.map((fact) => (
          <li key={fact.id}>
            {fact.text} <SourceLinks view={view} sources={fact.sources} rows={fact.rows} />
          </li>
        ))}
      </ul>
    </div>
  ));
}

function FactList(props: {
  readonly view: CaseView;
  readonly title: string;
  readonly facts: readonly WeightedFact[];
  readonly largest: number;
  readonly none: string;
}) {
  if (props.facts.length === 0) return <p className={styles.factsNone}>{props.none}</p>;
  return (
    <section className={styles.facts}>
      <h4 className="caption">
        {props.title} <span className="numeric">{countOf(props.facts.length, 'fact')}</span>
      </h4>
      <ul>
        {props.facts.map(({ fact, weight }) => (
          <FactLine key={fact.id} {...props} fact={fact} weight={weight} overruled={null} />
        ))}
      </ul>
    </section>
  );
}

/** Facts that would weigh on this hypothesis if they had not been overruled. */
function OverruledList({ view, hypothesis }: { readonly view: CaseView; readonly hypothesis: HypothesisResult }) {
  const { facts, overruled } = view.analysis;
  const lines = overruled.flatMap((each) => {
    const fact = facts.find(({ id }) => id === each.factId);
    const weight = fact?.weights[hypothesis.id] ?? 0;
    return fact === undefined || weight === 0 ? [] : [{ each, fact, weight }];
  });
  if (lines.length === 0) return null;
  return (
    <section className={cx(styles.facts, styles.factsOverruled)} aria-label="Overruled evidence">
      <h4 className="caption">
        Overruled <span className="numeric">{countOf(lines.length, 'fact')}</span>
      </h4>
      <ul>
        {lines.map(({ each, fact, weight }) => (
          <FactLine key={fact.id} view={view} fact={fact} weight={weight} largest={0} overruled={each} />
        ))}
      </ul>
    </section>
  );
}

function FactLine(props: {
  readonly view: CaseView;
  readonly fact: Fact;
  readonly weight: number;
  readonly largest: number;
  readonly overruled: OverruledFact | null;
}) {
  const { view, fact, weight, largest, overruled } = props;
  return (
    <li className={styles.fact} data-testid="fact" id={`fact-${fact.id}`}>
      <span className={styles.factWeight} title="Natural logarithm of the likelihood ratio">
        <WeightBar weight={weight} largest={largest} />
        <span className="numeric">{overruled === null ? formatWeight(weight) : <s>{formatWeight(weight)}</s>}</span>
      </span>
      <span className={styles.factText}>
        {overruled === null ? fact.text : <s>{fact.text}</s>}
        {overruled === null ? null : (
          <span className={judgementListStyles.judgementComment}>Overruled: {overruled.comment}</span>
        )}
        <SourceLinks view={view} sources={fact.sources} rows={fact.rows} />
        <span className={styles.factBasis}>{fact.basis}</span>
      </span>
      <OverruleButton fact={fact} overruled={overruled} />
    </li>
  );
}
