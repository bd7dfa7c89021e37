import { app, Menu } from 'electron';
import { CASE_COMMANDS, menuTemplate } from './menu-template.ts';
import type { MainWindow } from './window.ts';

export interface AppMenu {
  /** Enables what needs an open case, or disables it. */
  readonly setCaseOpen: (isOpen: boolean) => void;
}

/** Puts up the application menu; its commands go to the window as events. */
export function setupMenu(window: MainWindow): AppMenu {
  const template = menuTemplate({
    isMac: process.platform === 'darwin',
    isPackaged: app.isPackaged,
    command: (command) => window.send('menu.command', { command }),
  });
  const menu = Menu.buildFromTemplate(template);
  Menu.setApplicationMenu(menu);
  const setCaseOpen = (isOpen: boolean): void => {
    for (const id of CASE_COMMANDS) {
      const item = menu.getMenuItemById(id);
      if (item !== null) item.enabled = isOpen;
    }
  };
  setCaseOpen(false);
  return { setCaseOpen };
}
