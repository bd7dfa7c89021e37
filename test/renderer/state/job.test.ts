import { describe, expect, it } from 'vitest';
import {
  advanceJob,
  bytesPerSecond,
  paceOf,
  secondsLeft,
  shareDone,
  shareOfSource,
  startJob,
} from '../../../renderer/state/job.ts';
import type { Progress, SourceProgress } from '../../../shared/model/job.ts';
import { sample as sampleAt } from '../../support/profiles.ts';

const progress = (doneBytes: number, change: Partial<Progress> = {}): Progress => ({
  stage: 'hashing',
  item: 'results.xml',
  doneBytes,
  totalBytes: 10_000_000,
  ...change,
});

describe('progress of an import', () => {
  it('gives rate, share and time left', () => {
    let job = startJob('case', 0);
    job = advanceJob(job, progress(0), null, 0);
    job = advanceJob(job, progress(2_000_000), null, 1_000);
    expect(bytesPerSecond(job)).toBe(2_000_000);
    expect(shareDone(job)).toBe(0.2);
    expect(secondsLeft(job)).toBe(4);
  });

  it('says nothing before it has seen enough', () => {
    let job = startJob('case', 0);
    expect(bytesPerSecond(job)).toBeNull();
    job = advanceJob(job, progress(0), null, 0);
    job = advanceJob(job, progress(2_000_000), null, 50);
    expect(bytesPerSecond(job)).toBeNull();
    expect(secondsLeft(job)).toBeNull();
  });

  it('counts anew with another item, and knows no share without a total', () => {
    let job = advanceJob(startJob('case', 0), progress(9_000_000), null, 0);
    job = advanceJob(job, progress(100, { item: 'journal.log', totalBytes: null }), null, 1_000);
    expect(bytesPerSecond(job)).toBeNull();
    expect(shareDone(job)).toBeNull();
    expect(job.marks).toHaveLength(1);
  });

  it('keeps its rate from file to file, since their bytes are one count', () => {
    let job = advanceJob(startJob('case', 0), progress(0), null, 0);
    job = advanceJob(job, progress(1_000_000, { stage: 'reading', item: 'journal.log' }), null, 1_000);
    expect(bytesPerSecond(job)).toBe(1_000_000);
    job = advanceJob(job, progress(500, { stage: 'unpacking', item: 'more.zip' }), null, 2_000);
    expect(bytesPerSecond(job)).toBeNull();
  });

  it('gives rate and time left of the source that is being worked on, and of no other', () => {
    const source = (id: string, doneBytes: number, state: SourceProgress['state']): SourceProgress => ({
      ...{ id, path: id, format: null, bytes: 1_000, doneBytes, state },
    });
    const at = (doneBytes: number): Progress =>
      progress(doneBytes, {
        sources: {
          ...{ total: 2, ended: 1, addedPaths: 0 },
          listed: [source('s1', 1_000, 'done'), source('s2', doneBytes, 'reading')],
        },
      });
    let job = advanceJob(startJob('case', 0), at(0), null, 0);
    job = advanceJob(job, at(500), null, 1_000);
    const [first, second] = job.sources?.listed ?? [];
    if (first === undefined || second === undefined) throw new Error('sources are kept');
    expect(paceOf(job, first)).toBeNull();
    expect(paceOf(job, second)).toEqual({ rate: 500, left: 1 });
    expect([first, second, { ...first, bytes: 0, doneBytes: 0 }].map(shareOfSource)).toEqual([1, 0.5, 1]);
  });

  it('keeps the shape of a long profile within a bounded number of samples', () => {
    let job = startJob('case', 0);
    for (let step = 1; step <= 5_000; step += 1) {
      const sample = sampleAt({ bytes: step * 1_000, seconds: step / 100 });
      job = advanceJob(job, progress(step * 1_000, { stage: 'profiling' }), sample, step * 10);
    }
    expect(job.samples.length).toBeLessThanOrEqual(600);
    expect(job.samples.at(0)?.bytes).toBeLessThan(50_000);
    expect(job.samples.at(-1)?.bytes).toBeGreaterThan(4_900_000);
  });
});
