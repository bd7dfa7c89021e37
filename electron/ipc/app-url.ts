/** The app's own pages live at this origin and nowhere else; main/app-protocol.ts serves it from the built files. */
export const APP_SCHEME = 'inquest';
const APP_HOST = 'app';
export const APP_INDEX_URL = `${APP_SCHEME}://${APP_HOST}/index.html`;

/** True for the one page that there is, wherever in it: the files that it is made of are no pages. */
export function isAppPage(url: string): boolean {
  if (!isAppUrl(url)) return false;
  const { protocol, host, pathname, search } = new URL(url);
  return search === '' && `${protocol}//${host}${pathname}` === APP_INDEX_URL;
}

/** True for an address of the app's own files: our scheme and host, with no user, password or port beside it. */
export function isAppUrl(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) return false;
  return parsed.protocol === `${APP_SCHEME}:` && parsed.host === APP_HOST && parsed.username === '';
}
