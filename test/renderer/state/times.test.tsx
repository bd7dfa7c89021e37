import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Toasts } from '../../../renderer/components/toasts.tsx';
import { EvidenceScreen } from '../../../renderer/screens/evidence.tsx';
import { correctionOf, SameMomentBar, SameMomentButton } from '../../../renderer/screens/timeline/same-moment.tsx';
import { createActions } from '../../../renderer/state/actions.ts';
import { AppContexts } from '../../../renderer/state/app-context.tsx';
import {
  type AppAction,
  type AppState,
  INITIAL_STATE,
  incidentRange,
  reduce,
} from '../../../renderer/state/app-state.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { referenceEvents } from '../../support/reference-case.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

const SECOND = 1_000_000;

/** The reducer and the actions over a mock of the app that has the reference case open. */
async function session() {
  const bridge = createMockBridge({ initial: 'reference', speed: 0 });
  const held: { state: AppState } = { state: INITIAL_STATE };
  const dispatch = (action: AppAction): void => {
    held.state = reduce(held.state, action);
  };
  const actions = createActions(bridge, dispatch, () => held.state);
  await actions.openSample();
  const { view } = held.state;
  if (view === null) throw new Error('the reference case did not open');
  const shown = (element: React.ReactNode): string =>
    renderToStaticMarkup(
      <AppContexts bridge={bridge} actions={actions} state={held.state}>
        {element}
      </AppContexts>,
    );
  const journal = referenceEvents()[0]?.source.evidenceId ?? '';
  return { bridge, held, dispatch, actions, view, shown, journal };
}

const offsetIn = (view: CaseView | null, id: string): number | undefined =>
  view?.files.find((file) => file.id === id)?.clockOffsetMicros;

describe('correcting a clock', () => {
  it('shows the case with its new rows where one was, and offers to take it back', async () => {
    const { held, actions, journal } = await session();
    actions.move({ tab: 'evidence', filter: { ...EVERY_EVENT, text: 'worker' }, selectedRow: 3 }, 'filter');
    const number = held.state.caseNumber;
    await actions.adjustClocks([{ evidenceId: journal, micros: -4_200_000 }], 'The clock is corrected');
    expect(offsetIn(held.state.view, journal)).toBe(-4_200_000);
    expect(held.state.caseNumber).toBe(number + 1);
    const { here, past } = held.state.trail;
    expect(here).toMatchObject({ tab: 'evidence', filter: { text: 'worker' }, selectedRow: null });
    expect(past).toEqual([]);
    const [toast] = held.state.toasts;
    expect(toast).toMatchObject({ text: 'The clock is corrected', undo: [{ evidenceId: journal, micros: 0 }] });
    await actions.adjustClocks(toast?.undo ?? [], 'The clock is as it was before');
    expect(offsetIn(held.state.view, journal)).toBeUndefined();
  });

  it('goes on showing the incident, wherever that has moved', async () => {
    const { held, actions, view } = await session();
    const offsets = view.files.map(({ id }) => ({ evidenceId: id, micros: 86_400 * SECOND }));
    expect(held.state.trail.here.range).toEqual(incidentRange(view));
    await actions.adjustClocks(offsets, 'corrected');
    const now = held.state.view;
    expect(held.state.trail.here.range).toEqual(now === null ? null : incidentRange(now));
  });

  it('offers to undo the last correction only, and none of another case', async () => {
    const { held, actions, journal } = await session();
    await actions.adjustClocks([{ evidenceId: journal, micros: 5 }], 'one');
    await actions.adjustClocks([{ evidenceId: journal, micros: 7 }], 'two');
    expect(held.state.toasts.flatMap(({ undo }) => undo ?? [])).toEqual([{ evidenceId: journal, micros: 5 }]);
    await actions.openSample();
    expect(held.state.toasts.filter(({ undo }) => undo !== undefined)).toEqual([]);
  });

  it('has a button in its message', async () => {
    const { actions, shown, journal } = await session();
    await actions.adjustClocks([{ evidenceId: journal, micros: 5 }], 'corrected');
    expect(shown(<Toasts />)).toMatch(/>Undo<\/button>/);
  });
});

