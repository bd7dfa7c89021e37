import { describe, expect, it } from 'vitest';
import { createProblemLog } from '../../../../shared/evidence/sqlite/problems.ts';
import { parseRollbackJournal } from '../../../../shared/evidence/sqlite/rollback-journal.ts';
import { fixtureBytes, withByte } from './support.ts';

const hot = fixtureBytes('journal-hot/service.db-journal');

function parse(bytes: Uint8Array) {
  const problems = createProblemLog();
  const journal = parseRollbackJournal(bytes, problems);
  return { journal, problems: problems.list() };
}

describe('parseRollbackJournal', () => {
  it('reads a hot journal of a killed process', () => {
    const { journal, problems } = parse(hot);
    expect(journal).toMatchObject({ state: 'hot', pageSize: 512, originalPageCount: 21, superJournal: null });
    expect(journal.records).toBe(journal.originalPages.size);
    expect(journal.records).toBeGreaterThan(5);
    expect(problems).toEqual([]);
  });

  it('sees an open transaction whose journal was not yet synced', () => {
    const { journal, problems } = parse(fixtureBytes('journal-unsynced/service.db-journal'));
    expect(journal).toMatchObject({ state: 'unsynced', pageSize: 512, originalPageCount: 21, records: 1 });
    expect(problems).toEqual([]);
  });

  it('takes a zeroed or empty journal for a finished transaction', () => {
    expect(parse(fixtureBytes('journal-finished/service.db-journal')).journal.state).toBe('finished');
    expect(parse(new Uint8Array(0)).journal.state).toBe('finished');
  });

  it('applies the records in front of a damaged one and says so', () => {
    const intact = parse(hot).journal;
    const third = [...intact.originalPages.values()][2] ?? 0;
    // 112 = 512 - 2 * 200 is a byte that the sparse checksum sums.
    const { journal, problems } = parse(withByte(hot, third + 112, (byte) => byte + 1));
    expect(journal.records).toBe(2);
    expect(problems).toEqual([expect.objectContaining({ kind: 'damaged-database' })]);
    expect(problems[0]?.message).toContain('Record 3');
  });

  it('reports a journal that is cut off', () => {
    const { journal, problems } = parse(hot.subarray(0, 512 + 700));
    expect(journal).toMatchObject({ state: 'hot', records: 1 });
    expect(problems[0]?.message).toContain('cut off');
  });

  it.each([
    ['signature', 1, 0x55],
    ['sector size', 22, 0x03],
    ['page size', 26, 0x03],
  ])('does not apply a journal with a wrong %s', (_what, offset, value) => {
    const { journal, problems } = parse(withByte(hot, offset, () => value));
    expect(journal.state).toBe('unreadable');
    expect(problems).toHaveLength(1);
  });

  it('names the super-journal of a transaction over several databases', () => {
    const name = new TextEncoder().encode('/var/lib/service/other.db-mj0A1B2C3D');
    const tail = new Uint8Array(name.length + 16);
    tail.set(name);
    const view = new DataView(tail.buffer);
    view.setUint32(name.length, name.length);
    view.setUint32(
      name.length + 4,
      name.reduce((sum, byte) => sum + byte, 0),
    );
    tail.set(hot.subarray(0, 8), name.length + 8);
    const { journal, problems } = parse(Uint8Array.from([...hot, ...tail]));
    expect(journal.superJournal).toBe('/var/lib/service/other.db-mj0A1B2C3D');
    expect(problems[0]?.message).toContain('several databases');
  });
});
