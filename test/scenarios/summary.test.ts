import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import type { Judgement } from '../../shared/model/judgement.ts';
import { analyseFolder } from '../support/analyse-folder.ts';
import { type TarEntry, tarGzipOf, tempFolder } from '../support/bundles.ts';
import { unpackTarGz } from '../support/unpack.ts';
import { analyseFiles, verdictsOf } from './scenario.ts';

const SAMPLE = new URL('../../samples/incident-2026-01-28.tar.gz', import.meta.url);
const log = (lines: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Analysis> =>
  analyseFiles(new Map([['gunicorn.log', `${lines.join('\n')}\n`], ...Object.entries(more)]));

const START = [
  '[2026-04-07 18:00:00 +0000] [212] [INFO] Starting gunicorn 23.0.0',
  '[2026-04-07 18:00:00 +0000] [347] [INFO] Booting worker with pid: 347',
];
const at = (time: string, text: string): string => `2026-04-07 ${time},000 - shop.jobs - INFO - ${text}`;
const TIMED_OUT = [
  '[2026-04-07 18:05:31 +0000] [212] [CRITICAL] WORKER TIMEOUT (pid:347)',
  '[2026-04-07 18:05:32 +0000] [212] [ERROR] Worker (pid:347) was sent SIGKILL! Perhaps out of memory?',
  '[2026-04-07 18:05:32 +0000] [212] [INFO] Booting worker with pid: 380',
];
const overrule = (factId: string): Judgement => ({
  kind: 'overruling',
  id: `overruling-${factId}`,
  about: [],
  factId,
  factText: 'as it was',
  comment: 'It is of another host.',
});
const everything = (analysis: Analysis): string => JSON.stringify([analysis.summary, analysis.recommendations]);

describe('the summary of an import that ran out of time', () => {
  let files: Map<string, string | Uint8Array>;
  let analysis: Analysis;

  beforeAll(async () => {
    files = new Map(await unpackTarGz(SAMPLE));
    analysis = await analyseFiles(files);
  }, 120_000);

  it('has cause, factor and what is ruled out as fields of their own', () => {
    const { cause, factor, ruledOut, undecided } = analysis.summary;
    expect(cause).toMatch(/^Worker timeout\. .*92\.5 s.* 30 s worker timeout/);
    expect(factor).toMatch(/^Large artifact: 59\.3 MB and 110,000 test cases.* 367 times/);
    expect(ruledOut).toBe('Database lock, infinite loop and memory exhaustion.');
    expect(undecided).toBeNull();
  });

  it('says what the cause does not account for', () => {
    expect(analysis.summary.unexplained).toMatch(/110 rows\/s, with the worker asleep \(2 s of CPU in 32 s\)/);
    expect(analysis.summary.unexplained).toMatch(/parsing took 64\.9 s: ElementTree needs about 1\.3 s/);
    expect(analysis.summary.unexplained).toMatch(/SIGKILL took 20\.7 s/);
  });

  it('says what was lost, for how long, and how far back the log reaches', () => {
    const { impact } = analysis.summary;
    expect(impact).toContain('VPN job 14: not imported, 0 of 110,000 rows committed, 3,041 left uncommitted.');
    expect(impact).toContain('1 of 2 workers out of service for 113.2 s');
    expect(impact).toContain('Recurrence unknown: the log of workers begins 2.9 s before it.');
  });

  it('acts on the cause first, and gives no change that would not have helped', () => {
    const [first] = analysis.recommendations;
    expect(first).toMatchObject({ id: 'raise-timeout', action: 'mitigate', wouldHavePrevented: true, kind: 'diff' });
    expect(first?.apply).toContain('kill -HUP');
    expect(analysis.summary.action).toBe(first?.text);
    const ids = analysis.recommendations.map(({ id }) => id);
    expect(ids).toContain('import-outside-the-request');
    expect(ids).toContain('find-the-slow-step');
    // Parsing took a second of it, and memory was no matter.
    expect(ids).not.toContain('stream-the-parse');
    expect(ids).not.toContain('recycle-workers');
    expect(ids).not.toContain('log-memory');
    for (const { action, wouldHavePrevented, effect } of analysis.recommendations) {
      if (wouldHavePrevented === false) expect(action === 'detect' || effect !== undefined).toBe(true);
    }
    const batches = analysis.recommendations.find(({ id }) => id === 'batch-commits');
    expect(batches).toMatchObject({ wouldHavePrevented: false });
    expect(batches?.effect).toBe('It would have kept 3,000 of 110,000 rows.');
  });

  it('follows a fact that is overruled, and says so at the top', async () => {
    const judged = await analyseFiles(files, null, [overrule('timeout-logged')]);
    expect(judged.headline).toContain('how is open');
    expect(judged.headline).not.toContain('WORKER TIMEOUT');
    expect(judged.summary.caveats[0]).toMatch(/^1 fact is overruled: the analyst dismissed "The arbiter logged/);
    expect(verdictsOf(judged)['worker-timeout']).toBe('inconclusive');
    expect(judged.summary.cause).toMatch(/^Not established/);
    expect(judged.recommendations[0]?.id).toBe('collect-evidence');
    expect(judged.recommendations.map(({ id }) => id)).not.toContain('raise-timeout');
  }, 60_000);

  it('asks again for a source whose fact is overruled', async () => {
    const missing = (of: Analysis): string =>
      JSON.stringify(of.hypotheses.find(({ id }) => id === 'memory-exhaustion')?.missing);
    expect(missing(analysis)).not.toContain('_TRANSPORT=kernel');
    expect(missing(await analyseFiles(files, null, [overrule('kernel-log-empty')]))).toContain('_TRANSPORT=kernel');
  }, 60_000);

  it('warns of an archive that is cut, and takes what lay behind for missing', async () => {
    const entries = [...files].map(([name, content]): TarEntry => ({ name, content }));
    const whole = await tarGzipOf(entries);
    const folder = tempFolder();
    writeFileSync(join(folder, 'bundle.tar.gz'), whole.subarray(0, Math.floor(whole.length * 0.6)));
    const cut = await analyseFolder(join(folder, 'bundle.tar.gz'));
    expect(cut.summary.caveats[0]).toMatch(/^bundle\.tar\.gz is damaged or cut: files behind the break are missing/);
    const open = cut.hypotheses.filter(({ verdict }) => verdict !== 'fits');
    expect(open.length).toBeGreaterThan(0);
    for (const { missing } of open) expect(missing[0]?.what).toContain('The rest of bundle.tar.gz');
  }, 60_000);
});

describe('the summary of other incidents', () => {
  it('of a hang without a sign: the stack at the timeout, not memory', async () => {
    const analysis = await log([...START, at('18:05:00', 'Importing list 4'), ...TIMED_OUT]);
    expect(analysis.summary.cause).toMatch(/^Worker timeout\./);
    expect(analysis.summary.unexplained).toMatch(/no stack was logged\. Not checked: kernel log \(none\)/);
    expect(analysis.summary.impact).toMatch(/^list 4: no completion is logged\./);
    expect(analysis.recommendations[0]?.id).toBe('stack-at-timeout');
    expect(everything(analysis)).not.toMatch(/getrusage|deeper cause/);
  });

  it('of a job that completed later: says so', async () => {
    const work = (time: string, pid: number, text: string): string =>
      `[2026-04-07 ${time} +0000] [${pid}] [INFO] ${text}`;
    const later = [work('18:06:00', 380, 'Importing list 4'), work('18:06:20', 380, 'Imported list 4 in 20.0s')];
    const killed = [...START, work('18:05:00', 347, 'Importing list 4'), ...TIMED_OUT];
    expect((await log([...killed, ...later])).summary.impact).toContain(
      'list 4: not completed. It completed later, at 18:06:20 UTC on 2026-04-07.',
    );
    expect((await log(killed)).summary.impact).toContain('list 4: no completion is logged.');
  });

  it('of a kill by an unknown sender: nothing is established, and what decides comes first', async () => {
    const analysis = await log([
      ...START,
      '[2026-04-07 18:05:32 +0000] [212] [ERROR] Worker (pid:347) was sent SIGKILL! Perhaps out of memory?',
    ]);
    expect(analysis.headline).toContain('was killed by SIGKILL, sender unknown,');
    expect(analysis.summary.cause).toMatch(/^Not established\./);
    expect(analysis.summary.unexplained).toContain('Which process sent SIGKILL, and why.');
    expect(analysis.recommendations[0]).toMatchObject({ id: 'collect-evidence', action: 'detect' });
    expect(analysis.recommendations[0]?.patch).toContain('_TRANSPORT=kernel');
  });

  it('of a timeout of a second: it is raised first', async () => {
    const analysis = await log([...START, at('18:05:30', 'Importing list 4'), ...TIMED_OUT], {
      'gunicorn.conf.py': 'timeout = 1\n',
    });
    expect(analysis.recommendations[0]?.id).toBe('raise-timeout');
    expect(analysis.recommendations[0]?.patch).toContain('timeout = 30  # replaces line 1 (1)');
  });

  it.each([
    ['a quiet log', []],
    ['a log with an error', ['2026-04-07 18:03:00,000 - shop.jobs - ERROR - connection lost']],
    ['a log with a traceback', ['Traceback (most recent call last):', '  File "a.py", line 1, in b', 'ValueError: x']],
  ])('of %s: never that there is nothing to change', async (_, lines) => {
    const analysis = await log([...START, ...lines]);
    expect(analysis.incident).toBeNull();
    expect(everything(analysis)).not.toMatch(/nothing to (?:change|do)/i);
    expect(analysis.recommendations).toHaveLength(1);
    expect(analysis.recommendations[0]?.patch).toContain('journalctl');
    if (lines.length > 0)
      expect(`${analysis.headline} ${analysis.summary.cause}`).not.toContain('No worker was killed');
  });

  it('a kernel log of which a part could not be read clears nobody', async () => {
    const kernel = (last: string): string =>
      [
        '2026-04-07T17:00:00.000000+0000 app-3 kernel: eth0: link up',
        last,
        '2026-04-07T19:00:00.000000+0000 app-3 kernel: eth0: link up',
        '',
      ].join('\n');
    const killed = [
      ...START,
      '[2026-04-07 18:05:32 +0000] [212] [ERROR] Worker (pid:347) was sent SIGKILL! Perhaps out of memory?',
    ];
    const whole = await log(killed, { 'kernel.txt': kernel('2026-04-07T18:00:00.000000+0000 app-3 kernel: eth0: up') });
    expect(whole.facts.map(({ id }) => id)).toContain('kernel-log-silent');
    const unread = await log(killed, { 'kernel.txt': kernel('8:05:32.0+0000 app-3 kernel: Killed process 347') });
    expect(unread.facts.map(({ id }) => id)).not.toContain('kernel-log-silent');
    expect(unread.summary.caveats.join(' ')).toMatch(/1 line of kernel\.txt mentions a kill.*could not be classified/);
    expect(verdictsOf(unread)['memory-exhaustion']).toBe('inconclusive');
  });
});

describe('a limit of memory is changed where it holds', () => {
  const killedIn = (cgroup: string): Promise<Analysis> =>
    log(
      [...START, '[2026-04-07 18:05:32 +0000] [212] [ERROR] Worker (pid:347) was sent SIGKILL! Perhaps out of memory?'],
      {
        'kernel.txt': `${[
          'memory: usage 409600kB, limit 409600kB, failcnt 12',
          `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${cgroup},task_memcg=${cgroup},task=gunicorn,pid=347,uid=0`,
          'Memory cgroup out of memory: Killed process 347 (gunicorn) total-vm:633520kB, anon-rss:389592kB, file-rss:152kB, shmem-rss:0kB, UID:0 pgtables:1188kB oom_score_adj:0',
        ]
          .map((text) => `2026-04-07T18:05:31.900000+0000 app-3 kernel: ${text}`)
          .join('\n')}\n`,
      },
    );
  const patchOf = async (cgroup: string): Promise<string> =>
    (await killedIn(cgroup)).recommendations.find(({ id }) => id === 'memory-limit')?.patch ?? '';

  it.each([
    ['/docker/ab12cd34', /^docker update --memory \d+m CONTAINER/],
    [
      '/kubepods.slice/kubepods-burstable.slice/cri-ab12.scope',
      /^kubectl set resources deployment\/NAME --limits=memory=\d+Mi/,
    ],
    ['/system.slice/shop.service', /^\[Service\]\nMemoryMax=\d+M$/],
  ])('of %s', async (cgroup, change) => {
    expect(await patchOf(cgroup)).toMatch(change);
  });

  it('with the command that puts a unit file into force', async () => {
    const { recommendations } = await killedIn('/system.slice/shop.service');
    expect(recommendations.find(({ id }) => id === 'memory-limit')?.apply).toContain('systemctl daemon-reload');
  });
});
