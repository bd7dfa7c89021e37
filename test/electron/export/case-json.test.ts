import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toCaseJson } from '../../../electron/export/case-json.ts';
import { caseSchemaText } from '../../../scripts/case-schema.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import type { JobInQuestion } from '../../../shared/model/database.ts';
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

  it('counts the frames of the write-ahead log and knows no job where none is in question', () => {
    expect(json.database).toMatchObject({ journalMode: 'wal', walFrames: 434, walUncommittedFrames: 434, job: null });
  });

  it('tells of a job that is not committed what its import had written', () => {
    const job: JobInQuestion = {
      key: '14',
      state: 'uncommitted',
      record: null,
      identity: [],
      timestamp: null,
      counts: [],
      imported: [{ table: 'test_results', committedRows: 0, uncommittedRows: 3_041 }],
      expectedRows: 110_000,
      history: { group: null, points: [], size: null, medianSize: null, ratio: null },
    };
    const table = evidence.databases[0]?.jobHistory?.table;
    expect(toCaseJson(evidence, { ...analysis, job }, []).database?.job).toEqual({
      key: '14',
      table,
      committed: false,
      committedRows: 0,
      uncommittedRows: 3_041,
      expectedRows: 110_000,
      values: null,
    });
    // Rows of several jobs in one transaction are counted together only.
    const mixed = { ...job, imported: [{ table: 'test_results', committedRows: 0, uncommittedRows: null }] };
    expect(toCaseJson(evidence, { ...analysis, job: mixed }, []).database?.job?.uncommittedRows).toBeNull();
  });

  it('gives no time to a line that states none, but that than which it is not earlier', () => {
    const [first] = referenceEvents();
    if (first === undefined) throw new Error('the reference case has events');
    const [line] = toCaseJson(evidence, analysis, [{ ...first, isUndated: true }]).timeline;
    expect(line).toMatchObject({ time: null, notBefore: json.timeline[0]?.time });
  });

  it('says of each change what it is for, and whether it would have kept the incident away', () => {
    expect(
      json.recommendations.map(({ action, kind, wouldHavePrevented }) => [action, kind, wouldHavePrevented]),
    ).toEqual([
      ['mitigate', 'diff', false],
      ['prevent', null, true],
      ['mitigate', 'python', null],
    ]);
  });

  it('is published as it is', () => {
    expect(readFileSync(new URL('../../../docs/case.schema.json', import.meta.url), 'utf8')).toBe(caseSchemaText());
  });

  it('lists problems of files with their place and again with those of the case', () => {
    expect(json.evidence.find(({ format }) => format === 'ps')?.problems).toEqual([
      expect.objectContaining({ kind: 'truncated', byteOffset: 25_263 }),
    ]);
    expect(json.problems).toHaveLength(2);
  });
});