describe('two entries of one moment', () => {
  const event = (evidenceId: string, time: number, row: number): EvidenceEvent => {
    const [sample] = referenceEvents();
    if (sample === undefined) throw new Error('the reference case has no events');
    return { ...sample, row, time: epochMicros(time), source: { ...sample.source, evidenceId } };
  };

  it('move the source that is not right, on top of what it was moved by', async () => {
    const { view } = await session();
    const [one, other] = [event('e1', 100 * SECOND, 0), event('e2', 104_200_000, 1)];
    expect(correctionOf(view, one, other)).toEqual({ moved: -4_200_000, micros: -4_200_000 });
    expect(correctionOf(view, other, one)).toEqual({ moved: 4_200_000, micros: 4_200_000 });
    const moved = {
      ...view,
      files: view.files.map((file) => (file.id === 'e2' ? { ...file, clockOffsetMicros: 1_000 } : file)),
    };
    expect(correctionOf(moved, one, other)).toEqual({ moved: -4_200_000, micros: -4_199_000 });
  });

  it('are picked one after the other, of two sources', async () => {
    const { view, actions, shown } = await session();
    const [first, same, other] = [event('e1', 100, 0), event('e1', 200, 1), event('e2', 300, 2)];
    expect(shown(<SameMomentBar view={view} />)).toBe('');
    expect(shown(<SameMomentButton view={view} event={first} />)).toContain('Same moment as…');
    actions.markMoment(first);
    expect(shown(<SameMomentBar view={view} />)).toContain('Select the entry of another source');
    expect(shown(<SameMomentButton view={view} event={same} />)).toMatch(/disabled=""[^>]*>.*This is the same moment/);
    expect(shown(<SameMomentButton view={view} event={other} />)).not.toContain('disabled');
    actions.markMoment(null);
    expect(shown(<SameMomentBar view={view} />)).toBe('');
  });

  it('are forgotten with the rows that they were', async () => {
    const { held, actions, journal } = await session();
    actions.markMoment(event('e1', 100, 0));
    await actions.adjustClocks([{ evidenceId: journal, micros: 5 }], 'corrected');
    expect(held.state.sameMoment).toBeNull();
  });
});

describe('the Evidence screen', () => {
  const assumed = { offsetMinutes: 0, zoneFrom: 'assumed', year: null, yearFrom: 'file' } as const;

  it('asks for a zone that was assumed, by keyboard and name', async () => {
    const { view, shown } = await session();
    const asked = {
      ...view,
      files: view.files.map((file, index) => (index === 0 ? { ...file, time: assumed } : file)),
    };
    const html = shown(<EvidenceScreen view={asked} />);
    expect(html).toContain('zone assumed: UTC');
    expect(html).toMatch(/<button[^>]*aria-label="Set the zone of the stamps of [^"]+"[^>]*>set it<\/button>/);
  });

  it('says which zone and which clock a person set', async () => {
    const { bridge, held, actions, view, shown } = await session();
    const snapshots = view.files.find(({ format }) => format === 'ps')?.id ?? '';
    await actions.setSourceZone('Europe/Berlin', [snapshots]);
    expect(bridge.requests.at(-1)).toEqual({
      name: 'case.setZone',
      payload: { zone: 'Europe/Berlin', evidenceIds: [snapshots] },
    });
    await actions.adjustClocks([{ evidenceId: snapshots, micros: 4_200_000 }], 'corrected');
    const now = held.state.view;
    if (now === null) throw new Error('the case is gone');
    const html = shown(<EvidenceScreen view={now} />);
    expect(html).toContain('Europe/Berlin, set by you');
    expect(html).toContain('clock +4.200000 s');
    expect(html).not.toMatch(/\sstyle="/);
  });
});
