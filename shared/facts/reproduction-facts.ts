import { type FactContext, sourceOnly } from '../context/context.ts';
import { reproductionOf } from '../context/reproduction.ts';
import { isTimeLimit } from '../model/analysis.ts';
import type { ImportTrial, ParseTrial, Reproduction, TriedParser } from '../model/reproduction.ts';
import { formatDate } from '../model/time.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** What came of it when the parse and the import of the artifact were repeated by hand. */
function reproductionFacts(context: FactContext): readonly ReproductionFact[] {
  const found = reproductionOf(context);
  return found === null ? [] : [...repeatedParse(found), ...repeatedImport(context, found)];
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
      return `${parser} was killed by signal ${outcome.signal}`;
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
      return `killed by signal ${outcome.signal} after ${formatSeconds(seconds)}${memory}`;
    case 'failed':
      return `failed with status ${outcome.status} after ${formatSeconds(seconds)}${memory}`;
  }
}

/** "by hand on 2026-01-28 with Python 3.11.2" */
function byHand({ time, python }: Reproduction): string {
  return `by hand${time === null ? '' : ` on ${formatDate(time)}`}${python === null ? '' : ` with ${python}`}`;
}

const parseRepeated = rule({
  id: 'parse-repeated',
  needs: ['reproduction'],
  basis: BASIS.reproduction,
  cases: {
    ranOut: { when: 'a parser ran out of memory', weights: { 'memory-exhaustion': 0.5 } },
    tooLong: { when: 'a parser was not done at the time limit', weights: { 'large-artifact': 1 } },
  },
});

function repeatedParse(found: Reproduction): readonly ReproductionFact[] {
  const { parses } = found;
  if (parses.length === 0) return [];
  const ranOut = parses.some(({ outcome }) => outcome.kind === 'failed' && outcome.why?.startsWith('MemoryError'));
  const isTooLong = parses.some(({ outcome }) => outcome.kind === 'time-limit');
  return [
    parseRepeated.fact({
      case: [...(ranOut ? (['ranOut'] as const) : []), ...(isTooLong ? (['tooLong'] as const) : [])],
      text: `The same bytes were parsed ${byHand(found)}: ${parses.map(parseWords).join('; ')}.`,
      ...sourceOnly(found.source),
    }),
  ];
}

/** A trial below this share of what the worker had was quick beside it, also on a host that is busier. */
const QUICK_SHARE = 0.5;
/** A trial that was given so many times the timeout and was still at it says that more time would not have helped. */
const MANY_TIMES = 4;

const importRepeated = rule({
  id: 'import-repeated',
  needs: ['reproduction'],
  basis: BASIS.reproduction,
  cases: {
    // More time would not have helped.
    endless: {
      when: 'it was given four times the timeout and was still at it',
      weights: { 'infinite-loop': 1.5 },
    },
    // What came to its end on the same bytes does not run for ever on them.
    done: {
      when: 'it was done',
      weights: { 'infinite-loop': -2.5 },
      decides: { 'infinite-loop': 'against' },
    },
    tooLong: { when: 'it was done, later than the timeout', weights: { 'worker-timeout': 1.5 } },
    quick: { when: 'it was done in half of the timeout', weights: { 'large-artifact': -1.5 } },
  },
});

function repeatedImport(context: FactContext, found: Reproduction): readonly ReproductionFact[] {
  const trial = found.import;
  if (trial === null) return [];
  const timeout = isTimeLimit(context.record?.incident.mechanism) ? context.config?.timeoutSeconds : null;
  const sources = sourceOnly(found.source);
  const text = `The import was repeated ${byHand(found)}, on a copy of the database: ${importWords(trial)}`;
  if (trial.outcome.kind === 'time-limit') {
    const isLong = timeout !== null && timeout !== undefined && trial.seconds >= MANY_TIMES * timeout;
    return [importRepeated.fact({ case: isLong ? 'endless' : [], text: `${text}.`, ...sources })];
  }
  if (trial.outcome.kind !== 'done') return [importRepeated.fact({ text: `${text}.`, ...sources })];
  if (timeout === null || timeout === undefined || timeout === 0)
    return [importRepeated.fact({ case: 'done', text: `${text}.`, ...sources })];
  if (trial.seconds > timeout)
    return [
      importRepeated.fact({
        case: ['done', 'tooLong'],
        text: `${text}: longer than the timeout of ${timeout} s, with nothing else in its way.`,
        ...sources,
      }),
    ];
  const isQuick = trial.seconds < QUICK_SHARE * timeout;
  return [
    importRepeated.fact({
      case: isQuick ? ['done', 'quick'] : 'done',
      text: `${text}${isQuick ? `: well within the timeout of ${timeout} s, so what held up the worker was not in the artifact` : ''}.`,
      ...sources,
    }),
  ];
}

const REPRODUCTION_RULES = [parseRepeated, importRepeated] as const;
type ReproductionFact = FactOf<typeof REPRODUCTION_RULES>;

export const reproductionFamily = family({
  name: 'reproduction',
  about: 'What came of it when the parse and the import of the artifact were repeated outside of the service.',
  rules: REPRODUCTION_RULES,
  find: reproductionFacts,
});
