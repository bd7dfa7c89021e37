import { describe, expect, it } from 'vitest';
import { sniffZone } from '../../../../shared/evidence/formats/sniff-zone.ts';
import { readJournalPrefix, STAMP_SAMPLES } from '../../../../shared/evidence/journal/journal-prefix.ts';
import type { ParsedEvent } from '../../../../shared/evidence/reading/parser.ts';
import { epochMicros, formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, contextOf, FIXTURE_FORMATS, fixture, type Parsed, parse, textOf } from '../support.ts';

const SECOND = 1_000_000;

function read(path: string): Parsed {
  const format = FIXTURE_FORMATS.find(([name]) => name === path)?.[1];
  if (format === undefined) throw new Error(path);
  const bytes = fixture(path);
  return parse(format, bytes, contextOf(path, bytes));
}

const core = ({ kind, message, pid, host, detail, severity }: ParsedEvent): unknown => ({
  kind,
  message,
  pid,
  host,
  detail,
  severity,
});

describe.each(['journal-unit', 'journal-oom', 'journal-messages'])('%s: the same entries in every format', (folder) => {
  const reference = read(`${folder}/json.txt`);
  const others = FIXTURE_FORMATS.map(([path]) => path).filter(
    // `cat` has messages alone: see journal-cat.test.ts.
    (path) =>
      path.startsWith(`${folder}/`) &&
      !path.endsWith('/cat.txt') &&
      !(path.includes('monotonic') && folder !== 'journal-unit'),
  );

  it.each(others)('%s', (path) => {
    const { events, problems } = read(path);
    expect(problems).toEqual([]);
    const isText = !/json|export/.test(path);
    const hasFields = !isText || path.includes('verbose');
    const expected =
      path.includes('berlin') && folder === 'journal-messages'
        ? reference.events.filter((event) => event.identifier !== 'My Service')
        : reference.events;
    expect(events).toHaveLength(expected.length);
    for (const [index, event] of events.entries()) {
      const same = expected[index];
      if (same === undefined) throw new Error('missing');
      const apart = Math.abs(event.time - same.time);
      if (path.includes('monotonic') || path.includes('delta')) {
        // Tied by a stamp that is cut to the second; distances stay exact (kernel entries keep the kernel's own clock).
        expect(apart).toBeLessThan(SECOND);
        expect(event.resolutionMicros).toBe(SECOND);
      } else {
        expect(event.time).toBe(Math.floor(same.time / event.resolutionMicros) * event.resolutionMicros);
      }
      // Formats without fields carry no priority, and those for reading print bytes that are no text as their count.
      const isBlob = isText && event.message === '[16B blob data]';
      const carried = {
        ...(core(same) as object),
        ...(!hasFields && event.severity === null ? { severity: null } : {}),
      };
      expect(core(event)).toEqual({
        ...carried,
        ...(isBlob ? { message: '[16B blob data]' } : {}),
        ...(path.includes('no-hostname') ? { host: null } : {}),
      });
      if (!path.includes('with-unit')) expect(event.identifier).toBe(same.identifier);
    }
  });
});

