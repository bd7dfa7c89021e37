import { Tabs as HeadlessTabs } from '@base-ui/react/tabs';
import { Button } from './button.tsx';
import styles from './tabs.module.css';

/** Tabs over one panel that stands elsewhere: one tab stop, arrow keys, Home and End go through them and choose. */
export function Tabs<Value extends string>(props: {
  readonly label: string;
  readonly tabs: readonly { readonly value: Value; readonly title: string; readonly hint?: string }[];
  readonly current: Value;
  readonly onChoose: (value: Value) => void;
  /** A tab's element id is this and its value: what the panel is labelled by. */
  readonly idPrefix: string;
  readonly panelId: string;
  readonly className: string | undefined;
  readonly tabClassName: string | undefined;
}) {
  return (
    <HeadlessTabs.Root
      className={styles.root}
      value={props.current}
      onValueChange={(value) => {
        const chosen = props.tabs.find((tab) => tab.value === value);
        if (chosen !== undefined) props.onChoose(chosen.value);
      }}
    >
      <HeadlessTabs.List activateOnFocus className={props.className} aria-label={props.label}>
        {props.tabs.map(({ value, title, hint }) => (
          <HeadlessTabs.Tab
            key={value}
            id={`${props.idPrefix}${value}`}
            value={value}
            aria-controls={props.panelId}
            title={hint}
            render={<Button tone="bare" className={props.tabClassName} />}
          >
            {title}
          </HeadlessTabs.Tab>
        ))}
      </HeadlessTabs.List>
    </HeadlessTabs.Root>
  );
}
