import type { CaseViewState } from '../../shared/contract/case-file.ts';
import { EVERY_EVENT } from '../../shared/contract/event-filter.ts';
import type { EventFilter, EventSort } from '../../shared/contract/ipc.ts';
import type { DatabaseViewId } from '../../shared/model/database.ts';
import type { EventKind } from '../../shared/model/event.ts';
import type { TimeRange } from './time-range.ts';

/** The tabs, in the order of the window. */
export const TABS = [
  'evidence',
  'timeline',
  'artifact',
  'database',
  'verdict',
  'report',
] as const satisfies readonly CaseViewState['tab'][];
export type TabName = (typeof TABS)[number];

/** The parts of the Database screen, in the order of their tabs. */
export const DATABASE_PANES = ['overview', 'sizes', 'data', 'changes', 'sql'] as const;
export type DatabasePane = (typeof DATABASE_PANES)[number];

/** Where a person is in a case: everything that going back brings back. */
export interface CasePlace {
  readonly tab: TabName;
  readonly filter: EventFilter;
  readonly sort: EventSort;
  /** The visible stretch of the timeline; null for the whole case. */
  readonly range: TimeRange | null;
  /** Whether the table shows only what the timeline shows. */
  readonly onlyVisibleRange: boolean;
  readonly selectedRow: number | null;
  /** Whether the table shows the rows of ps, vmstat and their like, which the picture has as curves. */
  readonly showsSamples: boolean;
  /** Whether the table shows messages that the analyst hid. */
  readonly showsHidden: boolean;
  /** Whether what is typed marks its matches among all events, rather than leaving out the others. */
  readonly marksOnly: boolean;
  /** Index into CaseView.artifacts; null for the one that the analysis chose. */
  readonly artifactIndex: number | null;
  readonly databaseIndex: number | null;
  readonly databasePane: DatabasePane;
  /** The view of the database that tables and statements read. */
  readonly databaseView: DatabaseViewId;
  /** The table or other object that is looked at, by its name; null for the first. */
  readonly databaseObject: string | null;
}

export const BY_TIME: EventSort = { column: 'time', descending: false };
export const FIRST_PLACE: CasePlace = {
  tab: 'timeline',
  filter: EVERY_EVENT,
  sort: BY_TIME,
  range: null,
  onlyVisibleRange: false,
  selectedRow: null,
  showsSamples: false,
  showsHidden: false,
  marksOnly: false,
  artifactIndex: null,
  databaseIndex: null,
  databasePane: 'overview',
  databaseView: 'committed',
  databaseObject: null,
};

/** What a change is about: two changes of one topic in quick succession are one step back. */
export type ChangeTopic = 'tab' | 'range' | 'text' | 'filter' | 'selection' | 'jump';

/** The places behind and ahead of a person, as in a browser. */
export interface Trail {
  readonly past: readonly CasePlace[];
  readonly here: CasePlace;
  readonly future: readonly CasePlace[];
  readonly lastChange: { readonly topic: ChangeTopic; readonly atMillis: number } | null;
}

const LONGEST_PAST = 200;
const MERGE_WITHIN_MILLIS = 1_200;
/** Steps that come in streams: a wheel turn, keystrokes, an arrow key held down. */
const MERGING_TOPICS: ReadonlySet<ChangeTopic> = new Set<ChangeTopic>(['range', 'text', 'selection']);

export function startTrail(here: CasePlace): Trail {
  return { past: [], here, future: [], lastChange: null };
}

/** Goes somewhere else. What lay ahead is forgotten; a change that changes nothing is no step. */
export function moveTo(trail: Trail, change: Partial<CasePlace>, topic: ChangeTopic, atMillis: number): Trail {
  const here: CasePlace = { ...trail.here, ...change };
  const keys = Object.keys(change) as (keyof CasePlace)[];
  if (keys.every((key) => Object.is(trail.here[key], here[key]))) return trail;
  const merges =
    MERGING_TOPICS.has(topic) &&
    trail.lastChange?.topic === topic &&
    atMillis - trail.lastChange.atMillis < MERGE_WITHIN_MILLIS &&
    trail.past.length > 0;
  const past = merges ? trail.past : [...trail.past, trail.here].slice(-LONGEST_PAST);
  return { past, here, future: [], lastChange: { topic, atMillis } };
}

export function goBack(trail: Trail): Trail {
  const here = trail.past.at(-1);
  if (here === undefined) return trail;
  return { past: trail.past.slice(0, -1), here, future: [trail.here, ...trail.future], lastChange: null };
}

export function goForward(trail: Trail): Trail {
  const here = trail.future[0];
  if (here === undefined) return trail;
  return { past: [...trail.past, trail.here], here, future: trail.future.slice(1), lastChange: null };
}

/** The filter that the table asks for: the person's own, narrowed to the visible range when the two are linked. */
export function effectiveFilter(place: CasePlace): EventFilter {
  if (!place.onlyVisibleRange || place.range === null) return place.filter;
  const from = Math.max(place.filter.from ?? Number.NEGATIVE_INFINITY, place.range.from);
  const to = Math.min(place.filter.to ?? Number.POSITIVE_INFINITY, place.range.to);
  return { ...place.filter, from, to };
}

/** Rows of snapshots: the picture shows them as curves. */
export const SAMPLE_KINDS = ['process-sample', 'memory-sample'] as const satisfies readonly EventKind[];

/** Whether the table leaves samples out: not where they, or their source, were asked for by name. */
export function hidesSamples({ showsSamples, filter }: CasePlace): boolean {
  return !showsSamples && filter.kinds.length === 0 && filter.evidenceIds.length === 0;
}

/**
 * The filter of the table: what was asked for, without samples and without messages that were hidden, unless those are to be
 * shown. What is typed leaves nothing out where it only marks.
 */
export function listFilter(place: CasePlace, hiddenTemplates: readonly string[]): EventFilter {
  const filter = matchFilter(place, hiddenTemplates);
  return place.marksOnly && filter.query !== '' ? { ...filter, query: '' } : filter;
}

/** The filter that only matches of what is typed pass, among the events of the table. */
export function matchFilter(place: CasePlace, hiddenTemplates: readonly string[]): EventFilter {
  const filter = effectiveFilter(place);
  const withoutKinds = hidesSamples(place) ? [...SAMPLE_KINDS] : [];
  const withoutTemplates = place.showsHidden ? [] : [...hiddenTemplates];
  if (withoutKinds.length === 0 && withoutTemplates.length === 0) return filter;
  return { ...filter, withoutKinds, withoutTemplates };
}

/** How many kinds of condition a filter holds; 0 lets everything pass. */
export function conditionCount(filter: EventFilter): number {
  return (
    (filter.text === '' ? 0 : 1) +
    (filter.query === '' ? 0 : 1) +
    (filter.kinds.length > 0 ? 1 : 0) +
    (filter.severities.length > 0 ? 1 : 0) +
    (filter.evidenceIds.length > 0 ? 1 : 0) +
    (filter.pids.length > 0 ? 1 : 0) +
    (filter.units.length > 0 ? 1 : 0) +
    (filter.templates.length > 0 ? 1 : 0) +
    (filter.from !== null || filter.to !== null ? 1 : 0)
  );
}

/** Adds `value` to a list of allowed values, or takes it out when it is there. */
export function toggled<T>(values: readonly T[], value: T): T[] {
  return values.includes(value) ? values.filter((each) => each !== value) : [...values, value];
}
