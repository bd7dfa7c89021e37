import type { SqlCell } from '../../../shared/model/sql-result.ts';
import { cellText } from '../../../shared/sql/cells.ts';

export interface PlannedColumn {
  readonly widthPx: number;
  /** Set flush right. */
  readonly isNumeric: boolean;
}

/** Width of a letter of the grid's fonts, rather too much than too little, and what a cell has besides. */
const LETTER_PX = 7.1;
const PADDING_PX = 24;
const NARROWEST_PX = 56;
const WIDEST_PX = 380;

/** Columns as wide as their names and some of their values need, within bounds. */
export function columnPlan(
  names: readonly string[],
  sample: readonly (readonly SqlCell[])[],
): readonly PlannedColumn[] {
  return names.map((name, column) => {
    let longest = name.length + 2;
    let numbers = 0;
    let values = 0;
    for (const row of sample) {
      const cell = row[column] ?? null;
      if (cell === null) continue;
      values += 1;
      if (typeof cell === 'number' || (typeof cell === 'object' && cell.type === 'number')) numbers += 1;
      longest = Math.max(longest, typeof cell === 'object' && cell.type === 'blob' ? 28 : cellText(cell).length);
    }
    const widthPx = Math.round(Math.min(WIDEST_PX, Math.max(NARROWEST_PX, longest * LETTER_PX + PADDING_PX)));
    return { widthPx, isNumeric: values > 0 && numbers === values };
  });
}
