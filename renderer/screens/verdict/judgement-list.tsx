import { Redo2, Undo2 } from 'lucide-react';
import { HYPOTHESIS_TITLES } from '../../../shared/model/analysis.ts';
import type { CaseView, JudgementEntry } from '../../../shared/model/views.ts';
import buttonStyles from '../../components/button.module.css';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import pageStyles from '../../components/page.module.css';
import tagStyles from '../../components/tag.module.css';
import { formatInstant } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import styles from './judgement-list.module.css';
import { ObserveButton } from './observe.tsx';

/** What was overruled and observed in this case, each with a way back, and the files that they are kept in. */
export function JudgementList({ view }: { readonly view: CaseView }) {
  const { entries } = view.judgements;
  const { undo, redo } = view.annotations;
  const { undoWork, redoWork, saveNotes, openNotes } = useActions();
  return (
    <section className={pageStyles.block} aria-labelledby="judgements-title">
      <header className={pageStyles.pageHeader}>
        <h2 id="judgements-title" className={pageStyles.pageHeading}>
          Overruled and observed
        </h2>
        <div className={buttonStyles.buttonRow}>
          <Button
            disabled={undo === null}
            title={undo === null ? 'Nothing to undo' : `Undo: ${undo} (Ctrl+Z)`}
            onClick={() => void undoWork()}
          >
            <Undo2 size={14} aria-hidden="true" />
            Undo
          </Button>
          <Button
            disabled={redo === null}
            title={redo === null ? 'Nothing to redo' : `Redo: ${redo} (Ctrl+Shift+Z)`}
            onClick={() => void redoWork()}
          >
            <Redo2 size={14} aria-hidden="true" />
            Redo
          </Button>
          <Button disabled={entries.length === 0} onClick={() => void saveNotes()}>
            Save notes…
          </Button>
          <Button onClick={() => void openNotes()}>Open notes…</Button>
          <ObserveButton view={view} />
        </div>
      </header>
      {entries.length === 0 ? (
        <p className="secondary">
          Nothing yet. Overrule a fact in the matrix or beside it in a hypothesis, or add what you know and no file
          shows; the verdict follows at once.
        </p>
      ) : (
        <ul className={styles.judgements}>
          {entries.map((entry) => (
            <Entry key={entry.judgement.id} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Entry({ entry: { judgement, applies } }: { readonly entry: JudgementEntry }) {
  const { withdraw } = useActions();
  const { zone } = useDisplayZone();
  return (
    <li className={styles.judgement} data-testid="judgement">
      <span className={cx(tagStyles.tag, styles.judgementKind)}>
        {judgement.kind === 'overruling' ? 'overruled' : 'observed'}
      </span>
      <div className={styles.judgementWords}>
        {judgement.kind === 'overruling' ? (
          <>
            <p>
              <s>{judgement.factText}</s>
            </p>
            <p className={styles.judgementComment}>{judgement.comment}</p>
          </>
        ) : (
          <>
            <p>{judgement.text}</p>
            <p className={styles.judgementComment}>
              {judgement.readings
                .map(
                  ({ hypothesis, speaks, strength }) =>
                    `${strength} ${speaks} ${HYPOTHESIS_TITLES[hypothesis].toLowerCase()}`,
                )
                .join(', ')}
              {judgement.time === null ? '' : ` · ${formatInstant(judgement.time, 0, zone)}`}
            </p>
          </>
        )}
        {applies ? null : (
          <p className={cx(styles.judgementRests, 'secondary')}>
            Rests: about another incident, or a fact that is not found for this one.
          </p>
        )}
      </div>
      <Button size="small" onClick={() => void withdraw(judgement.id)}>
        Take back
      </Button>
    </li>
  );
}
