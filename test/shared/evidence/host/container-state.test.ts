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

describe('tasks of ECS', () => {
  const toldOf = (text: string) =>
    parse('ecs-tasks', bytesOf(text)).events.map(({ kind, time, detail, message }) => [
      kind,
      formatIsoMicros(time).slice(11, 23),
      detail.signal ?? detail.exitCode ?? null,
      message,
    ]);
  const task = textOf(fixture('container/ecs-tasks.json'));

  it('tell how each container ended, when, and why the task was stopped', () => {
    expect(toldOf(task)).toEqual([
      [
        'platform-oom',
        '04:12:15.229',
        null,
        'web: exitCode 137, OutOfMemoryError: Container killed due to memory usage',
      ],
      ['container-exited', '04:12:15.229', 9, '"exitCode": 137'],
      ['container-exited', '04:12:15.229', 0, 'log-router: exitCode 0'],
      ['log', '04:12:25.410', null, 'Task stopped: Essential container in task exited'],
    ]);
    expect(parse('ecs-tasks', bytesOf(task)).events[0]?.detail.limitBytes).toBe(1024 ** 3);
  });

  it('are read on one line, with times of the first command line, and as EventBridge has them', () => {
    const one = JSON.stringify({ detail: JSON.parse(task).tasks[0] }).replace(
      '"2026-01-28T04:12:15.229000+00:00"',
      '1769573535.229',
    );
    expect(detectFormat(bytesOf(one), 'a.json', one.length).format).toBe('ecs-tasks');
    expect(toldOf(one).map(([kind, time]) => [kind, time])).toEqual(toldOf(task).map(([kind, time]) => [kind, time]));
  });

  it('that are asked to stop end when they have stopped; what runs has not ended', () => {
    const asked = task
      .replace('EssentialContainerExited', 'UserInitiated')
      .replace(/ *"executionStoppedAt".*\n/, '')
      .replace('OutOfMemoryError: Container killed due to memory usage', 'x');
    expect(toldOf(asked)[0]).toEqual(['container-exited', '04:12:48.904', 9, 'web: exitCode 137, x']);
    expect(toldOf(task.replaceAll(/"(?:executionStopped|stopped|stopping)At"/g, '"x"'))).toEqual([]);
  });

  it('cut short are told as that', () => {
    expect(parse('ecs-tasks', bytesOf(task.slice(0, -20))).problems).toMatchObject([{ kind: 'truncated' }]);
  });
});
