import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles } from './scenario.ts';

const analysed = (files: Readonly<Record<string, string>>): Promise<Analysis> =>
  analyseFiles(new Map(Object.entries(files)));

/** A line of a service at a second of 2026-05-04 09:00 UTC. */
interface Said {
  readonly second: number;
  readonly text: string;
}

const DAY = Date.UTC(2026, 4, 4, 9, 0, 0);
const clock = (second: number): string => new Date(DAY + second * 1000).toISOString().slice(0, 19).replace('T', ' ');
const nanos = (second: number): string => `${new Date(DAY + second * 1000).toISOString().slice(0, 23)}000123Z`;
const gunicorn = (second: number, pid: number, level: string, text: string): Said => ({
  second,
  text: `[${clock(second)} +0000] [${pid}] [${level}] ${text}`,
});
const app = (second: number, pid: number, text: string): Said => ({
  second,
  text: `${clock(second)},${String(Math.round((second % 1) * 1000)).padStart(3, '0')} INFO [${pid}] jobs: ${text}`,
});

const started = (second: number): readonly Said[] => [
  gunicorn(second, 1, 'INFO', 'Starting gunicorn 23.0.0'),
  gunicorn(second, 7, 'INFO', 'Booting worker with pid: 7'),
  gunicorn(second, 8, 'INFO', 'Booting worker with pid: 8'),
];
/** Times out in the middle of its invoice run. */
const STUCK: readonly Said[] = [
  ...started(0),
  app(100, 7, 'Importing invoice run 12'),
  app(100.4, 7, 'Downloading https://invoices.example/12'),
  gunicorn(131, 1, 'CRITICAL', 'WORKER TIMEOUT (pid:7)'),
  gunicorn(131.1, 7, 'INFO', 'Worker exiting (pid: 7)'),
  gunicorn(132, 1, 'ERROR', 'Worker (pid:7) exited with code 1'),
  gunicorn(132.2, 31, 'INFO', 'Booting worker with pid: 31'),
];
/** Works all the while, under the same pids. */
const WELL: readonly Said[] = [
  ...started(3),
  ...Array.from({ length: 30 }, (_, nth) => [
    app(95 + nth * 2, 7, `Importing parcel ${nth}`),
    app(95.4 + nth * 2, 7, `Parcel ${nth} imported in 0.4s`),
  ]).flat(),
];

const logOf = (said: readonly Said[], wrap: (each: Said) => string): string =>
  `${said
    .toSorted((a, b) => a.second - b.second)
    .map(wrap)
    .join('\n')}\n`;
const combined = (wrap: (name: string, each: Said) => string): string => {
  const all = [
    ...STUCK.map((each) => ({ ...each, text: wrap('billing', each) })),
    ...WELL.map((each) => ({ ...each, text: wrap('shop', each) })),
  ];
  return logOf(all, ({ text }) => text);
};

function expectStuck(analysis: Analysis, place: string | undefined): void {
  const { incident } = analysis;
  expect(analysis.incidents).toHaveLength(1);
  expect(incident).toMatchObject({ pid: 7, mechanism: 'gunicorn-timeout', operation: 'invoice run 12' });
  expect(incident?.place).toBe(place);
  expect(analysis.hypotheses.find(({ id }) => id === 'worker-timeout')?.verdict).toBe('fits');
}

