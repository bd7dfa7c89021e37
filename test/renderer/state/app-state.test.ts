import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createActions } from '../../../renderer/state/actions.ts';
import {
  type AppAction,
  type AppState,
  caseExtent,
  deltaOrigin,
  INITIAL_STATE,
  incidentRange,
  reduce,
} from '../../../renderer/state/app-state.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import { referenceView } from '../../support/reference-case.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

/** Where a window keeps the choice of the zone; nothing was chosen. */
beforeAll(() => void vi.stubGlobal('localStorage', { getItem: () => null }));
afterAll(() => void vi.unstubAllGlobals());

/** The reducer and the actions over a mock of the app, without a window. */
function session(speed = 0) {
  const bridge = createMockBridge({ initial: 'reference', speed });
  const held: { state: AppState } = { state: INITIAL_STATE };
  const dispatch = (action: AppAction): void => {
    held.state = reduce(held.state, action);
  };
  bridge.on('job.progress', ({ progress, sample }) =>
    dispatch({ type: 'job-progress', progress, sample, atMillis: 0 }),
  );
  return { bridge, held, dispatch, actions: createActions(bridge, dispatch, () => held.state) };
}

describe('opening a case', () => {
  it('shows the incident on the timeline', async () => {
    const { held, actions } = session();
    await actions.openSample();
    const { view, trail, job } = held.state;
    expect(view?.title).toBe(referenceView().title);
    expect(job).toBeNull();
    expect(trail.here.tab).toBe('timeline');
    const incident = view?.analysis.incident;
    expect(trail.here.range?.from).toBeLessThan(incident?.start ?? 0);
    expect(trail.here.range?.to).toBeGreaterThan(incident?.end ?? 0);
  });

  it('keeps the open case when another cannot be opened, and says why', async () => {
    const { held, actions } = session();
    await actions.openSample();
    const before = held.state.view;
    await actions.openPaths(['/cases/missing.tar.gz']);
    expect(held.state.view).toBe(before);
    expect(held.state.failure).toMatchObject({ title: 'missing.tar.gz', error: { kind: 'usage' } });
    actions.dismissFailure();
    expect(held.state.failure).toBeNull();
  });

  it('hands what is given during an import to that import, and starts no second one', async () => {
    const { held, actions, bridge } = session(20);
    const first = actions.openSample();
    await actions.openPaths(['/cases/other.log']);
    await actions.givePaths(['/cases/more.log', '/cases/missing.log']);
    await actions.openSample();
    expect(held.state.toasts.map(({ text }) => text)).toEqual([
      '1 more source joined the import',
      '1 more source joined the import',
      'missing.log was left out',
      'An import is already running',
    ]);
    await first;
    expect(bridge.requests.filter(({ name }) => name === 'case.open')).toHaveLength(0);
    expect(bridge.requests.filter(({ name }) => name === 'case.openSample')).toHaveLength(1);
  });

  it('marks a source as stopping and asks the app to stop that one', async () => {
    const { held, actions, bridge } = session();
    const first = actions.openSample();
    await actions.stopSource('s3');
    await first;
    expect(bridge.requests).toContainEqual({ name: 'job.stopSource', payload: { source: 's3' } });
    dispatchJob(held, 's3');
    expect(held.state.job?.stopping).toEqual(['s3']);
  });

  it('tells that a cancelled import changed nothing', async () => {
    const { held, actions, bridge } = session();
    const stop = bridge.on('job.progress', () => {
      stop();
      void actions.cancelJob();
    });
    await actions.openSample();
    expect(held.state.view).toBeNull();
    expect(held.state.job).toBeNull();
    expect(held.state.toasts.at(-1)?.text).toBe('Import cancelled');
  });
});

/** Starts a job in which a source is asked to stop, by actions alone. */
function dispatchJob(held: { state: AppState }, source: string): void {
  held.state = reduce(held.state, { type: 'job-started', title: 'x', atMillis: 0 });
  held.state = reduce(held.state, { type: 'source-stopping', source });
}

