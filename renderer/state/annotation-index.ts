import type { AddedEvent, RangeComment } from '../../shared/model/annotation.ts';
import type { PlacedAnnotation } from '../../shared/model/placed-annotations.ts';
import type { EpochMicros } from '../../shared/model/time.ts';
import type { AnnotationsView, CaseView } from '../../shared/model/views.ts';

/** What was put beside one event. */
export interface RowMarks {
  readonly isBookmarked: boolean;
  readonly tags: readonly string[];
  readonly comments: readonly string[];
}

/** What stands between the events of a list: what was added, and where a comment on a stretch of time begins. */
export interface TimeNote {
  readonly time: EpochMicros;
  readonly to: EpochMicros | null;
  readonly annotation: AddedEvent | RangeComment;
}

export interface AnnotationIndex {
  readonly byRow: ReadonlyMap<number, RowMarks>;
  /** In the order of time. */
  readonly notes: readonly TimeNote[];
  /** Every tag that was given, in the order of the alphabet. */
  readonly tags: readonly string[];
}

const known = new WeakMap<AnnotationsView, AnnotationIndex>();

/** The annotations of a case by the events that they are about; the same object for the same annotations. */
export function annotationIndex(annotations: AnnotationsView): AnnotationIndex {
  const index = known.get(annotations) ?? indexed(annotations.entries);
  known.set(annotations, index);
  return index;
}

/** Templates of the messages that were hidden. */
export function hiddenTemplates({ annotations }: Pick<CaseView, 'annotations'>): readonly string[] {
  return annotations.entries.flatMap(({ annotation }) => (annotation.kind === 'hidden' ? [annotation.template] : []));
}

const NO_MARKS: RowMarks = { isBookmarked: false, tags: [], comments: [] };

function indexed(entries: readonly PlacedAnnotation[]): AnnotationIndex {
  const byRow = new Map<number, RowMarks>();
  const notes: TimeNote[] = [];
  const tags = new Set<string>();
  for (const { annotation, row, time, to } of entries) {
    if (annotation.kind === 'tag') tags.add(annotation.tag);
    if ((annotation.kind === 'event' || annotation.kind === 'range') && time !== null) {
      notes.push({ time, to, annotation });
    }
    if (row !== null) byRow.set(row, withMark(byRow.get(row) ?? NO_MARKS, annotation));
  }
  return { byRow, notes, tags: [...tags].sort() };
}

function withMark(marks: RowMarks, annotation: PlacedAnnotation['annotation']): RowMarks {
  switch (annotation.kind) {
    case 'bookmark':
      return { ...marks, isBookmarked: true };
    case 'tag':
      return { ...marks, tags: [...marks.tags, annotation.tag] };
    case 'comment':
      return { ...marks, comments: [...marks.comments, annotation.text] };
    default:
      return marks;
  }
}
