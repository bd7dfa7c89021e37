import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DatabasePaths, readDatabaseImage } from '../../../electron/intake/database-image.ts';
import { loadSqlite } from '../../../electron/intake/inspect-database.ts';
import type { DatabaseViewId } from '../../../shared/model/database.ts';

let SQL: Awaited<ReturnType<typeof loadSqlite>>;
beforeAll(async () => {
  SQL = await loadSqlite();
});

const at = (fixture: string, name: string): string =>
  join(import.meta.dirname, '..', '..', 'fixtures', 'sqlite', fixture, name);

/** Answers of a view, by question; what SQLite says instead of an answer counts as one. */
function ask(paths: DatabasePaths, view: DatabaseViewId, sql: string): unknown {
  const database = new SQL.Database(readDatabaseImage(paths, view));
  try {
    return database.exec(sql)[0]?.values[0]?.[0];
  } finally {
    database.close();
  }
}

describe('a view of a database as an image', () => {
  it('has the commits of the -wal, or not, or what came after them too', () => {
    const paths = {
      main: at('import-killed', 'service.db'),
      wal: at('import-killed', 'service.db-wal'),
      journal: null,
    };
    const rows = (view: DatabaseViewId): unknown => ask(paths, view, 'SELECT count(*) FROM outcomes NOT INDEXED');
    expect(rows('main')).toBe(ask({ ...paths, wal: null }, 'committed', 'SELECT count(*) FROM outcomes NOT INDEXED'));
    console.log(rows('main'), rows('committed'), rows('open-transaction'));
  });

  it('has what a hot journal brings back, or what its transaction had written', () => {
    const paths = {
      main: at('journal-hot', 'service.db'),
      wal: null,
      journal: at('journal-hot', 'service.db-journal'),
    };
    const pages = (view: DatabaseViewId): unknown => ask(paths, view, 'PRAGMA page_count');
    expect(pages('after-rollback')).toBe(pages('committed'));
    expect(ask(paths, 'committed', 'PRAGMA integrity_check')).toBe('ok');
    expect(Number(pages('open-transaction'))).toBeGreaterThan(Number(pages('committed')));
  });

  it('says why there is none', () => {
    const paths = { main: at('journal-hot', 'nothing.db'), wal: null, journal: null };
    expect(() => readDatabaseImage(paths, 'main')).toThrow('its file cannot be read again: it is not there');
    expect(() => readDatabaseImage({ ...paths, main: at('import-killed', 'page-owners.json') }, 'main')).toThrow(
      'the main file has no database header',
    );
  });
});
