import type { CaseEvidence } from './case.ts';
import type { Provenance } from './evidence.ts';
import type { RecordPlace } from './judgement.ts';

/** The place of a record that outlasts this reading of the evidence; null for a file that the case does not have. */
export function placeOf(
  { evidenceId, byteOffset, byteLength, line }: Provenance,
  { files }: Pick<CaseEvidence, 'files'>,
): RecordPlace | null {
  const file = files.find(({ id }) => id === evidenceId);
  return file === undefined ? null : { sha256: file.sha256, byteOffset, byteLength, line };
}

/** The event that a place is, in this reading of the evidence; null where there is none. */
export function rowOf(place: RecordPlace, { files, events }: Pick<CaseEvidence, 'files' | 'events'>): number | null {
  for (const file of files) {
    const row = file.sha256 === place.sha256 ? events.rowAt(file.id, place.byteOffset) : null;
    if (row !== null) return row;
  }
  return null;
}
