import { z } from 'zod';

/** How many checks passed, failed and were not run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_COUNTS: Counts = { passed: 0, failed: 0, skipped: 0 };

/** What is read of vitest's JSON report (https://vitest.dev/guide/reporters.html#json-reporter, Jest's format). */
const reportSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.int().nonnegative(),
  numFailedTests: z.int().nonnegative(),
  numPendingTests: z.int().nonnegative(),
  numTodoTests: z.int().nonnegative(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * Counts of one vitest run, from its JSON report; null when the report does not read. A test file that failed without a
 * failed test in it (it did not load) counts as one failure, and so does a run that failed for any other reason.
 */
export function countsOfVitest(report: string): Counts | null {
  let json: unknown;
  try {
    json = JSON.parse(report);
  } catch {
    return null;
  }
  const parsed = reportSchema.safeParse(json);
  if (!parsed.success) return null;
  const { data } = parsed;
  const brokenFiles = data.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = data.numFailedTests + brokenFiles;
  return {
    passed: data.numPassedTests,
    failed: failed === 0 && !data.success ? 1 : failed,
    skipped: data.numPendingTests + data.numTodoTests,
  };
}

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The one line that scripts read. */
export function summaryLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

/** A time for people, of seconds: `7.3 s`, `3 min 05 s`. */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
