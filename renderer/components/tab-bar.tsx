import { type KeyboardEvent, useRef } from 'react';
import { useActions } from '../state/app-context.tsx';
import { TABS, type TabName } from '../state/navigation.ts';
import { Button } from './button.tsx';
import styles from './tab-bar.module.css';

export const TAB_TITLES: Readonly<Record<TabName, string>> = {
  evidence: 'Evidence',
  timeline: 'Timeline',
  artifact: 'Artifact',
  database: 'Database',
  verdict: 'Verdict',
  report: 'Report',
};

/** The screens of a case as tabs: one tab stop, arrows move between them (WAI-ARIA tabs pattern). */
export function TabBar({ current }: { readonly current: TabName }) {
  const { go } = useActions();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0 || event.altKey) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(current) + step + TABS.length) % TABS.length];
    if (next === undefined) return;
    go(next);
    list.current?.querySelector<HTMLButtonElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div ref={list} className={styles.tabs} role="tablist" aria-label="Views of the case" onKeyDown={onKeyDown}>
      {TABS.map((tab, index) => (
        <Button
          tone="bare"
          className={styles.tab}
          key={tab}
          id={`tab-${tab}`}
          role="tab"
          aria-selected={tab === current}
          aria-controls="view"
          tabIndex={tab === current ? 0 : -1}
          title={`${TAB_TITLES[tab]} (Ctrl+${index + 1})`}
          onClick={() => go(tab)}
        >
          {TAB_TITLES[tab]}
        </Button>
      ))}
    </div>
  );
}
