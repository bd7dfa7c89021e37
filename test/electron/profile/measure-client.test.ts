import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureArtifact } from '../../../electron/profile/measure-client.ts';
import { JobCancelled, JobFailure } from '../../../electron/threads/run-job.ts';
import type { MeasureRequest } from '../../../shared/contract/worker-protocol.ts';

const MIB = 1024 * 1024;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inquest-measure-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const suite = (cases: number, output = 'ok'): string =>
  `<testsuites>\n<testsuite name="ike">\n${`<testcase name="rekey" time="0.5"><system-out>${output} &amp; done</system-out></testcase>\n`.repeat(cases)}</testsuite>\n</testsuites>\n`;

function request(name: string, content: string, values: Partial<MeasureRequest> = {}): MeasureRequest {
  const absolutePath = join(folder, name);
  writeFileSync(absolutePath, content);
  const file = { evidenceId: 'e7', path: `logs/${name}`, absolutePath, bytes: statSync(absolutePath).size };
  return { ...file, mode: 'tree', memoryLimitBytes: null, ...values };
}

describe('measureArtifact', () => {
  it('takes the median of several runs, and notes the garbage collections', async () => {
    const runs: number[] = [];
    const wanted = request('whole.xml', suite(8_000));
    const profile = await measureArtifact(wanted, 3, { onProgress: (_, __, run) => runs.push(run) });
    expect(profile).toMatchObject({ outcome: { kind: 'finished' }, memoryLimitBytes: null });
    expect(profile.samples.at(-1)?.bytes).toBe(wanted.bytes);
    expect([...new Set(runs)]).toEqual([1, 2, 3]);
    const { seconds, median } = profile.runs;
    expect(seconds).toHaveLength(3);
    expect(profile.seconds).toBe([...seconds].sort((a, b) => a - b)[1]);
    expect(seconds[median]).toBe(profile.seconds);
    expect(profile.cpuSeconds).toBeGreaterThan(0);
    expect(profile.peakExternalBytes).toBeGreaterThan(0);
    expect(profile.gc.count).toBeGreaterThan(0);
    expect(profile.gcs.length).toBeLessThanOrEqual(profile.gc.count);
    for (const { atBytes, pauseMillis } of profile.gcs) {
      expect(atBytes).toBeLessThanOrEqual(wanted.bytes);
      expect(pauseMillis).toBeGreaterThanOrEqual(0);
    }
  });

  it('keeps the whole document as a tree, and nothing of it as a stream', async () => {
    const content = suite(40_000);
    const tree = await measureArtifact(request('both.xml', content), 1);
    const stream = await measureArtifact(request('both.xml', content, { mode: 'stream' }), 1);
    expect(stream.outcome).toEqual({ kind: 'finished' });
    expect(tree.peakHeapBytes).toBeGreaterThan(3 * content.length);
    expect(tree.peakHeapBytes).toBeGreaterThan(1.5 * stream.peakHeapBytes);
  });

  it('ends a tree at its memory limit, says where, and the next run goes on', async () => {
    const limitBytes = 32 * MIB;
    const wanted = request('large.xml', suite(250_000), { memoryLimitBytes: limitBytes });
    const profile = await measureArtifact(wanted, 2);
    expect(profile.memoryLimitBytes).toBe(limitBytes);
    expect(profile.outcome).toMatchObject({ kind: 'memory-limit', limitBytes });
    const at = profile.outcome.kind === 'memory-limit' ? profile.outcome.atBytes : -1;
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(wanted.bytes);
    expect(profile.samples.length).toBeGreaterThan(1);
    expect(profile.samples.at(-1)?.bytes).toBeLessThan(wanted.bytes);
    expect(await measureArtifact(request('small.xml', suite(1)), 1)).toMatchObject({ outcome: { kind: 'finished' } });
  });

  it('survives a thread that dies of its heap within one piece', async () => {
    // Nothing but elements: one piece of 256 KiB makes objects of many times that.
    const content = `<a>${'<b/>'.repeat(4_000_000)}</a>`;
    const profile = await measureArtifact(request('dense.xml', content, { memoryLimitBytes: 16 * MIB }), 1);
    expect(profile.outcome.kind).toBe('memory-limit');
  });

  it('says how far a run came that was cancelled', async () => {
    const controller = new AbortController();
    const wanted = request('cancelled.xml', suite(250_000));
    const profile = await measureArtifact(wanted, 5, {
      signal: controller.signal,
      onProgress: (progress) => {
        if (progress.doneBytes > 0) controller.abort();
      },
    });
    expect(profile.outcome.kind).toBe('cancelled');
    expect(profile.samples.at(-1)?.bytes).toBeLessThan(wanted.bytes);
    await expect(measureArtifact(wanted, 1, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(JobCancelled);
  });

  it('takes damage for a result, and a missing file for a failure', async () => {
    const cut = request('cut.xml', suite(10).slice(0, -30));
    expect(await measureArtifact(cut, 1)).toMatchObject({ outcome: { kind: 'damaged' } });
    expect(await measureArtifact({ ...cut, mode: 'stream' }, 1)).toMatchObject({ outcome: { kind: 'finished' } });
    const gone = { ...cut, absolutePath: join(folder, 'gone.xml') };
    const failure = await measureArtifact(gone, 1).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(JobFailure);
    expect(failure).toMatchObject({ error: { kind: 'usage' } });
  });
});
