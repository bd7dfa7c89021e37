import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { openCase } from '../../../electron/case/open-case.ts';
import {
  addEvent,
  bookmark,
  comment,
  commentRange,
  edit,
  hide,
  remove,
  tag,
} from '../../../electron/ipc/annotations.ts';
import { CaseSession } from '../../../electron/ipc/case-session.ts';
import { overrule } from '../../../electron/ipc/judgements.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import { addSeconds, epochMicros } from '../../../shared/model/time.ts';
import type { AnnotationsView } from '../../../shared/model/views.ts';
import { redo, undo, type WorkHistory } from '../../../shared/model/work-history.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { writtenText } from '../../support/export-input.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';
import { twoClocks } from '../../support/two-clocks.ts';

type Open = NonNullable<ReturnType<CaseSession['current']>>['openCase'];

let session: CaseSession;
let folder: string;
beforeEach(async () => {
  folder = writeTree(tempFolder(), {
    'case/journal.txt': timeoutJournal(),
    'more/proxy.txt': twoClocks()['case/proxy.txt'] ?? '',
  });
  session = new CaseSession({ openCase, toJobError, onProgress: () => {}, onChange: () => {} });
  await session.open([join(folder, 'case')]);
});
afterEach(() => session.close());

function open(): Open {
  const current = session.current();
  if (current === null) throw new Error('no case is open');
  return current.openCase;
}

async function annotate(change: (open: Open) => WorkHistory): Promise<AnnotationsView> {
  const outcome = await session.annotate((current) => current.withWork(change(current)));
  if (outcome.status !== 'annotated') throw new Error(outcome.error.message);
  return outcome.annotations;
}

const kinds = ({ entries }: AnnotationsView): readonly string[] => entries.map(({ annotation }) => annotation.kind);

