import { describe, expect, onTestFinished, test } from 'vitest';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { QueryClient } from '../../../electron/search/query-client.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import type { QuerySource } from '../../../shared/contract/worker-protocol.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';

const BY_TIME = { column: 'time', descending: false } as const;
const filter = (part: Partial<EventFilter>): EventFilter => ({ ...EVERY_EVENT, ...part });
const first = (query: string, limit = 100) => ({ filter: filter({ query }), sort: BY_TIME, offset: 0, limit });

async function sourceOf(files: Readonly<Record<string, string>>): Promise<QuerySource> {
  const folder = writeTree(tempFolder(), files);
  const {
    columns,
    files: evidence,
    locations,
  } = await readGivenEvidence({ paths: [folder], spoolDirectory: tempFolder() }, () => {});
  const time = (row: number) => epochMicros(columns.time[row] ?? 0);
  return {
    columns,
    files: evidence,
    locations,
    times: { first: time(0), last: time(columns.count - 1), incident: null },
  };
}
async function clientOf(files: Readonly<Record<string, string>>): Promise<QueryClient> {
  const client = new QueryClient(await sourceOf(files));
  onTestFinished(() => client.close());
  return client;
}

describe('queries on a thread of their own', () => {
  test('answer pages, places, facets and histograms', async () => {
    const client = await clientOf({ 'unit.txt': timeoutJournal() });
    const page = await client.request('events.page', { ...first('worker severity:<=err'), limit: 1 });
    expect(page).toMatchObject({ total: 2, events: [{ row: 3, kind: 'worker-timeout' }], search: { state: 'done' } });
    const place = { row: 4, filter: filter({ query: 'worker' }), sort: { ...BY_TIME, descending: true } };
    expect(await client.request('events.position', place)).toBe(1);
    expect(await client.request('events.position', { ...place, row: 0 })).toBeNull();

    const facets = await client.request('events.facets', { filter: filter({ query: 'worker', pids: [100] }) });
    // The chosen pid narrows all facets but its own.
    expect(facets.pids).toEqual([
      { value: 100, count: 2 },
      { value: 101, count: 1 },
      { value: 102, count: 1 },
    ]);
    expect(facets.severities.map(({ value }) => value).sort()).toEqual(['crit', 'err']);

    const from = page.events[0]?.time ?? 0;
    const histogram = { filter: filter({ query: 'worker' }), from: from - 45e6, to: from + 5e6, bins: 50 };
    const { all, passing } = await client.request('events.histogram', histogram);
    expect(all.flatMap((count, bin) => (count > 0 ? [[bin, count]] : []))).toEqual([
      [0, 1],
      [1, 1],
      [5, 1],
      [45, 1],
      [46, 1],
      [47, 1],
    ]);
    expect(passing.flatMap((count, bin) => (count > 0 ? [bin] : []))).toEqual([1, 45, 46, 47]);
  });

  test('refuse a query with problems in words', async () => {
    const client = await clientOf({ 'unit.txt': timeoutJournal() });
    await expect(client.request('events.page', first('pod:1'))).rejects.toMatchObject({
      error: { kind: 'usage', message: expect.stringContaining('Did you mean pid:') },
    });
  });

  test('go on from other columns', async () => {
    const client = await clientOf({ 'unit.txt': timeoutJournal() });
    expect((await client.request('events.page', first(''))).total).toBe(6);
    await client.replace(await sourceOf({ 'other.txt': `${isoPreciseLine(0, 'app', 1, 'one')}\n` }));
    expect((await client.request('events.page', first(''))).total).toBe(1);
  });

  test('end a regular expression that would never come to an end, and answer everything else', async () => {
    const lines = [isoPreciseLine(0, 'app', 1, `${'a'.repeat(60)}!`), isoPreciseLine(1, 'app', 1, 'needle'), ''].join(
      '\n',
    );
    const client = await clientOf({ 'unit.txt': lines });
    const endless = client.request('events.page', first('/^(a+)+$/'));
    const other = client.request('events.position', { row: 1, filter: filter({ query: 'needle' }), sort: BY_TIME });
    await expect(endless).rejects.toMatchObject({
      error: { kind: 'usage', message: expect.stringContaining('Nested repetitions') },
    });
    expect(await other).toBe(0);
    // It is not tried again.
    await expect(client.request('events.facets', { filter: filter({ query: '/^(a+)+$/' }) })).rejects.toThrow();
    expect((await client.request('events.page', first('needle'))).total).toBe(1);
  });

  test('are rejected when the case is closed, and from then on', async () => {
    const client = await clientOf({ 'unit.txt': timeoutJournal() });
    const asked = client.request('events.page', first('worker'));
    const closed = expect(asked).rejects.toThrow('closed');
    await client.close();
    await closed;
    await expect(client.request('events.page', first('worker'))).rejects.toThrow('closed');
  });
});
