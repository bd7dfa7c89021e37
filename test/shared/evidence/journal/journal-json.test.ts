import { describe, expect, it } from 'vitest';
import { bytesOf, fixture, parse } from '../support.ts';

const line = (fields: Record<string, unknown>): string =>
  `${JSON.stringify({ __REALTIME_TIMESTAMP: '1769573419179883', MESSAGE: 'x', ...fields })}\n`;
const read = (text: string) => parse('journal-json', bytesOf(text));

describe('journal JSON', () => {
  it('reads fields that are bytes, several values, or missing', () => {
    const { events, problems } = parse('journal-json', fixture('journal-messages/json.txt'));
    expect(problems).toEqual([]);
    expect(events[2]?.message).toBe('binary \u0000\u0001\uFFFD bytes');
    expect(events[3]?.identifier).toBe('My Service');
    expect(events[5]?.severity).toBeNull();
  });

  it('takes the first of several values and the bytes of an array', () => {
    const { events } = read(line({ MESSAGE: ['one', 'two'], SYSLOG_IDENTIFIER: [103, 117], _PID: ['12', '13'] }));
    expect(events[0]).toMatchObject({ message: 'one', identifier: 'gu', pid: 12 });
  });

  it('keeps an entry whose message was left out, and says so', () => {
    const { events, problems } = read(line({ MESSAGE: null, PRIORITY: '3' }));
    expect(events[0]).toMatchObject({ message: '', severity: 'err' });
    expect(problems[0]?.message).toContain('--all');
  });

  it("prefers the level in the line to the stream's priority, and the sender's time to the journal's", () => {
    const text = line({
      PRIORITY: '6',
      MESSAGE: '[2026-01-28 04:11:54 +0000] [25321] [CRITICAL] WORKER TIMEOUT (pid:23333)',
      _SOURCE_REALTIME_TIMESTAMP: '1769573419000001',
    });
    expect(read(text).events[0]).toMatchObject({ severity: 'crit', kind: 'worker-timeout', time: 1769573419000001 });
  });

  it("names the unit that systemd's message is about", () => {
    const fields = { SYSLOG_IDENTIFIER: 'systemd', _SYSTEMD_UNIT: 'init.scope', UNIT: 'tracker.service', _PID: '1' };
    const { events } = read(line({ ...fields, MESSAGE: "tracker.service: Failed with result 'oom-kill'." }));
    expect(events[0]).toMatchObject({ kind: 'systemd-oom', unit: 'tracker.service' });
  });

  it('reads a kernel entry by its transport', () => {
    const fields = {
      _TRANSPORT: 'kernel',
      MESSAGE: 'Killed process 7 (python3) total-vm:10kB, anon-rss:4kB, file-rss:0kB',
    };
    expect(read(line(fields)).events[0]).toMatchObject({
      kind: 'oom-kill',
      identifier: 'kernel',
      detail: { targetPid: 7, anonRssBytes: 4096 },
    });
  });

  it('reports damaged, timeless and cut entries and keeps the rest', () => {
    const text = `${line({})}{"broken": \n${line({ __REALTIME_TIMESTAMP: 'soon' })}[1,2]\n-- No entries --\n${line({ MESSAGE: 'last' })}{"MESSAGE":"cu`;
    const { events, problems } = read(text);
    expect(events.map(({ message }) => message)).toEqual(['x', 'last']);
    expect(problems.map(({ kind }) => kind)).toEqual([
      'malformed-record',
      'malformed-record',
      'malformed-record',
      'truncated',
    ]);
    expect(problems[0]?.byteOffset).toBe(line({}).length);
  });

  it('is not thrown by other JSON', () => {
    const deep = `{"MESSAGE":${'['.repeat(50_000)}${']'.repeat(50_000)},"__REALTIME_TIMESTAMP":"1769573419179883"}\n`;
    expect(read(deep).events[0]?.message).toBe('');
    expect(read('{"__REALTIME_TIMESTAMP":{"a":1}}\n').problems[0]?.kind).toBe('malformed-record');
  });
});
