import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

/** Database copies that real SQLite left behind, most of them by a process that was killed (see the generator). */
async function database(fixture: string, suffixes: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const suffix of ['', ...suffixes]) {
    const url = new URL(`../fixtures/sqlite/${fixture}/service.db${suffix}`, import.meta.url);
    files.set(`data/service.db${suffix}`, await readFile(url));
  }
  return files;
}

/** An import of run 7 that waits, or writes, at its database step until gunicorn gives it up. */
async function importStuckAtInsert(
  fixture: string,
  suffixes: readonly string[],
  { batch = 300, run = 'switch run 7' } = {},
): Promise<Scenario> {
  const scenario = new Scenario()
    .boot()
    .app(0, 'INFO', `Ingesting ${run}`)
    .app(0.05, 'INFO', `Parsed ${batch} test results in 0.0s`)
    .app(0.06, 'INFO', `Writing ${batch} rows to the database`)
    .timeout(30.4)
    .sigkill(31.4)
    .replacement(31.5)
    .psSeries(34, () => ({ state: 'S', cpuSeconds: 0, rssKib: 25_000 }))
    .quietKernel()
    .config('timeout = 30')
    .host()
    .artifact('in/7.xml', batch, 50);
  for (const [path, bytes] of await database(fixture, suffixes)) scenario.file(path, bytes);
  return scenario;
}

describe('an import that stood still at its database write', () => {
  it('while another process had an open transaction: database lock', async () => {
    const analysis = await (await importStuckAtInsert('maintenance-killed', ['-wal'])).analyse();
    expect(analysis.facts.map(({ id }) => id)).toContain('open-transaction-of-another');
    expect(verdictsOf(analysis)).toMatchObject({
      'database-lock': 'fits',
      'worker-timeout': 'contributes',
      'infinite-loop': 'ruled-out',
      'large-artifact': 'ruled-out',
    });
  });

  it.each([
    ['import-killed', ['-wal']],
    ['import-with-run-killed', ['-wal']],
    ['journal-hot', ['-journal']],
  ])('while its own transaction was open (%s): not waiting for a lock', async (fixture, suffixes) => {
    const analysis = await (await importStuckAtInsert(fixture, suffixes)).analyse();
    expect(analysis.facts.map(({ id }) => id)).toContain('open-transaction-of-operation');
    expect(verdictsOf(analysis)['database-lock']).toBe('ruled-out');
    expect(verdictsOf(analysis)['worker-timeout']).toBe('fits');
  });

  it('without having written anything: database lock', async () => {
    const analysis = await (await importStuckAtInsert('wal-restarted', ['-wal'])).analyse();
    expect(analysis.facts.map(({ id }) => id)).toContain('nothing-written');
    expect(verdictsOf(analysis)['database-lock']).toBe('fits');
  });

  it('without having written anything, trying again and again: a count of attempts is no progress', async () => {
    const scenario = await importStuckAtInsert('wal-restarted', ['-wal']);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      scenario.app(5 * attempt, 'WARNING', `Guardado aplazado (intento ${attempt}/20)`);
    }
    const analysis = await scenario.analyse();
    expect(analysis.facts.map(({ id }) => id)).not.toContain('commits-as-it-goes');
    expect(verdictsOf(analysis)['database-lock']).toBe('fits');
  });

  it('while a transaction of far more rows than it has was open: the lock of another', async () => {
    const small = { batch: 5, run: 'the switch of Berlin' };
    const analysis = await (await importStuckAtInsert('import-with-run-killed', ['-wal'], small)).analyse();
    expect(analysis.facts.map(({ id }) => id)).toContain('open-transaction-of-another');
    expect(verdictsOf(analysis)['database-lock']).toBe('fits');
  });

  it('and no database was saved: suspected, undecided, with the command that saves it', async () => {
    const scenario = new Scenario()
      .boot()
      .app(0, 'INFO', 'Ingesting switch run 7')
      .app(0.06, 'INFO', 'Writing 300 rows to the database')
      .timeout(30.4)
      .sigkill(31.4)
      .psSeries(34, () => ({ state: 'S', cpuSeconds: 0, rssKib: 25_000 }));
    const analysis = await scenario.analyse();
    const lock = analysis.hypotheses.find(({ id }) => id === 'database-lock');
    expect(lock?.verdict).toBe('inconclusive');
    expect(lock?.missing.map(({ command }) => command).join('\n')).toContain('-wal');
    expect(verdictsOf(analysis)['worker-timeout']).toBe('contributes');
  });
});
