import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { Scenario } from './scenario.ts';

/** A worker that timed out, and what its gunicorn.conf.py says. */
const withConfig = (text: string): Promise<Analysis> =>
  new Scenario()
    .boot()
    .app(0, 'INFO', 'Processing routing build 231')
    .app(0.01, 'INFO', 'Parsing report results/231.xml (48211 bytes)')
    .timeout(31)
    .sigkill(32.1)
    .replacement(32.2)
    .config(text)
    .analyse();

const answerOf = (analysis: Analysis): string | null | undefined =>
  analysis.questions.find(({ id }) => id === 'worker-timeout-setting')?.answer;
const findingOf = (analysis: Analysis) => analysis.expectedFindings.find(({ id }) => id === 'timeout-is-30');

describe('a timeout that the file sets to what cannot be read', () => {
  it.each([
    ['import os\ntimeout = int(os.environ["T"])\nworkers = 2\n', 'int(os.environ["T"])'],
    ['timeout = 30\nfrom base import *\nworkers = 2\n', 'from base import *'],
    [
      'import os\nworkers = 2\ntimeout = 30\nif os.environ.get("BULK"):\n    timeout = 600\n',
      '30, or 600 where BULK is set',
    ],
    ['worker_class = "sync"\ntimeout = = 5\nworkers = 2\n', 'the whole of gunicorn.conf.py'],
  ])('%j leaves it unknown to the last sentence', async (config, text) => {
    const analysis = await withConfig(config);
    expect(analysis.config).toMatchObject({ timeoutSeconds: null, timeoutSource: 'unreadable', timeoutText: text });
    expect(answerOf(analysis)).toMatch(/^set, but not readable without running it: gunicorn\.conf\.py/);
    expect(answerOf(analysis)).toContain('gunicorn --print-config');
    expect(findingOf(analysis)).toMatchObject({ holds: null, observed: expect.stringContaining(text) });
    const missing = analysis.hypotheses.find(({ id }) => id === 'worker-timeout')?.missing ?? [];
    expect(missing.map(({ command }) => command).join('\n')).toContain('gunicorn --print-config');
    expect(JSON.stringify(analysis)).not.toMatch(/sets none|gunicorn's default, since|timeout of 30 s|timeout is 30 s/);
  });

  it('workers and classes that cannot be read are unknown too', async () => {
    const { config } = await withConfig('import os\nworkers = os.cpu_count()\nmax_requests = int(os.environ["M"])\n');
    expect(config).toMatchObject({ timeoutSeconds: 30, timeoutSource: 'default', workers: null, maxRequests: null });
  });
});

describe('a timeout that can be read', () => {
  it('the default of an environment variable names the variable', async () => {
    const analysis = await withConfig(
      'import os\n\ndef env_int(name, default):\n    return int(os.environ.get(name, default))\n\ntimeout = env_int("APP_TIMEOUT", 120)\n',
    );
    expect(analysis.config).toMatchObject({ timeoutSeconds: 120, timeoutSource: 'file' });
    expect(answerOf(analysis)).toContain('the default of the environment variable APP_TIMEOUT that may override it');
    expect(findingOf(analysis)?.holds).toBe(false);
  });

  it('one in a tuple is no default', async () => {
    const analysis = await withConfig('timeout, workers = 120, 3\n');
    expect(analysis.config).toMatchObject({ timeoutSeconds: 120, timeoutSource: 'file', workers: 3 });
  });

  it('one that is not set is 30', async () => {
    const analysis = await withConfig('workers = 2\nworker_class = "sync"\n');
    expect(analysis.config).toMatchObject({ timeoutSeconds: 30, timeoutSource: 'default', timeoutText: null });
    expect(answerOf(analysis)).toContain("gunicorn's default, since gunicorn.conf.py sets none");
  });

  it('one that never comes ends no arithmetic of dates', async () => {
    const analysis = await withConfig('workers = 2\ntimeout = 9223372036854775807\n');
    expect(analysis.config?.timeoutText).toBe('9223372036854775807');
    expect(answerOf(analysis)).toContain('9223372036854775807');
  });
});

describe('what gunicorn itself prints of its settings', () => {
  it('wins over a file that was not read, and answers the question', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Processing routing build 231')
      .timeout(91)
      .sigkill(92)
      .replacement(92.2)
      .config('timeout = settings.load("web").timeout\n')
      .file(
        'config/print-config.txt',
        'accesslog                         = None\nbacklog                           = 2048\ntimeout                           = 90\nworkers                           = 3\n',
      )
      .analyse();
    expect(analysis.config).toMatchObject({ timeoutSeconds: 90, timeoutSource: 'log', workers: 3 });
    expect(answerOf(analysis)).toBe('90 s, from what gunicorn --print-config printed (print-config.txt line 3)');
  });
});
