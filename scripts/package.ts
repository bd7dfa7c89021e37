import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { electronVersion, ROOT } from './project.ts';

/*
 * Packages the built app with electron-builder. The arguments are electron-builder's own: `--dir` for an unpacked folder,
 * `--linux`, `--mac`, `--win` for installers. The official runtime is downloaded, always: what is handed to people is
 * never made from any other.
 */

const build = spawnSync('npm', ['run', '--silent', 'build'], {
  cwd: ROOT,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (build.status !== 0) process.exit(build.status ?? 1);

const builder = join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
const packaged = spawnSync(process.execPath, [builder, '--publish', 'never', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (packaged.status !== 0) {
  console.error(`
The app could not be packaged. When the lines above tell of a download that failed: electron-builder needs the official
Electron ${electronVersion()} runtime and, for installers, its own tools, from https://github.com/electron and
https://github.com/electron-userland. Mirrors: ELECTRON_MIRROR and ELECTRON_BUILDER_BINARIES_MIRROR, for example
  ELECTRON_MIRROR=https://npmmirror.com/mirrors/electron/ npm run package -- --dir
A runtime unpacked from the official zip can be named instead: npm run package -- --dir -c.electronDist=/that/folder
`);
}
process.exitCode = packaged.status ?? 1;
