import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { formatIsoMicros } from '../../../../shared/model/time.ts';
import { bytesOf, fixture, parse, textOf } from '../support.ts';

const told = (bytes: Uint8Array) =>
  parse('container-state', bytes).events.map(({ kind, time, detail, identifier }) => [
    kind,
    formatIsoMicros(time).slice(0, 19),
    detail.signal ?? detail.exitCode ?? detail.state,
    identifier,
  ]);

describe('the state of containers', () => {
  it.each([
    ['docker-inspect.json', 'docker'],
    ['pod-describe.txt', 'kubelet'],
    ['pod.yaml', 'kubelet'],
    ['pod.json', 'kubelet'],
  ])('%s: how and when it ended, and that memory was the reason', (file, by) => {
    expect(told(fixture(`container/${file}`))).toEqual([
      ['systemd-process-exited', '2026-01-28T04:12:15', 9, by],
      ['systemd-oom', '2026-01-28T04:12:15', 'oom-kill', by],
    ]);
  });

  it('is told in one line as well, and says no more than there is', () => {
    const one = JSON.stringify([
      { State: { Status: 'exited', OOMKilled: false, ExitCode: 3, FinishedAt: '2026-01-28T05:12:15.5+01:00' } },
    ]);
    expect(detectFormat(bytesOf(one), 'a.json', one.length).format).toBe('container-state');
    expect(told(bytesOf(one))).toEqual([['systemd-process-exited', '2026-01-28T04:12:15', 3, 'docker']]);
    const running = textOf(fixture('container/docker-inspect.json')).replace(
      /2026-01-28T04:12:15[^"]*/,
      '0001-01-01T00:00:00Z',
    );
    expect(told(bytesOf(running))).toEqual([]);
  });
});
