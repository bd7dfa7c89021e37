import { describe, expect, it } from 'vitest';
import { createProblemLog } from '../../../../shared/evidence/sqlite/problems.ts';
import { parseWal } from '../../../../shared/evidence/sqlite/wal.ts';
import { fixtureBytes, NEEDS_SHELL, runShell, SHELL_MISSING, withBigEndianChecksums, withByte } from './support.ts';

const FRAME = 24 + 512;
const killed = fixtureBytes('import-killed/service.db-wal');
const restarted = fixtureBytes('wal-restarted/service.db-wal');

function parse(bytes: Uint8Array) {
  const problems = createProblemLog();
  const log = parseWal(bytes, problems);
  return { log, problems: problems.list() };
}

describe('parseWal', () => {
  it('takes a log of 0 bytes for a valid, empty one', () => {
    const { log, problems } = parse(new Uint8Array(0));
    expect(log).toMatchObject({
      validFrames: 0,
      committedFrames: 0,
      uncommittedFrames: 0,
      staleFrames: 0,
      tornBytes: 0,
    });
    expect(problems).toEqual([]);
  });

  it('counts an open transaction whose process was killed, also the frames it rewrote in place', () => {
    const { log, problems } = parse(killed);
    const frames = (killed.length - 32) / FRAME;
    expect(log.committedFrames).toBe(1);
    expect(log.uncommittedFrames).toBe(frames - 1);
    expect(log.staleFrames).toBe(0);
    expect(log.uncommittedRange).toEqual({ byteOffset: 32 + FRAME, byteLength: (frames - 1) * FRAME });
    expect(problems).toEqual([]);
    // The fixture does show the oddity: frames of the transaction without salts, behind a frame with a wrong checksum.
    const salts = Array.from({ length: frames }, (_, frame) =>
      killed.subarray(32 + frame * FRAME + 8, 32 + frame * FRAME + 16),
    );
    expect(salts.filter((salt) => salt.every((byte) => byte === 0)).length).toBeGreaterThan(10);
  });

  it('keeps frames of an earlier generation apart', () => {
    const { log, problems } = parse(restarted);
    expect(log).toMatchObject({ committedFrames: 2, uncommittedFrames: 0, staleFrames: 6, committedPageCount: 23 });
    expect(problems).toEqual([]);
  });

  it('reports a wrong checksum in front of later commits as damage and stops at the commit before', () => {
    const { log, problems } = parse(withByte(restarted, 32 + FRAME + 24 + 100, (byte) => byte ^ 1));
    expect(log).toMatchObject({ committedFrames: 1, uncommittedFrames: 0, unreachableFrames: 1, staleFrames: 6 });
    expect(problems.map((problem) => problem.kind)).toEqual(['damaged-database']);
    expect(problems[0]?.message).toContain('behind frame 1 (byte 568 of the -wal)');
  });

  it('leaves a torn last frame out and says how long it is', () => {
    const { log, problems } = parse(killed.subarray(0, killed.length - 100));
    expect(log.tornBytes).toBe(FRAME - 100);
    expect(log.validFrames).toBe((killed.length - 32) / FRAME - 1);
    expect(problems).toEqual([expect.objectContaining({ kind: 'truncated' })]);
  });

  it('does not take frames without salts for a transaction when none with salts stands in front', () => {
    // Zeroed salts right behind the last commit: leftovers of an older transaction, not the beginning of a new one.
    const bytes = restarted.slice();
    bytes.fill(0, 32 + 2 * FRAME + 8, 32 + 2 * FRAME + 24);
    expect(parse(bytes).log).toMatchObject({ committedFrames: 2, uncommittedFrames: 0, staleFrames: 6 });
  });

  it('tells frames of zeros from frames', () => {
    const bytes = new Uint8Array(restarted.length + 2 * FRAME);
    bytes.set(restarted);
    const { log, problems } = parse(bytes);
    expect(log).toMatchObject({ committedFrames: 2, uncommittedFrames: 0, staleFrames: 6 });
    expect(problems[0]?.message).toContain('2 frames of the -wal are zeros');
  });

  it.each([
    ['signature', 0],
    ['version', 5],
    ['page size', 10],
    ['checksum', 24],
  ])('ignores a log with a wrong %s, as SQLite does', (_what, offset) => {
    const { log, problems } = parse(withByte(killed, offset, (byte) => byte ^ 0x55));
    expect(log).toMatchObject({ validFrames: 0, committedFrames: 0, uncommittedFrames: 0 });
    expect(problems).toHaveLength(1);
  });

  it('reports a header that is cut off', () => {
    expect(parse(killed.subarray(0, 20)).problems[0]?.kind).toBe('truncated');
  });

  it.skipIf(SHELL_MISSING)(`reads logs of either byte order${NEEDS_SHELL}`, () => {
    const committed = restarted.slice(0, 32 + 2 * FRAME);
    const swapped = withBigEndianChecksums(committed);
    expect(parse(swapped).log.committedPages).toEqual(parse(committed).log.committedPages);
    const main = fixtureBytes('wal-restarted/service.db');
    const count = "SELECT count(*) FROM audit_entries WHERE actor = 'second'";
    expect(runShell(count, { 'service.db': main, 'service.db-wal': swapped }).output).toBe('1\n');
    expect(runShell(count, { 'service.db': main }).output).toBe('0\n');
  });
});
