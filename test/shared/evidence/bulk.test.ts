import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../../shared/evidence/formats/table.ts';
import { learnLayout } from '../../../shared/evidence/logs/log-layout.ts';
import type { EvidenceParser, ItemSink, ParseContext } from '../../../shared/evidence/reading/parser.ts';
import { KERNEL_SAMPLES } from '../../../shared/evidence/wording/classify-kernel.ts';
import { SUPERVISOR_SAMPLES } from '../../../shared/evidence/wording/classify-supervisor.ts';
import { SYSTEMD_SAMPLES } from '../../../shared/evidence/wording/classify-systemd.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import { runs } from '../../support/properties.ts';
import { expectSame } from '../../support/same.ts';
import { isRow, type Kept, kept, keptBare } from './kept.ts';
import { bytesOf, CONTEXT, contextOf, FIXTURE_FORMATS, fixture } from './support.ts';

interface Run {
  readonly items: readonly Kept[];
  readonly time: ReturnType<EvidenceParser['timeResolution']>;
  /** Events that were read as bytes. */
  readonly bare: number;
}

function run(
  format: EvidenceFormat,
  bytes: Uint8Array,
  context: Partial<ParseContext>,
  chunkSizes: readonly number[],
  inBulk: boolean,
): Run {
  const { create } = FORMATS[format];
  if (create === null) throw new Error(`no parser for ${format}`);
  const parser = create({ ...CONTEXT, ...context });
  const items: Kept[] = [];
  let bare = 0;
  const sink: ItemSink = {
    item: (item) => items.push(kept(item)),
    event: (...event) => {
      bare += 1;
      items.push(keptBare(...event));
    },
  };
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = chunkSizes[turn % chunkSizes.length] ?? 1;
    // A chunk of its own at an odd place of its buffer: what was read must not look beyond it.
    const buffer = new Uint8Array(size + 3).fill(0x20);
    const part = bytes.subarray(at, at + size);
    buffer.set(part, 1 + (turn % 3));
    const chunk = buffer.subarray(1 + (turn % 3), 1 + (turn % 3) + part.length);
    // Whether a log can be read in bulk depends on its layout.
    if (inBulk && parser.pushInto !== undefined) parser.pushInto(chunk, sink);
    else for (const item of parser.push(chunk)) items.push(kept(item));
    at += part.length;
  }
  for (const item of parser.end()) items.push(kept(item));
  return { items, time: parser.timeResolution(), bare };
}

/** Compares both ways of reading; returns how many events were read as bytes. */
function compare(
  format: EvidenceFormat,
  bytes: Uint8Array,
  chunkSizes: readonly number[] = [1 << 16],
  context: Partial<ParseContext> = {},
  reference = run(format, bytes, context, [1 << 16], false),
): number {
  const bulk = run(format, bytes, context, chunkSizes, true);
  // Events in their order and problems in theirs; an event that is certain at once need not wait for the line below it.
  expectSame(bulk.items.filter(isRow), reference.items.filter(isRow));
  expectSame(
    bulk.items.filter((item) => !isRow(item)),
    reference.items.filter((item) => !isRow(item)),
  );
  expectSame(bulk.time, reference.time);
  return bulk.bare;
}

const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(1 << 16)), {
  minLength: 1,
  maxLength: 5,
});
const BULK_FIXTURES = FIXTURE_FORMATS.filter(([, format]) => FORMATS[format].create?.(CONTEXT).pushInto !== undefined);

