import { ChevronDown } from 'lucide-react';
import { type ReactNode, useId, useRef } from 'react';

/** A button that opens a small menu below itself. Uses the platform's popover: light dismissal, Esc and focus for free. */
export function Menu(props: {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const id = useId();
  const popover = useRef<HTMLDivElement>(null);
  return (
    <>
      <button type="button" className={props.className ?? 'button button-quiet'} popoverTarget={id}>
        {props.icon}
        {props.label}
        <ChevronDown size={13} aria-hidden="true" />
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: closes after any item inside was pressed, by mouse or by key. */}
      <div ref={popover} id={id} popover="auto" className="menu" onClick={() => popover.current?.hidePopover()}>
        {props.children}
      </div>
    </>
  );
}

export function MenuItem(props: {
  readonly onPress: () => void;
  readonly shortcut?: string;
  readonly isCurrent?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" className="menu-item" aria-current={props.isCurrent} onClick={props.onPress}>
      <span>{props.children}</span>
      {props.shortcut === undefined ? null : <kbd>{props.shortcut}</kbd>}
    </button>
  );
}
