import { type FactContext, sourcesOf } from '../context/context.ts';
import { clockSteps } from '../context/elapsed.ts';
import { secondsBetween } from '../model/time.ts';
import { formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** A silence that is no more than so many times the longest before is merely a slow one. */
const OUT_OF_THE_USUAL = 3;
const LEAST_SILENCE_SECONDS = 5;
const QUOTE_CHARACTERS = 100;

const usualNextMissing = rule({
  id: 'usual-next-missing',
  needs: ['service-log'],
  basis: BASIS.counters,
});

/** What the service's log says next at this point everywhere else, and did not say here. */
function usualFacts(context: FactContext): readonly UsualFact[] {
  const { record, workEnd } = context;
  const usual = record?.usualNext ?? null;
  if (record === null || usual === null || workEnd === null) return [];
  const last = record.operation?.lines.findLast(({ event }) => event.time <= workEnd);
  if (last === undefined || last.event.isUndated === true) return [];
  const silence = secondsBetween(last.event.time, workEnd);
  if (silence < Math.max(LEAST_SILENCE_SECONDS, usual.longestSeconds * OUT_OF_THE_USUAL)) return [];
  if (clockSteps(context, last.event.time, workEnd).length > 0) return [];
  const quoted = (text: string): string => `"${text.trim().slice(0, QUOTE_CHARACTERS)}"`;
  return [
    usualNextMissing.fact({
      text: `After a line like ${quoted(last.text)} the log has one like ${quoted(usual.example)} within ${formatSeconds(usual.longestSeconds)} (${usual.times} of ${usual.outOf} times). Here nothing came for ${formatSeconds(silence)}: the time went there.`,
      ...sourcesOf(last.event),
    }),
  ];
}

const USUAL_RULES = [usualNextMissing] as const;
type UsualFact = FactOf<typeof USUAL_RULES>;

export const usualFamily = family({
  name: 'usual',
  about: 'What the log of the service says next at this point everywhere else, and did not say here.',
  rules: USUAL_RULES,
  find: usualFacts,
});
