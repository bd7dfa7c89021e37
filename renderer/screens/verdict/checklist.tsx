import { Check, HelpCircle, Minus, X } from 'lucide-react';
import type { ExpectedFinding } from '../../../shared/model/analysis.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { cx } from '../../components/class-names.ts';
import pageStyles from '../../components/page.module.css';
import { SourceLinks } from '../../components/source-link.tsx';
import styles from './checklist.module.css';
import { PageBlock } from './page-block.tsx';

const FINDING_CLASSES = {
  holds: styles.findingHolds,
  fails: styles.findingFails,
  unknown: styles.findingUnknown,
};

/** The five questions that such an investigation must answer, and the four findings that it expects. */
export function Checklist({ view }: { readonly view: CaseView }) {
  const { questions, expectedFindings } = view.analysis;
  return (
    <div className={pageStyles.twoColumns}>
      <PageBlock title="Questions" id="questions">
        <dl className={styles.questions}>
          {questions.map((question) => (
            <div key={question.id}>
              <dt>{question.question}</dt>
              {question.answer === null ? (
                <dd className="unknown">
                  <HelpCircle size={13} aria-hidden="true" /> Not in the evidence.
                </dd>
              ) : (
                <dd>{question.answer}</dd>
              )}
              {question.facts.map((fact) => (
                <dd key={fact.id} className={styles.questionSource}>
                  <SourceLinks view={view} sources={fact.sources} rows={fact.rows} />
                </dd>
              ))}
            </div>
          ))}
        </dl>
      </PageBlock>
      <PageBlock title="Expected findings" id="expected-findings">
        <ul className={styles.findings}>
          {expectedFindings.map((finding) => (
            <li key={finding.id}>
              <FindingMark holds={finding.holds} />
              <div>
                <p>{finding.expected}</p>
                <p className="secondary">{finding.observed ?? 'Nothing in the evidence shows it either way.'}</p>
              </div>
            </li>
          ))}
        </ul>
      </PageBlock>
    </div>
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
    <span className={cx(styles.findingMark, FINDING_CLASSES[state])}>
      <Icon size={13} aria-hidden="true" />
      {word}
    </span>
  );
}
