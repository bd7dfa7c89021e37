import { type FactContext, sourcesOf } from '../context/context.ts';
import { type CounterAtEnd, counterAtEnd, repetition, secondsLeft } from '../context/work-counters.ts';
import type { Fact } from '../model/analysis.ts';
import { formatTimeOfDay } from '../model/time.ts';
import { type Repetition, saidIn } from '../timeline/counters.ts';
import { formatCount, formatSeconds, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';

/** What the numbers in the service's own lines say of how its work got on, read from how they go on and not from words. */
export function counterFacts(context: FactContext): readonly Fact[] {
  if (context.record === null) return [];
  const counter = counterAtEnd(context);
  const repeated = counter?.course === 'past' ? null : repetition(context);
  if (repeated !== null) return [repeatsItself(repeated)];
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

/** A bound that is passed bounds nothing. */
function pastTotal(counter: CounterAtEnd): Fact {
  return {
    id: 'counter-past-total',
    text: `Its log counts past its own total: from ${formatCount(counter.first)} to ${formatCount(counter.last)} of ${formatCount(counter.total ?? 0)}${rate(counter)}, up to the end (${quoted(counter)}). Nothing bounds that work.`,
    weights: { 'infinite-loop': 5, 'database-lock': -1, 'large-artifact': -1 },
    decides: { 'infinite-loop': 'for' },
    ...sourcesOfCounter(counter),
    basis: BASIS.counters,
  };
}

/** Work that is counted towards an end has one. */
function towardsTotal(counter: CounterAtEnd): Fact {
  const left = secondsLeft(counter);
  return {
    id: 'counter-towards-total',
    text: `Its log counted on to the end: ${formatCount(counter.last)} of ${formatCount(counter.total ?? 0)}${rate(counter)} (${quoted(counter)}, ${formatSeconds(counter.lagSeconds)} before the end).${left === null ? '' : ` At that rate the rest needed another ${formatSeconds(left)}.`}`,
    weights: { 'infinite-loop': -3, 'database-lock': -1 },
    decides: { 'infinite-loop': 'against' },
    ...sourcesOfCounter(counter),
    basis: BASIS.counters,
  };
}

function stopped(counter: CounterAtEnd): Fact {
  return {
    id: 'counter-stopped',
    text: `Its log counted to ${formatCount(counter.last)} of ${formatCount(counter.total ?? 0)}, a line every ${formatSeconds(counter.stepSeconds)}, and then stood for ${formatSeconds(counter.lagSeconds)} (${quoted(counter)}): what held it up came there.`,
    weights: {},
    ...sourcesOfCounter(counter),
    basis: BASIS.counters,
  };
}

const DECIDING_ROUNDS = 20;

/** The same items again and again are no progress; whether it computes or waits in between, other facts say. */
function repeatsItself({ lines, distinct, from, to, sample }: Repetition): Fact {
  return {
    id: 'repeats-itself',
    text: `Its log says the same ${distinct === 1 ? 'line' : `${distinct} lines`} again and again and nothing new, ${plural(lines, 'line')} from ${formatTimeOfDay(from)} to ${formatTimeOfDay(to)} UTC: "${saidIn(sample).trim().slice(0, 120)}".`,
    // Twenty rounds of the same without a word of a wait are no start of anything.
    weights: { 'infinite-loop': lines >= distinct * DECIDING_ROUNDS ? 4 : 2, 'large-artifact': -1 },
    ...(lines >= distinct * DECIDING_ROUNDS ? { decides: { 'infinite-loop': 'for' as const } } : {}),
    ...sourcesOf(sample.event),
    basis: BASIS.counters,
  };
}
