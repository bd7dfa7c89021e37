import { describe, expect, it, vi } from 'vitest';
import { columnPlan } from '../../../renderer/screens/database/column-plan.ts';
import { askedOf, SqlConsole } from '../../../renderer/state/sql-console.ts';
import { TABLE_PAGE_ROWS, TablePages } from '../../../renderer/state/table-pages.ts';
import type { DatabaseTarget } from '../../../shared/contract/database-requests.ts';
import type { InquestBridge } from '../../../shared/contract/ipc.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

const TARGET: DatabaseTarget = { evidenceId: 'e1', view: 'committed' };
const LIST = { object: 0, filter: { text: '', column: null }, sort: null } as const;

/** A bridge that answers a request by hand. */
function bridgeWith(answer: (name: string, payload: unknown) => Promise<unknown>): InquestBridge {
  // What is asked for is what the test answers with.
  return { request: answer as InquestBridge['request'], on: () => () => undefined, pathsOf: () => [] };
}

describe('the statement that is meant', () => {
  const text = 'SELECT 1;\n\nSELECT 2; -- done';
  it('is what is selected, else the one at the cursor', () => {
    expect(askedOf(text, { from: 3, to: 3 })).toEqual({ sql: 'SELECT 1', from: 0 });
    expect(askedOf(text, { from: 10, to: 10 })).toEqual({ sql: 'SELECT 2', from: 11 });
    expect(askedOf(text, { from: 0, to: 6 })).toEqual({ sql: 'SELECT', from: 0 });
    expect(askedOf('-- nothing', { from: 0, to: 0 })).toBeNull();
  });
});

describe('a console', () => {
  it('keeps what was run and its answer, and takes one statement at a time', async () => {
    const bridge = createMockBridge({ initial: 'reference', speed: 0 });
    const console = new SqlConsole(bridge, 'SELECT 1; DROP TABLE t');
    const seen = vi.fn();
    console.subscribe(seen);
    const first = console.ask('result', TARGET, { from: 0, to: 0 });
    expect(console.snapshot().running?.kind).toBe('result');
    await console.ask('result', TARGET, { from: 20, to: 20 });
    await first;
    expect(bridge.requests.filter(({ name }) => name === 'database.run')).toHaveLength(1);
    expect(console.snapshot()).toMatchObject({
      running: null,
      answer: { sql: 'SELECT 1', outcome: { status: 'done' } },
    });
    expect(seen).toHaveBeenCalledTimes(2);

    await console.ask('result', TARGET, { from: 20, to: 20 });
    expect(console.snapshot().answer).toMatchObject({ from: 10, outcome: { status: 'refused', place: { from: 0 } } });
    await console.ask('plan', TARGET, { from: 20, to: 20 });
    expect(console.snapshot().answer).toMatchObject({ kind: 'plan', outcome: { status: 'done' } });
    expect(console.history()).toEqual(['SELECT 1', 'DROP TABLE t']);
  });

  it('tells of a request that failed, and stops on demand', async () => {
    const asked: string[] = [];
    let fail: (reason: unknown) => void = () => undefined;
    const bridge = bridgeWith((name) => {
      asked.push(name);
      return name === 'database.run'
        ? new Promise((_, reject) => {
            fail = reject;
          })
        : Promise.resolve(undefined);
    });
    const console = new SqlConsole(bridge, 'SELECT 1');
    await console.stop();
    expect(asked).toEqual([]);
    console.setLimit(60);
    const running = console.ask('result', TARGET, { from: 0, to: 0 });
    await console.stop();
    fail({ kind: 'usage', message: 'the case was closed' });
    await running;
    expect(asked).toEqual(['database.run', 'database.cancel']);
    expect(console.snapshot().answer?.outcome).toEqual({
      status: 'failed',
      message: 'the case was closed',
      place: null,
    });
  });
});

describe('rows by page', () => {
  const pageOf = (offset: number) => ({
    columns: ['id'],
    moreColumns: 0,
    hasRowid: false,
    total: 1_000,
    offset,
    rows: Array.from({ length: TABLE_PAGE_ROWS }, (_, row) => [offset + row]),
  });

  it('are fetched as they come into sight, each page once', async () => {
    const offsets: number[] = [];
    const pages = new TablePages(
      bridgeWith(async (_name, payload) => {
        const { offset } = payload as { offset: number };
        offsets.push(offset);
        return pageOf(offset);
      }),
      TARGET,
      LIST,
    );
    pages.ensure(0, 20);
    expect(pages.rowAt(0)).toBeNull();
    await vi.waitFor(() => expect(pages.snapshot().total).toBe(1_000));
    pages.ensure(190, 210);
    await vi.waitFor(() => expect(pages.rowAt(205)).toEqual([205]));
    pages.ensure(0, 210);
    expect(offsets).toEqual([0, 200]);
    expect(pages.rowAt(5)).toEqual([5]);
  });

  it('say what went wrong, and are asked for again', async () => {
    let isBroken = true;
    const pages = new TablePages(
      bridgeWith(async () => {
        if (isBroken) throw { kind: 'usage', message: 'database disk image is malformed' };
        return pageOf(0);
      }),
      TARGET,
      LIST,
    );
    pages.ensure(0, 0);
    await vi.waitFor(() => expect(pages.snapshot().error).toBe('database disk image is malformed'));
    isBroken = false;
    pages.retry(0, 0);
    await vi.waitFor(() => expect(pages.rowAt(0)).toEqual([0]));
    expect(pages.snapshot().error).toBeNull();
  });
});

describe('the columns of a grid', () => {
  it('are as wide as they need within bounds, numbers flush right', () => {
    const rows = [
      [1, 'a'.repeat(500), null],
      [22, 'b', { type: 'number', text: '1.0' } as const],
    ];
    const [id, text, real] = columnPlan(['id', 'text', 'real'], rows);
    expect([id?.isNumeric, text?.isNumeric, real?.isNumeric]).toEqual([true, false, true]);
    expect(id?.widthPx).toBeLessThan(80);
    expect(text?.widthPx).toBe(380);
    expect(columnPlan(['empty'], [])[0]?.isNumeric).toBe(false);
  });
});
