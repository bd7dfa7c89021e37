import { CircleAlert, Search, TableProperties } from 'lucide-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { DatabaseSchema, DatabaseTarget, SchemaEntry } from '../../../shared/contract/database-requests.ts';
import type { DatabaseReport } from '../../../shared/model/database.ts';
import buttonStyles from '../../components/button.module.css';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Working } from '../../components/working.tsx';
import { formatBytes, formatCount } from '../../format.ts';
import { useActions, useAppState, useBridge } from '../../state/app-context.tsx';
import { useSchema } from '../../state/use-database.ts';
import styles from './browse.module.css';
import { ObjectRows } from './object-rows.tsx';
import { ObjectSchema } from './object-schema.tsx';
import paneStyles from './pane.module.css';

/** Tables and views at the left, the rows or the definition of one at the right. */
export function BrowsePane(props: { readonly database: DatabaseReport; readonly target: DatabaseTarget }) {
  const { database, target } = props;
  const bridge = useBridge();
  const state = useSchema(target);
  const [sinceMillis] = useState(() => performance.now());
  switch (state.status) {
    case 'reading':
      return (
        <div className={paneStyles.paneMessage}>
          <Working
            words="Reading the database"
            sinceMillis={sinceMillis}
            onStop={() => void bridge.request('database.cancel', undefined)}
          />
        </div>
      );
    case 'failed':
      return (
        <EmptyState icon={CircleAlert} title="The database could not be read">
          <p>{state.message}</p>
          <p>
            <Button onClick={state.retry}>Try again</Button>
          </p>
        </EmptyState>
      );
    case 'read':
      return <Browser database={database} target={target} schema={state.schema} />;
  }
}

interface Listed {
  readonly entry: SchemaEntry;
  /** Its place in the schema, by which it is asked for. */
  readonly index: number;
  readonly rows: number | null;
  readonly bytes: number | null;
}

function Browser(props: {
  readonly database: DatabaseReport;
  readonly target: DatabaseTarget;
  readonly schema: DatabaseSchema;
}) {
  const { database, target, schema } = props;
  const { trail } = useAppState();
  const { move } = useActions();
  const [search, setSearch] = useState('');
  const [part, setPart] = useState<'rows' | 'schema'>('rows');
  const listed = useMemo(() => listedOf(schema, database), [schema, database]);
  const shown = listed.filter(({ entry }) => entry.name.toLowerCase().includes(search.trim().toLowerCase()));
  const wanted = trail.here.databaseObject;
  const chosen = listed.find(({ entry }) => entry.name === wanted) ?? listed[0];
  if (chosen === undefined) {
    return (
      <EmptyState icon={TableProperties} title="This view has no tables">
        <p>Another view of the same files may have: choose it at the top right.</p>
      </EmptyState>
    );
  }
  return (
    <div className={styles.browser}>
      <nav className={styles.objectList} aria-label="Tables and views">
        <div className={styles.objectSearch}>
          <Search size={12} aria-hidden="true" />
          <input
            type="search"
            aria-label="Search tables and views"
            placeholder={`${formatCount(listed.length)} tables and views`}
            value={search}
            spellCheck={false}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
        <ObjectList listed={shown} chosen={chosen} onChoose={(name) => move({ databaseObject: name }, 'selection')} />
        {schema.total > schema.objects.length ? (
          <p className={cx(styles.objectNote, 'secondary')}>
            The first {formatCount(schema.objects.length)} of {formatCount(schema.total)} objects.
          </p>
        ) : null}
      </nav>
      <section className={styles.object} aria-labelledby="object-title">
        <header className={styles.objectHeader}>
          <h3 id="object-title" className="mono">
            {chosen.entry.name}
          </h3>
          <span className="secondary">
            {chosen.entry.type}
            {chosen.bytes === null ? '' : ` · ${formatBytes(chosen.bytes)}`}
          </span>
          <div className={cx(buttonStyles.buttonGroup, styles.buttonGroup)}>
            <Button size="small" aria-pressed={part === 'rows'} onClick={() => setPart('rows')}>
              Rows
            </Button>
            <Button size="small" aria-pressed={part === 'schema'} onClick={() => setPart('schema')}>
              Schema
            </Button>
          </div>
        </header>
        {part === 'schema' ? (
          <ObjectSchema entry={chosen.entry} schema={schema} />
        ) : (
          <ObjectRows
            key={`${target.view} ${chosen.index}`}
            entry={chosen.entry}
            index={chosen.index}
            target={target}
          />
        )}
      </section>
    </div>
  );
}

function listedOf(schema: DatabaseSchema, database: DatabaseReport): readonly Listed[] {
  const sizes = new Map(database.tables.filter(({ type }) => type === 'table').map((size) => [size.name, size]));
  return schema.objects
    .map((entry, index) => ({
      entry,
      index,
      rows: sizes.get(entry.name)?.rows ?? null,
      bytes: sizes.get(entry.name)?.bytes ?? null,
    }))
    .filter(({ entry }) => entry.type === 'table' || entry.type === 'view')
    .sort((one, other) => one.entry.name.localeCompare(other.entry.name));
}

/** One tab stop; arrows move the choice. */
function ObjectList(props: {
  readonly listed: readonly Listed[];
  readonly chosen: Listed;
  readonly onChoose: (name: string) => void;
}) {
  const { listed, chosen } = props;
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = listed.findIndex(({ index }) => index === chosen.index);
    const target = ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: listed.length - 1 } as Record<string, number>)[
      event.key
    ];
    const next = target === undefined ? undefined : listed[Math.max(0, Math.min(listed.length - 1, target))];
    if (next === undefined) return;
    event.preventDefault();
    props.onChoose(next.entry.name);
    list.current?.querySelector(`#object-${next.index}`)?.scrollIntoView({ block: 'nearest' });
  };
  if (listed.length === 0) return <p className={cx(styles.objectNote, 'secondary')}>No name has these letters.</p>;
  return (
    <div
      ref={list}
      role="listbox"
      aria-label="Tables and views"
      tabIndex={0}
      aria-activedescendant={`object-${chosen.index}`}
      className={styles.objectOptions}
      onKeyDown={onKeyDown}
    >
      {listed.map(({ entry, index, rows }) => (
        // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the list has the focus and the keys.
        <div
          key={index}
          id={`object-${index}`}
          role="option"
          aria-selected={index === chosen.index}
          className={styles.objectOption}
          title={entry.name}
          onClick={() => props.onChoose(entry.name)}
        >
          <span className={cx(styles.objectName, 'mono')}>{entry.name}</span>
          <span className={cx(styles.objectCount, 'numeric')}>
            {entry.type === 'view' ? 'view' : rows === null ? '' : formatCount(rows)}
          </span>
        </div>
      ))}
    </div>
  );
}
