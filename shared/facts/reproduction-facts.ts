import { type FactContext, sourceOnly } from '../context/context.ts';
import { reproductionOf } from '../context/reproduction.ts';
import type { Fact } from '../model/analysis.ts';
import type { ImportTrial, ParseTrial, Reproduction, TriedParser } from '../model/reproduction.ts';
import { formatDate } from '../model/time.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';

/** What came of it when the parse and the import of the artifact were repeated by hand. */
export function reproductionFacts(context: FactContext): readonly Fact[] {
  const found = reproductionOf(context);
  return found === null ? [] : [...parseRepeated(found), ...importRepeated(context, found)];
}

const PARSER_WORDS: Readonly<Record<TriedParser, string>> = {
  expat: 'pyexpat',
  stream: 'iterparse with clear()',
  tree: 'ElementTree',
};

/** "110,000 test cases in 0.68 s with ElementTree", or what it said instead. */
export function parseWords({ how, outcome, testcases, seconds, peakRssBytes }: ParseTrial): string {
  const parser = PARSER_WORDS[how];
  switch (outcome.kind) {
    case 'done':
      return `${parser} took ${formatSeconds(seconds ?? 0)}, with at most ${formatBytes(peakRssBytes ?? 0)} of memory, for ${formatCount(testcases ?? 0)} test cases`;
    case 'time-limit':
      return `${parser} was not done at the time limit`;
    case 'signal':
      return `${parser} was ended by signal ${outcome.signal}`;
    case 'failed':
      return `${parser} failed: ${outcome.why ?? `status ${outcome.status}`}`;
  }
}

/** "done in 41 s, with at most 115 MB of memory". */
export function importWords({ outcome, seconds, peakRssBytes }: ImportTrial): string {
  const memory = peakRssBytes === null ? '' : `, with at most ${formatBytes(peakRssBytes)} of memory`;
  switch (outcome.kind) {
    case 'done':
      return `done in ${formatSeconds(seconds)}${memory}`;
    case 'time-limit':
      return `not done after ${formatSeconds(seconds)}, when its time limit ended it${memory}`;
    case 'signal':
      return `ended by signal ${outcome.signal} after ${formatSeconds(seconds)}${memory}`;
    case 'failed':
      return `failed with status ${outcome.status} after ${formatSeconds(seconds)}${memory}`;
  }
}

/** "by hand on 2026-01-28 with Python 3.11.2" */
function byHand({ time, python }: Reproduction): string {
  return `by hand${time === null ? '' : ` on ${formatDate(time)}`}${python === null ? '' : ` with ${python}`}`;
}

function parseRepeated(found: Reproduction): readonly Fact[] {
  const { parses } = found;
  if (parses.length === 0) return [];
  const ranOut = parses.some(({ outcome }) => outcome.kind === 'failed' && outcome.why?.startsWith('MemoryError'));
  const isTooLong = parses.some(({ outcome }) => outcome.kind === 'time-limit');
  return [
    {
      id: 'parse-repeated',
      text: `The same bytes were parsed ${byHand(found)}: ${parses.map(parseWords).join('; ')}.`,
      weights: {
        ...(ranOut ? { 'memory-exhaustion': 0.5 } : {}),
        ...(isTooLong ? { 'large-artifact': 1 } : {}),
      },
      ...sourceOnly(found.source),
      basis: BASIS.reproduction,
    },
  ];
}

/** A trial below this share of what the worker had was quick beside it, also on a host that is busier. */
const QUICK_SHARE = 0.5;
/** A trial that was given so many times the timeout and was still at it says that more time would not have helped. */
const MANY_TIMES = 4;

function importRepeated(context: FactContext, found: Reproduction): readonly Fact[] {
  const trial = found.import;
  if (trial === null) return [];
  const timeout = context.record?.incident.mechanism === 'gunicorn-timeout' ? context.config?.timeoutSeconds : null;
  const fact = { ...sourceOnly(found.source), basis: BASIS.reproduction };
  const text = `The import was repeated ${byHand(found)}, on a copy of the database: ${importWords(trial)}`;
  if (trial.outcome.kind === 'time-limit') {
    const isLong = timeout !== null && timeout !== undefined && trial.seconds >= MANY_TIMES * timeout;
    return [{ id: 'import-repeated', text: `${text}.`, weights: isLong ? { 'infinite-loop': 1.5 } : {}, ...fact }];
  }
  if (trial.outcome.kind !== 'done') return [{ id: 'import-repeated', text: `${text}.`, weights: {}, ...fact }];
  // What came to its end on the same bytes does not run for ever on them.
  const ends = { decides: { 'infinite-loop': 'against' as const } };
  if (timeout === null || timeout === undefined || timeout === 0)
    return [{ id: 'import-repeated', text: `${text}.`, weights: { 'infinite-loop': -2.5 }, ...fact, ...ends }];
  if (trial.seconds > timeout)
    return [
      {
        id: 'import-repeated',
        text: `${text}: longer than the timeout of ${timeout} s, with nothing else in its way.`,
        weights: { 'worker-timeout': 1.5, 'infinite-loop': -2.5 },
        ...fact,
        ...ends,
      },
    ];
  const isQuick = trial.seconds < QUICK_SHARE * timeout;
  return [
    {
      id: 'import-repeated',
      text: `${text}${isQuick ? `: well within the timeout of ${timeout} s, so what held up the worker was not in the artifact` : ''}.`,
      weights: { 'infinite-loop': -2.5, ...(isQuick ? { 'large-artifact': -1.5 } : {}) },
      ...fact,
      ...ends,
    },
  ];
}
