import type { EventColumns } from '../model/event-columns.ts';
import { existing } from '../model/existing.ts';

/**
 * Rows of which a wanted file has a copy: an entry that stands in several files comes from each of them. Null when there is
 * none, as in most cases.
 *
 * @param wanted 1 for each file that is wanted, by its index
 */
export function copiedRows({ copies }: Pick<EventColumns, 'copies'>, wanted: Uint8Array): ReadonlySet<number> | null {
  const rows = new Set<number>();
  for (let copy = 0; copy < copies.count; copy++) {
    if (wanted[existing(copies.fileIndex[copy], copy)] === 1) rows.add(existing(copies.row[copy], copy));
  }
  return rows.size === 0 ? null : rows;
}
