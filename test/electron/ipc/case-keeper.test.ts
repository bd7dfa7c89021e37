import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { openCase } from '../../../electron/case/open-case.ts';
import { CaseLibrary } from '../../../electron/case-files/case-library.ts';
import { CaseKeeper } from '../../../electron/ipc/case-keeper.ts';
import { CaseSession } from '../../../electron/ipc/case-session.ts';
import { observe, overrule, withdraw } from '../../../electron/ipc/judgements.ts';
import { readCaseText } from '../../../shared/contract/case-file.ts';
import type { CaseOpenOutcome, CaseStatus } from '../../../shared/contract/ipc.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';
import { twoClocks } from '../../support/two-clocks.ts';
import { weekOfIncidents } from '../../support/week-of-incidents.ts';

type Answer = 'save' | 'discard' | 'cancel';

interface Answers {
  unsaved: Answer;
  savePath: string | null;
  moved: string | null;
  asked: string[];
}

/** The app without its window: a session whose cases are kept in `folder/app`. */
function appIn(folder: string) {
  const answers: Answers = { unsaved: 'cancel', savePath: null, moved: null, asked: [] };
  const told: (CaseStatus | null)[] = [];
  const session = new CaseSession({
    openCase,
    toJobError,
    onProgress: () => {},
    onChange: () => {},
    onCase: (current) => keeper.caseChanged(current),
  });
  const library = new CaseLibrary(join(folder, 'app', 'cases'));
  const keeper: CaseKeeper = new CaseKeeper({
    session,
    library,
    onStatus: (status) => told.push(status),
    ports: {
      askUnsaved: async (title) => {
        answers.asked.push(title);
        return answers.unsaved;
      },
      chooseCasePath: async () => answers.savePath,
      chooseMoved: async () => answers.moved,
      documentsFolder: () => folder,
      samplePath: () => join(folder, 'sample'),
      toJobError,
    },
  });
  onTestFinished(() => session.close());
  return { session, keeper, library, answers, told };
}

type App = ReturnType<typeof appIn>;

const JOURNALS = { 'case/journal.txt': timeoutJournal(), 'more/proxy.txt': twoClocks()['case/proxy.txt'] ?? '' };

async function dismissTimeout({ session }: App): Promise<void> {
  const outcome = await session.conclude((open) =>
    open.withWork(overrule(open, { factId: 'timeout-logged', comment: 'Another host.' })),
  );
  expect(outcome.status).toBe('concluded');
}

const dismissed = ({ session }: App): readonly string[] =>
  session.current()?.openCase.analysis.overruled.map(({ factId }) => factId) ?? [];

function opened(outcome: CaseOpenOutcome): void {
  expect(outcome).toMatchObject({ status: 'opened' });
}

async function onlyRecovered(app: App): Promise<string> {
  const { recovered } = await app.keeper.list();
  expect(recovered).toHaveLength(1);
  return recovered[0]?.id ?? '';
}

