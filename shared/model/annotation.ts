import type { RecordPlace } from './judgement.ts';
import type { EpochMicros } from './time.ts';

/**
 * What the analyst puts beside the evidence: it weighs nothing and changes no verdict. Records are named by their bytes in a
 * file of a known sum, as judgements name them, so that an annotation outlasts corrected clocks, time zones and added evidence.
 */

/** A record that is annotated, and what it said then: shown where its evidence is not at hand. */
export interface AnnotatedRecord {
  readonly place: RecordPlace;
  readonly time: EpochMicros;
  readonly message: string;
}

/** One end of a stretch of time: where it is a record's, the record's time counts as the clocks are now. */
export interface AnnotatedMoment {
  readonly time: EpochMicros;
  readonly place: RecordPlace | null;
}

interface Bookmark {
  readonly kind: 'bookmark';
  /** Unlike that of any other annotation of the case. */
  readonly id: string;
  readonly record: AnnotatedRecord;
}

interface TagMark {
  readonly kind: 'tag';
  readonly id: string;
  readonly record: AnnotatedRecord;
  readonly tag: string;
}

/** A comment on one record. */
interface RecordComment {
  readonly kind: 'comment';
  readonly id: string;
  readonly record: AnnotatedRecord;
  readonly text: string;
}

/** A comment on a stretch of time. */
export interface RangeComment {
  readonly kind: 'range';
  readonly id: string;
  readonly from: AnnotatedMoment;
  readonly to: AnnotatedMoment;
  readonly text: string;
}

/** Something that happened and that no file of the evidence shows. */
export interface AddedEvent {
  readonly kind: 'event';
  readonly id: string;
  readonly time: EpochMicros;
  readonly text: string;
}

/** Messages that are left out of the list of events, by what they have in common: see `hiddenTemplate`. */
interface HiddenMessages {
  readonly kind: 'hidden';
  readonly id: string;
  readonly template: string;
}

export type Annotation = Bookmark | TagMark | RecordComment | RangeComment | AddedEvent | HiddenMessages;

export const MOST_ANNOTATIONS = 5_000;
export const MOST_TAG_CHARS = 60;
/** Of a record's message as it is kept beside its place. */
export const MOST_EXCERPT_CHARS = 300;
/** Of a template; see `hiddenTemplate`. */
export const MOST_TEMPLATE_CHARS = 2_000;
/** Messages that are hidden at once: each is compared with every message of the list. */
export const MOST_HIDDEN = 100;
