import { describe, expect, onTestFinished, test } from 'vitest';
import { AnalysisClient } from '../../../electron/analysis/analysis-client.ts';
import { caseEvidence } from '../../../electron/analysis/case-evidence.ts';
import { openCase } from '../../../electron/case/open-case.ts';
import { EventStore } from '../../../electron/events/event-store.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { JobCancelled, JobFailure } from '../../../electron/threads/run-job.ts';
import { analyse } from '../../../shared/analyse.ts';
import type { AnalysisSource, ConclusionBasis } from '../../../shared/contract/analysis-protocol.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import type { Overruling } from '../../../shared/model/judgement.ts';
import { NoSuchIncident } from '../../../shared/timeline/choose-incident.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';
import { noteThreads } from '../../support/start-bundled-worker.ts';
import { weekOfIncidents } from '../../support/week-of-incidents.ts';

async function sourceOf(journal: string): Promise<AnalysisSource> {
  const folder = writeTree(tempFolder(), { 'unit.txt': journal });
  const imported = await readGivenEvidence({ paths: [folder], spoolDirectory: tempFolder() }, () => {});
  return { imported, artifacts: [], rules: null };
}

async function clientOf(source: AnalysisSource) {
  const client = new AnalysisClient();
  onTestFinished(() => client.close());
  return { client, read: await client.read(source) };
}

const WORST: ConclusionBasis = { about: null, judgements: [] };

const overruling = (factId: string): Overruling => ({
  kind: 'overruling',
  id: 'overruling-1',
  about: [],
  factId,
  factText: '',
  comment: 'It is of another host.',
});

describe('the thread that analyses a case', () => {
  test('concludes what the same analysis on this thread does', async () => {
    const source = await sourceOf(weekOfIncidents(10));
    const { client, read } = await clientOf(source);
    const store = new EventStore(source.imported);
    onTestFinished(() => store.close());
    const evidence = caseEvidence(source.imported, [], null, store);
    for (const choice of [null, { incidentId: 'i2' }]) {
      const { incidents, ...expected } = analyse(evidence, choice);
      const about = choice === null ? null : ({ by: 'choice', choice } as const);
      expect(await client.conclude({ about, judgements: [] }, source.artifacts)).toEqual(expected);
      expect(read.incidents.map(({ id, end }) => [id, end])).toEqual(incidents.map(({ id, end }) => [id, end]));
    }
  });

  test('shares the columns with it, and hands documents over without a copy', async () => {
    const source = await sourceOf(timeoutJournal());
    expect(source.imported.columns.time.buffer).toBeInstanceOf(SharedArrayBuffer);
    const { client } = await clientOf(source);
    const corrected = await client.correct(source.imported, new Map([['e1', 1_000_000]]));
    expect(corrected.columns.time.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(corrected.columns.time[0]).toBe((source.imported.columns.time[0] ?? 0) + 1_000_000);
    const request = { ...WORST, title: 'unit.txt', annotations: [], queries: [], format: { name: 'json' } as const };
    const bytes = await client.write(request, source.artifacts);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
    const { incident } = caseJsonSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    expect(incident).toMatchObject({ pid: 101, mechanism: 'gunicorn-timeout' });
  });

  test('answers each question by what it was asked with, in the order in which they came', async () => {
    const source = await sourceOf(weekOfIncidents(10));
    const { client } = await clientOf(source);
    const order: string[] = [];
    const asked = (name: string, about: ConclusionBasis['about'], facts: readonly string[]) =>
      client.conclude({ about, judgements: facts.map(overruling) }, source.artifacts).then((analysis) => {
        order.push(name);
        return [analysis.incident?.id, analysis.overruled.length];
      });
    const second = { by: 'choice', choice: { incidentId: 'i2' } } as const;
    const document = client
      .write({ ...WORST, title: 'case', annotations: [], queries: [], format: { name: 'html' } }, source.artifacts)
      .then((bytes) => {
        order.push('document');
        return new TextDecoder().decode(bytes.subarray(0, 15));
      });
    const answers = await Promise.all([
      document,
      asked('worst', null, []),
      asked('second', second, []),
      asked('overruled', null, ['timeout-logged']),
      asked('again', null, []),
    ]);
    expect(answers[0]).toMatch(/^<!doctype html>/i);
    const worst = answers[1]?.[0];
    expect(answers.slice(1)).toEqual([
      [worst, 0],
      ['i2', 0],
      [worst, 1],
      [worst, 0],
    ]);
    expect(order).toEqual(['document', 'worst', 'second', 'overruled', 'again']);
  });

  test('tells an incident that is not there as such, and goes on', async () => {
    const source = await sourceOf(timeoutJournal());
    const { client } = await clientOf(source);
    const missing = client.conclude({ about: { by: 'choice', choice: { pid: 999 } }, judgements: [] }, []);
    await expect(missing).rejects.toBeInstanceOf(NoSuchIncident);
    await expect(missing).rejects.toThrow('There is no incident of pid 999');
    expect((await client.conclude(WORST, [])).incident?.pid).toBe(101);
  });

  test('is ended in the middle of its work by its signal, and answers nothing afterwards', async () => {
    const source = await sourceOf(weekOfIncidents(200));
    const abort = new AbortController();
    const client = new AnalysisClient(abort.signal);
    const reading = client.read(source);
    const concluding = client.conclude(WORST, source.artifacts);
    abort.abort();
    await expect(reading).rejects.toBeInstanceOf(JobCancelled);
    await expect(concluding).rejects.toBeInstanceOf(JobCancelled);
    await expect(client.conclude(WORST, source.artifacts)).rejects.toBeInstanceOf(JobCancelled);
    await expect(new AnalysisClient(AbortSignal.abort()).read(source)).rejects.toBeInstanceOf(JobCancelled);
  });

  test('tells who still waits that the case was closed', async () => {
    const source = await sourceOf(timeoutJournal());
    const client = new AnalysisClient();
    const reading = client.read(source);
    await Promise.all([client.close(), client.close()]);
    await expect(reading).rejects.toMatchObject({ error: { kind: 'usage', message: 'The case was closed.' } });
  });

  test('fails what it was asked when it dies, and is replaced with the case that it had read', async () => {
    const threads = noteThreads();
    const source = await sourceOf(timeoutJournal());
    const { client } = await clientOf(source);
    const before = await client.conclude(WORST, source.artifacts);
    const lost = client.conclude(WORST, source.artifacts);
    await threads.at(-1)?.terminate();
    await expect(lost).rejects.toBeInstanceOf(JobFailure);
    await expect(lost).rejects.toMatchObject({ error: { kind: 'internal' } });
    expect(await client.conclude(WORST, source.artifacts)).toEqual(before);
  });
});

test('opening a case leaves this thread free while it is analysed', async () => {
  const folder = writeTree(tempFolder(), { 'unit.txt': weekOfIncidents(300) });
  let turns: number | null = null;
  const turn = (): void => {
    if (turns === null) return;
    turns += 1;
    setImmediate(turn);
  };
  const opened = await openCase({
    paths: [folder],
    onProgress: ({ stage }) => {
      if (stage !== 'analysing') return;
      turns = 0;
      setImmediate(turn);
    },
  });
  const duringAnalysis = turns;
  turns = null;
  expect(opened.analysis.incidents).toHaveLength(300);
  // An analysis on this thread would leave it a turn or two.
  expect(duringAnalysis).toBeGreaterThan(20);
  await opened.dispose();
});