describe('text journals', () => {
  it('every stamp pattern reads its sample', () => {
    for (const sample of STAMP_SAMPLES) {
      expect(readJournalPrefix(`${sample}vm gunicorn[1]: x`, 'journal-short-iso')?.message, sample).toBe('x');
    }
  });

  it('keeps a multi-line message whole, with its own indentation and all its bytes', () => {
    const bytes = fixture('journal-messages/short-iso-precise.txt');
    const event = read('journal-messages/short-iso-precise.txt').events[1];
    expect(event?.message.split('\n')).toEqual([
      '2026-11-24 02:50:26,977 - app.services.import_service - ERROR - Import of VPN job 14 failed',
      'Traceback (most recent call last):',
      '  File "/srv/tracker/app/services/import_service.py", line 88, in insert',
      '    connection.executemany(INSERT, rows)',
      '',
      'sqlite3.OperationalError: database is locked',
    ]);
    expect(event?.kind).toBe('database-locked');
    const { byteOffset = 0, byteLength = 0, line } = event?.source ?? {};
    expect(line).toBe(2);
    expect(textOf(bytes.subarray(byteOffset, byteOffset + byteLength))).toMatch(/^2026-11-24T.*database is locked$/s);
  });

  it.each([
    ['kernel: python3[1]: segfault at 0 ip 0', 'kernel', null, 'python3[1]: segfault at 0 ip 0'],
    ['My Service[7]: a: b', 'My Service', 7, 'a: b'],
    ['(python3)[12]: x', '(python3)', 12, 'x'],
    ['tracker[12]:', 'tracker', 12, ''],
    ['user@1000.service/app.slice[9]: x', 'user@1000.service/app.slice', 9, 'x'],
  ])('reads the origin %s', (text, identifier, pid, message) => {
    const prefix = readJournalPrefix(`Nov 30 22:41:04 vm ${text}`, 'journal-short');
    expect(prefix).toMatchObject({ host: 'vm', identifier, pid, message });
  });

  it('reports lines that are no entries once, with their place, and goes on', () => {
    const text =
      'ged half of an entry\nand more\n2026-01-28T04:10:19+0000 vm a[1]: one\nfree text\n2026-01-28T04:10:20+0000 vm a[1]: two\n';
    const { events, problems } = parse('journal-short-iso', bytesOf(text));
    expect(events.map(({ message }) => message)).toEqual(['one', 'two']);
    expect(problems.map(({ kind, byteOffset }) => [kind, byteOffset])).toEqual([
      ['malformed-record', 0],
      ['malformed-record', text.indexOf('free text')],
    ]);
  });

  it('reports a date that does not exist and a last line without its end', () => {
    const { events, problems } = parse(
      'journal-short-iso',
      bytesOf('2026-02-30T04:10:19+0000 vm a[1]: one\n2026-02-27T04:10:19+0000 vm a[1]: tw'),
    );
    expect(events).toHaveLength(1);
    expect(problems.map(({ kind }) => kind)).toEqual(['malformed-record', 'truncated']);
  });

  it('reads exports of two formats in one file', () => {
    const text = textOf(fixture('journal-unit/short-unix.txt')) + textOf(fixture('journal-oom/short-full.txt'));
    expect(parse('journal-short-unix', bytesOf(text)).events).toHaveLength(25);
  });

  it('cuts an overlong line and says so', () => {
    const text = `2026-01-28T04:10:19+0000 vm a[1]: ${'x'.repeat(1_100_000)}\n2026-01-28T04:10:20+0000 vm a[1]: two\n`;
    const { events, problems } = parse('journal-short-iso', bytesOf(text));
    expect(events.map(({ message }) => message.length)).toEqual([1024 * 1024 - 34, 3]);
    expect(problems.map(({ kind }) => kind)).toEqual(['line-too-long']);
    expect(events[0]?.source.byteLength).toBe(1_100_034);
  });
});

