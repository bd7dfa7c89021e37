import { CircleAlert, X } from 'lucide-react';
import { useActions, useAppState } from '../state/app-context.tsx';
import buttonStyles from './button.module.css';
import { Button, IconButton } from './button.tsx';
import { cx } from './class-names.ts';
import { CopyButton } from './copy.tsx';
import styles from './failure-notice.module.css';

const ADVICE = {
  open: {
    usage: 'Check that the files are still there and that you may read them, then open them again.',
    internal: 'This is a defect of Inquest, not of the evidence. Opening fewer files may get round it.',
  },
  add: {
    usage: 'Check that the files are still there and that you may read them, then add them again.',
    internal: 'This is a defect of Inquest, not of the evidence. Adding fewer files may get round it.',
  },
} as const;

/** An import that failed, in words, with what can be done about it. The case that was open stays open. */
export function FailureNotice() {
  const { failure, view } = useAppState();
  const actions = useActions();
  if (failure === null) return null;
  return (
    <section className={styles.failure} role="alert">
      <CircleAlert size={18} aria-hidden="true" />
      <div className={styles.failureWords}>
        <h2>
          Could not {failure.kind === 'add' ? 'add' : 'open'} {failure.title}
        </h2>
        <p className={styles.failureMessage} data-testid="failure-message">
          {failure.error.message}
        </p>
        <p>
          {ADVICE[failure.kind][failure.error.kind]}
          {view === null ? null : ' The case you had open is still open.'}
        </p>
        <div className={cx(buttonStyles.buttonRow, styles.buttonRow)}>
          {failure.kind === 'add' ? (
            <Button size="small" onClick={() => void actions.addDialog('files')}>
              Add files…
            </Button>
          ) : (
            <Button size="small" onClick={() => void actions.openDialog('files')}>
              Open files…
            </Button>
          )}
          <CopyButton text={failure.error.message} what="Message" withLabel />
        </div>
      </div>
      <IconButton label="Dismiss" onClick={actions.dismissFailure}>
        <X size={14} aria-hidden="true" />
      </IconButton>
    </section>
  );
}
