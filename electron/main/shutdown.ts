import { app, type BrowserWindow, dialog } from 'electron';
import type { CaseKeeper } from '../ipc/case-keeper.ts';
import type { CaseSession } from '../ipc/case-session.ts';

/** Quits with the window, after the case has let go of its workers and unpacked copies. */
export function setupShutdown(session: CaseSession, keeper: CaseKeeper): void {
  let released = false;
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    if (released) return;
    event.preventDefault();
    const release = keeper
      .close()
      .then(() => session.close())
      .catch((error: unknown) => console.error('The case could not be closed:', error));
    void release.then(() => {
      released = true;
      // Later than this event: until its listeners have returned, Electron takes itself to be quitting and ignores quit().
      setImmediate(() => app.quit());
    });
  });
}

/** Asks before the window goes with changes that the file of the case does not have. */
export function setupClosing(window: BrowserWindow, keeper: CaseKeeper): void {
  let isAsking = false;
  window.on('close', (event) => {
    if (!keeper.mustAsk()) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    const answer = keeper.leave().catch((error: unknown) => {
      dialog.showErrorBox('The case was not saved', error instanceof Error ? error.message : String(error));
      return false;
    });
    void answer.then((mayGo) => {
      isAsking = false;
      if (mayGo) window.close();
    });
  });
}
