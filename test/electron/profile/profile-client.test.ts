import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileArtifact } from '../../../electron/profile/profile-client.ts';
import { JobCancelled, JobFailure } from '../../../electron/threads/run-job.ts';
import type { ProfileRequest } from '../../../shared/contract/worker-protocol.ts';
import type { ProfileSample } from '../../../shared/model/artifact.ts';
import type { Progress } from '../../../shared/model/job.ts';

const MIB = 1024 * 1024;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inquest-profile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function artifact(name: string, content: string): ProfileRequest {
  const absolutePath = join(folder, name);
  writeFileSync(absolutePath, content);
  return { evidenceId: 'e7', path: `logs/${name}`, absolutePath, bytes: statSync(absolutePath).size };
}

const suite = (cases: number): string =>
  `<testsuites>\n<testsuite name="ike">\n${'<testcase name="rekey" time="0.5"><system-out>ok &amp; done</system-out></testcase>\n'.repeat(cases)}</testsuite>\n</testsuites>\n`;

describe('profileArtifact', () => {
  it('counts and measures in a thread, and leaves the file as it was', async () => {
    const request = artifact('healthy.xml', suite(200_000));
    const before = { hash: sha256(request), modified: statSync(request.absolutePath).mtimeMs };
    const progress: { progress: Progress; sample: ProfileSample }[] = [];
    const report = await profileArtifact(request, {
      onProgress: (stage, sample) => progress.push({ progress: stage, sample }),
    });

    expect(report).toMatchObject({
      evidenceId: 'e7',
      path: 'logs/healthy.xml',
      bytes: request.bytes,
      lines: 200_004,
      isJUnit: true,
      testcases: 200_000,
      passed: 200_000,
      durationSeconds: 100_000,
      damage: null,
      tree: null,
      source: { evidenceId: 'e7', byteOffset: 0, byteLength: request.bytes, line: 1 },
    });

    const { samples, seconds, peakHeapBytes, peakRssBytes } = report.stream;
    expect(samples.length).toBeGreaterThan(50);
    expect(samples.length).toBeLessThanOrEqual(202);
    expect(samples[0]?.bytes).toBe(0);
    expect(samples.at(-1)).toMatchObject({ bytes: request.bytes, seconds });
    for (let i = 1; i < samples.length; i++) {
      expect(samples[i]?.bytes).toBeGreaterThan(samples[i - 1]?.bytes ?? Infinity);
      expect(samples[i]?.seconds).toBeGreaterThanOrEqual(samples[i - 1]?.seconds ?? Infinity);
    }
    expect(peakHeapBytes).toBe(Math.max(peakHeapBytes, ...samples.map((sample) => sample.heapBytes)));
    expect(peakRssBytes).toBeGreaterThanOrEqual(0);

    expect(progress[0]).toMatchObject({
      progress: { stage: 'profiling', item: 'logs/healthy.xml', doneBytes: 0, totalBytes: request.bytes },
    });
    expect(progress.at(-1)?.progress.doneBytes).toBe(request.bytes);
    expect({ hash: sha256(request), modified: statSync(request.absolutePath).mtimeMs }).toEqual(before);
  });

  it('holds neither a text nor an attribute of 48 MiB', async () => {
    const long = `${'x'.repeat(1023)}\n`.repeat(48 * 1024);
    const request = artifact(
      'long.xml',
      `<testsuite><testcase><failure message="${long}"/><system-out>${long}</system-out></testcase></testsuite>`,
    );
    const { longestTextBytes, failed, damage, stream } = await profileArtifact(request);
    expect({ longestTextBytes, failed, damage }).toEqual({ longestTextBytes: 48 * MIB, failed: 1, damage: null });
    expect(stream.peakHeapBytes - (stream.samples[0]?.heapBytes ?? 0)).toBeLessThan(24 * MIB);
  });

  it('takes damage for a result', async () => {
    const whole = suite(10);
    const report = await profileArtifact(artifact('cut.xml', whole.slice(0, whole.lastIndexOf('</testcase>') - 5)));
    expect(report).toMatchObject({ testcases: 9, damage: { line: 12 } });
    expect(await profileArtifact(artifact('empty.xml', ''))).toMatchObject({
      bytes: 0,
      testcases: 0,
      damage: { byteOffset: 0 },
      stream: { peakRssBytes: expect.any(Number) },
    });
  });

  it('fails clearly for a file that is not there and for a folder', async () => {
    const gone: ProfileRequest = {
      evidenceId: 'e1',
      path: 'a/gone.xml',
      absolutePath: join(folder, 'gone.xml'),
      bytes: 9,
    };
    const failure = await profileArtifact(gone).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(JobFailure);
    expect(failure).toMatchObject({
      error: { kind: 'usage', message: expect.stringMatching(/^a\/gone\.xml .*not there/) },
    });

    mkdirSync(join(folder, 'folder.xml'));
    await expect(profileArtifact({ ...gone, absolutePath: join(folder, 'folder.xml') })).rejects.toMatchObject({
      error: { kind: 'usage' },
    });
  });

  it('stops in the middle when it is cancelled, and the next profile runs', async () => {
    const request = artifact('large.xml', suite(400_000));
    const controller = new AbortController();
    let reachedBytes = 0;
    const profile = profileArtifact(request, {
      signal: controller.signal,
      onProgress: (progress) => {
        reachedBytes = progress.doneBytes;
        controller.abort();
      },
    });
    await expect(profile).rejects.toBeInstanceOf(JobCancelled);
    expect(reachedBytes).toBeLessThan(request.bytes);

    await expect(profileArtifact(request, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(JobCancelled);
    await expect(profileArtifact(artifact('small.xml', suite(1)))).resolves.toMatchObject({ testcases: 1 });
  });
});

function sha256(request: ProfileRequest): string {
  return createHash('sha256').update(readFileSync(request.absolutePath)).digest('hex');
}
