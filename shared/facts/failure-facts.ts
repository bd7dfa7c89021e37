import type { Fact } from '../model/analysis.ts';
import { BASIS } from './basis.ts';
import { type FactContext, sourcesOf } from './context.ts';

// xml.etree.ElementTree.ParseError: no element found: line 1, column 0          Source: Lib/traceback.py
const EXCEPTION =
  /(?:^|\n)([A-Za-z_][\w.]{0,120}(?:Error|Exception|Exit|Interrupt|Warning|NotFound|Timeout)\b[^\n]{0,160})\s*$/;
/** Errors of other databases that speak of a lock too (deadlock detected, Lock wait timeout exceeded, LockNotAvailable). */
const SPEAKS_OF_A_LOCK = /lock|busy/i;

/** What the operation itself gave as the reason of its failure, where that is no lock. */
export function failureFacts(context: FactContext): readonly Fact[] {
  const { record } = context;
  if (record === null || record.death !== null || record.failure === null) return [];
  const lines = record.operation?.lines ?? [];
  if (lines.some(({ event }) => SPEAKS_OF_A_LOCK.test(event.message))) return [];
  const raised = lines.map(({ event }) => ({ event, text: EXCEPTION.exec(event.message)?.[1] ?? null }));
  const last = raised.findLast(({ text }) => text !== null) ?? null;
  const reason = last?.text ?? lines.findLast(({ reading }) => reading.role === 'operation-failed')?.text ?? null;
  if (reason === null) return [];
  return [
    {
      id: 'failed-otherwise',
      text: `The operation gave a reason of its own for its failure, and it is no lock: "${reason.slice(0, 160)}".`,
      weights: { 'database-lock': -3 },
      ...sourcesOf(record.failure, last?.event === record.failure ? null : last?.event),
      basis: BASIS.log,
    },
  ];
}
