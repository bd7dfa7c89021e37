import { ChevronDown, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { STAGE_WORDS } from '../../shared/wording/names.ts';
import { formatBytes, formatDuration } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { bytesPerSecond, type JobState, secondsLeft, shareDone } from '../state/job.ts';
import styles from './adding-bar.module.css';
import { ProgressBar } from './bars.tsx';
import { Button, LinkButton } from './button.tsx';
import { cx } from './class-names.ts';
import { SourceList } from './source-list.tsx';

/** More evidence on its way into the open case, which stays usable below: how far it is, its sources, and the way out. */
export function AddingBar({ job }: { readonly job: JobState }) {
  const actions = useActions();
  const [isOpen, setIsOpen] = useState(false);
  const share = shareDone(job);
  const rate = bytesPerSecond(job);
  const left = secondsLeft(job);
  const { progress } = job;
  return (
    <section className={styles.adding} aria-label="Adding evidence">
      <div className={styles.addingRow}>
        <LinkButton aria-expanded={isOpen} aria-controls="adding-sources" onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? <ChevronDown size={13} aria-hidden="true" /> : <ChevronRight size={13} aria-hidden="true" />}
          Adding {job.title}
        </LinkButton>
        <div className={styles.addingShare}>
          <ProgressBar share={share} label="Adding" />
        </div>
        <span className={cx(styles.addingFigures, 'secondary numeric')}>
          {progress === null ? 'Starting' : STAGE_WORDS[progress.stage]}
          {progress?.totalBytes == null
            ? null
            : ` · ${formatBytes(progress.doneBytes)} of ${formatBytes(progress.totalBytes)}`}
          {rate === null ? null : ` · ${formatBytes(rate)}/s`}
          {left === null ? null : ` · ${formatDuration(Math.ceil(left))} left`}
        </span>
        <Button
          size="small"
          aria-label="Cancel adding"
          disabled={job.isCancelling}
          onClick={() => void actions.cancelJob()}
        >
          {job.isCancelling ? 'Cancelling…' : 'Cancel'}
        </Button>
      </div>
      <div id="adding-sources" hidden={!isOpen}>
        <p className={cx(styles.addingNote, 'secondary')}>
          Old and new evidence are read together, since the times of one may depend on the other. The case stays as it
          is until that is done.
        </p>
        <SourceList job={job} />
      </div>
    </section>
  );
}
