import type { EvidenceId } from '../model/evidence.ts';
import type { EpochMicros } from '../model/time.ts';
import type { OperationLine } from './operation-lines.ts';

/** The log lines of one process in time order, of which each is read only when it is asked for. */
export interface WorkLines {
  readonly length: number;
  /** Whether an answer to a request may be another process's, since lines do not say who wrote them. */
  readonly mayBeOfOthers: boolean;
  /** The words that name work and that glances tell of; see namingWord in messages.ts. */
  readonly names: ReadonlySet<string>;
  /** One of GLANCE of line-glance.ts, with what it tells of names. */
  glanceOf(index: number): number;
  timeOf(index: number): EpochMicros;
  /** The file that the line stands in. */
  fileOf(index: number): EvidenceId;
  /** Whether the line is certainly one of the process, as is known without reading it. */
  isOwn(index: number): boolean;
  /** Whether it has a time of its own; reads it where that has to be read. */
  isTimed(index: number): boolean;
  /** The line; null where it is none of the process after all. */
  read(index: number): OperationLine | null;
  /** Where among these lines those of some rows of the case stand, both in ascending order. */
  placesOf(rows: Uint32Array): readonly number[];
}

/** The last lines of the process before a place, at most `most`, as far back as `isNear` says; in time order. */
export function linesBefore(
  lines: WorkLines,
  place: number,
  most: number,
  isNear: (place: number) => boolean,
): readonly OperationLine[] {
  const found: OperationLine[] = [];
  for (let before = place - 1; before >= 0 && found.length < most && isNear(before); before -= 1) {
    const line = lines.read(before);
    if (line !== null) found.push(line);
  }
  return found.reverse();
}
