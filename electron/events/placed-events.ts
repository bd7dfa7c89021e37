import type {
  EventKind,
  EventSource,
  EvidenceEvent,
  MessageGlance,
  Place,
  Severity,
} from '../../shared/model/event.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { EpochMicros } from '../../shared/model/time.ts';

/** Whether a row is asked about; null for every one. */
export type RowTest = ((row: number) => boolean) | null;

/** Events of which some rows only can be asked about. */
interface AskedByRow extends EventSource {
  ofKinds(kinds: readonly EventKind[], only?: RowTest): readonly EvidenceEvent[];
  rowsByOthers(
    kinds: readonly EventKind[],
    pids: ReadonlySet<number>,
    longestLogBytes: number,
    only?: RowTest,
  ): Uint32Array;
  rowsOfPid(pid: number, from: EpochMicros, to: EpochMicros, kinds: readonly EventKind[], only?: RowTest): Uint32Array;
  rowsBetween(
    from: EpochMicros,
    to: EpochMicros,
    limit: number,
    kinds: readonly EventKind[],
    only?: RowTest,
  ): Uint32Array;
  filesWithKinds(kinds: readonly EventKind[], only?: RowTest): ReadonlySet<EvidenceId>;
  pidsWithKinds(kinds: readonly EventKind[], only?: RowTest): ReadonlySet<number>;
  ofPid(
    pid: number,
    from: EpochMicros,
    to: EpochMicros,
    kinds?: readonly EventKind[],
    only?: RowTest,
  ): readonly EvidenceEvent[];
  hasOfPid(pid: number, from: EpochMicros, to: EpochMicros, only?: RowTest): boolean;
  lastOfPid(
    pid: number,
    from: EpochMicros,
    to: EpochMicros,
    kinds?: readonly EventKind[],
    only?: RowTest,
  ): EpochMicros | null;
  ofSeverities(severities: readonly Severity[], limit: number, only?: RowTest): readonly EvidenceEvent[];
  rowsOfSeverities(severities: readonly Severity[], limit: number, only?: RowTest): Uint32Array;
  between(
    from: EpochMicros,
    to: EpochMicros,
    limit: number,
    kinds?: readonly EventKind[],
    only?: RowTest,
  ): readonly EvidenceEvent[];
}

/** The events of one place of a case; see EventSource. Rows are those of the whole case. */
export class PlacedEvents implements EventSource {
  readonly #store: AskedByRow;
  readonly #isOwn: RowTest;
  readonly #isHeard: RowTest;

  /** `isOwn`: what was written at the place; `isHeard`: that, and what is said beside it. */
  constructor(store: AskedByRow, isOwn: RowTest, isHeard: RowTest) {
    this.#store = store;
    this.#isOwn = isOwn;
    this.#isHeard = isHeard;
  }

  get count(): number {
    return this.#store.count;
  }

  get places(): readonly Place[] {
    return this.#store.places;
  }

  at(place: Place): EventSource {
    return this.#store.at(place);
  }

  event(row: number): EvidenceEvent {
    return this.#store.event(row);
  }

  eventOnce(row: number): EvidenceEvent {
    return this.#store.eventOnce(row);
  }

  ofKinds(kinds: readonly EventKind[]): readonly EvidenceEvent[] {
    return this.#store.ofKinds(kinds, this.#isHeard);
  }

  rowsByOthers(kinds: readonly EventKind[], pids: ReadonlySet<number>, longestLogBytes: number): Uint32Array {
    return this.#store.rowsByOthers(kinds, pids, longestLogBytes, this.#isOwn);
  }

  rowsOfPid(pid: number, from: EpochMicros, to: EpochMicros, kinds: readonly EventKind[]): Uint32Array {
    return this.#store.rowsOfPid(pid, from, to, kinds, this.#isOwn);
  }

  rowsBetween(from: EpochMicros, to: EpochMicros, limit: number, kinds: readonly EventKind[]): Uint32Array {
    return this.#store.rowsBetween(from, to, limit, kinds, this.#isHeard);
  }

  timeOf(row: number): EpochMicros {
    return this.#store.timeOf(row);
  }

  pidOf(row: number): number | null {
    return this.#store.pidOf(row);
  }

  fileOf(row: number): EvidenceId {
    return this.#store.fileOf(row);
  }

  isDated(row: number): boolean {
    return this.#store.isDated(row);
  }

  glances(rows: Uint32Array, glance: MessageGlance, untold: number): Uint8Array {
    return this.#store.glances(rows, glance, untold);
  }

  filesWithKinds(kinds: readonly EventKind[]): ReadonlySet<EvidenceId> {
    return this.#store.filesWithKinds(kinds, this.#isHeard);
  }

  pidsWithKinds(kinds: readonly EventKind[]): ReadonlySet<number> {
    return this.#store.pidsWithKinds(kinds, this.#isOwn);
  }

  ofPid(pid: number, from: EpochMicros, to: EpochMicros, kinds?: readonly EventKind[]): readonly EvidenceEvent[] {
    return this.#store.ofPid(pid, from, to, kinds, this.#isOwn);
  }

  hasOfPid(pid: number, from: EpochMicros, to: EpochMicros): boolean {
    return this.#store.hasOfPid(pid, from, to, this.#isOwn);
  }

  lastOfPid(pid: number, from: EpochMicros, to: EpochMicros, kinds?: readonly EventKind[]): EpochMicros | null {
    return this.#store.lastOfPid(pid, from, to, kinds, this.#isOwn);
  }

  between(from: EpochMicros, to: EpochMicros, limit: number, kinds?: readonly EventKind[]): readonly EvidenceEvent[] {
    return this.#store.between(from, to, limit, kinds, this.#isHeard);
  }

  ofSeverities(severities: readonly Severity[], limit: number): readonly EvidenceEvent[] {
    return this.#store.ofSeverities(severities, limit, this.#isHeard);
  }

  rowsOfSeverities(severities: readonly Severity[], limit: number): Uint32Array {
    return this.#store.rowsOfSeverities(severities, limit, this.#isHeard);
  }

  rowAt(evidenceId: EvidenceId, byteOffset: number): number | null {
    return this.#store.rowAt(evidenceId, byteOffset);
  }

  span(evidenceId: EvidenceId): { readonly from: EpochMicros; readonly to: EpochMicros } | null {
    return this.#store.span(evidenceId);
  }
}
