import { createContext, type ReactNode, useContext, useEffect, useMemo, useReducer, useRef } from 'react';
import type { CsvRequest } from '../../shared/contract/database-requests.ts';
import {
  type AddAnswer,
  type ClockOffset,
  EVERY_EVENT,
  type ExportOutcome,
  type InquestBridge,
  type OpenOutcome,
  type RunningJob,
} from '../../shared/contract/ipc.ts';
import { clockOffsetOf } from '../../shared/model/clock-offset.ts';
import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { EpochMicros } from '../../shared/model/time.ts';
import type { CaseView } from '../../shared/model/views.ts';
import type { ZoneName } from '../../shared/model/zone.ts';
import { toJobError } from '../bridge.ts';
import { countOf } from '../format.ts';
import {
  type AppAction,
  type AppState,
  caseExtent,
  deltaOrigin,
  INITIAL_STATE,
  reduce,
  type Toast,
} from './app-state.ts';
import { carryRequest, carryTrail } from './carry.ts';
import { queryZone } from './event-pages.ts';
import { type JudgementActions, judgementActions } from './judgement-actions.ts';
import { endMeasure, isRunning, type MeasureRequest, startMeasure, withProgress } from './measuring.ts';
import type { ChangeTopic, Place, TabName } from './navigation.ts';
import { reveal } from './time-range.ts';
import { displayZoneNow } from './zone-choice.ts';

/** Everything that a screen can have done. The object stays the same for the life of the window. */
export interface Actions extends JudgementActions {
  /** Opens a case of its own; during an import the paths join it. */
  openPaths(paths: readonly string[]): Promise<void>;
  /** Takes paths that were dropped or handed over: they join an import, else the open case, else open one. */
  givePaths(paths: readonly string[]): Promise<void>;
  openDialog(kind: 'files' | 'folder'): Promise<void>;
  addDialog(kind: 'files' | 'folder'): Promise<void>;
  openSample(): Promise<void>;
  /** Reads the case again with the stamps of these sources in a zone; null: of all whose zone nothing tells. */
  /** Asks for files of the user's own rules and reads the case again with them. */
  loadRules(): Promise<void>;
  setSourceZone(zone: ZoneName, evidenceIds: readonly EvidenceId[] | null): Promise<void>;
  /** Corrects clocks and offers to take that back; `what` is what is told when it is done. */
  adjustClocks(offsets: readonly ClockOffset[], what: string): Promise<void>;
  /** Marks the entry for which the same moment in another source is to be picked; null ends the picking. */
  markMoment(event: EvidenceEvent | null): void;
  /** Brings a window that was loaded again in step with the app. */
  resume(): Promise<void>;
  /** Stops one source of the import, by its id in the progress. */
  stopSource(source: string): Promise<void>;
  cancelJob(): Promise<void>;
  closeCase(): Promise<void>;
  exportReport(format: 'pdf' | 'html' | 'json'): Promise<void>;
  /** Writes the exact bytes of an event's record to a file that is asked for. */
  saveRecord(row: number): Promise<void>;
  copy(text: string, what: string): Promise<void>;
  /** Writes rows of a database, or of a statement's result, as CSV to a file that is asked for. */
  saveCsv(request: CsvRequest): Promise<void>;
  /** Shows a short message. */
  tell(tone: Toast['tone'], text: string, detail: string | null): void;
  go(tab: TabName): void;
  move(change: Partial<Place>, topic: ChangeTopic): void;
  /** Shows an event on the timeline: selects it, brings it into sight, lifts a filter that hides it, flashes it. */
  showEvent(row: number): Promise<void>;
  /** Shows a hypothesis, or another part of the Verdict screen with this element id. */
  showVerdict(id: string): void;
  /** Parses an artifact again as asked; the analysis then follows. One at a time. */
  measure(request: MeasureRequest): Promise<void>;
  cancelMeasure(): Promise<void>;
  pin(time: EpochMicros | null): void;
  back(): void;
  forward(): void;
  dismissFailure(): void;
  dismissToast(id: number): void;
}

