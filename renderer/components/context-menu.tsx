import { ContextMenu as HeadlessContextMenu } from '@base-ui/react/context-menu';
import { ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import styles from './menu.module.css';

/** A menu at the pointer, by the right button, the menu key or Shift+F10; its items are those of other menus. */
export function ContextMenu(props: {
  readonly label: string;
  /** What it belongs to; it gets the handlers. */
  readonly trigger: ReactElement;
  readonly children: ReactNode;
}) {
  return (
    <HeadlessContextMenu.Root>
      <HeadlessContextMenu.Trigger render={props.trigger} />
      <HeadlessContextMenu.Portal>
        <HeadlessContextMenu.Positioner className={styles.menuPlace}>
          <HeadlessContextMenu.Popup className={styles.menu} aria-label={props.label}>
            {props.children}
          </HeadlessContextMenu.Popup>
        </HeadlessContextMenu.Positioner>
      </HeadlessContextMenu.Portal>
    </HeadlessContextMenu.Root>
  );
}

/** A line of a menu that opens another beside it. */
export function Submenu(props: { readonly label: string; readonly children: ReactNode }) {
  return (
    <HeadlessContextMenu.SubmenuRoot>
      <HeadlessContextMenu.SubmenuTrigger className={styles.menuItem}>
        <span>{props.label}</span>
        <ChevronRight size={13} aria-hidden="true" />
      </HeadlessContextMenu.SubmenuTrigger>
      <HeadlessContextMenu.Portal>
        <HeadlessContextMenu.Positioner className={styles.menuPlace} sideOffset={2}>
          <HeadlessContextMenu.Popup className={styles.menu}>{props.children}</HeadlessContextMenu.Popup>
        </HeadlessContextMenu.Positioner>
      </HeadlessContextMenu.Portal>
    </HeadlessContextMenu.SubmenuRoot>
  );
}
