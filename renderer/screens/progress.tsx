import { line, max, scaleLinear } from 'd3';
import { Check, Minus } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import { STAGE_WORDS } from '../../shared/wording/names.ts';
import barsStyles from '../components/bars.module.css';
import { ProgressBar } from '../components/bars.tsx';
import { Button } from '../components/button.tsx';
import { cx } from '../components/class-names.ts';
import { SourceList } from '../components/source-list.tsx';
import { formatBytes, formatDuration, formatShare } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { bytesPerSecond, type JobState, secondsLeft, shareDone } from '../state/job.ts';
import styles from './progress.module.css';

const STAGE_CLASSES: Readonly<Record<StepState, string | undefined>> = {
  done: styles.stageDone,
  current: styles.stageCurrent,
  passed: undefined,
  ahead: undefined,
};

/** What an import goes through, in order. A file is hashed as it is read; one that no parser reads is only hashed. */
const STEPS = [['unpacking'], ['reading', 'hashing'], ['database'], ['profiling'], ['analysing']] as const;

type StepState = 'done' | 'current' | 'passed' | 'ahead';

/** For those who do not see the marks; a step that is passed had nothing to do. */
const STEP_WORDS: Readonly<Record<StepState, string>> = {
  done: 'done',
  current: '',
  passed: 'nothing to do',
  ahead: '',
};

/** A running import: where it is, how fast it goes, how long it still takes, and the way out. */
export function ProgressScreen({ job, hasCase }: { readonly job: JobState; readonly hasCase: boolean }) {
  const actions = useActions();
  const now = useSecondClock();
  const progress = job.progress;
  const share = shareDone(job);
  const rate = bytesPerSecond(job);
  const left = secondsLeft(job);
  const current = STEPS.findIndex((stages) => stages.some((stage) => stage === progress?.stage));
  const stateOf = (index: number): StepState => {
    if (index === current) return 'current';
    if (index > current) return 'ahead';
    return STEPS[index]?.some((stage) => job.stages.includes(stage)) === true ? 'done' : 'passed';
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      void actions.cancelJob();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [actions]);

  return (
    <div className={styles.progressScreen} data-testid="progress">
      <section className={styles.progressCard} aria-labelledby="progress-title">
        <header className={styles.progressHeader}>
          <h1 id="progress-title">Opening {job.title}</h1>
          <span className="numeric secondary">
            {formatDuration(Math.max(0, Math.round((now - job.startedMillis) / 1000)))}
          </span>
        </header>
        <ol className={styles.stages}>
          {STEPS.map(([stage], index) => {
            const state = stateOf(index);
            return (
              <li
                key={stage}
                className={STAGE_CLASSES[state]}
                title={STEP_WORDS[state] === '' ? undefined : STEP_WORDS[state]}
                aria-current={state === 'current' ? 'step' : undefined}
              >
                <span className={styles.stageMark} aria-hidden="true">
                  {state === 'done' ? <Check size={11} strokeWidth={3} /> : null}
                  {state === 'passed' ? <Minus size={11} strokeWidth={3} /> : null}
                </span>
                {STAGE_WORDS[stage]}
                <span className="visually-hidden">{STEP_WORDS[state]}</span>
              </li>
            );
          })}
        </ol>
        <p className={cx(styles.progressItem, 'mono')} title={progress?.item}>
          {progress?.item ?? 'Starting'}
        </p>
        <ProgressBar share={share} label="Import" />
        <dl className={styles.progressFigures}>
          <div>
            <dt>Done</dt>
            <dd>
              {progress === null
                ? '–'
                : progress.totalBytes === null
                  ? formatBytes(progress.doneBytes)
                  : `${formatBytes(progress.doneBytes)} of ${formatBytes(progress.totalBytes)}`}
            </dd>
          </div>
          <div>
            <dt>Rate</dt>
            <dd>{rate === null ? '–' : `${formatBytes(rate)}/s`}</dd>
          </div>
          <div>
            <dt>Left in this stage</dt>
            <dd>{left === null ? '–' : formatDuration(Math.ceil(left))}</dd>
          </div>
        </dl>
        <SourceList job={job} />
        {job.samples.length > 1 ? <LiveProfile samples={job.samples} /> : null}
        <footer className={styles.progressFooter}>
          <span className="secondary">
            The evidence is only read. What is dropped now joins the import.
            {hasCase ? ' The case you had open stays until this one is ready.' : ''}
          </span>
          <Button disabled={job.isCancelling} onClick={() => void actions.cancelJob()}>
            {job.isCancelling ? 'Cancelling…' : 'Cancel'}
            <span className={styles.key} aria-hidden="true">
              Esc
            </span>
          </Button>
        </footer>
        <p className="visually-hidden" aria-live="polite">
          {announcement(job)}
        </p>
      </section>
    </div>
  );
}

/** Changes a few times per import only: a screen reader would otherwise never come to rest. */
function announcement(job: JobState): string {
  const stage = job.progress === null ? undefined : STAGE_WORDS[job.progress.stage];
  const share = shareDone(job);
  if (stage === undefined) return 'Import started';
  return share === null ? stage : `${stage}, ${formatShare(Math.floor(share * 4) / 4, 1)} done`;
}

function useSecondClock(): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

const CHART = { width: 560, height: 84, left: 0, top: 6, bottom: 4 } as const;

/** Memory and throughput over the bytes parsed so far, while the artifact is being profiled. */
function LiveProfile({ samples }: { readonly samples: readonly ProfileSample[] }) {
  const last = samples.at(-1);
  const rates = samples.slice(1).map((sample, index) => {
    const before = samples[index];
    const seconds = before === undefined ? 0 : sample.seconds - before.seconds;
    return {
      bytes: sample.bytes,
      rate: before === undefined || seconds <= 0 ? 0 : (sample.bytes - before.bytes) / seconds,
    };
  });
  const x = scaleLinear([0, last?.bytes ?? 1], [0, CHART.width]);
  const peakHeap = max(samples, (sample) => sample.heapBytes) ?? 0;
  const peakRate = max(rates, (each) => each.rate) ?? 0;
  const y = (peak: number) => scaleLinear([0, peak * 1.1 || 1], [CHART.height - CHART.bottom, CHART.top]);
  const heapY = y(peakHeap);
  const rateY = y(peakRate);
  const heapPath = line<ProfileSample>(
    (sample) => x(sample.bytes),
    (sample) => heapY(sample.heapBytes),
  )(samples);
  const ratePath = line<{ bytes: number; rate: number }>(
    (each) => x(each.bytes),
    (each) => rateY(each.rate),
  )(rates);
  return (
    <figure className={styles.liveProfile} aria-label="Cost of parsing so far">
      <svg viewBox={`0 0 ${CHART.width} ${CHART.height}`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.liveRate} d={ratePath ?? ''} />
        <path className={styles.liveHeap} d={heapPath ?? ''} />
      </svg>
      <figcaption className={barsStyles.stackLegend}>
        <span className={barsStyles.legendItem}>
          <span className={cx(barsStyles.legendSwatch, barsStyles.swatchAccent)} aria-hidden="true" />
          heap, solid <strong>{formatBytes(last?.heapBytes ?? 0)}</strong> (peak {formatBytes(peakHeap)})
        </span>
        <span className={barsStyles.legendItem}>
          <span className={barsStyles.legendSwatch} aria-hidden="true" />
          throughput, dotted <strong>{formatBytes(rates.at(-1)?.rate ?? 0)}/s</strong>
        </span>
      </figcaption>
    </figure>
  );
}
