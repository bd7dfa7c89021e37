import { TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { layoutWal } from '../../../shared/figures/wal-figure.ts';
import type { DatabaseReport, WalReport, WalStop } from '../../../shared/model/database.ts';
import { StackBar } from '../../components/bars.tsx';
import { cx } from '../../components/class-names.ts';
import noticeStyles from '../../components/notice.module.css';
import pageStyles from '../../components/page.module.css';
import { SceneView } from '../../components/scene-view.tsx';
import { useSize } from '../../components/use-size.ts';
import { countOf, formatBytes, formatCount } from '../../format.ts';
import { OpenTransactionBlock } from './open-transaction.tsx';
import styles from './wal-block.module.css';

export function NoWal({ database }: { readonly database: DatabaseReport }) {
  return (
    <section className={pageStyles.block} aria-labelledby="wal-title">
      <h3 id="wal-title" className={pageStyles.blockHeading}>
        Write-ahead log
      </h3>
      <p className="secondary">
        {database.journalMode === 'wal'
          ? 'The database is in WAL mode, but no -wal file was given: whether a transaction was open cannot be told.'
          : 'The database is not in WAL mode, so there is none.'}
      </p>
    </section>
  );
}

/** What the write-ahead log holds, frame by frame, and what that means. */
export function WalBlock({ wal }: { readonly wal: WalReport }) {
  const { generations = [], stop = null } = wal;
  const stale = generations.filter(({ state }) => state === 'stale');
  return (
    <section className={pageStyles.block} aria-labelledby="wal-title">
      <h3 id="wal-title" className={pageStyles.blockHeading}>
        Write-ahead log{' '}
        <span className="secondary numeric">
          {formatBytes(wal.bytes)} · {countOf(wal.validFrames, 'valid frame')}
          {wal.commitCount === undefined ? '' : ` · ${countOf(wal.commitCount, 'commit')}`}
          {wal.checkpointSequence === undefined ? '' : ` · checkpoint sequence ${formatCount(wal.checkpointSequence)}`}
        </span>
      </h3>
      <Frames wal={wal} />
      {stop === null ? null : <p className="secondary">{stopWords(stop)}</p>}
      {stale.length === 0 ? null : (
        <p className="secondary">
          Left over from before the log was begun again:{' '}
          {stale
            .slice(0, 4)
            .map(({ firstFrame, lastFrame }) => `frames ${formatCount(firstFrame)} to ${formatCount(lastFrame)}`)
            .join(', ')}
          {stale.length > 4 ? ` and ${countOf(stale.length - 4, 'more generation')}` : ''}. Nobody reads them any more.
        </p>
      )}
      {wal.tornBytes > 0 ? (
        <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)}>
          <TriangleAlert size={14} aria-hidden="true" />
          The last frame is cut short: {countOf(wal.tornBytes, 'byte')} of it are there.
        </p>
      ) : null}
      {wal.openTransaction === null ? (
        <p className="secondary">
          {wal.validFrames === 0
            ? 'No frame counts: everything that was committed is in the main file, and no write transaction had got as far as the log.'
            : 'Every valid frame is committed: no write transaction was open.'}
        </p>
      ) : (
        <OpenTransactionBlock transaction={wal.openTransaction} from="wal" />
      )}
    </section>
  );
}

function Frames({ wal }: { readonly wal: WalReport }) {
  const { ref, width } = useSize<HTMLDivElement>();
  const scene = useMemo(() => (width === 0 ? null : layoutWal(wal, width)), [wal, width]);
  return (
    <div className={styles.walFrames}>
      <div ref={ref} className={styles.walDrawing}>
        {scene === null ? null : <SceneView scene={scene} />}
      </div>
      <StackBar
        label="Frames of the write-ahead log"
        parts={[
          { name: 'committed', value: wal.committedFrames, text: formatCount(wal.committedFrames), tone: 'ok' },
          {
            name: 'uncommitted',
            value: wal.uncommittedFrames,
            text: formatCount(wal.uncommittedFrames),
            tone: 'warning',
          },
          { name: 'stale', value: wal.staleFrames, text: formatCount(wal.staleFrames), tone: 'faint' },
        ]}
      />
    </div>
  );
}

function stopWords({ frame, reason }: WalStop): string {
  const at = `SQLite stops reading at frame ${formatCount(frame)}`;
  switch (reason) {
    case 'salt':
      return `${at}: its salts are those of an earlier generation.`;
    case 'checksum':
      return `${at}: its checksum fails, and nothing behind it counts.`;
    case 'unwritten':
      return `${at}: it was never written.`;
    case 'torn':
      return `${at}: the file ends inside it.`;
  }
}
