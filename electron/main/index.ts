import { join } from 'node:path';
import { app, session } from 'electron';
import { toJobError } from '../case/job-error.ts';
import { openCase } from '../case/open-case.ts';
import { CaseLibrary } from '../case-files/case-library.ts';
import { removeAbandonedFolders } from '../files/private-folders.ts';
import { CaseKeeper } from '../ipc/case-keeper.ts';
import { CaseSession } from '../ipc/case-session.ts';
import { GivenPaths } from '../ipc/given-paths.ts';
import { shown } from '../ipc/shown.ts';
import { historyOf } from '../ipc/work-names.ts';
import { setupAppProtocol, setupAppScheme } from './app-protocol.ts';
import { setupIpc } from './ipc.ts';
import { type LaunchPaths, setupLaunchPaths } from './launch-paths.ts';
import { setupMenu } from './menu.ts';
import { electronPorts } from './ports.ts';
import { setupOffline, setupSandbox, setupSecurity } from './security.ts';
import { setupClosing, setupShutdown } from './shutdown.ts';
import { createMainWindow } from './window.ts';

/** The built preload script and pages lie beside the built main process: out/main, out/preload, out/renderer. */
const PRELOAD = join(import.meta.dirname, '../preload/index.cjs');
const PAGES = join(import.meta.dirname, '../renderer');

const launchPaths = setupLaunchPaths();
if (launchPaths === null) app.quit();
else {
  setupSandbox();
  setupOffline();
  setupAppScheme();
  // Not awaited: Electron is ready only after this module has been evaluated.
  void app.whenReady().then(() => start(launchPaths));
}

function start(paths: LaunchPaths): void {
  void removeAbandonedFolders();
  setupSecurity(session.defaultSession);
  setupAppProtocol(PAGES);
  const window = createMainWindow(PRELOAD);
  const menu = setupMenu(window);
  const ports = electronPorts(window);
  const cases = new CaseSession({
    openCase,
    toJobError,
    onProgress: (progress, sample) => window.send('job.progress', { progress, sample }),
    onProfileProgress: (event) => window.send('profile.progress', event),
    onChange: menu.setCaseOpen,
    onCase: (current) => {
      keeper.caseChanged(current);
      menu.setHistory(historyOf(current));
    },
  });
  const keeper = new CaseKeeper({
    session: cases,
    library: new CaseLibrary(join(app.getPath('userData'), 'cases')),
    ports,
    onStatus: (status) => window.send('case.status', { status: shown(status) }),
  });
  const given = new GivenPaths();
  setupIpc(window, { session: cases, ports, keeper, given });
  setupClosing(window.browserWindow, keeper);
  setupShutdown(cases, keeper);
  paths.deliverTo(window, given);
}
