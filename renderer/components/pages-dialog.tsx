import { ChevronLeft, ChevronRight, CornerDownRight, X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import buttonStyles from './button.module.css';
import { Button, IconButton } from './button.tsx';
import { cx } from './class-names.ts';
import styles from './pages-dialog.module.css';
import searchDialogStyles from './search-dialog.module.css';
import { useModal } from './use-modal.ts';

/** A dialog that shows a file page by page: what is shown of which file, the page, and the ways to others. */
export function PagesDialog(props: {
  readonly label: string;
  readonly title: string;
  /** In the header, behind the title. */
  readonly aside?: ReactNode;
  /** The page. */
  readonly children: ReactNode;
  /** Whether it is as high as it can be whatever the page has, so that it stands still from page to page. */
  readonly isFullHeight?: boolean;
  /** Below it: where it lies in the file. */
  readonly note: ReactNode;
  /** In front of the ways to other pages. */
  readonly copy?: ReactNode;
  /** The ways; null: there is none. */
  readonly onEarlier: (() => void) | null;
  readonly onBack: (() => void) | null;
  readonly onLater: (() => void) | null;
  readonly onClose: () => void;
}) {
  const { onEarlier, onBack, onLater, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  return (
    <dialog
      ref={dialog}
      className={cx(searchDialogStyles.palette, styles.pagesDialog)}
      aria-label={props.label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className={cx(styles.box, props.isFullHeight === true && styles.full)}>
        <header className={styles.header}>
          <h2 className={cx(styles.title, 'mono')}>{props.title}</h2>
          {props.aside}
          <IconButton label="Close" onClick={onClose}>
            <X size={15} aria-hidden="true" />
          </IconButton>
        </header>
        {props.children}
        <footer className={styles.footer}>
          <span className="secondary numeric">{props.note}</span>
          <span className={buttonStyles.buttonRow}>
            {props.copy}
            <Button size="small" disabled={onEarlier === null} onClick={() => onEarlier?.()}>
              <ChevronLeft size={13} aria-hidden="true" /> Earlier
            </Button>
            <Button size="small" disabled={onBack === null} onClick={() => onBack?.()}>
              <CornerDownRight size={13} aria-hidden="true" /> Back to the place
            </Button>
            <Button size="small" disabled={onLater === null} onClick={() => onLater?.()}>
              Later <ChevronRight size={13} aria-hidden="true" />
            </Button>
          </span>
        </footer>
      </div>
    </dialog>
  );
}