describe.each(BULK_FIXTURES)('%s (%s)', (path, format) => {
  const bytes = fixture(path);
  const context = contextOf(path, bytes);

  it('is read in bulk as it is read item by item', () => {
    const reference = run(format, bytes, context, [1 << 16], false);
    for (const size of [1, 7, 100, 1 << 16]) compare(format, bytes, [size], context, reference);
  });

  it('is so when damaged, in chunks of any size', () => {
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.uint8Array({ maxLength: 20 }),
        fc.nat(3),
        chunkSizes,
        (at, garbage, cut, sizes) => {
          const end = Math.min(bytes.length, at + garbage.length);
          const damaged = new Uint8Array(bytes.length - Math.min(cut, bytes.length - end));
          damaged.set(bytes.subarray(0, at));
          damaged.set(garbage.subarray(0, end - at), at);
          damaged.set(bytes.subarray(end + Math.min(cut, bytes.length - end)), end);
          compare(format, damaged, sizes, context);
        },
      ),
      { numRuns: runs(60) },
    );
  });
});

const TEXTS: readonly string[] = [
  ...SUPERVISOR_SAMPLES,
  ...KERNEL_SAMPLES,
  ...SYSTEMD_SAMPLES,
  'Imported 12 rows',
  'heartbeat',
  '',
  ' ',
  '\tindented',
  'sqlite3.OperationalError: database is locked',
  '(sqlite3.OperationalError) database table is locked',
  'import failed: DATABASE IS LOCKED',
  'error: database schema is locked.',
  'the door is locked',
  'Traceback (most recent call last):',
  '  + Exception Group Traceback (most recent call last):',
  'import failed#012Traceback (most recent call last):#012  File "a.py", line 1#012ValueError',
  'Fatal Python error: Segmentation fault',
  'INFO:root:Started',
  'WARN:app:x',
  'Killed /system.slice/a.service due to memory pressure for /system.slice being 70% > 60% for > 30s',
  'run-17.service: Deactivated successfully.',
  'Grüße aus Köln \u{1f512} database is locked',
  '\ufeffBooting worker with pid: 7',
  '10.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"',
  '[12] [INFO] done',
  '[7] WORKER TIMEOUT (pid:23333)',
  '12 rows',
  'a: b: c',
  'x'.repeat(5000),
  `${'y'.repeat(4200)} database is locked`,
];
const HEADERS: readonly string[] = [
  '[CRITICAL] ',
  '[pantry/ERROR] ',
  '2026-01-28 04:10:22.070 | ERROR    | importer:run:33 - ',
  '2026-01-28T04:10:22.070000Z [error    ] ',
  '[2026-01-28 04:10:22,070: ERROR/ForkPoolWorker-1] ',
  '2026-01-28 04:10:22,070 25321 ERROR tracker odoo.jobs: ',
  'E, [2026-01-28T04:10:22.070123 #25321] ERROR -- : ',
  'E0128 04:10:22.070123   25321 import.py:33] ',
  'importer[12]: ',
  'root - ERROR - ',
  'app.jobs: ERROR: ',
  'error: ',
  'NOTICE ',
  'ERROR/Main: ',
  'level=error pid=12 msg=',
  '04:10:22 [ERROR] app - ',
  '28/Jan/2026 04:10:22 ERROR ',
  '28 Jan 2026 04:10:22 ERROR ',
  'Jan 28 04:10:22 ERROR ',
  'Wed Jan 28 04:10:22 2026 ERROR ',
  '1769573422.07 ERROR ',
  '260128 04:10:22 ERROR ',
  '28.01.2026 04:10:22 ERROR ',
  '(ERROR) ',
  '{"level":"error","message":"' + 'x"}',
  '{"level":"error","pid":12,"logger":"gunicorn.error","message":"WORKER TIMEOUT (pid:12)"}',
  '',
  '[2026-01-28 04:10:19 +0000] [25321] [INFO] ',
  '[2026-01-28 04:10:19 -0530] [1] [CRITICAL]',
  '[2026-01-28 04:10:19] [25321] [WARN] ',
  '[2026-01-28 04:10:19,123 +0000] [25321] [ERROR] ',
  '[25321] [ERROR] ',
  '2026-01-28 04:10:22,070 - app.services.import_service - INFO - ',
  '2026-01-28 04:10:22,070 - gunicorn.error - CRITICAL - ',
  '2026-01-28 04:10:22,070 - app-x - WARNING - ',
  '2026-01-28 04:10:22,070 - app - FATAL: ',
  '2026-01-28 04:10:22,070 - -app - ERROR - ',
  '2026-01-28 04:10:22,070 - app - info - ',
  '2026-01-28 04:10:22,070 INFO ',
  '2026-01-28 04:10:22.070 | app | WARN | ',
  '2026-01-28T04:10:22Z [DEBUG] app.jobs: ',
  '2026-01-28 04:10:22,070 - ',
];
const STAMPS: readonly string[] = [
  '2026-01-28T04:10:22.070123+0000 ',
  '2026-01-28T04:10:22.070123+01:00 ',
  '2026-01-28T23:59:60.999999-0330 ',
  '2026-01-28T04:10:22Z ',
  '2026-02-30T04:10:22+0000 ',
  '2026-01-28T24:10:22+0000 ',
  '2026-01-28T04:10:22.070+0000 ',
  '2026-01-28T04:10:22,070123+0000 ',
  '2026-01-28T04:10:22.070123 ',
  '2026-01-28T04:10:22.070123+1500 ',
  '1969-12-31T04:10:22+0000 ',
  'Jan 28 04:10:22 ',
  'Wed 2026-01-28 04:10:22 UTC ',
  '1769573422.070123 ',
  '[ 3496.197332] ',
];
const ORIGINS: readonly string[] = [
  'vm gunicorn[25321]: ',
  'vm kernel: ',
  'vm systemd[1]: ',
  'vm systemd-oomd[600]: ',
  'vm init.scope[1]: ',
  'vm init.scope[2]: ',
  'vm My Service[7]: ',
  'vm a::b[x]: ',
  'vm [7]: ',
  'vm x[1234567890]: ',
  'vm x[123456789]: ',
  'vm x[]: ',
  'vm app[7] text: ',
  'vm app] ',
  'vm sshd:',
  'vm : ',
  'gunicorn[25321]: ',
  'kernel: ',
  'vm  two: ',
  'vm no colon',
  'vm tracker.service[7]: ',
  'vm user.slice: ',
  'vm .timer: ',
  `${'h'.repeat(256)} x: `,
  `vm ${'i'.repeat(201)}: `,
];
const LINE_ENDS = ['\n', '\r\n', '\n\n', '\n continued\n', '\n\u00a0odd\n', '\n-- Reboot --\n', '\nstray\n', '\r\r\n'];

