import { ArrowDown, ArrowUp, TableProperties } from 'lucide-react';
import { useMemo, useState } from 'react';
import { layoutSizeTreemap } from '../../../shared/figures/size-treemap.ts';
import type { DatabaseReport, TableSize } from '../../../shared/model/database.ts';
import { ShareBar } from '../../components/bars.tsx';
import { Button, LinkButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import pageStyles from '../../components/page.module.css';
import { SceneView } from '../../components/scene-view.tsx';
import tableStyles from '../../components/table.module.css';
import { Table } from '../../components/table.tsx';
import { useSize } from '../../components/use-size.ts';
import { countOf, formatBytes, formatCount, formatShare } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import styles from './sizes.module.css';

const TREEMAP_HEIGHT_PX = 250;

type SortKey = 'name' | 'rows' | 'pages' | 'bytes' | 'payload' | 'fragmentation';
interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Tables and indexes by the room they take, as areas and as a list. */
export function SizesPane({ database }: { readonly database: DatabaseReport }) {
  const { move } = useActions();
  const { tables } = database;
  if (tables.length === 0) {
    return (
      <EmptyState icon={TableProperties} title="No table could be read">
        <p>The schema is empty or damaged; the overview and the problems under Evidence say more.</p>
      </EmptyState>
    );
  }
  const show = (name: string): void => move({ databasePane: 'data', databaseObject: name }, 'jump');
  return (
    <div className={pageStyles.page}>
      <section className={pageStyles.block} aria-labelledby="sizes-title">
        <h3 id="sizes-title" className={pageStyles.blockHeading}>
          Tables and indexes{' '}
          <span className="secondary numeric">
            as of the last commit · {countOf(tables.filter(({ type }) => type === 'table').length, 'table')},{' '}
            {countOf(tables.filter(({ type }) => type === 'index').length, 'index', 'indexes')} ·{' '}
            {formatBytes(tables.reduce((sum, { bytes }) => sum + bytes, 0))}
          </span>
        </h3>
        <Treemap tables={tables} onShow={show} />
        <SizeTable tables={tables} onShow={show} />
      </section>
    </div>
  );
}

function Treemap(props: { readonly tables: readonly TableSize[]; readonly onShow: (name: string) => void }) {
  const { tables } = props;
  const { ref, width } = useSize<HTMLDivElement>();
  const scene = useMemo(
    () => (width === 0 ? null : layoutSizeTreemap(tables, { width, height: TREEMAP_HEIGHT_PX })),
    [tables, width],
  );
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the same tables are buttons in the list below.
    <div
      ref={ref}
      className={styles.treemap}
      onClick={(event) => {
        const at =
          event.target instanceof Element ? event.target.closest('[data-row]')?.getAttribute('data-row') : null;
        const table = at === null || at === undefined ? undefined : tables[Number(at)];
        if (table !== undefined && hasRows(table)) props.onShow(table.tableName);
      }}
    >
      {scene === null ? null : <SceneView scene={scene} />}
      <p className={cx(styles.figureKey, 'secondary')}>
        <span className={cx(styles.keySwatch, styles.keyTable)} aria-hidden="true" /> table{' '}
        <span className={cx(styles.keySwatch, styles.keyIndex)} aria-hidden="true" /> index
      </p>
    </div>
  );
}

const COLUMNS: readonly { readonly key: SortKey; readonly name: string; readonly isNumber: boolean }[] = [
  { key: 'name', name: 'Name', isNumber: false },
  { key: 'rows', name: 'Rows', isNumber: true },
  { key: 'pages', name: 'Pages', isNumber: true },
  { key: 'payload', name: 'Filled', isNumber: true },
  { key: 'fragmentation', name: 'Scattered', isNumber: true },
  { key: 'bytes', name: 'Size', isNumber: true },
];

