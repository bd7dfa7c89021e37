import type { FactContext } from '../context/context.ts';
import { elapsedSeconds } from '../context/elapsed.ts';
import { jobInQuestion } from '../context/job-in-question.ts';
import type { Fact, Incident } from '../model/analysis.ts';
import type { JobInQuestion } from '../model/database.ts';
import type { ImportCourse } from '../model/import-course.ts';
import { type EpochMicros, formatDate, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { formatCount, formatSeconds, plural } from '../wording/figures.ts';
import { damagedFiles } from './evidence-gaps.ts';
import { isNewestKey, isNextKey } from './job-key.ts';

/** What was lost, how long workers were out of service, how often: figures where the evidence has them. */
export function impact(context: FactContext, facts: readonly Fact[], course: ImportCourse | null): string {
  const { record } = context;
  if (record === null) return 'No incident is established, so no loss is.';
  return [work(context, course), outOfService(context), recurrence(context, facts)]
    .filter((part) => part !== null)
    .join(' ');
}

/** What became of the work that was going on. */
function work(context: FactContext, course: ImportCourse | null): string | null {
  const { record, history } = context;
  const operation = record?.operation ?? null;
  const name = record?.incident.operation ?? null;
  if (record === null || operation === null) return 'What the worker was serving is not logged.';
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
  return `${name ?? 'The operation'}: ${rows ?? (later === undefined ? failed : 'not completed')}.${again}`;
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
  const count = 1 + (incident.together?.length ?? 0);
  const workers = config?.workers ?? null;
  const who =
    workers === null || workers < count
      ? plural(count, 'worker')
      : `${formatCount(count)} of ${plural(workers, 'worker')}`;
  const back = incident.moments.find(({ id }) => id === 'replacement')?.time ?? null;
  if (back === null) return `${who} lost; no boot of a replacement is logged.`;
  const out = elapsedSeconds(context, back);
  if (out !== null) return `${who} out of service for ${formatSeconds(out)}, until a replacement booted.`;
  // Without its work the last heartbeat is when it was last seen to serve.
  const heartbeat = config?.timeoutSeconds || null;
  const timeout = record.death.timeout;
  if (timeout === null || timeout.isUndated === true || heartbeat === null) return `${who} lost and replaced.`;
  return `${who} out of service for ${formatSeconds(heartbeat + secondsBetween(timeout.time, back))}, from the last heartbeat until a replacement booted.`;
}

/** Logs that reach back no further say nothing of how often it happens. */
const TOO_SHORT_SECONDS = 3_600;

function recurrence(context: FactContext, facts: readonly Fact[]): string {
  const { record, history } = context;
  const before = facts.find(({ id }) => id === 'similar-before');
  if (before !== undefined) return before.text;
  const incident = record?.incident;
  const first = history.lives[0]?.from ?? null;
  if (incident === undefined || first === null) return 'Recurrence unknown: no earlier log of workers.';
  if (record?.death?.end.isUndated === true) return 'Recurrence unknown: the log has no times.';
  const reach = secondsBetween(first, incident.start);
  if (reach < TOO_SHORT_SECONDS) return `Recurrence unknown: ${reaching(incident, first, reach)}.`;
  const isWhole = damagedFiles(context).length === 0;
  return `No similar incident is logged since ${formatDate(first)} ${formatTimeOfDay(first)} UTC${isWhole ? '' : ', as far as the logs could be read'}.`;
}

function reaching({ startIsBound }: Incident, first: EpochMicros, seconds: number): string {
  if (startIsBound !== undefined || seconds < 1)
    return `the log of workers begins with it, at ${formatTimeOfDay(first)} UTC`;
  return `the log of workers begins ${formatSeconds(seconds)} before it`;
}
