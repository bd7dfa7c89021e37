import { CircleAlert, CircleCheck } from 'lucide-react';
import type { MovedEvidence } from '../../shared/contract/ipc.ts';
import { Button } from '../components/button.tsx';
import { cx } from '../components/class-names.ts';
import formDialogStyles from '../components/form-dialog.module.css';
import { FormDialog } from '../components/form-dialog.tsx';
import { countOf } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import styles from './moved-dialog.module.css';

/** Asks where the evidence of a case file lies now. The case can be opened with a part of it: the rest is kept. */
export function MovedDialog({ moved }: { readonly moved: MovedEvidence }) {
  const { locateSource, openLocated, leaveMoved } = useActions();
  const missingCount = moved.sources.filter(({ place }) => place === null).length;
  const canOpen = missingCount < moved.sources.length;
  const submit = missingCount === 0 || !canOpen ? 'Open case' : `Open without ${countOf(missingCount, 'source')}`;
  return (
    <FormDialog
      label="Locate evidence"
      title={`The evidence of ${moved.title} has moved`}
      submit={submit}
      canSubmit={canOpen}
      onSubmit={() => void openLocated(moved.title)}
      onClose={leaveMoved}
    >
      <p className={cx(formDialogStyles.dialogHelp, 'secondary')}>
        Locate each file or folder. The case keeps the new place, and what was said about evidence that is not located.
      </p>
      <ul className={styles.sources}>
        {moved.sources.map(({ path, place, kind }, index) => (
          // The order is that of the case file.
          <li key={path}>
            {place === null ? (
              <CircleAlert size={16} aria-label="Not found" role="img" />
            ) : (
              <CircleCheck size={16} aria-label="Found" role="img" />
            )}
            <span className={styles.words}>{place ?? path}</span>
            {place === null ? (
              <Button size="small" aria-label={`Locate ${path}`} onClick={() => void locateSource(index)}>
                {kind === 'folder' ? 'Locate folder…' : 'Locate file…'}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </FormDialog>
  );
}
