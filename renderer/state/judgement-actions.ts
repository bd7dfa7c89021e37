import type { ConclusionOutcome, ExportOutcome, RequestOf } from '../../shared/contract/ipc.ts';
import type { ActionContext } from './attempt.ts';

/** What a person does about the conclusions of a case: each is answered by the conclusions as they then are. */
export interface JudgementActions {
  /** Analyses another incident of the case. */
  chooseIncident(incidentId: string): Promise<void>;
  overrule(factId: string, comment: string): Promise<void>;
  observe(observation: RequestOf<'judgement.observe'>): Promise<void>;
  withdraw(id: string): Promise<void>;
  undoWork(): Promise<void>;
  redoWork(): Promise<void>;
  saveNotes(): Promise<void>;
  openNotes(): Promise<void>;
  /** Writes a script that is run on the host of the incident. */
  saveScript(script: RequestOf<'script.save'>['script']): Promise<void>;
}

/** These actions over a bridge; failures are told and never thrown. */
export function judgementActions({ bridge, dispatch, attempt, ...context }: ActionContext): JudgementActions {
  const conclude = (failure: string, ask: () => Promise<ConclusionOutcome>): Promise<void> =>
    attempt(failure, ask, (outcome) => {
      if (outcome.status === 'concluded') dispatch({ type: 'concluded', conclusion: outcome });
    });
  const write = (what: string, ask: () => Promise<ExportOutcome>): Promise<void> =>
    context.write(`${what} saved`, `${what} not saved`, ask);
  return {
    chooseIncident: (incidentId) =>
      conclude('The incident was not analysed', () => bridge.request('case.chooseIncident', { incidentId })),
    overrule: (factId, comment) =>
      conclude('The fact was not overruled', () => bridge.request('judgement.overrule', { factId, comment })),
    observe: (observation) =>
      conclude('The observation was not added', () => bridge.request('judgement.observe', observation)),
    withdraw: (id) => conclude('It was not taken back', () => bridge.request('judgement.withdraw', { id })),
    undoWork: () => conclude('It was not undone', () => bridge.request('work.undo', undefined)),
    redoWork: () => conclude('It was not done again', () => bridge.request('work.redo', undefined)),
    saveNotes: () => write('Notes', () => bridge.request('judgement.save', undefined)),
    openNotes: () => conclude('The notes were not taken', () => bridge.request('judgement.open', undefined)),
    saveScript: (script) => write(`${script}.sh`, () => bridge.request('script.save', { script })),
  };
}
