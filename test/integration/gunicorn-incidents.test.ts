import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Analysis, HypothesisId, Mechanism, Verdict } from '../../shared/model/analysis.ts';
import { analyseFiles, verdictsOf } from '../scenarios/scenario.ts';

const FIXTURES = new URL('../fixtures/gunicorn/', import.meta.url);

interface Expected {
  /** null: no incident at all. */
  readonly mechanism: Mechanism | null;
  readonly verdicts: Readonly<Partial<Record<HypothesisId, Verdict>>>;
}

/** What was done to each, and so what is true of it. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  loop: {
    mechanism: 'gunicorn-timeout',
    verdicts: { 'infinite-loop': 'fits', 'worker-timeout': 'contributes', 'database-lock': 'ruled-out' },
  },
  stall: {
    mechanism: 'gunicorn-timeout',
    verdicts: { 'worker-timeout': 'fits', 'infinite-loop': 'ruled-out' },
  },
  'lock-wait': {
    mechanism: 'gunicorn-timeout',
    verdicts: { 'database-lock': 'fits', 'worker-timeout': 'contributes', 'infinite-loop': 'ruled-out' },
  },
  'lock-error': {
    mechanism: 'none',
    verdicts: { 'database-lock': 'fits', 'worker-timeout': 'ruled-out', 'memory-exhaustion': 'inconclusive' },
  },
  'by-hand': {
    mechanism: 'external-sigkill',
    verdicts: { 'worker-timeout': 'ruled-out', 'memory-exhaustion': 'inconclusive' },
  },
  segfault: { mechanism: 'crash', verdicts: { 'worker-timeout': 'ruled-out', 'memory-exhaustion': 'inconclusive' } },
  finished: { mechanism: null, verdicts: { 'worker-timeout': 'ruled-out', 'infinite-loop': 'ruled-out' } },
  reload: { mechanism: null, verdicts: { 'worker-timeout': 'ruled-out', 'infinite-loop': 'ruled-out' } },
};

async function recorded(kind: string): Promise<Map<string, Uint8Array | string>> {
  const folder = new URL(`${kind}/`, FIXTURES);
  const files = new Map<string, Uint8Array | string>();
  for (const name of await readdir(folder)) files.set(name, await readFile(new URL(name, folder)));
  return files;
}

/** As a container's collector gives it: whatever the pipe brings stands under the arbiter's pid. */
function underOnePid(log: string): string {
  const arbiter = /\[(\d+)\] \[INFO\] Starting gunicorn/.exec(log)?.[1] ?? '1';
  return log.replace(/ svc\[\d+\]: /g, ` svc[${arbiter}]: `);
}

function check(analysis: Analysis, { mechanism, verdicts }: Expected): void {
  expect(analysis.incident?.mechanism ?? null).toBe(mechanism);
  expect(verdictsOf(analysis)).toMatchObject(verdicts);
  if (mechanism !== null) expect(analysis.incident?.operation).toBe('routing build 88');
}

describe.each(Object.entries(EXPECTED))('%s, recorded from a real gunicorn', (kind, expected) => {
  it('is judged as what it was', async () => {
    check(await analyseFiles(await recorded(kind)), expected);
  });

  it('is judged the same when every line stands under the pid of the arbiter', async () => {
    const files = await recorded(kind);
    const log = await readFile(new URL(`${kind}/unit.txt`, FIXTURES), 'utf8');
    files.set('unit.txt', underOnePid(log));
    check(await analyseFiles(files), expected);
  });
});
