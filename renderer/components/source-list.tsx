import { Check, CircleAlert, CircleSlash } from 'lucide-react';
import type { SourceProgress, SourceState } from '../../shared/model/job.ts';
import { FORMAT_WORDS, SOURCE_STATE_WORDS } from '../../shared/wording/names.ts';
import { countOf, formatBytes, formatCount, formatDuration } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { canStop, isWorkedOn, type JobState, paceOf, shareOfSource } from '../state/job.ts';
import { ShareBar } from './bars.tsx';
import { Button } from './button.tsx';
import { cx } from './class-names.ts';
import styles from './source-list.module.css';

/** The sources of a running import, each with how far it has come and a way to stop it alone. */
export function SourceList({ job }: { readonly job: JobState }) {
  const sources = job.sources;
  if (sources === null || sources.listed.length === 0) return null;
  const unlisted = sources.total - sources.listed.length;
  return (
    <section className={styles.sources} aria-label="Sources">
      <p className={cx(styles.sourcesSummary, 'secondary numeric')}>
        {formatCount(sources.ended)} of {countOf(sources.total, 'source')} done
        {sources.addedPaths === 0
          ? null
          : ` · ${countOf(sources.addedPaths, 'more source was', 'more sources were')} added`}
        {unlisted > 0 ? ` · the largest are listed` : null}
      </p>
      <ul className={styles.sourceRows}>
        {sources.listed.map((source) => (
          <SourceRow key={source.id} job={job} source={source} />
        ))}
      </ul>
    </section>
  );
}

function SourceRow({ job, source }: { readonly job: JobState; readonly source: SourceProgress }) {
  const actions = useActions();
  const { path, format, bytes, state } = source;
  const isStopping = job.stopping.includes(source.id);
  const pace = paceOf(job, source);
  return (
    <li
      className={cx(
        styles.sourceRow,
        state === 'stopped' && styles.sourceStopped,
        state === 'failed' && styles.sourceFailed,
      )}
      aria-current={isWorkedOn(state) ? 'step' : undefined}
    >
      <span className={styles.sourceMark} aria-hidden="true">
        <StateMark state={state} />
      </span>
      <span className={cx(styles.sourcePath, 'mono')} title={path}>
        {path}
      </span>
      <span className={cx(styles.sourceFigures, 'numeric')}>
        {pace === null ? null : `${formatBytes(pace.rate)}/s · ${formatDuration(Math.ceil(pace.left))} left · `}
        {isWorkedOn(state) ? `${formatBytes(source.doneBytes)} of ` : null}
        {formatBytes(bytes)}
      </span>
      {canStop(job, source) ? (
        <Button
          size="small"
          className={styles.sourceStop}
          aria-label={`Stop ${path}`}
          disabled={isStopping}
          onClick={() => void actions.stopSource(source.id)}
        >
          {isStopping ? 'Stopping…' : 'Stop'}
        </Button>
      ) : null}
      <span className={cx(styles.sourceWords, 'secondary')}>
        {SOURCE_STATE_WORDS[state]}
        {format === null ? null : ` · ${FORMAT_WORDS[format]}`}
      </span>
      <span className={styles.sourceBar}>
        <ShareBar
          share={shareOfSource(source)}
          tone={state === 'stopped' || state === 'failed' ? 'warning' : 'accent'}
        />
      </span>
    </li>
  );
}

function StateMark({ state }: { readonly state: SourceState }) {
  switch (state) {
    case 'done':
      return <Check size={12} strokeWidth={2.5} />;
    case 'stopped':
      return <CircleSlash size={12} />;
    case 'failed':
      return <CircleAlert size={12} />;
    default:
      return null;
  }
}