const entry = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(STAMPS[0] ?? '') },
      { weight: 2, arbitrary: fc.constantFrom(...STAMPS) },
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(ORIGINS[0] ?? '') },
      { weight: 2, arbitrary: fc.constantFrom(...ORIGINS) },
    ),
    fc.constantFrom(...HEADERS),
    fc.constantFrom(...TEXTS),
    fc.oneof({ weight: 3, arbitrary: fc.constant('\n') }, { weight: 1, arbitrary: fc.constantFrom(...LINE_ENDS) }),
  )
  .map((parts) => parts.join(''));

/** One character somewhere in a text becomes another, which is what parts a wording from its likes. */
const changed = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.nat(), fc.constantFrom('', ' ', '0', 'x', '[', ']', ':', '-', 'é', '\t', '\u0000', '\r'))
    .map(([whole, at, other]) => {
      const place = at % whole.length;
      return whole.slice(0, place) + other + whole.slice(place + 1);
    });

const YEARLESS_STAMPS: readonly string[] = [
  'Jan 28 04:10:22 ',
  'Jan 28 04:10:22.070123 ',
  'Jan  8 23:59:60 ',
  'Jan 08 04:10:22 ',
  'Dec 31 23:59:59 ',
  'Jan  1 00:00:01 ',
  'Feb 29 04:10:22 ',
  'Feb 30 04:10:22 ',
  'Jul 15 04:10:22.07 ',
  'Jan 28 24:10:22 ',
  'Mai 28 04:10:22 ',
  'jan 28 04:10:22 ',
  'Juni 28 04:10:22 ',
  '2026-01-28T04:10:22.070123+0000 ',
];
const yearlessEntry = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(YEARLESS_STAMPS[0] ?? '') },
      { weight: 3, arbitrary: fc.constantFrom(...YEARLESS_STAMPS) },
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(ORIGINS[0] ?? '') },
      { weight: 1, arbitrary: fc.constantFrom(...ORIGINS) },
    ),
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('', '2026-01-28 04:10:22,070 - app.jobs - INFO - ') },
      { weight: 2, arbitrary: fc.constantFrom(...HEADERS) },
    ),
    fc.constantFrom(...TEXTS),
    fc.oneof({ weight: 4, arbitrary: fc.constant('\n') }, { weight: 1, arbitrary: fc.constantFrom(...LINE_ENDS) }),
  )
  .map((parts) => parts.join(''));
