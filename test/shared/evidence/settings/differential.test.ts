import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GunicornConfig } from '../../../../shared/model/config.ts';
import { programs } from './programs.ts';
import { FORMS } from './python-forms.ts';
import { allows, inShort, readConfig } from './read-config.ts';
import { type PythonResult, runPython } from './run-python.ts';

const SETTINGS = {
  timeout: 'timeoutSeconds',
  graceful_timeout: 'gracefulTimeoutSeconds',
  workers: 'workers',
  worker_class: 'workerClass',
  threads: 'threads',
  max_requests: 'maxRequests',
  max_requests_jitter: 'maxRequestsJitter',
  preload_app: 'preload',
  bind: 'bind',
} as const satisfies Readonly<Record<string, keyof GunicornConfig>>;

/** What was read that Python contradicts. */
function untruths(program: string, config: GunicornConfig, { raised, settings }: PythonResult): readonly string[] {
  // In an empty environment it may fail where the service had its variables.
  if (raised !== null) return [];
  return Object.entries(SETTINGS)
    .filter(([name, member]) => !allows<unknown>(config[member], settings[name]))
    .map(
      ([name, member]) =>
        `${name} read as ${inShort<unknown>(config[member])}, is ${JSON.stringify(settings[name])}: ${program}`,
    );
}

const results = runPython(FORMS.map(([program]) => program));

describe.skipIf(results === null)('beside CPython', () => {
  it('no form is told otherwise than Python has it', () => {
    expect(
      FORMS.flatMap(([program], index) =>
        untruths(program, readConfig(program).config, results?.[index] ?? { raised: 'missing', settings: {} }),
      ),
    ).toEqual([]);
  });

  it('what is refused here is refused there, and what is read is not', () => {
    const wrong = FORMS.filter(([, expected], index) => {
      const result = results?.[index];
      const isRefused = result?.raised != null || result?.settings.timeout === 'refused';
      // Only an environment that lacks a variable makes a difference.
      return (expected === 'refused') !== isRefused && !/environ/.test(FORMS[index]?.[0] ?? '');
    });
    expect(wrong).toEqual([]);
  });

  it('no program of a small grammar is told otherwise than Python has it', () => {
    const made = fc.sample(programs(), {
      numRuns: Number(process.env.PROGRAMS ?? 600),
      seed: Number(process.env.SEED ?? 42),
    });
    const ran = runPython(made) ?? [];
    let known = 0;
    const wrong = made.flatMap((program, index) => {
      const result = ran[index];
      if (result === undefined || result.raised !== null) return [];
      const { config } = readConfig(program);
      if (config.timeoutSeconds.kind === 'set') known += 1;
      return untruths(program, config, result);
    });
    expect(wrong.slice(0, 3)).toEqual([]);
    // A test that nothing passes through would hold for everything.
    expect(known).toBeGreaterThan(made.length / 20);
  });
});
