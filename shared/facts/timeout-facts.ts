import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import type { Fact } from '../model/analysis.ts';
import { addSeconds, formatTimeOfDay, secondsBetween } from '../model/time.ts';
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
    if (operation?.startIsKnown) {
      const ran = secondsBetween(operation.start, death.timeout.time);
      const into = secondsBetween(operation.start, heartbeat);
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
  if (death.timeout === null && operation?.startIsKnown) {
    const ran = secondsBetween(operation.start, record.incident.end);
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
