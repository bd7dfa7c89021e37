import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EventStore } from '../../../electron/events/event-store.ts';
import { QueryRefused } from '../../../electron/events/row-search.ts';
import { readGivenEvidence } from '../../../electron/intake/import-evidence.ts';
import { ROOT } from '../../../scripts/project.ts';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import { SEVERITIES } from '../../../shared/model/event.ts';
import type { EvidenceFile } from '../../../shared/model/evidence.ts';
import { parseQuery } from '../../../shared/search/parse-query.ts';
import { printText } from '../../../shared/search/print-query.ts';
import type { ComparisonOperator, Query } from '../../../shared/search/query.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';
import { runs } from '../../support/properties.ts';

const filter = (part: Partial<EventFilter>): EventFilter => ({ ...EVERY_EVENT, ...part });

async function storeAt(path: string): Promise<{ readonly store: EventStore; readonly files: readonly EvidenceFile[] }> {
  const imported = await readGivenEvidence({ paths: [path], spoolDirectory: tempFolder() }, () => {});
  const store = new EventStore(imported);
  onTestFinished(() => store.close());
  return { store, files: imported.files };
}
const storeOf = (files: Readonly<Record<string, string | Uint8Array>>) => storeAt(writeTree(tempFolder(), files));

/** The meaning of a query, from whole decoded events and one row at a time: what any faster way has to agree with. */
function passes(query: Query, event: ReturnType<EventStore['event']>, file: EvidenceFile): boolean {
  const compare = (own: number, comparison: ComparisonOperator, value: number): boolean =>
    comparison === '='
      ? own === value
      : (comparison.startsWith('<') && own < value) ||
        (comparison.startsWith('>') && own > value) ||
        (comparison.endsWith('=') && own === value);
  switch (query.type) {
    case 'and':
      return query.parts.every((part) => passes(part, event, file));
    case 'or':
      return query.parts.some((part) => passes(part, event, file));
    case 'not':
      return !passes(query.part, event, file);
    case 'text':
      return event.message.toLowerCase().includes(query.text.toLowerCase());
    case 'regex':
      return new RegExp(query.source, query.flags).test(event.message);
    case 'pid':
      return query.values.some(({ comparison, value }) =>
        value === null || event.pid === null ? value === event.pid : compare(event.pid, comparison, value),
      );
    case 'severity':
      return query.values.some(({ comparison, value }) =>
        value === null || event.severity === null
          ? value === event.severity
          : compare(SEVERITIES.indexOf(event.severity), comparison, SEVERITIES.indexOf(value)),
      );
    case 'kind':
      return query.values.includes(event.kind);
    case 'format':
      return query.values.includes(file.format);
    case 'source':
      return query.values.some((value) => file.path.toLowerCase().includes(value.toLowerCase()));
    default:
      throw new Error(`the reference does not know ${query.type}`);
  }
}

interface Decoded {
  readonly event: ReturnType<EventStore['event']>;
  readonly file: EvidenceFile | undefined;
}

/** The events of a store with their files, each decoded once however many queries are compared. */
function decodedEvents(store: EventStore, files: readonly EvidenceFile[]): readonly Decoded[] {
  const known = decoded.get(store);
  if (known !== undefined) return known;
  const fileOf = new Map(files.map((file) => [file.id, file]));
  const events = Array.from({ length: store.count }, (_, row) => {
    const event = store.event(row);
    return { event, file: fileOf.get(event.source.evidenceId) };
  });
  decoded.set(store, events);
  return events;
}
const decoded = new WeakMap<EventStore, readonly Decoded[]>();

function expectSame(store: EventStore, files: readonly EvidenceFile[], text: string): number {
  const { query, problems } = parseQuery(text);
  expect(problems).toEqual([]);
  const expected: number[] = [];
  for (const [row, { event, file }] of decodedEvents(store, files).entries()) {
    if (file !== undefined && (query === null || passes(query, event, file))) expected.push(row);
  }
  expect([...store.search.rows(filter({ query: text }))], text).toEqual(expected);
  return expected.length;
}

