import type { DatabaseReport, DatabaseViewId } from '../model/database.ts';

/** The views of a database copy in words that stand by themselves. */
export const VIEW_WORDS: Readonly<Record<DatabaseViewId, string>> = {
  committed: 'as of the last commit, what readers saw',
  main: 'the main file alone',
  'open-transaction': 'with what the open transaction had written',
  'after-rollback': 'after the rollback of the hot journal',
};

/** The views that can be chosen of a database, the one that readers saw first. */
export function viewsOf(database: DatabaseReport): readonly DatabaseViewId[] {
  if (database.views !== undefined) {
    const known = new Set(database.views.map(({ id }) => id));
    // What is the same as another under a further name is no choice.
    const doubles = new Set(
      database.views.filter(({ id, sameAs }) => id === 'after-rollback' && sameAs !== null).map(({ id }) => id),
    );
    return (['committed', 'main', 'open-transaction', 'after-rollback'] as const).filter(
      (id) => id === 'committed' || id === 'main' || (known.has(id) && !doubles.has(id)),
    );
  }
  const hasTransaction = (database.wal?.openTransaction ?? null) !== null || database.hotJournal;
  return hasTransaction ? ['committed', 'main', 'open-transaction'] : ['committed', 'main'];
}
