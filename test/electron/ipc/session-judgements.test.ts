import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { openCase } from '../../../electron/case/open-case.ts';
import { judgementsIn, readNotesFile } from '../../../electron/case/read-notes.ts';
import { reportOf } from '../../../electron/export/export-case.ts';
import { CaseSession } from '../../../electron/ipc/case-session.ts';
import { observe, overrule, replaceAll, withdraw } from '../../../electron/ipc/judgements.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import type { ConclusionOutcome, RequestOf } from '../../../shared/contract/ipc.ts';
import { notesText } from '../../../shared/contract/notes-json.ts';
import type { Analysis, HypothesisId } from '../../../shared/model/analysis.ts';
import { NO_WORK, undo } from '../../../shared/model/work-history.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { exportInputOf, writtenText } from '../../support/export-input.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';
import { twoClocks } from '../../support/two-clocks.ts';
import { weekOfIncidents } from '../../support/week-of-incidents.ts';

async function sessionWith(journal: string, within = tempFolder()) {
  const folder = writeTree(within, {
    'case/journal.txt': journal,
    'more/proxy.txt': twoClocks()['case/proxy.txt'] ?? '',
  });
  const session = new CaseSession({ openCase, toJobError, onProgress: () => {}, onChange: () => {} });
  await session.open([join(folder, 'case')]);
  return { session, folder, analysis: () => analysisOf(session) };
}

function analysisOf(session: CaseSession): Analysis {
  const analysis = session.current()?.openCase.analysis;
  if (analysis === undefined) throw new Error('no case is open');
  return analysis;
}

const verdict = ({ hypotheses }: Analysis, id: HypothesisId = 'worker-timeout') =>
  hypotheses.find((hypothesis) => hypothesis.id === id)?.verdict;

const overruleTimeout = (session: CaseSession): Promise<ConclusionOutcome> =>
  session.conclude((open) =>
    open.withWork(overrule(open, { factId: 'timeout-logged', comment: 'The line is of another host.' })),
  );

const LOCK_SEEN: RequestOf<'judgement.observe'> = {
  text: 'lsof showed sqlite3 with the database open for writing.',
  readings: [{ hypothesis: 'database-lock', speaks: 'for', strength: 'strongly' }],
  time: null,
  row: 3,
};

