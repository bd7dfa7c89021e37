import type { EventColumns, EventCopies } from '../../shared/model/event-columns.ts';
import type { EvidenceFile, EvidenceId, Provenance } from '../../shared/model/evidence.ts';
import { existing } from '../../shared/model/existing.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import { sharedRows } from './growing-columns.ts';
import { sortRows } from './sort-rows.ts';

/** Corrections of clocks in microseconds, by the source they are for. A source without one, or with 0, is as it was read. */
export type ClockOffsets = ReadonlyMap<EvidenceId, number>;

/** Whether any clock is corrected. */
export function hasOffset(offsets: ClockOffsets): boolean {
  return [...offsets.values()].some((micros) => micros !== 0);
}

/** 9999-12-31T23:59:59Z, the last second that ISO 8601 writes with four digits of year. */
const LATEST_MICROS = Date.UTC(9999, 11, 31, 23, 59, 59) * 1_000;

/** An instant by a clock that is off by so much, corrected. */
function corrected(time: number, offsetMicros: number): EpochMicros {
  return epochMicros(Math.min(time + offsetMicros, LATEST_MICROS));
}

/**
 * The evidence with the clocks of its sources corrected: every event and sample of a source is moved by its correction, and
 * events are merged anew in columns of their own. Nothing is read again and nothing of what was given is changed; without
 * any correction it is returned as it is. Rows are others afterwards: an analysis must be made anew.
 */
export function withClockOffsets(imported: ImportedEvidence, offsets: ClockOffsets): ImportedEvidence {
  if (!hasOffset(offsets)) return imported;
  const applied = new Map(imported.files.map((file) => [file.id, appliedOffset(file, offsets)]));
  const ofFile = Float64Array.from(imported.files, (file) => applied.get(file.id) ?? 0);
  const sample = <S extends { readonly time: EpochMicros | null; readonly source: Provenance }>(each: S): S => {
    const micros = applied.get(each.source.evidenceId) ?? 0;
    return each.time === null || micros === 0 ? each : { ...each, time: corrected(each.time, micros) };
  };
  const { host } = imported;
  return {
    ...imported,
    files: imported.files.map((file) => withOffset(file, offsets.get(file.id) ?? 0)),
    columns: adjustedColumns(imported.columns, ofFile),
    processes: imported.processes.map(sample),
    vmstat: imported.vmstat.map(sample),
    hostMemory: imported.hostMemory.map(sample),
    ...(host === undefined
      ? {}
      : {
          host: {
            ...host,
            filesystems: host.filesystems.map(sample),
            fileSizes: host.fileSizes.map(sample),
            load: host.load.map(sample),
          },
        }),
  };
}

/** What a source's times are moved by: its own correction, and that of the source through which its uptime was dated. */
function appliedOffset({ id, time }: EvidenceFile, offsets: ClockOffsets): number {
  const through = time?.datedThrough === undefined ? 0 : (offsets.get(time.datedThrough) ?? 0);
  return (offsets.get(id) ?? 0) + through;
}

function withOffset(file: EvidenceFile, micros: number): EvidenceFile {
  return micros === 0 ? file : { ...file, clockOffsetMicros: micros };
}

/**
 * Columns with the corrections added, in merged order: by time, then by file, then as they were. A copy of an event in a
 * source whose clock is corrected otherwise than that of the event's own is the same moment no longer: it becomes an event.
 */
