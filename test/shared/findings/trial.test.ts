import { describe, expect, it } from 'vitest';
import { tried, wouldHavePrevented } from '../../../shared/findings/trial.ts';
import type { ImportCourse } from '../../../shared/model/import-course.ts';
import { referenceCourse } from '../../support/reference-course.ts';

const BYTES = 59_261_760;
const course = referenceCourse(BYTES);
const locked: ImportCourse = {
  ...course,
  insert: null,
  neededSeconds: null,
  batchRows: null,
  lockedFromSecond: 64.91,
};
const outOfMemory: ImportCourse = {
  ...course,
  elapsedSeconds: 40,
  endedBy: 'out-of-memory',
  steps: [{ name: 'parse', fromSecond: 0, toSecond: null }],
  timeoutSeconds: 600,
  lastHeartbeatSecond: 0,
  neededSeconds: 200,
  memory: { baseBytes: 22_500_000, peakBytes: 180_000_000, samples: [] },
  memoryLimit: { bytes: 200_000_000, from: 'tracker.service line 9', binds: 'cgroup' },
};

describe('a change that is tried on the incident', () => {
  it('a timeout helps from what the import needs on, and no sooner', () => {
    expect(wouldHavePrevented(course, { timeoutSeconds: 1_620 })).toBe(true);
    expect(wouldHavePrevented(course, { timeoutSeconds: 600 })).toBe(false);
    expect(wouldHavePrevented(course, { timeoutSeconds: 0 })).toBe(true);
  });

  it('a longer timeout is unknown where nothing tells what was left to do', () => {
    const open = { ...course, insert: null, neededSeconds: null };
    expect(wouldHavePrevented(open, { timeoutSeconds: 300 })).toBeNull();
    expect(wouldHavePrevented(open, { timeoutSeconds: 40 })).toBeNull();
    expect(wouldHavePrevented(open, { timeoutSeconds: 20 })).toBe(false);
  });

  it('a stream does not help where the parse was not the cost, and batches keep rows without keeping the kill away', () => {
    expect(wouldHavePrevented(course, { parser: 'iterparse' })).toBe(false);
    expect(wouldHavePrevented(course, { batchRows: 1_000 })).toBe(false);
    expect(tried(course, { batchRows: 1_000 })?.committedRows).toBe(3_000);
    expect(tried(course, { batchRows: 5_000 })?.committedRows).toBe(0);
  });

  it('memory helps where the limit was what ended it', () => {
    expect(wouldHavePrevented(outOfMemory, { memoryLimitBytes: 1e9 })).toBe(true);
    expect(wouldHavePrevented(outOfMemory, { memoryLimitBytes: 201_000_000 })).toBe(false);
    expect(wouldHavePrevented(outOfMemory, { timeoutSeconds: 0 })).toBe(false);
    expect(wouldHavePrevented(outOfMemory, { parser: 'iterparse' })).toBe(true);
  });

  it('a wait for a lock that gives up before the deadline lets the worker live', () => {
    expect(tried(locked, { lockWaitSeconds: 7 })?.outcome).toEqual({ kind: 'lock-refused', second: 71.91 });
    expect(wouldHavePrevented(locked, { lockWaitSeconds: 7 })).toBe(true);
    // It was killed before that wait was over.
    expect(wouldHavePrevented(locked, { lockWaitSeconds: 60 })).toBe(false);
    expect(wouldHavePrevented(course, { lockWaitSeconds: 7 })).toBe(false);
  });

  it('nothing is said where the model does not come to the end that the incident had', () => {
    expect(wouldHavePrevented(null, { timeoutSeconds: 600 })).toBeNull();
    expect(wouldHavePrevented({ ...course, endedBy: 'other' }, { timeoutSeconds: 1_620 })).toBeNull();
    expect(wouldHavePrevented({ ...course, timeoutSeconds: null }, { timeoutSeconds: 1_620 })).toBeNull();
    expect(wouldHavePrevented({ ...course, endedBy: 'out-of-memory' }, { memoryLimitBytes: 1e12 })).toBeNull();
  });
});
