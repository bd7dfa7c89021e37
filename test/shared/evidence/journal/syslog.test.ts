import { describe, expect, it } from 'vitest';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, contextOf, fixture, parse } from '../support.ts';

const RSYSLOG = [
  ['syslog/rfc5424.txt', 'syslog-rfc5424'],
  ['syslog/rfc3164-forward.txt', 'syslog-rfc3164'],
  ['syslog/rsyslog-traditional.txt', 'journal-short'],
  ['syslog/rsyslog-file.txt', 'journal-short-iso-precise'],
] as const;

describe.each(RSYSLOG)('%s', (path, format) => {
  const bytes = fixture(path);
  const parsed = parse(format, bytes, contextOf('syslog/rsyslog-file.txt', bytes));

  it('gives the same events as every other format of the same daemon', () => {
    expect(parsed.problems).toEqual([]);
    expect(
      parsed.events.map(({ kind, pid, identifier, host, time }) => [
        kind,
        pid,
        identifier,
        host,
        formatIsoMicros(time).slice(0, 19),
      ]),
    ).toEqual([
      ['arbiter-start', 24015, 'gunicorn', 'vm', '2026-11-24T03:55:49'],
      ['worker-boot', 24020, 'gunicorn', 'vm', '2026-11-24T03:55:49'],
      ['traceback', 24020, 'gunicorn', 'vm', '2026-11-24T03:55:49'],
      ['worker-timeout', 24015, 'gunicorn', 'vm', '2026-11-24T03:55:49'],
      ['oom-kill', null, 'kernel', 'vm', '2026-11-24T03:55:49'],
    ]);
  });

  it('gives a traceback its lines back, and sees what the kernel says behind its own uptime', () => {
    expect(parsed.events[2]?.message.split('\n')).toHaveLength(4);
    expect(parsed.events[4]?.detail).toMatchObject({ targetPid: 24020, oomScope: 'cgroup', processName: 'python3' });
  });
});

it('takes the severity from the priority where the text has none', () => {
  const bytes = fixture('syslog/rfc5424.txt');
  expect(parse('syslog-rfc5424', bytes).events.map(({ severity }) => severity)).toEqual([
    'info',
    'info',
    'err',
    'crit',
    'warning',
  ]);
});

it.each([
  '<192>Nov 30 22:41:04 vm app[1]: too high a priority',
  '<165>1 - vm app 1 - - no time at all',
  '<165>2 2026-01-28T04:10:19Z vm app 1 - - another version',
  '<165>1 2026-01-28T04:10:19Z vm app 1 - [sd open="1 text',
])('reports what is no syslog line: %s', (line) => {
  const parsed = parse('syslog-rfc5424', bytesOf(`${line}\n`));
  expect(parsed.events).toEqual([]);
  expect(parsed.problems.map(({ kind }) => kind)).toEqual(['malformed-record']);
});

it('leaves #012 alone where it is no line feed of a traceback', () => {
  const [event] = parse('journal-short', bytesOf('Nov 30 22:41:04 vm app[1]: job #012 done\n')).events;
  expect(event?.message).toBe('job #012 done');
});
