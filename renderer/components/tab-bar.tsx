import { useActions } from '../state/app-context.tsx';
import { TABS, type TabName } from '../state/navigation.ts';
import styles from './tab-bar.module.css';
import { Tabs } from './tabs.tsx';

export const TAB_TITLES: Readonly<Record<TabName, string>> = {
  evidence: 'Evidence',
  timeline: 'Timeline',
  artifact: 'Artifact',
  database: 'Database',
  verdict: 'Verdict',
  report: 'Report',
};

/** The screens of a case as tabs. */
export function TabBar({ current }: { readonly current: TabName }) {
  const { go } = useActions();
  return (
    <Tabs
      label="Views of the case"
      tabs={TABS.map((tab, index) => ({
        value: tab,
        title: TAB_TITLES[tab],
        hint: `${TAB_TITLES[tab]} (Ctrl+${index + 1})`,
      }))}
      current={current}
      onChoose={go}
      idPrefix="tab-"
      panelId="view"
      className={styles.tabs}
      tabClassName={styles.tab}
    />
  );
}
