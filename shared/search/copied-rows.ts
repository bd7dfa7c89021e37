import type { EventColumns } from '../model/event-columns.ts';

/**
 * Rows of which a wanted file has a copy: an entry that stands in several files comes from each of them. Null when there is
 * none, as in most cases.
 *
 * @param wanted 1 for each file that is wanted, by its index
 */
export function copiedRows({ copies }: Pick<EventColumns, 'copies'>, wanted: Uint8Array): ReadonlySet<number> | null {
  const rows = new Set<number>();
  for (let copy = 0; copy < copies.count; copy++) {
    if (wanted[copies.fileIndex[copy] ?? 0] === 1) rows.add(copies.row[copy] ?? 0);
  }
  return rows.size === 0 ? null : rows;
}
