import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importEvidence, JobCancelled, JobFailure } from '../../../electron/intake/import-client.ts';
import type { Progress } from '../../../shared/model/job.ts';
import { tarGzipOf, tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';

const LINES = 200_000;

/** A journal of many lines, written without ever being held whole. */
function writeJournal(path: string, lines: number): void {
  const descriptor = openSync(path, 'w');
  for (let from = 0; from < lines; from += 1000) {
    let text = '';
    for (let index = from; index < Math.min(lines, from + 1000); index++) {
      text += `${isoPreciseLine(index * 500, 'app', 1000 + (index % 7), `request ${index} of the load test took ${index % 97} ms`)}\n`;
    }
    writeSync(descriptor, text);
  }
  closeSync(descriptor);
}

describe('importing on a worker', () => {
  test('hands over what the evidence says', async () => {
    const folder = writeTree(tempFolder(), {
      'case.tar.gz': await tarGzipOf([{ name: 'unit.txt', content: timeoutJournal() }]),
    });
    const spoolDirectory = tempFolder();
    const imported = await importEvidence({ paths: [folder], spoolDirectory });
    expect(imported.files.map((file) => [file.path, file.records])).toEqual([
      ['case.tar.gz', 1],
      ['case.tar.gz/unit.txt', 6],
    ]);
    expect(imported.columns.time).toBeInstanceOf(Float64Array);
    expect(imported.columns.count).toBe(6);
    expect(readdirSync(spoolDirectory)).toHaveLength(1);
  });

  test('a missing path is a usage failure that names it', async () => {
    const missing = join(tempFolder(), 'nowhere.tar.gz');
    const job = importEvidence({ paths: [missing], spoolDirectory: tempFolder() });
    await expect(job).rejects.toBeInstanceOf(JobFailure);
    await expect(job).rejects.toMatchObject({ error: { kind: 'usage', message: expect.stringContaining(missing) } });
  });

  test('a source that the thread dies of is left out, in an archive too, and the rest is read', async () => {
    const head = readFileSync(join(import.meta.dirname, '../../fixtures/evidence/host/vmstat.txt'), 'utf8').split('\n');
    const samples = `${head.slice(0, 2).join('\n')}\n${`${head[2]}\n`.repeat(190_000)}`;
    const folder = writeTree(tempFolder(), {
      'case.tar.gz': await tarGzipOf([
        { name: 'a.txt', content: timeoutJournal() },
        { name: 'm-vmstat.txt', content: samples },
        { name: 'z.txt', content: timeoutJournal() },
      ]),
    });
    // Too little for the samples, and enough for all else.
    const imported = await importEvidence({ paths: [folder], spoolDirectory: tempFolder() }, { heapMib: 40 });
    expect(imported.files.map(({ path, records }) => [path, records])).toEqual([
      ['case.tar.gz', 3],
      ['case.tar.gz/a.txt', 6],
      ['case.tar.gz/m-vmstat.txt', 0],
      ['case.tar.gz/z.txt', 6],
    ]);
    expect(imported.vmstat).toEqual([]);
    expect(imported.files[2]?.problems).toEqual([
      {
        kind: 'unreadable',
        message: expect.stringMatching(/^Reading it ended the thread .* the rest was read without it: .*memory/),
        byteOffset: null,
      },
    ]);
  }, 60_000);

  test('a large journal is imported within a heap that could not hold it', async () => {
    const path = join(tempFolder(), 'unit.txt');
    writeJournal(path, LINES);
    const steps: Progress[] = [];
    const before = process.memoryUsage().rss;
    let peak = before;
    const imported = await importEvidence(
      { paths: [path], spoolDirectory: tempFolder() },
      {
        onProgress: (progress) => {
          steps.push(progress);
          peak = Math.max(peak, process.memoryUsage().rss);
        },
      },
    );
    expect(imported.columns.count).toBe(LINES);
    expect(imported.files[0]).toMatchObject({ records: LINES, problemCount: 0 });
    // Ordered: every event where its line was.
    expect(
      imported.columns.byteOffset.every(
        (offset, row) => row === 0 || offset > (imported.columns.byteOffset[row - 1] ?? 0),
      ),
    ).toBe(true);
    // The columns are 6 MB, the text 16 MB, and objects of all events would be ten times that; a worker itself takes some 50 MB.
    expect(peak - before).toBeLessThan(160 * 1024 * 1024);
    expect(steps.length).toBeGreaterThan(0);
  });

  test('cancelling in the middle ends the worker', async () => {
    const path = join(tempFolder(), 'unit.txt');
    writeJournal(path, LINES);
    writeFileSync(`${path}.2`, await tarGzipOf([{ name: 'more.txt', content: timeoutJournal() }]));
    const abort = new AbortController();
    const job = importEvidence(
      { paths: [path, `${path}.2`], spoolDirectory: tempFolder() },
      { onProgress: () => abort.abort(), signal: abort.signal },
    );
    await expect(job).rejects.toBeInstanceOf(JobCancelled);
  });
});
