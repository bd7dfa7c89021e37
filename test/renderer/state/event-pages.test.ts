import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventPages, PAGE_EVENTS } from '../../../renderer/state/event-pages.ts';
import { BY_TIME } from '../../../renderer/state/navigation.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { InquestBridge } from '../../../shared/contract/ipc.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { EventPage } from '../../../shared/model/views.ts';
import { referenceEvents } from '../../support/reference-case.ts';

const TOTAL = 20_000;

function eventOf(row: number): EvidenceEvent {
  const first = referenceEvents()[0];
  if (first === undefined) throw new Error('no reference events');
  return { ...first, row };
}

/** A store of numbered events that counts what it is asked, and can be made to fail. */
function fakeStore() {
  const asked: number[] = [];
  const state = { asked, failing: false };
  const page = (offset: number, limit: number): EventPage => ({
    total: TOTAL,
    offset,
    events: Array.from({ length: Math.max(0, Math.min(limit, TOTAL - offset)) }, (_each, index) =>
      eventOf(offset + index),
    ),
    search: { state: 'done', doneShare: 1, notes: [] },
  });
  const request = async (name: string, payload: { offset: number; limit: number }) => {
    await Promise.resolve();
    if (state.failing) throw new Error('the worker has gone');
    if (name === 'events.position') return 4711;
    asked.push(payload.offset);
    return page(payload.offset, payload.limit);
  };
  return { ...state, state, request: request as unknown as InquestBridge['request'] };
}

describe('pages of events', () => {
  it('load what is in sight, once', async () => {
    const store = fakeStore();
    const pages = new EventPages(store.request, EVERY_EVENT, BY_TIME);
    expect(pages.snapshot().total).toBeNull();
    expect(pages.eventAt(0)).toBeNull();
    await Promise.all([pages.ensure(0, 30), pages.ensure(10, PAGE_EVENTS + 5)]);
    expect(store.asked).toEqual([0, PAGE_EVENTS]);
    expect(pages.snapshot().total).toBe(TOTAL);
    expect(pages.eventAt(PAGE_EVENTS + 3)?.row).toBe(PAGE_EVENTS + 3);
    await pages.ensure(0, 30);
    expect(store.asked).toHaveLength(2);
  });

  it('hold a bounded number of pages, and fetch an old one again', async () => {
    const store = fakeStore();
    const pages = new EventPages(store.request, EVERY_EVENT, BY_TIME);
    for (let index = 0; index < TOTAL; index += PAGE_EVENTS) await pages.ensure(index, index);
    expect(pages.eventAt(0)).toBeNull();
    expect((await pages.load(TOTAL - 1))?.row).toBe(TOTAL - 1);
    const before = store.asked.length;
    expect((await pages.load(0))?.row).toBe(0);
    expect(store.asked.length).toBe(before + 1);
  });

  it('tell of a failure and recover from it', async () => {
    const store = fakeStore();
    const pages = new EventPages(store.request, EVERY_EVENT, BY_TIME);
    let told = 0;
    pages.subscribe(() => {
      told += 1;
    });
    store.state.failing = true;
    await pages.ensure(0, 0);
    expect(pages.snapshot().error).toBe('the worker has gone');
    expect(await pages.positionOf(1)).toBeNull();
    store.state.failing = false;
    await pages.ensure(0, 0);
    expect(pages.snapshot()).toMatchObject({ error: null, total: TOTAL });
    expect(told).toBe(3);
    expect(await pages.positionOf(1)).toBe(4711);
  });
});

describe('pages of a search that is running', () => {
  afterEach(() => void vi.useRealTimers());

  /** A search that has found `found` so far. */
  function fakeSearch() {
    const search = { found: 3, state: 'running' as 'running' | 'done', asked: 0 };
    const request = async (name: string, { offset, limit }: { offset: number; limit: number }) => {
      if (name !== 'events.page') return undefined;
      search.asked += 1;
      const events = Array.from({ length: Math.max(0, Math.min(limit, search.found - offset)) }, (_each, index) =>
        eventOf(offset + index),
      );
      return { total: search.found, offset, events, search: { state: search.state, doneShare: 0.5, notes: [] } };
    };
    return { search, request: request as unknown as InquestBridge['request'] };
  }

  it('grow while somebody looks, until it is done', async () => {
    vi.useFakeTimers();
    const { search, request } = fakeSearch();
    const pages = new EventPages(request, EVERY_EVENT, BY_TIME);
    const leave = pages.subscribe(() => undefined);
    await pages.ensure(0, 20);
    expect(pages.snapshot()).toMatchObject({ total: 3, search: { state: 'running' } });
    search.found = 8;
    await vi.advanceTimersByTimeAsync(150);
    expect(pages.snapshot().total).toBe(8);
    expect(pages.eventAt(7)?.row).toBe(7);
    search.state = 'done';
    await vi.advanceTimersByTimeAsync(150);
    const { asked } = search;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(search.asked).toBe(asked);
    leave();
  });

  it('are asked for no more once nobody looks', async () => {
    vi.useFakeTimers();
    const { search, request } = fakeSearch();
    const pages = new EventPages(request, EVERY_EVENT, BY_TIME);
    const leave = pages.subscribe(() => undefined);
    await pages.ensure(0, 20);
    leave();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(search.asked).toBe(1);
  });
});
