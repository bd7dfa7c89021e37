import { type FactContext, sourcesOf } from '../context/context.ts';
import { type CpuUse, cpuUse } from '../context/process-readings.ts';
import {
  type CounterAtEnd,
  circle,
  counterAtEnd,
  partsBeyond,
  repetition,
  secondsLeft,
  triesAtEnd,
} from '../context/work-counters.ts';
import type { Fact } from '../model/analysis.ts';
import { formatTimeOfDay } from '../model/time.ts';
import {
  type Circle,
  type PartsPastWhole,
  type Repetition,
  saidIn,
  type UnboundedTries,
} from '../timeline/counters.ts';
import { formatCount, formatSeconds, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** What the numbers in the service's own lines say of how its work got on, read from how they go on and not from words. */
function counterFacts(context: FactContext): readonly CounterFact[] {
  if (context.record === null) return [];
  const counter = counterAtEnd(context);
  const parts = partsBeyond(context);
  if (parts !== null) return [pastWhole(parts)];
  const round = circle(context);
  if (round !== null) return [goesRound(round)];
  const repeated = counter?.course === 'past' ? null : repetition(context);
  if (repeated !== null) {
    const used = cpuUse(context, repeated.from, repeated.to);
    return [repeatsItself(repeated, used?.level ?? null)];
  }
  const tries = triesAtEnd(context);
  if (tries !== null) return [withoutEnd(tries)];
  if (counter === null) return [];
  if (counter.course === 'past') return [pastTotal(counter)];
  return [counter.isGoing ? towardsTotal(counter) : stopped(counter)];
}

const quoted = ({ lastLine }: CounterAtEnd): string => `"${saidIn(lastLine).trim().slice(0, 120)}"`;

const rate = ({ perSecond }: CounterAtEnd): string =>
  perSecond === null
    ? ''
    : ` at ${perSecond >= 10 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1)} a second`;

const sourcesOfCounter = ({ firstLine, lastLine }: CounterAtEnd): Pick<Fact, 'sources' | 'rows'> =>
  sourcesOf(firstLine.event, lastLine.event);

const counterPastTotal = rule({
  id: 'counter-past-total',
  needs: ['service-log'],
  basis: BASIS.counters,
  weights: { 'infinite-loop': 5, 'database-lock': -1, 'large-artifact': -1 },
  decides: { 'infinite-loop': 'for' },
});

/** A bound that is passed bounds nothing. */
function pastTotal(counter: CounterAtEnd): CounterFact {
  return counterPastTotal.fact({
    text: `Its log counts past its own total: from ${formatCount(counter.first)} to ${formatCount(counter.last)} of ${formatCount(counter.total ?? 0)}${rate(counter)}, up to the end (${quoted(counter)}). Nothing limits that work.`,
    ...sourcesOfCounter(counter),
  });
}

const counterTowardsTotal = rule({
  id: 'counter-towards-total',
  needs: ['service-log'],
  basis: BASIS.counters,
  weights: { 'infinite-loop': -3, 'database-lock': -1 },
  decides: { 'infinite-loop': 'against' },
});

/** Work that is counted towards an end has one. */
function towardsTotal(counter: CounterAtEnd): CounterFact {
  const left = secondsLeft(counter);
  return counterTowardsTotal.fact({
    text: `Its log counted on to the end: ${formatCount(counter.last)} of ${formatCount(counter.total ?? 0)}${rate(counter)} (${quoted(counter)}, ${formatSeconds(counter.lagSeconds)} before the end).${left === null ? '' : ` At that rate the rest needed another ${formatSeconds(left)}.`}`,
    ...sourcesOfCounter(counter),
  });
}

const counterStopped = rule({
  id: 'counter-stopped',
  needs: ['service-log'],
  basis: BASIS.counters,
});

function stopped(counter: CounterAtEnd): CounterFact {
  return counterStopped.fact({
    text: `Its log counted to ${formatCount(counter.last)} of ${formatCount(counter.total ?? 0)}, a line every ${formatSeconds(counter.stepSeconds)}, and then stood still for ${formatSeconds(counter.lagSeconds)} (${quoted(counter)}). What held it up came there.`,
    ...sourcesOfCounter(counter),
  });
}

const DECIDING_ROUNDS = 20;
/** Of a worker that was seen to compute all the while. */
const DECIDING_ROUNDS_AT_WORK = 12;

const repeating = rule({
  id: 'repeats-itself',
  needs: ['service-log'],
  basis: BASIS.counters,
  weights: { 'large-artifact': -1 },
  cases: {
    fewRounds: {
      when: 'each line came less than 20 times on average, 12 where it was seen to compute, or it was seen to wait',
      weights: { 'infinite-loop': 2 },
    },
    // Twenty rounds of the same without a word of a wait are no start of anything.
    manyRounds: {
      when: 'each line came 20 times or more on average, 12 where it was seen to compute',
      weights: { 'infinite-loop': 4 },
      decides: { 'infinite-loop': 'for' },
    },
  },
});

/** The same items again and again are no progress; whether it computes or waits in between, other facts say. */
function repeatsItself({ lines, distinct, from, to, sample }: Repetition, used: CpuUse['level'] | null): CounterFact {
  const least = used === 'busy' ? DECIDING_ROUNDS_AT_WORK : DECIDING_ROUNDS;
  return repeating.fact({
    case: lines >= distinct * least && used !== 'idle' ? 'manyRounds' : 'fewRounds',
    text: `Its log repeats ${distinct === 1 ? 'one line' : `the same ${distinct} lines`} and says nothing new, ${plural(lines, 'line')} from ${formatTimeOfDay(from)} to ${formatTimeOfDay(to)} UTC: "${saidIn(sample).trim().slice(0, 120)}".`,
    ...sourcesOf(sample.event),
  });
}

const triesWithoutEnd = rule({
  id: 'tries-without-end',
  needs: ['service-log'],
  basis: BASIS.counters,
  weights: { 'infinite-loop': 6, 'large-artifact': -1 },
  decides: { 'infinite-loop': 'for' },
});

/** A service that tries for ever what is refused for ever is in a loop, however long it sleeps in between. */
function withoutEnd({ last, stepSeconds, firstLine, lastLine }: UnboundedTries): CounterFact {
  return triesWithoutEnd.fact({
    text: `Its log counts ${formatCount(last)} tries up to the end, one every ${formatSeconds(stepSeconds)}, and names no bound: "${saidIn(lastLine).trim().slice(0, 120)}".`,
    ...sourcesOf(firstLine.event, lastLine.event),
  });
}

const goesInCircle = rule({
  id: 'goes-in-circle',
  needs: ['service-log'],
  basis: BASIS.counters,
  weights: { 'infinite-loop': 5, 'database-lock': -1, 'large-artifact': -1 },
  decides: { 'infinite-loop': 'for' },
});

/** A way that comes back to where it began, and goes on as it did before, leads nowhere, however much is counted on it. */
function goesRound({ stations, rounds, from, to, sample }: Circle): CounterFact {
  return goesInCircle.fact({
    text: `Its log goes round in a circle of ${formatCount(stations)} steps, ${formatCount(rounds)} times from ${formatTimeOfDay(from)} to ${formatTimeOfDay(to)} UTC, each beginning where the one before ended: "${saidIn(sample).trim().slice(0, 120)}".`,
    ...sourcesOf(sample.event),
  });
}

const partsPastTheWhole = rule({
  id: 'parts-past-whole',
  needs: ['service-log'],
  basis: BASIS.counters,
  weights: { 'infinite-loop': 5, 'database-lock': -1, 'large-artifact': -1 },
  decides: { 'infinite-loop': 'for' },
});

/** Whoever goes on with parts when the whole is long through gets the same ones again, or goes through something else. */
function pastWhole({ parts, each, noun, sum, whole, wholeLine, firstLine, lastLine }: PartsPastWhole): CounterFact {
  return partsPastTheWhole.fact({
    text: `Its log announced ${formatCount(whole)} ${noun} and then told of ${formatCount(parts)} parts of ${formatCount(each)}, ${formatCount(sum)} together, up to the end: "${saidIn(lastLine).trim().slice(0, 120)}". Nothing bounds that work.`,
    ...sourcesOf(wholeLine.event, firstLine.event, lastLine.event),
  });
}

const COUNTER_RULES = [
  counterPastTotal,
  counterTowardsTotal,
  counterStopped,
  repeating,
  triesWithoutEnd,
  goesInCircle,
  partsPastTheWhole,
] as const;
type CounterFact = FactOf<typeof COUNTER_RULES>;

export const counterFamily = family({
  name: 'counter',
  about:
    'What the numbers in the lines of the service say of how its work got on, read from how they go on and not from words.',
  rules: COUNTER_RULES,
  find: counterFacts,
});
