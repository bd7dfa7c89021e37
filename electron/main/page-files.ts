import { extname, join } from 'node:path';
import { isAppUrl } from '../ipc/app-url.ts';

/** The page gets its own scripts, styles, fonts and pictures, and no connection to anything, its own origin included. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  readonly path: string;
  readonly contentType: string;
}

/**
 * The built file that an address of the app's scheme means, or null when it means none: another host, another kind of
 * file, or any part that is not a plain name (which leaves no way out of the folder).
 */
export function pageFile(pageFolder: string, url: string): PageFile | null {
  if (!isAppUrl(url)) return null;
  const parts = new URL(url).pathname.split('/').slice(1);
  // No escapes at all: `%2e%2e` and `%5c` would be decoded by nobody here, and the build needs none.
  if (!parts.every((part) => /^[\w-][\w.-]*$/.test(part))) return null;
  const contentType = CONTENT_TYPES[extname(parts.at(-1) ?? '')];
  return contentType === undefined ? null : { path: join(pageFolder, ...parts), contentType };
}
