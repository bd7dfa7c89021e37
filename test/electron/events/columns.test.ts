import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterRows, firstRowFrom, sortedRows } from '../../../electron/events/event-filter.ts';
import { EventTable } from '../../../electron/events/event-table.ts';
import { thinnedPoints } from '../../../electron/events/thin-points.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { ParsedEvent } from '../../../shared/evidence/reading/parser.ts';
import { EVENT_KINDS, type EventKind, SEVERITIES, type Severity } from '../../../shared/model/event.ts';
import type { EvidenceFile } from '../../../shared/model/evidence.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { columnBuffers, columnBytes } from '../../support/column-buffers.ts';

interface Sketch {
  readonly time: number;
  readonly file: number;
  readonly offset: number;
  readonly pid: number | null;
  readonly kind: EventKind;
  readonly severity: Severity | null;
}

const START = 1_769_573_422_000_000;

function eventOf({ time, offset, pid, kind, severity }: Sketch): ParsedEvent {
  return {
    time: epochMicros(START + time),
    resolutionMicros: 1,
    timestampDesc: 'entry written',
    kind,
    message: '',
    pid,
    identifier: null,
    host: null,
    severity,
    unit: null,
    detail: {},
    source: { evidenceId: '', byteOffset: offset, byteLength: 10, line: 1 },
  };
}

function columnsOf(sketches: readonly Sketch[]) {
  const table = new EventTable();
  for (const sketch of sketches) table.add(eventOf(sketch), sketch.file);
  return table.finish();
}

const fileOf = (index: number): EvidenceFile => ({
  id: `e${index + 1}`,
  path: `${index}.txt`,
  format: 'journal-short-iso',
  bytes: 0,
  sha256: '',
  modified: null,
  containerId: null,
  records: 0,
  time: null,
  problems: [],
  problemCount: 0,
});
const FILES = [fileOf(0), fileOf(1), fileOf(2)];

const sketch: fc.Arbitrary<Sketch> = fc.record({
  time: fc.integer({ min: 0, max: 30 }),
  file: fc.integer({ min: 0, max: 2 }),
  offset: fc.integer({ min: 0, max: 2 ** 40 }),
  pid: fc.option(fc.integer({ min: 0, max: 4 })),
  kind: fc.constantFrom(...EVENT_KINDS),
  severity: fc.option(fc.constantFrom(...SEVERITIES)),
});
const sketches = fc.array(sketch, { maxLength: 60 });

