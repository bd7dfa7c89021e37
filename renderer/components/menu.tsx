import { Menu as HeadlessMenu } from '@base-ui/react/menu';
import { Check, ChevronDown } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './menu.module.css';

/** A button that opens a menu below itself: arrow keys and first letters go through it, Esc and a click beside it close it. */
export function Menu(props: {
  readonly label: string;
  /** The button without its words; a quiet one unless given. */
  readonly trigger?: ReactElement;
  readonly children: ReactNode;
}) {
  return (
    <HeadlessMenu.Root modal={false}>
      <HeadlessMenu.Trigger render={props.trigger ?? <Button tone="quiet" />}>
        {props.label}
        <ChevronDown size={13} aria-hidden="true" />
      </HeadlessMenu.Trigger>
      <HeadlessMenu.Portal>
        <HeadlessMenu.Positioner className={styles.menuPlace} side="bottom" align="end" sideOffset={4}>
          <HeadlessMenu.Popup className={styles.menu}>{props.children}</HeadlessMenu.Popup>
        </HeadlessMenu.Positioner>
      </HeadlessMenu.Portal>
    </HeadlessMenu.Root>
  );
}

/** One line of a menu, or several where it is given looks of its own. */
export function MenuItem(props: {
  readonly onPress: () => void;
  readonly shortcut?: string;
  readonly isCurrent?: boolean;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <HeadlessMenu.Item
      className={props.className ?? styles.menuItem}
      aria-current={props.isCurrent}
      onClick={props.onPress}
    >
      {props.className === undefined ? <span>{props.children}</span> : props.children}
      {props.shortcut === undefined ? null : <kbd>{props.shortcut}</kbd>}
    </HeadlessMenu.Item>
  );
}

/** A line of a menu that is on or off; the menu stays open, so that several can be set. */
export function MenuCheck(props: {
  readonly isOn: boolean;
  readonly isFixed?: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <HeadlessMenu.CheckboxItem
      className={styles.menuItem}
      checked={props.isOn}
      disabled={props.isFixed === true}
      onCheckedChange={props.onChange}
    >
      <span>{props.children}</span>
      <HeadlessMenu.CheckboxItemIndicator className={styles.check}>
        <Check size={13} aria-hidden="true" />
      </HeadlessMenu.CheckboxItemIndicator>
    </HeadlessMenu.CheckboxItem>
  );
}

export function MenuSeparator() {
  return <HeadlessMenu.Separator className={styles.menuSeparator} />;
}
