import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutWhatIf } from '../../../shared/figures/what-if-figure.ts';
import { advisedTimeout } from '../../../shared/findings/advised-timeout.ts';
import { timeoutPatch } from '../../../shared/findings/timeout-patch.ts';
import { asItWas, seenParser, whatIf } from '../../../shared/findings/what-if.ts';
import { outcomeSentence, timeoutReasons, whatIfReasons } from '../../../shared/findings/what-if-words.ts';
import { SERVICE_PARSERS, type WhatIfChoice } from '../../../shared/model/what-if.ts';
import { runs } from '../../support/properties.ts';
import { referenceCourse } from '../../support/reference-course.ts';

const BYTES = 59_261_760;
const course = referenceCourse(BYTES);
const was = asItWas(course);
const ask = (part: Partial<WhatIfChoice>) => whatIf(course, { ...was, ...part });

describe('what if', () => {
  it('was what it was when nothing is otherwise', () => {
    expect(ask({}).outcome).toEqual({ kind: 'timed-out', second: 92.5, step: 'insert' });
    expect(seenParser(course)).toBe('element-tree');
  });

  it('finishes with the least timeout that it needs, counted from the last heartbeat, and not with less', () => {
    const least = ask({}).leastTimeoutSeconds ?? 0;
    expect(least).toBeCloseTo((course.neededSeconds ?? 0) - 62.5, 6);
    expect(ask({ timeoutSeconds: Math.ceil(least) }).outcome.kind).toBe('finishes');
    expect(ask({ timeoutSeconds: Math.floor(least) - 1 }).outcome.kind).toBe('timed-out');
    expect(ask({ timeoutSeconds: 0 }).outcome.kind).toBe('finishes');
  });

  it('dies of a memory limit at the byte at which its tree reaches it, earlier with lxml, and not as a stream', () => {
    const limit = { memoryLimitBytes: 300_000_000, timeoutSeconds: 0 };
    const tree = ask(limit).outcome;
    const lxml = ask({ ...limit, parser: 'lxml' }).outcome;
    if (tree.kind !== 'out-of-memory' || lxml.kind !== 'out-of-memory') throw new Error('both reach the limit');
    expect(tree.step).toBe('parse');
    expect(tree.atByte).toBe(Math.floor((BYTES * (300_000_000 - 22_500_000)) / (663_000_000 - 22_500_000)));
    expect(lxml.atByte ?? 0).toBeLessThan(tree.atByte ?? 0);
    expect(ask({ ...limit, parser: 'iterparse', batchRows: 1_000 }).outcome.kind).toBe('finishes');
  });

  it('keeps what was committed in whole batches', () => {
    expect(ask({}).committedRows).toBe(0);
    expect(ask({ batchRows: 1_000 }).committedRows).toBe(3_000);
    expect(ask({ timeoutSeconds: 0, batchRows: 1_000 }).committedRows).toBe(110_000);
  });

  it('knows of no end where the evidence tells no rate', () => {
    const without = referenceCourse(BYTES, { insert: null, neededSeconds: null, batchRows: null });
    const choice = { ...asItWas(without), timeoutSeconds: 300 };
    const result = whatIf(without, choice);
    expect(result.outcome).toEqual({ kind: 'unknown', second: 92.5 });
    expect(result.leastTimeoutSeconds).toBeNull();
    expect(outcomeSentence(without, choice, result)).toContain('the evidence does not tell');
    expect(timeoutReasons(result)).toEqual([]);
    expect(whatIf(without, asItWas(without)).outcome.kind).toBe('timed-out');
  });

  it('takes a worker that its cgroup ended to have reached the limit, whenever ps looked last', () => {
    const oom = referenceCourse(93_496_587, {
      endedBy: 'out-of-memory',
      elapsedSeconds: 3,
      steps: [{ name: 'parse', fromSecond: 0, toSecond: null }],
      insert: null,
      neededSeconds: null,
      lastHeartbeatSecond: 0,
      memory: { baseBytes: 22e6, peakBytes: 215e6, samples: [] },
      memoryLimit: { bytes: 440e6, from: 'the kernel', binds: 'cgroup' },
    });
    expect(whatIf(oom, asItWas(oom)).outcome).toMatchObject({ kind: 'out-of-memory', second: 3, step: 'parse' });
    expect(whatIf(oom, { ...asItWas(oom), memoryLimitBytes: 2e9 }).outcome.kind).toBe('unknown');
  });

  it('never finishes sooner for a shorter timeout or a smaller limit, and draws whatever is asked', () => {
    const choices = fc.record({
      timeoutSeconds: fc.integer({ min: 1, max: 2_000 }),
      memoryLimitBytes: fc.integer({ min: 16e6, max: 2e9 }),
      parser: fc.constantFrom(...SERVICE_PARSERS),
      batchRows: fc.integer({ min: 1, max: 110_000 }),
      lockWaitSeconds: fc.constantFrom(null, 1, 5, 60),
    });
    fc.assert(
      fc.property(choices, (choice) => {
        const result = whatIf(course, choice);
        if (result.outcome.kind === 'finishes') {
          const more = { ...choice, timeoutSeconds: choice.timeoutSeconds + 100, memoryLimitBytes: 4e9 };
          expect(whatIf(course, more).outcome.kind).toBe('finishes');
        }
        expect(result.outcome.second).toBeLessThanOrEqual(result.deadlineSecond ?? Number.POSITIVE_INFINITY);
        const seconds = result.memory.map(({ second }) => second);
        expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
        const scene = layoutWhatIf(course, choice, result, { width: 700, height: 240 });
        expect(JSON.stringify(scene)).not.toMatch(/null|NaN|Infinity/);
        for (const words of [outcomeSentence(course, choice, result), ...whatIfReasons(course, choice, result)]) {
          expect(words).toMatch(/^[A-Z0-9].*\.$/s);
        }
      }),
      { numRuns: runs(50) },
    );
  });
});

describe('the patch', () => {
  it('adds a line after the last setting, replaces an assigned one, and changes a flag of the unit', () => {
    expect(timeoutPatch(course.timeoutPlace, 120)).toBe(
      '--- a/gunicorn.conf.py\n+++ b/gunicorn.conf.py\n@@ -5,0 +6 @@\n+timeout = 120',
    );
    expect(timeoutPatch({ kind: 'assigned', file: 'gunicorn.conf.py', line: 4, value: 30 }, 120)).toBe(
      'timeout = 120  # gunicorn.conf.py line 4, now 30',
    );
    expect(timeoutPatch({ kind: 'unit', before: 'ExecStart=gunicorn -t ', after: ' app:app' }, 120)).toBe(
      'ExecStart=gunicorn -t 120 app:app',
    );
    expect(timeoutPatch({ kind: 'unknown' }, 120)).toBe('timeout = 120');
  });

  it('advises half as much again in steps of 30 s, and says when no sensible timeout covers it', () => {
    expect(advisedTimeout(61)).toEqual({ seconds: 120, covers: true });
    expect(advisedTimeout(1_062)).toEqual({ seconds: 600, covers: false });
  });
});
