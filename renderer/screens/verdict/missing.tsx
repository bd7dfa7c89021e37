import { FileDown } from 'lucide-react';
import type { HypothesisResult, MissingEvidence } from '../../../shared/model/analysis.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import buttonStyles from '../../components/button.module.css';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { CodeBlock, CopyButton } from '../../components/copy.tsx';
import pageStyles from '../../components/page.module.css';
import { useActions } from '../../state/app-context.tsx';
import styles from './missing.module.css';

/** What is missing, each with the command that collects it. */
export function MissingList({
  missing,
}: {
  readonly missing: readonly (MissingEvidence & { readonly for?: string })[];
}) {
  return (
    <ul className={styles.missing}>
      {missing.map((each) => (
        <li key={`${each.what} ${each.command}`}>
          <p>
            {each.what}
            {each.for === undefined ? null : (
              <span className={cx(styles.missingFor, 'secondary')}> For {each.for}.</span>
            )}
          </p>
          <CodeBlock text={each.command} what="Command" />
        </li>
      ))}
    </ul>
  );
}

/** Everything that is missing, once each, with the hypotheses that it would help to decide. */
function missingOf(hypotheses: readonly HypothesisResult[]): readonly (MissingEvidence & { readonly for: string })[] {
  const byCommand = new Map<string, { readonly what: string; readonly titles: string[] }>();
  for (const { title, missing } of hypotheses) {
    for (const { what, command } of missing) {
      const known = byCommand.get(command);
      if (known === undefined) byCommand.set(command, { what, titles: [title.toLowerCase()] });
      else if (!known.titles.includes(title.toLowerCase())) known.titles.push(title.toLowerCase());
    }
  }
  return [...byCommand].map(([command, { what, titles }]) => ({ what, command, for: titles.join(', ') }));
}

/** The missing pieces of the whole case, to be copied one by one or all, or collected by a script. */
export function MissingPieces({ view }: { readonly view: CaseView }) {
  const { saveScript } = useActions();
  const missing = missingOf(view.analysis.hypotheses);
  const commands = [...new Set(missing.map(({ command }) => command))].join('\n');
  return (
    <section className={pageStyles.block} aria-labelledby="missing-title">
      <header className={pageStyles.pageHeader}>
        <h2 id="missing-title" className={pageStyles.pageHeading}>
          Missing pieces
        </h2>
        <div className={buttonStyles.buttonRow}>
          {missing.length < 2 ? null : <CopyButton text={commands} what="All commands" withLabel />}
          <Button size="small" onClick={() => void saveScript('collect')}>
            <FileDown size={13} aria-hidden="true" />
            Save collect script…
          </Button>
          <Button size="small" onClick={() => void saveScript('reproduce')}>
            <FileDown size={13} aria-hidden="true" />
            Save reproduce script…
          </Button>
        </div>
      </header>
      {missing.length === 0 ? (
        <p className="secondary">Nothing that would still decide is missing.</p>
      ) : (
        <MissingList missing={missing} />
      )}
    </section>
  );
}
