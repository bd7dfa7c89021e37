import type { ExportOutcome, InquestBridge } from '../../shared/contract/ipc.ts';
import type { JobError } from '../../shared/model/job.ts';
import { toJobError } from '../bridge.ts';
import type { AppAction, AppState, Toast } from './app-state.ts';

/** An answer that says itself that nothing came of it. */
interface FailedOutcome {
  readonly status: 'failed';
  readonly error: JobError;
}

/** What every group of actions works with: the app behind the bridge, the window's state, and messages to the person. */
export interface ActionContext {
  readonly bridge: InquestBridge;
  readonly dispatch: (action: AppAction) => void;
  readonly stateNow: () => AppState;
  tell(tone: Toast['tone'], text: string, detail: string | null): void;
  tellFailure(text: string, error: unknown): void;
  /** Asks, and goes on with the answer; a rejection and an answer that says `failed` are told as `failure`, never thrown. */
  attempt<T>(failure: string, ask: () => Promise<T>, succeed?: (answer: T) => void | Promise<void>): Promise<void>;
  /** Has a file written and tells where it is; nothing is told when the person asked for none after all. */
  write(done: string, failure: string, ask: () => Promise<ExportOutcome>): Promise<void>;
}

/** The helpers over a bridge; what they tell goes through `dispatch`. */
export function actionContext(
  bridge: InquestBridge,
  dispatch: (action: AppAction) => void,
  stateNow: () => AppState,
): ActionContext {
  const tell: ActionContext['tell'] = (tone, text, detail) => dispatch({ type: 'told', toast: { tone, text, detail } });
  const tellFailure = (text: string, error: unknown): void => tell('failed', text, toJobError(error).message);
  const attempt: ActionContext['attempt'] = async (failure, ask, succeed) => {
    try {
      const answer = await ask();
      if (hasFailed(answer)) tellFailure(failure, answer.error);
      else await succeed?.(answer);
    } catch (error) {
      tellFailure(failure, error);
    }
  };
  return {
    bridge,
    dispatch,
    stateNow,
    tell,
    tellFailure,
    attempt,
    write: (done, failure, ask) =>
      attempt(failure, ask, (outcome) => {
        if (outcome.status === 'written') tell('done', done, outcome.path);
      }),
  };
}

function hasFailed<T>(answer: T | FailedOutcome): answer is FailedOutcome {
  return typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'failed';
}
