import { describe, expect, it } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { createDispatch, type Handlers, takeGiven } from '../../../electron/ipc/dispatch.ts';
import { GivenPaths } from '../../../electron/ipc/given-paths.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import { REQUESTS } from '../../../shared/contract/ipc.ts';

const WINDOW_ID = 1;
const fromWindow = { sender: { id: WINDOW_ID }, senderFrame: { url: 'inquest://app/index.html', parent: null } };

/** Handlers that record what reaches them; `case.close` fails, as a handler may. */
const DONE = { state: 'done', doneShare: 1, notes: [] } as const;

const ANNOTATED = { status: 'annotated', annotations: { entries: [], undo: null, redo: null } } as const;

function recording(): { readonly handlers: Handlers; readonly calls: [string, unknown][] } {
  const calls: [string, unknown][] = [];
  const record =
    <T>(name: string, answer: T) =>
    (payload: unknown): T => {
      calls.push([name, payload]);
      return answer;
    };
  const handlers: Handlers = {
    'app.info': record('app.info', { version: '1', electron: '45', runtime: 'official', platform: 'linux' }),
    'dialog.open': record('dialog.open', ['/evidence']),
    'case.open': record('case.open', Promise.resolve({ status: 'cancelled' })),
    'case.setZone': record('case.setZone', Promise.resolve({ status: 'cancelled' })),
    'case.setRules': record('case.setRules', Promise.resolve({ status: 'cancelled' })),
    'case.adjustClocks': record('case.adjustClocks', { status: 'cancelled' }),
    'case.add': record('case.add', { status: 'joined', added: 1, known: [], missing: [] }),
    'case.carry': record('case.carry', { rows: [], evidenceIds: [] }),
    'job.current': record('job.current', null),
    'job.outcome': record('job.outcome', null),
    'job.stopSource': record('job.stopSource', undefined),
    'case.openSample': record('case.openSample', { status: 'cancelled' }),
    'case.current': record('case.current', null),
    'case.cancel': record('case.cancel', undefined),
    'case.locate': record('case.locate', { status: 'cancelled' }),
    'case.openLocated': record('case.openLocated', { status: 'cancelled' }),
    'case.save': record('case.save', { status: 'cancelled' }),
    'case.status': record('case.status', null),
    'case.setView': record('case.setView', undefined),
    'cases.list': record('cases.list', { recovered: [], recent: [], olderCount: 0, folder: '/app' }),
    'cases.open': record('cases.open', { status: 'cancelled' }),
    'cases.remove': record('cases.remove', { recovered: [], recent: [], olderCount: 0, folder: '/app' }),
    'case.close': () => Promise.reject(new Error('the disk is on fire')),
    'events.page': record('events.page', { total: 0, offset: 0, events: [], search: DONE }),
    'events.facets': record('events.facets', {
      sources: [],
      severities: [],
      kinds: [],
      units: [],
      pids: [],
      search: DONE,
    }),
    'events.histogram': record('events.histogram', { all: [], passing: [], search: DONE }),
    'events.control': record('events.control', undefined),
    'events.position': record('events.position', 3),
    'events.raw': () => {
      throw new RangeError('There is no event 9.');
    },
    'events.bytes': record('events.bytes', { of: 'record', offset: 0, totalBytes: 0, bytes: new Uint8Array(0) }),
    'events.save': record('events.save', { status: 'cancelled' }),
    'events.tracebacks': record('events.tracebacks', { lines: [], listedHeads: [] }),
    'profile.run': record('profile.run', { status: 'cancelled', profile: null }),
    'profile.cancel': record('profile.cancel', undefined),
    'evidence.bytes': record('evidence.bytes', { byteOffset: 0, totalBytes: 0, line: 1, bytes: new Uint8Array(0) }),
    'artifact.excerpt': record('artifact.excerpt', {
      byteOffset: 0,
      byteLength: 0,
      totalBytes: 0,
      line: 1,
      text: '',
    }),
    'database.schema': record('database.schema', { objects: [], total: 0 }),
    'database.rows': record('database.rows', {
      columns: [],
      moreColumns: 0,
      hasRowid: false,
      total: 0,
      offset: 0,
      rows: [],
    }),
    'database.run': record('database.run', { status: 'stopped', message: '' }),
    'database.explain': record('database.explain', { status: 'done', result: [] }),
    'database.cancel': record('database.cancel', undefined),
    'database.exportCsv': record('database.exportCsv', { status: 'cancelled' }),
    'report.addQuery': record('report.addQuery', []),
    'report.removeQuery': record('report.removeQuery', []),
    'report.queries': record('report.queries', []),
    'case.chooseIncident': record('case.chooseIncident', { status: 'cancelled' }),
    'judgement.overrule': record('judgement.overrule', { status: 'cancelled' }),
    'judgement.observe': record('judgement.observe', { status: 'cancelled' }),
    'judgement.withdraw': record('judgement.withdraw', { status: 'cancelled' }),
    'work.undo': record('work.undo', { status: 'cancelled' }),
    'work.redo': record('work.redo', { status: 'cancelled' }),
    'annotation.bookmark': record('annotation.bookmark', ANNOTATED),
    'annotation.tag': record('annotation.tag', ANNOTATED),
    'annotation.comment': record('annotation.comment', ANNOTATED),
    'annotation.commentRange': record('annotation.commentRange', ANNOTATED),
    'annotation.addEvent': record('annotation.addEvent', ANNOTATED),
    'annotation.edit': record('annotation.edit', ANNOTATED),
    'annotation.hide': record('annotation.hide', ANNOTATED),
    'annotation.remove': record('annotation.remove', ANNOTATED),
    'events.count': record('events.count', 0),
    'events.step': record('events.step', null),
    'events.template': record('events.template', ''),
    'events.copy': record('events.copy', undefined),
    'judgement.save': record('judgement.save', { status: 'cancelled' }),
    'judgement.open': record('judgement.open', { status: 'cancelled' }),
    'script.save': record('script.save', { status: 'cancelled' }),
    'report.export': record('report.export', { status: 'cancelled' }),
    'clipboard.write': record('clipboard.write', undefined),
  };
  return { handlers, calls };
}

