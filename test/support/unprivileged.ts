/** The user and group `nobody` of Linux. */
export const NOBODY = 65_534;

/** Root may read everything, whatever the mode of a file. */
export const isRoot = process.geteuid?.() === 0;

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
