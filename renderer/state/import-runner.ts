import type { CaseOpenOutcome, OpenOutcome, RunningJob } from '../../shared/contract/ipc.ts';
import { toJobError } from '../bridge.ts';
import type { AppAction } from './app-state.ts';
import type { ActionContext } from './attempt.ts';
import { carryRequest, carryTrail } from './carry.ts';

/** An import as the window shows it. */
export interface Job {
  readonly kind: RunningJob['kind'];
  readonly title: string;
  readonly startedMillis: number;
}

/** Runs imports one at a time and shows how they went. */
export interface ImportRunner {
  isImporting(): boolean;
  /** Shows a job from its start to its end; `adopted` makes of the case what the window goes on with. */
  run(
    job: Job,
    ask: () => Promise<CaseOpenOutcome | null>,
    adopted?: (opened: Extract<OpenOutcome, { readonly status: 'opened' }>) => Promise<AppAction>,
  ): Promise<void>;
  /** Follows an import that the app has begun by itself, or before this window was loaded. */
  follow(title: string): Promise<void>;
}

/** The runner over a bridge; failures are told and never thrown. */
export function importRunner({ bridge, dispatch, stateNow, tell }: ActionContext): ImportRunner {
  // Kept beside the state: two drops in one frame would both still see a state without a job.
  let isImporting = false;

  /** A case that was opened, or the open one with more in it: there a person stays where they were. */
  const shown = async (
    kind: RunningJob['kind'],
    { view, restored }: Extract<OpenOutcome, { readonly status: 'opened' }>,
  ): Promise<AppAction> => {
    const before = stateNow().view;
    if (kind === 'open' || before === null)
      return { type: 'opened', view, ...(restored === undefined ? {} : { restored }) };
    const request = carryRequest(stateNow().trail, before);
    const carried = await bridge.request('case.carry', {
      rows: [...request.rows],
      evidenceIds: [...request.evidenceIds],
    });
    // Where the person went while that was asked counts too.
    return { type: 'grown', view, trail: carryTrail(stateNow().trail, before, view, request, carried) };
  };

  const run: ImportRunner['run'] = async (job, ask, adopted = (opened) => shown(job.kind, opened)) => {
    const { kind, title } = job;
    let outcome: CaseOpenOutcome | null = null;
    isImporting = true;
    dispatch({ type: 'job-started', kind, title, atMillis: job.startedMillis });
    try {
      outcome = await ask();
      if (outcome?.status === 'opened') dispatch(await adopted(outcome));
      else if (outcome?.status === 'moved') {
        dispatch({ type: 'job-ended' });
        dispatch({ type: 'moved-evidence', moved: outcome });
      } else if (outcome?.status === 'failed') dispatch({ type: 'job-failed', kind, title, error: outcome.error });
      else {
        // Not cancelled here: the person was asked about unsaved changes, and stays.
        const hasStayed = stateNow().job?.isCancelling === false;
        dispatch({ type: 'job-ended' });
        if (outcome !== null && !hasStayed)
          tell('info', 'Import cancelled', 'The evidence was only read; nothing was changed.');
      }
    } catch (error) {
      dispatch({ type: 'job-failed', kind, title, error: toJobError(error) });
    } finally {
      isImporting = false;
    }
    if (outcome?.status === 'opened' && outcome.isFollowed === true) await follow('the evidence that came later');
  };

  const follow = async (title: string): Promise<void> => {
    const running = await bridge.request('job.current', undefined);
    const startedMillis = performance.now() - (running?.ageMillis ?? 0);
    await run({ kind: running?.kind ?? 'add', title: running?.title ?? title, startedMillis }, () =>
      bridge.request('job.outcome', undefined),
    );
  };
  return { isImporting: () => isImporting, run, follow };
}
