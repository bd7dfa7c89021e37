import type { FactContext } from '../context/context.ts';
import { cpuUse, finalStretch, memoryUse } from '../context/process-readings.ts';
import { statedRss } from '../context/stated-rss.ts';
import { HELD_UP_FACTS } from '../facts/held-up.ts';
import type { Fact, HypothesisId, HypothesisResult } from '../model/analysis.ts';
import type { ImportCourse } from '../model/import-course.ts';
import { secondsBetween } from '../model/time.ts';
import { pythonBytes, pythonSeconds } from '../profiling/python-cost.ts';
import { formatBytes, formatCount, formatSeconds, listing } from '../wording/figures.ts';
import { isXml } from './recommendations/artifact-kind.ts';

/** Rows a second below which a database of files needs an explanation: each row or commit waits for something. */
export const SLOW_ROWS_PER_SECOND = 2_000;

/** Facts that say where a worker was, or what it waited for. */
export const PLACED: ReadonlySet<string> = new Set([
  'stuck-in-frame',
  'waited-for-peer',
  'waited-for-client',
  'idle-at-timeout',
  'counter-past-total',
  'counter-towards-total',
]);
/** Facts that name the holder of a lock. */
const LOCK_HOLDERS: ReadonlySet<string> = new Set([
  'open-transaction-of-another',
  'lock-held-by-another',
  'lock-waits-for-readers',
  'server-lock-to-the-end',
  'server-lock-over-silence',
  'server-session-waits',
  'server-lock-before-end',
  'server-lock-failed-operation',
]);

interface Known {
  readonly context: FactContext;
  readonly course: ImportCourse | null;
  readonly has: (ids: ReadonlySet<string> | string) => boolean;
  readonly verdict: (id: HypothesisId) => HypothesisResult['verdict'];
}

/** What the cause does not account for, and which sources were not there to tell; null where nothing is left to say. */
export function unexplained(
  context: FactContext,
  facts: readonly Fact[],
  hypotheses: readonly HypothesisResult[],
  course: ImportCourse | null,
): string | null {
  if (context.record === null) return null;
  const ids = new Set(facts.map(({ id }) => id));
  const known: Known = {
    context,
    course,
    has: (wanted) => (typeof wanted === 'string' ? ids.has(wanted) : [...wanted].some((id) => ids.has(id))),
    verdict: (id) => hypotheses.find((each) => each.id === id)?.verdict ?? 'inconclusive',
  };
  const questions = [
    insertPace(known),
    parsePace(known),
    wait(known),
    place(known),
    sender(known),
    holder(known),
    memory(known),
    crashSite(known),
    slowKill(known),
  ].filter((each) => each !== null);
  const parts = [...questions, notChecked(known)].filter((each) => each !== null);
  return parts.length === 0 ? null : parts.join(' ');
}

/** What the worker did meanwhile, by `ps`: ", with the worker asleep (2 s of CPU in 32 s)". */
function meanwhile({ context, has }: Known): string {
  if (!has('worker-idle') && !has('worker-busy')) return '';
  const stretch = finalStretch(context);
  const use = stretch === null ? null : cpuUse(context, stretch.from, stretch.to);
  if (use === null) return '';
  return `, with the worker ${has('worker-idle') ? 'asleep' : 'on CPU'} (${formatSeconds(use.cpuSeconds)} of CPU in ${formatSeconds(use.seconds)})`;
}

/** How long work took is a question where that is what ended it, or where it never ended. */
function ranOutOfTime({ context: { record } }: Known): boolean {
  return record !== null && (record.death === null || record.death.timeout !== null);
}

function insertPace(known: Known): string | null {
  const insert = known.course?.insert ?? null;
  if (insert === null || insert.rowsPerSecond >= SLOW_ROWS_PER_SECOND) return null;
  if (!ranOutOfTime(known) || !known.has('insert-rate')) return null;
  const rate = insert.rowsPerSecond < 10 ? insert.rowsPerSecond.toFixed(1) : formatCount(insert.rowsPerSecond);
  return `Why inserts ran at ${rate} rows/s${meanwhile(known)}.`;
}

function parsePace(known: Known): string | null {
  const { context, course, has } = known;
  if (!ranOutOfTime(known) || !has('parse-not-the-cost') || course === null || course.artifactBytes === null)
    return null;
  const step = course.steps.find(({ name }) => name === 'parse');
  const here = context.artifact?.report.stream.seconds ?? null;
  if (step === undefined) return null;
  const took = (step.toSecond ?? course.elapsedSeconds) - step.fromSecond;
  const estimate = formatSeconds(pythonSeconds('element-tree', course.artifactBytes));
  return `Why parsing took ${formatSeconds(took)}: ElementTree needs about ${estimate} for these bytes (est.)${here === null ? '' : `, and they parsed in ${formatSeconds(here)} here`}.`;
}

