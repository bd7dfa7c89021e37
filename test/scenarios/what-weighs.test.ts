import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Analysis, Fact } from '../../shared/model/analysis.ts';
import { Scenario } from './scenario.ts';

/** What a fact that was found weighs; an error where it was not found. */
const weightsOf = ({ facts }: Analysis, id: string): Fact['weights'] => {
  const fact = facts.find((each) => each.id === id);
  if (fact === undefined) throw new Error(`${id} was not found among ${facts.map((each) => each.id).join(', ')}`);
  return fact.weights;
};

const writing = (): Scenario =>
  new Scenario().boot().app(0, 'INFO', 'Ingesting report 4711').app(1, 'INFO', 'Writing 900 rows to table results');

describe('a worker that did not react to SIGABRT', () => {
  const deaf = (): Scenario => writing().timeout(31).replacement(40).config('timeout = 30');

  it('was in C, as one that waits within SQLite is', async () => {
    expect(weightsOf(await deaf().sigkill(32).analyse(), 'deaf-to-abort')).toEqual({ 'database-lock': 0.5 });
  });

  it('says nothing of a lock where the host may have been too busy to let it run', async () => {
    expect(weightsOf(await deaf().sigkill(39).analyse(), 'deaf-to-abort')).toEqual({});
    const both = deaf().sigkill(32).timeout(31, 4243).sigkill(32, 4243);
    expect(weightsOf(await both.analyse(), 'deaf-to-abort')).toEqual({});
  });
});

describe('a worker whose last word is a statement that waits for its lock', () => {
  const asking = (): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Ingesting report 4711')
      .app(1, 'INFO', 'SELECT id FROM reports WHERE id = 4711 FOR UPDATE')
      .timeout(31)
      .sigkill(32)
      .replacement(40)
      .config('timeout = 30');

  it('was in that wait, where it did not react to SIGABRT', async () => {
    expect(weightsOf(await asking().analyse(), 'lock-asked-for')).toMatchObject({ 'database-lock': 4 });
  });

  it('may have been elsewhere, where it was on its way out when the kill came', async () => {
    const leaving = asking().gunicorn(31.2, 4242, 'INFO', 'Worker exiting (pid: 4242)');
    expect(weightsOf(await leaving.analyse(), 'lock-asked-for')).toMatchObject({ 'database-lock': 2 });
  });
});

describe('a worker that reacted to SIGABRT', () => {
  const reacting = (scenario: Scenario): Scenario =>
    scenario
      .timeout(31)
      .gunicorn(31.2, 4242, 'INFO', 'Worker exiting (pid: 4242)')
      .sigkill(32)
      .replacement(32.1)
      .config('timeout = 30');

  it('was in no wait within SQLite', async () => {
    expect(weightsOf(await reacting(writing()).analyse(), 'abort-handler-ran')['database-lock']).toBe(-1.5);
  });

  it('may have slept between two attempts at a lock that was refused to it', async () => {
    const refused = writing().app(20, 'WARNING', 'sqlite3.OperationalError: database is locked, attempt 3 of 20');
    expect(weightsOf(await reacting(refused).analyse(), 'abort-handler-ran')['database-lock'] ?? 0).toBe(0);
  });
});

describe('an end before any timeout', () => {
  const early = (): Scenario =>
    new Scenario().boot().app(0, 'INFO', 'Processing upload 9').sigkill(12).replacement(12.2).config('timeout = 60');

  it('is soon for work without end, save for one that takes memory without end', async () => {
    expect(weightsOf(await early().analyse(), 'ended-before-timeout')['infinite-loop']).toBe(-0.5);
    const killed = early().kernel(
      12,
      'Memory cgroup out of memory: Killed process 4242 (gunicorn) total-vm:1400000kB, anon-rss:980000kB, file-rss:9000kB, shmem-rss:0kB, UID:998 pgtables:2200kB oom_score_adj:0',
    );
    const analysis = await killed.analyse();
    expect(analysis.facts.filter(({ weights }) => (weights['infinite-loop'] ?? 0) < 0)).toEqual([]);
  });

  it('by SIGKILL of nobody knows whom leaves open whether it hung', async () => {
    expect(weightsOf(await early().analyse(), 'sigkill-without-author')).toEqual({ 'worker-timeout': -1 });
  });

  it('by a fault of its own speaks against memory, save where memory was refused', async () => {
    const failing = (error: string): Scenario =>
      new Scenario()
        .boot()
        .app(0, 'INFO', 'Processing upload 9')
        .stderr(11.9, 'Traceback (most recent call last):')
        .stderr(11.9, error)
        .arbiter(12, 'ERROR', 'Worker (pid:4242) exited with code 1')
        .replacement(12.2);
    expect(weightsOf(await failing('RuntimeError: no such depot').analyse(), 'crash')).toMatchObject({
      'memory-exhaustion': -1,
      'infinite-loop': -1.5,
    });
    const refused = weightsOf(await failing('MemoryError').analyse(), 'crash');
    expect(refused).toEqual({ 'worker-timeout': -4, 'database-lock': -1 });
  });
});