describe('years', () => {
  const times = (text: string, near: number | null, from: 'other-source' | 'assumed' = 'other-source') => {
    const parsed = parse('journal-short', bytesOf(text), {
      nearTime: near === null ? null : epochMicros(near * 1000),
      nearTimeFrom: from,
    });
    return { ...parsed, dates: parsed.events.map(({ time }) => formatIsoMicros(time).slice(0, 10)) };
  };

  it('turns the year with New Year within a file', () => {
    const { dates, time } = times('Dec 31 23:59:59 vm a[1]: x\nJan 01 00:00:01 vm a[1]: y\n', Date.UTC(2026, 0, 5));
    expect(dates).toEqual(['2025-12-31', '2026-01-01']);
    expect(time).toMatchObject({ year: 2025, yearFrom: 'other-source' });
  });

  it('puts 29 February into a leap year', () => {
    expect(times('Feb 29 12:00:00 vm a[1]: x\n', Date.UTC(2026, 2, 1)).dates).toEqual(['2024-02-29']);
  });

  it("prefers the year that a logger's own stamp in the file tells, for the entries before it too", () => {
    const text =
      'Nov 30 22:41:00 vm systemd[1]: Started x.\nNov 30 22:41:04 vm g[1]: [2023-11-30 22:41:04 +0000] [1] [INFO] x\n';
    const { dates, time } = times(text, Date.UTC(2026, 0, 5), 'assumed');
    expect(dates).toEqual(['2023-11-30', '2023-11-30']);
    expect(time).toMatchObject({ year: 2023, yearFrom: 'file' });
  });

  it('says when nothing tells the year', () => {
    const { problems, events } = times('Nov 30 22:41:04 vm a[1]: x\nNov 30 22:41:05 vm a[1]: y\n', null);
    expect(events).toHaveLength(2);
    expect(problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
  });
});

describe('zones', () => {
  it.each([
    ['journal-unit/short-berlin.txt', 60],
    ['journal-unit/short.txt', 0],
    ['journal-unit/short-full.txt', 0],
    ['journal-unit/short-unix.txt', 0],
    ['journal-unit/json.txt', 0],
    ['journal-messages/short-full-berlin.txt', 60],
    ['journal-oom/short.txt', null],
    ['gunicorn/error-log-tracebacks.txt', 60],
    ['host/vmstat-t.txt', 0],
    ['host/ps-date.txt', 0],
    ['host/ps.txt', null],
    ['host/meminfo.txt', null],
  ])('%s reveals %s', (path, minutes) => {
    expect(sniffZone(fixture(path))).toBe(minutes);
  });

  it('takes the zone of a notice', () => {
    const text =
      '-- Logs begin at Sat 2025-11-29 22:40:00 EST, end at Sun 2025-11-30 23:00:00 EST. --\nNov 30 22:41:04 vm kernel: x\n';
    expect(sniffZone(bytesOf(text))).toBe(-300);
  });

  it('reads named zones, and asks once about one without a single meaning', () => {
    const text =
      'Sun 2025-11-30 22:41:04 CEST vm a[1]: x\nSun 2025-11-30 22:41:05 IST vm a[1]: y\nSun 2025-11-30 22:41:06 IST vm a[1]: z\nSun 2025-11-30 22:41:06 +05 vm a[1]: w\n';
    const { events, problems } = parse('journal-short-full', bytesOf(text), { offsetMinutes: 330 });
    expect(events.map(({ time }) => formatIsoMicros(time).slice(11, 19))).toEqual([
      '20:41:04',
      '17:11:05',
      '17:11:06',
      '17:41:06',
    ]);
    expect(problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
  });
});

describe('uptime stamps', () => {
  it.each(['journal-oom', 'journal-messages'])('%s: no line of gunicorn ties them', (folder) => {
    const { events, problems } = read(`${folder}/short-monotonic.txt`);
    expect(events).toEqual([]);
    expect(problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
  });

  it('leaves entries out with a problem when nothing ties them to a date', () => {
    const { events, problems } = parse(
      'journal-short-monotonic',
      bytesOf('[    5.000001] vm a[1]: x\n[    6.000001] vm a[1]: y\n'),
    );
    expect(events).toEqual([]);
    expect(problems).toEqual([{ kind: 'assumed-time', message: expect.stringContaining('2 entries'), byteOffset: 0 }]);
  });

  it('ties each boot on its own', () => {
    const text =
      '[   10.500000] vm a[1]: early\n[   11.500000] vm g[1]: [2026-01-28 04:10:19 +0000] [1] [INFO] Starting gunicorn 26.1.0\n-- Boot a240791736fc4f16beaa9416bb346a34 --\n[    3.000000] vm a[1]: other boot\n';
    const { events, problems } = parse('journal-short-monotonic', bytesOf(text));
    expect(events.map(({ time, message }) => [formatIsoMicros(time), message.slice(0, 5)])).toEqual([
      ['2026-01-28T04:10:18.000000Z', 'early'],
      ['2026-01-28T04:10:19.000000Z', '[2026'],
    ]);
    expect(problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
  });
});

it('reads what journalctl -o with-unit puts in place of the identifier', () => {
  const text =
    'Sun 2025-11-30 22:41:04 UTC vm init.scope[1]: tracker.service: Main process exited, code=killed, status=9/KILL\nSun 2025-11-30 22:41:04 UTC vm tracker.service[77]: hello\n';
  const { events } = parse('journal-short-full', bytesOf(text));
  expect(events.map(({ kind, unit, pid }) => [kind, unit, pid])).toEqual([
    ['systemd-process-exited', 'tracker.service', 1],
    ['log', 'tracker.service', 77],
  ]);
});