describe('changes', () => {
  it('leave nothing behind where there are none', async () => {
    const folder = writeTree(tempFolder(), JOURNALS);
    const app = appIn(folder);
    await app.session.open([join(folder, 'case')]);
    app.keeper.setView({ tab: 'report', query: '', zone: 'utc' });
    await app.keeper.close();
    expect(existsSync(join(folder, 'app'))).toBe(false);
    expect(await app.keeper.list()).toMatchObject({ recovered: [], recent: [] });
  });

  it('are on disk within a second without being asked for, and found after a crash', async () => {
    const folder = writeTree(tempFolder(), JOURNALS);
    const crashed = appIn(folder);
    await crashed.session.open([join(folder, 'case')]);
    await dismissTimeout(crashed);
    const since = performance.now();
    const cases = join(folder, 'app', 'cases');
    await expect.poll(() => existsSync(join(cases, 'index.json')), { interval: 20, timeout: 5_000 }).toBe(true);
    expect(performance.now() - since).toBeLessThan(1_500);
    expect(crashed.keeper.status()).toMatchObject({ isDirty: true, savedAs: null });

    // Nothing is closed in order: another app finds what there is.
    const app = appIn(folder);
    const id = await onlyRecovered(app);
    opened(await app.keeper.openListed(id));
    expect(dismissed(app)).toEqual(['timeout-logged']);
    expect(app.session.current()?.openCase.work.judgements[0]).toMatchObject({ comment: 'Another host.' });
    expect((await app.keeper.list()).recovered).toEqual([]);
  });

  it('are found even when the app ended before its index was written, or the index is damaged', async () => {
    const folder = writeTree(tempFolder(), JOURNALS);
    const crashed = appIn(folder);
    await crashed.session.open([join(folder, 'case')]);
    await dismissTimeout(crashed);
    await crashed.keeper.flush();
    const index = join(folder, 'app', 'cases', 'index.json');
    for (const damage of [() => rmSync(index), () => writeFileSync(index, '{"version": 1, "cases": [{')]) {
      damage();
      opened(await appIn(folder).keeper.openListed(await onlyRecovered(appIn(folder))));
    }
  });

  it('of a case without a file are kept when it is closed, and can be removed', async () => {
    const folder = writeTree(tempFolder(), JOURNALS);
    const app = appIn(folder);
    await app.session.open([join(folder, 'case')]);
    await dismissTimeout(app);
    expect(await app.keeper.leave()).toBe(true);
    await app.session.close();
    const { recent, recovered } = await app.keeper.list();
    expect(recovered).toEqual([]);
    expect(recent).toMatchObject([{ title: 'case', savedAs: null, isMissing: false }]);
    const id = recent[0]?.id ?? '';
    opened(await app.keeper.openListed(id));
    expect(dismissed(app)).toEqual(['timeout-logged']);
    // To look at it is no change.
    app.keeper.setView({ tab: 'report', query: '', zone: 'utc' });
    await app.keeper.flush();
    expect((await app.keeper.list()).recent).toMatchObject([{ changed: recent[0]?.changed }]);
    await expect(app.keeper.remove(id, 'entry')).rejects.toThrow('Close it first');
    // Who opens the evidence itself again is told where the work is.
    opened(await app.keeper.openEvidence([join(folder, 'case')]));
    expect(dismissed(app)).toEqual([]);
    expect(app.keeper.status()).toMatchObject({
      isDirty: false,
      notices: [{ text: 'Earlier work on this evidence is kept: case' }],
    });
    opened(await app.keeper.openEvidence([join(folder, 'case', 'journal.txt')]));
    expect(app.keeper.status()?.notices).toEqual([]);
    await app.session.close();
    expect(await app.keeper.remove(id, 'entry')).toMatchObject({ recent: [] });
    expect(readdirSync(join(folder, 'app', 'cases'))).toEqual(['index.json']);
  });

  it('of every kind come back: notes, incident, zones, clocks, rules, further evidence, view', async () => {
    const folder = writeTree(tempFolder(), {
      'case/journal.txt': weekOfIncidents(3),
      'more/proxy.txt': JOURNALS['more/proxy.txt'],
    });
    const first = appIn(folder);
    const { session } = first;
    await session.open([join(folder, 'case')]);
    session.add([join(folder, 'more')]);
    await session.outcome();
    await session.setZone('Europe/Berlin', null);
    await session.setRules([
      {
        name: 'own.yaml',
        text: 'title: Given up\ntags: [late]\ndetection: {a: {kind: worker-timeout}, condition: a}\n',
      },
    ]);
    const [, second] = session.current()?.openCase.analysis.incidents ?? [];
    await session.conclude((open) => open.withIncident({ incidentId: second?.id ?? '' }));
    const file = session.current()?.openCase.evidence.files.find(({ path }) => path.endsWith('proxy.txt'));
    opened(await session.adjustClocks([{ evidenceId: file?.id ?? '', micros: -4_200_000 }]));
    await session.conclude((open) =>
      open.withWork(
        observe(open, {
          text: 'lsof showed a reader.',
          readings: [{ hypothesis: 'database-lock', speaks: 'for', strength: 'clearly' }],
          time: null,
          row: 3,
        }),
      ),
    );
    first.keeper.setView({ tab: 'verdict', query: 'pid:101', zone: 'Asia/Tokyo' });
    await first.keeper.flush();
    const before = session.current()?.openCase;

    const app = appIn(folder);
    const outcome = await app.keeper.openListed(await onlyRecovered(app));
    expect(outcome).toMatchObject({
      status: 'opened',
      restored: { tab: 'verdict', query: 'pid:101', zone: 'Asia/Tokyo' },
    });
    const after = app.session.current()?.openCase;
    expect(after?.analysis).toEqual(before?.analysis);
    expect(after?.work.judgements).toEqual(before?.work.judgements);
    expect([...(after?.clockOffsets.values() ?? [])]).toEqual([-4_200_000]);
    expect(after?.evidence.files.map(({ path, time }) => [path, time])).toEqual(
      before?.evidence.files.map(({ path, time }) => [path, time]),
    );
    expect(after?.evidence.rules?.rules.map(({ title, hitCount }) => [title, hitCount])).toEqual([['Given up', 3]]);
    expect(app.keeper.status()?.notices).toEqual([]);
  });
});