function dispatchWith(handlers: Handlers) {
  return createDispatch({ handlers, windowContentsId: () => WINDOW_ID, toJobError });
}

const filter = EVERY_EVENT;
const sort = { column: 'time', descending: false };

describe('createDispatch', () => {
  it('hands valid payloads to the handler of the name and its answer back', async () => {
    const { handlers, calls } = recording();
    const dispatch = dispatchWith(handlers);
    expect(await dispatch(fromWindow, 'dialog.open', { kind: 'files' })).toEqual({ ok: true, value: ['/evidence'] });
    expect(await dispatch(fromWindow, 'case.open', { paths: ['/a'] })).toEqual({
      ok: true,
      value: { status: 'cancelled' },
    });
    expect(await dispatch(fromWindow, 'events.position', { row: 0, filter, sort })).toEqual({ ok: true, value: 3 });
    expect(calls).toEqual([
      ['dialog.open', { kind: 'files' }],
      ['case.open', { paths: ['/a'] }],
      ['events.position', { row: 0, filter, sort }],
    ]);
  });

  it('serves nobody but the window, whatever is asked', async () => {
    const { handlers, calls } = recording();
    const dispatch = dispatchWith(handlers);
    const stranger = { ...fromWindow, sender: { id: 2 } };
    for (const name of [...Object.keys(REQUESTS), 'no.such']) {
      const reply = await dispatch(stranger, name, undefined);
      expect(reply).toEqual({
        ok: false,
        error: { kind: 'usage', message: 'request refused: not the window of this app' },
      });
    }
    expect(calls).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['dialog.open', { kind: 'everything' }],
    ['dialog.open', undefined],
    ['case.open', { paths: [] }],
    ['case.open', { paths: [''] }],
    ['case.open', { paths: ['/a'], also: 'this' }],
    ['case.open', { paths: Array.from({ length: 10_001 }, () => '/a') }],
    ['case.setZone', { zone: 'Europe/Nowhere', evidenceIds: null }],
    ['case.setZone', { zone: 'UTC', evidenceIds: [] }],
    ['case.setZone', { zone: 'UTC' }],
    ['case.setRules', { paths: [''] }],
    ['case.setRules', { paths: Array.from({ length: 51 }, () => '/a') }],
    ['case.adjustClocks', { offsets: [] }],
    ['case.adjustClocks', { offsets: [{ evidenceId: 'e1', micros: 0.5 }] }],
    ['case.adjustClocks', { offsets: [{ evidenceId: 'e1', micros: 4e15 }] }],
    ['case.adjustClocks', { offsets: [{ evidenceId: '', micros: 1 }] }],
    ['app.info', { anything: true }],
    ['events.page', { filter, sort, offset: -1, limit: 10 }],
    ['events.page', { filter, sort, offset: 0, limit: 1_001 }],
    ['events.page', { filter, sort: { ...sort, column: 'constructor' }, offset: 0, limit: 10 }],
    ['events.page', { filter: { ...filter, kinds: ['no-kind'] }, sort, offset: 0, limit: 10 }],
    ['events.position', { row: 1.5, filter, sort }],
    ['report.export', { format: 'exe' }],
    ['report.export', { format: 'pdf', path: '/etc/passwd' }],
    ['clipboard.write', { text: 'x'.repeat(1_000_001) }],
  ])('refuses %s with a malformed payload and calls no handler', async (name, payload) => {
    const { handlers, calls } = recording();
    const reply = await dispatchWith(handlers)(fromWindow, name, payload);
    expect(reply).toMatchObject({ ok: false, error: { kind: 'usage' } });
    expect(calls).toEqual([]);
  });

  it.each(['no.such', 'constructor', '__proto__', 'toString', '', 3, null, ['case.open'], { toString: 'case.open' }])(
    'refuses the name %j',
    async (name) => {
      const reply = await dispatchWith(recording().handlers)(fromWindow, name, undefined);
      expect(reply).toMatchObject({
        ok: false,
        error: { message: 'request refused: there is no request of this name' },
      });
    },
  );

  it('lets errors of handlers cross as data, thrown or rejected', async () => {
    const dispatch = dispatchWith(recording().handlers);
    expect(await dispatch(fromWindow, 'case.close', undefined)).toEqual({
      ok: false,
      error: { kind: 'internal', message: 'the disk is on fire' },
    });
    expect(await dispatch(fromWindow, 'events.raw', { row: 9 })).toMatchObject({
      ok: false,
      error: { message: 'There is no event 9.' },
    });
  });
});

describe('takeGiven', () => {
  it('takes paths from the app’s own page alone, and only paths', () => {
    const given = new GivenPaths();
    const elsewhere = { ...fromWindow, senderFrame: { url: 'https://example.org/', parent: null } };
    takeGiven(elsewhere, ['/a'], WINDOW_ID, given);
    takeGiven(fromWindow, ['/a'], null, given);
    takeGiven(fromWindow, ['/a', 7], WINDOW_ID, given);
    takeGiven(fromWindow, '/a', WINDOW_ID, given);
    expect(() => given.require(['/a'])).toThrow(/was not chosen/);
    takeGiven(fromWindow, ['/a'], WINDOW_ID, given);
    expect(() => given.require(['/a'])).not.toThrow();
    expect(() => given.require(['/a', '/b'])).toThrow(/\/b was not read/);
  });
});
