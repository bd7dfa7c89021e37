import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INTAKE_LIMITS } from '../../../../electron/files/limits.ts';
import { EvidenceReader, READ_CHUNK_BYTES } from '../../../../electron/files/read-only.ts';
import { readGivenEvidence } from '../../../../electron/intake/import-evidence.ts';
import { HashBeside, HashInPlace } from '../../../../electron/intake/reading/file-hash.ts';
import { RunControl } from '../../../../electron/intake/run-control.ts';
import { startWorker } from '../../../../electron/threads/start-worker.ts';
import type { ImportCommand } from '../../../../shared/contract/worker-protocol.ts';
import { tempFolder } from '../../../support/bundles.ts';
import { isoPreciseLine } from '../../../support/journal-lines.ts';
import { runs } from '../../../support/properties.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function fileOf(content: Uint8Array | string): string {
  const path = join(tempFolder(), 'evidence.log');
  writeFileSync(path, content);
  return path;
}

function noise(bytes: number): Uint8Array {
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at++) content[at] = (at * at * 31 + (at >> 3)) & 255;
  return content;
}

async function untilRunning(hash: HashBeside): Promise<void> {
  for (let look = 0; look < 1000 && !hash.isRunning; look++) await sleep(10);
  expect(hash.isRunning).toBe(true);
}

/** Reads a file up to a position, chunk by chunk, as an import does. */
function readTo(reader: EvidenceReader, hash: HashBeside | HashInPlace, end: number): void {
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
    hash.read(chunk, reader.position);
    if (reader.position >= end) return;
  }
}

describe('a hash made beside the reading', () => {
  test('is that of the whole file, made by the worker', async () => {
    const content = noise(5 * 1024 * 1024 + 17);
    const path = fileOf(content);
    const reader = new EvidenceReader(path);
    const hash = new HashBeside(path, reader);
    await untilRunning(hash);
    readTo(reader, hash, Infinity);
    // What the worker has hashed cannot be hashed again: a closed reader would fail in place.
    reader.close();
    expect(hash.finish()).toEqual({ sha256: sha256(content), bytes: content.length, failure: null });
  });

  test('does not take in what was appended after the file was opened', async () => {
    const content = noise(1_000_000);
    const path = fileOf(content);
    const reader = new EvidenceReader(path);
    appendFileSync(path, 'more');
    const hash = new HashBeside(path, reader);
    await untilRunning(hash);
    readTo(reader, hash, Infinity);
    reader.close();
    expect(hash.finish()).toEqual({ sha256: sha256(content), bytes: content.length, failure: null });
  });

  test('is that of what was read of a file that is stopped, wherever that is', async () => {
    const content = noise(6 * READ_CHUNK_BYTES + 5);
    const path = fileOf(content);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 7 }), fc.boolean(), async (chunks, waits) => {
        const reader = new EvidenceReader(path);
        const hash = new HashBeside(path, reader);
        if (waits) await untilRunning(hash);
        for (let chunk = 0; chunk < chunks; chunk++) {
          const read = reader.next();
          if (read !== null) hash.read(read, reader.position);
        }
        const part = content.subarray(0, reader.position);
        expect(hash.finish()).toEqual({ sha256: sha256(part), bytes: part.length, failure: null });
        reader.close();
      }),
      { numRuns: runs(8) },
    );
  }, 60_000);

  test('is that of what is left, and says so, when the file is cut while it is read', () => {
    const content = noise(4 * READ_CHUNK_BYTES);
    const path = fileOf(content);
    const reader = new EvidenceReader(path);
    const hash = new HashBeside(path, reader);
    readTo(reader, hash, 3 * READ_CHUNK_BYTES);
    truncateSync(path, READ_CHUNK_BYTES + 9);
    const left = content.subarray(0, READ_CHUNK_BYTES + 9);
    const failure = 'the file has become shorter';
    expect(hash.finish()).toEqual({ sha256: sha256(left), bytes: left.length, failure });
    reader.close();
  });

  test.each([
    {
      what: 'cannot be started',
      start: () => {
        throw new Error('no more threads');
      },
    },
    {
      what: 'finds no file',
      start: (name: 'hash-worker', data: object, limits: object) =>
        startWorker(name, { ...data, absolutePath: '/nowhere/at/all' }, limits),
    },
  ])('is made in place when the worker $what', async ({ start }) => {
    const content = noise(3 * READ_CHUNK_BYTES + 1);
    const path = fileOf(content);
    const reader = new EvidenceReader(path);
    const hash = new HashBeside(path, reader, start as typeof startWorker);
    readTo(reader, hash, Infinity);
    await sleep(10);
    expect(hash.finish()).toEqual({ sha256: sha256(content), bytes: content.length, failure: null });
    reader.close();
  });

  test('and one made in place are the same', () => {
    const content = noise(2 * READ_CHUNK_BYTES + 3);
    const reader = new EvidenceReader(fileOf(content));
    const hash = new HashInPlace();
    readTo(reader, hash, Infinity);
    reader.close();
    expect(hash.finish()).toEqual({ sha256: sha256(content), bytes: content.length, failure: null });
  });
});

describe('an import of a file that is large enough for it', () => {
  const line = `${isoPreciseLine(0, 'app', 1000, 'request of the load test took long '.repeat(30))}\n`;
  const lines = Math.ceil((34 * 1024 * 1024) / line.length);

  /** Imports such a file; `act` may do something to it, once, when some of it has been read. */
  async function imported(act: (path: string) => ImportCommand['type'] | null) {
    const path = fileOf(line.repeat(lines));
    const content = readFileSync(path);
    let acted = false;
    const commands: ImportCommand[] = [];
    const result = await readGivenEvidence(
      { paths: [path], spoolDirectory: tempFolder() },
      (progress) => {
        if (acted || progress.stage !== 'reading' || progress.doneBytes < 9 * READ_CHUNK_BYTES) return;
        acted = true;
        const source = progress.sources?.listed[0]?.id ?? '';
        if (act(path) === 'stop') commands.push({ type: 'stop', source });
      },
      INTAKE_LIMITS,
      { control: new RunControl(() => commands.shift() ?? null, 0), reportIntervalMillis: 0 },
    );
    const [file] = result.files;
    if (file === undefined) throw new Error('No file was listed.');
    return { file, content, events: result.columns.count };
  }

  test('gives its hash', async () => {
    const { file, content, events } = await imported(() => null);
    expect(file).toMatchObject({ sha256: sha256(content), problemCount: 0, records: lines });
    expect(file.hashedBytes).toBeUndefined();
    expect(events).toBe(lines);
  });

  test('gives that of what was read when it is stopped', async () => {
    const { file, content } = await imported(() => 'stop');
    const hashedBytes = file.hashedBytes ?? 0;
    expect(hashedBytes).toBeGreaterThan(0);
    expect(hashedBytes).toBeLessThan(content.length);
    expect(file.problems).toMatchObject([{ kind: 'stopped', byteOffset: hashedBytes }]);
    expect(file.sha256).toBe(sha256(content.subarray(0, hashedBytes)));
  });

  test('gives that of what there was when it is cut meanwhile, and says that it changed', async () => {
    const leftBytes = 20 * READ_CHUNK_BYTES + 11;
    const { file, content } = await imported((path) => {
      truncateSync(path, leftBytes);
      return null;
    });
    expect(file.hashedBytes).toBe(leftBytes);
    expect(file.sha256).toBe(sha256(content.subarray(0, leftBytes)));
    expect(file.problems.map(({ kind }) => kind)).toContain('changed-during-reading');
  });
});
