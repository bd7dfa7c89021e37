import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustedColumns, withClockOffsets } from '../../../electron/events/clock-offsets.ts';
import { EventTable } from '../../../electron/events/event-table.ts';
import type { EventColumns } from '../../../shared/model/event-columns.ts';
import type { EvidenceFile } from '../../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../../shared/model/imported-evidence.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { columnBuffers } from '../../support/column-buffers.ts';

const START = 1_769_573_422_000_000;
const DAY = 86_400_000_000;

interface Row {
  readonly file: number;
  readonly time: number;
}

/** Columns over files whose entries are told apart by offset and line. */
function columnsOf(rows: readonly Row[]): EventColumns {
  const table = new EventTable();
  const next = [0, 0, 0];
  for (const { file, time } of rows) {
    const at = next[file] ?? 0;
    next[file] = at + 1;
    table.addRow(
      file,
      START + time,
      at * 100,
      90 + file,
      at + 1,
      1_000 + at,
      at % 5,
      at % 8,
      file === 0 ? null : `u${file}.service`,
    );
  }
  return table.finish();
}

/** Every event with all that is kept of it, copies included, as text. */
function described(columns: EventColumns): string[] {
  const { copies } = columns;
  return Array.from({ length: columns.count }, (_, row) => {
    const own = [columns.fileIndex, columns.byteOffset, columns.byteLength, columns.line, columns.pid, columns.kind]
      .map((column) => column[row])
      .join(' ');
    const at = Array.from({ length: copies.count }, (_each, copy) => copy).filter((copy) => copies.row[copy] === row);
    const others = at.map(
      (copy) => `${copies.fileIndex[copy]}@${copies.byteOffset[copy]}/${copies.byteLength[copy]}:${copies.line[copy]}`,
    );
    return `${columns.time[row]} ${own} ${columns.severity[row]} ${columns.units[columns.unit[row] ?? 0]} [${others.join(',')}]`;
  });
}

const rowsArbitrary = fc.array(fc.record({ file: fc.nat({ max: 2 }), time: fc.integer({ min: 0, max: 60_000_000 }) }), {
  maxLength: 200,
});
const offsetArbitrary = fc.oneof(
  fc.constant(0),
  fc.constant(4_200_000),
  fc.integer({ min: -90_000_000, max: 90_000_000 }),
  fc.constantFrom(DAY, -DAY, 365 * DAY, -(366 * DAY)),
);
const offsetsArbitrary = fc.array(offsetArbitrary, { minLength: 3, maxLength: 3 });

describe('columns with clocks corrected', () => {
  it('are those of an import whose clocks had been right', () => {
    fc.assert(
      fc.property(rowsArbitrary, offsetsArbitrary, (rows, offsets) => {
        const adjusted = adjustedColumns(columnsOf(rows), Float64Array.from(offsets));
        const asIfRight = columnsOf(rows.map(({ file, time }) => ({ file, time: time + (offsets[file] ?? 0) })));
        expect(described(adjusted)).toEqual(described(asIfRight));
      }),
    );
  });

  it('are the old ones again when the correction is taken back', () => {
    fc.assert(
      fc.property(rowsArbitrary, offsetsArbitrary, (rows, offsets) => {
        const columns = columnsOf(rows);
        const there = adjustedColumns(columns, Float64Array.from(offsets));
        const back = adjustedColumns(
          there,
          Float64Array.from(offsets, (micros) => -micros),
        );
        expect(described(back)).toEqual(described(columns));
      }),
    );
  });

  it('leave the old ones as they were, and lie in memory that threads share', () => {
    const columns = columnsOf([
      { file: 0, time: 1 },
      { file: 1, time: 2 },
    ]);
    const before = described(columns);
    const adjusted = adjustedColumns(columns, Float64Array.of(0, -5, 0));
    expect(described(columns)).toEqual(before);
    for (const buffer of columnBuffers(adjusted)) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(Array.from(adjusted.time)).toEqual([START - 3, START + 1]);
  });
});

