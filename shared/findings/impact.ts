import { exitingFor } from '../context/abort-reaction.ts';
import type { FactContext } from '../context/context.ts';
import { elapsedSeconds } from '../context/elapsed.ts';
import { jobInQuestion } from '../context/job-in-question.ts';
import type { Fact } from '../model/analysis.ts';
import type { JobInQuestion } from '../model/database.ts';
import type { ImportCourse } from '../model/import-course.ts';
import { addSeconds, type EpochMicros, formatDate, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import type { WorkerLife } from '../timeline/workers.ts';
import { formatCount, formatSeconds, plural } from '../wording/figures.ts';
import { damagedFiles } from './evidence-gaps.ts';
import { isNewestKey, isNextKey } from './job-key.ts';
import { victim } from './victim.ts';

/** What was lost, how long workers were out of service, how often: figures where the evidence has them. */
export function impact(context: FactContext, facts: readonly Fact[], course: ImportCourse | null): string {
  const { record } = context;
  if (record === null) return 'Unknown: no incident is established.';
  return [work(context, course), outOfService(context), recurrence(context, facts)]
    .filter((part) => part !== null)
    .join(' ');
}

/** What became of the work that was going on. */
function work(context: FactContext, course: ImportCourse | null): string | null {
  const { record, history } = context;
  const operation = record?.operation ?? null;
  const name = record?.incident.operation ?? null;
  if (record === null) return null;
  if (victim(context, record) === 'other')
    return 'What the process was doing is not logged, nor that a worker was affected.';
  if (operation === null) return 'What the worker was serving is not logged.';
  if (exitingFor(context) !== null) return `${name ?? 'The operation'}: over, since its worker had begun to exit.`;
  const later = history.operations.find(
    (each) =>
      each.outcome === 'done' &&
      each.start > record.incident.end &&
      each.template === operation.template &&
      each.jobKey === operation.jobKey &&
      each.name === operation.name,
  );
  const again =
    later === undefined || name === null
      ? ''
      : ` It completed later, at ${formatTimeOfDay(later.end)} UTC on ${formatDate(later.end)}.`;
  const job = ownJob(context);
  const rows = job === null ? null : rowsOf(job, course?.insert?.rows ?? job.expectedRows);
  const failed = record.failure === null ? 'no completion is logged' : 'failed, and no later completion is logged';
  return `${name ?? 'A request'}: ${rows ?? (later === undefined ? failed : 'not completed')}.${again}`;
}

/** The job by its number where that is the newest of its table, or comes next; an older one need not be this attempt's. */
function ownJob(context: FactContext): JobInQuestion | null {
  const job = jobInQuestion(context);
  const history = context.database?.report.jobHistory ?? null;
  if (job === null || history === null) return null;
  const key = Number(job.key);
  return job.state === 'uncommitted' || isNewestKey(history, key) || isNextKey(history, key) ? job : null;
}

/** "not imported: 0 of 110,000 rows committed, 3,041 left uncommitted". */
function rowsOf(job: JobInQuestion, expected: number | null): string | null {
  const committed = Math.max(0, ...job.imported.map(({ committedRows }) => committedRows ?? 0));
  const uncommitted = Math.max(0, ...job.imported.map(({ uncommittedRows }) => uncommittedRows ?? 0));
  if (job.imported.length === 0) {
    return job.state === 'committed'
      ? 'its row is committed in the database'
      : 'not imported, its row is not committed in the database';
  }
  const of = expected === null ? '' : ` of ${formatCount(expected)}`;
  const isWhole = expected !== null && committed >= expected;
  const left = uncommitted === 0 ? '' : `, ${formatCount(uncommitted)} left uncommitted`;
  const opening = isWhole ? 'imported' : committed > 0 ? 'imported in part' : 'not imported';
  return `${opening}, ${formatCount(committed)}${of} rows committed${left}`;
}

/** From the start of the work, during which a worker serves nothing else, to the boot of its replacement. */
function outOfService(context: FactContext): string | null {
  const { record, config } = context;
  if (record === null || record.death === null) return null;
  const { incident } = record;
  const who = victim(context, record);
  if (who === 'other') return null;
  const count = 1 + (incident.together?.length ?? 0);
  // More workers than are configured were seen to live: of how many it was one is not known.
  const workers = (config?.workers ?? 0) < aliveAt(context, incident.start) ? null : (config?.workers ?? null);
  const lost =
    who === 'arbiter'
      ? 'The arbiter and all its workers'
      : workers === null || workers < count
        ? plural(count, 'worker')
        : `${formatCount(count)} of ${plural(workers, 'worker')}`;
  const back = incident.moments.find(({ id }) => id === 'replacement')?.time ?? null;
  if (back === null) return `${lost} lost; no boot of a replacement is logged.`;
  const out = elapsedSeconds(context, back);
  if (out !== null) return `${lost} out of service for ${formatSeconds(out)}, until a replacement booted.`;
  // Without its work the last heartbeat is when it was last seen to serve.
  const heartbeat = config?.timeoutSeconds || null;
  const timeout = record.death.timeout;
  if (timeout === null || timeout.isUndated === true || heartbeat === null) return `${lost} lost and replaced.`;
  return `${lost} out of service for ${formatSeconds(heartbeat + secondsBetween(timeout.time, back))}, from the last heartbeat until a replacement booted.`;
}

/** Logs that reach back no further say nothing of how often it happens. */
const TOO_SHORT_SECONDS = 3_600;

function recurrence(context: FactContext, facts: readonly Fact[]): string {
  const { record, history } = context;
  const before = facts.find(({ id }) => id === 'similar-before');
  if (before !== undefined) return before.text;
  const incident = record?.incident;
  const first = history.lives[0]?.from ?? null;
  if (incident === undefined || first === null || !history.lives.some(isTold))
    return 'Recurrence unknown: no log of workers.';
  if (record?.death?.end.isUndated === true) return 'Recurrence unknown: the log has no times.';
  // Work that began at a time that no line states began no earlier than its worker.
  if (incident.startIsBound !== undefined)
    return `Recurrence unknown: the log of workers begins at ${formatTimeOfDay(first)} UTC.`;
  const reach = secondsBetween(first, incident.start);
  if (reach < TOO_SHORT_SECONDS) return `Recurrence unknown: ${reaching(first, reach)}.`;
  const isWhole = damagedFiles(context).length === 0;
  return `No similar incident is logged since ${formatDate(first)} ${formatTimeOfDay(first)} UTC${isWhole ? '' : ', as far as the logs could be read'}.`;
}

/** Whether gunicorn said something of it; the kernel names processes that are no workers. */
function isTold({ about }: WorkerLife): boolean {
  return about.some(({ kind }) => kind.startsWith('worker-'));
}

/** Workers that had booted and of which no end is logged before that moment. */
function aliveAt({ history }: FactContext, time: EpochMicros): number {
  return history.lives.filter(
    ({ boot, from, until, about }) =>
      boot !== null &&
      from < time &&
      (until === null || until > time) &&
      !about.some((event) => event.kind !== 'worker-boot' && event.time < addSeconds(time, -STOPPING_SECONDS)),
  ).length;
}

/** A stop sends workers away before it comes to the last. */
const STOPPING_SECONDS = 120;

function reaching(first: EpochMicros, seconds: number): string {
  if (seconds < 1) return `the log of workers begins with it, at ${formatTimeOfDay(first)} UTC`;
  return `the log of workers begins ${formatSeconds(seconds)} before it`;
}