describe('judgements of an open case', () => {
  let opened: Awaited<ReturnType<typeof sessionWith>>;
  let work: string;
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'judgements-'));
    opened = await sessionWith(timeoutJournal(), work);
  });
  afterEach(async () => {
    await opened.session.conclude((open) => open.withWork(NO_WORK));
  });
  afterAll(async () => {
    await opened.session.close();
    rmSync(work, { recursive: true, force: true });
  });

  it('change the verdict at once, and give it back when they are undone', async () => {
    const { session, analysis } = opened;
    const before = analysis();
    expect(verdict(before)).toBe('fits');
    const outcome = await overruleTimeout(session);
    expect(outcome).toMatchObject({
      status: 'concluded',
      judgements: { entries: [{ applies: true }] },
      annotations: { redo: null },
    });
    expect(verdict(analysis())).not.toBe('fits');
    expect(analysis().facts.map(({ id }) => id)).toEqual(before.facts.map(({ id }) => id));
    expect(analysis().overruled).toMatchObject([{ factId: 'timeout-logged', comment: 'The line is of another host.' }]);
    await session.conclude((open) => open.withWork(undo(open.work)));
    expect(analysis()).toEqual(before);
  });

  it('let an observation decide what the evidence leaves open', async () => {
    const { session, analysis } = opened;
    expect(verdict(analysis(), 'database-lock')).toBe('inconclusive');
    await session.conclude((open) => open.withWork(observe(open, LOCK_SEEN)));
    expect(verdict(analysis(), 'database-lock')).toBe('fits');
    expect(verdict(analysis())).toBe('contributes');
    expect(analysis().facts.at(-1)).toMatchObject({ isObservation: true, rows: [3] });
    await session.conclude((open) => open.withWork(withdraw(open, 'observation-1')));
    expect(verdict(analysis(), 'database-lock')).toBe('inconclusive');
  });

  it('are refused for what is not there', async () => {
    const { session, analysis } = opened;
    const before = analysis();
    const overruled = await session.conclude((open) => open.withWork(overrule(open, { factId: 'none', comment: 'x' })));
    expect(overruled).toMatchObject({ status: 'failed', error: { kind: 'usage' } });
    const withdrawn = await session.conclude((open) => open.withWork(withdraw(open, 'overruling-1')));
    expect(withdrawn).toMatchObject({ status: 'failed', error: { kind: 'usage' } });
    expect(await session.conclude((open) => open.withIncident({ incidentId: 'i9' }))).toMatchObject({
      status: 'failed',
    });
    expect(analysis()).toBe(before);
  });

  it('come one after the other however fast they are asked for, and undo gives back what was', async () => {
    const { session, analysis } = opened;
    const before = analysis();
    const outcomes = await Promise.all([
      overruleTimeout(session),
      session.conclude((open) => open.withWork(observe(open, LOCK_SEEN))),
      session.conclude((open) => open.withWork(withdraw(open, 'overruling-7'))),
      session.conclude((open) => open.withWork(undo(open.work))),
      session.conclude((open) => open.withWork(undo(open.work))),
    ]);
    const seen = outcomes.map((outcome) =>
      outcome.status === 'concluded'
        ? [outcome.analysis.overruled.length, outcome.judgements.entries.length]
        : outcome.status,
    );
    expect(seen).toEqual([[1, 1], [1, 2], 'failed', [1, 1], [0, 0]]);
    expect(analysis()).toEqual(before);
  });

  it('are answered while clocks are corrected after them, and dropped with the case that they are about', async () => {
    const { session, analysis } = await sessionWith(timeoutJournal());
    onTestFinished(() => session.close());
    const journal = session.current()?.openCase.evidence.files[0]?.id ?? '';
    const end = analysis().incident?.end ?? 0;
    const overruled = overruleTimeout(session);
    const moved = session.adjustClocks([{ evidenceId: journal, micros: 5_000_000 }]);
    const observed = session.conclude((open) => open.withWork(observe(open, LOCK_SEEN)));
    expect(await overruled).toMatchObject({ status: 'concluded', analysis: { incident: { end } } });
    expect(await moved).toMatchObject({ status: 'opened', view: { analysis: { overruled: [{}] } } });
    const concluded = { status: 'concluded', analysis: { incident: { end: end + 5_000_000 }, overruled: [{}] } };
    expect(await observed).toMatchObject(concluded);

    const late = [
      session.adjustClocks([{ evidenceId: journal, micros: 0 }]),
      session.conclude((open) => open.withWork(NO_WORK)),
    ];
    await session.close();
    expect((await Promise.all(late)).map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(session.current()).toBeNull();
  });

  it('stay as they are where a correction of clocks is cancelled', async () => {
    const { session } = opened;
    const before = session.current();
    const moved = session.adjustClocks([{ evidenceId: 'e1', micros: 5_000_000 }]);
    // Its turn has come by then.
    await new Promise((resolve) => setImmediate(resolve));
    session.cancel();
    expect(await moved).toEqual({ status: 'cancelled' });
    expect(session.current()).toBe(before);
  });

  it('outlast corrected clocks, other zones and further evidence', async () => {
    const { session, folder, analysis } = await sessionWith(timeoutJournal());
    onTestFinished(() => session.close());
    await overruleTimeout(session);
    await session.conclude((open) => open.withWork(observe(open, LOCK_SEEN)));
    const holds = (): void => {
      expect(analysis().overruled).toHaveLength(1);
      const [row] = analysis().facts.at(-1)?.rows ?? [];
      expect(session.current()?.openCase.store.event(row ?? 0).message).toContain('WORKER TIMEOUT');
    };
    const journal =
      session.current()?.openCase.evidence.files.find(({ path }) => path.endsWith('journal.txt'))?.id ?? '';
    await session.adjustClocks([{ evidenceId: journal, micros: -3_600_000_000 }]);
    holds();
    await session.setZone('Europe/Berlin', null);
    holds();
    session.add([join(folder, 'more')]);
    await session.outcome();
    expect(session.current()?.openCase.evidence.files.some(({ path }) => path.endsWith('proxy.txt'))).toBe(true);
    holds();
  });

  it('are in the report, in the case as JSON, and in notes that give them back', async () => {
    const { session, folder } = opened;
    await overruleTimeout(session);
    await session.conclude((open) => open.withWork(observe(open, LOCK_SEEN)));
    const open = session.current()?.openCase;
    if (open === undefined) throw new Error('no case is open');
    const report = reportOf(exportInputOf(open));
    expect(report.overrulings).toMatchObject([{ comment: 'The line is of another host.' }]);
    expect(report.observations).toMatchObject([{ says: 'strongly for database lock' }]);
    expect(report.matrix?.rows.filter(({ isOverruled }) => isOverruled)).toHaveLength(1);
    const html = await writtenText(open, { name: 'html' });
    expect(html).toMatch(
      /<s>[^<]*WORKER TIMEOUT[^<]*<\/s><br><b class="small">Overruled: The line is of another host\./,
    );
    const json = caseJsonSchema.parse(JSON.parse(await writtenText(open, { name: 'json' })));
    expect(json.overruled).toMatchObject([{ fact: 'timeout-logged' }]);
    expect(json.observations).toMatchObject([{ id: 'observation-1', time: null }]);
    expect(json.matrix?.some(({ overruled, observed }) => overruled !== undefined || observed === true)).toBe(true);

    const path = join(folder, 'case.inquest-notes.json');
    writeFileSync(path, notesText(open.evidence.files, open.work.judgements));
    const judgements = judgementsIn(await readNotesFile(path), open.evidence.files);
    await session.conclude((current) => current.withWork(NO_WORK));
    expect(analysisOf(session).overruled).toEqual([]);
    await session.conclude((current) => current.withWork(replaceAll(current.work, judgements)));
    expect(analysisOf(session)).toEqual(open.analysis);
    expect(readFileSync(path, 'utf8')).not.toContain('"row"');
  });
});

describe('a week of incidents', () => {
  it('is listed whole; another one is analysed when it is chosen, and judged by itself', async () => {
    const { session, analysis } = await sessionWith(weekOfIncidents());
    onTestFinished(() => session.close());
    expect(analysis().incidents).toHaveLength(40);
    const [first, second] = analysis().incidents;
    await session.conclude((open) => open.withIncident({ incidentId: second?.id ?? '' }));
    expect(analysis().incident).toMatchObject({ id: second?.id, pid: second?.pid });
    await overruleTimeout(session);
    expect(verdict(analysis())).not.toBe('fits');
    // The overruling is about the second; the first is as it was.
    const outcome = await session.conclude((open) => open.withIncident({ incidentId: first?.id ?? '' }));
    expect(outcome).toMatchObject({ judgements: { entries: [{ applies: false }] } });
    expect(verdict(analysis())).toBe('fits');
    await session.conclude((open) => open.withIncident({ incidentId: second?.id ?? '' }));
    const journal = session.current()?.openCase.evidence.files[0]?.id ?? '';
    await session.adjustClocks([{ evidenceId: journal, micros: 5_000_000 }]);
    expect(analysis().incident?.pid).toBe(second?.pid);
    expect(analysis().overruled).toHaveLength(1);
  });
});
