import { exitingFor } from '../context/abort-reaction.ts';
import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { clockSteps, elapsedSeconds } from '../context/elapsed.ts';
import type { EffectiveConfig } from '../model/analysis.ts';
import { SUPERVISORS } from '../model/supervisor.ts';
import { addSeconds, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { refusedAllocation } from './failure-facts.ts';
import { isKilledForMemory } from './memory-facts.ts';
import { type FactOf, family, rule } from './rule.ts';

/** Slack for the arbiter's look at heartbeats, about once a second, and for whole-second stamps. */
const ARBITER_TICK_SECONDS = 2;

const timeoutSetting = rule({
  id: 'timeout-setting',
  needs: ['settings'],
  basis: BASIS.settings,
  cases: {
    off: {
      when: 'it is switched off (0), and no WORKER TIMEOUT was logged',
      weights: { 'worker-timeout': -4 },
      decides: { 'worker-timeout': 'against' },
    },
  },
});

/** Its heartbeat comes between requests only. */
const SYNC_WORKER = { when: 'the worker is of class sync', basis: BASIS.syncWorker } as const;

const heartbeatDuringOperation = rule({
  id: 'heartbeat-during-operation',
  needs: ['service-log', 'settings'],
  basis: BASIS.arbiter,
  weights: { 'worker-timeout': 1, 'infinite-loop': -0.5 },
  cases: { sync: SYNC_WORKER },
});

const operationOutlivedTimeout = rule({
  id: 'operation-outlived-timeout',
  needs: ['service-log', 'settings'],
  basis: BASIS.arbiter,
  weights: { 'worker-timeout': 1 },
  cases: { sync: SYNC_WORKER },
});

const timeoutNotInForce = rule({
  id: 'timeout-not-in-force',
  needs: ['service-log', 'settings'],
  basis: BASIS.arbiter,
});

/** A loop that allocates ends early too: by the memory it takes. */
const EARLY = { when: 'memory was not what ended it', weights: { 'infinite-loop': -0.5 } } as const;

const endedBeforeTimeout = rule({
  id: 'ended-before-timeout',
  needs: ['service-log', 'settings'],
  basis: BASIS.arbiter,
  weights: { 'worker-timeout': -2 },
  cases: { early: EARLY },
});

const endedEarly = rule({
  id: 'ended-early',
  needs: ['service-log'],
  basis: BASIS.log,
  cases: { early: EARLY },
});

/** The timeout setting against what happened. */
function timeoutFacts(context: FactContext): readonly TimeoutFact[] {
  const facts: TimeoutFact[] = [];
  const { record, config } = context;
  // A supervisor without a time limit has no setting of one.
  const hasLimit = config?.supervisor === undefined || SUPERVISORS[config.supervisor].limit !== null;
  if (config !== null && hasLimit) {
    const isOff = config.timeoutSeconds === 0 && record?.death?.timeout == null;
    facts.push(
      timeoutSetting.fact({
        case: isOff ? 'off' : [],
        text:
          config.timeoutRefuted !== undefined
            ? `The worker timeout is not known: ${config.timeoutRefuted}`
            : config.timeoutSeconds === null
              ? `${limitName(config)} is set, but its value cannot be read without running the file: ${config.timeoutFrom}.`
              : config.timeoutSeconds === 0
                ? `${limitName(config)} is switched off (0), from ${config.timeoutFrom}.`
                : `${limitName(config)} is ${config.timeoutSeconds} s, from ${config.timeoutFrom}.`,
        ...sourceOnly(...config.sources),
      }),
    );
  }
  const death = record?.death ?? null;
  const operation = record?.operation ?? null;
  if (record === null || death === null) return facts;

  // The heartbeat is gunicorn's; another supervisor's limit is told with its own word.
  const isGunicorns = config !== null && config.supervisor === undefined;
  if (death.timeout !== null && isGunicorns && config.timeoutSeconds !== null && config.timeoutSeconds > 0) {
    const syncWorker: readonly 'sync'[] = config.workerClass === 'sync' ? ['sync'] : [];
    const heartbeat = addSeconds(death.timeout.time, -config.timeoutSeconds);
    const ran = elapsedSeconds(context, death.timeout.time);
    if (operation !== null && ran !== null) {
      const into = ran - config.timeoutSeconds;
      if (into > ARBITER_TICK_SECONDS) {
        facts.push(
          heartbeatDuringOperation.fact({
            case: syncWorker,
            text: `The operation had run ${formatSeconds(ran)} against a timeout of ${config.timeoutSeconds} s, so the last heartbeat came at ${formatTimeOfDay(heartbeat)} UTC, ${formatSeconds(into)} in.${config.workerClass === 'sync' ? ' A sync worker heartbeats only between requests, so part of it ran outside one request.' : ' Part of it ran with the heartbeat alive.'}`,
            ...sourcesOf(operation.lines[0]?.event, death.timeout),
          }),
        );
      } else {
        // The work of a worker that had begun to exit was over.
        if (exitingFor(context) === null)
          facts.push(
            operationOutlivedTimeout.fact({
              case: syncWorker,
              text: `The operation had run ${formatSeconds(ran)} when the timeout of ${config.timeoutSeconds} s fired: no heartbeat came while it ran.`,
              ...sourcesOf(operation.lines[0]?.event, death.timeout),
            }),
          );
      }
    }
    const lived = death.life.boot === null ? null : secondsBetween(death.life.boot.time, death.timeout.time);
    if (lived !== null && lived < config.timeoutSeconds - ARBITER_TICK_SECONDS) {
      facts.push(
        timeoutNotInForce.fact({
          text: `The TIMEOUT came ${formatSeconds(lived)} after the worker booted, sooner than ${config.timeoutSeconds} s: the setting in the evidence is not the one that was in force.`,
          ...sourcesOf(death.life.boot, death.timeout),
        }),
      );
    }
  }
  facts.push(...clockFacts(context, death));
  const ran = death.timeout === null ? elapsedSeconds(context, record.incident.end) : null;
  if (operation !== null && ran !== null) {
    const limit = config?.timeoutSeconds ?? null;
    const early: readonly 'early'[] =
      isKilledForMemory(context) || refusedAllocation(context) !== null ? [] : ['early'];
    if (limit !== null && limit > 0 && ran < limit - ARBITER_TICK_SECONDS) {
      facts.push(
        endedBeforeTimeout.fact({
          case: early,
          text: `The worker ended ${formatSeconds(ran)} into the operation, before the timeout of ${limit} s could fire.`,
          ...sourcesOf(operation.lines[0]?.event, death.end),
        }),
      );
    } else if (limit === null && ran < 10) {
      facts.push(
        endedEarly.fact({
          case: early,
          text: `The worker ended ${formatSeconds(ran)} into the operation, ${early.length === 0 ? 'before any timeout is likely to have fired' : 'early for an infinite loop'}.`,
          ...sourcesOf(operation.lines[0]?.event, death.end),
        }),
      );
    }
  }
  return facts;
}

/** How the limit is called at the beginning of a sentence. */
function limitName({ supervisor }: EffectiveConfig): string {
  if (supervisor === undefined) return 'The worker timeout';
  const { title, limit } = SUPERVISORS[supervisor];
  return `${title}'s ${limit?.title ?? 'time limit'}`;
}

/** Before 22.0 the arbiter compared heartbeats by the wall clock. Source: gunicorn, pull request 1967; news of 22.0 */
const FIRST_MONOTONIC_VERSION = 22;
/** From a step to the arbiter's next look at its workers. */
const LOOK_SECONDS = 3;

const clockSteppedDeadline = rule({
  id: 'clock-stepped-deadline',
  needs: ['host-log', 'service-log'],
  basis: BASIS.arbiter,
  weights: { 'infinite-loop': -1, 'database-lock': -1, 'large-artifact': -1 },
});

const clockStepped = rule({
  id: 'clock-stepped',
  needs: ['host-log'],
  basis: BASIS.arbiter,
});

/** A clock that was stepped makes no duration across it a duration, and old gunicorns end every worker for it. */
function clockFacts(context: FactContext, { timeout, life }: Death): readonly TimeoutFact[] {
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
    (isDeadline ? clockSteppedDeadline : clockStepped).fact({
      text: `The clock of the host was ${step.seconds === null ? 'changed' : step.seconds < 0 ? 'put back' : 'put forward'}${by} at ${formatTimeOfDay(step.event.time)} UTC ("${step.event.message.trim().slice(0, 100)}"), so times before and after it make no duration.${isDeadline ? ` gunicorn ${version} reads its heartbeats by that clock: the step alone made them too old.` : ''}`,
      ...sourcesOf(step.event, isDeadline ? started : null),
    }),
  ];
}

const TIMEOUT_RULES = [
  timeoutSetting,
  heartbeatDuringOperation,
  operationOutlivedTimeout,
  timeoutNotInForce,
  endedBeforeTimeout,
  endedEarly,
  clockSteppedDeadline,
  clockStepped,
] as const;
type TimeoutFact = FactOf<typeof TIMEOUT_RULES>;

export const timeoutFamily = family({
  name: 'timeout',
  about: 'The timeout setting, and the clock, against what happened.',
  rules: TIMEOUT_RULES,
  find: timeoutFacts,
});
