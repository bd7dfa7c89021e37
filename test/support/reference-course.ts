import type { ImportCourse } from '../../shared/model/import-course.ts';

/** The course of the reference incident: a parse that took 64.9 s, an insert that had written 3,041 of 110,000 rows. */
export function referenceCourse(artifactBytes: number, values: Partial<ImportCourse> = {}): ImportCourse {
  const elapsedSeconds = 92.5;
  const insertFrom = 64.91;
  const insert = { rows: 110_000, written: 3_041, seconds: elapsedSeconds - insertFrom };
  const rowsPerSecond = insert.written / insert.seconds;
  return {
    artifactBytes,
    elapsedSeconds,
    endedBy: 'timeout',
    steps: [
      { name: 'parse', fromSecond: 0, toSecond: 64.9 },
      { name: 'insert', fromSecond: insertFrom, toSecond: null },
    ],
    insert: { ...insert, rowsPerSecond, from: 'open-transaction' },
    batchRows: 110_000,
    neededSeconds: elapsedSeconds + (insert.rows - insert.written) / rowsPerSecond,
    timeoutSeconds: 30,
    lastHeartbeatSecond: 62.5,
    memory: {
      baseBytes: 22_500_000,
      peakBytes: 663_000_000,
      samples: [
        { second: -2, rssBytes: 22_500_000 },
        { second: 1, rssBytes: 30_000_000 },
        { second: 34, rssBytes: 340_000_000 },
        { second: 64, rssBytes: 640_000_000 },
        { second: 80, rssBytes: 663_000_000 },
        { second: 92, rssBytes: 663_000_000 },
      ],
    },
    memoryLimit: { bytes: 25_300_000_000, from: "the host's memory", binds: 'host' },
    timeoutPlace: { kind: 'after-line', file: 'gunicorn.conf.py', line: 5 },
    ...values,
  };
}
