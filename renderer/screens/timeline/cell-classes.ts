import type { EventColumn } from '../../state/table-columns.ts';
import styles from './event-grid.module.css';

/** How the cells of a column look. */
export const CELL_CLASSES: Readonly<Record<EventColumn, string | undefined>> = {
  time: styles.cellTime,
  delta: styles.cellDelta,
  source: styles.cellSource,
  pid: styles.cellPid,
  severity: styles.cellIcons,
  kind: styles.cellKind,
  message: styles.cellMessage,
};
