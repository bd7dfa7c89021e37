import { type FactContext, sourcesOf } from '../context/context.ts';
import { type ToldLockWait, toldLockWait } from '../context/told-lock-waits.ts';
import type { Fact } from '../model/analysis.ts';
import { formatTimeOfDay } from '../model/time.ts';
import { BASIS } from './basis.ts';

/** Waits for a lock that the operation tells of in its own words, whatever its database and its language. */
export function toldLockFacts(context: FactContext): readonly Fact[] {
  const told = toldLockWait(context);
  if (told === null || context.record === null) return [];
  if (!told.isToTheEnd) return [survived(told)];
  return [context.record.failure === null ? toTheEnd(told) : failed(told)];
}

const quoteLast = ({ lines }: ToldLockWait): string => `"${lines.at(-1)?.text.trim().slice(0, 120) ?? ''}"`;

const sourcesOfWait = ({ lines }: ToldLockWait): Pick<Fact, 'sources' | 'rows'> =>
  sourcesOf(...lines.slice(-5).map(({ event }) => event));

function toTheEnd(told: ToldLockWait): Fact {
  const first = told.lines[0]?.event;
  const times = told.lines.length;
  return {
    id: 'lock-wait-told',
    text: `The operation says itself that it waited for a lock of its database, ${times === 1 || first === undefined ? 'once' : `${times} times from ${formatTimeOfDay(first.time)} UTC on`}, and nothing else up to the end: ${quoteLast(told)}.`,
    weights: { 'database-lock': times > 1 ? 5 : 4, 'infinite-loop': -1 },
    decides: { 'database-lock': 'for' },
    ...sourcesOfWait(told),
    basis: BASIS.log,
  };
}

function failed(told: ToldLockWait): Fact {
  return {
    id: 'lock-wait-failed-operation',
    text: `The operation failed after it had waited for a lock of its database, by its own word: ${quoteLast(told)}.`,
    weights: { 'database-lock': 5 },
    decides: { 'database-lock': 'for' },
    ...sourcesOfWait(told),
    basis: BASIS.log,
  };
}

function survived(told: ToldLockWait): Fact {
  return {
    id: 'lock-wait-survived',
    text: `The operation says that it waited for a lock of its database (${quoteLast(told)}), and it went on afterwards.`,
    weights: { 'database-lock': 0.5 },
    ...sourcesOfWait(told),
    basis: BASIS.log,
  };
}