const StateContext = createContext<AppState | null>(null);
const ActionsContext = createContext<Actions | null>(null);
const BridgeContext = createContext<InquestBridge | null>(null);

/** Holds the window's state and keeps it in step with the app: the case that is already open, and progress. */
export function AppProvider({ bridge, children }: { readonly bridge: InquestBridge; readonly children: ReactNode }) {
  const [state, dispatch] = useReducer(reduce, INITIAL_STATE);
  const latest = useRef(state);
  useEffect(() => {
    latest.current = state;
  }, [state]);

  const actions = useMemo(() => createActions(bridge, dispatch, () => latest.current), [bridge]);

  useEffect(() => {
    // A window that is loaded again finds the case that is already open, and the import that is under way.
    void actions.resume().catch(() => undefined);
    return bridge.on('job.progress', ({ progress, sample }) =>
      dispatch({ type: 'job-progress', progress, sample, atMillis: performance.now() }),
    );
  }, [bridge, actions]);
  useEffect(
    () =>
      bridge.on('profile.progress', (progress) => {
        const { measuring } = latest.current;
        if (measuring !== null) dispatch({ type: 'measuring', measuring: withProgress(measuring, progress) });
      }),
    [bridge],
  );
  useEffect(() => bridge.on('paths.given', ({ paths }) => void actions.givePaths(paths)), [bridge, actions]);

  return (
    <AppContexts bridge={bridge} actions={actions} state={state}>
      {children}
    </AppContexts>
  );
}

/** Hands a state, its actions and the bridge to everything below; AppProvider's own half without effects. */
export function AppContexts(props: {
  readonly bridge: InquestBridge;
  readonly actions: Actions;
  readonly state: AppState;
  readonly children: ReactNode;
}) {
  return (
    <BridgeContext value={props.bridge}>
      <ActionsContext value={props.actions}>
        <StateContext value={props.state}>{props.children}</StateContext>
      </ActionsContext>
    </BridgeContext>
  );
}

type Dispatch = (action: Parameters<typeof reduce>[1]) => void;

