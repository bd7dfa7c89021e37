import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { ROOT } from '../../../scripts/project.ts';
import { runtimeForTests } from '../../../scripts/runtime.ts';

export interface RunningApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** What the page wrote to its console as errors, and uncaught errors; a test of a healthy app ends with none. */
  readonly pageErrors: readonly string[];
  readonly close: () => Promise<void>;
}

export interface LaunchOptions {
  /** Arguments after the app itself: evidence paths. */
  readonly args?: readonly string[];
  /** Where the app keeps its settings; a new empty folder unless given. */
  readonly profileFolder?: string;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Under load a start takes seconds instead of the half it takes alone. */
const WINDOW_MILLIS = 20_000;
/** A control that has not come by then is not coming. */
const ACTION_MILLIS = 15_000;

/** Starts the built app in a real Electron, with settings of its own, and waits for its page. */
export async function launchApp(options: LaunchOptions = {}): Promise<RunningApp> {
  const executablePath = process.env.INQUEST_E2E_RUNTIME ?? (await runtimeForTests()).executable;
  const profileFolder = options.profileFolder ?? mkdtempSync(join(tmpdir(), 'inquest-e2e-'));
  const app = await _electron.launch({
    executablePath,
    // Root has no Chromium sandbox; the app's own options stay sandboxed, and a test looks at them.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ROOT, ...(options.args ?? [])],
    cwd: ROOT,
    // Playwright would otherwise show every page in the light appearance, whatever the system says.
    colorScheme: null,
    env: { ...environment(), ...homeBelow(profileFolder), ...options.environment },
  });
  const output: string[] = [];
  for (const stream of [app.process().stdout, app.process().stderr]) {
    stream?.on('data', (chunk) => output.push(String(chunk)));
  }
  const page = await app.firstWindow({ timeout: WINDOW_MILLIS }).catch((error: unknown) => {
    // Without a window there is nothing to close politely, and what the app wrote says why there is none.
    app.process().kill('SIGKILL');
    throw new Error(`The app opened no window: ${String(error)}\n${output.join('')}`);
  });
  page.setDefaultTimeout(ACTION_MILLIS);
  const pageErrors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') pageErrors.push(message.text());
  });
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  await page.waitForLoadState('load');
  const close = async (): Promise<void> => {
    await app.close();
    if (options.profileFolder === undefined) rmSync(profileFolder, { recursive: true, force: true });
  };
  return { app, page, pageErrors, close };
}

/** Settings and caches of this run's own: nothing of an earlier run, or of the person who runs the tests, plays in. */
function homeBelow(folder: string): Record<string, string> {
  return { XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), XDG_DATA_HOME: join(folder, 'data') };
}

/** The environment of this process without what would turn Electron into plain Node. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => name !== 'ELECTRON_RUN_AS_NODE');
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Makes the open dialog answer with these paths, or be dismissed. */
export async function stubOpenDialog(app: ElectronApplication, filePaths: readonly string[] | null): Promise<void> {
  await app.evaluate(({ dialog }, paths) => {
    dialog.showOpenDialog = async () => ({ canceled: paths === null, filePaths: [...(paths ?? [])] });
  }, filePaths);
}

/** Makes the save dialog answer with this path, or be dismissed. */
export async function stubSaveDialog(app: ElectronApplication, filePath: string | null): Promise<void> {
  await app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = async () => ({ canceled: path === null, filePath: path ?? '' });
  }, filePath);
}

/** Chooses an item of the application menu by its id, as a click would. */
export async function chooseMenuItem(app: ElectronApplication, id: string): Promise<void> {
  await app.evaluate(({ Menu }, itemId) => {
    const item = Menu.getApplicationMenu()?.getMenuItemById(itemId);
    if (item === null || item === undefined) throw new Error(`there is no menu item ${itemId}`);
    if (!item.enabled) throw new Error(`the menu item ${itemId} is disabled`);
    item.click();
  }, id);
}
