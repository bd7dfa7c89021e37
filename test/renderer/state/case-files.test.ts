import { describe, expect, it } from 'vitest';
import { createActions } from '../../../renderer/state/actions.ts';
import { type AppAction, type AppState, INITIAL_STATE, reduce } from '../../../renderer/state/app-state.ts';
import type { CaseOpenOutcome, InquestBridge, MovedEvidence } from '../../../shared/contract/ipc.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

const MOVED: MovedEvidence = {
  status: 'moved',
  title: 'night',
  sources: [{ kind: 'file', path: '/old/unit.log', place: null }],
};

/** The actions over a mock of the app, with answers of their own for some requests. */
function window(answers: { readonly opening?: CaseOpenOutcome; readonly closing?: boolean } = {}) {
  const bridge = createMockBridge({ initial: 'none', speed: 0 });
  const held: { state: AppState } = { state: INITIAL_STATE };
  const dispatch = (action: AppAction): void => {
    held.state = reduce(held.state, action);
  };
  const request: InquestBridge['request'] = async (name, payload) => {
    const answer = await bridge.request(name, payload);
    if (name === 'case.open' && answers.opening !== undefined) return answers.opening as typeof answer;
    if (name === 'case.close' && answers.closing !== undefined) return answers.closing as typeof answer;
    return answer;
  };
  const actions = createActions({ ...bridge, request }, dispatch, () => held.state);
  const asked = (): readonly string[] => bridge.requests.map(({ name }) => name);
  return { actions, asked, state: () => held.state };
}

describe('case files in the window', () => {
  it('are opened, not added, when they are dropped on an open case', async () => {
    const { actions, asked } = window();
    await actions.openSample();
    await actions.givePaths(['/more/unit.log']);
    expect(asked()).toContain('case.add');
    expect(asked()).not.toContain('case.open');
    await actions.givePaths(['/cases/Night.INQUEST']);
    expect(asked().at(-1)).toBe('case.open');
  });

  it('open where they were left', async () => {
    const { actions, state } = window();
    await actions.openSample();
    const view = state().view;
    if (view === null) throw new Error('no case');
    const restored = { tab: 'verdict', query: 'pid:7', zone: 'Asia/Tokyo' } as const;
    const next = window({ opening: { status: 'opened', view, restored } });
    await next.actions.openPaths(['/cases/night.inquest']);
    expect(next.state().trail.here).toMatchObject({ tab: 'verdict', filter: { query: 'pid:7' } });
    expect(next.state().restoredZone).toEqual({ choice: 'Asia/Tokyo' });
  });

  it('ask for evidence that has moved, until it is located or given up', async () => {
    const { actions, asked, state } = window({ opening: MOVED });
    await actions.openPaths(['/cases/night.inquest']);
    expect(state()).toMatchObject({ moved: MOVED, job: null, view: null, failure: null });
    actions.leaveMoved();
    expect(state().moved).toBeNull();
    await actions.openPaths(['/cases/night.inquest']);
    await actions.openLocated('night');
    expect(asked().at(-1)).toBe('case.openLocated');
    expect(state().moved).toBeNull();
    expect(state().view).not.toBeNull();
  });

  it('stay open where the person chose so, and nothing calls that a cancelled import', async () => {
    const closing = window({ closing: false });
    await closing.actions.openSample();
    await closing.actions.closeCase();
    expect(closing.state().view).not.toBeNull();
    const opening = window({ opening: { status: 'cancelled' } });
    await opening.actions.openSample();
    await opening.actions.openPaths(['/cases/night.inquest']);
    expect(opening.state()).toMatchObject({ job: null, toasts: [] });
    expect(opening.state().view).not.toBeNull();
  });
});
