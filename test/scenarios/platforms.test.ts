import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, verdictsOf } from './scenario.ts';

const analysed = (files: Readonly<Record<string, string>>): Promise<Analysis> =>
  analyseFiles(new Map(Object.entries(files)));

const stamp = (second: number): string => new Date(Date.UTC(2026, 2, 3, 8, 0, second)).toISOString();
/** As `docker events` prints a time. */
const nanos = (second: number): string => stamp(second).replace('Z', '000236+00:00');
const heroku = (second: number, who: string, text: string): string =>
  `${stamp(second).replace('Z', '000+00:00')} ${who}: ${text}`;
const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** The last lines of a dyno, which begin long after its workers booted: nothing names a process. */
const tail = (...end: readonly string[]): string =>
  lines(
    heroku(0, 'heroku[router]', 'at=info method=GET path="/a" host=x.example status=200 bytes=9000 service=12ms'),
    heroku(2, 'app[web.1]', 'INFO Rendering catalogue 12 for 8000 customers'),
    heroku(9, 'heroku[router]', 'at=info method=GET path="/b" host=x.example status=200 bytes=2701 service=12ms'),
    ...end,
    heroku(60, 'heroku[web.1]', 'State changed from crashed to starting'),
  );

describe('an end that only the platform tells of', () => {
  it('is an incident of memory where it says so, also when no line names a process', async () => {
    const analysis = await analysed({
      'logs.txt': tail(
        heroku(40, 'heroku[web.1]', 'Process running mem=1073M(209.6%)'),
        heroku(40, 'heroku[web.1]', 'Error R15 (Memory quota vastly exceeded)'),
        heroku(41, 'heroku[web.1]', 'Stopping process with SIGKILL'),
        heroku(42, 'heroku[web.1]', 'Process exited with status 137'),
      ),
    });
    expect(analysis.incidents).toHaveLength(1);
    expect(analysis.incident).toMatchObject({ pid: null, mechanism: 'kernel-oom' });
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits', 'worker-timeout': 'ruled-out' });
    // A router's bytes are those of an answer.
    expect(analysis.facts.map(({ id }) => id)).not.toContain('artifact-small');
    expect(analysis.summary.happened).not.toContain('pid null');
  });

  it('is one of an unknown sender where it gives no reason', async () => {
    const { incident, ...analysis } = await analysed({
      'logs.txt': tail(heroku(42, 'heroku[web.1]', 'Process exited with status 137')),
    });
    expect(incident).toMatchObject({ pid: null, mechanism: 'external-sigkill' });
    expect(verdictsOf({ incident, ...analysis })['memory-exhaustion']).toBe('inconclusive');
  });

  it('is one of a stop where the service did not end in time', async () => {
    const { incident } = await analysed({
      'logs.txt': tail(
        heroku(10, 'heroku[web.1]', 'Stopping all processes with SIGTERM'),
        heroku(40, 'heroku[web.1]', 'Error R12 (Exit timeout)'),
        heroku(40, 'heroku[web.1]', 'Stopping remaining processes with SIGKILL'),
        heroku(42, 'heroku[web.1]', 'Process exited with status 137'),
      ),
    });
    expect(incident).toMatchObject({ mechanism: 'systemd-stop', killer: { name: 'Heroku' } });
  });

  it('is the end of a stop where gunicorn had been asked and did not end in time', async () => {
    const gunicorn = (second: number, pid: number, text: string): string =>
      `${stamp(second)} [${stamp(second).slice(0, 19).replace('T', ' ')} +0000] [${pid}] [INFO] ${text}`;
    const { incident, recommendations, summary } = await analysed({
      'docker-logs.txt': lines(
        gunicorn(0, 1, 'Starting gunicorn 22.0.0'),
        gunicorn(0, 7, 'Booting worker with pid: 7'),
        gunicorn(30, 7, 'building archive 12'),
        gunicorn(40, 1, 'Handling signal: term'),
      ),
      'docker-events.txt': lines(
        `${nanos(40)} container kill 1f0a9c77e2d1 (image=news:41, name=news, signal=15)`,
        `${nanos(50)} container kill 1f0a9c77e2d1 (image=news:41, name=news, signal=9)`,
        `${nanos(50)} container die 1f0a9c77e2d1 (execDuration=50, exitCode=137, image=news:41, name=news)`,
      ),
    });
    expect(incident).toMatchObject({
      pid: 7,
      mechanism: 'systemd-stop',
      killer: { name: "the container's runtime, in a stop" },
    });
    expect(summary.happened).toContain('was killed in a stop of its container');
    expect(JSON.stringify(recommendations)).toContain('stop_grace_period');
  });

  it('a stop that was asked for is none', async () => {
    const { incidents } = await analysed({
      'logs.txt': tail(
        heroku(40, 'heroku[web.1]', 'Stopping all processes with SIGTERM'),
        heroku(42, 'heroku[web.1]', 'Process exited with status 143'),
      ),
    });
    expect(incidents).toEqual([]);
  });

  it('what the service outlives is no end of it', async () => {
    const gunicorn = (second: number, pid: number, text: string): string =>
      `${stamp(second)} [${stamp(second).slice(0, 19).replace('T', ' ')} +0000] [${pid}] [INFO] ${text}`;
    const { incidents } = await analysed({
      'app.log': lines(
        gunicorn(0, 1, 'Starting gunicorn 21.2.0'),
        gunicorn(0, 7, 'Booting worker with pid: 7'),
        `${stamp(20)} Memory limit of 512 MiB exceeded with 541 MiB used.`,
        ...Array.from({ length: 9 }, (_, nth) => gunicorn(27 + nth, 7, `answered ${nth}`)),
      ),
    });
    expect(incidents).toEqual([]);
  });

  it('a unit whose workers no line names ended all the same', async () => {
    const at = (second: number, text: string): string => `${stamp(second).replace('Z', '000+0000')} app-3 ${text}`;
    const { incident } = await analysed({
      'journal.txt': lines(
        at(0, 'shop[901]: INFO catalogue: building page 4'),
        at(5, 'shop[901]: INFO catalogue: building page 5'),
        at(9, 'systemd[1]: shop.service: Main process exited, code=killed, status=9/KILL'),
        at(9, "systemd[1]: shop.service: Failed with result 'signal'."),
      ),
    });
    expect(incident).toMatchObject({ mechanism: 'external-sigkill', unit: 'shop.service' });
  });
});
