import { describe, expect, it } from 'vitest';
import { CARRIER_NAMES } from '../../../../shared/evidence/carriers/carrier.ts';
import { CARRIERS, peel } from '../../../../shared/evidence/carriers/peel.ts';

const INSIDE = '[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8';
const ALL = new Set<string>(CARRIER_NAMES);

describe('a carrier', () => {
  it.each(CARRIER_NAMES)('%s is taken off its own sample', (name) => {
    const { sample } = CARRIERS[name];
    const peeled = peel(sample, ALL);
    expect(peeled.text).toBe(INSIDE);
    expect(peeled.carriers).toContain(name);
  });

  it('says who wrote the line, when, and in which stream', () => {
    const line = `web-1  | 2026-01-28T04:11:54.570448123Z ${INSIDE}`;
    expect(peel(line, ALL)).toMatchObject({
      text: INSIDE,
      who: 'web-1',
      stamp: { type: 'full', zone: 0, resolutionMicros: 1 },
      carriers: ['compose', 'runtime-stamp'],
    });
    expect(peel(`2026-01-28T04:11:54.5Z stdout P ${INSIDE}`, ALL)).toMatchObject({ stream: 'stdout', isPart: true });
  });

  it.each([
    INSIDE,
    '2026-01-28 04:10:22,070 - app.jobs - INFO - a | b',
    'total  | 5',
    'web-5f7c9d8b6-x2x9z web is up',
    '2026-01-28T04:10:22.070Z INFO app: Importing job 14',
    '{"level":"info","message":"x","timestamp":"2026-01-28T04:10:22Z"}',
    '  File "/srv/app.py", line 12, in run',
  ])('is not seen in %j', (line) => {
    expect(peel(line, new Set())).toMatchObject({ text: line, carriers: [] });
  });
});