describe('adding to an open case', () => {
  it('keeps screen, filter, range, selection and the way back, and gives a new case number', async () => {
    const { held, actions, bridge } = session();
    await actions.openSample();
    const number = held.state.caseNumber;
    const filter = { ...EVERY_EVENT, text: 'WORKER', evidenceIds: ['e2'] };
    actions.move({ filter }, 'filter');
    await actions.showEvent(4);
    actions.go('verdict');
    const { here, past } = held.state.trail;
    await actions.givePaths(['/cases/kernel.txt']);
    expect(held.state.trail.here).toEqual(here);
    expect(held.state.trail.past).toEqual(past);
    expect(held.state.caseNumber).toBe(number + 1);
    expect(held.state.job).toBeNull();
    const carried = bridge.requests.find(({ name }) => name === 'case.carry')?.payload;
    expect(carried).toMatchObject({ rows: [4], evidenceIds: expect.arrayContaining(['e2']) });
  });

  it('says what is part of it already, and begins nothing', async () => {
    const { held, actions } = session();
    await actions.openSample();
    const before = held.state;
    await actions.givePaths(['/cases/known.txt']);
    expect(held.state.toasts.at(-1)?.text).toBe('known.txt is already part of it');
    expect(held.state.view).toBe(before.view);
    expect(held.state.job).toBeNull();
  });

  it('leaves the case as it was when nothing given is there', async () => {
    const { held, actions } = session();
    await actions.openSample();
    const { view } = held.state;
    await actions.givePaths(['/cases/missing.txt']);
    expect(held.state.toasts.at(-1)).toMatchObject({ tone: 'failed', text: 'The evidence was not added' });
    expect(held.state.view).toBe(view);
  });

  it('follows an import that was under way before the window was loaded', async () => {
    const { held, actions, bridge } = session(20);
    const opening = bridge.request('case.openSample', undefined);
    await actions.resume();
    await opening;
    expect(held.state.view).not.toBeNull();
    expect(bridge.requests.map(({ name }) => name)).toContain('job.outcome');
    expect(held.state.job).toBeNull();
  });
});

describe('showing an event', () => {
  it('goes to the timeline, selects and flashes it', async () => {
    const { held, actions } = session();
    await actions.openSample();
    actions.go('verdict');
    await actions.showEvent(10);
    expect(held.state.trail.here).toMatchObject({ tab: 'timeline', selectedRow: 10 });
    expect(held.state.flash).toEqual({ row: 10, count: 1 });
    await actions.showEvent(10);
    expect(held.state.flash?.count).toBe(2);
    actions.back();
    expect(held.state.trail.here.tab).toBe('verdict');
  });

  it('lifts a filter that hides it, and only then', async () => {
    const { held, actions } = session();
    await actions.openSample();
    const filter = { ...EVERY_EVENT, text: 'WORKER TIMEOUT' };
    actions.move({ filter }, 'filter');
    await actions.showEvent(10);
    expect(held.state.trail.here.filter).toBe(filter);
    await actions.showEvent(0);
    expect(held.state.trail.here.filter).toEqual(EVERY_EVENT);
  });

  it('tells when there is no such event', async () => {
    const { held, actions } = session();
    await actions.openSample();
    await actions.showEvent(999_999);
    expect(held.state.toasts.at(-1)).toMatchObject({ tone: 'failed', text: 'The event could not be shown' });
    expect(held.state.trail.here.selectedRow).toBeNull();
  });
});

describe('times of a case', () => {
  it('has an extent that holds every point and the incident', () => {
    const view = referenceView();
    const extent = caseExtent(view);
    expect(extent).not.toBeNull();
    for (const point of view.points)
      expect(point.time >= (extent?.from ?? 0) && point.time <= (extent?.to ?? 0)).toBe(true);
    expect(incidentRange(view)?.from).toBeGreaterThanOrEqual(extent?.from ?? 0);
  });

  it('counts from the end of the incident until a moment is pinned', async () => {
    const { held, actions } = session();
    await actions.openSample();
    const end = held.state.view?.analysis.incident?.end ?? null;
    expect(deltaOrigin(held.state)).toEqual({ time: end, name: 'end of the incident' });
    const pinned = held.state.view?.points[0]?.time ?? null;
    actions.pin(pinned);
    expect(deltaOrigin(held.state)).toEqual({ time: pinned, name: 'pinned moment' });
  });

  it('has none without anything dated', () => {
    const view = { ...referenceView(), points: [], processes: [], vmstat: [] };
    expect(caseExtent({ ...view, analysis: { ...view.analysis, incident: null } })).toBeNull();
  });
});

describe('exporting', () => {
  it('tells where the report was written', async () => {
    const { held, actions } = session();
    await actions.openSample();
    await actions.exportReport('pdf');
    expect(held.state.toasts.at(-1)).toMatchObject({ tone: 'done', text: 'PDF report written' });
    expect(held.state.toasts.at(-1)?.detail).toMatch(/\.pdf$/);
  });
});
