import type { Annotation } from '../model/annotation.ts';
import type { CaseEvidence } from '../model/case.ts';
import { type PlacedAnnotation, placeAnnotations } from '../model/placed-annotations.ts';
import { sourceName } from './paths.ts';
import { withoutRepeats } from './repeated-header.ts';
import type { ReportAnnotation } from './report.ts';
import { utcStamp } from './words.ts';

/** What the analyst put beside the evidence, in the order of time. What is hidden from a list is no part of the case. */
export function reportAnnotations(
  annotations: readonly Annotation[],
  evidence: Pick<CaseEvidence, 'files' | 'events'>,
  paths: ReadonlyMap<string, string>,
): readonly ReportAnnotation[] {
  return placeAnnotations(annotations, evidence).flatMap((placed) => {
    const { annotation } = placed;
    if (annotation.kind === 'hidden' || placed.time === null) return [];
    const time = placed.to === null ? utcStamp(placed.time) : `${utcStamp(placed.time)} to ${utcStamp(placed.to)}`;
    return [{ time, source: sourceOf(placed, paths), ...annotationWords(annotation) }];
  });
}

/** An annotation in words, as lists name it: what it is, what the analyst wrote, and what the record says. */
export function annotationWords(annotation: Exclude<Annotation, { readonly kind: 'hidden' }>): {
  readonly what: string;
  readonly text: string;
  readonly record: string;
} {
  switch (annotation.kind) {
    case 'bookmark':
      return { what: 'Bookmark', text: '', record: withoutRepeats(annotation.record.message) };
    case 'tag':
      return { what: 'Tag', text: annotation.tag, record: withoutRepeats(annotation.record.message) };
    case 'comment':
      return { what: 'Comment', text: annotation.text, record: withoutRepeats(annotation.record.message) };
    case 'range':
      return { what: 'Comment on a time range', text: annotation.text, record: '' };
    case 'event':
      return { what: 'Added event', text: annotation.text, record: '' };
  }
}

function sourceOf({ source, row }: PlacedAnnotation, paths: ReadonlyMap<string, string>): string {
  if (source === null) return 'the analyst';
  const { evidenceId, place } = source;
  if (evidenceId === null || row === null) return 'not in the evidence';
  const { byteOffset, byteLength, line } = place;
  return sourceName({ evidenceId, byteOffset, byteLength, line }, paths);
}
