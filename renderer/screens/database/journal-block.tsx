import type { JournalReport } from '../../../shared/model/database.ts';
import pageStyles from '../../components/page.module.css';
import pairsStyles from '../../components/pairs.module.css';
import { countOf, formatBytes, formatCount } from '../../format.ts';
import { TouchedTable } from './touched-table.tsx';

const STATE_WORDS: Readonly<Record<JournalReport['state'], string>> = {
  hot: 'Hot: the next open rolls it back.',
  unsynced: 'A transaction had begun to write and had not yet synced its journal; SQLite ignores it.',
  finished: 'Finished: a commit left it behind, there is nothing to roll back.',
  unreadable: 'It cannot be read as a rollback journal.',
};

/** The rollback journal beside the database. */
export function JournalBlock({ journal }: { readonly journal: JournalReport }) {
  return (
    <section className={pageStyles.block} aria-labelledby="journal-title">
      <h3 id="journal-title" className={pageStyles.blockHeading}>
        Rollback journal{' '}
        <span className="secondary numeric">
          {formatBytes(journal.bytes)} · {countOf(journal.records, 'page')} kept
        </span>
      </h3>
      <p>{STATE_WORDS[journal.state]}</p>
      <dl className={pairsStyles.pairs}>
        {journal.originalPages === null ? null : (
          <div>
            <dt>Pages before</dt>
            <dd className="numeric">{formatCount(journal.originalPages)}</dd>
          </div>
        )}
        {journal.superJournal === null ? null : (
          <div>
            <dt>Super-journal</dt>
            <dd className="mono">{journal.superJournal}</dd>
          </div>
        )}
      </dl>
      <TouchedTable touched={journal.touched} tone="quiet" />
    </section>
  );
}