function SizeTable(props: { readonly tables: readonly TableSize[]; readonly onShow: (name: string) => void }) {
  const { tables } = props;
  const [order, setOrder] = useState<Order>({ key: 'bytes', descending: true });
  const hasFill = tables.some(({ payloadBytes }) => payloadBytes !== undefined);
  const hasFragments = tables.some(({ fragmentation }) => fragmentation !== undefined);
  const columns = COLUMNS.filter(
    ({ key }) => (key !== 'payload' || hasFill) && (key !== 'fragmentation' || hasFragments),
  );
  const sorted = useMemo(() => tables.toSorted(comparison(order)), [tables, order]);
  const most = Math.max(1, ...tables.map((table) => table.bytes));
  return (
    <Table className={styles.sizesTable} aria-labelledby="sizes-title">
      <thead>
        <tr>
          {columns.map(({ key, name, isNumber }) => {
            const isSorted = order.key === key;
            return (
              <th
                key={key}
                scope="col"
                className={isNumber ? 'number' : undefined}
                aria-sort={isSorted ? (order.descending ? 'descending' : 'ascending') : 'none'}
              >
                <Button
                  tone="bare"
                  className={cx(tableStyles.sortButton, styles.sortButton)}
                  onClick={() => setOrder({ key, descending: isSorted ? !order.descending : isNumber })}
                >
                  {name}
                  {isSorted ? (
                    order.descending ? (
                      <ArrowDown size={11} aria-hidden />
                    ) : (
                      <ArrowUp size={11} aria-hidden />
                    )
                  ) : null}
                </Button>
              </th>
            );
          })}
          <th scope="col" className={tableStyles.barColumn}>
            <span className="visually-hidden">Share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((table) => (
          <tr key={`${table.type} ${table.name}`}>
            <th scope="row">
              {hasRows(table) ? (
                <LinkButton tone="plain" className="mono" onClick={() => props.onShow(table.tableName)}>
                  {table.name}
                </LinkButton>
              ) : (
                <span className="mono">{table.name}</span>
              )}
              {table.type === 'index' ? <span className="secondary"> index of {table.tableName}</span> : null}
            </th>
            <td className="number">{table.rows === null ? '–' : formatCount(table.rows)}</td>
            <td className="number">
              {formatCount(table.pages)}
              {table.overflowPages === undefined || table.overflowPages === 0 ? null : (
                <span className="secondary"> {formatCount(table.overflowPages)} overflow</span>
              )}
            </td>
            {hasFill ? (
              <td className="number">
                {table.payloadBytes === undefined ? '–' : formatShare(table.payloadBytes, table.bytes)}
              </td>
            ) : null}
            {hasFragments ? (
              <td className="number">
                {table.fragmentation === undefined || table.fragmentation === null
                  ? '–'
                  : formatShare(table.fragmentation, 1)}
              </td>
            ) : null}
            <td className="number">{formatBytes(table.bytes)}</td>
            <td className={tableStyles.barColumn}>
              <ShareBar share={table.bytes / most} tone={table.type === 'table' ? 'accent' : 'quiet'} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** The schema's own table is told as what it defines. */
function hasRows({ tableName }: TableSize): boolean {
  return tableName !== 'sqlite_schema';
}

/** Equal ones by their names; what is not known comes last. */
function comparison({ key, descending }: Order): (one: TableSize, other: TableSize) => number {
  const sign = descending ? -1 : 1;
  const value = (table: TableSize): number => {
    switch (key) {
      case 'rows':
        return table.rows ?? -1;
      case 'pages':
        return table.pages;
      case 'payload':
        return (table.payloadBytes ?? -1) / Math.max(1, table.bytes);
      case 'fragmentation':
        return table.fragmentation ?? -1;
      case 'name':
      case 'bytes':
        return table.bytes;
    }
  };
  const byName = (one: TableSize, other: TableSize): number => one.name.localeCompare(other.name);
  if (key === 'name') return (one, other) => sign * byName(one, other);
  return (one, other) => sign * (value(one) - value(other)) || byName(one, other);
}
