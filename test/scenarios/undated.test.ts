import { describe, expect, it } from 'vitest';
import { analyseFiles, Scenario, verdictsOf } from './scenario.ts';

describe('a line without a time of its own', () => {
  const header = (clock: string, pid: number, level = 'INFO'): string =>
    `[2026-05-04 ${clock} +0000] [${pid}] [${level}]`;
  const log = (timed: boolean): string => {
    const app = (clock: string, text: string): string =>
      timed ? `2026-05-04 ${clock},000 - ledger - INFO - ${text}` : `INFO:ledger:${text}`;
    return `${[
      `${header('06:45:00', 4700)} Starting gunicorn 23.0.0`,
      `${header('06:45:00', 4711)} Booting worker with pid: 4711`,
      app('06:59:30', 'Importing ledger 20260504.csv'),
      app('06:59:31', 'Inserting 512 rows'),
      `${header('07:00:31', 4700, 'CRITICAL')} WORKER TIMEOUT (pid:4711)`,
      `${header('07:00:32', 4700, 'ERROR')} Worker (pid:4711) was sent SIGKILL! Perhaps out of memory?`,
      `${header('07:00:32', 4790)} Booting worker with pid: 4790`,
    ].join('\n')}\n`;
  };

  it('tells what was done, and no fact takes the time of the line before it for its own', async () => {
    const dated = await analyseFiles(new Map([['error.log', log(true)]]));
    const undated = await analyseFiles(new Map([['error.log', log(false)]]));
    expect(dated.incident?.operation).toBe('ledger 20260504.csv');
    expect(undated.incident?.operation).toBe('ledger 20260504.csv');
    expect(dated.headline).toContain(', 62 s into ledger');
    expect(undated.headline).toContain('in the middle of ledger 20260504.csv');
    // The boot is what stands before it, a quarter of an hour earlier.
    expect(JSON.stringify(undated)).not.toMatch(/15 min|9\d\d(?:\.\d)? s\b/);
    expect(undated.incident?.phases.map(({ name }) => name)).toEqual(['timeout-to-kill']);
    expect(undated.course).toBeNull();
    expect(verdictsOf(undated)).toMatchObject({ 'worker-timeout': 'fits' });
    expect(verdictsOf(undated)['infinite-loop']).toBe('inconclusive');
  });
});

describe('a line under the header of another process', () => {
  it('is no word of that process where a worker printed it', async () => {
    const scenario = new Scenario().boot();
    const { pid, otherPid } = scenario.setting;
    const analysis = await scenario
      .app(0, 'INFO', 'Importing report 61')
      .timeout(31)
      .sigkill(32)
      .replacement(32.2)
      // What a test of the other worker captured of an older log.
      .stderr(60, `[2026-03-14 02:20:00 +0000] [${pid}] [INFO] Importing report 60`, otherPid)
      .stderr(61, `[2026-03-14 02:20:01 +0000] [${pid}] [INFO] Report 60 imported in 1.0s`, otherPid)
      .stderr(62, `[2026-03-14 02:20:02 +0000] [${pid}] [INFO] Importing report 61`, otherPid)
      .analyse();
    expect(analysis.incident).toMatchObject({ pid, mechanism: 'gunicorn-timeout', operation: 'report 61' });
  });
});
