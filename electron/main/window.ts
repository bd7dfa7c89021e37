import { dirname, join } from 'node:path';
import { app, BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { type AppEventName, type AppEvents, EVENT_CHANNEL } from '../../shared/contract/ipc.ts';
import { makeFolderSync, readOwnFileSync, writeOwnFileSync } from '../files/own-files.ts';
import { APP_INDEX_URL } from '../ipc/app-url.ts';
import { DEFAULT_SIZE, MINIMUM_SIZE, restoreWindowState } from './window-bounds.ts';

/** Sends an event of the contract to the window; says nothing when there is none any more. */
type SendEvent = <N extends AppEventName>(name: N, payload: AppEvents[N]) => void;

export interface MainWindow {
  readonly browserWindow: BrowserWindow;
  readonly send: SendEvent;
  /** Electron's id of its web contents, or null once it is closed. */
  readonly contentsId: () => number | null;
}

/** Opens the app's only window, where it was last time, with nothing of Node in its page. */
export function createMainWindow(preloadPath: string): MainWindow {
  const stateFile = join(app.getPath('userData'), 'window.json');
  const state = restoreWindowState(
    readText(stateFile),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const browserWindow = new BrowserWindow({
    ...(state.bounds ?? DEFAULT_SIZE),
    minWidth: MINIMUM_SIZE.width,
    minHeight: MINIMUM_SIZE.height,
    show: false,
    title: app.getName(),
    // The page's own background (--canvas in renderer/styles/tokens.css), so that opening does not flash.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#0e1014' : '#f6f7f9',
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (state.maximized) browserWindow.maximize();
  browserWindow.once('ready-to-show', () => browserWindow.show());
  browserWindow.on('close', () => rememberState(stateFile, browserWindow));
  offerReloadWhenGone(browserWindow);
  void browserWindow.loadURL(APP_INDEX_URL);

  const send: SendEvent = (name, payload) => {
    if (!browserWindow.isDestroyed()) browserWindow.webContents.send(EVENT_CHANNEL, name, payload);
  };
  const contentsId = (): number | null => (browserWindow.isDestroyed() ? null : browserWindow.webContents.id);
  return { browserWindow, send, contentsId };
}

function readText(path: string): string | null {
  try {
    return readOwnFileSync(path).toString('utf8');
  } catch {
    return null;
  }
}

function rememberState(path: string, browserWindow: BrowserWindow): void {
  const state = { bounds: browserWindow.getNormalBounds(), maximized: browserWindow.isMaximized() };
  try {
    makeFolderSync(dirname(path));
    writeOwnFileSync(path, JSON.stringify(state));
  } catch (error) {
    // A window that opens at its default place is no reason to keep it from closing.
    console.error('The window position could not be kept:', error);
  }
}

/** The case lives outside the page, so a page that died (out of memory, killed) can be loaded again without losing it. */
function offerReloadWhenGone(browserWindow: BrowserWindow): void {
  browserWindow.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    const answer = dialog.showMessageBox(browserWindow, {
      type: 'error',
      message: 'The window stopped working',
      detail: `Its process ended (${details.reason}). The open case is still there.`,
      buttons: ['Load it again', 'Quit'],
    });
    void answer.then(({ response }) => (response === 0 ? browserWindow.reload() : app.quit()));
  });
}