const LOG_HEADERS: readonly string[] = [
  '2026-01-28 04:10:22,070 [23334] INFO app.auth: ',
  '2026-01-28 04:10:23,170 [23335] INFO app.auth: ',
  '2026-01-28 04:10:24,170 [7] WARNING app.auth: ',
  '2026-01-28 02:10:24,170 [23335] INFO app.auth: ',
  '2026-13-28 04:10:22,070 [23334] INFO app.auth: ',
  '2026-01-28 04:10:22,070 [23334] INFO app.auth[12]: ',
  '2026-01-28 04:10:22 app.auth INFO ',
  '2026-01-28 04:10:22,070 | app.auth | INFO | ',
  '2026-01-28 04:10:22,070 - app.auth - INFO - ',
  '2026-01-28 04:10:22.070123+01:00 - app.auth - INFO - ',
  '2026-01-28 04:10:22,070 INFO views 25321 140123 ',
  '2026-01-28 04:10:22,070 INFO app.views views.py:120 ',
  '2026-01-28 04:10:22,070 INFO app.auth MainThread: ',
  '[2026-01-28 04:10:22,070: INFO/MainProcess] app.auth: ',
  '[2026-01-28 04:10:22 +0000] [23334] [INFO] ',
  '[2026-01-28 04:10:22 +0100] [23334] [INFO] ',
  '[2026-01-28 04:10:22 +0000] [23335] [CRITICAL] ',
  '2026-01-28 04:10:22 [info     ] ',
];
const LOG_TEXTS: readonly string[] = [
  'user eli signed in from 10.0.0.9',
  'cache miss for key 7',
  'Started importing VPN job 14',
  'in app: text',
  'importer | run',
  'run: text',
  'failed with exit code 137',
  'rows=12 took=3',
  'output follows:',
  'Grüße aus Köln',
];
const REQUESTS: readonly string[] = [
  '10.0.93.212 - - [28/Jan/2026:04:10:22 +0000] "GET /api/7?page=3 HTTP/1.1" 200 12 "-" "curl/8.5.0"',
  '10.0.93.2 - - [28/Jan/2026:04:10:22 -0330] "GET / HTTP/1.1" 404 - "-" "curl/8.5.0" <23334> 0.012345',
  '10.0.93.2 - - [28/Jan/2026:04:10:22 +0000] "-" 400 0',
  '10.0.93.2 - anna [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 12',
  '10.0.93.2 - - [31/Feb/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 12',
  '10.0.93.2 - - [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 12x',
];
const logged = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...LOG_HEADERS.slice(0, 4)), fc.constantFrom(...LOG_TEXTS)) },
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...LOG_HEADERS), fc.constantFrom(...LOG_TEXTS, ...TEXTS)) },
      { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...HEADERS), fc.constantFrom(...TEXTS)) },
      { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...REQUESTS), fc.constant('')) },
    ),
    fc.oneof({ weight: 12, arbitrary: fc.constant('\n') }, { weight: 1, arbitrary: fc.constantFrom(...LINE_ENDS) }),
  )
  .map(([parts, lineEnd]) => parts.join('') + lineEnd);