describe('the event table', () => {
  test('gives events by time, then file, then in the order they came', () => {
    fc.assert(
      fc.property(sketches, (all) => {
        const columns = columnsOf(all);
        const expected = all
          .map((event, order) => ({ event, order }))
          .sort((a, b) => a.event.time - b.event.time || a.event.file - b.event.file || a.order - b.order)
          .map(({ event }) => [event.time, event.file, event.offset, event.pid, event.kind, event.severity]);
        const actual = Array.from({ length: columns.count }, (_, row) => [
          (columns.time[row] ?? 0) - START,
          columns.fileIndex[row],
          columns.byteOffset[row],
          columns.pid[row] === -1 ? null : columns.pid[row],
          EVENT_KINDS[columns.kind[row] ?? 0],
          SEVERITIES[columns.severity[row] ?? 255] ?? null,
        ]);
        expect(actual).toEqual(expected);
      }),
    );
  });

  test.each([
    { what: 'where they lie', reservedRows: undefined },
    { what: 'after having moved', reservedRows: 1 },
  ])('hands out events that came in order $what, and other threads see the same memory', ({ reservedRows }) => {
    const table = new EventTable(reservedRows);
    const base = { pid: null, kind: 'log', severity: null, file: 0 } as const;
    for (let index = 0; index < 200_000; index++) {
      table.add(eventOf({ ...base, time: index, offset: index * 3, pid: index % 7 }), 0);
      if (index === 199_999) expect(table.timeOf(100_000)).toBe(START + 100_000);
    }
    const columns = table.finish();
    expect(columns.count).toBe(200_000);
    for (const column of [columns.time, columns.byteOffset, columns.pid, columns.unit])
      expect(column.length).toBe(200_000);
    for (const row of [0, 65_535, 65_536, 131_072, 199_999]) {
      expect(columns.time[row]).toBe(START + row);
      expect(columns.byteOffset[row]).toBe(row * 3);
      expect(columns.pid[row]).toBe(row % 7);
    }
    // Columns grow by 65,536 rows, so that up to as many are room that is not used.
    expect(columnBytes(columns)).toBe(34 * 4 * 65_536);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(columns);
    const received: typeof columns | undefined = receiveMessageOnPort(port2)?.message;
    port1.close();
    columns.time[100_000] = 1;
    expect(received?.time.length).toBe(200_000);
    expect(received?.time[100_000]).toBe(1);
    expect(received?.pid[199_999]).toBe(199_999 % 7);
    // An emptied table starts anew, apart from what it gave before.
    table.add(eventOf({ ...base, time: 5, offset: 0 }), 0);
    expect(table.finish().count).toBe(1);
    expect(columns.time[0]).toBe(START);
  });

  test('puts many events in order where they lie, at 34 bytes an event, in memory that threads share', () => {
    const table = new EventTable();
    for (let index = 0; index < 200_000; index++) {
      const kind = EVENT_KINDS[index % EVENT_KINDS.length] ?? 'log';
      const severity = SEVERITIES[index % SEVERITIES.length] ?? null;
      table.add(eventOf({ time: 200_000 - index, offset: index, pid: index, kind, severity, file: 0 }), index % 3);
    }
    const columns = table.finish();
    expect(columns.count).toBe(200_000);
    for (const row of [0, 1, 65_535, 65_536, 131_072, 199_999]) {
      const index = 199_999 - row;
      expect(columns.time[row]).toBe(START + row + 1);
      expect(columns.byteOffset[row]).toBe(index);
      expect(columns.byteLength[row]).toBe(10);
      expect(columns.pid[row]).toBe(index);
      expect(columns.fileIndex[row]).toBe(index % 3);
      expect(columns.kind[row]).toBe(index % EVENT_KINDS.length);
      expect(columns.severity[row]).toBe(index % SEVERITIES.length);
    }
    expect(columnBytes(columns)).toBe(34 * 4 * 65_536);
    for (const buffer of columnBuffers(columns)) {
      if (buffer.byteLength > 0) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });
});

describe('filters and sorts over columns', () => {
  const filter = fc.record({
    text: fc.constant(''),
    query: fc.constant(''),
    kinds: fc.subarray([...EVENT_KINDS]),
    severities: fc.subarray([...SEVERITIES]),
    evidenceIds: fc.subarray(['e1', 'e2', 'e3']),
    pids: fc.subarray([0, 1, 2, 3, 4]),
    units: fc.constant<string[]>([]),
    withoutKinds: fc.subarray([...EVENT_KINDS].slice(0, 4)),
    templates: fc.constant<string[]>([]),
    withoutTemplates: fc.constant<string[]>([]),
    from: fc.option(fc.integer({ min: START - 1, max: START + 31 })),
    to: fc.option(fc.integer({ min: START - 1, max: START + 31 })),
  });

  test('a filter lets through what each of its parts names', () => {
    fc.assert(
      fc.property(sketches, filter, (all, wanted) => {
        const columns = columnsOf(all);
        const expected = Array.from({ length: columns.count }, (_, row) => row).filter((row) => {
          const time = columns.time[row] ?? 0;
          const kind = EVENT_KINDS[columns.kind[row] ?? 0] ?? 'log';
          const severity = SEVERITIES[columns.severity[row] ?? 255];
          return (
            (wanted.kinds.length === 0 || wanted.kinds.includes(kind)) &&
            !wanted.withoutKinds.includes(kind) &&
            (wanted.severities.length === 0 || (severity !== undefined && wanted.severities.includes(severity))) &&
            (wanted.evidenceIds.length === 0 || wanted.evidenceIds.includes(`e${(columns.fileIndex[row] ?? 0) + 1}`)) &&
            (wanted.pids.length === 0 || wanted.pids.includes(columns.pid[row] ?? -1)) &&
            (wanted.from === null || time >= wanted.from) &&
            (wanted.to === null || time <= wanted.to)
          );
        });
        expect([...filterRows(columns, FILES, wanted)]).toEqual(expected);
      }),
    );
  });

  test('descending is the reverse of ascending, ties in time order, missing values last', () => {
    const columns = columnsOf([
      { time: 1, file: 1, offset: 0, pid: 9, kind: 'worker-boot', severity: 'info' },
      { time: 2, file: 0, offset: 0, pid: null, kind: 'log', severity: null },
      { time: 3, file: 0, offset: 9, pid: 5, kind: 'arbiter-start', severity: 'crit' },
      { time: 4, file: 2, offset: 0, pid: 5, kind: 'log', severity: 'info' },
    ]);
    const rows = filterRows(columns, FILES, EVERY_EVENT);
    const by = (column: 'time' | 'source' | 'pid' | 'severity' | 'kind', descending = false) => [
      ...sortedRows(columns, rows, { column, descending }),
    ];
    expect(by('time')).toEqual([0, 1, 2, 3]);
    expect(by('source')).toEqual([1, 2, 0, 3]);
    expect(by('pid')).toEqual([2, 3, 0, 1]);
    expect(by('severity')).toEqual([2, 0, 3, 1]);
    expect(by('kind')).toEqual([2, 1, 3, 0]);
    for (const column of ['time', 'source', 'pid', 'severity', 'kind'] as const) {
      expect(by(column, true)).toEqual(by(column).reverse());
    }
    expect([...rows]).toEqual([0, 1, 2, 3]);
  });

  test('binary search finds the first row from a time, and the first after it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: -1, max: 21 }), (values, wanted) => {
        const times = Float64Array.from(values).sort();
        const list = [...times];
        const from = list.findIndex((time) => time >= wanted);
        const after = list.findIndex((time) => time > wanted);
        expect(firstRowFrom(times, wanted)).toBe(from < 0 ? list.length : from);
        expect(firstRowFrom(times, wanted, true)).toBe(after < 0 ? list.length : after);
      }),
    );
  });
});

