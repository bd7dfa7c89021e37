import type { CaseViewState } from '../../shared/contract/case-file.ts';
import type { CaseStatus, ClockOffset, MovedEvidence, RunningJob } from '../../shared/contract/ipc.ts';
import type { ProfileSample } from '../../shared/model/artifact.ts';
import type { EvidenceEvent } from '../../shared/model/event.ts';
import type { Provenance } from '../../shared/model/evidence.ts';
import type { JobError, Progress } from '../../shared/model/job.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import type { AnnotationsView, CaseView, Conclusion } from '../../shared/model/views.ts';
import { advanceJob, type JobState, startJob } from './job.ts';
import type { Measuring } from './measuring.ts';
import {
  type CasePlace,
  type ChangeTopic,
  FIRST_PLACE,
  goBack,
  goForward,
  moveTo,
  startTrail,
  type Trail,
} from './navigation.ts';
import { clampRange, padRange, sameRange, type TimeRange } from './time-range.ts';

/** A short message that goes away by itself, or stays when it tells of a failure. */
export interface Toast {
  readonly id: number;
  readonly tone: 'done' | 'info' | 'failed';
  readonly text: string;
  /** Second line: a path, the reason. */
  readonly detail: string | null;
  /** What takes back what the message tells of; it then has a button for it. */
  readonly undo?: readonly ClockOffset[];
}

/** An import that failed: what was tried, and why it did not work. */
interface Failure {
  readonly title: string;
  readonly error: JobError;
  readonly kind: RunningJob['kind'];
}

/** A place in a file that is looked at. */
export type FilePlace = Provenance;

export interface AppState {
  readonly view: CaseView | null;
  /** How the open case stands to its file. */
  readonly caseStatus: CaseStatus | null;
  /** A case file whose evidence has to be located before it opens. */
  readonly moved: MovedEvidence | null;
  /** The zone choice that a case file came with; another object for another case. */
  readonly restoredZone: { readonly choice: string } | null;
  /** Changes with every case, so that what was fetched for one is never shown for another. */
  readonly caseNumber: number;
  readonly trail: Trail;
  readonly job: JobState | null;
  readonly failure: Failure | null;
  readonly toasts: readonly Toast[];
  readonly nextToastId: number;
  /** The moment that deltas are counted from; null for the incident's end. */
  readonly pinned: EpochMicros | null;
  /** The event that was jumped to, to be flashed once; `count` tells two jumps to one event apart. */
  readonly flash: { readonly row: number; readonly count: number } | null;
  /** The entry for which one of another source is being picked that is the same moment. */
  readonly sameMoment: EvidenceEvent | null;
  /** A hypothesis that the Verdict screen must scroll to. */
  readonly revealed: { readonly id: string; readonly count: number } | null;
  /** The profile that was asked for last, while it runs and when it has ended. */
  readonly measuring: Measuring | null;
  /** What is looked at in a file of the evidence, over the screen. */
  readonly viewedFile: FilePlace | null;
}

export type AppAction =
  | { readonly type: 'opened'; readonly view: CaseView; readonly restored?: CaseViewState }
  | { readonly type: 'case-status'; readonly status: CaseStatus | null }
  | { readonly type: 'moved-evidence'; readonly moved: MovedEvidence | null }
  /** The same case with other zones or clocks: rows are others, what a person looks at stays. */
  | { readonly type: 'times-changed'; readonly view: CaseView }
  | { readonly type: 'moment-marked'; readonly event: EvidenceEvent | null }
  /** The open case with more evidence in it; `trail` is where the person was, in the new case. */
  | { readonly type: 'grown'; readonly view: CaseView; readonly trail: Trail }
  /** Other conclusions from the same evidence: rows and files are as they were. */
  | { readonly type: 'concluded'; readonly conclusion: Conclusion }
  | { readonly type: 'file-viewed'; readonly place: FilePlace | null }
  /** Annotations change no conclusion. */
  | { readonly type: 'annotated'; readonly annotations: AnnotationsView }
  | { readonly type: 'closed' }
  | {
      readonly type: 'job-started';
      readonly title: string;
      readonly atMillis: number;
      readonly kind?: RunningJob['kind'];
    }
  | {
      readonly type: 'job-progress';
      readonly progress: Progress;
      readonly sample: ProfileSample | null;
      readonly atMillis: number;
    }
  | { readonly type: 'source-stopping'; readonly source: string }
  | { readonly type: 'job-cancelling' }
  | { readonly type: 'job-ended' }
  | {
      readonly type: 'job-failed';
      readonly title: string;
      readonly error: JobError;
      readonly kind?: RunningJob['kind'];
    }
  | { readonly type: 'failure-dismissed' }
  | {
      readonly type: 'moved';
      readonly change: Partial<CasePlace>;
      readonly topic: ChangeTopic;
      readonly atMillis: number;
    }
  | {
      readonly type: 'jumped-to-event';
      readonly row: number;
      readonly place: Partial<CasePlace>;
      readonly atMillis: number;
    }
  | { readonly type: 'revealed'; readonly id: string; readonly atMillis: number }
  | { readonly type: 'back' }
  | { readonly type: 'forward' }
  | { readonly type: 'pinned'; readonly time: EpochMicros | null }
  | { readonly type: 'measuring'; readonly measuring: Measuring | null }
  /** The open case analysed anew with a profile that was asked for: rows and files are what they were. */
  | { readonly type: 'measured'; readonly view: CaseView; readonly measuring: Measuring }
  | { readonly type: 'told'; readonly toast: Omit<Toast, 'id'> }
  | { readonly type: 'toast-dismissed'; readonly id: number };

