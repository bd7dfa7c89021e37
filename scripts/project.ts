import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The project's root folder, absolute, with no slash at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

const packageSchema = z.object({ version: z.string() });

/** Version of the `electron` package that is installed, as `45.4.1`. Throws when `npm ci` was not run. */
export function electronVersion(): string {
  const text = readFileSync(`${ROOT}/node_modules/electron/package.json`, 'utf8');
  return packageSchema.parse(JSON.parse(text)).version;
}
