import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Measurements } from '../../../electron/profile/measurements.ts';
import { parseProfile, sample } from '../../support/profiles.ts';

const SHA = 'a'.repeat(64);
const PROFILE = parseProfile({
  samples: [sample({ bytes: 0, rssBytes: 2 })],
  gcs: [{ atBytes: 0, seconds: 0.1, pauseMillis: 2, kind: 'minor' }],
});

describe('Measurements', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inquest-measurements-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives back what was kept, by content, and null for what was not', async () => {
    const measurements = new Measurements(join(folder, 'new', 'folder'));
    expect(await measurements.recall(SHA)).toBeNull();
    await measurements.remember(SHA, PROFILE);
    expect(await measurements.recall(SHA)).toEqual(PROFILE);
    expect(await measurements.recall('b'.repeat(64))).toBeNull();
  });

  it('is for its owner alone', async () => {
    const place = join(folder, 'kept');
    await new Measurements(place).remember(SHA, PROFILE);
    expect((await stat(place)).mode & 0o077).toBe(0);
  });

  it.each([
    '',
    '{',
    '{"schema":"inquest.measurement/1"}',
    '{"schema":"inquest.measurement/1","stream":{"seconds":-1}}',
  ])('takes %j in its place for nothing', async (content) => {
    await writeFile(join(folder, `${SHA}.json`), content);
    expect(await new Measurements(folder).recall(SHA)).toBeNull();
  });

  it('does without a folder that cannot be made', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const measurements = new Measurements(join(folder, 'a-file', 'below'));
    await measurements.remember(SHA, PROFILE);
    expect(await measurements.recall(SHA)).toBeNull();
  });

  it('refuses a name that is no SHA-256', async () => {
    await expect(new Measurements(folder).recall('../../etc/passwd')).resolves.toBeNull();
  });
});