describe('a case with a file', () => {
  async function savedApp() {
    const folder = writeTree(tempFolder(), JOURNALS);
    const app = appIn(folder);
    await app.session.open([join(folder, 'case')]);
    await dismissTimeout(app);
    const path = join(folder, 'night.inquest');
    app.answers.savePath = join(folder, 'night');
    expect(await app.keeper.save(false)).toEqual({ status: 'written', path });
    return { app, folder, path };
  }

  it('is saved where the person says, with its ending, and then without a question', async () => {
    const { app, folder, path } = await savedApp();
    expect(app.keeper.status()).toMatchObject({ title: 'night', savedAs: path, isDirty: false });
    expect(readdirSync(join(folder, 'app', 'cases'))).toEqual(['index.json']);
    app.answers.savePath = null;
    await app.session.conclude((open) => open.withWork(withdraw(open, 'overruling-1')));
    expect(app.keeper.status()?.isDirty).toBe(true);
    expect(await app.keeper.save(false)).toEqual({ status: 'written', path });
    expect(app.keeper.status()?.isDirty).toBe(false);
    expect(readCaseText(readFileSync(path, 'utf8'))).toMatchObject({
      judgements: [],
      sources: [{ path: join(folder, 'case'), relative: 'case', kind: 'folder' }],
    });
  });

  it('is not saved over what another program made of its file, unless that is chosen', async () => {
    const { app, path } = await savedApp();
    appendFileSync(path, '\n');
    await app.session.conclude((open) => open.withWork(withdraw(open, 'overruling-1')));
    const refused = await app.keeper.save(false);
    expect(refused).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('another program') } });
    expect(readCaseText(readFileSync(path, 'utf8')).judgements).toHaveLength(1);
    app.answers.savePath = path;
    expect(await app.keeper.save(true)).toEqual({ status: 'written', path });
    expect(await app.keeper.save(false)).toEqual({ status: 'written', path });
    expect(readCaseText(readFileSync(path, 'utf8')).judgements).toEqual([]);
  });

  it('is not saved over evidence', async () => {
    const { app, folder } = await savedApp();
    writeFileSync(join(folder, 'case', 'notes.inquest'), 'evidence');
    app.answers.savePath = join(folder, 'case', 'notes.inquest');
    expect(await app.keeper.save(true)).toMatchObject({ status: 'failed' });
    expect(readFileSync(join(folder, 'case', 'notes.inquest'), 'utf8')).toBe('evidence');
  });

  it('asks before its changes would be lost: cancel stays, discard loses them, save keeps them', async () => {
    const { app, path } = await savedApp();
    const change = () => app.session.conclude((open) => open.withWork(withdraw(open, 'overruling-1')));
    expect(await app.keeper.leave()).toBe(true);
    expect(app.answers.asked).toEqual([]);
    await change();
    expect(app.keeper.mustAsk()).toBe(true);
    expect(await app.keeper.leave()).toBe(false);
    expect(app.answers.asked).toEqual(['night']);
    expect(app.session.current()).not.toBeNull();

    app.answers.unsaved = 'discard';
    expect(await app.keeper.leave()).toBe(true);
    await app.session.close();
    expect((await app.keeper.list()).recent).toMatchObject([{ savedAs: path }]);
    opened(await app.keeper.openFile(path));
    expect(dismissed(app)).toEqual(['timeout-logged']);

    await change();
    app.answers.unsaved = 'save';
    expect(await app.keeper.leave()).toBe(true);
    await app.session.close();
    opened(await app.keeper.openFile(path));
    expect(dismissed(app)).toEqual([]);
  });

  it('keeps unsaved changes through a crash, also when its file is opened instead of what was recovered', async () => {
    const { app, folder, path } = await savedApp();
    await app.session.conclude((open) => open.withWork(withdraw(open, 'overruling-1')));
    await app.keeper.flush();
    expect(readCaseText(readFileSync(path, 'utf8')).judgements).toHaveLength(1);
    for (const open of [
      (next: App) => next.keeper.openFile(path),
      async (next: App) => next.keeper.openListed(await onlyRecovered(next)),
    ]) {
      const next = appIn(folder);
      opened(await open(next));
      expect(dismissed(next)).toEqual([]);
      expect(next.keeper.status()).toMatchObject({ isDirty: true, savedAs: path });
    }
    const last = appIn(folder);
    await last.keeper.remove(await onlyRecovered(last), 'copy');
    expect(await last.keeper.list()).toMatchObject({ recovered: [], recent: [{ savedAs: path }] });
    opened(await last.keeper.openFile(path));
    expect(dismissed(last)).toEqual(['timeout-logged']);
    expect(last.keeper.status()?.isDirty).toBe(false);
  });

  it('is marked in the list when it is gone', async () => {
    const { app, path } = await savedApp();
    await app.session.close();
    rmSync(path);
    expect((await app.keeper.list()).recent).toMatchObject([{ savedAs: path, isMissing: true }]);
    const [listed] = (await app.keeper.list()).recent;
    expect(await app.keeper.openListed(listed?.id ?? '')).toMatchObject({ status: 'failed', error: { kind: 'usage' } });
  });

  it('is handed on with its evidence: another folder is no change', async () => {
    const { app, folder, path } = await savedApp();
    await app.session.close();
    const other = join(folder, 'handed-on');
    mkdirSync(other);
    renameSync(path, join(other, 'night.inquest'));
    renameSync(join(folder, 'case'), join(other, 'case'));
    const next = appIn(join(folder, 'another-machine'));
    opened(await next.keeper.openFile(join(other, 'night.inquest')));
    expect(dismissed(next)).toEqual(['timeout-logged']);
    expect(next.keeper.status()).toMatchObject({ isDirty: false, notices: [] });
  });

  it('tells of evidence that has changed, and keeps what was said of it', async () => {
    const { app, folder, path } = await savedApp();
    await app.session.close();
    appendFileSync(join(folder, 'case', 'journal.txt'), timeoutJournal().split('\n')[0]?.concat('\n') ?? '');
    opened(await app.keeper.openFile(path));
    const [notice, ...others] = app.keeper.status()?.notices ?? [];
    expect(notice?.text).toBe('The evidence has changed since the case was saved: journal.txt');
    expect(others).toEqual([]);
    expect(app.session.current()?.openCase.work.judgements).toHaveLength(1);
    expect(dismissed(app)).toEqual([]);
  });

  it('whose evidence has moved is opened where that is located, and keeps the new place', async () => {
    const { app, folder, path } = await savedApp();
    await app.session.close();
    const place = join(folder, 'elsewhere', 'renamed');
    mkdirSync(dirname(place));
    renameSync(join(folder, 'case'), place);
    expect(await app.keeper.openFile(path)).toEqual({
      status: 'moved',
      title: 'night',
      sources: [{ kind: 'folder', path: join(folder, 'case'), place: null }],
    });
    expect(await app.keeper.openLocated()).toMatchObject({ status: 'failed' });
    expect(await app.keeper.locate(0)).toMatchObject({ sources: [{ place: null }] });
    app.answers.moved = place;
    expect(await app.keeper.locate(0)).toMatchObject({ sources: [{ place }] });
    expect(await app.keeper.locate(7)).toMatchObject({ status: 'failed' });
    opened(await app.keeper.openLocated());
    expect(dismissed(app)).toEqual(['timeout-logged']);
    expect(app.keeper.status()).toMatchObject({ isDirty: true, notices: [] });
    await app.keeper.save(false);
    await app.session.close();
    opened(await app.keeper.openFile(path));
  });

  it('opened without a part of its evidence keeps what was said of that part', async () => {
    const folder = writeTree(tempFolder(), JOURNALS);
    const app = appIn(folder);
    await app.session.open([join(folder, 'case'), join(folder, 'more')]);
    const proxy = app.session.current()?.openCase.evidence.files.find(({ path }) => path.endsWith('proxy.txt'));
    opened(await app.session.adjustClocks([{ evidenceId: proxy?.id ?? '', micros: 5_000_000 }]));
    const path = join(folder, 'two.inquest');
    app.answers.savePath = path;
    await app.keeper.save(false);
    await app.session.close();
    renameSync(join(folder, 'more'), join(folder, 'away'));
    expect(await app.keeper.openFile(path)).toMatchObject({ status: 'moved' });
    opened(await app.keeper.openLocated());
    expect(app.keeper.status()?.notices).toMatchObject([{ text: expect.stringContaining('has moved') }]);
    expect(app.session.current()?.openCase.evidence.files.map((file) => file.path)).toEqual(['journal.txt']);
    await dismissTimeout(app);
    await app.keeper.save(false);
    await app.session.close();
    renameSync(join(folder, 'away'), join(folder, 'more'));
    opened(await app.keeper.openFile(path));
    expect(app.keeper.status()?.notices).toEqual([]);
    expect([...(app.session.current()?.openCase.clockOffsets.values() ?? [])]).toEqual([5_000_000]);
    expect(dismissed(app)).toEqual(['timeout-logged']);
  });

  it('saved under another name is another case, and so is a copy of its file', async () => {
    const { app, folder, path } = await savedApp();
    app.answers.savePath = join(folder, 'second.inquest');
    await app.keeper.save(true);
    expect((await app.keeper.list()).recent.map(({ savedAs }) => savedAs)).toEqual([app.answers.savePath, path]);
    await app.session.close();
    writeFileSync(join(folder, 'copy.inquest'), readFileSync(path));
    opened(await app.keeper.openFile(join(folder, 'copy.inquest')));
    expect((await app.keeper.list()).recent).toHaveLength(3);
  });

  it('that is hostile, cut or of a newer version opens nothing and leaves the open case as it is', async () => {
    const { app, folder, path } = await savedApp();
    const before = app.session.current();
    const text = readFileSync(path, 'utf8');
    const bad = join(folder, 'bad.inquest');
    const wrong = [
      text.slice(0, -20),
      text.replace('case/1', 'case/2'),
      text.replace(/"id": "[^"]+"/, '"id": "../../../etc"'),
      '\0'.repeat(100),
      '',
    ];
    for (const each of wrong) {
      writeFileSync(bad, each);
      const outcome = await app.keeper.openFile(bad);
      expect(outcome).toMatchObject({ status: 'failed', error: { kind: 'usage' } });
      expect(app.session.current()).toBe(before);
    }
    expect(await app.keeper.openFile(folder)).toMatchObject({ status: 'failed' });
    expect(dismissed(app)).toEqual(['timeout-logged']);
  });

  it('has the queries of its report run again', async () => {
    const folder = writeTree(tempFolder(), JOURNALS);
    const fixture = join(import.meta.dirname, '..', '..', 'fixtures', 'sqlite', 'journal-finished', 'service.db');
    copyFileSync(fixture, join(folder, 'case', 'service.db'));
    const app = appIn(folder);
    await app.session.open([join(folder, 'case')]);
    const open = app.session.current()?.openCase;
    const target = { evidenceId: open?.evidence.databases[0]?.evidenceId ?? '', view: 'committed' } as const;
    for (const sql of ['SELECT 1 AS one', 'SELECT 2 AS two']) {
      const outcome = await open?.sql.run(target, sql, 10);
      const kept = outcome?.status === 'done' ? open?.sql.result(outcome.result.id) : null;
      if (kept === null || kept === undefined) throw new Error('no result');
      open?.reportQueries.add(kept, 'service.db');
      app.keeper.touched();
    }
    const path = join(folder, 'queries.inquest');
    app.answers.savePath = path;
    expect(app.keeper.status()?.isDirty).toBe(true);
    await app.keeper.save(false);
    await app.session.close();
    opened(await app.keeper.openFile(path));
    const again = app.session.current()?.openCase.reportQueries;
    expect(again?.forReport()).toEqual(open?.reportQueries.forReport());
    expect(again?.entries()).toHaveLength(2);
    expect(app.keeper.status()).toMatchObject({ isDirty: false, notices: [] });
    await app.session.close();
    rmSync(join(folder, 'case', 'service.db'));
    opened(await app.keeper.openFile(path));
    expect(app.keeper.status()?.notices.map(({ text }) => text)).toEqual([
      'Files are no longer in the evidence: service.db',
      'Queries are not in the report: service.db',
    ]);
    expect(app.keeper.status()?.isDirty).toBe(false);
  });

  it('from elsewhere leads to no other host', async () => {
    const { app, folder, path } = await savedApp();
    await app.session.close();
    const file = JSON.parse(readFileSync(path, 'utf8'));
    file.sources = [{ ...file.sources[0], path: `/${join(folder, 'case')}`, relative: null }];
    const shared = join(folder, 'shared.inquest');
    writeFileSync(shared, JSON.stringify(file));
    expect(await app.keeper.openFile(shared)).toMatchObject({ status: 'moved' });
  });
});

