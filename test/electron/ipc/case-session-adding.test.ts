import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { openCase } from '../../../electron/case/open-case.ts';
import { CaseSession } from '../../../electron/ipc/case-session.ts';
import type { OpenOutcome } from '../../../shared/contract/ipc.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';

/** A session over the real import, with a journal and more evidence to add. */
function desk() {
  const more = Array.from({ length: 8 }, (_each, at) => `${isoPreciseLine(at, 'app', 9, `earlier ${at}`)}\n`).join('');
  const folder = writeTree(tempFolder(), { 'journal.txt': timeoutJournal(), 'more.txt': more });
  const session = new CaseSession({ openCase, toJobError, onProgress: () => {}, onChange: () => {} });
  return { folder, session, journal: join(folder, 'journal.txt'), more: join(folder, 'more.txt') };
}
const viewOf = (outcome: OpenOutcome | null) => (outcome?.status === 'opened' ? outcome.view : null);

describe('adding to an open case', () => {
  it('reads old and new together and finds rows again by their bytes', async () => {
    const { session, journal, more } = desk();
    await session.open([journal]);
    const before = session.current()?.openCase.store.event(3);
    expect(session.add([more, journal])).toEqual({ status: 'started', added: 1, known: [journal], missing: [] });
    expect(session.current()?.openCase.store.event(3)).toEqual(before);
    expect(session.running()).toMatchObject({ kind: 'add', title: 'more.txt' });
    const view = viewOf(await session.outcome());
    expect(view?.eventCount).toBe(14);
    expect(session.current()?.paths).toEqual([journal, more]);
    const { rows, evidenceIds } = session.carry([3], ['e1', 'e7']);
    const after = session.current()?.openCase.store.event(rows[0] ?? -1);
    expect(after?.message).toBe(before?.message);
    expect(after?.source).toEqual(before?.source);
    expect(evidenceIds).toEqual(['e1', null]);
    await session.close();
  });

  it('leaves the case untouched when it is cancelled', async () => {
    const { session, journal, more } = desk();
    await session.open([journal]);
    session.add([more]);
    const outcome = session.outcome();
    session.cancel();
    expect(await outcome).toEqual({ status: 'cancelled' });
    expect(session.current()?.paths).toEqual([journal]);
    expect(session.current()?.openCase.store.event(0).message).toBeTruthy();
    await session.close();
  });

  it('says which evidence of the case is gone, and keeps the case', async () => {
    const { session, journal, more } = desk();
    await session.open([journal]);
    rmSync(journal);
    expect(() => session.add([more])).toThrow(/no longer where it was.*journal\.txt: it is not there/);
    expect(session.current()?.paths).toEqual([journal]);
    expect(session.running()).toBeNull();
    await session.close();
  });

  it('does nothing for what it has, and tells what is missing', async () => {
    const { session, folder, journal } = desk();
    await session.open([journal]);
    const gone = join(folder, 'gone');
    expect(session.add([journal, gone])).toEqual({
      ...{ status: 'nothing', added: 0, known: [journal] },
      missing: [{ path: gone, reason: 'it is not there' }],
    });
    expect(() => session.add([gone])).toThrow(/gone: it is not there/);
    await session.close();
  });

  it('reads what came too late for one import in a second one right after', async () => {
    const { journal, more } = desk();
    const session = new CaseSession({
      // Handed over when reading has ended: nothing takes it in any more.
      openCase: async (request) => {
        const opened = await openCase(request);
        if (request.paths.length === 1) session.add([more]);
        return opened;
      },
      ...{ toJobError, onProgress: () => {}, onChange: () => {} },
    });
    const first = await session.open([journal]);
    expect(first).toMatchObject({ status: 'opened', isFollowed: true, view: { eventCount: 6 } });
    expect(viewOf(await session.outcome())?.eventCount).toBe(14);
    expect(session.current()?.paths).toEqual([journal, more]);
    await session.close();
  });
});
