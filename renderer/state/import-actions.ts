import { isCaseFile } from '../../shared/contract/case-file-name.ts';
import type { AddAnswer, ClockOffset } from '../../shared/contract/ipc.ts';
import { clockOffsetOf } from '../../shared/model/clock-offset.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { CaseView } from '../../shared/model/views.ts';
import type { ZoneName } from '../../shared/model/zone.ts';
import { countOf } from '../format.ts';
import type { AppAction, Toast } from './app-state.ts';
import type { ActionContext } from './attempt.ts';
import { type CaseFileActions, caseFileActions } from './case-file-actions.ts';
import { type ImportRunner, importRunner, type Job } from './import-runner.ts';

/** What reads evidence, or reads it again in another way. */
export interface ImportActions {
  /** Opens a case of its own; during an import the paths join it. */
  openPaths(paths: readonly string[]): Promise<void>;
  /** Takes paths that were dropped or handed over: they join an import, else the open case, else open one. */
  givePaths(paths: readonly string[]): Promise<void>;
  openDialog(kind: 'files' | 'folder'): Promise<void>;
  addDialog(kind: 'files' | 'folder'): Promise<void>;
  openSample(): Promise<void>;
  /** Asks for files of the user's own rules and reads the case again with them. */
  loadRules(): Promise<void>;
  /** Reads the case again with the stamps of these sources in a zone; null: of all whose zone nothing tells. */
  setSourceZone(zone: ZoneName, evidenceIds: readonly EvidenceId[] | null): Promise<void>;
  /** Corrects clocks and offers to take that back; `what` is what is told when it is done. */
  adjustClocks(offsets: readonly ClockOffset[], what: string): Promise<void>;
  /** Brings a window that was loaded again in step with the app. */
  resume(): Promise<void>;
  /** Stops one source of the import, by its id in the progress. */
  stopSource(source: string): Promise<void>;
  cancelJob(): Promise<void>;
  closeCase(): Promise<void>;
}

/** These actions over a bridge; failures are told and never thrown. */
export function importActions(context: ActionContext): ImportActions & CaseFileActions {
  const runner = importRunner(context);
  return {
    ...caseFileActions(context, runner),
    ...openingActions(context, runner),
    ...rereadingActions(context, runner),
    async resume() {
      const view = await context.bridge.request('case.current', undefined);
      if (view !== null) context.dispatch({ type: 'opened', view });
      const job = await context.bridge.request('job.current', undefined);
      context.dispatch({ type: 'case-status', status: await context.bridge.request('case.status', undefined) });
      if (job !== null && !runner.isImporting()) await runner.follow('evidence');
    },
    stopSource(source) {
      context.dispatch({ type: 'source-stopping', source });
      return context.attempt('The source could not be stopped', () =>
        context.bridge.request('job.stopSource', { source }),
      );
    },
    cancelJob() {
      context.dispatch({ type: 'job-cancelling' });
      return context.attempt('The import could not be cancelled', () =>
        context.bridge.request('case.cancel', undefined),
      );
    },
    closeCase: () =>
      context.attempt(
        'The case could not be closed',
        () => context.bridge.request('case.close', undefined),
        (isClosed) => {
          if (isClosed) context.dispatch({ type: 'closed' });
        },
      ),
  };
}

type OpeningActions = Pick<
  ImportActions,
  'openPaths' | 'givePaths' | 'openDialog' | 'addDialog' | 'openSample' | 'loadRules'
>;

function openingActions(context: ActionContext, runner: ImportRunner): OpeningActions {
  const { bridge } = context;
  const openPaths = async (paths: readonly string[]): Promise<void> => {
    if (paths.length === 0) return;
    if (runner.isImporting() && !paths.some(isCaseFile)) return add(paths);
    await runner.run(opening(titleOf(paths)), () => bridge.request('case.open', { paths: [...paths] }));
  };
  const add = async (paths: readonly string[]): Promise<void> => {
    if (paths.length === 0) return;
    let answer: AddAnswer;
    try {
      answer = await bridge.request('case.add', { paths: [...paths] });
    } catch (error) {
      context.tellFailure('The evidence was not added', error);
      return;
    }
    for (const { tone, text, detail } of toastsOf(answer)) context.tell(tone, text, detail);
    if (answer.status === 'started') await runner.follow(titleOf(paths));
  };
  const choose = (kind: 'files' | 'folder' | 'rules', take: (paths: readonly string[]) => Promise<void>) =>
    context.attempt(
      'The open dialog did not work',
      () => bridge.request('dialog.open', { kind }),
      async (paths) => {
        if (paths !== null) await take(paths);
      },
    );
  return {
    openPaths,
    // A case file is a case of its own: it is opened whatever is open.
    givePaths: (paths) => (context.stateNow().view === null || paths.some(isCaseFile) ? openPaths(paths) : add(paths)),
    openDialog: (kind) => choose(kind, openPaths),
    addDialog: (kind) => choose(kind, add),
    async openSample() {
      if (runner.isImporting()) return tellImporting(context, 'Cancel it first, then open the sample incident.');
      await runner.run(opening('the sample incident'), () => bridge.request('case.openSample', undefined));
    },
    async loadRules() {
      if (runner.isImporting()) return tellImporting(context, 'Wait for it or cancel it, then load the rules.');
      await choose('rules', (paths) =>
        runner.run(
          opening('the evidence again, with rules'),
          () => bridge.request('case.setRules', { paths: [...paths] }),
          timesChanged,
        ),
      );
    },
  };
}

function rereadingActions(
  context: ActionContext,
  runner: ImportRunner,
): Pick<ImportActions, 'setSourceZone' | 'adjustClocks'> {
  const { bridge, dispatch } = context;
  return {
    async setSourceZone(zone, evidenceIds) {
      if (runner.isImporting()) return tellImporting(context, 'Wait for it or cancel it, then set the zone.');
      await runner.run(
        opening(`the evidence again, with stamps in ${zone}`),
        () => bridge.request('case.setZone', { zone, evidenceIds: evidenceIds === null ? null : [...evidenceIds] }),
        timesChanged,
      );
    },
    adjustClocks(offsets, what) {
      const files = context.stateNow().view?.files ?? [];
      const undo = offsets.map(({ evidenceId }) => ({ evidenceId, micros: clockOffsetOf(files, evidenceId) }));
      return context.attempt(
        'The clock was not corrected',
        () => bridge.request('case.adjustClocks', { offsets: [...offsets] }),
        (outcome) => {
          if (outcome.status !== 'opened') return;
          dispatch({ type: 'times-changed', view: outcome.view });
          const detail = 'The events were merged again and the analysis was made anew.';
          dispatch({ type: 'told', toast: { tone: 'done', text: what, detail, undo } });
        },
      );
    },
  };
}

function opening(title: string): Job {
  return { kind: 'open', title, startedMillis: performance.now() };
}

async function timesChanged({ view }: { readonly view: CaseView }): Promise<AppAction> {
  return { type: 'times-changed', view };
}

function tellImporting({ tell }: ActionContext, detail: string): void {
  tell('info', 'An import is already running', detail);
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
