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
