import { Database } from 'lucide-react';
import type { DatabaseTarget } from '../../../shared/contract/database-requests.ts';
import type { DatabaseReport, DatabaseViewId } from '../../../shared/model/database.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { VIEW_WORDS, viewsOf } from '../../../shared/wording/view-words.ts';
import { cx } from '../../components/class-names.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Field } from '../../components/field.tsx';
import { FileChoice } from '../../components/figures.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { useActions, useAppState } from '../../state/app-context.tsx';
import { DATABASE_PANES, type DatabasePane } from '../../state/navigation.ts';
import { BrowsePane } from './browse.tsx';
import { ChangesPane } from './changes.tsx';
import { ConsolePane } from './console.tsx';
import styles from './database.module.css';
import { OverviewPane } from './overview.tsx';
import { SizesPane } from './sizes.tsx';
import { VIEW_NAMES } from './view-names.ts';

const PANE_TITLES: Readonly<Record<DatabasePane, string>> = {
  overview: 'Overview',
  sizes: 'Sizes',
  data: 'Schema and rows',
  changes: 'Changes',
  sql: 'SQL',
};

/** The database copy: what its files say, and what is in it. */
export function DatabaseScreen({ view }: { readonly view: CaseView }) {
  const { trail } = useAppState();
  const { move } = useActions();
  const index = Math.min(
    trail.here.databaseIndex ?? view.analysis.databaseIndex ?? 0,
    Math.max(0, view.databases.length - 1),
  );
  const database = view.databases[index];
  if (database === undefined) {
    return (
      <EmptyState icon={Database} title="No database in this case">
        <p>
          Add a copy of the SQLite file <em>together with</em> its <code>-wal</code>, <code>-shm</code> and{' '}
          <code>-journal</code> files, taken while nothing else opened it:
        </p>
        <pre className="mono">cp --preserve=timestamps app.db app.db-wal app.db-shm evidence/</pre>
        <p>A write-ahead log without commit shows that a write transaction was open, and for how much.</p>
      </EmptyState>
    );
  }
  const pane = trail.here.databasePane;
  const views = viewsOf(database);
  const chosen = views.includes(trail.here.databaseView) ? trail.here.databaseView : 'committed';
  const target: DatabaseTarget = { evidenceId: database.evidenceId, view: chosen };
  return (
    <div className={styles.databaseScreen}>
      <header className={styles.databaseHeader}>
        <h2 className="visually-hidden">Database</h2>
        <FileChoice
          label="Database file"
          paths={view.databases.map((each) => each.path)}
          chosen={index}
          inQuestion={view.analysis.databaseIndex}
          onChoose={(other) => move({ databaseIndex: other, databaseObject: null }, 'filter')}
        />
        <PaneTabs current={pane} onChoose={(next) => move({ databasePane: next }, 'tab')} />
        {pane === 'data' || pane === 'sql' ? (
          <ViewChoice
            views={views}
            chosen={chosen}
            database={database}
            onChoose={(next) => move({ databaseView: next }, 'filter')}
          />
        ) : null}
      </header>
      <div
        id="database-pane"
        role="tabpanel"
        aria-labelledby={`pane-${pane}`}
        className={cx(styles.databasePane, pane === 'data' && styles.paneData, pane === 'sql' && styles.paneSql)}
      >
        <Pane key={database.evidenceId} pane={pane} view={view} database={database} index={index} target={target} />
      </div>
    </div>
  );
}

function Pane(props: {
  readonly pane: DatabasePane;
  readonly view: CaseView;
  readonly database: DatabaseReport;
  readonly index: number;
  readonly target: DatabaseTarget;
}) {
  const { view, database, target } = props;
  const isInQuestion = props.index === view.analysis.databaseIndex;
  switch (props.pane) {
    case 'overview':
      return <OverviewPane database={database} job={isInQuestion ? (view.analysis.job ?? null) : null} />;
    case 'sizes':
      return <SizesPane database={database} />;
    case 'data':
      return <BrowsePane database={database} target={target} />;
    case 'changes':
      return <ChangesPane database={database} />;
    case 'sql':
      return <ConsolePane view={view} database={database} target={target} />;
  }
}

function PaneTabs(props: { readonly current: DatabasePane; readonly onChoose: (pane: DatabasePane) => void }) {
  return (
    <Tabs
      label="Parts of the database"
      tabs={DATABASE_PANES.map((pane) => ({ value: pane, title: PANE_TITLES[pane] }))}
      current={props.current}
      onChoose={props.onChoose}
      idPrefix="pane-"
      panelId="database-pane"
      className={styles.paneTabs}
      tabClassName={styles.paneTab}
    />
  );
}

function ViewChoice(props: {
  readonly views: readonly DatabaseViewId[];
  readonly chosen: DatabaseViewId;
  readonly database: DatabaseReport;
  readonly onChoose: (view: DatabaseViewId) => void;
}) {
  return (
    <Field className={styles.viewChoice} label="View" look="secondary">
      <select
        value={props.chosen}
        title={`The database ${VIEW_WORDS[props.chosen]}`}
        onChange={(event) => {
          const next = props.views.find((each) => each === event.target.value);
          if (next !== undefined) props.onChoose(next);
        }}
      >
        {props.views.map((each) => (
          <option key={each} value={each}>
            {VIEW_NAMES[each]}
            {sameWords(props.database, each)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function sameWords(database: DatabaseReport, id: DatabaseViewId): string {
  const same = database.views?.find((each) => each.id === id)?.sameAs ?? null;
  return same === null ? '' : ` (the same as ${VIEW_NAMES[same].toLowerCase()})`;
}
