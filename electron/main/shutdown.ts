import { app } from 'electron';
import type { CaseSession } from '../ipc/case-session.ts';

/** Quits with the window, after the case has let go of its workers and unpacked copies. */
export function setupShutdown(session: CaseSession): void {
  let released = false;
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    if (released) return;
    event.preventDefault();
    const release = session.close().catch((error: unknown) => console.error('The case could not be closed:', error));
    void release.then(() => {
      released = true;
      // Later than this event: until its listeners have returned, Electron takes itself to be quitting and ignores quit().
      setImmediate(() => app.quit());
    });
  });
}