/** Messages that are awkward to find by their bytes. */
const AWKWARD = [
  'plain text of a worker',
  'Worker TIMEOUT: heartbeat missing',
  'gunicorn[7]: a message that looks like a prefix',
  'ends with a colon:',
  ': begins with one',
  'brackets ] and ] x [y] z',
  'quotes " and \\ backslash \\n no line feed',
  'Grüße aus KÖLN, Straße, ẞ',
  'İstanbul and \u212Aelvin, ΣΑΣ and ΟΔΟΣ',
  'emoji 😀 and \u0307combining',
  'tab\there, bell \u0007, NUL-free',
  'not a traceback #012 of rsyslog',
  'Traceback (most recent call last):#012  File "x.py", line 1#012ValueError: bad',
  '{"MESSAGE":"inner object"} "MESSAGE":"again"',
  'MESSAGE=fake and _PID=1',
  'x'.repeat(300),
  'vm gunicorn[1]: "nested": {"MESSAGE": "y"}',
];
const MULTILINE = [
  'first line\nsecond: line\n\nafter a blank',
  'Traceback (most recent call last):\n  File "a.py"\nE: x',
];

const micros = (index: number): number => index * 1_000_003;
const epoch = Date.UTC(2026, 0, 28, 4, 10, 0) * 1000;

