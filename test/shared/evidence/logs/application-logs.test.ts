import { describe, expect, it } from 'vitest';
import { decodeRecord } from '../../../../shared/evidence/formats/decode-record.ts';
import { readAccessLine } from '../../../../shared/evidence/logs/access-line.ts';
import { readMessage } from '../../../../shared/timeline/messages.ts';
import { bytesOf, CONTEXT, fixture, parse } from '../support.ts';

describe('an access log', () => {
  it('gives each request with its time, and the worker and seconds where they are printed', () => {
    const { events, problems, time } = parse('access-log', fixture('gunicorn/access-unix-socket.txt'));
    expect(problems).toEqual([]);
    expect(time?.zoneFrom).toBe('file');
    expect(events.map(({ pid }) => pid)).toEqual([15165, 15165, 15165, 15165, 15165]);
    expect(events[0]?.time).toBe(Date.UTC(2026, 10, 24, 6, 38, 39) * 1000);
    expect(readMessage(events[0]?.message ?? '', false)).toMatchObject({
      role: 'request-done',
      statedSeconds: 0.060524,
    });
    expect(readAccessLine(events[3]?.message ?? '')).toMatchObject({ method: 'GET', status: 200, pid: 15165 });
  });

  it('reports a damaged line instead of adding it to the request above', () => {
    const line = '10.0.0.1 - - [28/Jan/2026:04:10:22 -0330] "GET / HTTP/1.1" 200 2 "-" "x"';
    const { events, problems } = parse('access-log', bytesOf(`${line}\n10.0.0.1 - - [28/Jan\n${line}\n`));
    expect(events.map(({ message, time }) => [message, time])).toEqual(
      Array(2).fill([line, Date.UTC(2026, 0, 28, 7, 40, 22) * 1000]),
    );
    expect(problems.map(({ kind, byteOffset }) => [kind, byteOffset])).toEqual([['malformed-record', line.length + 1]]);
  });

  it('in one stream with the error log leaves tracebacks where they belong', () => {
    const { events } = parse('gunicorn-log', fixture('gunicorn/both-logs.txt'));
    expect(events.find(({ kind }) => kind === 'worker-error')?.message).toMatch(/ValueError: no such job: job=15$/);
    expect(events.filter(({ message }) => readAccessLine(message) !== null).every(({ pid }) => pid !== null)).toBe(
      true,
    );
  });
});

describe('a log of JSON lines', () => {
  it('gives time, level, process and the traceback', () => {
    const { events, problems } = parse('json-log', fixture('gunicorn/json-lines.txt'));
    expect(problems).toEqual([]);
    expect(events.map(({ severity, pid, kind }) => [severity, pid, kind])).toEqual([
      ['info', 15115, 'log'],
      ['warning', 15115, 'log'],
      ['err', 15115, 'traceback'],
      ['crit', 15115, 'log'],
    ]);
  });

  it.each([
    ['{"ts":1769573422.070123,"msg":"x"}', Date.UTC(2026, 0, 28, 4, 10, 22) * 1000 + 70_123],
    ['{"time":1769573422070,"level":50,"msg":"x"}', Date.UTC(2026, 0, 28, 4, 10, 22, 70) * 1000],
    [
      '{"log":"x\\n","stream":"stderr","time":"2026-01-28T04:10:22.070123456Z"}',
      Date.UTC(2026, 0, 28, 4, 10, 22) * 1000 + 70_123,
    ],
  ])('%s', (text, time) => {
    expect(parse('json-log', bytesOf(`${text}\n`)).events).toMatchObject([{ message: 'x', time }]);
  });
});

describe("supervisord's debug log", () => {
  const LOG = [
    "2026-01-28 04:10:00,100 INFO spawned: 'web' with pid 4700",
    "2026-01-28 04:10:00,570 DEBG 'web' stderr output:",
    '[2026-01-28 04:10:00 +0000] [4711] [INFO] Booting worker with pid: 4711',
    '',
    "2026-01-28 04:10:22,070 DEBG 'web' stdout output:",
    'Importing price list 4',
    '',
    "2026-01-28 04:10:30,000 DEBG 'web' stderr output:",
    'Traceback (most recent call last):',
    '  File "/srv/app.py", line 3, in run',
    '',
    "2026-01-28 04:10:30,004 DEBG 'web' stderr output:",
    '    go()',
    'ValueError: no such list: 4',
    '',
    '2026-01-28 04:10:40,000 INFO waiting for web to stop',
    '',
  ].join('\n');

  it('gives each line its program and, where it has no stamp, the time of its block', () => {
    const { events, problems } = parse('gunicorn-log', bytesOf(LOG));
    expect(problems).toEqual([]);
    const at = (clock: string): number => Date.parse(`2026-01-28T${clock}Z`) * 1000;
    expect(events.map(({ time, unit, message }) => [time, unit, message.split('\n').at(-1)])).toEqual([
      [at('04:10:00.100'), null, "2026-01-28 04:10:00,100 INFO spawned: 'web' with pid 4700"],
      [at('04:10:00.000'), 'web', '[2026-01-28 04:10:00 +0000] [4711] [INFO] Booting worker with pid: 4711'],
      [at('04:10:22.070'), 'web', 'Importing price list 4'],
      [at('04:10:30.000'), 'web', 'ValueError: no such list: 4'],
      [at('04:10:40.000'), null, '2026-01-28 04:10:40,000 INFO waiting for web to stop'],
    ]);
    expect(events.some(({ isUndated }) => isUndated)).toBe(false);
  });

  it('is read again record by record to the same', () => {
    const bytes = bytesOf(LOG);
    for (const event of parse('gunicorn-log', bytes).events) {
      const { byteOffset, byteLength } = event.source;
      const again = decodeRecord('gunicorn-log', bytes.subarray(byteOffset, byteOffset + byteLength), {
        ...CONTEXT,
        startOffset: byteOffset,
        nearTime: event.time,
      });
      expect(again).toMatchObject({ time: event.time, message: event.message });
      expect(again?.isUndated).toBeUndefined();
    }
  });
});
