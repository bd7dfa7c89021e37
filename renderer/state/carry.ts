import type { Carried } from '../../shared/contract/ipc.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { CaseView } from '../../shared/model/views.ts';
import type { CasePlace, Trail } from './navigation.ts';

/** What a person's trail names in a case by row or by file: to be found again in the case after an addition. */
export interface CarryRequest {
  readonly rows: readonly number[];
  readonly evidenceIds: readonly EvidenceId[];
}

export function carryRequest(trail: Trail, view: CaseView): CarryRequest {
  const rows = new Set<number>();
  const evidenceIds = new Set<EvidenceId>();
  for (const place of [...trail.past, trail.here, ...trail.future]) {
    if (place.selectedRow !== null) rows.add(place.selectedRow);
    for (const id of place.filter.evidenceIds) evidenceIds.add(id);
  }
  for (const { evidenceId } of [...view.artifacts, ...view.databases]) evidenceIds.add(evidenceId);
  return { rows: [...rows], evidenceIds: [...evidenceIds] };
}

/**
 * The same trail in the case after an addition: screens, filters and ranges as they are, selections and files where they
 * are found again. What is nowhere is let go of.
 */
export function carryTrail(
  trail: Trail,
  before: CaseView,
  after: CaseView,
  request: CarryRequest,
  carried: Carried,
): Trail {
  const rowOf = new Map(request.rows.map((row, index) => [row, carried.rows[index] ?? null]));
  const idOf = new Map(request.evidenceIds.map((id, index) => [id, carried.evidenceIds[index] ?? null]));
  const indexIn = (
    index: number | null,
    old: readonly { readonly evidenceId: EvidenceId }[],
    now: readonly { readonly evidenceId: EvidenceId }[],
  ): number | null => {
    const id = idOf.get(index === null ? '' : (old[index]?.evidenceId ?? '')) ?? null;
    const found = id === null ? -1 : now.findIndex((each) => each.evidenceId === id);
    return found < 0 ? null : found;
  };
  const move = (place: CasePlace): CasePlace => ({
    ...place,
    filter: {
      ...place.filter,
      evidenceIds: place.filter.evidenceIds.flatMap((id) => idOf.get(id) ?? []),
    },
    selectedRow: place.selectedRow === null ? null : (rowOf.get(place.selectedRow) ?? null),
    artifactIndex: indexIn(place.artifactIndex, before.artifacts, after.artifacts),
    databaseIndex: indexIn(place.databaseIndex, before.databases, after.databases),
  });
  return { past: trail.past.map(move), here: move(trail.here), future: trail.future.map(move), lastChange: null };
}
