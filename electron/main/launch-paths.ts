import { resolve } from 'node:path';
import { app } from 'electron';
import { isThere } from '../files/own-files.ts';
import type { PathGrants } from '../ipc/given-paths.ts';
import { evidenceArguments } from './launch-arguments.ts';
import type { MainWindow } from './window.ts';

/** What one instance tells the running one: Chromium may reorder the second instance's arguments, so they go apart. */
interface LaunchData {
  readonly paths: readonly string[];
}

export interface LaunchPaths {
  /** Hands what was given so far, and whatever comes later, to the window, which may read it then. */
  readonly deliverTo: (window: MainWindow, given: Pick<PathGrants, 'add'>) => void;
}

/**
 * Takes the single-instance lock and collects the evidence paths given on the command line, by the desktop or by a second
 * start. Returns null when another instance runs already: it has been handed the paths, and this one must quit.
 */
export function setupLaunchPaths(): LaunchPaths | null {
  const given = evidenceArguments(process.argv, process.defaultApp === true)
    .map((argument) => resolve(process.cwd(), argument))
    .filter((path) => isThere(path));
  const launch: LaunchData = { paths: given };
  if (!app.requestSingleInstanceLock(launch)) return null;

  let window: MainWindow | null = null;
  let grants: Pick<PathGrants, 'add'> | null = null;
  const waiting: string[] = [...given];
  const take = (paths: readonly string[]): void => {
    if (window === null) waiting.push(...paths);
    else if (paths.length > 0) {
      grants?.add(paths);
      window.send('paths.given', { paths });
    }
  };
  app.on('open-file', (event, path) => {
    event.preventDefault();
    take([path]);
  });
  app.on('second-instance', (_event, _argv, _folder, data) => {
    take(pathsOf(data));
    if (window === null || window.browserWindow.isDestroyed()) return;
    if (window.browserWindow.isMinimized()) window.browserWindow.restore();
    window.browserWindow.focus();
  });
  return {
    deliverTo: (opened, given) => {
      grants = given;
      opened.browserWindow.webContents.once('did-finish-load', () => {
        window = opened;
        take(waiting.splice(0));
      });
    },
  };
}

/** The other instance is another process, perhaps of another version: only strings that look like its paths are taken. */
function pathsOf(data: unknown): readonly string[] {
  if (typeof data !== 'object' || data === null || !('paths' in data) || !Array.isArray(data.paths)) return [];
  return data.paths.filter((path: unknown) => typeof path === 'string');
}
