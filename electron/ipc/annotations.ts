import type { RequestOf } from '../../shared/contract/ipc.ts';
import {
  type AnnotatedMoment,
  type AnnotatedRecord,
  type Annotation,
  MOST_ANNOTATIONS,
  MOST_EXCERPT_CHARS,
  MOST_HIDDEN,
} from '../../shared/model/annotation.ts';
import { placeOf, rowOf } from '../../shared/model/record-place.ts';
import { change, type WorkHistory } from '../../shared/model/work-history.ts';
import { hiddenTemplate } from '../../shared/search/hidden-template.ts';
import type { OpenCase } from '../case/open-case.ts';
import { UsageError } from '../threads/usage-error.ts';
import { freeId, freeIds, named } from './work-names.ts';

type AnnotatedCase = Pick<OpenCase, 'evidence' | 'store' | 'work'>;
/** Annotations of records, of which a record has one of each kind and tag at most; comments may be several. */
type RecordAnnotation = Extract<Annotation, { readonly record: AnnotatedRecord }>;

/** Puts bookmarks on events, or takes them away; the same history where all are as asked. */
export function bookmark(open: AnnotatedCase, { rows, isSet }: RequestOf<'annotation.bookmark'>): WorkHistory {
  const isBookmark = ({ kind }: RecordAnnotation): boolean => kind === 'bookmark';
  const what = `${isSet ? 'Bookmarking' : 'Removing the bookmark of'} ${eventsInWords(open, rows)}`;
  return marked(open, { rows, isSet, what, kind: 'bookmark', isSame: isBookmark }, (id, record) => ({
    kind: 'bookmark',
    id,
    record,
  }));
}

/** Gives events a tag, or takes it from them; the same history where all are as asked. */
export function tag(open: AnnotatedCase, { rows, tag: name, isSet }: RequestOf<'annotation.tag'>): WorkHistory {
  const isTag = (each: RecordAnnotation): boolean => each.kind === 'tag' && each.tag === name;
  const what = `${isSet ? 'Tagging' : 'Removing a tag of'} ${eventsInWords(open, rows)}: ${name}`;
  return marked(open, { rows, isSet, what, kind: 'tag', isSame: isTag }, (id, record) => ({
    kind: 'tag',
    id,
    record,
    tag: name,
  }));
}

/** Adds a comment on an event. */
export function comment(open: AnnotatedCase, { row, text }: RequestOf<'annotation.comment'>): WorkHistory {
  const { annotations } = open.work;
  const record = recordOf(open, row);
  return added(open.work, `Commenting “${named(text)}”`, [
    { kind: 'comment', id: freeId('comment', annotations), record, text },
  ]);
}

/** Adds a comment on a stretch of time, its ends in their order. */
export function commentRange(
  open: AnnotatedCase,
  { from, to, text }: RequestOf<'annotation.commentRange'>,
): WorkHistory {
  const ends = [momentOf(open, from), momentOf(open, to)] as const;
  const [first, last] = ends[0].time <= ends[1].time ? ends : [ends[1], ends[0]];
  const id = freeId('range', open.work.annotations);
  return added(open.work, `Commenting “${named(text)}”`, [{ kind: 'range', id, from: first, to: last, text }]);
}

/** Adds something that no file of the evidence shows. */
export function addEvent({ work }: AnnotatedCase, { time, text }: RequestOf<'annotation.addEvent'>): WorkHistory {
  return added(work, `Adding the event “${named(text)}”`, [
    { kind: 'event', id: freeId('event', work.annotations), time, text },
  ]);
}

/** Changes the words of a comment or an added event. Throws UsageError for what has none. */
export function edit({ work }: AnnotatedCase, { id, text, time }: RequestOf<'annotation.edit'>): WorkHistory {
  const edited = work.annotations.map((each): Annotation => {
    if (each.id !== id) return each;
    if (each.kind === 'event') return { ...each, text, time: time ?? each.time };
    if (each.kind === 'comment' || each.kind === 'range') return { ...each, text };
    throw new UsageError('Only comments and added events have words of their own.');
  });
  if (!work.annotations.some((each) => each.id === id)) throw noSuchAnnotation();
  return change(work, `Editing “${named(text)}”`, { annotations: edited });
}

