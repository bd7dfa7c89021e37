import { isAppUrl } from '../ipc/app-url.ts';

/**
 * Whether the session may make a request at all. Nothing leaves the laptop: the app's own pages, pictures that are written
 * out in the page (`data:`), and, where the developer tools can be opened, their pages, which are part of Electron.
 */
export function isRequestAllowed(url: string, options: { readonly devTools: boolean }): boolean {
  if (isAppUrl(url) || url.startsWith('data:')) return true;
  return options.devTools && url.startsWith('devtools://');
}
