import { CircleX, Network, RefreshCw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { LEAST_MEMORY_LIMIT_BYTES, MOST_PROFILE_RUNS } from '../../../shared/contract/profile-limits.ts';
import type { ArtifactReport, ParseMode, ParseProfile } from '../../../shared/model/artifact.ts';
import { ProgressBar } from '../../components/bars.tsx';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import formDialogStyles from '../../components/form-dialog.module.css';
import noticeStyles from '../../components/notice.module.css';
import { formatBytes, formatCount, formatDuration, formatShare } from '../../format.ts';
import { useActions, useAppState } from '../../state/app-context.tsx';
import { doneShare, isRunning, type Measuring } from '../../state/measuring.ts';
import styles from './measure.module.css';

const MB = 1_000_000;
const MOST_LIMIT_MB = 1_000_000;

const MODE_WORDS: Readonly<Record<ParseMode, string>> = { stream: 'as a stream', tree: 'as a tree' };

/** Parses the artifact again: as a stream or as a tree, several times, with a memory limit of a person's choosing. */
export function Measure({ artifact }: { readonly artifact: ArtifactReport }) {
  const { measuring } = useAppState();
  const { measure } = useActions();
  const [runs, setRuns] = useState(1);
  const [limitText, setLimitText] = useState('');
  const limit = readLimit(limitText);
  const running = measuring !== null && isRunning(measuring);
  const own = measuring !== null && measuring.request.evidenceId === artifact.evidenceId ? measuring : null;
  const start = (mode: ParseMode): void => {
    if (limit === 'wrong') return;
    void measure({ evidenceId: artifact.evidenceId, mode, runs, memoryLimitBytes: limit });
  };
  return (
    <div className={styles.measure} data-testid="measure">
      <div className={styles.measureControls}>
        <Button tone="primary" disabled={running || limit === 'wrong'} onClick={() => start('tree')}>
          <Network size={13} aria-hidden="true" /> Parse as a tree
        </Button>
        <Button disabled={running || limit === 'wrong'} onClick={() => start('stream')}>
          <RefreshCw size={13} aria-hidden="true" /> Measure again
        </Button>
        <label className={styles.measureField}>
          Runs
          <input
            type="number"
            className={cx(formDialogStyles.textField, styles.textField, 'numeric')}
            min={1}
            max={MOST_PROFILE_RUNS}
            value={runs}
            onChange={(event) => {
              const typed = event.target.valueAsNumber;
              if (Number.isInteger(typed)) setRuns(Math.min(MOST_PROFILE_RUNS, Math.max(1, typed)));
            }}
          />
        </label>
        <label className={styles.measureField}>
          Memory limit
          <input
            type="number"
            aria-label="Memory limit of the run in MB"
            className={cx(formDialogStyles.textField, styles.textField, styles.measureLimit, 'numeric')}
            min={Math.ceil(LEAST_MEMORY_LIMIT_BYTES / MB)}
            max={MOST_LIMIT_MB}
            placeholder="none"
            value={limitText}
            aria-invalid={limit === 'wrong'}
            aria-describedby="measure-limit-help"
            onChange={(event) => setLimitText(event.target.value)}
          />
          MB
        </label>
        <span id="measure-limit-help" className="secondary">
          {limit === 'wrong'
            ? `At least ${Math.ceil(LEAST_MEMORY_LIMIT_BYTES / MB)} MB: less does not hold the parser.`
            : 'What if the worker had 512 MB? A run that hits the limit ends, the app does not.'}
        </span>
      </div>
      {own === null ? null : isRunning(own) ? (
        <Running measuring={own} />
      ) : (
        <Ended measuring={own} artifact={artifact} />
      )}
    </div>
  );
}

/** Bytes; null for none. */
function readLimit(text: string): number | null | 'wrong' {
  if (text.trim() === '') return null;
  const bytes = Math.round(Number(text) * MB);
  return Number.isFinite(bytes) && bytes >= LEAST_MEMORY_LIMIT_BYTES && bytes <= MOST_LIMIT_MB * MB ? bytes : 'wrong';
}

function Running({ measuring }: { readonly measuring: Measuring }) {
  const { cancelMeasure } = useActions();
  const { request, progress, isCancelling } = measuring;
  const words =
    progress === null
      ? `Starting to parse ${MODE_WORDS[request.mode]}`
      : `Parsing ${MODE_WORDS[request.mode]}${request.runs > 1 ? `, run ${progress.run} of ${request.runs}` : ''}: ${formatBytes(progress.progress.doneBytes)}, heap ${formatBytes(progress.sample.heapBytes)}`;
  return (
    <div className={styles.measureRunning} role="status">
      <span className="numeric">{words}</span>
      <ProgressBar share={doneShare(measuring)} label="Profile" />
      <Button size="small" disabled={isCancelling} onClick={() => void cancelMeasure()}>
        {isCancelling ? 'Cancelling…' : 'Cancel'}
      </Button>
    </div>
  );
}

function Ended({ measuring, artifact }: { readonly measuring: Measuring; readonly artifact: ArtifactReport }) {
  const { ended, request } = measuring;
  if (ended === null) return null;
  if (ended.status === 'cancelled') {
    const { profile } = ended;
    const reached = profile === null || profile.outcome.kind !== 'cancelled' ? null : profile.outcome.atBytes;
    return (
      <p className={noticeStyles.notice} role="status">
        <CircleX size={14} aria-hidden="true" />
        <span>
          Cancelled
          {reached === null || profile === null
            ? ''
            : ` at byte ${formatCount(reached)} of ${formatCount(artifact.bytes)}, after ${formatDuration(profile.seconds)}`}
          . The measurements are what they were before.
        </span>
      </p>
    );
  }
  if (ended.status === 'failed') {
    return (
      <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)} role="alert">
        <TriangleAlert size={14} aria-hidden="true" /> It could not be measured: {ended.message}
      </p>
    );
  }
  const { profile } = ended;
  if (profile.outcome.kind === 'memory-limit') {
    const { limitBytes, atBytes, of } = profile.outcome;
    return (
      <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)} role="status">
        <TriangleAlert size={14} aria-hidden="true" />
        <span>
          <strong>The run reached its memory limit of {formatBytes(limitBytes)}</strong> ({of} memory) after{' '}
          {formatDuration(profile.seconds)}, at byte {formatCount(atBytes)} of {formatCount(artifact.bytes)} (
          {formatShare(atBytes, artifact.bytes)}), parsing {MODE_WORDS[request.mode]}. Only the run ended.
        </span>
      </p>
    );
  }
  return (
    <p className={noticeStyles.notice} role="status">
      <span>
        Parsed {MODE_WORDS[request.mode]} in <strong>{formatDuration(profile.seconds)}</strong>
        {runsWords(profile)}, memory up by {formatBytes(profile.peakRssBytes)}
        {profile.outcome.kind === 'damaged' ? ', up to where the document is damaged' : ''}.
      </span>
    </p>
  );
}

function runsWords({ runs }: ParseProfile): string {
  return runs.seconds.length < 2 ? '' : `, the median of ${runs.seconds.map(formatDuration).join(', ')}`;
}
