import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * Outside programs that check documents (poppler's pdftotext and pdfdetach, qpdf). Where one is not installed its tests are
 * skipped, visibly; on the build server (CI=true) they must be there, so there the tests run and fail.
 */

/** Whether tests that need this program are to be skipped. */
export function toolMissing(name: string, versionFlag: string): boolean {
  if (process.env.CI === 'true') return false;
  return spawnSync(name, [versionFlag], { stdio: 'ignore' }).error !== undefined;
}

/** Runs a program on a file that holds `bytes`; `args` gets the paths of that file and of one to write. Throws with the program's words on failure. */
export function runOn(
  bytes: Uint8Array,
  name: string,
  args: (path: string, output: string) => readonly string[],
  result: 'what it prints' | 'what it writes' = 'what it prints',
): string {
  const folder = mkdtempSync(join(tmpdir(), 'inquest-test-'));
  try {
    const path = join(folder, 'document.pdf');
    const output = join(folder, 'output');
    writeFileSync(path, bytes);
    const run = spawnSync(name, [...args(path, output)], {
      encoding: 'utf8',
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (run.error !== undefined) throw run.error;
    if (run.status !== 0) throw new Error(`${name} ended with ${run.status}: ${run.stdout}${run.stderr}`);
    return result === 'what it prints' ? run.stdout : readFileSync(output, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
