import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { openCase } from '../../../electron/case/open-case.ts';
import { CaseSession } from '../../../electron/ipc/case-session.ts';
import type { OpenOutcome } from '../../../shared/contract/ipc.ts';
import type { EvidenceFile } from '../../../shared/model/evidence.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { AHEAD_MICROS, twoClocks } from '../../support/two-clocks.ts';

const LOG = '2026-01-28 05:10:10,250 - app - INFO - before\n2026-01-28 05:10:20,250 - app - INFO - after\n';

/** A session with a case of three sources: a journal, another whose clock is off, and a log that tells no zone. */
async function session() {
  const folder = writeTree(tempFolder(), {
    'case/journal.txt': twoClocks()['case/proxy.txt'] ?? '',
    'other/app.log': LOG,
  });
  const opened = new CaseSession({ openCase, toJobError, onProgress: () => {}, onChange: () => {} });
  onTestFinished(() => opened.close());
  const outcome = await opened.open([join(folder, 'case'), join(folder, 'other')]);
  return { session: opened, files: filesOf(outcome) };
}

function filesOf(outcome: OpenOutcome): readonly EvidenceFile[] {
  if (outcome.status !== 'opened') throw new Error(JSON.stringify(outcome));
  return outcome.view.files;
}

const named = (files: readonly EvidenceFile[], end: string): EvidenceFile => {
  const file = files.find(({ path }) => path.endsWith(end));
  if (file === undefined) throw new Error(`there is no ${end}`);
  return file;
};

describe('clocks of an open case', () => {
  it('are corrected one by one, and taken back', async () => {
    const { session: open, files } = await session();
    const before = open.current()?.openCase.view();
    const [journal, log] = [named(files, 'journal.txt').id, named(files, 'app.log').id];
    const first = filesOf(await open.adjustClocks([{ evidenceId: journal, micros: -AHEAD_MICROS }]));
    expect(named(first, 'journal.txt').clockOffsetMicros).toBe(-AHEAD_MICROS);
    const both = filesOf(await open.adjustClocks([{ evidenceId: log, micros: 7 }]));
    expect(both.map(({ clockOffsetMicros }) => clockOffsetMicros).filter((micros) => micros !== undefined)).toEqual([
      -AHEAD_MICROS,
      7,
    ]);
    await open.adjustClocks([
      { evidenceId: journal, micros: 0 },
      { evidenceId: log, micros: 0 },
    ]);
    expect(open.current()?.openCase.view()).toEqual(before);
    // The unpacked copies and the files are still there to be read.
    expect(open.current()?.openCase.store.raw(0).text).not.toMatch(/cannot be read/);
  });

  it('stay as they are for a source that is not there', async () => {
    const { session: open } = await session();
    const before = open.current();
    expect(await open.adjustClocks([{ evidenceId: 'e99', micros: 1 }])).toMatchObject({
      status: 'failed',
      error: { kind: 'usage' },
    });
    expect(open.current()).toBe(before);
  });

  it('need an open case', async () => {
    const empty = new CaseSession({ openCase, toJobError, onProgress: () => {}, onChange: () => {} });
    expect(await empty.adjustClocks([{ evidenceId: 'e1', micros: 1 }])).toMatchObject({ status: 'failed' });
    expect(await empty.setZone('UTC', null)).toMatchObject({ status: 'failed' });
  });
});

describe('the zone of sources of an open case', () => {
  it('is given by reading again, keeps the corrections of clocks, and can be changed', async () => {
    const { session: open, files } = await session();
    const log = named(files, 'app.log');
    // Not waited for: what is said of clocks before counts for a reading that was asked for after it.
    void open.adjustClocks([{ evidenceId: log.id, micros: 5 }]);
    const given = filesOf(await open.setZone('Europe/Berlin', [log.id]));
    expect(named(given, 'app.log')).toMatchObject({
      time: { zone: 'Europe/Berlin', zoneFrom: 'given' },
      clockOffsetMicros: 5,
    });
    const again = filesOf(await open.setZone('+05:30', [log.id]));
    expect(named(again, 'app.log').time).toMatchObject({ offsetMinutes: 330, zoneFrom: 'given' });
    // What was said of one source stays when something is said of all others.
    const all = filesOf(await open.setZone('America/New_York', null));
    expect(named(all, 'app.log').time).toMatchObject({ offsetMinutes: 330, zoneFrom: 'given' });
  });

  it('leaves the case as it was when the reading is cancelled', async () => {
    const { session: open, files } = await session();
    const before = open.current();
    const setting = open.setZone('Europe/Berlin', [named(files, 'app.log').id]);
    open.cancel();
    expect(await setting).toEqual({ status: 'cancelled' });
    expect(open.current()).toBe(before);
  });
});
