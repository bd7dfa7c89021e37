import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { EventTable } from '../../../electron/events/event-table.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { countFacets } from '../../../electron/search/count-facets.ts';
import { QueryEngine } from '../../../electron/search/query-engine.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter, EventSort } from '../../../shared/contract/ipc.ts';
import type { QuerySource } from '../../../shared/contract/worker-protocol.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine } from '../../support/journal-lines.ts';

const BY_TIME = { column: 'time', descending: false } as const;
const filter = (part: Partial<EventFilter>): EventFilter => ({ ...EVERY_EVENT, ...part });
const LINES = 150_000;

let journal: string;
beforeAll(() => {
  journal = `${Array.from({ length: LINES }, (_, index) =>
    isoPreciseLine(index * 10, 'app', 1 + (index % 3), index % 10 === 0 ? `needle ${index}` : `hay ${index}`),
  ).join('\n')}\n`;
});

async function engineOf(): Promise<QueryEngine> {
  const folder = writeTree(tempFolder(), { 'unit.txt': journal });
  const { columns, files, locations } = await readGivenEvidence(
    { paths: [folder], spoolDirectory: tempFolder() },
    () => {},
  );
  const source: QuerySource = { columns, files, locations, times: { first: null, last: null, incident: null } };
  // One step at a time, and answers that wait for nothing but what they ask for: what happens then does not depend on clocks.
  const engine = new QueryEngine(source, null, { sliceMillis: 0, patienceMillis: Number.POSITIVE_INFINITY });
  onTestFinished(() => engine.close());
  return engine;
}
/** Slow enough to be seen at work: every message is looked at by a regular expression. */
const page = (engine: QueryEngine, query: string, offset = 0) =>
  engine.page({ filter: filter({ query }), sort: BY_TIME, offset, limit: 10 });

describe('the query engine', () => {
  test('answers the first page before the whole case has been looked at, and the rest as it goes on', async () => {
    const engine = await engineOf();
    const early = await page(engine, '/needle/');
    expect(early.events).toHaveLength(10);
    expect(early.search.state).toBe('running');
    expect(early.search.doneShare).toBeLessThan(1);
    let now = early;
    for (let offset = 0; now.search.state === 'running'; offset += 1000) {
      const later = await page(engine, '/needle/', offset);
      expect(later.total).toBeGreaterThanOrEqual(now.total);
      now = later;
    }
    expect(now).toMatchObject({ total: LINES / 10, search: { state: 'done', doneShare: 1, notes: [] } });
    expect((await page(engine, '/needle/')).events).toEqual(early.events);
  });

  test('ends a search that another one has taken the place of', async () => {
    const engine = await engineOf();
    expect((await page(engine, '/needle/')).search.state).toBe('running');
    expect((await page(engine, 'needle', LINES)).search.state).toBe('done');
    // Begun again from its start: nothing of it has been going on meanwhile.
    expect((await page(engine, '/needle/')).search.doneShare).toBeLessThan(1);
  });

  test('stops and goes on when told to, and keeps what it has found', async () => {
    const engine = await engineOf();
    const early = await page(engine, '/needle/');
    engine.control({ action: 'stop' });
    const stopped = await page(engine, '/needle/');
    expect(stopped.search.state).toBe('stopped');
    expect(stopped.total).toBeGreaterThanOrEqual(early.total);
    expect((await page(engine, '/needle/')).total).toBe(stopped.total);
    engine.control({ action: 'resume' });
    expect(await engine.position({ row: 10, filter: filter({ query: '/needle/' }), sort: BY_TIME })).toBe(1);
    expect((await page(engine, '/needle/')).total).toBe(LINES / 10);
  });

  test('counts each facet without its own condition', async () => {
    const engine = await engineOf();
    const facets = await engine.facets({ filter: filter({ query: 'needle', pids: [1] }) });
    expect(facets.search.state).toBe('done');
    expect(facets.pids.map(({ count }) => count)).toEqual([5000, 5000, 5000]);
    expect(facets.kinds).toEqual([{ value: 'log', count: 5000 }]);
  });
});

describe('facets', () => {
  test('count what a search with the other conditions finds', () => {
    const table = new EventTable();
    for (let row = 0; row < 500; row++) {
      table.addRow(
        row % 2,
        row,
        row * 10,
        5,
        row,
        row % 7,
        row % 5,
        row % 4,
        ['a.service', null, 'b.service'][row % 3] ?? null,
      );
    }
    const columns = table.finish();
    const files = ['e1', 'e2'].map((id) => ({ id, path: id }));
    const rows = Uint32Array.from({ length: 500 }, (_, row) => row);
    const wanted = filter({ severities: ['alert', 'err'], units: ['a.service'], pids: [1, 2, 3] });
    // Files are looked at for their ids only.
    const counts = countFacets(columns, files as never, rows, wanted);
    const severity = (row: number) => [1, 3].includes(row % 4);
    const unit = (row: number) => row % 3 === 0;
    const pid = (row: number) => [1, 2, 3].includes(row % 7);
    const number = (test: (row: number) => boolean) => [...rows].filter(test).length;
    for (const { value, count } of counts.sources) {
      const own = (row: number) => `e${(row % 2) + 1}` === value;
      expect(count).toBe(number((row) => own(row) && severity(row) && unit(row) && pid(row)));
    }
    for (const { value, count } of counts.pids) {
      expect(count).toBe(number((row) => row % 7 === value && severity(row) && unit(row)));
    }
    expect(counts.units.map(({ value }) => value).sort()).toEqual(['a.service', 'b.service']);
    for (const { value, count } of counts.units) {
      const own = (row: number) => (row % 3 === 0 ? 'a.service' : row % 3 === 2 ? 'b.service' : '') === value;
      expect(count).toBe(number((row) => own(row) && severity(row) && pid(row)));
    }
  });

  test('counts what passes once the search has ended, and leaves the list that is looked at alone', async () => {
    const engine = await engineOf();
    expect((await page(engine, '/needle/')).search.state).toBe('running');
    expect(await engine.count({ filter: filter({ query: 'needle' }) })).toBe(LINES / 10);
    expect(await engine.count({ filter: filter({ templates: ['needle *'] }) })).toBe(LINES / 10);
    expect(await engine.count({ filter: filter({ withoutTemplates: ['needle *', 'nothing *'] }) })).toBe(
      LINES - LINES / 10,
    );
    expect((await page(engine, '/needle/')).total).toBeGreaterThan(0);
  });

  test('steps from any row to the next one that passes, in the order of the list and from its other end on', async () => {
    const engine = await engineOf();
    const step = (from: number | null, direction: 'next' | 'previous', sort: EventSort = BY_TIME) =>
      engine.step({ from, direction, sort, filter: filter({ query: 'needle' }) });
    expect(await step(null, 'next')).toEqual({ row: 0, hasWrapped: false });
    expect(await step(0, 'next')).toEqual({ row: 10, hasWrapped: false });
    expect(await step(13, 'next')).toEqual({ row: 20, hasWrapped: false });
    expect(await step(13, 'previous')).toEqual({ row: 10, hasWrapped: false });
    expect(await step(LINES - 1, 'next')).toEqual({ row: 0, hasWrapped: true });
    expect(await step(0, 'previous')).toEqual({ row: LINES - 10, hasWrapped: true });
    expect(await step(13, 'next', { column: 'time', descending: true })).toEqual({ row: 10, hasWrapped: false });
    expect(
      await engine.step({ from: 1, direction: 'next', sort: BY_TIME, filter: filter({ query: 'no such' }) }),
    ).toBeNull();
  });
});
