import { describe, expect, it } from 'vitest';
import { addCounts, countsOfVitest, durationText, NO_COUNTS, summaryLine } from '../../scripts/test-results.ts';

interface FileResult {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

const file = (status: string, ...tests: string[]): FileResult => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

function report(success: boolean, numbers: readonly [number, number, number, number], files: readonly FileResult[]) {
  const [numPassedTests, numFailedTests, numPendingTests, numTodoTests] = numbers;
  return JSON.stringify({ success, numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults: files });
}

describe('countsOfVitest', () => {
  it('counts passed, failed, and skipped and planned tests', () => {
    const text = report(false, [5, 2, 1, 1], [file('failed', 'passed', 'failed'), file('passed', 'passed')]);
    expect(countsOfVitest(text)).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  it('counts a file that did not load as a failure', () => {
    expect(countsOfVitest(report(false, [5, 0, 0, 0], [file('failed'), file('passed', 'passed')]))).toEqual({
      passed: 5,
      failed: 1,
      skipped: 0,
    });
  });

  it('never calls a failed run clean', () => {
    expect(countsOfVitest(report(false, [5, 0, 0, 0], []))).toMatchObject({ failed: 1 });
  });

  it('gives nothing for what is no report', () => {
    for (const text of ['', '{', '{}', '[]', '{"success":true}']) expect(countsOfVitest(text)).toBeNull();
  });
});

describe('summaryLine', () => {
  it('is what scripts read', () => {
    const total = addCounts(addCounts(NO_COUNTS, { passed: 1, failed: 2, skipped: 3 }), {
      passed: 4,
      failed: 0,
      skipped: 1,
    });
    expect(summaryLine(total)).toBe('5 passed, 2 failed, 4 skipped');
  });
});

describe('durationText', () => {
  it.each([
    [0.04, '0.0 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min 00 s'],
    [185.4, '3 min 05 s'],
  ])('%d seconds', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
