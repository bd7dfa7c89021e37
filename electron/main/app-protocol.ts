import { protocol } from 'electron';
import { readOwnFile } from '../files/own-files.ts';
import { APP_SCHEME } from '../ipc/app-url.ts';
import { CONTENT_SECURITY_POLICY, pageFile } from './page-files.ts';

/** Declares the app's scheme a proper web origin. Electron wants this before the app is ready. */
export function setupAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/**
 * Serves the built pages under the app's own scheme. A scheme instead of file:// gives the page an origin of its own, a
 * policy by header, and no way to any other file of the machine
 * (https://www.electronjs.org/docs/latest/tutorial/security, item 18).
 */
export function setupAppProtocol(pageFolder: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const file = pageFile(pageFolder, request.url);
    const content = file === null ? null : await readOwnFile(file.path).catch(() => null);
    if (file === null || content === null) return new Response('There is no such page.', { status: 404 });
    return new Response(new Uint8Array(content), {
      headers: {
        'content-type': file.contentType,
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'x-content-type-options': 'nosniff',
      },
    });
  });
}
