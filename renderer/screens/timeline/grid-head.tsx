import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import gridStyles from '../../components/grid.module.css';
import { Menu, MenuCheck, MenuItem, MenuSeparator } from '../../components/menu.tsx';
import tableStyles from '../../components/table.module.css';
import { EVENT_COLUMNS, type EventColumn, FIRST_COLUMNS, FIXED_COLUMNS } from '../../state/table-columns.ts';
import { CELL_CLASSES } from './cell-classes.ts';
import { COLUMN_WORDS, SORTABLE } from './event-columns.tsx';
import styles from './event-grid.module.css';
import type { ColumnLayout } from './use-column-layout.ts';
import type { EventRows } from './use-event-rows.ts';

/** A step of the keys that resize a column. */
const STEP_PX = 12;

/** The names of the columns, each with what orders and resizes it. */
export function GridHead({ table, layout }: { readonly table: EventRows; readonly layout: ColumnLayout }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid.
    <div role="rowgroup" className={styles.gridHead}>
      {table.getHeaderGroups().map((group) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid, which has the focus.
        <div key={group.id} role="row" aria-rowindex={1} className={cx(gridStyles.gridRow, styles.gridRow)}>
          {group.headers.map((header) => {
            const column = header.id as EventColumn;
            const sorted = header.column.getIsSorted();
            const canSort = column in SORTABLE;
            return (
              // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see the grid.
              <div
                key={header.id}
                role="columnheader"
                className={cx(gridStyles.gridCell, styles.gridCell, CELL_CLASSES[column])}
                aria-sort={
                  sorted === false ? (canSort ? 'none' : undefined) : sorted === 'asc' ? 'ascending' : 'descending'
                }
              >
                {canSort ? (
                  <Button
                    tone="bare"
                    className={tableStyles.sortButton}
                    title={`Order by ${COLUMN_WORDS[column].toLowerCase()}; Shift+Left and Shift+Right resize`}
                    onClick={header.column.getToggleSortingHandler()}
                    onKeyDown={(event) => resizeByKey(event, column, layout)}
                  >
                    <table.FlexRender header={header} />
                    {sorted === 'asc' ? <ArrowUp size={11} aria-hidden="true" /> : null}
                    {sorted === 'desc' ? <ArrowDown size={11} aria-hidden="true" /> : null}
                    {column === 'severity' && sorted === false ? <span aria-hidden="true">!</span> : null}
                  </Button>
                ) : (
                  <table.FlexRender header={header} />
                )}
                {column === 'message' ? null : <Resizer column={column} layout={layout} />}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function resizeByKey(event: KeyboardEvent, column: EventColumn, { widthOf, resize }: ColumnLayout): void {
  if (!event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
  event.preventDefault();
  event.stopPropagation();
  resize(column, widthOf(column) + (event.key === 'ArrowRight' ? STEP_PX : -STEP_PX));
}

/** The edge of a column, for a pointer; a double click gives back the width that it had at first. */
function Resizer({ column, layout }: { readonly column: EventColumn; readonly layout: ColumnLayout }) {
  const start = useRef<{ readonly x: number; readonly width: number } | null>(null);
  // Columns behind the message grow to the left, into its room.
  const isBehind = EVENT_COLUMNS.indexOf(column) > EVENT_COLUMNS.indexOf('message');
  const onMove = (event: PointerEvent): void => {
    if (start.current === null) return;
    const moved = event.clientX - start.current.x;
    layout.resize(column, start.current.width + (isBehind ? -moved : moved));
  };
  return (
    <span
      className={cx(styles.resizer, isBehind ? styles.resizerBefore : styles.resizerAfter)}
      data-testid={`resize-${column}`}
      aria-hidden="true"
      onPointerDown={(event) => {
        start.current = { x: event.clientX, width: layout.widthOf(column) };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={onMove}
      onPointerUp={() => {
        start.current = null;
      }}
      onDoubleClick={() => layout.resize(column, null)}
    />
  );
}

/** Which columns are shown. */
export function ColumnMenu({ layout }: { readonly layout: ColumnLayout }) {
  const { choice, setChoice } = layout;
  return (
    <Menu label="Columns" trigger={<Button tone="quiet" size="small" />}>
      {EVENT_COLUMNS.map((column) => (
        <MenuCheck
          key={column}
          isOn={!choice.hidden.includes(column)}
          isFixed={FIXED_COLUMNS.includes(column)}
          onChange={(isOn) =>
            setChoice({
              ...choice,
              hidden: isOn ? choice.hidden.filter((each) => each !== column) : [...choice.hidden, column],
            })
          }
        >
          {COLUMN_WORDS[column]}
        </MenuCheck>
      ))}
      <MenuSeparator />
      <MenuItem onPress={() => setChoice(FIRST_COLUMNS)}>Reset columns</MenuItem>
    </Menu>
  );
}
