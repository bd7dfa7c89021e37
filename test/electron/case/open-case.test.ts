import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { longestTailIn } from '../../../electron/analysis/artifacts-by-mention.ts';
import { NothingRecognised, openCase } from '../../../electron/case/open-case.ts';
import { JobCancelled, JobFailure } from '../../../electron/threads/run-job.ts';
import { Steering } from '../../../electron/threads/steering.ts';
import type { Progress } from '../../../shared/model/job.ts';
import { snapshotOf, tarGzipOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { timeoutJournal } from '../../support/journal-lines.ts';

const JUNIT =
  '<?xml version="1.0"?>\n<testsuites><testsuite name="s" tests="2"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite></testsuites>\n';

/** A temporary folder of the test's own, so that spools of other tests are not seen. */
let spoolParent = tmpdir();
beforeEach(() => {
  spoolParent = tempFolder();
  vi.stubEnv('TMPDIR', spoolParent);
  return () => vi.unstubAllEnvs();
});

const spoolsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('inquest-'));

describe('opening a case', () => {
  test('imports, profiles, analyses and lets go of everything', async () => {
    const folder = writeTree(tempFolder(), {
      'case.tar.gz': await tarGzipOf([
        { name: 'unit.txt', content: timeoutJournal() },
        { name: 'results.xml', content: JUNIT },
      ]),
    });
    const before = snapshotOf(folder);
    const stages = new Set<Progress['stage']>();
    const opened = await openCase({
      paths: [join(folder, 'case.tar.gz')],
      onProgress: ({ stage }) => stages.add(stage),
    });
    expect(opened.title).toBe('case.tar.gz');
    expect(opened.store.count).toBe(6);
    expect(opened.evidence.artifacts).toMatchObject([{ path: 'results.xml', testcases: 2, isJUnit: true }]);
    expect(opened.evidence.files.map((file) => [file.path, file.records])).toEqual([
      ['case.tar.gz', 2],
      ['unit.txt', 6],
      ['results.xml', 2],
    ]);
    expect(opened.analysis.hypotheses).toHaveLength(5);
    expect(opened.analysis.incident?.pid).toBe(101);
    expect([...stages]).toContain('unpacking');
    expect([...stages]).toContain('profiling');
    expect([...stages]).toContain('analysing');
    const view = opened.view();
    expect(view).toMatchObject({ title: 'case.tar.gz', eventCount: 6 });
    expect(view.points).toHaveLength(6);
    expect(structuredClone(view)).toEqual(view);

    const [spool] = spoolsIn(spoolParent);
    expect(spool).toBeDefined();
    await opened.dispose();
    await opened.dispose();
    expect(existsSync(join(spoolParent, spool ?? ''))).toBe(false);
    expect(snapshotOf(folder)).toEqual(before);
  });

  test('the title names the first of several things', async () => {
    const folder = writeTree(tempFolder(), { 'a.txt': timeoutJournal(), 'b.txt': timeoutJournal() });
    const opened = await openCase({ paths: [join(folder, 'a.txt'), join(folder, 'b.txt')] });
    expect(opened.title).toBe('a.txt and 1 more');
    await opened.dispose();
  });

  test('evidence of which nothing is recognised is refused with a list of what there was', async () => {
    const folder = writeTree(tempFolder(), {
      'photo.jpg': Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]),
      'empty.txt': '',
    });
    const opening = openCase({ paths: [folder] });
    await expect(opening).rejects.toBeInstanceOf(NothingRecognised);
    await expect(opening).rejects.toThrow(/photo\.jpg: not recognised, 6 bytes\. .*JPEG picture/);
    await expect(openCase({ paths: [tempFolder()] })).rejects.toBeInstanceOf(NothingRecognised);
    expect(spoolsIn(spoolParent)).toEqual([]);
  });

  test('a missing path is a usage failure', async () => {
    const opening = openCase({ paths: [join(tempFolder(), 'nowhere')] });
    await expect(opening).rejects.toBeInstanceOf(JobFailure);
    await expect(opening).rejects.toMatchObject({ error: { kind: 'usage' } });
  });

  test('cancelling at any stage removes the unpacked copies', async () => {
    const given = join(tempFolder(), 'case.tar.gz');
    writeFileSync(
      given,
      await tarGzipOf([
        { name: 'unit.txt', content: timeoutJournal() },
        { name: 'results.xml', content: JUNIT },
      ]),
    );
    const parent = tempFolder();
    vi.stubEnv('TMPDIR', parent);
    const stages = [['unpacking'], ['reading'], ['profiling'], ['analysing'], ['analysing', 'in the middle']] as const;
    for (const [stage, when] of stages) {
      const abort = new AbortController();
      let spools = 0;
      const opening = openCase({
        paths: [given],
        signal: abort.signal,
        onProgress: (progress) => {
          if (progress.stage !== stage) return;
          spools = spoolsIn(parent).length;
          if (when === undefined) abort.abort();
          // The thread is at work by then.
          else setImmediate(() => abort.abort());
        },
      });
      await expect(opening, stage).rejects.toBeInstanceOf(JobCancelled);
      expect(spools, stage).toBe(1);
      expect(spoolsIn(parent), stage).toEqual([]);
    }
    await expect(openCase({ paths: [given], signal: AbortSignal.abort() })).rejects.toBeInstanceOf(JobCancelled);
    expect(spoolsIn(parent)).toEqual([]);
  });

  test('a profile that is stopped is none, and the others are made', async () => {
    const testcase = '<testcase name="a"><system-out>INFO rekey ok</system-out></testcase>\n';
    const large = `<testsuites><testsuite name="s">\n${testcase.repeat(120_000)}</testsuite></testsuites>\n`;
    const folder = writeTree(tempFolder(), { 'unit.txt': timeoutJournal(), 'large.xml': large, 'small.xml': JUNIT });
    const steering = new Steering();
    const stages = new Set<string>();
    const opened = await openCase({
      paths: [folder],
      steering,
      onProgress: ({ stage, sources }) => {
        if (stage !== 'profiling') return;
        for (const { id, path, state } of sources?.listed ?? []) {
          stages.add(`${path} ${state}`);
          if (path === 'large.xml' && state === 'profiling') steering.stop(id);
        }
      },
    });
    expect(opened.evidence.artifacts.map(({ path }) => path)).toEqual(['small.xml']);
    expect(opened.evidence.problems).toMatchObject([
      { path: 'large.xml', kind: 'stopped', message: expect.stringContaining('Add the file again') },
    ]);
    expect([...stages]).toContain('large.xml stopped');
    const file = opened.evidence.files.find(({ path }) => path === 'large.xml');
    expect(file).toMatchObject({ problemCount: 0, sha256: createHash('sha256').update(large).digest('hex') });
    await opened.dispose();
  });

  test('of many artifacts those that the log names are profiled first', async () => {
    const files: Record<string, string> = {
      'unit.txt': timeoutJournal().replace('VPN job 7', 'logs/vpn/3/results.xml'),
    };
    for (let job = 1; job <= 11; job++)
      files[`run/logs/vpn/${job}/results.xml`] = JUNIT.padEnd(JUNIT.length + job * 10, '\n');
    const opened = await openCase({ paths: [writeTree(tempFolder(), files)] });
    const profiled = opened.evidence.artifacts.map((artifact) => artifact.path);
    expect(profiled).toHaveLength(8);
    expect(profiled.slice(0, 2)).toEqual(['run/logs/vpn/3/results.xml', 'run/logs/vpn/11/results.xml']);
    expect(opened.evidence.problems.map((problem) => problem.kind)).toEqual(Array(3).fill('limit-exceeded'));
    await opened.dispose();
  });
});

test('a path is recognised in a message by its last segments', () => {
  const messages = ['Parsing logs/vpn/14/results.xml (5 bytes)'];
  expect(longestTailIn(messages, 'run/logs/vpn/14/results.xml')).toBe(4);
  expect(longestTailIn(messages, 'run/logs/vpn/4/results.xml')).toBe(1);
  expect(longestTailIn(messages, 'other.xml')).toBe(0);
  expect(longestTailIn(['saw old-results.xml'], 'results.xml')).toBe(0);
});
