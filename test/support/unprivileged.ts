import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The user and group `nobody` of Linux. */
export const NOBODY = 65_534;

/** Root may read everything, whatever the mode of a file. */
export const isRoot = process.geteuid?.() === 0;

/**
 * With what rights a program of this checkout is started so that it may not read everything: those of nobody for root, else
 * the user's own. Null where that cannot be had: for root, where others may not enter the checkout or the folder of Node.
 */
export function unprivilegedUser(): { readonly uid?: number; readonly gid?: number } | null {
  if (!isRoot) return {};
  const user = { uid: NOBODY, gid: NOBODY };
  const look = 'require("node:fs").readdirSync(process.argv[1])';
  const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));
  return spawnSync(process.execPath, ['-e', look, packages], { ...user, cwd: '/' }).status === 0 ? user : null;
}

/**
 * Does `work` without the rights of root, so that what may not be read cannot be read whoever runs the tests. What `work`
 * makes belongs to nobody then; folders that it needs are best made in it.
 */
export async function unprivileged<T>(work: () => T | Promise<T>): Promise<T> {
  if (!isRoot) return work();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
