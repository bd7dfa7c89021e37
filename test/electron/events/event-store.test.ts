import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EventStore } from '../../../electron/events/event-store.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';

const SECOND = 1_000_000;
const START = Date.UTC(2026, 0, 28, 4, 10, 0) * 1000;
const BY_TIME = { column: 'time', descending: false } as const;

async function storeOf(files: Readonly<Record<string, string>>) {
  const folder = writeTree(tempFolder(), files);
  const imported = await readGivenEvidence({ paths: [folder], spoolDirectory: tempFolder() }, () => {});
  const store = new EventStore(imported);
  onTestFinished(() => store.close());
  return { store, imported, folder };
}
const filter = (part: Partial<EventFilter>): EventFilter => ({ ...EVERY_EVENT, ...part });

const KERNEL = [
  isoPreciseLine(2 * SECOND, 'kernel', 1, 'eth0: link is up'),
  isoPreciseLine(46 * SECOND, 'kernel', 1, 'something else'),
  '',
].join('\n');

describe('the event store', () => {
  test('merges sources by time and hands out pages', async () => {
    const { store, imported } = await storeOf({ 'unit.txt': timeoutJournal(), 'kernel.txt': KERNEL });
    expect(imported.files.map((file) => [file.path, file.format, file.records])).toEqual([
      ['kernel.txt', 'journal-short-iso-precise', 2],
      ['unit.txt', 'journal-short-iso-precise', 6],
    ]);
    const page = store.page(EVERY_EVENT, BY_TIME, 0, 100);
    expect(page.total).toBe(8);
    expect(page.events.map((event) => event.row)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(page.events.map((event) => (event.time - START) / SECOND)).toEqual([0, 1, 2, 5.123456, 45, 46, 46, 47]);
    // Equal times: the file found first comes first.
    expect(page.events[5]?.source.evidenceId).toBe('e1');
    expect(page.events[3]?.message).toBe('Started importing VPN job 7');
    const second = store.page(EVERY_EVENT, BY_TIME, 3, 2);
    expect([second.total, second.offset, second.events.map((event) => event.row)]).toEqual([8, 3, [3, 4]]);
    expect(store.page(EVERY_EVENT, BY_TIME, 100, 10).events).toEqual([]);
  });

  test('finds text without regard to case, together with the rest of a filter', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal(), 'kernel.txt': KERNEL });
    const found = store.page(filter({ text: 'worker timeout' }), BY_TIME, 0, 10);
    expect(found.events.map((event) => event.kind)).toEqual(['worker-timeout']);
    expect(store.page(filter({ text: 'pid:101' }), BY_TIME, 0, 10).total).toBe(2);
    expect(store.page(filter({ text: 'pid:101', severities: ['crit'] }), BY_TIME, 0, 10).total).toBe(1);
    expect(store.page(filter({ text: 'no such words' }), BY_TIME, 0, 10)).toEqual({ total: 0, offset: 0, events: [] });
  });

  test('tells where an event stands in a list, and null when the filter hides it', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal(), 'kernel.txt': KERNEL });
    const newestFirst = { column: 'time', descending: true } as const;
    expect(store.position(0, EVERY_EVENT, newestFirst)).toBe(7);
    expect(store.position(4, filter({ pids: [100] }), BY_TIME)).toBe(1);
    expect(store.position(2, filter({ pids: [100] }), BY_TIME)).toBeNull();
  });

  test('answers the questions of the analysis', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal(), 'kernel.txt': KERNEL });
    const at = (seconds: number) => epochMicros(START + seconds * SECOND);
    expect(store.count).toBe(8);
    expect(store.ofKinds(['worker-timeout', 'worker-boot']).map((event) => event.row)).toEqual([1, 4, 7]);
    expect(store.ofKinds([])).toEqual([]);
    expect(store.ofPid(101, at(0), at(5)).map((event) => event.row)).toEqual([1]);
    expect(store.ofPid(101, at(0), at(5), ['worker-timeout'])).toEqual([]);
    expect(store.lastOfPid(101, at(0), at(5))).toBe(store.ofPid(101, at(0), at(5)).at(-1)?.time);
    expect(store.lastOfPid(101, at(80), at(90))).toBeNull();
    expect(store.pidsWithKinds(['worker-timeout', 'worker-boot'])).toEqual(
      new Set(store.ofKinds(['worker-timeout', 'worker-boot']).map(({ pid }) => pid)),
    );
    expect(store.pidsWithKinds([])).toEqual(new Set());
    expect(store.between(at(1), at(45), 10).map((event) => event.row)).toEqual([1, 2, 3, 4]);
    expect(store.between(at(1), at(45), 2).map((event) => event.row)).toEqual([1, 2]);
    expect(store.span('e1')).toEqual({ from: at(2), to: at(46) });
    expect(store.span('e9')).toBeNull();
    for (const event of store.between(at(0), at(100), 100)) {
      expect(store.rowAt(event.source.evidenceId, event.source.byteOffset)).toBe(event.row);
    }
    expect(store.rowAt('e1', 1)).toBeNull();
    expect(store.rowAt('e9', 0)).toBeNull();
  });

  test('column filters never touch the disk', async () => {
    const { store, folder } = await storeOf({ 'unit.txt': timeoutJournal() });
    rmSync(join(folder, 'unit.txt'));
    expect(store.page(filter({ kinds: ['worker-timeout'] }), BY_TIME, 0, 0).total).toBe(1);
    expect(store.position(3, filter({ pids: [100] }), { column: 'severity', descending: true })).not.toBeNull();
  });

  test('shows a record with the lines around it', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal() });
    const lines = timeoutJournal().trimEnd().split('\n');
    const raw = store.raw(2);
    expect(raw).toMatchObject({ path: 'unit.txt', cut: false, text: lines[2] });
    expect(raw.before).toEqual(lines.slice(0, 2));
    expect(raw.after).toEqual(lines.slice(3));
    expect(store.raw(0).before).toEqual([]);
    expect(store.raw(5).after).toEqual([]);
  });

  test('shows at most ten lines before and after, whole ones', async () => {
    const lines = Array.from({ length: 400 }, (_, index) =>
      isoPreciseLine(index * 1000, 'app', 5, `line ${index} ${'x'.repeat(100)}`),
    );
    const { store } = await storeOf({ 'unit.txt': `${lines.join('\r\n')}\r\n` });
    const raw = store.raw(200);
    expect(raw.before).toEqual(lines.slice(190, 200));
    expect(raw.after).toEqual(lines.slice(201, 211));
    expect(raw.text).toBe(lines[200]);
  });

  test('makes control characters visible and cuts what is too long', async () => {
    const { store } = await storeOf({
      'unit.txt': [
        isoPreciseLine(0, 'app', 5, 'red \x1b[31malert\x1b[0m \u202eback'),
        isoPreciseLine(1, 'app', 5, 'y'.repeat(100_000)),
        isoPreciseLine(2, 'app', 5, 'end'),
        '',
      ].join('\n'),
    });
    expect(store.raw(0).text).toContain('red \\u{1b}[31malert\\u{1b}[0m \\u{202e}back');
    const long = store.raw(1);
    expect(long.cut).toBe(true);
    expect(long.text).toHaveLength(64 * 1024);
    expect(store.event(1).message).toHaveLength(100_000);
    expect(long.after[0]).toContain('end');
  });

  test('says so when the evidence has gone or changed since', async () => {
    const { store, folder } = await storeOf({ 'unit.txt': timeoutJournal() });
    writeFileSync(join(folder, 'unit.txt'), 'another file');
    expect(store.event(0)).toMatchObject({
      kind: 'arbiter-start',
      message: '(its file has changed since it was imported)',
    });
    expect(store.raw(0).text).toBe('(its file has changed since it was imported)');
  });

  test('a row that is not there is an error', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal() });
    for (const row of [-1, 6, 0.5]) expect(() => store.event(row)).toThrow(RangeError);
  });
});
