import { describe, expect, it } from 'vitest';
import { toCaseJson } from '../../../electron/export/case-json.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import { referenceAnalysis, referenceEvents, referenceEvidence } from '../../support/reference-case.ts';
import { emptyReport, hostileReport } from '../../support/reports.ts';

const analysis = referenceAnalysis();
const evidence = referenceEvidence();
const json = toCaseJson(evidence, analysis, referenceEvents());

describe('the case as JSON', () => {
  it.each([
    ['the reference case', json],
    ['a hostile case', hostileReport().caseJson],
    ['an empty case', emptyReport().caseJson],
  ])('of %s satisfies its schema, also after a round trip', (_, caseJson) => {
    const back: unknown = JSON.parse(JSON.stringify(caseJson));
    expect(caseJsonSchema.parse(back)).toEqual(caseJson);
  });

  it('gives times with microseconds, seconds with six decimals, scores with three', () => {
    expect(json.incident).toMatchObject({ start: '2026-01-28T04:10:22.070510Z', end: '2026-01-28T04:12:15.229579Z' });
    expect(json.incident?.phases.map(({ name, seconds }) => `${name} ${seconds}`)).toContain(
      'timeout-to-kill 20.659131',
    );
    expect(json.hypotheses.map(({ score }) => score)).toEqual([0.999, 0.937, 0.009, 0.009, 0.001]);
  });

  it('has the weight of a fact as the hypothesis sees it', () => {
    const memory = json.hypotheses.find(({ id }) => id === 'memory-exhaustion');
    expect(memory?.against.find(({ id }) => id === 'timeout-then-kill')?.weight).toBe(-2);
  });

  it('counts the frames of the write-ahead log and knows no row of a job that was never committed', () => {
    expect(json.database).toMatchObject({ journalMode: 'wal', walFrames: 434, walUncommittedFrames: 434, job: null });
  });

  it('names the row of a job that is in the table', () => {
    const [first, ...others] = evidence.databases;
    if (first?.jobHistory === null || first === undefined) throw new Error('the reference case has a job history');
    const jobHistory = { ...first.jobHistory, keys: [13, 14] };
    const known = { ...evidence, databases: [{ ...first, jobHistory }, ...others] };
    expect(toCaseJson(known, analysis, []).database?.job).toEqual({ table: 'jobs', id: 14 });
  });

  it('lists problems of files with their place and again with those of the case', () => {
    expect(json.evidence.find(({ format }) => format === 'ps')?.problems).toEqual([
      expect.objectContaining({ kind: 'truncated', byteOffset: 25_263 }),
    ]);
    expect(json.problems).toHaveLength(2);
  });
});
