import { LEAF_TABLE, readCell, readPayload, walkTree } from './btree.ts';
import type { DatabaseHeader } from './header.ts';
import { type ProblemLog, SILENT_LOG } from './problems.ts';
import { readColumn, readRecordLayout } from './record.ts';
import type { PageView } from './views.ts';

/** A row of sqlite_schema. Source: https://www.sqlite.org/fileformat2.html#storage_of_the_sql_database_schema */
export interface SchemaObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  readonly tableName: string;
  /** Root page; 0 for views, triggers and virtual tables. */
  readonly rootPage: number;
  /** CREATE text; null for automatic indexes. */
  readonly sql: string | null;
}

const MAX_OBJECTS = 20_000;
const MAX_ROW_BYTES = 1024 * 1024;
/** All rows together: hostile rows could share one overflow chain and be read again and again. */
const MAX_SCHEMA_BYTES = 64 * 1024 * 1024;

/** Reads sqlite_schema, which is the b-tree on page 1. Rows that cannot be read become problems. */
export function readSchema(view: PageView, header: DatabaseHeader, problems: ProblemLog): readonly SchemaObject[] {
  const objects: SchemaObject[] = [];
  const met = new Set<number>();
  let refused = 0;
  let readBytes = 0;
  walkTree(
    view,
    header.usableBytes,
    1,
    'sqlite_schema',
    {
      claim(pageNumber) {
        if (met.has(pageNumber)) return false;
        met.add(pageNumber);
        return true;
      },
      page(pageNumber, page, pageHeader) {
        if (pageHeader.type !== LEAF_TABLE) return;
        for (let index = 0; index < pageHeader.cells; index += 1) {
          const cell = readCell(page, pageHeader, index, header.usableBytes);
          if (cell === null) continue;
          readBytes += Math.min(cell.payloadBytes, MAX_ROW_BYTES);
          if (objects.length >= MAX_OBJECTS || readBytes > MAX_SCHEMA_BYTES) {
            refused += 1;
            continue;
          }
          const object = readRow(readPayload(view, page, cell, header.usableBytes, MAX_ROW_BYTES), header);
          if (object !== null) objects.push(object);
          else {
            const message = `sqlite_schema: row ${index} of page ${pageNumber} cannot be read; its table or index is missing from this report.`;
            problems.add('damaged-database', message, view.mainOffset(pageNumber));
          }
        }
      },
    },
    // The walk over all trees passes sqlite_schema again and reports its damage.
    SILENT_LOG,
  );
  if (refused > 0) {
    const message = `The schema is larger than ${MAX_OBJECTS} rows or ${MAX_SCHEMA_BYTES / 1024 / 1024} MiB; ${refused} tables and indexes are left out.`;
    problems.add('limit-exceeded', message, null);
  }
  return objects;
}

function readRow(payload: Uint8Array, header: DatabaseHeader): SchemaObject | null {
  const layout = readRecordLayout(payload);
  if (layout === null) return null;
  const column = (index: number) => readColumn(payload, layout, index, header.encoding);
  const type = column(0);
  const name = column(1);
  const tableName = column(2);
  const rootPage = column(3);
  const sql = column(4);
  if (type !== 'table' && type !== 'index' && type !== 'view' && type !== 'trigger') return null;
  if (typeof name !== 'string' || typeof tableName !== 'string') return null;
  return {
    type,
    name,
    tableName,
    rootPage: typeof rootPage === 'number' && rootPage > 0 ? rootPage : 0,
    sql: typeof sql === 'string' ? sql : null,
  };
}
