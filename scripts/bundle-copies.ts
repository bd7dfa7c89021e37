import { createHash } from 'node:crypto';
import { cpSync, lstatSync, lutimesSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Names the folder, by an environment variable, into which tests copy the bundles that they analyse. */
export const KEEP_BUNDLES = 'INQUEST_KEEP_BUNDLES';

/**
 * When every file of a copy was last written: times without a year are placed near it, so it must not be the time of the
 * run. Later than any incident that is staged or recorded.
 */
const SAVED_AT = new Date('2027-01-01T00:00:00Z');

/** Longest name of a copy: reports show it, and a file system takes 255 bytes. */
const LONGEST_NAME = 100;

/** The name of a copy from that of a test file and a test: words in lower case with hyphens, cut where it is long. */
export function bundleName(file: string, test: string): string {
  return `${file} ${test}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replace(/^-+|-+$/g, '');
}

/** Copies a file or folder, links as they are, with the same modification time everywhere. */
export function copyBundle(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  for (const path of ['', ...pathsBelow(to)]) lutimesSync(join(to, path), SAVED_AT, SAVED_AT);
}

/** SHA-256 of what a bundle holds: paths, contents, targets of links and permissions; not of its own name. */
export function bundleHash(bundle: string): string {
  const hash = createHash('sha256');
  for (const path of ['', ...pathsBelow(bundle)]) {
    const at = join(bundle, path);
    const stats = lstatSync(at);
    const content = stats.isFile() ? readFileSync(at) : stats.isSymbolicLink() ? Buffer.from(readlinkSync(at)) : null;
    hash.update(JSON.stringify([path.split(sep).join('/'), stats.mode, content?.length ?? null]));
    if (content !== null) hash.update(content);
  }
  return hash.digest('hex');
}

function pathsBelow(bundle: string): readonly string[] {
  return lstatSync(bundle).isDirectory() ? readdirSync(bundle, { recursive: true, encoding: 'utf8' }).sort() : [];
}
