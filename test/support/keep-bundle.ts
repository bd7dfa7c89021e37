import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { bundleName, copyBundle, KEEP_BUNDLES } from '../../scripts/bundle-copies.ts';
import { PROPERTY_SEED } from './properties.ts';

const keptIn = process.env[KEEP_BUNDLES];
/** How many bundles were kept under each name. */
const counts = new Map<string, number>();

// The same bundles in every run: what was found of them in an earlier one can then be used again.
if (keptIn !== undefined) fc.configureGlobal({ seed: PROPERTY_SEED });

/**
 * Copies a bundle, a folder or a file about to be analysed, under the name of the current test where the environment asks
 * for that (KEEP_BUNDLES); else does nothing.
 */
export function keepBundle(path: string): void {
  if (keptIn === undefined) return;
  const { testPath = '', currentTestName = '' } = expect.getState();
  const file = `${basename(dirname(testPath))} ${basename(testPath).replace(/\.test\.tsx?$/, '')}`;
  const name = bundleName(file, currentTestName);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  const numbered = count === 1 ? name : `${name}-${count}`;
  copyBundle(path, join(keptIn, statSync(path).isFile() ? `${numbered}-${basename(path)}` : numbered));
}