const nearNewYear = epochMicros(Date.UTC(2026, 0, 1) * 1000);
const yearlessContext = fc.record({
  nearTime: fc.constantFrom(CONTEXT.nearTime, nearNewYear, null),
  nearTimeFrom: fc.constantFrom<ParseContext['nearTimeFrom']>('file', 'other-source'),
  offsetMinutes: fc.constantFrom(0, 60, -330),
  notAfter: fc.constantFrom(nearNewYear, epochMicros(Date.UTC(2027, 0, 1) * 1000)),
});

const FIELD_VALUES = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    7,
    '',
    '12',
    '1234567890',
    [1, 2],
    ['a', 'b'],
    [66, 111, 111],
    true,
    { a: 1 },
    'kernel',
  ),
  fc.string({ maxLength: 6 }),
);
const usually = (...values: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom<unknown>(...values) }, { weight: 1, arbitrary: FIELD_VALUES });
const OPTIONAL_FIELDS = {
  _SOURCE_REALTIME_TIMESTAMP: usually('1769573422070123', '1769573422070124', '99999999999999999'),
  PRIORITY: usually('0', '3', '6', '8'),
  _PID: usually('25321', '1', '1234567890'),
  SYSLOG_PID: usually('77', ''),
  _TRANSPORT: usually('kernel', 'stdout', 'journal'),
  SYSLOG_IDENTIFIER: usually('kernel', 'systemd', 'systemd-oomd', 'init.scope', 'gunicorn'),
  _COMM: usually('systemd', 'gunicorn'),
  UNIT: usually('a.service', 'b.service'),
  _SYSTEMD_UNIT: usually('c.service', ''),
  _SYSTEMD_USER_UNIT: usually('d.service'),
  _CMDLINE: usually('a "quoted" \\ one', '\u0007'),
};
const jsonText = fc
  .tuple(fc.constantFrom('', ...HEADERS), fc.constantFrom(...TEXTS), fc.constantFrom('', '"', '\\', '\n  more', '/\t'))
  .map((parts) => parts.join(''));
const jsonEntry = fc
  .tuple(
    fc.record({
      __REALTIME_TIMESTAMP: usually('1769573422070999'),
    }),
    fc.record(OPTIONAL_FIELDS, { requiredKeys: [] }),
    fc.record({ MESSAGE: fc.oneof({ weight: 9, arbitrary: jsonText }, FIELD_VALUES) }, { requiredKeys: [] }),
    fc.constantFrom('plain', 'spaced', 'slashes', 'twice', 'unicode'),
  )
  .map(([time, fields, message, spelling]) => {
    const text = JSON.stringify({ ...time, ...fields, ...message });
    if (spelling === 'spaced') return text.replaceAll('","', '" , "').replaceAll('":"', '" : "').replace('{', '{ ');
    if (spelling === 'slashes') return text.replaceAll('/', '\\/');
    if (spelling === 'twice') return text.replace(/\}$/, ',"MESSAGE":"Booting worker with pid: 7","PRIORITY":"2"}');
    return spelling === 'unicode' ? text.replaceAll('k', '\\u006b') : text;
  });

