import { execFileSync } from 'node:child_process';
import { closeSync, createReadStream, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { copyStreams } from '../../../electron/files/stream-copies.ts';
import { tempFolder } from '../../support/bundles.ts';

const OPTIONS = { mostBytes: 1000, signal: new AbortController().signal };

describe.skipIf(process.platform === 'win32')('what can be read only once', () => {
  test('standard input, what a shell puts for <(...) and named pipes are copied', async () => {
    const folder = tempFolder();
    const file = join(folder, 'plain.txt');
    writeFileSync(file, 'plain');
    const pipe = join(folder, 'unit.log');
    execFileSync('mkfifo', [pipe]);
    const input = openSync(file, 'r');
    const substituted = openSync(file, 'r');
    const opening = copyStreams(['-', `/dev/fd/${substituted}`, pipe, file, folder, '-'], {
      ...OPTIONS,
      standardInput: () => createReadStream('', { fd: input, autoClose: false }),
    });
    await writeFile(pipe, 'from a pipe');
    const { paths, dispose } = await opening;
    closeSync(input);
    closeSync(substituted);
    expect(paths.slice(0, 3).map((path) => readFileSync(path, 'utf8'))).toEqual(['plain', 'plain', 'from a pipe']);
    expect(paths.slice(3)).toEqual([file, folder, paths[0]]);
    expect(paths[0]).toMatch(/\/stdin$/);
    await dispose();
    expect(paths.slice(0, 3).map((path) => existsSync(path))).toEqual([false, false, false]);
  });

  test('a stream without end is given up', async () => {
    await expect(
      copyStreams(['-'], { ...OPTIONS, standardInput: () => createReadStream('/dev/zero') }),
    ).rejects.toThrow(/more than 1000 bytes/);
  });

  test('files and folders stay as they are', async () => {
    const folder = tempFolder();
    const { paths, dispose } = await copyStreams([folder, join(folder, 'missing')], OPTIONS);
    expect(paths).toEqual([folder, join(folder, 'missing')]);
    await dispose();
  });
});
