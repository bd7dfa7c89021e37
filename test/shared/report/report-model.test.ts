import { describe, expect, it } from 'vitest';
import { hostileCase, LONG_WORD, PAGES_LONG } from '../../support/hostile-case.ts';
import { referenceAnalysis, referenceEvents, referenceEvidence } from '../../support/reference-case.ts';
import { emptyReport, referenceReport, written } from '../../support/reports.ts';

describe('the report of the reference case', () => {
  const { report } = referenceReport();

  it('tells the incident in fields with its own figures', () => {
    expect(report.summary.map(({ label }) => label)).toEqual([
      'Cause',
      'Factor',
      'Ruled out',
      'Unexplained',
      'Impact',
      'What to do',
    ]);
    expect(report.caveats).toEqual([]);
    expect(report.incident).toContainEqual({ label: 'From', value: '2026-01-28 04:10:22.070510 UTC' });
    expect(report.incident).toContainEqual({ label: 'Duration', value: '113.2 s' });
  });

  it('gives key events to the microsecond, with the time since the one before, file and line', () => {
    const kill = report.keyEvents.find(({ moment }) => moment === 'SIGKILL');
    expect(kill).toMatchObject({
      date: '2026-01-28',
      clock: '04:12:15.229579',
      delta: '+20.659131 s',
      source: 'journal/crash_logs.txt:12',
      pid: 25321,
      message: 'ERROR: Worker (pid:23333) was sent SIGKILL! Perhaps out of memory?',
    });
  });

  it('has all five hypotheses with weights, sources and what is missing', () => {
    expect(report.hypotheses.map(({ id, verdictWords }) => `${id} ${verdictWords}`)).toEqual([
      'worker-timeout fits',
      'large-artifact contributes',
      'infinite-loop ruled out',
      'database-lock ruled out',
      'memory-exhaustion ruled out',
    ]);
    const lock = report.hypotheses.find(({ id }) => id === 'database-lock');
    expect(lock?.against[0]).toMatchObject({ weight: -4, sources: ['data/regression_tracker.db-wal:1'] });
    expect(lock?.missing[0]?.command).toContain('lsof');
  });

  it('lists every file whole and problems of files as well as of the case', () => {
    expect(report.evidence).toHaveLength(13);
    expect(report.evidence[1]).toMatchObject({
      path: 'incident-2026-01-28.tar.gz/journal/crash_logs.txt',
      bytes: '1,809',
      sha256: '6b711d3fb5c760f91695dac780d0e6f0a0f41e30cac09b445dd6a6e4bf27e983',
    });
    expect(report.problems.map(({ kind }) => kind)).toEqual(['unrecognised', 'truncated']);
    expect(report.problems[1]?.message).toContain('byte 25,263');
  });

  it('describes the open transaction of the database', () => {
    expect(report.database?.fields).toContainEqual({
      label: 'Write-ahead log',
      value: '1.8 MB, 434 valid frames: 0 committed, 434 after the last commit',
    });
    expect(report.database?.fields.find(({ label }) => label === 'Open transaction')?.value).toContain(
      '11,402 new in test_results',
    );
  });

  it('takes its time from the incident, not from the clock', () => {
    expect(report.generatedAt).toBeNull();
    expect(report.documentTime).toBe(referenceAnalysis().incident?.end);
  });

  it('is plain data', () => {
    expect(structuredClone(report)).toEqual(report);
  });
});

describe('the report of other cases', () => {
  it('of nothing says that the evidence does not tell', () => {
    const { report } = emptyReport();
    expect(report.timeline).toBeNull();
    expect(report.incident).toEqual([]);
    expect(report.documentTime).toBeNull();
    expect(report.questions.every(({ known }) => !known)).toBe(true);
    expect(report.expectedFindings.every(({ holds }) => holds === 'unknown')).toBe(true);
  });

  it('without an incident still draws all that there is', () => {
    const evidence = referenceEvidence();
    const { report } = written(evidence, { ...referenceAnalysis(), incident: null, incidents: [] }, 'healthy');
    const events = referenceEvents();
    expect(report.timeline).toMatchObject({ from: events[0]?.time, to: events.at(-1)?.time });
  });

  it('cuts a message of pages and says by how much', () => {
    const { evidence, analysis } = hostileCase();
    const { report } = written(evidence, analysis, 'hostile');
    const cut = report.keyEvents.find(({ message }) => message.startsWith('Traceback'));
    expect(cut?.message.length).toBeLessThan(1_600);
    expect(cut?.message).toContain(`${(PAGES_LONG.length - 1_500).toLocaleString('en-US')} more characters`);
    expect(report.keyEvents.some(({ message }) => message.includes(LONG_WORD))).toBe(true);
  });

  it('counts the problems that a damaged file has beyond those it lists', () => {
    const evidence = referenceEvidence();
    const files = evidence.files.map((file) => ({ ...file, problemCount: file.problemCount * 500 }));
    const { report } = written({ ...evidence, files }, referenceAnalysis(), 'damaged');
    expect(report.problems).toContainEqual({
      path: 'system/ps.txt',
      kind: 'more',
      message: '499 more problems of this file',
    });
  });
});
