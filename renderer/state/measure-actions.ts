import { toJobError } from '../bridge.ts';
import type { ActionContext } from './attempt.ts';
import { endMeasure, isRunning, type MeasureRequest, startMeasure } from './measuring.ts';

/** Parsing an artifact again under a measure. */
export interface MeasureActions {
  /** Parses an artifact again as asked; the analysis then follows. One at a time. */
  measure(request: MeasureRequest): Promise<void>;
  cancelMeasure(): Promise<void>;
}

/** These actions over a bridge; failures are shown where the measure is, and never thrown. */
export function measureActions({ bridge, dispatch, stateNow, attempt }: ActionContext): MeasureActions {
  return {
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
      await attempt('The profile could not be cancelled', () => bridge.request('profile.cancel', undefined));
    },
  };
}