describe('points for a drawing', () => {
  const run = (count: number, notableEvery: number) =>
    columnsOf(
      Array.from({ length: count }, (_, time) => ({
        time,
        file: 0,
        offset: time,
        pid: null,
        severity: null,
        kind: time % notableEvery === 0 ? ('worker-timeout' as const) : ('log' as const),
      })),
    );

  test('few events are all there', () => {
    expect(thinnedPoints(run(50, 10), FILES, 50)).toHaveLength(50);
  });

  test('many are thinned to the limit, evenly, and notable ones stay', () => {
    const points = thinnedPoints(run(10_000, 1000), FILES, 500);
    expect(points).toHaveLength(500);
    expect(points.filter((point) => point.kind === 'worker-timeout')).toHaveLength(10);
    expect(points.map((point) => point.row)).toEqual(points.map((point) => point.row).sort((a, b) => a - b));
    const background = points.filter((point) => point.kind === 'log').map((point) => point.row);
    const gaps = background.slice(1).map((row, index) => row - (background[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(25);
  });

  test('too many notable ones are thinned as well', () => {
    expect(thinnedPoints(run(1000, 1), FILES, 100)).toHaveLength(100);
    expect(thinnedPoints(run(0, 1), FILES, 100)).toEqual([]);
  });
});
