import type { AnnotatedMoment, AnnotatedRecord, Annotation } from './annotation.ts';
import type { CaseEvidence } from './case.ts';
import type { EvidenceId } from './evidence.ts';
import type { RecordPlace } from './judgement.ts';
import { rowOf } from './record-place.ts';
import type { EpochMicros } from './time.ts';

/** An annotation in one reading of the evidence: where its record is, and when, as the clocks are there. */
export interface PlacedAnnotation {
  readonly annotation: Annotation;
  /** The event that it is about; null where it is about none, or its record is not in the evidence. */
  readonly row: number | null;
  /** When it is, or begins; null for what is at no time. */
  readonly time: EpochMicros | null;
  /** When it ends; null for what is not a stretch. */
  readonly to: EpochMicros | null;
  /** The record that it is about; null where it is about none. */
  readonly source: { readonly evidenceId: EvidenceId | null; readonly place: RecordPlace } | null;
}

type Evidence = Pick<CaseEvidence, 'files' | 'events'>;

/** Finds the records of annotations in a reading of the evidence. The order is that of time; what is at no time comes last. */
export function placeAnnotations(annotations: readonly Annotation[], evidence: Evidence): readonly PlacedAnnotation[] {
  return annotations
    .map((annotation) => placed(annotation, evidence))
    .sort((a, b) => (a.time ?? Number.MAX_SAFE_INTEGER) - (b.time ?? Number.MAX_SAFE_INTEGER));
}

function placed(annotation: Annotation, evidence: Evidence): PlacedAnnotation {
  switch (annotation.kind) {
    case 'bookmark':
    case 'tag':
    case 'comment':
      return { annotation, to: null, ...placedRecord(annotation.record, evidence) };
    case 'range': {
      const from = timeOf(annotation.from, evidence);
      const to = timeOf(annotation.to, evidence);
      // Two sources whose clocks were corrected apart may have changed places.
      const [time, end] = from <= to ? [from, to] : [to, from];
      return { annotation, row: null, time, to: end, source: null };
    }
    case 'event':
      return { annotation, row: null, time: annotation.time, to: null, source: null };
    case 'hidden':
      return { annotation, row: null, time: null, to: null, source: null };
  }
}

function placedRecord(
  { place, time }: AnnotatedRecord,
  evidence: Evidence,
): Pick<PlacedAnnotation, 'row' | 'time' | 'source'> {
  const row = rowOf(place, evidence);
  const file = evidence.files.find(({ sha256 }) => sha256 === place.sha256);
  return {
    row,
    time: row === null ? time : evidence.events.timeOf(row),
    source: { evidenceId: file?.id ?? null, place },
  };
}

function timeOf({ time, place }: AnnotatedMoment, evidence: Evidence): EpochMicros {
  const row = place === null ? null : rowOf(place, evidence);
  return row === null ? time : evidence.events.timeOf(row);
}
