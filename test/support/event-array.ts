import {
  EVENT_KINDS,
  type EventKind,
  type EventSource,
  type EvidenceEvent,
  type MessageGlance,
  SEVERITIES,
  type Severity,
} from '../../shared/model/event.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { EpochMicros } from '../../shared/model/time.ts';

/** An EventSource over an array, for tests that need no event store. The array is taken to be in time order. */
export class EventArray implements EventSource {
  readonly events: readonly EvidenceEvent[];
  readonly places = [null];

  constructor(events: readonly EvidenceEvent[]) {
    this.events = events;
  }

  at(): this {
    return this;
  }

  get count(): number {
    return this.events.length;
  }

  event(row: number): EvidenceEvent {
    const event = this.events.find((each) => each.row === row);
    if (event === undefined) throw new RangeError(`There is no event ${row}.`);
    return event;
  }

  eventOnce(row: number): EvidenceEvent {
    return this.event(row);
  }

  ofKinds(kinds: readonly EventKind[]): readonly EvidenceEvent[] {
    return this.events.filter((event) => kinds.includes(event.kind));
  }

  rowsByOthers(kinds: readonly EventKind[], pids: ReadonlySet<number>, longestLogBytes: number): Uint32Array {
    return rowsOf(
      this.ofKinds(kinds).filter(
        ({ pid, kind, source }) =>
          (pid === null || !pids.has(pid)) && (kind !== 'log' || source.byteLength <= longestLogBytes),
      ),
    );
  }

  rowsOfPid(pid: number, from: EpochMicros, to: EpochMicros, kinds: readonly EventKind[]): Uint32Array {
    return rowsOf(this.ofPid(pid, from, to, kinds));
  }

  rowsBetween(from: EpochMicros, to: EpochMicros, limit: number, kinds: readonly EventKind[]): Uint32Array {
    return rowsOf(this.between(from, to, limit, kinds));
  }

  timeOf(row: number): EpochMicros {
    return this.event(row).time;
  }

  pidOf(row: number): number | null {
    return this.event(row).pid;
  }

  fileOf(row: number): EvidenceId {
    return this.event(row).source.evidenceId;
  }

  isDated(row: number): boolean {
    return this.event(row).isUndated !== true;
  }

  glances(rows: Uint32Array, glance: MessageGlance, untold: number): Uint8Array {
    return Uint8Array.from(rows, (row) => {
      const { kind, message, severity } = this.event(row);
      if (kind !== 'log' || message.includes('\n')) return untold;
      const bytes = new TextEncoder().encode(message);
      return glance(
        bytes,
        0,
        bytes.length,
        'plain',
        severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity),
      );
    });
  }

  filesWithKinds(kinds: readonly EventKind[]): ReadonlySet<EvidenceId> {
    return new Set(
      this.ofKinds(kinds).flatMap(({ source, copies = [] }) => [source, ...copies].map((each) => each.evidenceId)),
    );
  }

  pidsWithKinds(kinds: readonly EventKind[]): ReadonlySet<number> {
    return new Set(
      this.ofKinds(kinds)
        .map(({ pid }) => pid)
        .filter((pid) => pid !== null),
    );
  }

  ofPid(
    pid: number,
    from: EpochMicros,
    to: EpochMicros,
    kinds: readonly EventKind[] = EVENT_KINDS,
  ): readonly EvidenceEvent[] {
    return this.events.filter(
      (event) => event.pid === pid && event.time >= from && event.time <= to && kinds.includes(event.kind),
    );
  }

  hasOfPid(pid: number, from: EpochMicros, to: EpochMicros): boolean {
    return this.ofPid(pid, from, to).length > 0;
  }

  lastOfPid(pid: number, from: EpochMicros, to: EpochMicros, kinds?: readonly EventKind[]): EpochMicros | null {
    return this.ofPid(pid, from, to, kinds).at(-1)?.time ?? null;
  }

  ofSeverities(severities: readonly Severity[], limit: number): readonly EvidenceEvent[] {
    return this.events.filter(({ severity }) => severity !== null && severities.includes(severity)).slice(0, limit);
  }

  rowsOfSeverities(severities: readonly Severity[], limit: number): Uint32Array {
    return rowsOf(this.ofSeverities(severities, limit));
  }

  between(
    from: EpochMicros,
    to: EpochMicros,
    limit: number,
    kinds: readonly EventKind[] = EVENT_KINDS,
  ): readonly EvidenceEvent[] {
    return this.events
      .filter((event) => event.time >= from && event.time <= to && kinds.includes(event.kind))
      .slice(0, limit);
  }

  rowAt(evidenceId: EvidenceId, byteOffset: number): number | null {
    const found = this.events.find(
      ({ source }) => source.evidenceId === evidenceId && source.byteOffset === byteOffset,
    );
    return found?.row ?? null;
  }

  span(evidenceId: EvidenceId): { readonly from: EpochMicros; readonly to: EpochMicros } | null {
    const own = this.events.filter(({ source }) => source.evidenceId === evidenceId);
    const first = own[0];
    const last = own.at(-1);
    return first === undefined || last === undefined ? null : { from: first.time, to: last.time };
  }
}

function rowsOf(events: readonly EvidenceEvent[]): Uint32Array {
  return Uint32Array.from(events, ({ row }) => row);
}
