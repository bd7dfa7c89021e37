import type { TableSize } from '../../model/database.ts';
import type { PageOwners } from './page-owners.ts';

/**
 * Pages and bytes of every table and index including sqlite_schema, overflow pages counted: what the dbstat virtual table
 * sums up as pgsize per name (https://www.sqlite.org/dbstat.html), which sql.js does not have.
 */
export function tableSizes(owners: PageOwners, pageSize: number): readonly TableSize[] {
  return owners.trees.map(({ name, type, tableName, pages, entries, extent }) => ({
    name,
    type,
    tableName,
    rows: type === 'table' ? entries : null,
    pages,
    bytes: pages * pageSize,
    overflowPages: extent.overflowPages,
    unusedBytes: extent.unusedBytes,
    payloadBytes: extent.payloadBytes,
    fragmentation: extent.leafPages < 2 ? null : extent.leafJumps / (extent.leafPages - 1),
  }));
}
