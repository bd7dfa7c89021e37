import { app, type Session, type WebContents } from 'electron';
import { isAppPage } from '../ipc/app-url.ts';
import { isRequestAllowed } from './request-policy.ts';

/**
 * Sandboxes every page, whatever options it is made with. Call before the app is ready. Root cannot have Chromium's sandbox
 * and must say --no-sandbox; with both switches Electron's child processes refuse to start, and the window's own
 * `sandbox: true` still keeps Node out of the page.
 */
export function setupSandbox(): void {
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
}

/**
 * Closes every way to the network and to the machine that a page could have. Call before the app is ready. The name
 * resolver answers nothing, so even what bypasses request filters (prefetching, preconnecting) never leaves the machine.
 */
export function setupOffline(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND');
  app.commandLine.appendSwitch('disable-background-networking');
  // Proxy discovery (WPAD) would be a question to the network.
  app.commandLine.appendSwitch('no-proxy-server');
}

/** Denies the page permissions, downloads, requests beyond its own files, other windows and other addresses. */
export function setupSecurity(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // The spell checker fetches dictionaries from the network.
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isRequestAllowed(details.url, { devTools: !app.isPackaged }) });
  });
  session.on('will-download', (event) => event.preventDefault());
  app.on('web-contents-created', (_event, contents) => confine(contents));
}

function confine(contents: WebContents): void {
  // WebRTC opens sockets that request filters never see.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-navigate', (event) => {
    if (!isAppPage(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    // The page has no frames; whatever puts one in gets nothing to show.
    if (!event.isMainFrame || !isAppPage(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!isAppPage(event.url)) event.preventDefault();
  });
}
