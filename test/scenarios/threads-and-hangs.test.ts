import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

const threads = (): Scenario =>
  new Scenario().boot(-30, { workerClass: 'gthread' }).quietKernel().config('timeout = 45');

describe('threads of one worker that take turns', () => {
  it.each([
    ['marks in front of the lines', '[req-a1] ', '[req-b2] ', 'report.xml', 'report.xml'],
    ['the numbers of their work', '', '', 'upload-30.xml', 'upload-31.xml'],
  ])('are told apart by %s: the one whose work never ended is named', async (_by, one, two, first, second) => {
    const analysis = await threads()
      .app(0, 'INFO', `${one}Processing upload 30`)
      .app(0.5, 'INFO', `${two}Processing upload 31`)
      .app(0.8, 'INFO', `${one}Parsing ${first} (5000 bytes)`)
      .app(0.9, 'INFO', `${two}Parsing ${second} (90000000 bytes)`)
      .app(1.4, 'INFO', `${one}Processing of upload 30 finished in 1.4s`)
      .timeout(60)
      .sigkill(61)
      .replacement(61.2)
      .analyse();
    expect(analysis.incidents).toHaveLength(1);
    expect(analysis.incident?.operation).toBe('upload 31');
    expect(analysis.incident?.phases.find(({ name }) => name === 'parse')?.seconds).toBeCloseTo(59.1);
  });

  it('also where the work that was begun last is the one that ended', async () => {
    const analysis = await threads()
      .app(0, 'INFO', 'Processing upload 30')
      .app(0.5, 'INFO', 'Processing upload 31')
      .app(0.8, 'INFO', 'Parsing upload-30.xml (90000000 bytes)')
      .app(1.4, 'INFO', 'Processing of upload 31 finished in 0.9s')
      .timeout(60)
      .sigkill(61)
      .replacement(61.2)
      .analyse();
    expect(analysis.incident?.operation).toBe('upload 30');
  });

  it('work that is given up without a word is not kept open by a number that comes again', async () => {
    const analysis = await threads()
      .app(0, 'INFO', 'Processing upload 30')
      .app(5, 'INFO', 'Processing upload 31')
      .app(5.5, 'INFO', 'Parsed 30 test results')
      .timeout(60)
      .sigkill(61)
      .replacement(61.2)
      .analyse();
    expect(analysis.incident?.operation).toBe('upload 31');
  });
});

describe('a worker that hangs with the timeout off, and nobody ended it', () => {
  const hanging = (): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.2, 'INFO', 'Parsing XML: report.xml (3000 bytes)')
      .app(3000, 'INFO', 'Importing vpn job 15', 4243)
      .app(3001, 'INFO', 'Import of vpn job 15 finished in 1.0s', 4243)
      .config('timeout = 0');

  it('is an incident of its own; without a look at the worker neither loop nor lock is decided', async () => {
    const analysis = await hanging().analyse();
    expect(analysis.incident).toMatchObject({ pid: 4242, mechanism: 'none', operation: 'vpn job 14' });
    expect(analysis.headline).toContain('hangs');
    expect(verdictsOf(analysis)).toMatchObject({ 'infinite-loop': 'inconclusive', 'worker-timeout': 'ruled-out' });
    expect(analysis.recommendations.find(({ id }) => id === 'set-timeout')?.patch).toContain('timeout = 30');
  });

  it('that computes all the while loops, though ps shows it alive to the end', async () => {
    const scenario = hanging();
    for (let second = 0; second <= 3000; second += 300) {
      scenario.ps(second, [{ pid: 4242, state: 'R', cpuPercent: 99, cpuSeconds: second }]);
    }
    expect(verdictsOf(await scenario.analyse())).toMatchObject({
      'infinite-loop': 'fits',
      'database-lock': 'ruled-out',
    });
  });

  it('is none where the last word may have been its end', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.2, 'INFO', 'Skipping vpn job 14: up to date')
      .app(3000, 'INFO', 'Importing vpn job 15', 4243)
      .app(3001, 'INFO', 'Import of vpn job 15 finished in 1.0s', 4243)
      .config('timeout = 30')
      .analyse();
    expect(analysis.incident).toBeNull();
  });

  it('is none where the service was restarted meanwhile', async () => {
    const analysis = await hanging().arbiter(1500, 'INFO', 'Handling signal: term').boot(1502).analyse();
    expect(analysis.incident).toBeNull();
  });
});
