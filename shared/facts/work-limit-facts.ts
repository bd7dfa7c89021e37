import { type FactContext, sourcesOf } from '../context/context.ts';
import { addSeconds } from '../model/time.ts';
import { raisedWithin } from '../timeline/raised-limits.ts';
import { formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

const limitRaisedInWork = rule({
  id: 'limit-raised-in-work',
  needs: ['service-log'],
  basis: BASIS.workLimits,
  // That nobody died does not speak against a limit that ends the work alone.
  weights: { 'worker-timeout': 8, 'infinite-loop': 1 },
  decides: { 'worker-timeout': 'for' },
});

/** A limit that is raised within the work ends the work and no worker. */
function workLimitFacts({ record, ownEvents }: FactContext): readonly WorkLimitFact[] {
  if (record === null || record.death !== null) return [];
  const { incident, operation, failure } = record;
  if (failure === null) return [];
  const lines = [failure, ...(operation?.lines ?? []).map(({ event }) => event)];
  const near = ownEvents.between(addSeconds(incident.end, -1), addSeconds(incident.end, 1), MOST_LINES);
  const raised = raisedWithin(lines) ?? raisedWithin(near.filter(({ pid }) => pid === incident.pid));
  if (raised === null) return [];
  const { title, seconds } = raised.limit;
  return [
    limitRaisedInWork.fact({
      text: `${title}${seconds === null ? '' : ` of ${formatSeconds(seconds)}`} was exceeded: it was raised within the work, which failed on it; the worker lives on.`,
      ...sourcesOf(raised.event),
    }),
  ];
}

const MOST_LINES = 200;

const WORK_LIMIT_RULES = [limitRaisedInWork] as const;
type WorkLimitFact = FactOf<typeof WORK_LIMIT_RULES>;

export const workLimitFamily = family({
  name: 'work limit',
  about: 'Time limits that end a piece of work and no worker.',
  rules: WORK_LIMIT_RULES,
  find: workLimitFacts,
});
