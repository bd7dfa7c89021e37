import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { Scenario, verdictsOf } from './scenario.ts';

const task = (pid: number, pages: number, name: string): string =>
  `[${String(pid).padStart(7)}]   998  ${pid}  2600000  ${pages} 16000000        0             0 ${name}`;
const small = (): Scenario =>
  new Scenario()
    .boot()
    .app(0, 'INFO', 'Importing vpn job 14')
    .app(0.4, 'INFO', 'Parsing XML: report.xml (300000 bytes)')
    .sigkill(5.3)
    .replacement(5.5)
    .config('timeout = 30\nmax_requests = 0')
    .kernel(-3600, 'eth0: Link is Up');
const advice = ({ recommendations }: Analysis, id: string) => recommendations.find((each) => each.id === id);

/** Memory runs out at one of several bounds, and what helps at one is no help at another. */
describe('memory that ran out', () => {
  it('on the whole host, by another process: no limit of the service is advised, and the other is named', async () => {
    const analysis = await small()
      .kernel(5, 'java invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0')
      .kernel(5, task(5100, 1_900_000, 'java'))
      .kernel(5, task(4242, 15_000, 'gunicorn'))
      .kernel(
        5,
        'Out of memory: Killed process 4242 (gunicorn) total-vm:160000kB, anon-rss:58000kB, file-rss:0kB, shmem-rss:0kB, UID:998 pgtables:200kB oom_score_adj:0',
      )
      .analyse();
    expect(verdictsOf(analysis)).toMatchObject({ 'memory-exhaustion': 'fits', 'large-artifact': 'ruled-out' });
    expect(analysis.facts.find(({ id }) => id === 'memory-holders')?.text).toContain('java (pid 5100) 7.8 GB');
    expect(advice(analysis, 'host-memory')?.text).toContain('java');
    expect(JSON.stringify(analysis.recommendations)).not.toContain('MemoryMax');
  });

  it('at a limit, by a leak of hours: neither the artifact nor a higher limit is made of it', async () => {
    const scenario = small()
      .kernel(5, 'memory: usage 1048576kB, limit 1048576kB, failcnt 8213')
      .kernel(
        5,
        'Memory cgroup out of memory: Killed process 4242 (gunicorn) total-vm:1400000kB, anon-rss:980000kB, file-rss:9000kB, shmem-rss:0kB, UID:998 pgtables:2200kB oom_score_adj:0',
      );
    for (let job = 0; job < 12; job += 1) {
      const at = -29 + job * 2;
      scenario
        .app(at, 'INFO', `Importing vpn job ${job}`)
        .app(at + 1, 'INFO', `Import of vpn job ${job} finished in 1.0s`);
      scenario.ps(at, [{ pid: 4242, rssKib: 70_000 + job * 75_000, cpuSeconds: job }]);
    }
    const analysis = await scenario.analyse();
    expect(advice(analysis, 'memory-limit')).toMatchObject({ patch: null });
    expect(advice(analysis, 'memory-limit')?.text).toContain('before this operation began');
    expect(advice(analysis, 'recycle-workers')?.because[0]).toMatch(/over 11 operations/);
    expect(advice(analysis, 'recycle-workers')?.patch).toContain('max_requests = 5');
  });

  it('by the pressure that systemd-oomd reads: no limit was reached, so none is raised', async () => {
    const analysis = await small()
      .journal(
        5.2,
        'systemd-oomd',
        600,
        'Killed /system.slice/tracker.service due to memory pressure for /system.slice being 76.33% > 60.00% for > 20s with reclaim activity',
      )
      .analyse();
    expect(analysis.incident?.mechanism).toBe('systemd-oomd');
    expect(advice(analysis, 'memory-pressure')).toBeDefined();
    expect(JSON.stringify(analysis.recommendations)).not.toContain('MemoryMax');
  });
});

/** A worker that was silent from 0 on until its timeout, on a host that vmstat watched. */
const silent = (last = 45, row: Parameters<Scenario['vmstat']>[1] = {}): Scenario => {
  const scenario = new Scenario()
    .boot()
    .app(0, 'INFO', 'Importing vpn job 14')
    .timeout(31)
    .sigkill(32)
    .replacement(32.5)
    .config('timeout = 30');
  for (let second = -10; second <= last; second += 5) scenario.vmstat(second, row);
  return scenario;
};

describe('memory of the host that lay unused', () => {
  const verdict = async (scenario: Scenario): Promise<string | undefined> =>
    verdictsOf(await scenario.analyse())['memory-exhaustion'];

  it('up to the timeout, with a kernel that tells of no kill, excludes a shortage', async () => {
    expect(await verdict(silent().quietKernel())).toBe('ruled-out');
  });

  it.each<[string, Scenario]>([
    ['no kernel log covers it: a limit may have been reached', silent()],
    ['it was last looked at twenty seconds before', silent(10).quietKernel()],
    ['little of it was unused', silent(45, { free: 90_000, cache: 3_000_000 }).quietKernel()],
    ['it was swapped', silent(45, { si: 40, so: 30, swpd: 400_000 }).quietKernel()],
    ['much waited for the disk', silent(45, { wa: 60 }).quietKernel()],
    [
      'its unit has a limit of its own',
      silent()
        .quietKernel()
        .file('tracker.service', '[Service]\nMemoryMax=300M\nExecStart=/srv/venv/bin/gunicorn app:app\n'),
    ],
  ])('does not where %s', async (_, scenario) => {
    expect(await verdict(scenario)).toBe('inconclusive');
  });
});

describe('CPU time that the hypervisor took', () => {
  it('is no idleness: it excludes neither a loop nor anything else, and is named as what held the worker up', async () => {
    const analysis = await silent(45, { st: 95 }).analyse();
    expect(analysis.facts.map(({ id }) => id)).toContain('cpu-stolen');
    expect(analysis.facts.map(({ id }) => id)).not.toContain('host-idle');
    expect(verdictsOf(analysis)).toMatchObject({ 'worker-timeout': 'fits', 'infinite-loop': 'inconclusive' });
    const idle = await silent().analyse();
    expect(idle.facts.map(({ id }) => id)).toContain('host-idle');
  });
});
