import { describe, expect, it } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import type { OpenCase } from '../../../electron/case/open-case.ts';
import { CaseSession, type SessionOptions } from '../../../electron/ipc/case-session.ts';
import { UsageError } from '../../../electron/threads/usage-error.ts';
import type { Progress } from '../../../shared/model/job.ts';
import { referenceOpenCase } from '../../support/reference-open-case.ts';

type OpenRequest = Parameters<SessionOptions['openCase']>[0];

/** A case that notes when it is let go. */
function caseNamed(title: string): { readonly openCase: OpenCase; disposals: number } {
  const noted = {
    disposals: 0,
    openCase: {
      ...referenceOpenCase(),
      title,
      dispose: async () => {
        noted.disposals += 1;
      },
    },
  };
  return noted;
}

/** An opening that the test finishes by hand, and that heeds its signal as the real one does. */
class Openings {
  readonly requests: OpenRequest[] = [];
  readonly #endings: { finish: (opened: OpenCase) => void; fail: (error: unknown) => void }[] = [];

  readonly open = (request: OpenRequest): Promise<OpenCase> => {
    this.requests.push(request);
    return new Promise((finish, fail) => {
      this.#endings.push({ finish, fail });
      request.signal.addEventListener('abort', () => fail(new DOMException('stopped', 'AbortError')));
    });
  };

  finish(index: number, opened: OpenCase): void {
    this.#endings[index]?.finish(opened);
  }

  fail(index: number, error: unknown): void {
    this.#endings[index]?.fail(error);
  }
}

function sessionWith(openCase: SessionOptions['openCase']) {
  const changes: boolean[] = [];
  const progress: Progress[] = [];
  const session = new CaseSession({
    openCase,
    toJobError,
    onProgress: (step) => progress.push(step),
    onChange: (isOpen) => changes.push(isOpen),
  });
  return { session, changes, progress };
}

const step: Progress = { stage: 'reading', item: 'journal.log', doneBytes: 1, totalBytes: 2 };

describe('CaseSession', () => {
  it('holds the case that was opened, and lets it go when it is closed', async () => {
    const openings = new Openings();
    const { session, changes } = sessionWith(openings.open);
    const noted = caseNamed('first');
    const opening = session.open(['/first']);
    openings.finish(0, noted.openCase);
    expect(await opening).toMatchObject({ status: 'opened', view: { title: 'incident-2026-01-28' } });
    expect(session.current()).toMatchObject({ paths: ['/first'], openCase: { title: 'first' } });
    await session.close();
    await session.close();
    expect(session.current()).toBeNull();
    expect(noted.disposals).toBe(1);
    expect(changes).toEqual([true, false]);
  });

  it('replaces a case only when the new one is ready', async () => {
    const openings = new Openings();
    const { session } = sessionWith(openings.open);
    const [first, second] = [caseNamed('first'), caseNamed('second')];
    const opening = session.open(['/first']);
    openings.finish(0, first.openCase);
    await opening;
    const replacing = session.open(['/second']);
    expect(session.current()?.openCase.title).toBe('first');
    expect(first.disposals).toBe(0);
    openings.finish(1, second.openCase);
    await replacing;
    expect(session.current()?.openCase.title).toBe('second');
    expect([first.disposals, second.disposals]).toEqual([1, 0]);
  });

  it('keeps the old case when an opening fails, and tells the failure as data', async () => {
    const openings = new Openings();
    const { session } = sessionWith(openings.open);
    const opening = session.open(['/first']);
    openings.finish(0, caseNamed('first').openCase);
    await opening;
    const failing = session.open(['/nothing']);
    openings.fail(1, new UsageError('there is nothing'));
    expect(await failing).toEqual({ status: 'failed', error: { kind: 'usage', message: 'there is nothing' } });
    expect(session.current()?.openCase.title).toBe('first');
  });

  it('cancels an opening, says so, and sends no more progress', async () => {
    const openings = new Openings();
    const { session, progress } = sessionWith(openings.open);
    const opening = session.open(['/slow']);
    openings.requests[0]?.onProgress(step, null);
    session.cancel();
    openings.requests[0]?.onProgress(step, null);
    expect(await opening).toEqual({ status: 'cancelled' });
    expect(progress).toEqual([step]);
    expect(session.current()).toBeNull();
  });

  it('lets go of a case that was finished in spite of being cancelled', async () => {
    const noted = caseNamed('late');
    let finish: (opened: OpenCase) => void = () => {};
    const { session, changes } = sessionWith(
      () =>
        new Promise((settle) => {
          finish = settle;
        }),
    );
    const opening = session.open(['/late']);
    session.cancel();
    finish(noted.openCase);
    expect(await opening).toEqual({ status: 'cancelled' });
    expect(noted.disposals).toBe(1);
    expect(session.current()).toBeNull();
    expect(changes).toEqual([]);
  });

  it('gives up an opening for the next one', async () => {
    const openings = new Openings();
    const { session } = sessionWith(openings.open);
    const first = session.open(['/first']);
    const second = session.open(['/second']);
    expect(openings.requests[0]?.signal.aborted).toBe(true);
    openings.finish(1, caseNamed('second').openCase);
    expect(await first).toEqual({ status: 'cancelled' });
    expect(await second).toMatchObject({ status: 'opened' });
    session.cancel();
    expect(openings.requests[1]?.signal.aborted).toBe(false);
    expect(session.current()?.openCase.title).toBe('second');
  });
});
