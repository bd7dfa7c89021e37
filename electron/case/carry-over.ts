import type { Carried } from '../../shared/contract/ipc.ts';
import type { EventColumns } from '../../shared/model/event-columns.ts';
import type { EvidenceFile, EvidenceId } from '../../shared/model/evidence.ts';

/** What of a case tells where its events stand: its files and columns, without the means to read their text. */
export interface CaseOutline {
  readonly files: readonly EvidenceFile[];
  readonly columns: EventColumns;
}

/**
 * Finds rows and files of a case in a later reading of the same evidence, by their place: the file (under its path, or its
 * content where an added file of the same name changed how it is shown) and the byte. What is not there any more is null.
 */
export function carryOver(
  before: CaseOutline,
  after: CaseOutline,
  rows: readonly number[],
  evidenceIds: readonly EvidenceId[],
): Carried {
  const fileOf = matchFiles(before.files, after.files);
  const wanted = new Map<number, Map<number, number | null>>();
  for (const row of rows) {
    const file = fileOf.get(before.columns.fileIndex[row] ?? -1);
    const offset = before.columns.byteOffset[row];
    if (file === undefined || offset === undefined) continue;
    const offsets = wanted.get(file) ?? new Map<number, number | null>();
    offsets.set(offset, null);
    wanted.set(file, offsets);
  }
  if (wanted.size > 0) findPlaces(after.columns, wanted);
  const indexOf = new Map(before.files.map((file, index) => [file.id, index]));
  return {
    rows: rows.map((row) => {
      const file = fileOf.get(before.columns.fileIndex[row] ?? -1);
      return file === undefined ? null : (wanted.get(file)?.get(before.columns.byteOffset[row] ?? -1) ?? null);
    }),
    evidenceIds: evidenceIds.map((id) => {
      const file = fileOf.get(indexOf.get(id) ?? -1);
      return file === undefined ? null : (after.files[file]?.id ?? null);
    }),
  };
}

/** Indexes of the files before, with where each is after. */
function matchFiles(before: readonly EvidenceFile[], after: readonly EvidenceFile[]): Map<number, number> {
  const byPath = new Map(after.map((file, index) => [file.path, index]));
  const byContent = new Map(after.map((file, index) => [file.sha256, index]));
  const matches = new Map<number, number>();
  for (const [index, file] of before.entries()) {
    const samePath = byPath.get(file.path);
    // Under one path stands the same file, even if one of the two readings was stopped early: the offsets agree.
    const isSame = samePath !== undefined && after[samePath]?.bytes === file.bytes;
    const match = isSame ? samePath : file.hashedBytes === undefined ? byContent.get(file.sha256) : undefined;
    if (match !== undefined) matches.set(index, match);
  }
  return matches;
}

/** Puts the row at each wanted place into `wanted`; an event that became a copy of another counts as that one. */
function findPlaces(columns: EventColumns, wanted: ReadonlyMap<number, Map<number, number | null>>): void {
  for (let row = 0; row < columns.count; row += 1) {
    const offsets = wanted.get(columns.fileIndex[row] ?? -1);
    const offset = columns.byteOffset[row] ?? -1;
    if (offsets?.has(offset)) offsets.set(offset, row);
  }
  const { copies } = columns;
  for (let index = 0; index < copies.count; index += 1) {
    const offsets = wanted.get(copies.fileIndex[index] ?? -1);
    const offset = copies.byteOffset[index] ?? -1;
    if (offsets?.has(offset) && offsets.get(offset) === null) offsets.set(offset, copies.row[index] ?? null);
  }
}