/** Hides the messages that are like that of an event; the same history where they are hidden already. */
export function hide({ store, work }: AnnotatedCase, { row }: RequestOf<'annotation.hide'>): WorkHistory {
  const template = hiddenTemplate(store.event(row).message);
  if (template === '') throw new UsageError('This event has no message, by which others could be told to be like it.');
  const hidden = work.annotations.filter(({ kind }) => kind === 'hidden');
  if (hidden.some((each) => each.kind === 'hidden' && each.template === template)) return work;
  if (hidden.length >= MOST_HIDDEN) throw new UsageError(`At most ${MOST_HIDDEN} kinds of messages can be hidden.`);
  const id = freeId('hidden', work.annotations);
  return added(work, `Hiding “${named(template)}”`, [{ kind: 'hidden', id, template }]);
}

/** Takes annotations away. Throws UsageError where one of them is not there. */
export function remove({ work }: AnnotatedCase, { ids }: RequestOf<'annotation.remove'>): WorkHistory {
  const gone = new Set(ids);
  const removed = work.annotations.filter(({ id }) => gone.has(id));
  const [first] = removed;
  if (first === undefined || removed.length < gone.size) throw noSuchAnnotation();
  const what = removed.length === 1 ? `Removing ${inWords(first)}` : `Removing ${removed.length} annotations`;
  return change(work, what, { annotations: work.annotations.filter(({ id }) => !gone.has(id)) });
}

/** Puts a mark on records that lack it, or takes it from those that have it. */
function marked(
  open: AnnotatedCase,
  how: {
    readonly rows: readonly number[];
    readonly isSet: boolean;
    readonly what: string;
    readonly kind: 'bookmark' | 'tag';
    readonly isSame: (annotation: RecordAnnotation) => boolean;
  },
  mark: (id: string, record: AnnotatedRecord) => Annotation,
): WorkHistory {
  const { evidence, work } = open;
  const rows = new Set(how.rows);
  const known = new Map<number, Annotation>();
  for (const each of work.annotations) {
    if (!('record' in each) || !how.isSame(each)) continue;
    const row = rowOf(each.record.place, evidence);
    if (row !== null && rows.has(row)) known.set(row, each);
  }
  if (!how.isSet) {
    const gone = new Set(known.values());
    if (gone.size === 0) return work;
    return change(work, how.what, { annotations: work.annotations.filter((each) => !gone.has(each)) });
  }
  const missing = [...rows].filter((row) => !known.has(row));
  const ids = freeIds(how.kind, work.annotations, missing.length);
  const fresh = missing.map((row, index) => mark(ids[index] ?? '', recordOf(open, row)));
  return fresh.length === 0 ? work : added(work, how.what, fresh);
}

function added(work: WorkHistory, what: string, fresh: readonly Annotation[]): WorkHistory {
  const annotations = [...work.annotations, ...fresh];
  if (annotations.length > MOST_ANNOTATIONS) {
    throw new UsageError(`A case holds at most ${MOST_ANNOTATIONS.toLocaleString('en-US')} annotations.`);
  }
  return change(work, what, { annotations });
}

/** Throws UsageError for a row that the case lacks. */
function recordOf({ store, evidence }: AnnotatedCase, row: number): AnnotatedRecord {
  if (row >= store.count) throw new UsageError('The case has no such event.');
  const { source, time, message } = store.event(row);
  const place = placeOf(source, evidence);
  if (place === null) throw new UsageError('The file of this event is not in the case.');
  return { place, time, message: message.slice(0, MOST_EXCERPT_CHARS) };
}

function momentOf(open: AnnotatedCase, end: RequestOf<'annotation.commentRange'>['from']): AnnotatedMoment {
  if ('time' in end) return { time: end.time, place: null };
  const { time, place } = recordOf(open, end.row);
  return { time, place };
}

function eventsInWords(open: AnnotatedCase, rows: readonly number[]): string {
  const [first] = rows;
  return rows.length === 1 && first !== undefined
    ? `“${named(recordOf(open, first).message)}”`
    : `${rows.length.toLocaleString('en-US')} events`;
}

function inWords(annotation: Annotation): string {
  switch (annotation.kind) {
    case 'bookmark':
      return `the bookmark of “${named(annotation.record.message)}”`;
    case 'tag':
      return `the tag ${annotation.tag} of “${named(annotation.record.message)}”`;
    case 'comment':
    case 'range':
      return `the comment “${named(annotation.text)}”`;
    case 'event':
      return `the event “${named(annotation.text)}”`;
    case 'hidden':
      return `“${named(annotation.template)}” from what is hidden`;
  }
}

function noSuchAnnotation(): UsageError {
  return new UsageError('There is no such annotation in this case.');
}
