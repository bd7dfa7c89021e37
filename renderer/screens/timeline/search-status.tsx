import { useEffect, useRef } from 'react';
import type { SearchProgress } from '../../../shared/model/views.ts';
import { Button } from '../../components/button.tsx';
import { formatCount } from '../../format.ts';
import styles from './search-status.module.css';

/** What a search says of itself, and the button that stops it or lets it go on. */
export interface SearchReport {
  readonly progress: SearchProgress;
  readonly control: (action: 'stop' | 'resume') => void;
}

/** How far a search is that goes on or was stopped, and what it could not look at; nothing once all is well. */
export function SearchStatus({ report, found }: { readonly report: SearchReport; readonly found: number }) {
  const { progress, control } = report;
  const bar = useRef<HTMLProgressElement>(null);
  useEffect(() => {
    if (bar.current !== null) bar.current.value = progress.doneShare;
  }, [progress.doneShare]);
  const isRunning = progress.state === 'running';
  if (progress.state === 'done' && progress.notes.length === 0) return null;
  return (
    <div className={styles.searchStatus} role="status">
      {progress.state === 'done' ? null : (
        <>
          <progress ref={bar} max={1} aria-label="Part of the case that was searched" />
          <span className="numeric">
            {isRunning ? 'Searching…' : 'Stopped:'} {formatCount(found)} found{isRunning ? ' so far' : ''} in{' '}
            {Math.floor(progress.doneShare * 100)} %
          </span>
          <Button tone="quiet" size="small" onClick={() => control(isRunning ? 'stop' : 'resume')}>
            {isRunning ? 'Cancel' : 'Go on'}
          </Button>
        </>
      )}
      {progress.notes.map((note) => (
        <span key={note} className={styles.searchNote}>
          {note}
        </span>
      ))}
    </div>
  );
}
