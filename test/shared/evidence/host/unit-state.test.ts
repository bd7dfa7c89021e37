import { expect, it } from 'vitest';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

const SHOWN = fixture('container/unit-show.txt');

it('gives the settings in force, and how the main process ended', () => {
  const { items, events, problems } = parse('unit-state', SHOWN);
  expect(problems).toEqual([]);
  const [fragment] = items.flatMap((item) => (item.type === 'unit-fragment' ? [item.fragment] : []));
  expect(fragment?.hostPath).toBe('/etc/systemd/system/tracker.service');
  expect(fragment?.assignments.map(({ key, value }) => `${key}=${value}`)).toEqual([
    'TimeoutStopSec=1min 30s',
    'WatchdogSec=0',
    'OOMPolicy=stop',
    'ExecStart=/srv/venv/bin/gunicorn --timeout 90 tracker:app',
    'MemoryHigh=infinity',
    'MemoryMax=440401920',
  ]);
  expect(events.map(({ kind, time, detail }) => [kind, formatIsoMicros(time).slice(0, 19), detail])).toEqual([
    ['systemd-process-exited', '2026-01-28T04:12:15', { signal: 9, state: 'killed' }],
    ['systemd-oom', '2026-01-28T04:12:15', { state: 'oom-kill' }],
  ]);
});

it('a process that runs, or ended well, is no end', () => {
  const running = textOf(SHOWN).replace('ExecMainCode=2\nExecMainStatus=9', 'ExecMainCode=0\nExecMainStatus=0');
  expect(parse('unit-state', bytesOf(running.replace('=oom-kill', '=success'))).events).toEqual([]);
});

it('several units stand one below another', () => {
  const other = 'Id=other.service\nMemoryMax=1\n';
  const { items } = parse('unit-state', bytesOf(`${other}\n${textOf(SHOWN)}`));
  expect(items.flatMap((item) => (item.type === 'unit-fragment' ? [item.fragment.hostPath] : []))).toEqual([
    '/run/systemd/system/other.service',
    '/etc/systemd/system/tracker.service',
  ]);
});
