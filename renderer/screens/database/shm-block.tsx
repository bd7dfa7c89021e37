import type { ShmReport } from '../../../shared/model/database.ts';
import pageStyles from '../../components/page.module.css';
import pairsStyles from '../../components/pairs.module.css';
import { formatCount } from '../../format.ts';

/** The index of the write-ahead log that connections share. */
export function ShmBlock({ shm }: { readonly shm: ShmReport }) {
  const frames = (count: number | null): string => (count === null ? 'not told' : `frame ${formatCount(count)}`);
  const pairs: readonly (readonly [string, string])[] = [
    ['Known up to', frames(shm.maxFrame)],
    ['Checkpointed up to', frames(shm.backfilledFrames)],
    ['Checkpoint tried up to', frames(shm.backfillAttemptedFrames)],
    ['Readers pinned at', shm.readMarks.length === 0 ? 'none' : shm.readMarks.map(formatCount).join(', ')],
  ];
  return (
    <section className={pageStyles.block} aria-labelledby="shm-title">
      <h3 id="shm-title" className={pageStyles.blockHeading}>
        Shared memory <span className="secondary">-shm, the index of the log</span>
      </h3>
      {shm.isValid ? null : (
        <p className="secondary">Its header is not valid: a reader would rebuild it from the -wal.</p>
      )}
      {shm.belongsToWal === false ? <p className="secondary">Its salts are not those of the -wal beside it.</p> : null}
      {shm.isValid ? (
        <dl className={pairsStyles.pairs}>
          {pairs.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="numeric">{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </section>
  );
}
