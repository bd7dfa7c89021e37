import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, verdictsOf } from './scenario.ts';

/** What a container prints: an arbiter with two workers, and lines of the application that name no process. */
const line = (clock: string, pid: number, text: string): string =>
  `[2026-03-02 ${clock} +0000] [${pid}] [INFO] ${text}`;
const start = (clock: string): readonly string[] => [
  line(clock, 1, 'Starting gunicorn 22.0.0'),
  line(clock, 1, 'Listening at: http://0.0.0.0:8000 (1)'),
  line(clock, 1, 'Using worker: sync'),
  line(clock, 7, 'Booting worker with pid: 7'),
  line(clock, 8, 'Booting worker with pid: 8'),
];
const app = (clock: string, text: string): string => `2026-03-02 ${clock},000 INFO plans.build ${text}`;
const answer = (clock: string, path = '/health'): string =>
  `10.0.0.7 - - [02/Mar/2026:${clock} +0000] "GET ${path} HTTP/1.1" 200 2 "-" "kube-probe/1.29"`;

const analysed = (...lines: readonly string[]): Promise<Analysis> =>
  analyseFiles(new Map([['web.log', `${lines.join('\n')}\n`]]));
const told = ({ headline, summary }: Analysis): string => [headline, ...Object.values(summary).flat()].join(' ');
const factIds = ({ facts }: Analysis): readonly string[] => facts.map(({ id }) => id);

describe('a stream in which several workers write and none is named', () => {
  it('takes no response for the end of the work before it: it may be of another request', async () => {
    const analysis = await analysed(
      ...start('04:00:00'),
      app('04:00:20', 'building plan 12 for 8400 rooms'),
      answer('04:00:23'),
      answer('04:00:33'),
    );
    expect(factIds(analysis)).not.toContain('operation-completed');
    expect(verdictsOf(analysis)).toMatchObject({ 'database-lock': 'inconclusive', 'infinite-loop': 'inconclusive' });
  });

  it('does not say that a log ends amid work that never tells its end, where responses follow', async () => {
    const analysis = await analysed(
      ...start('04:00:00'),
      app('04:00:20', 'building plan 12 for 8400 rooms'),
      answer('04:00:23', '/plans/12'),
    );
    expect(told(analysis)).not.toContain('in the middle of');
  });

  it('knows work as open where others of its kind tell their end', async () => {
    const analysis = await analysed(
      ...start('04:00:00'),
      app('04:00:20', 'Importing plan 11'),
      app('04:00:21', 'Imported plan 11'),
      app('04:00:30', 'Importing plan 12'),
      answer('04:00:33'),
      '[2026-03-02 04:00:50 +0000] [1] [ERROR] Worker (pid:8) was sent SIGKILL! Perhaps out of memory?',
    );
    expect(analysis.incident).toMatchObject({ mechanism: 'external-sigkill', operation: 'plan 12' });
  });

  it('believes a response where there is one worker only', async () => {
    const analysis = await analysed(
      ...start('04:00:00').slice(0, 4),
      app('04:00:20', 'Importing plan 12'),
      answer('04:00:23', '/plans/12'),
    );
    expect(factIds(analysis)).toContain('operation-completed');
  });
});

describe('gunicorn that starts anew', () => {
  const work = app('04:00:20', 'Importing plan 12');

  it('cuts off what was going on, whatever is logged after it', async () => {
    const analysis = await analysed(
      ...start('04:00:00'),
      work,
      ...start('04:00:40'),
      app('04:01:00', 'Imported plan 3'),
    );
    expect(factIds(analysis)).not.toContain('operation-completed');
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'inconclusive', 'worker-timeout': 'ruled-out' });
  });

  it('is no all-clear where the one before never shut down', async () => {
    const analysis = await analysed(...start('04:00:00'), ...start('04:00:40'));
    expect(analysis.headline).toContain('gunicorn restarted at 04:00:40 UTC on 2026-03-02 without having shut down');
    expect(analysis.recommendations[0]?.patch).toContain('docker inspect');
    expect(told(analysis)).not.toContain('No worker was killed');
  });

  it('is nothing to speak of after a shutdown, nor where it has a pid of its own', async () => {
    const stopped = [line('04:00:38', 1, 'Handling signal: term'), line('04:00:39', 1, 'Shutting down: Master')];
    const orderly = await analysed(...start('04:00:00'), ...stopped, ...start('04:00:40'));
    expect(orderly.headline).toContain('No worker was killed');
    const successor = start('04:00:40').map((each) => each.replace('[1]', '[31]').replace('(1)', '(31)'));
    expect((await analysed(...start('04:00:00'), ...successor)).headline).not.toContain('started anew');
  });

  it('takes words of the platform about a container for no work', async () => {
    for (const words of ['container start 1f0a9c77e2d1', 'Starting process with command `gunicorn 12`'])
      expect(told(await analysed(...start('04:00:00'), app('04:00:20', words)))).not.toContain('in the middle of');
  });
});
