import { app, Menu } from 'electron';
import { CASE_COMMANDS, type HistoryWords, menuTemplate, NO_HISTORY } from './menu-template.ts';
import type { MainWindow } from './window.ts';

export interface AppMenu {
  /** Enables what needs an open case, or disables it. */
  readonly setCaseOpen: (isOpen: boolean) => void;
  /** Says what would be taken back, and done again. */
  readonly setHistory: (history: HistoryWords) => void;
}

/** Puts up the application menu; its commands go to the window as events. */
export function setupMenu(window: MainWindow): AppMenu {
  let history = NO_HISTORY;
  let isCaseOpen = false;
  // Words of an item stay what they are: others need another menu.
  const putUp = (): void => {
    const menu = Menu.buildFromTemplate(
      menuTemplate({
        isMac: process.platform === 'darwin',
        isPackaged: app.isPackaged,
        history,
        command: (command) => window.send('menu.command', { command }),
      }),
    );
    for (const id of CASE_COMMANDS) {
      const item = menu.getMenuItemById(id);
      if (item !== null) item.enabled = isCaseOpen;
    }
    Menu.setApplicationMenu(menu);
  };
  putUp();
  return {
    setCaseOpen: (isOpen) => {
      isCaseOpen = isOpen;
      putUp();
    },
    setHistory: (words) => {
      if (words.undo === history.undo && words.redo === history.redo) return;
      history = words;
      putUp();
    },
  };
}
