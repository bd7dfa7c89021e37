import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { Scenario } from './scenario.ts';

const told = (analysis: Analysis): string => analysis.facts.find(({ id }) => id === 'usual-next-missing')?.text ?? '';

/** A service that says two lines for each of its jobs, in words that nothing here reads, and hangs in the last one. */
function hanging(runs: number, gap: number): Promise<Analysis> {
  const scenario = new Scenario().boot().config('timeout = 30');
  for (let run = 0; run < runs; run += 1) {
    const at = run * 60;
    scenario
      .app(at, 'INFO', `zaczynam import raportu ${70_010 + run}`)
      .app(at + 0.2, 'INFO', `raport ${70_010 + run}: odczyt pliku`)
      .app(at + 0.2 + gap, 'INFO', `raport ${70_010 + run}: ${310 + run} wierszy zapisano`);
  }
  return scenario
    .app(900, 'INFO', 'zaczynam import raportu 70099')
    .app(900.2, 'INFO', 'raport 70099: odczyt pliku')
    .timeout(930.5)
    .sigkill(931.5)
    .replacement(931.6)
    .analyse();
}

describe('what a service usually says next', () => {
  it('is told where it did not come, in any language', async () => {
    const analysis = await hanging(9, 2.1);
    expect(told(analysis)).toContain('wierszy zapisano" within 2.1 s (9 of 9 times)');
    expect(told(analysis)).toContain('Here nothing came for 30.3 s');
    expect(analysis.summary.cause).toContain(told(analysis));
  });

  it.each([
    ['two runs show it, which may be chance', 2, 2.1],
    ['it has taken nearly as long before', 9, 25],
  ])('is not told where %s', async (_why, runs, gap) => {
    expect(told(await hanging(runs, gap))).toBe('');
  });
});

describe('two kinds of work of one worker', () => {
  it('are told apart by how long the first takes elsewhere, not by a span that fits all services', async () => {
    const scenario = new Scenario().boot().config('timeout = 30');
    for (let run = 0; run < 4; run += 1) {
      scenario
        .app(run * 20, 'INFO', `Refreshing cache region-${500 + run}`)
        .app(1 + run * 20, 'INFO', `Refresh of cache region-${500 + run} finished`);
    }
    const analysis = await scenario
      .app(800, 'INFO', 'Refreshing cache region-777')
      .app(900, 'INFO', 'Importing price file 14')
      .timeout(930.5)
      .sigkill(931.5)
      .replacement(931.6)
      .analyse();
    expect(analysis.incident?.operation).toBe('price file 14');
  });
});