describe('copies of an event in other sources', () => {
  /** Two events of file 0 at 10 and 20; the first stands in files 1 and 2 too, the second in file 1. */
  const withCopies = (): EventColumns => ({
    ...columnsOf([
      { file: 0, time: 10 },
      { file: 0, time: 20 },
    ]),
    copies: {
      count: 3,
      row: Uint32Array.of(0, 0, 1),
      fileIndex: Uint16Array.of(1, 2, 1),
      byteOffset: Float64Array.of(1000, 2000, 1100),
      byteLength: Uint32Array.of(11, 12, 13),
      line: Uint32Array.of(5, 6, 7),
    },
  });
  const places = (columns: EventColumns): string[] =>
    described(columns).map((text) => {
      const [time, file, offset] = text.split(' ');
      return `${Number(time) - START} ${file}@${offset} ${text.slice(text.indexOf('['))}`;
    });

  it('stay copies while their clocks are corrected alike', () => {
    expect(places(adjustedColumns(withCopies(), Float64Array.of(7, 7, 7)))).toEqual([
      '17 0@0 [1@1000/11:5,2@2000/12:6]',
      '27 0@100 [1@1100/13:7]',
    ]);
  });

  it('become events of their own where they are not, at their own place', () => {
    expect(places(adjustedColumns(withCopies(), Float64Array.of(0, 100, 0)))).toEqual([
      '10 0@0 [2@2000/12:6]',
      '20 0@100 []',
      '110 1@1000 []',
      '120 1@1100 []',
    ]);
  });

  it('stay one event among themselves when it is the event’s own source that is corrected', () => {
    expect(places(adjustedColumns(withCopies(), Float64Array.of(-15, 0, 0)))).toEqual([
      '-5 0@0 []',
      '5 0@100 []',
      '10 1@1000 [2@2000/12:6]',
      '20 1@1100 []',
    ]);
  });
});

describe('evidence with clocks corrected', () => {
  const file = (id: string): EvidenceFile => ({
    id,
    path: `${id}.txt`,
    format: 'ps',
    bytes: 0,
    sha256: '',
    modified: epochMicros(START),
    containerId: null,
    records: 0,
    time: null,
    problems: [],
    problemCount: 0,
  });
  const source = (evidenceId: string) => ({ evidenceId, byteOffset: 0, byteLength: 1, line: 1 });
  const memory = (evidenceId: string, time: number | null) => ({
    time: time === null ? null : epochMicros(time),
    totalBytes: 1,
    freeBytes: null,
    availableBytes: null,
    swapTotalBytes: null,
    swapFreeBytes: null,
    from: 'free' as const,
    source: source(evidenceId),
  });
  const imported: ImportedEvidence = {
    files: [file('e1'), file('e2')],
    locations: [null, null],
    problems: [],
    columns: columnsOf([{ file: 0, time: 3 }]),
    processes: [],
    vmstat: [],
    hostMemory: [memory('e1', START), memory('e2', START), memory('e2', null)],
    configs: [],
    databases: [],
  };

  it('is itself without a correction, and with corrections of nothing', () => {
    expect(withClockOffsets(imported, new Map())).toBe(imported);
    expect(withClockOffsets(imported, new Map([['e1', 0]]))).toBe(imported);
  });

  it('moves the samples of that source alone, and says so of the file', () => {
    const moved = withClockOffsets(imported, new Map([['e2', -DAY]]));
    expect(moved.hostMemory.map(({ time }) => time)).toEqual([START, START - DAY, null]);
    expect(moved.files.map(({ clockOffsetMicros }) => clockOffsetMicros)).toEqual([undefined, -DAY]);
    // The file system's clock is that of whoever copied it.
    expect(moved.files[1]?.modified).toBe(START);
  });

  it('keeps times that can be written with four digits of year', () => {
    const late = { ...imported, hostMemory: [memory('e1', Date.UTC(9999, 11, 31) * 1_000)] };
    const [moved] = withClockOffsets(late, new Map([['e1', 400 * DAY]])).hostMemory;
    expect(new Date((moved?.time ?? 0) / 1_000).getUTCFullYear()).toBe(9999);
  });
});