export const INITIAL_STATE: AppState = {
  view: null,
  caseStatus: null,
  moved: null,
  restoredZone: null,
  caseNumber: 0,
  trail: startTrail(FIRST_PLACE),
  job: null,
  failure: null,
  toasts: [],
  nextToastId: 1,
  pinned: null,
  flash: null,
  sameMoment: null,
  revealed: null,
  measuring: null,
  viewedFile: null,
};

const MOST_TOASTS = 4;

/** What the window shows next. Pure: times come with the actions. */
export function reduce(state: AppState, action: AppAction): AppState {
  switch (action.type) {
    case 'opened':
    case 'times-changed':
    case 'grown':
      return withCase(state, action);
    case 'job-started':
    case 'job-progress':
    case 'source-stopping':
    case 'job-cancelling':
    case 'job-ended':
    case 'job-failed':
      return withJob(state, action);
    case 'moved':
    case 'jumped-to-event':
    case 'revealed':
    case 'back':
    case 'forward':
      return withPlace(state, action);
    case 'case-status':
      return { ...state, caseStatus: action.status };
    case 'moved-evidence':
      return { ...state, moved: action.moved };
    case 'moment-marked':
      return { ...state, sameMoment: action.event };
    case 'concluded':
      return concluded(state, action.conclusion);
    case 'annotated':
      return state.view === null ? state : { ...state, view: { ...state.view, annotations: action.annotations } };
    case 'closed':
      return { ...INITIAL_STATE, caseNumber: state.caseNumber + 1, nextToastId: state.nextToastId };
    case 'file-viewed':
      return { ...state, viewedFile: action.place };
    case 'failure-dismissed':
      return { ...state, failure: null };
    case 'pinned':
      return { ...state, pinned: action.time };
    case 'measuring':
      return { ...state, measuring: action.measuring };
    case 'measured':
      return { ...state, view: action.view, measuring: action.measuring };
    case 'told': {
      const toast = { ...action.toast, id: state.nextToastId };
      return { ...state, toasts: [...state.toasts, toast].slice(-MOST_TOASTS), nextToastId: state.nextToastId + 1 };
    }
    case 'toast-dismissed':
      return { ...state, toasts: state.toasts.filter((toast) => toast.id !== action.id) };
  }
}

/** Another case, or the same one read in another way. */
function withCase(
  state: AppState,
  action: Extract<AppAction, { readonly type: 'opened' | 'times-changed' | 'grown' }>,
): AppState {
  const read: AppState = {
    ...state,
    view: action.view,
    measuring: null,
    viewedFile: null,
    caseNumber: state.caseNumber + 1,
    // An undo names sources by the ids of before.
    toasts: withoutUndo(state.toasts),
    job: null,
    failure: null,
    flash: null,
    sameMoment: null,
  };
  switch (action.type) {
    case 'opened':
      return {
        ...read,
        moved: null,
        restoredZone: action.restored === undefined ? null : { choice: action.restored.zone },
        trail: startTrail(placeAt(firstPlaceOf(action.view), action.restored)),
        pinned: null,
        revealed: null,
      };
    case 'times-changed':
      return {
        ...read,
        // Places of before name rows of before: there is no way back to them.
        trail: startTrail({ ...state.trail.here, selectedRow: null, range: rangeAfter(state, action.view) }),
        pinned: null,
      };
    case 'grown':
      return {
        ...read,
        trail: action.trail,
        revealed: null,
      };
  }
}

/** The import that is under way. */
function withJob(
  state: AppState,
  action: Extract<
    AppAction,
    {
      readonly type: 'job-started' | 'job-progress' | 'source-stopping' | 'job-cancelling' | 'job-ended' | 'job-failed';
    }
  >,
): AppState {
  switch (action.type) {
    case 'job-started':
      return { ...state, job: startJob(action.title, action.atMillis, action.kind), failure: null };
    case 'job-progress':
      if (state.job === null) return state;
      return { ...state, job: advanceJob(state.job, action.progress, action.sample, action.atMillis) };
    case 'source-stopping':
      if (state.job === null) return state;
      return { ...state, job: { ...state.job, stopping: [...state.job.stopping, action.source] } };
    case 'job-cancelling':
      return state.job === null ? state : { ...state, job: { ...state.job, isCancelling: true } };
    case 'job-ended':
      return { ...state, job: null };
    case 'job-failed':
      return {
        ...state,
        job: null,
        failure: { title: action.title, error: action.error, kind: action.kind ?? 'open' },
      };
  }
}

