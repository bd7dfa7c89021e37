import { describe, expect, it } from 'vitest';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import { addSeconds } from '../../../shared/model/time.ts';
import { selectKeyEvents } from '../../../shared/report/select-key-events.ts';
import { EventArray } from '../../support/event-array.ts';
import { referenceAnalysis, referenceEvents } from '../../support/reference-case.ts';

const analysis = referenceAnalysis();
const base = referenceEvents();

/** The reference events followed by noise around them, renumbered; moments keep their rows because noise comes last. */
function withNoise(noise: readonly Partial<EvidenceEvent>[]): EventArray {
  const model = base[9];
  if (model === undefined) throw new Error('the reference case has ten events');
  return new EventArray([...base, ...noise.map((part, index) => ({ ...model, ...part, row: base.length + index }))]);
}

describe('key events', () => {
  it('are the moments, what facts rest on, and what is notable around the incident, in order', () => {
    const rows = selectKeyEvents(analysis, new EventArray(base)).map(({ row }) => row);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    for (const row of [3, 6, 7, 8, 9, 10, 11, 12]) expect(rows).toContain(row);
  });

  it('keep moments and facts when notable events abound', () => {
    const time = addSeconds(base[0]?.time ?? noTime(), 10);
    const noise = Array.from({ length: 500 }, () => ({ kind: 'worker-error' as const, time, pid: 23333 }));
    const rows = selectKeyEvents(analysis, withNoise(noise)).map(({ row }) => row);
    expect(rows).toHaveLength(40);
    for (const row of [6, 8, 9, 10, 11, 12]) expect(rows).toContain(row);
  });

  it('leave out samples and what lies far from the incident', () => {
    const far = addSeconds(base[12]?.time ?? noTime(), 3_600);
    const near = base[9]?.time ?? noTime();
    const events = withNoise([
      { kind: 'traceback', time: far },
      { kind: 'process-sample', time: near, pid: 23333 },
    ]);
    const kinds = selectKeyEvents(analysis, events).map(({ kind }) => kind);
    expect(kinds).not.toContain('traceback');
    expect(kinds).not.toContain('process-sample');
  });

  it('find rows of facts that another process wrote as plain lines', () => {
    const time = base[9]?.time ?? noTime();
    const events = withNoise([{ kind: 'log', time, pid: 777 }]);
    const fact = analysis.facts[0];
    if (fact === undefined) throw new Error('the reference case has facts');
    const resting = { ...analysis, facts: [{ ...fact, rows: [base.length] }] };
    expect(selectKeyEvents(resting, events).map(({ row }) => row)).toContain(base.length);
  });

  it('without an incident are the notable ones of the case', () => {
    const rows = selectKeyEvents({ ...analysis, incident: null }, new EventArray(base)).map(({ row }) => row);
    expect(rows).toContain(10);
  });
});

function noTime(): never {
  throw new Error('the reference case has events');
}
