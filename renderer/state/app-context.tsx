import { createContext, type ReactNode, useContext, useEffect, useMemo, useReducer, useRef } from 'react';
import type { ExportOutcome, InquestBridge, OpenOutcome } from '../../shared/contract/ipc.ts';
import type { EpochMicros } from '../../shared/model/time.ts';
import { toJobError } from '../bridge.ts';
import { type AppState, caseExtent, deltaOrigin, INITIAL_STATE, reduce } from './app-state.ts';
import { type ChangeTopic, EMPTY_FILTER, type Place, type TabName } from './navigation.ts';
import { reveal } from './time-range.ts';

/** Everything that a screen can have done. The object stays the same for the life of the window. */
export interface Actions {
  openPaths(paths: readonly string[]): Promise<void>;
  openDialog(kind: 'files' | 'folder'): Promise<void>;
  openSample(): Promise<void>;
  cancelJob(): Promise<void>;
  closeCase(): Promise<void>;
  exportReport(format: 'pdf' | 'html' | 'json'): Promise<void>;
  /** Writes the exact bytes of an event's record to a file that is asked for. */
  saveRecord(row: number): Promise<void>;
  copy(text: string, what: string): Promise<void>;
  go(tab: TabName): void;
  move(change: Partial<Place>, topic: ChangeTopic): void;
  /** Shows an event on the timeline: selects it, brings it into sight, lifts a filter that hides it, flashes it. */
  showEvent(row: number): Promise<void>;
  /** Shows a hypothesis, or another part of the Verdict screen with this element id. */
  showVerdict(id: string): void;
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
    // A window that is loaded again finds the case that is already open.
    void bridge
      .request('case.current', undefined)
      .then((view) => {
        if (view !== null) dispatch({ type: 'opened', view });
      })
      .catch(() => undefined);
    return bridge.on('job.progress', ({ progress, sample }) =>
      dispatch({ type: 'job-progress', progress, sample, atMillis: performance.now() }),
    );
  }, [bridge]);
  useEffect(() => bridge.on('paths.given', ({ paths }) => void actions.openPaths(paths)), [bridge, actions]);

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
  let isOpening = false;

  const open = async (title: string, ask: () => Promise<OpenOutcome>): Promise<void> => {
    if (isOpening) {
      dispatch({
        type: 'told',
        toast: {
          tone: 'info',
          text: 'An import is already running',
          detail: 'Cancel it first, then open the other evidence.',
        },
      });
      return;
    }
    isOpening = true;
    dispatch({ type: 'job-started', title, atMillis: now() });
    try {
      const outcome = await ask();
      if (outcome.status === 'opened') dispatch({ type: 'opened', view: outcome.view });
      else if (outcome.status === 'failed') dispatch({ type: 'job-failed', title, error: outcome.error });
      else {
        dispatch({ type: 'job-ended' });
        dispatch({
          type: 'told',
          toast: { tone: 'info', text: 'Import cancelled', detail: 'The evidence was only read; nothing was changed.' },
        });
      }
    } catch (error) {
      dispatch({ type: 'job-failed', title, error: toJobError(error) });
    } finally {
      isOpening = false;
    }
  };

  const tellFailure = (text: string, error: unknown): void =>
    dispatch({ type: 'told', toast: { tone: 'failed', text, detail: toJobError(error).message } });

  const openPaths = async (paths: readonly string[]): Promise<void> => {
    if (paths.length === 0) return;
    await open(titleOf(paths), () => bridge.request('case.open', { paths: [...paths] }));
  };

  return {
    openPaths,
    async openDialog(kind) {
      try {
        const paths = await bridge.request('dialog.open', { kind });
        if (paths !== null) await openPaths(paths);
      } catch (error) {
        tellFailure('The open dialog did not work', error);
      }
    },
    openSample: () => open('the sample incident', () => bridge.request('case.openSample', undefined)),
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
        });
        const place: Partial<Place> = isShown === null ? { range, filter: EMPTY_FILTER } : { range };
        dispatch({ type: 'jumped-to-event', row, place, atMillis: now() });
      } catch (error) {
        tellFailure('The event could not be shown', error);
      }
    },
    showVerdict: (id) => dispatch({ type: 'revealed', id, atMillis: now() }),
    pin: (time) => dispatch({ type: 'pinned', time }),
    back: () => dispatch({ type: 'back' }),
    forward: () => dispatch({ type: 'forward' }),
    dismissFailure: () => dispatch({ type: 'failure-dismissed' }),
    dismissToast: (id) => dispatch({ type: 'toast-dismissed', id }),
  };
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