/** Where the person is. */
function withPlace(
  state: AppState,
  action: Extract<AppAction, { readonly type: 'moved' | 'jumped-to-event' | 'revealed' | 'back' | 'forward' }>,
): AppState {
  switch (action.type) {
    case 'moved':
      return { ...state, trail: moveTo(state.trail, action.change, action.topic, action.atMillis) };
    case 'jumped-to-event':
      return {
        ...state,
        trail: moveTo(
          state.trail,
          { ...action.place, tab: 'timeline', selectedRow: action.row },
          'jump',
          action.atMillis,
        ),
        flash: { row: action.row, count: (state.flash?.count ?? 0) + 1 },
      };
    case 'revealed':
      return {
        ...state,
        trail: moveTo(state.trail, { tab: 'verdict' }, 'jump', action.atMillis),
        revealed: { id: action.id, count: (state.revealed?.count ?? 0) + 1 },
      };
    case 'back':
      return { ...state, trail: goBack(state.trail) };
    case 'forward':
      return { ...state, trail: goForward(state.trail) };
  }
}

/** The case in another light. Another incident moves the timeline to it, where that showed the one before. */
function concluded(state: AppState, { analysis, judgements, annotations }: Conclusion): AppState {
  if (state.view === null) return state;
  const view: CaseView = { ...state.view, analysis, judgements, annotations };
  if (analysis.incident?.id === state.view.analysis.incident?.id) return { ...state, view };
  const range = rangeAfter(state, view);
  return {
    ...state,
    view,
    // A time of day in a search means that of the incident: what was found for the one before does not hold.
    caseNumber: state.caseNumber + 1,
    trail: { ...state.trail, here: { ...state.trail.here, range } },
    pinned: null,
    revealed: null,
  };
}

/** What an earlier message offers to take back is of another case, or of clocks that have changed since. */
function withoutUndo(toasts: readonly Toast[]): readonly Toast[] {
  return toasts.filter(({ undo }) => undo === undefined);
}

/** What the timeline shows of a case whose times have changed: the incident where it showed that, else the same stretch. */
function rangeAfter(state: AppState, view: CaseView): TimeRange | null {
  const { range } = state.trail.here;
  const extent = caseExtent(view);
  if (range === null || extent === null || state.view === null) return null;
  return sameRange(range, incidentRange(state.view)) ? incidentRange(view) : clampRange(range, extent);
}

/** First and last moment of a case, with room for its incident; null when nothing in it has a time. */
export function caseExtent(view: CaseView): TimeRange | null {
  const incident = view.analysis.incident;
  const moments: number[] = [];
  const first = view.points[0];
  const last = view.points.at(-1);
  if (first !== undefined) moments.push(first.time);
  if (last !== undefined) moments.push(last.time);
  if (incident !== null) moments.push(incident.start, incident.end);
  for (const sample of [...view.processes, ...view.vmstat]) if (sample.time !== null) moments.push(sample.time);
  if (moments.length === 0) return null;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const moment of moments) {
    if (moment < from) from = moment;
    if (moment > to) to = moment;
  }
  return padRange({ from: epochMicros(from), to: epochMicros(to) }, 0.01, 1);
}

/** The incident with some time around it, or null without one. */
export function incidentRange(view: CaseView): TimeRange | null {
  const incident = view.analysis.incident;
  const extent = caseExtent(view);
  if (incident === null || extent === null) return null;
  return clampRange(padRange({ from: incident.start, to: incident.end }, 0.12, 2), extent);
}

/** What a case opens with: the incident on the timeline; the list of files when nothing in it has a time. */
function firstPlaceOf(view: CaseView): CasePlace {
  return { ...FIRST_PLACE, tab: view.eventCount > 0 ? 'timeline' : 'evidence', range: incidentRange(view) };
}

/** Where a case file was left, as far as that is kept. */
function placeAt(first: CasePlace, restored: CaseViewState | undefined): CasePlace {
  if (restored === undefined) return first;
  return { ...first, tab: restored.tab, filter: { ...first.filter, query: restored.query } };
}

/** The moment that deltas are counted from, with its name: a pinned moment, else the incident's end, else the first event. */
export function deltaOrigin(state: AppState): { readonly time: EpochMicros; readonly name: string } | null {
  if (state.pinned !== null) return { time: state.pinned, name: 'pinned moment' };
  const incident = state.view?.analysis.incident ?? null;
  if (incident !== null) return { time: incident.end, name: 'end of the incident' };
  const first = state.view?.points[0];
  return first === undefined ? null : { time: first.time, name: 'first event' };
}