/** A field of the Journal Export Format: as text if it may be, else (or `asBinary`) with its length in front of it. */
function exportField(name: string, value: string, asBinary = false): Uint8Array {
  if (!asBinary && !value.includes('\n')) return bytesOf(`${name}=${value}\n`);
  const bytes = bytesOf(value);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setUint32(0, bytes.length, true);
  return joined([bytesOf(`${name}\n`), size, bytes, bytesOf('\n')]);
}
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
const REALTIME = exportField('__REALTIME_TIMESTAMP', '1769573422070999');
/** Now and then, what journalctl does not write, or seldom. */
const ODD_FIELDS = [
  REALTIME,
  exportField('_BOOT_ID', 'b0e5d2c8a1f04c1bb9d6a3e7f4c2d1a0'),
  exportField('__MONOTONIC_TIMESTAMP', '3496197332'),
  exportField('__SEQNUM', '12'),
  exportField('__SEQNUM', '12'),
  exportField('COREDUMP', '\u0000\n\nMESSAGE=no', true),
  exportField('UNIT', 'b.service', true),
  exportField('MESSAGE', '\ufeffBooting worker with pid: 7', true),
  exportField('MESSAGE', 'Booting worker with pid: 7\r'),
  exportField('9NAME', 'x'),
  exportField('N'.repeat(64), 'x'),
  exportField('N'.repeat(65), 'x'),
  bytesOf('no field\n'),
  bytesOf('-- Reboot --\n'),
  bytesOf('\r\n'),
  Uint8Array.of(...bytesOf('MESSAGE=Gr'), 0xfc, ...bytesOf('n database is locked\n')),
  Uint8Array.of(...bytesOf('_SYSTEMD_UNIT=Gr'), 0xfc, ...bytesOf('n.service\n')),
];
const exportEntry = fc
  .tuple(
    fc.record(OPTIONAL_FIELDS, { requiredKeys: [] }),
    fc.option(jsonText, { freq: 9 }),
    fc.boolean(),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.constantFrom(...ODD_FIELDS), { maxLength: 2 }) },
    ),
  )
  .map(([fields, message, asBinary, odd]) =>
    joined([
      REALTIME,
      ...Object.entries(fields).map(([name, value]) => exportField(name, String(value))),
      ...odd,
      ...(message === null ? [] : [exportField('MESSAGE', message, asBinary)]),
      bytesOf('\n'),
    ]),
  );
const changedBytes = fc
  .tuple(exportEntry, fc.nat(), fc.constantFrom(0, 9, 10, 13, 32, 48, 61, 95, 120, 239, 255))
  .map(([whole, at, other]) => whole.with(at % whole.length, other));