export function adjustedColumns(columns: EventColumns, offsetOfFile: Float64Array): EventColumns {
  const { copies } = columns;
  const offsetAt = (fileIndex: number | undefined): number => offsetOfFile[fileIndex ?? 0] ?? 0;
  const split: number[] = [];
  /** The entry that a copy is one of from now on. */
  const entryOfCopy = new Uint32Array(copies.count);
  for (let copy = 0; copy < copies.count; copy++) {
    const row = existing(copies.row[copy], copy);
    const offset = offsetAt(copies.fileIndex[copy]);
    if (offset === offsetAt(columns.fileIndex[row])) {
      entryOfCopy[copy] = row;
      continue;
    }
    // Copies of one event lie side by side: those whose clocks are corrected alike stay one event.
    let before = split.length - 1;
    const isOfRow = (at: number): boolean => copies.row[existing(split[at], at)] === row;
    while (before >= 0 && isOfRow(before) && offsetAt(copies.fileIndex[existing(split[before], before)]) !== offset)
      before -= 1;
    if (before >= 0 && isOfRow(before)) {
      entryOfCopy[copy] = columns.count + before;
      continue;
    }
    entryOfCopy[copy] = columns.count + split.length;
    split.push(copy);
  }
  // Entries beyond `columns.count` are the copies that become events.
  const total = columns.count + split.length;
  const copyAt = (entry: number): number => existing(split[entry - columns.count], entry - columns.count);
  const originOf = (entry: number): number => {
    if (entry < columns.count) return entry;
    const copy = copyAt(entry);
    return existing(copies.row[copy], copy);
  };
  const fileOf = (entry: number): number =>
    existing(entry < columns.count ? columns.fileIndex[entry] : copies.fileIndex[copyAt(entry)], entry);
  const times = new Float64Array(total);
  for (let entry = 0; entry < total; entry++) {
    const origin = originOf(entry);
    times[entry] = corrected(existing(columns.time[origin], origin), offsetAt(fileOf(entry)));
  }
  const order = entriesByOffset(total, (entry) => offsetAt(fileOf(entry)));
  sortRows(order, (a, b) => existing(times[a], a) - existing(times[b], b) || fileOf(a) - fileOf(b) || a - b);

  const rows = sharedRows(total);
  const taken = <C extends Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array>(
    into: C,
    value: (entry: number) => number | undefined,
  ): C => {
    for (let row = 0; row < total; row++) into[row] = existing(value(existing(order[row], row)), row);
    return into;
  };
  /** From the event's own columns, or for a copy from those of the copies. */
  const placed = (own: ArrayLike<number>, copied: ArrayLike<number>) => (entry: number) =>
    entry < columns.count ? own[entry] : copied[copyAt(entry)];
  const carried = (own: ArrayLike<number>) => (entry: number) => own[originOf(entry)];
  return {
    count: total,
    time: taken(rows.time, (entry) => times[entry]),
    byteOffset: taken(rows.byteOffset, placed(columns.byteOffset, copies.byteOffset)),
    byteLength: taken(rows.byteLength, placed(columns.byteLength, copies.byteLength)),
    line: taken(rows.line, placed(columns.line, copies.line)),
    pid: taken(rows.pid, carried(columns.pid)),
    fileIndex: taken(rows.fileIndex, fileOf),
    kind: taken(rows.kind, carried(columns.kind)),
    severity: taken(rows.severity, carried(columns.severity)),
    unit: taken(rows.unit, carried(columns.unit)),
    units: columns.units,
    copies: movedCopies(copies, new Set(split), entryOfCopy, order),
  };
}

/**
 * Entry numbers, those of one correction after those of another: entries that are moved alike keep their order, so that
 * sorting them is one merge for each further correction.
 */
function entriesByOffset(count: number, offsetOf: (entry: number) => number): Uint32Array {
  const groups = new Map<number, number>();
  for (let entry = 0; entry < count; entry++) {
    const offset = offsetOf(entry);
    groups.set(offset, (groups.get(offset) ?? 0) + 1);
  }
  let start = 0;
  for (const [offset, size] of groups) {
    groups.set(offset, start);
    start += size;
  }
  const order = new Uint32Array(count);
  for (let entry = 0; entry < count; entry++) {
    const offset = offsetOf(entry);
    const at = groups.get(offset) ?? 0;
    order[at] = entry;
    groups.set(offset, at + 1);
  }
  return order;
}

/** The copies that stay copies, of the events' new rows and in their order. */
function movedCopies(
  copies: EventCopies,
  split: ReadonlySet<number>,
  entryOfCopy: Uint32Array,
  order: Uint32Array,
): EventCopies {
  const newRow = new Uint32Array(order.length);
  for (let row = 0; row < order.length; row++) newRow[existing(order[row], row)] = row;
  const kept: number[] = [];
  for (let copy = 0; copy < copies.count; copy++) if (!split.has(copy)) kept.push(copy);
  const rowOf = (copy: number): number => {
    const entry = existing(entryOfCopy[copy], copy);
    return existing(newRow[entry], entry);
  };
  kept.sort((a, b) => rowOf(a) - rowOf(b) || a - b);
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(kept.length * bytes);
  const moved = {
    count: kept.length,
    row: new Uint32Array(shared(4)),
    fileIndex: new Uint16Array(shared(2)),
    byteOffset: new Float64Array(shared(8)),
    byteLength: new Uint32Array(shared(4)),
    line: new Uint32Array(shared(4)),
  };
  for (const [at, copy] of kept.entries()) {
    moved.row[at] = rowOf(copy);
    moved.fileIndex[at] = existing(copies.fileIndex[copy], copy);
    moved.byteOffset[at] = existing(copies.byteOffset[copy], copy);
    moved.byteLength[at] = existing(copies.byteLength[copy], copy);
    moved.line[at] = existing(copies.line[copy], copy);
  }
  return moved;
}
