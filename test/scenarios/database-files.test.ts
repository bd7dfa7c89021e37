import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { unpackTarGz } from '../support/unpack.ts';
import { analyseFiles, Scenario } from './scenario.ts';

async function recorded(archive: string): Promise<Analysis> {
  const files = await unpackTarGz(new URL(archive, import.meta.url));
  // The large artifact is parsed where the whole sample is tested; here the log's word for its size does.
  for (const [path, bytes] of files) if (path.endsWith('.xml') && bytes.length > 1e6) files.delete(path);
  return analyseFiles(files);
}

function fact(analysis: Analysis, id: string) {
  return analysis.facts.find((each) => each.id === id);
}

describe('a killed import whose transaction was open', () => {
  it('is found by its number in the log: how far it got, against earlier jobs of its kind', async () => {
    const analysis = await recorded('../../samples/incident-2026-01-28.tar.gz');
    const { job } = analysis;
    expect(job).toMatchObject({ key: '14', state: 'uncommitted', record: null, expectedRows: 110_000 });
    expect(job?.identity).toEqual([
      { name: 'modules', value: 'vpn' },
      { name: 'releases', value: '7.0' },
    ]);
    expect(job?.imported).toEqual([{ table: 'test_results', committedRows: 0, uncommittedRows: 3041 }]);
    expect(job?.history).toMatchObject({ group: 'vpn', medianSize: 300, size: 110_000 });
    expect(job?.history.points.map(({ key }) => Number(key))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(job?.history.ratio).toBeCloseTo(366.7, 1);
    expect(fact(analysis, 'job-uncommitted')?.text).toContain('3,041 uncommitted rows in test_results');
  });

  it('held the lock, by bytes of the -wal', async () => {
    const analysis = await recorded('../../samples/incident-2026-01-28.tar.gz');
    const open = fact(analysis, 'open-transaction-of-operation');
    expect(open?.text).toMatch(/434 uncommitted frames.*test_results \(333 pages\).*ix_results_name.*ix_results_job/);
    expect(open?.sources[0]).toMatchObject({ byteOffset: 32, byteLength: 434 * (4096 + 24) });
    expect(analysis.recommendations.map(({ id }) => id)).not.toContain('enable-wal');
    expect(fact(analysis, 'size-is-no-burden')?.text).toContain('0 free pages');
  });
});

describe('an import that waited at its first write', () => {
  it('by an empty -wal and an idle process', async () => {
    const analysis = await recorded('../fixtures/incidents/incident-2026-02-11.tar.gz');
    expect(fact(analysis, 'nothing-written')).toMatchObject({
      weights: { 'database-lock': expect.any(Number) },
      text: expect.stringMatching(/-wal is empty.*CPU time in .* waiting for its first write/),
    });
    const busy = analysis.recommendations.find(({ id }) => id === 'busy-timeout-below-worker-timeout');
    expect(busy?.patch).toContain('PRAGMA busy_timeout = 5000');
    expect(analysis.recommendations.map(({ id }) => id)).not.toContain('enable-wal');
  });
});

/** An import of run 7 that stands still at its database write, with another worker's death before it or without. */
async function stuck(withEarlierDeath: boolean): Promise<Analysis> {
  const scenario = new Scenario().boot(-900);
  if (withEarlierDeath) scenario.timeout(-300, scenario.setting.otherPid).sigkill(-299, scenario.setting.otherPid);
  scenario
    .app(0, 'INFO', 'Ingesting switch run 7')
    .app(0.06, 'INFO', 'Writing 300 rows to the database')
    .timeout(30.4)
    .sigkill(31.4)
    .replacement(31.5);
  for (const suffix of ['', '-wal']) {
    const url = new URL(`../fixtures/sqlite/maintenance-killed/service.db${suffix}`, import.meta.url);
    scenario.file(`data/service.db${suffix}`, await readFile(url));
  }
  return scenario.analyse();
}

it('an open transaction of somebody else weighs less when a process that died before may have left it', async () => {
  const [alone, after] = [await stuck(false), await stuck(true)].map((analysis) =>
    fact(analysis, 'open-transaction-of-another'),
  );
  expect(alone?.text).toContain('rolled back after it had spilled');
  expect(after?.text).toContain('was killed before this operation began and may have left it');
  expect(after?.weights['database-lock'] ?? 0).toBeLessThan(alone?.weights['database-lock'] ?? 0);
});

it('a lock error of a database in rollback mode gives the commands that change it', async () => {
  const scenario = new Scenario()
    .boot()
    .app(0, 'INFO', 'Ingesting switch run 7')
    .app(0.06, 'INFO', 'Writing 300 rows to the database')
    .app(6, 'ERROR', 'Ingesting switch run 7 failed: sqlite3.OperationalError: database is locked')
    .config('timeout = 12');
  scenario.file(
    'data/tracker 1.db',
    await readFile(new URL('../fixtures/sqlite/journal-finished/service.db', import.meta.url)),
  );
  const { recommendations } = await scenario.analyse();
  const patchOf = (id: string) => recommendations.find((each) => each.id === id)?.patch;
  expect(patchOf('enable-wal')).toBe("sqlite3 'tracker 1.db' 'PRAGMA journal_mode=WAL;'");
  // It had waited longer than the worker timeout leaves room for: waiting is not what it lacked.
  expect(patchOf('busy-timeout-below-worker-timeout')).toBeUndefined();
  expect(recommendations.find(({ id }) => id === 'retry-when-locked')?.text).toContain('5.9 s');
});
