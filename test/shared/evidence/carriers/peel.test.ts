import { describe, expect, it } from 'vitest';
import { CARRIER_NAMES } from '../../../../shared/evidence/carriers/carrier.ts';
import { CARRIERS, peel } from '../../../../shared/evidence/carriers/peel.ts';
import { learnLayout } from '../../../../shared/evidence/logs/log-layout.ts';

const INSIDE = '[2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8';
/** What a carrier that has words of its own says in its sample. */
const OWN_WORDS: Readonly<Partial<Record<(typeof CARRIER_NAMES)[number], string>>> = {
  'docker-events': 'container die 4f5e6a7b8c9d (exitCode=137, name=tracker-web-1)',
};
const ALL = new Set<string>(CARRIER_NAMES);

describe('a carrier', () => {
  it.each(CARRIER_NAMES)('%s is taken off its own sample', (name) => {
    const { sample } = CARRIERS[name];
    const peeled = peel(sample, ALL);
    expect(peeled.text).toBe(OWN_WORDS[name] ?? INSIDE);
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
    // What multilog t and svlogd -t, -tt and -ttt printed within one second.
    ['@400000006b0da7d807a7a9d4 a', 58, 128_428],
    ['@400000006b0da7d8087c821c a', 58, 142_377],
    ['2026-11-30_16:43:58.15291 a', 58, 152_910],
    ['2026-11-30T16:43:58.16581 a', 58, 165_810],
  ])('of runit and daemontools tells UTC: %s', (line, second, micros) => {
    const wall = { year: 2026, month: 11, day: 30, hour: 16, minute: 43, second, micros };
    expect(peel(line, new Set())).toMatchObject({ text: 'a', carriers: ['svlogd'], stamp: { wall, zone: 0 } });
  });

  it('of runit and daemontools is no label before 1970, after the year 9999 or of too many nanoseconds', () => {
    for (const label of ['@4000000000000009', '@4fffffffffffffff']) {
      expect(peel(`${label}00000000 a`, new Set()).carriers).toEqual([]);
    }
    expect(peel('@400000006b0da7d83b9aca00 a', new Set()).carriers).toEqual([]);
  });

  it('of stern is known where a service logs hardly anything but requests', () => {
    const request = '10.2.3.170 - - [18/Aug/2026:08:21:47 +0000] "GET /quotes/88 HTTP/1.1" 200 37187 "-" "curl/8.5.0"';
    const lines = Array.from({ length: 40 }, (_, at) => `web-5f7c9d8b6-x2x9z web ${at === 0 ? INSIDE : request}`);
    expect([...learnLayout(lines.join('\n')).carriers]).toEqual(['stern']);
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
