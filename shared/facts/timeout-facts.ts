import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { clockSteps, elapsedSeconds } from '../context/elapsed.ts';
import type { Fact } from '../model/analysis.ts';
import { addSeconds, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';

/** Slack for the arbiter's look at heartbeats, about once a second, and for whole-second stamps. */
const ARBITER_TICK_SECONDS = 2;

/** The timeout setting against what happened. */
export function timeoutFacts(context: FactContext): readonly Fact[] {
  const facts: Fact[] = [];
  const { record, config } = context;
  if (config !== null) {
    const isOff = config.timeoutSeconds === 0 && record?.death?.timeout == null;
    facts.push({
      id: 'timeout-setting',
      text:
        config.timeoutRefuted !== undefined
          ? `The worker timeout is not known: ${config.timeoutRefuted}`
          : config.timeoutSeconds === null
            ? `The worker timeout is set, but its value cannot be read without running the file: ${config.timeoutFrom}.`
            : config.timeoutSeconds === 0
              ? `The worker timeout is switched off (0), from ${config.timeoutFrom}.`
              : `The worker timeout is ${config.timeoutSeconds} s, from ${config.timeoutFrom}.`,
      weights: isOff ? { 'worker-timeout': -4 } : {},
      ...(isOff ? { decides: { 'worker-timeout': 'against' as const } } : {}),
      ...sourceOnly(...config.sources),
      basis: BASIS.settings,
    });
  }
  const death = record?.death ?? null;
  const operation = record?.operation ?? null;
  if (record === null || death === null) return facts;

  if (death.timeout !== null && config !== null && config.timeoutSeconds !== null && config.timeoutSeconds > 0) {
    const heartbeat = addSeconds(death.timeout.time, -config.timeoutSeconds);
    const ran = elapsedSeconds(context, death.timeout.time);
    if (operation !== null && ran !== null) {
      const into = ran - config.timeoutSeconds;
      if (into > ARBITER_TICK_SECONDS) {
        facts.push({
          id: 'heartbeat-during-operation',
          text: `The operation had run ${formatSeconds(ran)} against a timeout of ${config.timeoutSeconds} s, which puts the last heartbeat at ${formatTimeOfDay(heartbeat)} UTC, ${formatSeconds(into)} in: part of it ran with the heartbeat alive${config.workerClass === 'sync' ? ', which a sync worker does only between requests' : ''}.`,
          weights: { 'worker-timeout': 1, 'infinite-loop': -0.5 },
          ...sourcesOf(operation.lines[0]?.event, death.timeout),
          basis: config.workerClass === 'sync' ? BASIS.syncWorker : BASIS.arbiter,
        });
      } else {
        facts.push({
          id: 'operation-outlived-timeout',
          text: `The operation had run ${formatSeconds(ran)} when the timeout of ${config.timeoutSeconds} s fired: no heartbeat came while it ran.`,
          weights: { 'worker-timeout': 1 },
          ...sourcesOf(operation.lines[0]?.event, death.timeout),
          basis: config.workerClass === 'sync' ? BASIS.syncWorker : BASIS.arbiter,
        });
      }
    }
    const lived = death.life.boot === null ? null : secondsBetween(death.life.boot.time, death.timeout.time);
    if (lived !== null && lived < config.timeoutSeconds - ARBITER_TICK_SECONDS) {
      facts.push({
        id: 'timeout-not-in-force',
        text: `The TIMEOUT came ${formatSeconds(lived)} after the worker booted, sooner than ${config.timeoutSeconds} s: the setting that was saved is not the one that was in force.`,
        weights: {},
        ...sourcesOf(death.life.boot, death.timeout),
        basis: BASIS.arbiter,
      });
    }
  }
  facts.push(...clockFacts(context, death));
  const ran = death.timeout === null ? elapsedSeconds(context, record.incident.end) : null;
  if (operation !== null && ran !== null) {
    const limit = config?.timeoutSeconds ?? null;
    if (limit !== null && limit > 0 && ran < limit - ARBITER_TICK_SECONDS) {
      facts.push({
        id: 'ended-before-timeout',
        text: `The worker ended ${formatSeconds(ran)} into the operation, before the timeout of ${limit} s could fire.`,
        weights: { 'worker-timeout': -2, 'infinite-loop': -0.5 },
        ...sourcesOf(operation.lines[0]?.event, death.end),
        basis: BASIS.arbiter,
      });
    } else if (limit === null && ran < 10) {
      facts.push({
        id: 'ended-early',
        text: `The worker ended ${formatSeconds(ran)} into the operation, soon for work without end to be why.`,
        weights: { 'infinite-loop': -0.5 },
        ...sourcesOf(operation.lines[0]?.event, death.end),
        basis: BASIS.log,
      });
    }
  }
  return facts;
}

/** Before 22.0 the arbiter compared heartbeats by the wall clock. Source: gunicorn, pull request 1967; news of 22.0 */
const FIRST_MONOTONIC_VERSION = 22;
/** From a step to the arbiter's next look at its workers. */
const LOOK_SECONDS = 3;

/** A clock that was stepped makes no duration across it a duration, and old gunicorns end every worker for it. */
function clockFacts(context: FactContext, { timeout, life }: Death): readonly Fact[] {
  const { record, evidence } = context;
  const until = timeout?.time ?? record?.incident.end ?? null;
  if (until === null) return [];
  const from = record?.operation?.start ?? addSeconds(until, -LOOK_SECONDS);
  const step = clockSteps(context, from, until).at(-1);
  if (step === undefined) return [];
  const by = step.seconds === null ? '' : ` by ${formatSeconds(Math.abs(step.seconds))}`;
  const started = evidence.events
    .ofKinds(['arbiter-start'])
    .findLast(({ time, detail }) => time <= (life.boot?.time ?? until) && detail.version !== undefined);
  const version = started?.detail.version ?? null;
  const isOld = version !== null && Number.parseInt(version, 10) < FIRST_MONOTONIC_VERSION;
  const isDeadline =
    isOld &&
    timeout !== null &&
    (step.seconds ?? 0) > 0 &&
    secondsBetween(step.event.time, timeout.time) <= LOOK_SECONDS;
  return [
    {
      id: isDeadline ? 'clock-stepped-deadline' : 'clock-stepped',
      text: `The clock of the host was ${step.seconds === null ? 'changed' : step.seconds < 0 ? 'put back' : 'put forward'}${by} at ${formatTimeOfDay(step.event.time)} UTC ("${step.event.message.trim().slice(0, 100)}"): times before and after it are no duration${isDeadline ? `, and gunicorn ${version} reads its heartbeats by that clock: the step alone made them too old` : ''}.`,
      weights: isDeadline ? { 'infinite-loop': -1, 'database-lock': -1, 'large-artifact': -1 } : {},
      ...sourcesOf(step.event, isDeadline ? started : null),
      basis: BASIS.arbiter,
    },
  ];
}