describe('the same pid at two places', () => {
  it('in two services of one compose project', async () => {
    const log = combined((name, each) => `${`${name}-1`.padEnd(9)} | ${each.text}`);
    expectStuck(await analysed({ 'compose.log': log }), 'billing-1');
  });

  it('in two pods of one kubectl export', async () => {
    const log = combined((name, each) => `[pod/${name}-5d9c-x1/app] ${nanos(each.second)} ${each.text}`);
    expectStuck(await analysed({ 'pods.log': log }), 'billing-5d9c-x1/app');
  });

  it('in two files that name no container', async () => {
    const files = {
      'one.log': logOf(STUCK, (each) => `${nanos(each.second)} ${each.text}`),
      'two.log': logOf(WELL, (each) => `${nanos(each.second)} ${each.text}`),
    };
    expectStuck(await analysed(files), 'one.log');
  });

  it("in a node's own files of two pods", async () => {
    const cri = (each: Said): string => `${nanos(each.second)} stderr F ${each.text}`;
    const files = {
      'pods/shop_billing-5d9c-x1_0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f/app/0.log': logOf(STUCK, cri),
      'pods/shop_shop-5d9c-x2_1a1b2c3d-0000-4000-8000-0a1b2c3d4e5f/app/0.log': logOf(WELL, cri),
    };
    expectStuck(await analysed(files), 'billing-5d9c-x1/app');
  });

  it('and on the host, where it is one of the kernel', async () => {
    const at = clock(125);
    const files = {
      'docker.log': logOf(STUCK, (each) => `${nanos(each.second)} ${each.text}`),
      'ps.txt': `# ${at} UTC\nUSER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\nroot           7  0.0  0.0      0     0 ?        I<   08:00   0:00 [netns]\n`,
    };
    const analysis = await analysed(files);
    expect(JSON.stringify(analysis.facts)).not.toMatch(/netns|resident memory of 0|0 B/);
    expect(analysis.facts.some(({ sources }) => sources.some(({ evidenceId }) => evidenceId === 'e2'))).toBe(false);
  });

  it('on two hosts, in their journals', async () => {
    const journal = (host: string) => (each: Said) =>
      `${new Date(DAY + each.second * 1000).toISOString().slice(0, 23)}000+0000 ${host} gunicorn[${/\[(\d+)\]/.exec(each.text)?.[1]}]: ${each.text}`;
    const files = { 'one/unit.txt': logOf(STUCK, journal('bill-1')), 'two/unit.txt': logOf(WELL, journal('shop-1')) };
    expectStuck(await analysed(files), 'bill-1');
  });

  it('hears the kernel of the node that a container runs on, whatever that is called', async () => {
    const log = combined((name, each) => `[pod/${name}-5d9c-x1/app] ${nanos(each.second)} ${each.text}`);
    const killed = log
      .split('\n')
      .filter((line) => !/WORKER TIMEOUT|Worker exiting|exited with code/.test(line))
      .join('\n');
    const at = (second: number): string => `${new Date(DAY + second * 1000).toISOString().slice(0, 19)}.000000+0000`;
    const files = {
      'pods.log': `${killed}[pod/billing-5d9c-x1/app] ${nanos(131.5)} ${gunicorn(131.5, 1, 'ERROR', 'Worker (pid:7) was sent SIGKILL! Perhaps out of memory?').text}\n`,
      'node.txt': [
        `${at(10)} node-4 kernel: eth0: Link is Up - 1Gbps/Full - flow control rx/tx`,
        `${at(131)} node-4 kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-1,mems_allowed=0,oom_memcg=/kubepods/pod1,task_memcg=/kubepods/pod1/cri-1,task=gunicorn,pid=40112,uid=1000`,
        `${at(131)} node-4 kernel: Memory cgroup out of memory: Killed process 40112 (gunicorn) total-vm:900000kB, anon-rss:510000kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:1200kB oom_score_adj:0`,
        '',
      ].join('\n'),
      'other.txt': `${at(5)} db-2 sshd[912]: Server listening on 0.0.0.0 port 22.\n${at(50)} db-2 sshd[912]: Server listening on :: port 22.\n`,
    };
    const analysis = await analysed(files);
    expect(analysis.incident).toMatchObject({ pid: 7, mechanism: 'kernel-oom', place: 'billing-5d9c-x1/app' });
  });

  it("keeps a log of the service's own with the one container in which gunicorn speaks", async () => {
    const isApp = ({ text }: Said): boolean => text.includes(' jobs: ');
    const files = {
      'compose.log': `${logOf(
        STUCK.filter((each) => !isApp(each)),
        ({ text }) => `web-1  | ${text}`,
      )}cache-1  | ${app(101, 7, 'Importing keys 1').text}\ncache-1  | ${app(125, 7, 'Imported keys 1 in 24s').text}\n`,
      'app.log': logOf(STUCK.filter(isApp), ({ text }) => text),
    };
    const analysis = await analysed(files);
    expect(analysis.incident).toMatchObject({ pid: 7, mechanism: 'gunicorn-timeout', operation: 'invoice run 12' });
  });

  it('is one process where two exports of one container overlap', async () => {
    const files = {
      'first.log': logOf(
        STUCK.filter(({ second }) => second < 131),
        (each) => `${nanos(each.second)} ${each.text}`,
      ),
      'second.log': logOf(STUCK, (each) => `${nanos(each.second)} ${each.text}`),
    };
    expectStuck(await analysed(files), undefined);
  });
});
