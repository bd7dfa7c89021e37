import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../shared/contract/ipc.ts';

/** What the last change was, and the one that was taken back last, in words; null without one. */
export interface HistoryWords {
  readonly undo: string | null;
  readonly redo: string | null;
}
export const NO_HISTORY: HistoryWords = { undo: null, redo: null };

/** Characters of a change that a menu has room for. */
const NAMED_CHARS = 50;

export interface MenuOptions {
  readonly history: HistoryWords;
  readonly isMac: boolean;
  /** Reloading and the developer tools are there while Inquest runs from source. */
  readonly isPackaged: boolean;
  readonly command: (command: MenuCommand) => void;
}

/** Menu items that mean nothing without an open case; their `id` is the command. */
export const CASE_COMMANDS: readonly MenuCommand[] = [
  'add-files',
  'add-folder',
  'load-rules',
  'save-case',
  'save-case-as',
  'close-case',
  'export-pdf',
  'export-html',
  'export-json',
  'save-notes',
  'open-notes',
  'save-collect-script',
  'save-reproduce-script',
  'find',
  'undo',
  'redo',
  'go-evidence',
  'go-timeline',
  'go-artifact',
  'go-database',
  'go-verdict',
  'go-report',
];

/** The application menu. Every item of Inquest's own is a command of the contract; the window carries it out. */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const item = (command: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    click: () => options.command(command),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const develop: MenuItemConstructorOptions[] = [separator, { role: 'reload' }, { role: 'toggleDevTools' }];

  return [
    ...(options.isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: '&File',
      submenu: [
        item('open-files', 'Open files…', 'CmdOrCtrl+O'),
        item('open-folder', 'Open folder…', 'CmdOrCtrl+Shift+O'),
        separator,
        item('add-files', 'Add evidence files…', 'CmdOrCtrl+Alt+O'),
        item('add-folder', 'Add evidence folder…'),
        item('load-rules', 'Rules: load file…'),
        separator,
        item('save-case', 'Save case', 'CmdOrCtrl+S'),
        item('save-case-as', 'Save case as…', 'CmdOrCtrl+Shift+S'),
        separator,
        item('export-pdf', 'Export report as PDF…', 'CmdOrCtrl+E'),
        item('export-html', 'Export report as HTML…'),
        item('export-json', 'Export case as JSON…'),
        separator,
        item('save-notes', 'Save notes…'),
        item('open-notes', 'Open notes…'),
        separator,
        item('save-collect-script', 'Save collect script…'),
        item('save-reproduce-script', 'Save reproduce script…'),
        separator,
        item('close-case', 'Close case', 'CmdOrCtrl+W'),
        ...(options.isMac ? [] : [separator, { role: 'quit' } satisfies MenuItemConstructorOptions]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        // The window takes the keys: what is being typed has an undo of its own.
        { ...item('undo', historyLabel('Undo', options.history.undo), 'CmdOrCtrl+Z'), registerAccelerator: false },
        {
          ...item('redo', historyLabel('Redo', options.history.redo), 'CmdOrCtrl+Shift+Z'),
          registerAccelerator: false,
        },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        separator,
        item('find', 'Find events…', 'CmdOrCtrl+F'),
      ],
    },
    {
      label: '&View',
      submenu: [
        item('go-evidence', 'Evidence', 'CmdOrCtrl+1'),
        item('go-timeline', 'Timeline', 'CmdOrCtrl+2'),
        item('go-artifact', 'Artifact', 'CmdOrCtrl+3'),
        item('go-database', 'Database', 'CmdOrCtrl+4'),
        item('go-verdict', 'Verdict', 'CmdOrCtrl+5'),
        item('go-report', 'Report', 'CmdOrCtrl+6'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(options.isPackaged ? [] : develop),
      ],
    },
    { label: '&Help', role: 'help', submenu: [{ role: 'about' }] },
  ];
}

/** `Undo Bookmarking “...”`; an ampersand would be a mnemonic. */
function historyLabel(verb: string, what: string | null): string {
  if (what === null) return verb;
  const named = what.length <= NAMED_CHARS ? what : `${what.slice(0, NAMED_CHARS - 1).trimEnd()}…`;
  return `${verb}: ${named.replaceAll('&', '&&')}`;
}