describe('annotations of an open case', () => {
  it('are set once for each record, whatever is asked twice, and taken away by what they are', async () => {
    expect(kinds(await annotate((now) => bookmark(now, { rows: [1, 2, 2], isSet: true })))).toEqual([
      'bookmark',
      'bookmark',
    ]);
    const again = await annotate((now) => bookmark(now, { rows: [2, 3], isSet: true }));
    expect(again.entries.map(({ row }) => row)).toEqual([1, 2, 3]);
    await annotate((now) => tag(now, { rows: [2], tag: 'odd', isSet: true }));
    const fewer = await annotate((now) => bookmark(now, { rows: [1, 2], isSet: false }));
    expect(fewer.entries.map(({ row, annotation }) => [row, annotation.kind])).toEqual([
      [2, 'tag'],
      [3, 'bookmark'],
    ]);
    // What changes nothing is no step.
    const { done } = open().work;
    await annotate((now) => bookmark(now, { rows: [3], isSet: true }));
    await annotate((now) => tag(now, { rows: [3], tag: 'odd', isSet: false }));
    expect(open().work.done).toBe(done);
  });

  it('share one history with judgements, each step by its name, and change no conclusion', async () => {
    const { analysis } = open();
    const start = analysis.incident?.start ?? epochMicros(0);
    await annotate((now) => bookmark(now, { rows: [1], isSet: true }));
    await session.conclude((now) => now.withWork(overrule(now, { factId: 'timeout-logged', comment: 'No.' })));
    await annotate((now) => addEvent(now, { time: start, text: 'The customer called.' }));
    await annotate((now) => comment(now, { row: 2, text: 'First of its kind.' }));
    await annotate((now) => commentRange(now, { from: { row: 4 }, to: { row: 1 }, text: 'Silence.' }));
    await annotate((now) => tag(now, { rows: [1, 2], tag: 'lead', isSet: true }));
    await annotate((now) => hide(now, { row: 0 }));
    await annotate((now) => edit(now, { id: 'event-1', text: 'The customer wrote.', time: addSeconds(start, 1) }));
    await annotate((now) => remove(now, { ids: ['comment-1', 'tag-2'] }));
    const names: (string | null)[] = [];
    const states = [open().annotations().entries];
    for (let step = 0; step < 9; step += 1) {
      names.push(open().annotations().undo);
      await session.conclude((now) => now.withWork(undo(now.work)));
      states.push(open().annotations().entries);
    }
    expect(names.map((name) => name?.split(' ')[0])).toEqual([
      'Removing',
      'Editing',
      'Hiding',
      'Tagging',
      'Commenting',
      'Commenting',
      'Adding',
      'Overruling',
      'Bookmarking',
    ]);
    expect(names[0]).toBe('Removing 2 annotations');
    expect(names[6]).toBe('Adding the event “The customer called.”');
    expect(open().annotations()).toMatchObject({ entries: [], undo: null });
    expect(open().analysis).toEqual(analysis);
    for (let step = 9; step > 0; step -= 1) {
      expect(open().annotations().entries).toEqual(states[step]);
      await session.conclude((now) => now.withWork(redo(now.work)));
    }
    expect(open().annotations()).toMatchObject({ entries: states[0], redo: null });
    expect(open().analysis.overruled).toHaveLength(1);
  });

  it('stay with their records when clocks, zones and evidence are others', async () => {
    await annotate((now) => bookmark(now, { rows: [3], isSet: true }));
    await annotate((now) => commentRange(now, { from: { row: 1 }, to: { row: 3 }, text: 'Here.' }));
    const message = open().store.event(3).message;
    const before = open().annotations().entries;
    const holds = (): void => {
      const mark = open()
        .annotations()
        .entries.find(({ annotation }) => annotation.kind === 'bookmark');
      expect(open().store.event(mark?.row ?? -1).message).toBe(message);
      const range = open()
        .annotations()
        .entries.find(({ annotation }) => annotation.kind === 'range');
      expect(range?.to).toBe(mark?.time);
    };
    holds();
    const journal = open().evidence.files.find(({ path }) => path.endsWith('journal.txt'))?.id ?? '';
    await session.adjustClocks([{ evidenceId: journal, micros: -3_600_000_000 }]);
    holds();
    expect(open().annotations().entries[0]?.time).toBe((before[0]?.time ?? 0) - 3_600_000_000);
    await session.setZone('Europe/Berlin', null);
    holds();
    session.add([join(folder, 'more')]);
    await session.outcome();
    expect(open().evidence.files).toHaveLength(2);
    holds();
    // Without its evidence a mark says what it was about.
    await session.open([join(folder, 'more')], {
      restored: {
        zones: { whereAssumed: null, bySource: [] },
        clockOffsets: [],
        rules: [],
        kept: open(),
        onUnknownSource: () => {},
      },
    });
    const [away] = open()
      .annotations()
      .entries.filter(({ annotation }) => annotation.kind === 'bookmark');
    expect(away).toMatchObject({ row: null, source: { evidenceId: null }, annotation: { record: { message } } });
  });

  it('are refused for what is not there, and where there is nothing to write', async () => {
    const failures = await Promise.all([
      session.annotate((now) => now.withWork(bookmark(now, { rows: [99_999], isSet: true }))),
      session.annotate((now) => now.withWork(remove(now, { ids: ['bookmark-7'] }))),
      session.annotate((now) => now.withWork(edit(now, { id: 'comment-7', text: 'x', time: null }))),
    ]);
    expect(failures).toMatchObject([{ status: 'failed' }, { status: 'failed' }, { status: 'failed' }]);
    expect(open().work.done).toEqual([]);
  });

  it('hide messages that are like another, which lists then leave out and count', async () => {
    const [hidden] = (await annotate((now) => hide(now, { row: 2 }))).entries;
    const template = hidden?.annotation.kind === 'hidden' ? hidden.annotation.template : '';
    const count = (part: object) => open().queries.request('events.count', { filter: { ...EVERY_EVENT, ...part } });
    const like = await count({ templates: [template] });
    expect(like).toBeGreaterThan(0);
    expect(await count({ withoutTemplates: [template] })).toBe(open().store.count - like);
  });

  it('stand in every document of the case', async () => {
    const start = open().analysis.incident?.start ?? epochMicros(0);
    await annotate((now) => bookmark(now, { rows: [1], isSet: true }));
    await annotate((now) => tag(now, { rows: [1], tag: 'lead', isSet: true }));
    await annotate((now) => comment(now, { row: 2, text: 'Look <here>.' }));
    await annotate((now) => commentRange(now, { from: { row: 1 }, to: { time: start }, text: 'Silence.' }));
    await annotate((now) => addEvent(now, { time: start, text: 'The customer called.' }));
    await annotate((now) => hide(now, { row: 0 }));
    const text = await writtenText(open(), { name: 'text', width: 100, colour: false, full: true });
    expect(text).toMatch(/\nAnnotations\n/);
    for (const words of ['Bookmark', 'Tag: lead', 'Comment: Look <here>.', 'Added event: The customer called.']) {
      expect(text).toContain(words);
    }
    const html = await writtenText(open(), { name: 'html' });
    const shown = ['<h2>Annotations</h2>', 'Look &#60;here&#62;.', '>Comment on a time range<'];
    expect(shown.filter((words) => !html.includes(words))).toEqual([]);
    const { annotations } = caseJsonSchema.parse(JSON.parse(await writtenText(open(), { name: 'json' })));
    expect(annotations.map(({ kind }) => kind).sort()).toEqual(['bookmark', 'comment', 'comment', 'event', 'tag']);
    const source = { evidenceId: 'e1', line: 2 };
    expect(annotations.find(({ kind }) => kind === 'bookmark')).toMatchObject({ source });
    const pdf = await open().write({ name: 'pdf' });
    expect(new TextDecoder('latin1').decode(pdf.subarray(0, 5))).toBe('%PDF-');
  });
});