describe('generated journals', () => {
  it('are read in bulk as they are read item by item', () => {
    let bare = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, changed(entry)), { maxLength: 12 }), chunkSizes, (entries, sizes) => {
        bare += compare('journal-short-iso-precise', bytesOf(entries.join('')), sizes);
      }),
      { numRuns: runs(2000) },
    );
    expect(bare).toBeGreaterThan(1000);
  });

  it('are so where stamps have no year, whatever tells it', () => {
    let bare = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(yearlessEntry, changed(yearlessEntry)), { maxLength: 12 }),
        chunkSizes,
        yearlessContext,
        (entries, sizes, context) => {
          bare += compare('journal-short', bytesOf(entries.join('')), sizes, context);
        },
      ),
      { numRuns: runs(2000) },
    );
    expect(bare).toBeGreaterThan(500);
  });

  it('are so as logs of an application, whatever header it has', () => {
    let bare = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 8, arbitrary: logged }, { weight: 1, arbitrary: changed(logged) }), {
          minLength: 4,
          maxLength: 24,
        }),
        fc.oneof(fc.constant([1 << 16]), chunkSizes),
        yearlessContext,
        (entries, sizes, context) => {
          bare += compare('gunicorn-log', bytesOf(entries.join('')), sizes, context);
        },
      ),
      { numRuns: runs(2000) },
    );
    expect(bare).toBeGreaterThan(1000);
  });

  it('are so where what stands behind the level is a field by the habits of the file', () => {
    const header = fc.constantFrom('2026-01-28 04:10:22,070 INFO ', '2026-01-28 04:10:24,170 WARNING ');
    const lineOf = (...fields: readonly string[]): fc.Arbitrary<string> =>
      fc.tuple(header, fc.constantFrom(...fields), fc.constantFrom(...LOG_TEXTS)).map((parts) => parts.join(''));
    const usual = fc
      .constantFrom(
        ['web ', 'mailer '],
        ['[web] ', '[mailer] '],
        ['web: ', 'mailer: '],
        ['web 23331 ', 'mailer 23334 '],
      )
      .chain((fields) => fc.array(lineOf(...fields), { minLength: 4, maxLength: 8 }));
    const seldom = fc.array(lineOf('other ', 'in ', 'main ', 'MainThread ', 'web main ', '23331 ', '(23334) ', ''));
    let bare = 0;
    let habitual = 0;
    fc.assert(
      fc.property(usual, seldom, (often, others) => {
        const lines = [...often, ...often, ...others, ...often];
        const whole = lines.map((line) => `${line}\n`).join('');
        const layout = learnLayout(whole);
        if (layout.habits.fields.size > 0) habitual += 1;
        bare += compare('gunicorn-log', bytesOf(whole), [1 << 16], { layout });
      }),
      { numRuns: runs(500) },
    );
    expect(bare).toBeGreaterThan(200);
    expect(habitual).toBeGreaterThan(100);
  });

  it('reads every text behind every header of every origin alike', () => {
    for (const origin of ORIGINS) {
      const lines = HEADERS.flatMap((header) => TEXTS.map((text) => `${STAMPS[0]}${origin}${header}${text}\n`));
      compare('journal-short-iso-precise', bytesOf(lines.join('')));
    }
  });

  it('reads every text of every origin alike as JSON, with fields and escapes of any kind', () => {
    let bare = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(jsonEntry, changed(jsonEntry)), { maxLength: 8 }), chunkSizes, (entries, sizes) => {
        bare += compare('journal-json', bytesOf(entries.map((text) => `${text}\n`).join('')), sizes);
      }),
      { numRuns: runs(1500) },
    );
    expect(bare).toBeGreaterThan(1000);
  });

  it('reads every text of every origin alike in the Journal Export Format, with fields of any kind', () => {
    let bare = 0;
    const entries = fc.array(fc.oneof(exportEntry, changedBytes), { maxLength: 8 });
    fc.assert(
      fc.property(entries, chunkSizes, (parts, sizes) => {
        bare += compare('journal-export', joined(parts), sizes);
      }),
      { numRuns: runs(1000) },
    );
    expect(bare).toBeGreaterThan(500);
  });

  it.each(['journal-export', 'journal-json'] as const)('hands the first entry of a boot on whole (%s)', (format) => {
    const fields = (boot: string, at: number) => ({
      __REALTIME_TIMESTAMP: `176957342207012${at}`,
      __MONOTONIC_TIMESTAMP: `349619733${at}`,
      _BOOT_ID: boot.repeat(32),
      MESSAGE: `entry ${at}`,
    });
    const entries = ['a', 'a', 'b', 'b', 'a'].map(fields);
    const bytes = entries.map((entry) =>
      format === 'journal-json'
        ? bytesOf(`${JSON.stringify(entry)}\n`)
        : joined([...Object.entries(entry).map(([name, value]) => exportField(name, value)), bytesOf('\n')]),
    );
    const boots: (string | undefined)[] = [];
    const sink: ItemSink = {
      item: (item) => boots.push(item.type === 'event' ? item.boot?.bootId[0] : undefined),
      event: () => boots.push('bare'),
    };
    FORMATS[format].create?.(CONTEXT).pushInto?.(joined(bytes), sink);
    expect(boots).toEqual(['a', 'bare', 'b', 'bare', 'bare']);
  });

  it('reads whole exports from their bytes alone', () => {
    const line = '2026-01-28T04:10:22.070123+0000 vm gunicorn[25321]: [2026-01-28 04:10:22 +0000] [25321] [INFO] ok\n';
    const count = 500;
    // The last line of a chunk waits for what follows it.
    expect(compare('journal-short-iso-precise', bytesOf(line.repeat(count)))).toBe(count - 1);
  });
});
