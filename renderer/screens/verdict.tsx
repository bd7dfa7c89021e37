import { Check, HelpCircle, Minus, X } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import type { CaseView } from '../../shared/contract/ipc.ts';
import type { ExpectedFinding, HypothesisResult, WeightedFact } from '../../shared/model/analysis.ts';
import { ShareBar, WeightBar } from '../components/bars.tsx';
import { CodeBlock } from '../components/copy.tsx';
import { EvidenceMatrix } from '../components/evidence-matrix.tsx';
import { SourceLinks } from '../components/source-link.tsx';
import { UtcNote } from '../components/utc-note.tsx';
import { VerdictMark } from '../components/verdict-mark.tsx';
import { countOf, formatScore, formatWeight } from '../format.ts';
import { useAppState } from '../state/app-context.tsx';

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
    <div className="page verdict-page">
      <section className="verdict-summary" aria-label="Summary">
        {analysis.summary.map((sentence, index) => (
          <p key={SUMMARY_ROLES[index]}>
            <span className="caption">{SUMMARY_ROLES[index]}</span>
            {sentence}
          </p>
        ))}
      </section>
      <UtcNote of="the sentences of the analysis" />

      <h2 className="page-heading">Hypotheses, best first</h2>
      <div className="hypotheses">
        {analysis.hypotheses.map((hypothesis) => (
          <HypothesisCard key={hypothesis.id} view={view} hypothesis={hypothesis} largest={largest} />
        ))}
      </div>

      <EvidenceMatrix view={view} />

      <div className="two-columns">
        <Block title="Questions" id="questions">
          <dl className="questions">
            {analysis.questions.map((question) => (
              <div key={question.id}>
                <dt>{question.question}</dt>
                {question.answer === null ? (
                  <dd className="unknown">
                    <HelpCircle size={13} aria-hidden="true" /> The evidence does not tell.
                  </dd>
                ) : (
                  <dd>{question.answer}</dd>
                )}
                {question.facts.map((fact) => (
                  <dd key={fact.id} className="question-source">
                    <SourceLinks view={view} sources={fact.sources} rows={fact.rows} />
                  </dd>
                ))}
              </div>
            ))}
          </dl>
        </Block>
        <Block title="Expected findings" id="expected-findings">
          <ul className="findings">
            {analysis.expectedFindings.map((finding) => (
              <li key={finding.id}>
                <FindingMark holds={finding.holds} />
                <div>
                  <p>{finding.expected}</p>
                  <p className="secondary">{finding.observed ?? 'Nothing in the evidence shows it either way.'}</p>
                </div>
              </li>
            ))}
          </ul>
        </Block>
      </div>

      <Block title="Recommendations" id="recommendations">
        {analysis.recommendations.length === 0 ? (
          <p className="secondary">The evidence supports no recommendation.</p>
        ) : (
          <ol className="recommendations">
            {analysis.recommendations.map((recommendation) => (
              <li key={recommendation.id}>
                <p className="recommendation-text">{recommendation.text}</p>
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
    </div>
  );
}

const SUMMARY_ROLES = ['What happened', 'Why', 'What to do'] as const;

function Block(props: { readonly title: string; readonly id: string; readonly children: ReactNode }) {
  return (
    <section className="block" aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`} className="page-heading">
        {props.title}
      </h2>
      {props.children}
    </section>
  );
}

function HypothesisCard(props: {
  readonly view: CaseView;
  readonly hypothesis: HypothesisResult;
  readonly largest: number;
}) {
  const { view, hypothesis, largest } = props;
  const titleId = `hypothesis-title-${hypothesis.id}`;
  return (
    <article
      id={`hypothesis-${hypothesis.id}`}
      className={`hypothesis hypothesis-${hypothesis.verdict}`}
      aria-labelledby={titleId}
      tabIndex={-1}
    >
      <header className="hypothesis-header">
        <h3 id={titleId}>{hypothesis.title}</h3>
        <VerdictMark verdict={hypothesis.verdict} />
        <div className="score" title="Probability that the weights of the evidence add up to">
          <ShareBar share={hypothesis.score} tone={hypothesis.verdict === 'fits' ? 'accent' : 'quiet'} />
          <span className="numeric">
            <span className="visually-hidden">Score </span>
            {formatScore(hypothesis.score)}
          </span>
        </div>
      </header>
      <p className="hypothesis-reason">{hypothesis.reason}</p>
      <FactList view={view} title="Evidence for" facts={hypothesis.for} largest={largest} none="No evidence for it." />
      <FactList
        view={view}
        title="Evidence against"
        facts={hypothesis.against}
        largest={largest}
        none="No evidence against it."
      />
      {hypothesis.missing.length === 0 ? null : (
        <section className="facts" aria-label="Missing evidence">
          <h4 className="caption">Missing evidence</h4>
          <ul className="missing">
            {hypothesis.missing.map((missing) => (
              <li key={missing.what}>
                <p>{missing.what}</p>
                <CodeBlock text={missing.command} what="Command" />
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  );
}

function FactList(props: {
  readonly view: CaseView;
  readonly title: string;
  readonly facts: readonly WeightedFact[];
  readonly largest: number;
  readonly none: string;
}) {
  if (props.facts.length === 0) return <p className="facts-none">{props.none}</p>;
  return (
    <section className="facts" aria-label={props.title}>
      <h4 className="caption">
        {props.title} <span className="numeric">{countOf(props.facts.length, 'fact')}</span>
      </h4>
      <ul>
        {props.facts.map(({ fact, weight }) => (
          <li key={fact.id} className="fact" id={`fact-${fact.id}`}>
            <span className="fact-weight" title="Natural logarithm of the likelihood ratio">
              <WeightBar weight={weight} largest={props.largest} />
              <span className="numeric">{formatWeight(weight)}</span>
            </span>
            <span className="fact-text">
              {fact.text}
              <SourceLinks view={props.view} sources={fact.sources} rows={fact.rows} />
              <span className="fact-basis">{fact.basis}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const FINDING_WORDS = {
  holds: { word: 'holds', Icon: Check },
  fails: { word: 'does not hold', Icon: X },
  unknown: { word: 'unknown', Icon: Minus },
} as const;

function FindingMark({ holds }: { readonly holds: ExpectedFinding['holds'] }) {
  const state = holds === null ? 'unknown' : holds ? 'holds' : 'fails';
  const { word, Icon } = FINDING_WORDS[state];
  return (
    <span className={`finding-mark finding-${state}`}>
      <Icon size={13} aria-hidden="true" />
      {word}
    </span>
  );
}
