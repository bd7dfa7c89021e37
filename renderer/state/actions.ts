import type { InquestBridge } from '../../shared/contract/ipc.ts';
import { type AnnotationActions, annotationActions } from './annotation-actions.ts';
import type { AppAction, AppState, Toast } from './app-state.ts';
import { actionContext } from './attempt.ts';
import type { CaseFileActions } from './case-file-actions.ts';
import { type ImportActions, importActions } from './import-actions.ts';
import { type JudgementActions, judgementActions } from './judgement-actions.ts';
import { type MeasureActions, measureActions } from './measure-actions.ts';
import { type OutputActions, outputActions } from './output-actions.ts';
import { type PlaceActions, placeActions } from './place-actions.ts';

/** Everything that a screen can have done. The object stays the same for the life of the window. */
export interface Actions
  extends AnnotationActions,
    CaseFileActions,
    ImportActions,
    JudgementActions,
    MeasureActions,
    OutputActions,
    PlaceActions {
  /** Shows a short message. */
  tell(tone: Toast['tone'], text: string, detail: string | null): void;
  dismissFailure(): void;
  dismissToast(id: number): void;
}

/** The actions over a bridge; what they change goes through `dispatch`. */
export function createActions(
  bridge: InquestBridge,
  dispatch: (action: AppAction) => void,
  stateNow: () => AppState,
): Actions {
  const context = actionContext(bridge, dispatch, stateNow);
  return {
    ...annotationActions(context),
    ...importActions(context),
    ...judgementActions(context),
    ...measureActions(context),
    ...outputActions(context),
    ...placeActions(context),
    tell: context.tell,
    dismissFailure: () => dispatch({ type: 'failure-dismissed' }),
    dismissToast: (id) => dispatch({ type: 'toast-dismissed', id }),
  };
}