function textJournal(messages: readonly string[]): string {
  return messages
    .map((message, index) => {
      const [first = '', ...rest] = message.split('\n');
      const line = isoPreciseLine(micros(index), index % 3 === 0 ? 'gunicorn' : 'app', 40 + (index % 4), first);
      const indent = ' '.repeat(line.length - first.length);
      return [line, ...rest.map((each) => `${indent}${each}`)].join('\n');
    })
    .concat('')
    .join('\n');
}
const fieldsOf = (message: string, index: number): Readonly<Record<string, string>> => ({
  __CURSOR: `s=${'a'.repeat(32)};i=${index}`,
  __REALTIME_TIMESTAMP: String(epoch + micros(index)),
  _HOSTNAME: 'vm',
  PRIORITY: String(index % 8),
  SYSLOG_IDENTIFIER: 'app',
  _PID: String(40 + (index % 4)),
  _CMDLINE: 'worker heartbeat "MESSAGE" Grüße',
  MESSAGE: message,
  _SYSTEMD_UNIT: 'regression-tracker.service',
});
const escapeAll = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
function jsonJournal(messages: readonly string[]): string {
  return messages
    .map((message, index) => {
      const fields = fieldsOf(message, index);
      switch (index % 4) {
        case 0:
          return JSON.stringify(fields);
        case 1:
          return JSON.stringify({ ...fields, MESSAGE: [...Buffer.from(message)] });
        case 2:
          return `{ ${Object.entries(fields)
            .map(([name, value]) => `"${name}" : ${escapeAll(value)}`)
            .join(', ')} }`;
        default:
          return JSON.stringify({ NESTED: { MESSAGE: 'worker inside' }, ...fields });
      }
    })
    .concat('')
    .join('\n');
}
function exportJournal(messages: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, message] of messages.entries()) {
    for (const [name, value] of Object.entries(fieldsOf(message, index))) {
      const bytes = Buffer.from(value);
      if (value.includes('\n') || index % 5 === 4) {
        const length = Buffer.alloc(8);
        length.writeUInt32LE(bytes.length);
        parts.push(Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n'));
      } else parts.push(Buffer.from(`${name}=`), bytes, Buffer.from('\n'));
    }
    parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}
function gunicornLog(messages: readonly string[]): string {
  const styles = [
    (stamp: string) => `[${stamp} +0000] [40] [INFO] `,
    (stamp: string) => `${stamp},123 - app.worker - WARNING - `,
    (stamp: string) => `${stamp.replace(' ', 'T')}.1Z [${stamp} +0000] [41] [ERROR] `,
    (stamp: string) => `web-1  | [${stamp} +0000] [42] [INFO] `,
  ];
  return messages
    .map((message, index) => {
      const stamp = new Date((epoch + micros(index)) / 1000).toISOString().slice(0, 19).replace('T', ' ');
      return `${styles[index % styles.length]?.(stamp)}${message}\n`;
    })
    .join('');
}

const queryText = fc.oneof(
  fc.constantFrom(
    ...[
      'worker',
      'K',
      'k',
      'i',
      'ß',
      'köln',
      'σ',
      'ς',
      '\u0307',
      'message',
      '\\',
      '"',
      '#012',
      '12',
      '0',
      ':',
      ' ',
      ']',
    ],
    ...[
      'gunicorn',
      '2026',
      '+0000',
      'heartbeat',
      'vm ',
      'x'.repeat(299),
      '\n',
      'line\nsecond',
      '  File',
      '\ufffd',
      '😀',
    ],
    ...['\ud83d', ': line', 'first line', 'realtime', 'info] ', '{"', 'y"}', 'MESSAGE=', '\t'],
  ),
  fc.string({ minLength: 1, maxLength: 3 }),
  fc.constantFrom(...AWKWARD, ...MULTILINE).chain((message) =>
    fc.tuple(fc.nat(message.length), fc.integer({ min: 1, max: 12 })).map(([from, length]) => {
      const piece = message.slice(from, from + length);
      return piece === '' ? 'a' : length % 2 === 0 ? piece.toUpperCase() : piece;
    }),
  ),
);
const leaf = fc.oneof(
  { weight: 5, arbitrary: queryText.map(printText) },
  { weight: 1, arbitrary: fc.constantFrom('/^w/i', '/[αςσ]/iu', '/line$/m', '/\\bpid|#/', '/^$/', '/./s') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('pid:40', 'pid:>=42', 'severity:<=warning', 'severity:none', 'kind:log', 'source:json'),
  },
);
const query = fc.oneof(
  leaf,
  fc
    .tuple(leaf, leaf, leaf)
    .chain(([a, b, c]) =>
      fc.constantFrom(`${a} ${b}`, `${a} OR ${b}`, `-${a}`, `${a} -${b}`, `(${a} ${b}) OR ${c}`, `(${a} OR ${b}) ${c}`),
    ),
);

describe('a search in the bytes finds what a search in decoded events finds', () => {
  test('in every format that it reads by bytes, and in others', { timeout: 300_000 }, async () => {
    const { store, files } = await storeOf({
      'text.txt': textJournal([...AWKWARD, ...MULTILINE, ...AWKWARD]),
      'crlf.txt': textJournal([...AWKWARD, ...MULTILINE]).replaceAll('\n', '\r\n'),
      'damaged.txt': Buffer.concat([
        Buffer.from(textJournal(AWKWARD)),
        Buffer.from(isoPreciseLine(9, 'app', 40, 'broken ')),
        Buffer.from([0xc3, 0x28, 0xff, 0x4b, 0xc4, 0x0a]),
        Buffer.from(`${isoPreciseLine(10, 'app', 40, `${'worker '.repeat(200_000)}tail`)}\n`),
        Buffer.from(`${isoPreciseLine(11, 'app', 40, `${'é'.repeat(40_000)} worker`)}\n`),
      ]),
      'a.json': jsonJournal([...AWKWARD, ...MULTILINE, ...AWKWARD.slice(1), ...MULTILINE]),
      'b.export': exportJournal([...AWKWARD, ...MULTILINE, ...AWKWARD.slice(2)]),
      'gunicorn.log': gunicornLog([...AWKWARD, ...MULTILINE, ...AWKWARD.slice(1)]),
      'ps.txt':
        'Wed Jan 28 04:11:00 UTC 2026\nUSER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 40 0.0 0.1 100 200 ? S 04:00 0:00 gunicorn: worker\n',
    });
    expect(new Set(files.map(({ format }) => format))).toEqual(
      new Set(['journal-short-iso-precise', 'journal-json', 'journal-export', 'carried-log', 'ps']),
    );
    let found = 0;
    fc.assert(
      fc.property(query, (text) => {
        found += expectSame(store, files, text);
      }),
      { numRuns: runs(400) },
    );
    expect(found).toBeGreaterThan(1000);
  });

  test('in the fixtures of all producers', { timeout: 300_000 }, async () => {
    const { store, files } = await storeAt(join(ROOT, 'test/fixtures/evidence'));
    const formats = new Set(files.map(({ format }) => format));
    for (const format of ['journal-native', 'journal-verbose', 'dmesg', 'syslog-rfc5424', 'journal-short-monotonic']) {
      expect([...formats]).toContain(format);
    }
    const words = ['worker', 'oom', 'gunicorn', 'kernel', 'a', '2025', '+0000', 'file "', '\\', 'message', 'x', '\n  '];
    let found = 0;
    for (const word of words) found += expectSame(store, files, printText(word));
    for (const text of ['/oom-?kill/i pid:none', '-a', 'worker OR "killed process"', 'timeout severity:<=err']) {
      found += expectSame(store, files, text);
    }
    // Entries that stand in several fixtures are one event each.
    expect(found).toBeGreaterThan(400);
  });
});

describe('a search', () => {
  test('joins its query to the rest of the filter', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal() });
    const rows = (part: Partial<EventFilter>) => [...store.search.rows(filter(part))];
    expect(rows({ query: 'worker' })).toEqual([1, 3, 4, 5]);
    expect(rows({ query: 'worker', pids: [100] })).toEqual([3, 4]);
    expect(rows({ query: 'worker', text: 'pid:101' })).toEqual([3, 4]);
    expect(rows({ query: 'kind:worker-timeout' })).toEqual([3]);
    expect(rows({ query: 'unit:none severity:<=err' })).toEqual([3, 4]);
  });

  test('knows times of day in the zone that is shown', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal() });
    const first = store.event(0).time;
    const times = { first, last: store.event(5).time, incident: first };
    const rows = (query: string, zone: string) => [...store.search.rows(filter({ query }), { zone, times })];
    expect(rows('before:04:10:05', 'UTC')).toEqual([0, 1]);
    expect(rows('before:05:10:05', 'Europe/Berlin')).toEqual([0, 1]);
    expect(rows('at:04:10:45', 'UTC')).toEqual([3]);
    expect(rows('after:04:10:45 -at:04:10:46', 'UTC')).toEqual([3, 5]);
    expect(rows('at:2026-01-28', 'Pacific/Auckland')).toHaveLength(6);
  });

  test('refuses a query with problems', async () => {
    const { store } = await storeOf({ 'unit.txt': timeoutJournal() });
    expect(() => store.search.rows(filter({ query: 'pod:1' }))).toThrow(QueryRefused);
  });

  test('goes on without files that cannot be read any more, and says which', async () => {
    const folder = writeTree(tempFolder(), { 'gone.txt': timeoutJournal(), 'kept.json': jsonJournal(['worker']) });
    const { store } = await storeAt(folder);
    writeTree(folder, { 'gone.txt': 'another' });
    const { state, steps } = store.search.start(filter({ query: 'worker' }), {
      zone: 'UTC',
      times: { first: null, last: null, incident: null },
    });
    while (!steps.next().done);
    expect(state.rows.count).toBe(1);
    expect([...state.unreadable.values()]).toEqual(['its file has changed since it was imported']);
  });

  test('finds the same however many rows it has looked at, in time order across files', async () => {
    const lines = (name: string, from: number) =>
      Array.from({ length: 70_000 }, (_, index) =>
        isoPreciseLine((index * 2 + from) * 100, name, 5, index % 100 === 7 ? `needle ${index}` : `hay ${index}`),
      ).join('\n');
    const { store } = await storeOf({ 'a.txt': `${lines('one', 0)}\n`, 'b.txt': `${lines('two', 1)}\n` });
    const { state, steps } = store.search.start(filter({ query: 'NEEDLE' }), {
      zone: 'UTC',
      times: { first: null, last: null, incident: null },
    });
    let last: Uint32Array = new Uint32Array(0);
    while (!steps.next().done) {
      const now = state.rows.view();
      expect([...now.subarray(0, last.length)]).toEqual([...last]);
      last = now.slice();
    }
    expect(state).toMatchObject({ doneRows: 140_000, totalRows: 140_000 });
    expect(last).toHaveLength(1400);
    expect([...last]).toEqual([...last].sort((a, b) => a - b));
  });
});
