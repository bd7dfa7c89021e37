import { createContext, type ReactNode, useContext, useEffect, useMemo, useReducer, useRef } from 'react';
import type { InquestBridge } from '../../shared/contract/ipc.ts';
import { type Actions, createActions } from './actions.ts';
import { type AppState, deltaOrigin, INITIAL_STATE, reduce } from './app-state.ts';
import { withProgress } from './measuring.ts';

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
  useEffect(() => bridge.on('case.status', ({ status }) => dispatch({ type: 'case-status', status })), [bridge]);
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