describe('workers that time out together', () => {
  const both = (bootSecond: number): Scenario =>
    new Scenario()
      .boot(bootSecond)
      .app(1, 'INFO', 'Processing upload 9')
      .timeout(31)
      .timeout(31, 4243)
      .sigkill(32)
      .sigkill(32, 4243)
      .replacement(32.1)
      .config('timeout = 30');

  it('stood still by what all of them need', async () => {
    expect(weightsOf(await both(-300).analyse(), 'timeouts-together')['infinite-loop']).toBe(-1);
  });

  it('may each have done anything where they were booted together, one timeout before', async () => {
    const analysis = await both(0).analyse();
    expect(weightsOf(analysis, 'timeouts-together')).toEqual({});
    expect(analysis.facts.find(({ id }) => id === 'timeouts-together')?.text).toContain('booted together');
  });
});

describe('little CPU time in a long stretch', () => {
  const sampled = (state: string): Promise<Analysis> =>
    writing()
      .timeout(31)
      .sigkill(32)
      .replacement(32.1)
      .config('timeout = 30')
      .psSeries(30, (second) => ({ state, cpuSeconds: Math.max(0, second) * 0.15 }))
      .analyse();

  it('is a wait, by a worker that sleeps', async () => {
    expect(weightsOf(await sampled('S'), 'worker-idle')['infinite-loop']).toBe(-4);
  });

  it('is none by a worker that is ready to run in every sample: others had the processors', async () => {
    const analysis = await sampled('R');
    expect(analysis.facts.map(({ id }) => id)).not.toContain('worker-idle');
    expect(weightsOf(analysis, 'worker-partly-busy')).toEqual({ 'infinite-loop': 1 });
  });
});

describe('a transaction that was open', () => {
  const stuck = (line: string, folder: string, suffixes: readonly string[]): Promise<Analysis> => {
    const scenario = new Scenario().boot().app(0, 'INFO', line).app(0.1, 'INFO', 'Writing to the database');
    for (const suffix of suffixes) {
      const url = new URL(`../fixtures/sqlite/${folder}/service.db${suffix}`, import.meta.url);
      scenario.file(`data/service.db${suffix}`, readFileSync(url));
    }
    return scenario.timeout(31).sigkill(32).replacement(32.1).config('timeout = 30').analyse();
  };

  it('speaks weakly against a lock where nobody can say whose it was', async () => {
    const analysis = await stuck('Nightly work', 'import-killed', ['', '-wal']);
    expect(weightsOf(analysis, 'open-transaction')).toEqual({ 'database-lock': -1 });
  });

  it('says nothing where its journal was not synced: none of its rows tells whose it is, and it may wait for a reader', async () => {
    const analysis = await stuck('Ingesting switch run 7', 'journal-unsynced', ['', '-journal']);
    expect(weightsOf(analysis, 'open-transaction')).toEqual({});
    expect(analysis.facts.map(({ id }) => id)).not.toContain('open-transaction-of-another');
  });
});

describe('a kernel log without an OOM kill', () => {
  const silent = (scenario: Scenario): Promise<number | undefined> =>
    scenario
      .quietKernel()
      .analyse()
      .then((analysis) => weightsOf(analysis, 'kernel-log-silent')['memory-exhaustion']);

  it('says much of a SIGKILL that nobody owns up to: it was not the kernel', async () => {
    expect(await silent(writing().sigkill(12).replacement(12.2))).toBe(-3.5);
  });

  it('says little of memory that ran short before a timeout: nobody was killed for it', async () => {
    expect(await silent(writing().timeout(31).sigkill(32).replacement(32.2).config('timeout = 30'))).toBe(-1.5);
  });
});
