import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { bundleCompiled } from '../test/support/compiled-programs.ts';

/*
 * Bundles the command line with its threads into the folder that is given, which is in `out` and named after the sources; see
 * inquest.mjs. Folders of earlier sources are removed once no run can be using them any more.
 */

const KEPT_MILLIS = 24 * 3_600_000;

const folder = process.argv[2];
if (folder === undefined) throw new Error('a folder is missing');
const parent = dirname(folder);
const unfinished = `${folder}.${process.pid}`;
await bundleCompiled(unfinished);
try {
  renameSync(unfinished, folder);
} catch {
  // Another run was faster with the same.
  rmSync(unfinished, { recursive: true, force: true });
}
for (const name of readdirSync(parent)) {
  const path = join(parent, name);
  const isOld = /^inquest-[0-9a-f]{16}/.test(name) && Date.now() - statSync(path).mtimeMs > KEPT_MILLIS;
  if (isOld && name !== basename(folder)) rmSync(path, { recursive: true, force: true });
}
