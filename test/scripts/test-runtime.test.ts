import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEST_RUNTIME, testRuntimeProblem, unpackTestRuntime } from '../../scripts/test-runtime.ts';
import { type TarEntry, tarGzipOf, tempFolder } from '../support/bundles.ts';

const MEMBERS: readonly TarEntry[] = [
  { name: 'package/package.json', content: '{"scripts":{"install":"touch /tmp/never"}}' },
  { name: 'package/bin/electron', content: 'runtime' },
  { name: 'package/bin/chrome_crashpad_handler', content: 'handler' },
];

async function tarballOf(members: readonly TarEntry[]) {
  const folder = tempFolder('test-runtime-');
  const bytes = await tarGzipOf(members);
  const tarball = join(folder, 'runtime.tgz');
  writeFileSync(tarball, bytes);
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  return { tarball, integrity, target: join(folder, 'unpacked') };
}

describe('unpackTestRuntime', () => {
  it('unpacks a tarball with the expected hash and makes its two programs executable', async () => {
    const { tarball, integrity, target } = await tarballOf(MEMBERS);
    await unpackTestRuntime(tarball, target, integrity);
    expect(readFileSync(join(target, 'bin/electron'), 'utf8')).toBe('runtime');
    expect(statSync(join(target, 'bin/electron')).mode & 0o777).toBe(0o755);
    expect(statSync(join(target, 'bin/chrome_crashpad_handler')).mode & 0o111).toBe(0o111);
    expect(statSync(join(target, 'package.json')).mode & 0o111).toBe(0);
  });

  it('refuses the same tarball with one byte changed, and unpacks nothing', async () => {
    const { tarball, integrity, target } = await tarballOf(MEMBERS);
    const bytes = readFileSync(tarball);
    // Byte 9 of a gzip header names the operating system: the content would unpack all the same.
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    writeFileSync(tarball, bytes);
    await expect(unpackTestRuntime(tarball, target, integrity)).rejects.toThrow(/is refused: its hash is sha512-/);
    expect(existsSync(target)).toBe(false);
  });

  it('refuses a whole tarball that is not the pinned one', async () => {
    const { tarball, target } = await tarballOf(MEMBERS);
    await expect(unpackTestRuntime(tarball, target, TEST_RUNTIME.integrity)).rejects.toThrow(/only sha512-bZ\+ZS220/);
    expect(existsSync(target)).toBe(false);
  });

  it('lets no member out of its folder', async () => {
    const { tarball, integrity, target } = await tarballOf([
      ...MEMBERS,
      { name: 'package/../../escaped', content: 'x' },
    ]);
    await expect(unpackTestRuntime(tarball, target, integrity)).rejects.toThrow(/leads out of its folder/);
    expect(existsSync(join(target, '../../escaped'))).toBe(false);
    expect(existsSync(join(target, '../escaped'))).toBe(false);
  });
});

describe('testRuntimeProblem', () => {
  it('says where the test runtime cannot run', () => {
    expect(testRuntimeProblem('linux', 'x64')).toBeNull();
    expect(testRuntimeProblem('darwin', 'arm64')).toMatch(/Linux x64 only.*darwin arm64/);
    expect(testRuntimeProblem('linux', 'arm64')).toMatch(/linux arm64/);
  });
});
