import { type FactContext, sourcesOf } from '../context/context.ts';
import type { Fact } from '../model/analysis.ts';
import { formatDate, formatTimeOfDay } from '../model/time.ts';
import { similarBefore } from '../timeline/recurrence.ts';
import { listing, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';

const NAMED = 5;

/** Whether the same has happened before, as far as the journals reach back. */
export function earlierFacts(context: FactContext): readonly Fact[] {
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
      {
        id: 'no-similar-before',
        text: `No similar incident stands in the journals before it, which show workers from ${formatDate(first)} ${formatTimeOfDay(first)} UTC on.`,
        weights: {},
        ...sourcesOf(history.lives[0]?.about[0]),
        basis: BASIS.log,
      },
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
    {
      id: 'similar-before',
      text: `It happened before: ${plural(earlier.length, 'earlier incident')} ended the same way, ${earlier.length > NAMED ? 'the latest ' : ''}at ${listing(named)}${sameOperation.length === 0 ? '' : `; ${sameOperation.length} of them in this very operation, which is tried again and again`}.`,
      weights: {},
      ...sourcesOf(...records.map(({ death, failure }) => death?.end ?? failure)),
      basis: BASIS.log,
    },
  ];
}
