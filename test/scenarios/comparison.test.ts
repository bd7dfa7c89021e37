import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

/** The log's phases, the insert's pace and the memory limit against what the artifact costs. */
describe('an import that told its progress', () => {
  it('is reckoned on: the rate, the timeout that it needs, and the byte at which a tree meets the limit', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Starting ingest of vpn build 52')
      .app(0.1, 'INFO', 'Reading report builds/52.xml (26000000 bytes)')
      .app(12.1, 'INFO', 'Read 60000 results in 12.0s')
      .app(12.2, 'INFO', 'Saving results to the database (batch size: 500)')
      .app(40.2, 'INFO', 'Inserted 14,000 of 60,000 rows')
      .timeout(61)
      .sigkill(62)
      .replacement(62.1)
      .psSeries(60, (second) => ({
        state: second % 4 === 0 ? 'R' : 'S',
        cpuPercent: 40,
        cpuSeconds: second * 0.4,
        rssKib: 24_000 + Math.min(second, 12) * 1_000,
      }))
      .quietKernel()
      .config('timeout = 60')
      .host()
      .file(
        'system/results-api.service',
        '[Unit]\nDescription=results\n[Service]\nExecStart=/srv/venv/bin/gunicorn app:application\nMemoryMax=64M\n',
      )
      .analyse();
    const fact = (id: string) => analysis.facts.find((each) => each.id === id);
    expect(fact('insert-rate')?.text).toContain(
      '500 rows a second, in batches of 500 by the log: the log counts 14,000',
    );
    expect(fact('insert-rate')?.weights['infinite-loop']).toBeLessThan(0);
    // The insert began 12.2 s in, and 60,000 rows at 500 a second take 120 s.
    expect(analysis.course?.neededSeconds).toBeCloseTo(132.2, 1);
    expect(analysis.course?.insert).toMatchObject({ rows: 60_000, written: 14_000, from: 'progress-line' });
    expect(fact('timeout-needed')?.text).toContain('the timeout was 60 s');
    expect(fact('tree-exceeds-memory')?.text).toMatch(/ElementTree at byte [\d,]+ \(\d+ %\) and lxml at byte/);
    expect(analysis.course).toMatchObject({ batchRows: 500, memoryLimit: { bytes: 64 * 2 ** 20, binds: 'cgroup' } });
    const verdicts = verdictsOf(analysis);
    expect(verdicts['worker-timeout']).toBe('fits');
    expect(verdicts['memory-exhaustion']).not.toBe('fits');
  });
});