/** A worker that slept waited for something. */
function wait(known: Known): string | null {
  const { has, verdict, course } = known;
  if (!has('worker-idle') || verdict('database-lock') === 'fits' || has(PLACED) || has(HELD_UP_FACTS)) return null;
  const insert = course?.insert ?? null;
  if (insert !== null && insert.rowsPerSecond < SLOW_ROWS_PER_SECOND) return null;
  return `What the worker waited for${meanwhile(known)}.`;
}

function place(known: Known): string | null {
  const { context, has, verdict, course } = known;
  const timedOut = context.record?.death?.timeout != null;
  const spins = verdict('infinite-loop') === 'fits';
  if (has(PLACED) || has(HELD_UP_FACTS) || (!timedOut && !spins) || verdict('database-lock') === 'fits') return null;
  // A recursion that was refused has its traceback.
  if (spins) return has('recursion-exceeded') ? null : 'Where in the code it spins: no stack was logged.';
  // What it slept for is asked already.
  if (wait(known) !== null) return null;
  return course?.insert == null ? 'What the worker was doing when it missed its heartbeat: no stack was logged.' : null;
}

function sender({ context, has }: Known): string | null {
  if (context.record?.death?.end.kind === 'worker-boot' && has('sigkill-without-author'))
    return 'How the worker ended: its log has no line of that.';
  return has('sigkill-without-author') && !has('killed-by-hand') ? 'Which process sent SIGKILL, and why.' : null;
}

function holder({ has, verdict }: Known): string | null {
  const isLock = verdict('database-lock') === 'fits' || verdict('database-lock') === 'contributes';
  return isLock && !has(LOCK_HOLDERS) ? 'Which process held the lock, and for what.' : null;
}

/** Share of the memory held that the parse of the artifact has to come to in order to account for it. */
const MUCH_OF_IT = 0.5;

function memory({ context, verdict, course, has }: Known): string | null {
  if (verdict('memory-exhaustion') !== 'fits') return null;
  const held = memoryUse(context)?.peak.rssBytes ?? null;
  const parse =
    course?.artifactBytes == null || !isXml(context) ? null : pythonBytes('element-tree', course.artifactBytes);
  if (held !== null && parse !== null) {
    return parse >= MUCH_OF_IT * held
      ? null
      : `What held ${formatBytes(held)}: a parse of this artifact accounts for about ${formatBytes(parse)} (est.).`;
  }
  return has('memory-holders') || (has('killed-for-memory') && statedRss(context) !== null)
    ? null
    : 'What held the memory.';
}

function crashSite({ context, has }: Known): string | null {
  if (context.record?.incident.mechanism !== 'crash' || has(PLACED) || has('crash-site')) return null;
  return context.record.death?.signal == null ? null : 'In which library it crashed: no core dump is in the evidence.';
}

/** The arbiter's next look comes a second after the TIMEOUT. */
const USUAL_KILL_SECONDS = 2;

function slowKill({ context, has }: Known): string | null {
  const death = context.record?.death ?? null;
  if (!has('slow-kill') || death === null || death.timeout === null) return null;
  const took = secondsBetween(death.timeout.time, death.end.time);
  return took <= USUAL_KILL_SECONDS ? null : `Why SIGKILL took ${formatSeconds(took)} (usual: 1 to 2 s).`;
}

/** Sources that would tell of a cause and are not there, so that no silence is taken for a check. */
function notChecked({ context, has }: Known): string | null {
  const { database, processSamples } = context;
  const samples = processSamples.length;
  const lacking = [
    kernelGap(context),
    database === null && !has('database-server') ? 'database (no copy)' : null,
    samples < 2 ? `CPU and memory of the worker${samples === 0 ? ' (no samples)' : ' over time (one sample)'}` : null,
  ].filter((each) => each !== null);
  return lacking.length === 0 ? null : `Not checked: ${listing(lacking)}.`;
}

/** A kernel log that tells of this very kill was checked; one of another time, or that was not read whole, was not. */
function kernelGap({ kernel, record, evidence }: FactContext): string | null {
  if (kernel.state !== 'absent' || record?.death?.killer?.kind === 'oom-kill') return null;
  const isThere = evidence.events.ofKinds(['oom-invoked', 'oom-kill', 'segfault', 'kernel']).length > 0;
  return isThere ? 'kernel log (none that covers the time)' : 'kernel log (none)';
}