describe('the library', () => {
  it('says why changes cannot be kept, until they can', async () => {
    const folder = writeTree(tempFolder(), { ...JOURNALS, app: 'a file in the way' });
    const app = appIn(folder);
    await app.session.open([join(folder, 'case')]);
    await dismissTimeout(app);
    await expect.poll(() => app.keeper.status()?.notices[0]?.text).toBe('The changes could not be kept');
    expect(app.keeper.mustAsk()).toBe(true);
    expect(await app.keeper.leave()).toBe(false);
    expect(app.answers.asked).toEqual(['case']);
    rmSync(join(folder, 'app'));
    await app.session.conclude((open) => open.withWork(withdraw(open, 'overruling-1')));
    await expect.poll(() => app.keeper.status()?.notices).toEqual([]);
    expect(await app.keeper.leave()).toBe(true);
  });

  it('lists the ten latest, and says how many more there are', async () => {
    const folder = tempFolder();
    const library = new CaseLibrary(folder);
    const ids = Array.from({ length: 13 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`);
    for (const [at, id] of ids.entries()) {
      await library.keep(
        {
          inquest: 'case/1',
          id,
          title: `case ${at}`,
          headline: '',
          changed: `2026-02-01T12:00:${String(at).padStart(2, '0')}.000Z`,
          sources: [{ path: '/evidence', relative: null, kind: 'folder', bytes: null, modified: null }],
          evidence: [],
          judgements: [],
          incident: null,
          zones: { whereAssumed: null, bySource: [] },
          clockOffsets: [],
          rules: [],
          queries: [],
          view: { tab: 'timeline', query: '', zone: 'utc' },
        },
        null,
      );
      await library.closed(id);
    }
    const { recent, recovered, olderCount } = await new CaseLibrary(folder).list();
    expect(recovered).toEqual([]);
    expect(recent.map(({ title }) => title)).toEqual(Array.from({ length: 10 }, (_, at) => `case ${12 - at}`));
    expect(olderCount).toBe(3);
  });
});