/** The actions over a bridge; what they change goes through `dispatch`. */
export function createActions(bridge: InquestBridge, dispatch: Dispatch, stateNow: () => AppState): Actions {
  const now = (): number => performance.now();
  // Kept beside the state: two drops in one frame would both still see a state without a job.
  let isImporting = false;

  const run = async (
    job: { readonly kind: RunningJob['kind']; readonly title: string; readonly startedMillis: number },
    ask: () => Promise<OpenOutcome | null>,
    adopted: (view: CaseView) => Promise<AppAction> = (view) => shown(job.kind, view),
  ): Promise<void> => {
    const { kind, title } = job;
    let outcome: OpenOutcome | null = null;
    isImporting = true;
    dispatch({ type: 'job-started', kind, title, atMillis: job.startedMillis });
    try {
      outcome = await ask();
      if (outcome?.status === 'opened') dispatch(await adopted(outcome.view));
      else if (outcome?.status === 'failed') dispatch({ type: 'job-failed', kind, title, error: outcome.error });
      else {
        dispatch({ type: 'job-ended' });
        if (outcome !== null) {
          const detail = 'The evidence was only read; nothing was changed.';
          dispatch({ type: 'told', toast: { tone: 'info', text: 'Import cancelled', detail } });
        }
      }
    } catch (error) {
      dispatch({ type: 'job-failed', kind, title, error: toJobError(error) });
    } finally {
      isImporting = false;
    }
    if (outcome?.status === 'opened' && outcome.isFollowed === true) await follow('the evidence that came later');
  };

  /** A case that was opened, or the open one with more in it: there a person stays where they were. */
  const shown = async (kind: RunningJob['kind'], view: CaseView): Promise<AppAction> => {
    const before = stateNow().view;
    if (kind === 'open' || before === null) return { type: 'opened', view };
    const request = carryRequest(stateNow().trail, before);
    const carried = await bridge.request('case.carry', {
      rows: [...request.rows],
      evidenceIds: [...request.evidenceIds],
    });
    // Where the person went while that was asked counts too.
    return { type: 'grown', view, trail: carryTrail(stateNow().trail, before, view, request, carried) };
  };

  /** Follows an import that the app has begun by itself, or before this window was loaded. */
  const follow = async (title: string): Promise<void> => {
    const running = await bridge.request('job.current', undefined);
    await run(
      {
        kind: running?.kind ?? 'add',
        title: running?.title ?? title,
        startedMillis: now() - (running?.ageMillis ?? 0),
      },
      () => bridge.request('job.outcome', undefined),
    );
  };

  const tellFailure = (text: string, error: unknown): void =>
    dispatch({ type: 'told', toast: { tone: 'failed', text, detail: toJobError(error).message } });

  const tellImporting = (detail: string): void =>
    dispatch({ type: 'told', toast: { tone: 'info', text: 'An import is already running', detail } });

  const openPaths = async (paths: readonly string[]): Promise<void> => {
    if (paths.length === 0) return;
    if (isImporting) return add(paths);
    await run({ kind: 'open', title: titleOf(paths), startedMillis: now() }, () =>
      bridge.request('case.open', { paths: [...paths] }),
    );
  };

  const add = async (paths: readonly string[]): Promise<void> => {
    if (paths.length === 0) return;
    let answer: AddAnswer;
    try {
      answer = await bridge.request('case.add', { paths: [...paths] });
    } catch (error) {
      tellFailure('The evidence was not added', error);
      return;
    }
    for (const toast of toastsOf(answer)) dispatch({ type: 'told', toast });
    if (answer.status === 'started') await follow(titleOf(paths));
  };

  const choose = async (
    kind: 'files' | 'folder' | 'rules',
    take: (paths: readonly string[]) => Promise<void>,
  ): Promise<void> => {
    try {
      const paths = await bridge.request('dialog.open', { kind });
      if (paths !== null) await take(paths);
    } catch (error) {
      tellFailure('The open dialog did not work', error);
    }
  };

  return {
    ...judgementActions({ bridge, dispatch, tellFailure }),
    openPaths,
    givePaths: (paths) => (stateNow().view === null ? openPaths(paths) : add(paths)),
    openDialog: (kind) => choose(kind, openPaths),
    addDialog: (kind) => choose(kind, add),
    async openSample() {
      if (isImporting) return tellImporting('Cancel it first, then open the sample incident.');
      await run({ kind: 'open', title: 'the sample incident', startedMillis: now() }, () =>
        bridge.request('case.openSample', undefined),
      );
    },
    async resume() {
      const view = await bridge.request('case.current', undefined);
      if (view !== null) dispatch({ type: 'opened', view });
      if ((await bridge.request('job.current', undefined)) !== null && !isImporting) await follow('evidence');
    },
    async stopSource(source) {
      dispatch({ type: 'source-stopping', source });
      try {
        await bridge.request('job.stopSource', { source });
      } catch (error) {
        tellFailure('The source could not be stopped', error);
      }
    },
    async loadRules() {
      if (isImporting) return tellImporting('Wait for it or cancel it, then load the rules.');
      await choose('rules', (paths) =>
        run(
          { kind: 'open', title: 'the evidence again, with rules', startedMillis: now() },
          () => bridge.request('case.setRules', { paths: [...paths] }),
          async (view) => ({ type: 'times-changed', view }),
        ),
      );
    },
    async setSourceZone(zone, evidenceIds) {
      if (isImporting) return tellImporting('Wait for it or cancel it, then set the zone.');
      await run(
        { kind: 'open', title: `the evidence again, with stamps in ${zone}`, startedMillis: now() },
        () => bridge.request('case.setZone', { zone, evidenceIds: evidenceIds === null ? null : [...evidenceIds] }),
        async (view) => ({ type: 'times-changed', view }),
      );
    },
    async adjustClocks(offsets, what) {
      const files = stateNow().view?.files ?? [];
      const undo = offsets.map(({ evidenceId }) => ({
        evidenceId,
        micros: clockOffsetOf(files, evidenceId),
      }));
      try {
        const outcome = await bridge.request('case.adjustClocks', { offsets: [...offsets] });
        if (outcome.status === 'opened') {
          dispatch({ type: 'times-changed', view: outcome.view });
          const detail = 'The events were merged again and the analysis was made anew.';
          dispatch({ type: 'told', toast: { tone: 'done', text: what, detail, undo } });
        } else if (outcome.status === 'failed') tellFailure('The clock was not corrected', outcome.error);
      } catch (error) {
        tellFailure('The clock was not corrected', error);
      }
    },
    markMoment: (event) => dispatch({ type: 'moment-marked', event }),
    async cancelJob() {
      dispatch({ type: 'job-cancelling' });
      try {
        await bridge.request('case.cancel', undefined);
      } catch (error) {
        tellFailure('The import could not be cancelled', error);
      }
    },
    async closeCase() {
      try {
        await bridge.request('case.close', undefined);
        dispatch({ type: 'closed' });
      } catch (error) {
        tellFailure('The case could not be closed', error);
      }
    },
    async exportReport(format) {
      const name = format.toUpperCase();
      try {
        const outcome: ExportOutcome = await bridge.request('report.export', { format });
        if (outcome.status === 'written') {
          dispatch({ type: 'told', toast: { tone: 'done', text: `${name} report written`, detail: outcome.path } });
        } else if (outcome.status === 'failed') tellFailure(`The ${name} report was not written`, outcome.error);
      } catch (error) {
        tellFailure(`The ${name} report was not written`, error);
      }
    },
    async saveRecord(row) {
      try {
        const outcome: ExportOutcome = await bridge.request('events.save', { row });
        if (outcome.status === 'written') {
          dispatch({ type: 'told', toast: { tone: 'done', text: 'Record saved', detail: outcome.path } });
        } else if (outcome.status === 'failed') tellFailure('The record was not saved', outcome.error);
      } catch (error) {
        tellFailure('The record was not saved', error);
      }
    },
    async copy(text, what) {
      try {
        await bridge.request('clipboard.write', { text });
        dispatch({ type: 'told', toast: { tone: 'done', text: `${what} copied`, detail: null } });
      } catch (error) {
        tellFailure(`${what} could not be copied`, error);
      }
    },
    async saveCsv(request) {
      try {
        const outcome: ExportOutcome = await bridge.request('database.exportCsv', request);
        if (outcome.status === 'written') {
          dispatch({ type: 'told', toast: { tone: 'done', text: 'Rows saved as CSV', detail: outcome.path } });
        } else if (outcome.status === 'failed') tellFailure('The rows were not saved', outcome.error);
      } catch (error) {
        tellFailure('The rows were not saved', error);
      }
    },
    tell: (tone, text, detail) => dispatch({ type: 'told', toast: { tone, text, detail } }),
    go: (tab) => dispatch({ type: 'moved', change: { tab }, topic: 'tab', atMillis: now() }),
    move: (change, topic) => dispatch({ type: 'moved', change, topic, atMillis: now() }),
    async showEvent(row) {
      const { view, trail } = stateNow();
      if (view === null) return;
      try {
        const { event } = await bridge.request('events.raw', { row });
        const extent = caseExtent(view);
        const range =
          trail.here.range === null || extent === null
            ? trail.here.range
            : reveal(trail.here.range, event.time, extent);
        const isShown = await bridge.request('events.position', {
          row,
          filter: trail.here.filter,
          sort: trail.here.sort,
          ...queryZone(trail.here.filter, displayZoneNow(view.files)),
        });
        const place: Partial<Place> = isShown === null ? { range, filter: EVERY_EVENT } : { range };
        dispatch({ type: 'jumped-to-event', row, place, atMillis: now() });
      } catch (error) {
        tellFailure('The event could not be shown', error);
      }
    },
    showVerdict: (id) => dispatch({ type: 'revealed', id, atMillis: now() }),
    async measure(request) {
      const { caseNumber } = stateNow();
      const started = startMeasure(request);
      dispatch({ type: 'measuring', measuring: started });
      try {
        const outcome = await bridge.request('profile.run', { ...request });
        // The case that it was about may have gone in the meantime.
        if (stateNow().caseNumber !== caseNumber) return;
        const measuring = endMeasure(stateNow().measuring ?? started, outcome);
        if (outcome.status === 'measured') dispatch({ type: 'measured', view: outcome.view, measuring });
        else dispatch({ type: 'measuring', measuring });
      } catch (error) {
        if (stateNow().caseNumber !== caseNumber) return;
        dispatch({ type: 'measuring', measuring: endMeasure(started, { status: 'failed', error: toJobError(error) }) });
      }
    },
    async cancelMeasure() {
      const { measuring } = stateNow();
      if (measuring === null || !isRunning(measuring)) return;
      dispatch({ type: 'measuring', measuring: { ...measuring, isCancelling: true } });
      try {
        await bridge.request('profile.cancel', undefined);
      } catch (error) {
        tellFailure('The profile could not be cancelled', error);
      }
    },
    pin: (time) => dispatch({ type: 'pinned', time }),
    back: () => dispatch({ type: 'back' }),
    forward: () => dispatch({ type: 'forward' }),
    dismissFailure: () => dispatch({ type: 'failure-dismissed' }),
    dismissToast: (id) => dispatch({ type: 'toast-dismissed', id }),
  };
}

