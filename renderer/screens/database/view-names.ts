import type { DatabaseViewId } from '../../../shared/model/database.ts';

/** The short names of the views, on their buttons. */
export const VIEW_NAMES: Readonly<Record<DatabaseViewId, string>> = {
  committed: 'Last commit',
  main: 'Main file alone',
  'open-transaction': 'With the open transaction',
  'after-rollback': 'After rollback',
};
