import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { cx } from './class-names.ts';
import styles from './search-dialog.module.css';
import { useModal } from './use-modal.ts';

/** One line of the list. */
interface SearchItem {
  readonly id: string;
  readonly content: ReactNode;
  /** What is in force already: it is told to screen readers as selected, in place of what Enter takes. */
  readonly isCurrent?: boolean;
  readonly isDisabled?: boolean;
}

interface SearchDialogProps {
  readonly label: string;
  readonly fieldLabel: string;
  readonly placeholder: string;
  readonly listLabel: string;
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly items: readonly SearchItem[];
  /** Whether one of the items is in force; else the one that Enter takes counts as selected. */
  readonly hasCurrent?: boolean;
  readonly itemClassName?: string | undefined;
  readonly onChoose: (position: number) => void;
  readonly onClose: () => void;
  /** Above the field. */
  readonly heading?: ReactNode;
  /** Below the items: why there are none, or that there are more. */
  readonly note: ReactNode;
}

/** One field over one list, as a dialog: what is typed narrows the list, arrow keys go through it, Enter or a click takes. */
export function SearchDialog(props: SearchDialogProps) {
  const { items, query } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  const id = useId();
  const [active, setActive] = useState(0);
  const index = Math.min(active, Math.max(0, items.length - 1));

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search is another list.
  useEffect(() => {
    dialog.current?.querySelector('[role=option][data-active=true]')?.scrollIntoView({ block: 'nearest' });
  }, [index, query]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') props.onChoose(index);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((index + step + items.length) % Math.max(1, items.length));
    } else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      className={styles.palette}
      aria-label={props.label}
      onClose={props.onClose}
      onClick={(event) => {
        // The dialog's own box is filled by its content, so a click that lands on the dialog itself is on the backdrop.
        if (event.target === dialog.current) props.onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div>
        {props.heading}
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={items.length === 0 ? undefined : `${id}-${index}`}
          aria-label={props.fieldLabel}
          placeholder={props.placeholder}
          value={query}
          spellCheck={false}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            props.onQuery(event.target.value);
            setActive(0);
          }}
        />
        <div id={id} role="listbox" aria-label={props.listLabel} className={styles.paletteList}>
          <Items {...props} id={id} active={index} onActive={setActive} />
          {props.note}
        </div>
      </div>
    </dialog>
  );
}

function Items(
  props: SearchDialogProps & {
    readonly id: string;
    readonly active: number;
    readonly onActive: (position: number) => void;
  },
) {
  const { items, id, active } = props;
  return (
    <>
      {items.map((item, position) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard, as in every combobox.
        <div
          key={item.id}
          id={`${id}-${position}`}
          role="option"
          tabIndex={-1}
          aria-selected={props.hasCurrent === true ? item.isCurrent === true : position === active}
          aria-disabled={item.isDisabled}
          data-active={position === active}
          className={cx(styles.paletteItem, props.itemClassName)}
          onClick={() => props.onChoose(position)}
          onMouseMove={() => props.onActive(position)}
        >
          {item.content}
        </div>
      ))}
    </>
  );
}
