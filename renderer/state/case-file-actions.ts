import type { CaseListing, CaseOpenOutcome } from '../../shared/contract/ipc.ts';
import type { ActionContext } from './attempt.ts';
import type { ImportRunner } from './import-runner.ts';

/** What a person does about the file of a case, and about cases that are kept. */
export interface CaseFileActions {
  /** Writes the case to its file; `as`: to another one. */
  saveCase(as: boolean): Promise<void>;
  /** The cases that can be opened again; null where they could not be listed, which is told. */
  listCases(): Promise<CaseListing | null>;
  openListed(id: string, title: string): Promise<void>;
  removeListed(id: string, what: 'copy' | 'entry'): Promise<CaseListing | null>;
  /** Asks where a source of the case file that is being opened lies now. */
  locateSource(source: number): Promise<void>;
  openLocated(title: string): Promise<void>;
  /** Gives up opening a case file whose evidence has moved. */
  leaveMoved(): void;
}

/** These actions over a bridge; failures are told and never thrown. */
export function caseFileActions(context: ActionContext, runner: ImportRunner): CaseFileActions {
  const { bridge, dispatch } = context;
  const open = async (title: string, ask: () => Promise<CaseOpenOutcome>): Promise<void> => {
    if (runner.isImporting()) return context.tell('info', 'An import is already running', 'Cancel it first.');
    await runner.run({ kind: 'open', title, startedMillis: performance.now() }, ask);
  };
  const listed = async (failure: string, ask: () => Promise<CaseListing>): Promise<CaseListing | null> => {
    let listing: CaseListing | null = null;
    await context.attempt(failure, ask, (answer) => {
      listing = answer;
    });
    return listing;
  };
  return {
    saveCase: (as) => context.write('Case saved', 'The case was not saved', () => bridge.request('case.save', { as })),
    listCases: () => listed('The recent cases could not be listed', () => bridge.request('cases.list', undefined)),
    openListed: (id, title) => open(title, () => bridge.request('cases.open', { id })),
    removeListed: (id, what) => listed('The case was not removed', () => bridge.request('cases.remove', { id, what })),
    locateSource: (source) =>
      context.attempt(
        'The evidence was not located',
        () => bridge.request('case.locate', { source }),
        (answer) => {
          if (answer.status === 'moved') dispatch({ type: 'moved-evidence', moved: answer });
        },
      ),
    async openLocated(title) {
      dispatch({ type: 'moved-evidence', moved: null });
      await open(title, () => bridge.request('case.openLocated', undefined));
    },
    leaveMoved: () => dispatch({ type: 'moved-evidence', moved: null }),
  };
}
