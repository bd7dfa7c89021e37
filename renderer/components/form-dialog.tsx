import { type FormEvent, type ReactNode, useRef } from 'react';
import { Button } from './button.tsx';
import { cx } from './class-names.ts';
import styles from './form-dialog.module.css';
import searchDialogStyles from './search-dialog.module.css';
import { useModal } from './use-modal.ts';

/** A modal dialog with a few fields, a button that does what it is for, and a way out. */
export function FormDialog(props: {
  /** Its name for screen readers; `title` is what stands above the fields. */
  readonly label: string;
  readonly title: ReactNode;
  /** Word on the button. */
  readonly submit: string;
  readonly canSubmit: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  /** A further button, on the left. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (props.canSubmit) props.onSubmit();
  };
  return (
    <dialog
      ref={dialog}
      className={cx(searchDialogStyles.palette, styles.formDialog)}
      aria-label={props.label}
      onClose={props.onClose}
      onKeyDown={(event) => {
        event.stopPropagation();
        // Enter alone is a line break where several lines are typed.
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !props.canSubmit) return;
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <form className={styles.dialogForm} onSubmit={onSubmit}>
        <h2 className={styles.dialogTitle}>{props.title}</h2>
        {props.children}
        <div className={styles.dialogButtons}>
          {props.aside}
          <span className={styles.dialogGap} />
          <Button onClick={props.onClose}>Cancel</Button>
          <Button tone="primary" type="submit" disabled={!props.canSubmit}>
            {props.submit}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
