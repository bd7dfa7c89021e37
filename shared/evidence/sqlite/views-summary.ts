import type { DatabaseViewId, DatabaseViewSummary, OpenTransaction, ViewDifference } from '../../model/database.ts';
import { NOBODY } from './page-owners.ts';
import { differenceOf, type WalkedView } from './view-difference.ts';

/** The states that the files can be read in, `committed` always. */
export type WalkedViews = Map<DatabaseViewId, WalkedView>;

/**
 * What the views are and how they differ: the main file from the last commit by the pages that the WAL's commits rewrote,
 * the last commit from the open transaction by what is known of that.
 */
export function summariseViews(
  views: WalkedViews,
  transaction: OpenTransaction | null,
  openPages: readonly number[],
  committedWalPages: readonly number[],
): { readonly views: readonly DatabaseViewSummary[]; readonly differences: readonly ViewDifference[] } {
  const committed = views.get('committed');
  const main = views.get('main');
  const differences: ViewDifference[] = [];
  // While a hot journal lies beside it, the main file is what the transaction had written so far.
  const mainIsOpen = views.has('after-rollback');
  if (!mainIsOpen && main !== undefined && committed !== undefined) {
    differences.push({ from: 'main', to: 'committed', tables: differenceOf(main, committed, committedWalPages) });
  }
  if (views.has('open-transaction')) {
    differences.push({ from: 'committed', to: 'open-transaction', tables: transaction?.changes ?? [] });
  }
  const isCheckpointed = !mainIsOpen && main !== undefined && committedWalPages.length === 0;
  const sameAs = (id: DatabaseViewId): DatabaseViewId | null => {
    if (id === 'after-rollback') return 'committed';
    if (id === 'main' && isCheckpointed) return 'committed';
    return id === 'open-transaction' && mainIsOpen ? 'main' : null;
  };
  return {
    views: [...views].map(([id, { view, owners }]) => ({
      id,
      pages: view.pageCount,
      isWhole:
        view.readablePages >= view.pageCount &&
        owners.trees.every((tree) => tree.entries !== null) &&
        // A page that was written before its parent is reached by nobody.
        (id !== 'open-transaction' || openPages.every((page) => owners.ownerOf(page) !== NOBODY)),
      sameAs: sameAs(id),
    })),
    differences,
  };
}