/** What is told at once of paths that were to be added. */
function toastsOf({ status, added, known, missing }: AddAnswer): Omit<Toast, 'id'>[] {
  const toasts: Omit<Toast, 'id'>[] = [];
  if (status === 'joined') {
    const detail = 'They are read together with the rest, or right after it.';
    toasts.push({ tone: 'done', text: `${countOf(added, 'more source')} joined the import`, detail });
  }
  if (known.length > 0) {
    toasts.push({ tone: 'info', text: `${titleOf(known)} is already part of it`, detail: 'It is not read twice.' });
  }
  if (missing.length > 0) {
    const [first] = missing;
    const detail = `${first?.path ?? ''}: ${first?.reason ?? ''}`;
    toasts.push({ tone: 'failed', text: `${titleOf(missing.map(({ path }) => path))} was left out`, detail });
  }
  return toasts;
}

function titleOf(paths: readonly string[]): string {
  const name = (path: string): string => path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;
  const first = paths[0];
  if (first === undefined) return 'evidence';
  return paths.length === 1 ? name(first) : `${name(first)} and ${paths.length - 1} more`;
}

function required<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`${what} is used outside AppProvider`);
  return value;
}

export function useAppState(): AppState {
  return required(useContext(StateContext), 'useAppState');
}
export function useActions(): Actions {
  return required(useContext(ActionsContext), 'useActions');
}
export function useBridge(): InquestBridge {
  return required(useContext(BridgeContext), 'useBridge');
}

/** The moment that deltas are counted from; the same object until the moment changes. */
export function useDeltaOrigin(): ReturnType<typeof deltaOrigin> {
  const origin = deltaOrigin(useAppState());
  const time = origin?.time ?? null;
  const name = origin?.name ?? '';
  return useMemo(() => (time === null ? null : { time, name }), [time, name]);
}
