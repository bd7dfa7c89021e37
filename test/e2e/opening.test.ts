import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { runtimeForTests } from '../../scripts/runtime.ts';
import { timeoutJournal } from '../support/journal-lines.ts';
import { chooseMenuItem, launchApp, type RunningApp, stubOpenDialog } from './support/app.ts';
import { dropPaths, openSample, waitForCase } from './support/pages.ts';

/** A small case: one journal in a folder. */
let work: string;
let folder: string;
let journal: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'inquest-opening-'));
  folder = join(work, 'saved from the höst');
  mkdirSync(folder);
  journal = join(folder, 'journal.txt');
  writeFileSync(journal, timeoutJournal());
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

const headline = (running: RunningApp): Promise<string> =>
  running.page.getByRole('heading', { level: 1 }).first().innerText();

describe('opening', () => {
  let running: RunningApp;
  /** Where the app unpacks to. */
  let spool: string;

  beforeAll(async () => {
    spool = join(work, 'tmp');
    mkdirSync(spool);
    running = await launchApp({ environment: { TMPDIR: spool } });
  });

  it('welcomes with ways to give evidence', async () => {
    const { page } = running;
    for (const name of ['Open files…', 'Open folder…', 'Open the sample incident']) {
      await page.getByRole('button', { name }).first().waitFor();
    }
    await expect(chooseMenuItem(running.app, 'export-pdf')).rejects.toThrow(/disabled/);
  });

  it('can be cancelled midway, and the app goes on', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Open the sample incident' }).click();
    await page.getByRole('progressbar', { name: 'Import' }).waitFor();
    await page.getByRole('button', { name: /^Cancel/ }).click();
    await page.getByRole('button', { name: 'Open the sample incident' }).waitFor();
    expect(await page.getByTestId('progress').count()).toBe(0);
    expect(await page.evaluate(() => Reflect.get(window, 'inquest').request('case.current'))).toBeNull();
    expect(readdirSync(spool).filter((name) => name.startsWith('inquest-'))).toEqual([]);
  });

  it('reads a folder chosen in the dialog', async () => {
    const { app, page } = running;
    await stubOpenDialog(app, [folder]);
    await page.getByRole('button', { name: 'Open folder…' }).first().click();
    await waitForCase(page);
    expect(await headline(running)).toMatch(/101/);
    expect(await page.title()).toContain('saved from the höst');
  });

  it('keeps the open case when what is opened next is no evidence, and says what it was', async () => {
    const { app, page } = running;
    const noise = join(work, 'noise.bin');
    writeFileSync(noise, new Uint8Array([0, 159, 146, 150, 7]));
    await stubOpenDialog(app, [noise]);
    await chooseMenuItem(app, 'open-files');
    const notice = page.getByRole('alert').filter({ hasText: 'Nothing was recognised' });
    await notice.waitFor();
    expect(await notice.innerText()).toContain('noise.bin');
    expect(await headline(running)).toMatch(/101/);
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await notice.waitFor({ state: 'detached' });
  });

  it('does nothing when the dialog is dismissed', async () => {
    const { app, page } = running;
    await stubOpenDialog(app, null);
    await chooseMenuItem(app, 'open-folder');
    await page.getByTestId('progress').waitFor({ state: 'detached' });
    expect(await headline(running)).toMatch(/101/);
  });

  it('takes files that are dropped on the window', async () => {
    const { app, page } = running;
    await chooseMenuItem(app, 'close-case');
    await page.getByRole('button', { name: 'Open the sample incident' }).waitFor();
    await dropPaths(page, [journal]);
    await waitForCase(page);
    expect(await headline(running)).toMatch(/101/);
    expect(await page.title()).toContain('journal.txt');
  });

  it('leaves nothing behind in the temporary folder', async () => {
    await chooseMenuItem(running.app, 'close-case');
    await openSample(running.page);
    expect(readdirSync(spool).some((name) => name.startsWith('inquest-'))).toBe(true);
    expect(running.pageErrors).toEqual([]);
    await running.close();
    expect(readdirSync(spool).filter((name) => name.startsWith('inquest-'))).toEqual([]);
  });
});

describe('starting', () => {
  it('opens what is named on the command line', async () => {
    const running = await launchApp({ args: [journal] });
    await waitForCase(running.page);
    expect(await headline(running)).toMatch(/101/);
    await running.close();
  });

  it('a second time hands its evidence to the first and ends', async () => {
    const profileFolder = mkdtempSync(join(work, 'profile-'));
    const running = await launchApp({ profileFolder });
    const executable = process.env.INQUEST_E2E_RUNTIME ?? (await runtimeForTests()).executable;
    const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const second = spawn(executable, [...root, ROOT, folder], {
      env: { ...process.env, XDG_CONFIG_HOME: profileFolder },
      stdio: 'ignore',
    });
    const status = await new Promise<number | null>((ended) => second.on('exit', ended));
    expect(status).toBe(0);
    await waitForCase(running.page);
    expect(await headline(running)).toMatch(/101/);
    expect(running.app.windows()).toHaveLength(1);
    await running.close();
  });

  it('comes back where the window was', async () => {
    const profileFolder = mkdtempSync(join(work, 'profile-'));
    const first = await launchApp({ profileFolder });
    const bounds = { x: 60, y: 40, width: 1100, height: 700 };
    await first.app.evaluate(
      ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
      bounds,
    );
    await first.close();
    const second = await launchApp({ profileFolder });
    const restored = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    expect(restored).toEqual(bounds);
    await second.close();
  });
});
