import { GUNICORN_DEFAULTS } from '../model/config.ts';
import type { EventSource, EvidenceEvent } from '../model/event.ts';
import type { Provenance } from '../model/evidence.ts';
import { addSeconds, secondsBetween } from '../model/time.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import type { WorkerHistory } from '../timeline/incidents.ts';
import { readLine } from '../timeline/operation-lines.ts';
import { formatSeconds } from '../wording/figures.ts';

/** Slack for the arbiter's look at heartbeats, about once a second, and for whole-second stamps. */
const TICK_SECONDS = 2;
/** Workers that booted and timed out together, without a word in between, were never alive: their timeout is what it took. */
const TOGETHER_SECONDS = 2;
/** A request that is worked on before a service logs its first word of it takes a moment, not a quarter of the timeout. */
const PRELUDE_SHARE = 0.25;
/** A worker that said nothing for twice the default and went on was not watched by it. */
const OUTLIVED_FACTOR = 2;
const OPERATIONS_LOOKED_AT = 20;

const ASSUMED = GUNICORN_DEFAULTS.timeoutSeconds;

/** Why gunicorn's default timeout was not in force, for people, with what shows it. */
export interface RefutedDefault {
  readonly text: string;
  readonly sources: readonly Provenance[];
}

/**
 * What shows that gunicorn's default timeout was not in force: a TIMEOUT sooner than it after a moment at which the worker was alive
 * (its boot, a request that it answered, the beginning of the work), one of several workers at once clearly later than they booted, or a
 * sync worker that was silent in its work for far longer and ended it. Null where nothing does.
 */
export function refutedDefault(
  events: EventSource,
  record: IncidentRecord | null,
  history: WorkerHistory,
): RefutedDefault | null {
  return refutedByBoot(events) ?? refutedByWork(events, record) ?? refutedBySilence(events, history);
}

interface Wait {
  readonly pid: number;
  readonly seconds: number;
  readonly boot: EvidenceEvent;
  readonly timeout: EvidenceEvent;
}

function refutedByBoot(events: EventSource): RefutedDefault | null {
  const boots = new Map<number, EvidenceEvent>();
  const waits: Wait[] = [];
  for (const event of events.ofKinds(['worker-boot', 'worker-timeout'])) {
    const pid = event.detail.targetPid ?? event.pid;
    if (pid === null) continue;
    const boot = boots.get(pid);
    if (event.kind === 'worker-boot') boots.set(pid, event);
    else if (boot !== undefined) {
      waits.push({ pid, seconds: secondsBetween(boot.time, event.time), boot, timeout: event });
      boots.delete(pid);
    }
  }
  const sooner = waits.find(({ seconds }) => seconds < ASSUMED - TICK_SECONDS);
  const later = waits.find((wait) => wait.seconds > ASSUMED + 2 * TICK_SECONDS && isNeverAlive(wait, waits, events));
  const found = sooner ?? later;
  if (found === undefined) return null;
  const { pid, seconds, boot, timeout } = found;
  return refuted(
    `the TIMEOUT of pid ${pid} came ${formatSeconds(seconds)} after it booted${found === sooner ? '' : ', together with others that had been silent since the same boot'}`,
    boot,
    timeout,
  );
}

function isNeverAlive(wait: Wait, waits: readonly Wait[], events: EventSource): boolean {
  const isNear = (a: EvidenceEvent, b: EvidenceEvent): boolean =>
    Math.abs(secondsBetween(a.time, b.time)) <= TOGETHER_SECONDS;
  const isSilent = (each: Wait): boolean =>
    !events.hasOfPid(each.pid, addSeconds(each.boot.time, TOGETHER_SECONDS), addSeconds(each.timeout.time, -1));
  const together = waits.filter((each) => isNear(each.boot, wait.boot) && isNear(each.timeout, wait.timeout));
  return together.length > 1 && together.every(isSilent);
}

/** A worker tells the arbiter that it is alive before it takes a request. Source: gunicorn, workers/sync.py, run_for_one */
function refutedByWork(events: EventSource, record: IncidentRecord | null): RefutedDefault | null {
  const timeout = record?.death?.timeout ?? null;
  const pid = record?.death?.pid ?? null;
  if (timeout === null || pid === null) return null;
  const answered = events
    .ofPid(pid, addSeconds(timeout.time, -ASSUMED), timeout.time, ['log'])
    .findLast((event) => event.isUndated !== true && readLine(event).reading.role === 'request-done');
  if (answered !== undefined) {
    const seconds = secondsBetween(answered.time, timeout.time);
    if (seconds > 0 && seconds < ASSUMED - TICK_SECONDS) {
      return refuted(
        `the TIMEOUT of pid ${pid} came ${formatSeconds(seconds)} after it had answered a request`,
        answered,
        timeout,
      );
    }
  }
  const first = record?.operation?.lines[0]?.event;
  if (first === undefined || first.isUndated === true) return null;
  const seconds = secondsBetween(first.time, timeout.time);
  const isAtWorkBefore = events.hasOfPid(pid, addSeconds(first.time, -ASSUMED), addSeconds(first.time, -0.001));
  if (seconds <= 0 || isAtWorkBefore || seconds > ASSUMED * (1 - PRELUDE_SHARE)) return null;
  return refuted(
    `the TIMEOUT of pid ${pid} came ${formatSeconds(seconds)} after the first word of its work, before which it had been idle`,
    first,
    timeout,
  );
}

/** A sync worker tells nobody that it is alive while it works. */
function refutedBySilence(events: EventSource, { operations }: WorkerHistory): RefutedDefault | null {
  const classes = events.ofKinds(['arbiter-start']).flatMap(({ detail }) => detail.workerClass ?? []);
  if (classes.length === 0 || classes.some((name) => name !== 'sync')) return null;
  const least = ASSUMED * OUTLIVED_FACTOR;
  const long = operations
    .filter(({ pid, outcome, start, end }) => pid !== null && outcome === 'done' && secondsBetween(start, end) >= least)
    .slice(0, OPERATIONS_LOOKED_AT);
  for (const { pid, start, end, name } of long) {
    if (pid === null) continue;
    const lines = events.ofPid(pid, start, end).filter(({ kind }) => kind !== 'process-sample');
    if (lines.some(({ isUndated }) => isUndated === true)) continue;
    for (const [index, line] of lines.entries()) {
      const next = lines[index + 1];
      const seconds = next === undefined ? 0 : secondsBetween(line.time, next.time);
      if (next === undefined || seconds < least || !isOf(events, line)) continue;
      return refuted(
        `pid ${pid}, a sync worker, said nothing for ${formatSeconds(seconds)} in the middle of ${name ?? 'its work'}, went on, and no TIMEOUT ended it`,
        line,
        next,
      );
    }
  }
  return null;
}

/** Whether the file that holds a line is one in which the arbiter would have told of a TIMEOUT. */
function isOf(events: EventSource, { source }: EvidenceEvent): boolean {
  return events.filesWithKinds(['arbiter-start', 'worker-boot']).has(source.evidenceId);
}

function refuted(what: string, ...shown: readonly EvidenceEvent[]): RefutedDefault {
  return {
    text: `gunicorn's default of ${ASSUMED} s is not in force: ${what}.`,
    sources: shown.map(({ source }) => source),
  };
}
