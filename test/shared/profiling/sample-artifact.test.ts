import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { createJUnitReader, type JUnitStatistics } from '../../../shared/profiling/junit-statistics.ts';

async function readFromArchive(archive: URL, suffix: string): Promise<JUnitStatistics | null> {
  const entries = createReadStream(archive).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    if (!entry.header.name.endsWith(suffix)) {
      entry.resume();
      continue;
    }
    const reader = createJUnitReader();
    for await (const chunk of entry) if (chunk instanceof Uint8Array) reader.push(chunk);
    return reader.end();
  }
  return null;
}

describe('the artifact of the sample incident', () => {
  it('is counted in full', async () => {
    const archive = new URL('../../../samples/incident-2026-01-28.tar.gz', import.meta.url);
    expect(await readFromArchive(archive, '/test-results.xml')).toMatchObject({
      bytes: 59_261_760,
      lines: 538_488,
      isJUnit: true,
      suites: 220,
      testcases: 110_000,
      passed: 106_733,
      failed: 2_188,
      errors: 576,
      skipped: 503,
      declaredTests: 110_000,
      maxDepth: 4,
      damage: null,
    });
  });
});
