import { describe, expect, it } from 'vitest';
import { Scenario, verdictsOf } from './scenario.ts';

/** Workers that something other than gunicorn's timeout ended. */
describe('a worker that was killed', () => {
  const byHand = (): Scenario =>
    new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (3211 bytes)')
      .app(0.2, 'INFO', 'Parsed 20 test results in 0.0s')
      .app(0.3, 'INFO', 'Starting database insert (batch size: 20)')
      .sigkill(4)
      .replacement(4.1)
      .psSeries(6, () => ({ state: 'S', rssKib: 25_000 }))
      .config('timeout = 120')
      .host();

  it('by hand: none of the five fits, and the message of gunicorn about memory counts for nothing', async () => {
    const analysis = await byHand().quietKernel().analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    const verdicts = verdictsOf(analysis);
    expect(Object.values(verdicts)).not.toContain('fits');
    // A silent kernel log excludes the kernel's kill, not a shortage of memory.
    expect(verdicts['memory-exhaustion']).toBe('inconclusive');
    expect(verdicts['worker-timeout']).toBe('ruled-out');
    expect(verdicts['infinite-loop']).toBe('ruled-out');
    expect(analysis.summary.cause).toContain('None of the five');
  });

  it('by hand, and no kernel log was saved: memory stays undecided, with the command that decides it', async () => {
    const analysis = await byHand().analyse();
    const memory = analysis.hypotheses.find(({ id }) => id === 'memory-exhaustion');
    expect(memory?.verdict).toBe('inconclusive');
    expect(memory?.missing.map(({ command }) => command).join('\n')).toContain('journalctl _TRANSPORT=kernel');
  });

  it('by hand, and the audit log says who sent the signal', async () => {
    const scenario = byHand();
    const { pid, startMillis } = scenario.setting;
    const stamp = `${(startMillis / 1_000 + 3.8).toFixed(3)}:411`;
    const analysis = await scenario
      .file(
        'audit.log',
        `type=SYSCALL msg=audit(${stamp}): arch=c000003e syscall=62 success=yes exit=0 a0=${pid.toString(16)} a1=9 pid=999 auid=1000 uid=0 comm="kill" exe="/usr/bin/kill"\n`,
      )
      .analyse();
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(analysis.incident?.killer).toEqual({
      name: 'Another process',
      why: `kill(${pid}, SIGKILL) by pid 999 (kill, /usr/bin/kill), uid 0, auid 1000`,
    });
    expect(analysis.incidents).toHaveLength(1);
  });

  it.each([
    // Suspected: the counters have no time. Not excluded: they may be of another cgroup.
    [1, 'cgroup-oom-kills'],
    [0, 'cgroup-without-oom-kill'],
  ])('with %i OOM kills in memory.events: %s', async (kills, fact) => {
    const counted = (): Scenario =>
      byHand().file('memory.events', `low 0\nhigh 0\nmax 9\noom ${kills}\noom_kill ${kills}\n`);
    const analysis = await counted().analyse();
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('inconclusive');
    const memory = analysis.hypotheses.find(({ id }) => id === 'memory-exhaustion');
    const told = (kills > 0 ? memory?.for : memory?.against)?.map((each) => each.fact.id);
    expect(told).toContain(fact);
  });

  it("by systemd's stop timeout", async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .journal(5, 'systemd', 1, 'Stopping results-api.service - Results API...')
      .arbiter(5.1, 'INFO', 'Handling signal: term')
      .systemd(95, "State 'stop-sigterm' timed out. Killing.")
      .systemd(95.01, 'Killing process 4242 (python3) with signal SIGKILL.')
      .arbiter(95.2, 'ERROR', 'Worker (pid:4242) was sent SIGKILL! Perhaps out of memory?')
      .systemd(95.3, "Failed with result 'timeout'.")
      .quietKernel()
      .config('timeout = 300')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('systemd-stop');
    expect(Object.values(verdictsOf(analysis))).not.toContain('fits');
  });

  it("with its whole unit by systemd's stop timeout, so that nobody of gunicorn was left to say so", async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .journal(5, 'systemd', 1, 'Stopping results-api.service - Results API...')
      .arbiter(5.1, 'INFO', 'Handling signal: term')
      .systemd(95, "State 'stop-sigterm' timed out. Killing.")
      .systemd(95.01, 'Killing process 800 (gunicorn) with signal SIGKILL.')
      .systemd(95.01, 'Killing process 4242 (gunicorn) with signal SIGKILL.')
      .systemd(95.1, 'Main process exited, code=killed, status=9/KILL')
      .systemd(95.3, "Failed with result 'timeout'.")
      .quietKernel()
      .config('timeout = 300')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('systemd-stop');
    expect(analysis.incident?.pid).toBe(4242);
    expect(analysis.incident?.operation).toBe('vpn job 14');
    expect(Object.values(verdictsOf(analysis))).not.toContain('fits');
  });

  it('with its whole unit by systemd-oomd', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .systemd(12, 'systemd-oomd killed 3 process(es) in this unit.')
      .systemd(12.2, 'Main process exited, code=killed, status=9/KILL')
      .systemd(12.3, "Failed with result 'oom-kill'.")
      .quietKernel()
      .analyse();
    expect(analysis.incident?.mechanism).toBe('systemd-oomd');
    expect(analysis.incident?.pid).toBe(4242);
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('fits');
  });

  it('by systemd-oomd', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .journal(
        12,
        'systemd-oomd',
        300,
        'Killed /system.slice/results-api.service due to memory pressure for /system.slice being 84.12% > 60.00% for > 20s with reclaim activity',
      )
      .sigkill(12.4)
      .replacement(12.5)
      .quietKernel()
      .config('timeout = 120')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('systemd-oomd');
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('fits');
    expect(verdictsOf(analysis)['worker-timeout']).toBe('ruled-out');
  });

  it('by a segmentation fault', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (3211 bytes)')
      .arbiter(1.5, 'ERROR', 'Worker (pid:4242) was sent SIGSEGV!')
      .replacement(1.6)
      .quietKernel()
      .kernel(
        1.4,
        'python3[4242]: segfault at 10 ip 00007f3a5c1d2e40 sp 00007ffd2b7c1a58 error 4 in etree.cpython-311-x86_64-linux-gnu.so[7f3a5c100000+2f0000]',
      )
      .config('timeout = 120')
      .analyse();
    expect(analysis.incident?.mechanism).toBe('crash');
    expect(Object.values(verdictsOf(analysis))).not.toContain('fits');
    expect(verdictsOf(analysis)['memory-exhaustion']).toBe('inconclusive');
  });

  it('by the OOM killer of its memory cgroup', async () => {
    const analysis = await new Scenario()
      .boot()
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (93000000 bytes)')
      .sigkill(3.2)
      .replacement(3.3)
      .psSeries(2, (second) => ({ state: 'R', rssKib: 24_000 + Math.max(0, second) * 90_000, cpuSeconds: second }))
      .quietKernel()
      .kernel(3, 'python3 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0')
      .kernel(3, 'memory: usage 430080kB, limit 430080kB, failcnt 469')
      .kernel(
        3,
        'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice/results-api.service,task_memcg=/system.slice/results-api.service,task=python3,pid=4242,uid=33',
      )
      .kernel(
        3,
        'Memory cgroup out of memory: Killed process 4242 (python3) total-vm:433520kB, anon-rss:409592kB, file-rss:6152kB, shmem-rss:0kB, UID:33 pgtables:880kB oom_score_adj:0',
      )
      .config('timeout = 120')
      .host()
      .analyse();
    expect(analysis.incident?.mechanism).toBe('kernel-oom');
    const verdicts = verdictsOf(analysis);
    expect(verdicts['memory-exhaustion']).toBe('fits');
    expect(verdicts['large-artifact']).toBe('contributes');
    expect(verdicts['worker-timeout']).toBe('ruled-out');
    // A loop that allocates ends as an OOM kill.
    expect(verdicts['infinite-loop']).toBe('inconclusive');
  });

  it('by hand while the host ran out of memory and the kernel killed another process', async () => {
    const analysis = await byHand()
      .quietKernel()
      .kernel(
        2,
        'mysqld invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0',
      )
      .kernel(
        2,
        'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/mysql.service,task=mysqld,pid=900,uid=112',
      )
      .kernel(
        2,
        'Out of memory: Killed process 900 (mysqld) total-vm:2433520kB, anon-rss:1409592kB, file-rss:6152kB, shmem-rss:0kB, UID:112 pgtables:880kB oom_score_adj:0',
      )
      .analyse();
    expect(analysis.incident?.pid).toBe(4242);
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(verdictsOf(analysis)['memory-exhaustion']).not.toBe('fits');
  });

  it('without a word by gunicorn 19.9: seen by its replacement and the silence of the dead', async () => {
    const analysis = await new Scenario()
      .boot(-30, { version: '19.9.0' })
      .app(-5, 'INFO', 'Importing vpn job 13', 4243)
      .app(-4, 'INFO', 'Import of vpn job 13 finished in 1.0s', 4243)
      .app(0, 'INFO', 'Importing vpn job 14')
      .app(0.1, 'INFO', 'Parsing XML: vpn/14.xml (3211 bytes)')
      .replacement(9)
      .app(20, 'INFO', 'Importing vpn job 15', 4243)
      .app(21, 'INFO', 'Import of vpn job 15 finished in 1.0s', 4243)
      .quietKernel()
      .analyse();
    expect(analysis.incident?.pid).toBe(4242);
    expect(analysis.incident?.mechanism).toBe('external-sigkill');
    expect(analysis.incident?.operation).toBe('vpn job 14');
  });
});
