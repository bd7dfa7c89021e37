import { type FactContext, sourcesOf } from '../context/context.ts';
import { formatDate, formatTimeOfDay } from '../model/time.ts';
import { similarBefore } from '../timeline/recurrence.ts';
import { listing, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

const NAMED = 5;

const noSimilarBefore = rule({
  id: 'no-similar-before',
  needs: ['service-log'],
  basis: BASIS.log,
});

const happenedBefore = rule({
  id: 'similar-before',
  needs: ['service-log'],
  basis: BASIS.log,
});

/** Whether the same has happened before, as far as the journals reach back. */
function earlierFacts(context: FactContext): readonly EarlierFact[] {
  const { record, history } = context;
  if (record === null) return [];
  const all = history.incidents.map(({ incident }) => incident);
  const earlier = similarBefore(all, record.incident);
  const ids = new Set(earlier.slice(-NAMED).map(({ id }) => id));
  const records = history.incidents.filter(({ incident }) => ids.has(incident.id));
  const first = history.lives[0]?.from ?? null;
  if (earlier.length === 0) {
    if (first === null) return [];
    return [
      noSimilarBefore.fact({
        text: `No similar incident stands in the journals before it, which show workers from ${formatDate(first)} ${formatTimeOfDay(first)} UTC on.`,
        ...sourcesOf(history.lives[0]?.about[0]),
      }),
    ];
  }
  const sameOperation = earlier.filter(
    ({ operation }) => operation !== null && operation === record.incident.operation,
  );
  const named = earlier.slice(-NAMED).map(({ end, operation }) => {
    const work = operation === null ? '' : ` (${operation})`;
    return `${formatDate(end)} ${formatTimeOfDay(end)} UTC${work}`;
  });
  return [
    happenedBefore.fact({
      text: `Happened before: ${plural(earlier.length, 'earlier incident')} ended the same way, ${earlier.length > NAMED ? 'the latest ' : ''}at ${listing(named)}${sameOperation.length === 0 ? '' : `; ${sameOperation.length} of them in this operation, which is retried`}.`,
      ...sourcesOf(...records.map(({ death, failure }) => death?.end ?? failure)),
    }),
  ];
}

const EARLIER_RULES = [noSimilarBefore, happenedBefore] as const;
type EarlierFact = FactOf<typeof EARLIER_RULES>;

export const earlierFamily = family({
  name: 'earlier',
  about: 'Whether the same has happened before, as far as the journals reach back.',
  rules: EARLIER_RULES,
  find: earlierFacts,
});
