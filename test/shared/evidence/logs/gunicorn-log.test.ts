import { describe, expect, it } from 'vitest';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, contextOf, fixture, parse } from '../support.ts';

const read = (text: string, context = {}) => parse('gunicorn-log', bytesOf(text), context);

describe("gunicorn's log", () => {
  it('reads the log of gunicorn 26 with pids, levels and kinds', () => {
    const { events, problems, time } = parse('gunicorn-log', fixture('gunicorn/error-log-26.txt'));
    expect(problems).toEqual([]);
    expect(events.map(({ kind, pid, severity }) => [kind, pid, severity])).toEqual([
      ['arbiter-start', 24015, 'info'],
      ['log', 24015, 'info'],
      ['arbiter-start', 24015, 'info'],
      ['worker-boot', 24019, 'info'],
      ['worker-boot', 24020, 'info'],
      ['log', 24015, 'info'],
      ['log', null, 'info'],
      ['log', null, 'info'],
      ['worker-sigkill', 24015, 'err'],
      ['worker-boot', 24192, 'info'],
    ]);
    expect(events[6]).toMatchObject({
      resolutionMicros: 1000,
      message: expect.stringMatching(/Importing VPN job 14$/),
    });
    expect(time).toMatchObject({ zoneFrom: 'file', offsetMinutes: 0 });
  });

  it('keeps tracebacks with the entry that logged them, in the zone that gunicorn prints', () => {
    const bytes = fixture('gunicorn/error-log-tracebacks.txt');
    const { events, problems } = parse('gunicorn-log', bytes, contextOf('gunicorn/error-log-tracebacks.txt', bytes));
    expect(problems).toEqual([]);
    expect(events.map(({ kind }) => kind)).toEqual([
      'worker-boot',
      'log',
      'database-locked',
      'worker-timeout',
      'worker-error',
      'worker-exiting',
    ]);
    expect(events.map(({ time }) => formatIsoMicros(time).slice(0, 16))).toEqual(Array(6).fill('2026-11-24T02:50'));
    expect(events[4]?.message).toContain('in handle_abort\n');
    expect(events[4]?.message.endsWith('SystemExit: 1')).toBe(true);
  });

  it('learns the zone from the file when nobody told it', () => {
    const text = '[2026-11-24 03:50:05 +0100] [1] [INFO] x\n2026-11-24 03:50:06,498 - app - INFO - y\n';
    const { events, time } = read(text, { zoneFrom: 'assumed' });
    expect(events[1]?.time).toBe(Date.UTC(2026, 10, 24, 2, 50, 6, 498) * 1000);
    expect(time).toMatchObject({ offsetMinutes: 60, zoneFrom: 'file' });
  });

  it('reads stamps and names that container runtimes put in front', () => {
    const { events } = read(
      '2025-07-05T12:18:53.958748844Z [2025-07-05 14:18:53 +0200] [106] [INFO] Worker exiting (pid: 106)\nweb-1  | [2025-07-05 14:18:54 +0200] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n',
    );
    expect(events.map(({ kind, pid, message }) => [kind, pid, message[0]])).toEqual([
      ['worker-exiting', 106, '['],
      ['worker-timeout', 1, '['],
    ]);
    expect(events[0]).toMatchObject({ time: Date.UTC(2025, 6, 5, 12, 18, 53) * 1000 + 958_748, resolutionMicros: 1 });
  });

  it('reads the access log, and lines without a time at the time before them', () => {
    const { events, problems } = read(
      'INFO:root:lost\n127.0.0.1 - - [28/Jan/2026:04:10:22 +0100] "POST /import HTTP/1.1" 200 12 "-" "curl"\nERROR:app.jobs:failed: database is locked\n',
    );
    expect(events.map(({ kind, time }) => [kind, formatIsoMicros(time)])).toEqual([
      ['log', '2026-01-28T03:10:22.000000Z'],
      ['log', '2026-01-28T03:10:22.000000Z'],
      ['database-locked', '2026-01-28T03:10:22.000000Z'],
    ]);
    expect(events.map(({ isUndated }) => isUndated === true)).toEqual([true, false, true]);
    expect(problems.map(({ kind }) => kind)).toEqual(['assumed-time']);
  });

  it('cuts an entry without end and says so', () => {
    const text = `[2026-11-24 03:50:05 +0100] [1] [INFO] x\n${'line\n'.repeat(20_000)}[2026-11-24 03:50:06 +0100] [1] [INFO] y\n`;
    const { events, problems } = read(text);
    expect(events).toHaveLength(2);
    expect(events[0]?.message.split('\n').length).toBeLessThan(10_010);
    expect(events[0]?.source.byteLength).toBe(text.lastIndexOf('[2026') - 1);
    expect(problems.map(({ kind }) => kind)).toEqual(['limit-exceeded']);
  });
});
