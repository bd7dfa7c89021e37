import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCKS } from '../../../electron/events/entry-keys.ts';
import { type EntryKeys, findCopies } from '../../../electron/events/find-copies.ts';
import { runs } from '../../support/properties.ts';

interface Row {
  readonly time: number;
  readonly file: number;
  readonly hash: number;
  readonly clock?: number;
  readonly pid?: number;
}
const [EXACT, MILLIS, SECONDS, LOGGER, TIED] = [0, 1, 2, 3, 4] as const;
const SECOND = 1_000_000;
const BASE = 1_769_573_422 * SECOND;

function keysOf(rows: readonly Row[]): { readonly keys: EntryKeys; readonly order: Uint32Array } {
  const keys: EntryKeys = {
    time: Float64Array.from(rows, (row) => BASE + row.time),
    fileIndex: Uint16Array.from(rows, (row) => row.file),
    pid: Int32Array.from(rows, (row) => row.pid ?? 7),
    hashOf: (event) => rows[event]?.hash ?? 0,
    clockOf: (event) => rows[event]?.clock ?? EXACT,
  };
  const order = Uint32Array.from(rows, (_, index) => index).sort(
    (a, b) => (keys.time[a] ?? 0) - (keys.time[b] ?? 0) || (keys.fileIndex[a] ?? 0) - (keys.fileIndex[b] ?? 0) || a - b,
  );
  return { keys, order };
}

/** Sets of row numbers that became one event, each sorted, in order. */
function groups(rows: readonly Row[], rank: readonly number[] = [0, 0, 0, 0, 0]): readonly (readonly number[])[] {
  const { keys, order } = keysOf(rows);
  const standsFor = findCopies(keys, order, rank) ?? Uint32Array.from(rows, (_, index) => index);
  const members = new Map<number, number[]>();
  for (const [row, by] of standsFor.entries()) members.set(by, [...(members.get(by) ?? []), row]);
  return [...members.values()].map((rows) => rows.sort((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

describe('copies of an entry', () => {
  it('have the same message at the same microsecond', () => {
    expect(
      groups([
        { time: 5, file: 0, hash: 1 },
        { time: 5, file: 1, hash: 1 },
      ]),
    ).toEqual([[0, 1]]);
    expect(
      groups([
        { time: 5, file: 0, hash: 1 },
        { time: 6, file: 1, hash: 1 },
      ]),
    ).toEqual([[0], [1]]);
    expect(
      groups([
        { time: 5, file: 0, hash: 1 },
        { time: 5, file: 1, hash: 2 },
      ]),
    ).toEqual([[0], [1]]);
  });

  it('never come from one file', () => {
    expect(
      groups([
        { time: 5, file: 0, hash: 1 },
        { time: 5, file: 0, hash: 1 },
      ]),
    ).toEqual([[0], [1]]);
  });

  it('are of one process, where the format tells it', () => {
    expect(
      groups([
        { time: 5, file: 0, hash: 1, pid: 7 },
        { time: 5, file: 1, hash: 1, pid: 8 },
      ]),
    ).toEqual([[0], [1]]);
    expect(
      groups([
        { time: 5, file: 0, hash: 1, pid: 7 },
        { time: 5, file: 1, hash: 1, pid: -1 },
      ]),
    ).toEqual([[0, 1]]);
    // Whoever has no pid does not make one of two processes.
    const three = [
      { time: 5, file: 0, hash: 1, pid: -1 },
      { time: 5, file: 1, hash: 1, pid: 7 },
      { time: 5, file: 2, hash: 1, pid: 8 },
    ];
    expect(groups(three)).toEqual([[0, 1], [2]]);
  });

  it('fit a stamp of whole seconds or milliseconds that was cut, not one beside it', () => {
    const of = (time: number, clock: number) => [
      { time: 2 * SECOND, file: 0, hash: 1, clock },
      { time, file: 1, hash: 1 },
    ];
    expect(groups(of(3 * SECOND - 1, SECONDS))).toEqual([[0, 1]]);
    expect(groups(of(3 * SECOND, SECONDS))).toEqual([[0], [1]]);
    expect(groups(of(2 * SECOND - 1, SECONDS))).toEqual([[0], [1]]);
    expect(groups(of(2 * SECOND + 999, MILLIS))).toEqual([[0, 1]]);
    expect(groups(of(2 * SECOND + 1000, MILLIS))).toEqual([[0], [1]]);
    expect(groups(of(4 * SECOND, LOGGER))).toEqual([[0, 1]]);
    expect(groups(of(SECOND, LOGGER))).toEqual([[0], [1]]);
    expect(groups(of(SECOND / 2, TIED))).toEqual([[0, 1]]);
  });

  it('are one by all clocks, not by each pair alone', () => {
    // The second of the first fits both others, which are two entries.
    const rows = [
      { time: 0, file: 0, hash: 1, clock: SECONDS },
      { time: 200, file: 1, hash: 1 },
      { time: 300, file: 2, hash: 1 },
    ];
    expect(groups(rows)).toEqual([[0, 1], [2]]);
  });

  it('are told apart by their order when one second says the same thrice', () => {
    const rows = [
      { time: 0, file: 0, hash: 1, clock: SECONDS },
      { time: 0, file: 0, hash: 1, clock: SECONDS },
      { time: 0, file: 0, hash: 1, clock: SECONDS },
      { time: 100, file: 1, hash: 1 },
      { time: 300, file: 1, hash: 1 },
      { time: 300, file: 1, hash: 1 },
    ];
    expect(groups(rows)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  it('leave rows of snapshots alone', () => {
    expect(
      groups([
        { time: 5, file: 0, hash: 0 },
        { time: 5, file: 1, hash: 0 },
      ]),
    ).toEqual([[0], [1]]);
  });

  it('are stood for by the format that says most, then by the finest clock, then by the first file', () => {
    const rows = [
      { time: 0, file: 0, hash: 1, clock: SECONDS },
      { time: 9, file: 1, hash: 1 },
      { time: 9, file: 2, hash: 1 },
    ];
    const { keys, order } = keysOf(rows);
    expect(findCopies(keys, order, [2, 2, 2])).toEqual(Uint32Array.of(1, 1, 1));
    expect(findCopies(keys, order, [2, 2, 1])).toEqual(Uint32Array.of(2, 2, 2));
    expect(findCopies(keys, order, [0, 2, 1])).toEqual(Uint32Array.of(0, 0, 0));
  });

  it('are all found, and nothing else, in any exports of any journal', () => {
    const entry = fc.record({ gap: fc.oneof(fc.nat(3), fc.nat(3 * SECOND)), hash: fc.integer({ min: 1, max: 3 }) });
    const exported = fc.constantFrom(EXACT, MILLIS, SECONDS, EXACT);
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 40 }),
        fc.array(exported, { minLength: 1, maxLength: 4 }),
        (journal, clocks) => {
          let time = 0;
          const rows: Row[] = [];
          const wanted: number[][] = [];
          for (const { gap, hash } of journal) {
            time += gap;
            const copies: number[] = [];
            for (const [file, clock] of clocks.entries()) {
              const cutTo = (CLOCKS[clock]?.after ?? 0) + 1;
              copies.push(rows.length);
              rows.push({ time: time - (time % cutTo), file, hash, clock });
            }
            wanted.push(copies);
          }
          expect(groups(rows)).toEqual(wanted);
        },
      ),
      { numRuns: runs(400) },
    );
  });
});
