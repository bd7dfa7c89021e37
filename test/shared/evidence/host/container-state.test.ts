import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../../../shared/evidence/formats/detect.ts';
import { addSeconds, epochMicros, formatIsoMicros } from '../../../../shared/model/time.ts';
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

describe('events of Kubernetes', () => {
  const kube = (text: string, context = {}) => parse('kube-events', bytesOf(text), context);
  const table = textOf(fixture('container/kube-events.txt'));

  it.each(['kube-events.txt', 'kube-events.json', 'kube-events.yaml'])('%s: who was ended, and why', (file) => {
    const { events, problems } = kube(textOf(fixture(`container/${file}`)));
    const told = events.filter(({ message }) => /Killing/.test(message));
    expect(problems).toEqual([]);
    expect(
      told.map(({ kind, time, detail, message }) => [
        kind,
        formatIsoMicros(time).slice(0, 19),
        detail,
        message.slice(0, 60),
      ]),
    ).toEqual([
      ['log', '2026-01-28T04:11:35', {}, 'pod/web-5f7c9d8b6-x2x9z Killing: Container web failed livene'],
      [
        'oom-kill',
        '2026-01-28T04:12:15',
        { oomScope: 'cgroup', targetPid: 4711, processName: 'gunicorn' },
        'node/node-3 OOMKilling: Memory cgroup out of memory: Killed ',
      ],
    ]);
    expect(events.every(({ identifier }) => identifier === 'kubelet')).toBe(true);
  });

  it('as a table without a date count from the time of the file, which is said, or from nothing', () => {
    const undated = table.replace(/^#.*\n/, '');
    const saved = epochMicros(Date.UTC(2026, 0, 28, 4, 15) * 1000);
    const assumed = kube(undated, { savedAt: saved, nearTime: addSeconds(saved, -3_600) });
    expect(assumed.problems).toMatchObject([{ kind: 'assumed-time' }]);
    expect(assumed.events.map(({ time }) => time)).toEqual(kube(table).events.map(({ time }) => time));
    const unplaced = kube(undated);
    expect(kube(undated, { savedAt: saved, nearTime: addSeconds(saved, -30 * 86_400) }).events).toEqual([]);
    expect(unplaced.events).toEqual([]);
    expect(unplaced.problems).toMatchObject([
      { kind: 'malformed-record', message: expect.stringContaining('5 events') },
    ]);
  });

  it('stand below the description of a pod, which is not read twice', () => {
    const described = textOf(fixture('container/pod-describe.txt')).replace(
      /Warning +BackOff.*/,
      'Normal   Killing  3m25s (x2 over 9m)  kubelet  Container web failed liveness probe, will be restarted',
    );
    const { events } = parse('container-state', bytesOf(`# 2026-01-28 04:15:00 UTC\n${described}`));
    expect(
      events.map(({ kind, time, message }) => [kind, formatIsoMicros(time).slice(11, 19), message.slice(0, 40)]),
    ).toEqual([
      ['systemd-process-exited', '04:12:15', expect.any(String)],
      ['systemd-oom', '04:12:15', expect.any(String)],
      ['log', '04:11:35', 'pod Killing: Container web failed livene'],
    ]);
    expect(parse('container-state', bytesOf(described)).problems).toMatchObject([{ kind: 'malformed-record' }]);
  });

  it('tell of an eviction for memory, and of no other as one', () => {
    const row = (message: string): string => `# 2026-01-28 04:15:00 UTC\n1m  Warning  Evicted  pod/web-1  ${message}\n`;
    const kindOf = (message: string) => kube(row(message)).events[0]?.kind;
    expect(kindOf('The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi.')).toBe(
      'platform-oom',
    );
    expect(kindOf('The node was low on resource: ephemeral-storage.')).toBe('log');
  });
});

describe('crashes that systemd-coredump kept', () => {
  it.each([
    ['coredumpctl-info.txt', 'gunicorn'],
    ['coredumpctl-list.txt', 'python3.11'],
  ])('%s: who crashed on what, and when', (file, processName) => {
    const { events, problems } = parse('coredumps', fixture(`container/${file}`));
    expect(problems).toEqual([]);
    expect(events.at(-1)).toMatchObject({ kind: 'segfault', detail: { targetPid: 23333, signal: 11, processName } });
    expect(formatIsoMicros(events.at(-1)?.time ?? epochMicros(0)).slice(0, 19)).toBe('2026-01-28T04:12:15');
  });

  it('with the stack that systemd took', () => {
    const items = parse('coredumps', fixture('container/coredumpctl-info.txt')).items;
    const dump = items.flatMap((item) => (item.type === 'stack-dump' ? [item.dump] : []))[0];
    expect(dump).toMatchObject({ pid: 23333 });
    expect(dump?.lines.filter((line) => line.startsWith('#'))).toHaveLength(5);
  });
});

it("docker's events say the same with a format and without", () => {
  const plain = [
    '2026-01-28T04:12:15.229345123Z container oom 4f5e6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091 (image=tracker:1.4, name=tracker-web-1)',
    '2026-01-28T04:12:15.301345123Z container die 4f5e6a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091 (execDuration=2974, exitCode=137, image=tracker:1.4, name=tracker-web-1)',
  ];
  const gist = (bytes: Uint8Array) =>
    parse('carried-log', bytes)
      .events.filter(({ kind }) => kind !== 'log')
      .map(({ time, kind, message, detail }) => [time, kind, message, detail]);
  expect(gist(fixture('container/docker-events.json'))).toEqual(gist(bytesOf(`${plain.join('\n')}\n`)));
});
