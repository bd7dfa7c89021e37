import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readCaseText } from '../../shared/contract/case-file.ts';
import { writeTree } from '../support/bundles.ts';
import { weekOfIncidents } from '../support/week-of-incidents.ts';
import {
  chooseMenuItem,
  type LaunchOptions,
  launchApp,
  type RunningApp,
  stubOpenDialog,
  stubSaveDialog,
} from './support/app.ts';
import { eventually, goTo, waitForCase } from './support/pages.ts';

/** What is done in the window outlasts it: a crash, closing, and evidence that moves. One profile for all of it. */
let work: string;
let profileFolder: string;
let caseFile: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'inquest-cases-'));
  profileFolder = join(work, 'profile');
  mkdirSync(profileFolder);
  caseFile = join(work, 'night.inquest');
  writeTree(work, { 'evidence/week.txt': weekOfIncidents(2) });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function launch(options: LaunchOptions = {}): Promise<RunningApp> {
  const running = await launchApp({ ...options, profileFolder });
  onTestFinished(async () => {
    // What an assertion left open must not ask anybody.
    await stubAnswer(running, 1).catch(() => undefined);
    await running.close().catch(() => undefined);
  });
  return running;
}

/** Makes questions answer by the position of the button, and counts them. */
async function stubAnswer({ app }: RunningApp, response: number): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    const counted = globalThis as { asked?: number };
    counted.asked = 0;
    dialog.showMessageBox = async () => {
      counted.asked = (counted.asked ?? 0) + 1;
      return { response: chosen, checkboxChecked: false };
    };
  }, response);
}

const timesAsked = ({ app }: RunningApp): Promise<number> =>
  app.evaluate(() => (globalThis as { asked?: number }).asked ?? 0);

async function dismissFirstFact(page: Page, comment: string): Promise<void> {
  await goTo(page, 'Verdict');
  await page.getByRole('button', { name: 'Overrule this fact' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Overrule a fact' });
  await dialog.getByLabel('Why it does not count').fill(comment);
  await dialog.getByRole('button', { name: 'Overrule', exact: true }).click();
  await page.getByTestId('judgement').getByText(comment).waitFor();
}

async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.INQUEST_SCREENS;
  if (folder === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: null });
}

describe('what is done in a case', () => {
  it('is there again after the app was killed', async () => {
    const killed = await launch({ args: [join(work, 'evidence')] });
    await waitForCase(killed.page);
    await dismissFirstFact(killed.page, 'Another host.');
    expect(await killed.page.title()).toMatch(/^● evidence – Inquest$/);
    // What was promised: within a second.
    await killed.page.waitForTimeout(1_000);
    const ended = new Promise((resolve) => killed.app.process().once('exit', resolve));
    killed.app.process().kill('SIGKILL');
    await ended;

    const { page, pageErrors } = await launch();
    const recovered = page.getByTestId('recovered');
    await recovered.getByText('Recovered: evidence').waitFor();
    expect(await recovered.innerText()).toMatch(/Worker \d+.*\s+Last changed \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    await screenshot(page, 'recovered');
    await recovered.getByRole('button', { name: 'Open case' }).click();
    await waitForCase(page);
    await page.getByRole('tab', { name: 'Verdict', selected: true }).waitFor();
    await page.getByTestId('judgement').getByText('Another host.').waitFor();
    expect(await page.title()).toMatch(/^● /);
    expect(pageErrors).toEqual([]);
  });

  it('is kept when the case is closed, and opened from the recent cases', async () => {
    const running = await launch();
    const { app, page } = running;
    await stubAnswer(running, 2);
    await page.getByRole('button', { name: /^evidence/ }).click();
    await waitForCase(page);
    await page.getByTestId('judgement').getByText('Another host.').waitFor();
    await chooseMenuItem(app, 'close-case');
    await page.getByRole('button', { name: /^evidence/ }).waitFor();
    expect(await page.getByTestId('recovered').count()).toBe(0);
    expect(await timesAsked(running)).toBe(0);
  });

  it('is saved to a file, and asked about before its changes would be lost', async () => {
    const running = await launch();
    const { app, page } = running;
    await page.getByRole('button', { name: /^evidence/ }).click();
    await waitForCase(page);
    await stubSaveDialog(app, caseFile);
    await chooseMenuItem(app, 'save-case');
    await eventually(
      () => page.title(),
      (title) => expect(title).toBe('night – Inquest'),
    );
    expect(readCaseText(readFileSync(caseFile, 'utf8')).judgements).toHaveLength(1);

    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByTestId('judgement').first().waitFor({ state: 'detached' });
    await eventually(
      () => page.title(),
      (title) => expect(title).toBe('● night – Inquest'),
    );
    await stubAnswer(running, 2);
    await chooseMenuItem(app, 'close-case');
    await eventually(
      () => timesAsked(running),
      (count) => expect(count).toBe(1),
    );
    // The window is asked for as well, and stays too.
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await eventually(
      () => timesAsked(running),
      (count) => expect(count).toBe(2),
    );
    expect(await page.title()).toBe('● night – Inquest');

    await stubAnswer(running, 1);
    await chooseMenuItem(app, 'close-case');
    await page.getByRole('button', { name: /^night/ }).waitFor();
    await screenshot(page, 'recent');
    await page.getByRole('button', { name: /^night/ }).click();
    await waitForCase(page);
    await page.getByTestId('judgement').getByText('Another host.').waitFor();
    expect(running.pageErrors).toEqual([]);
  });

  it('is saved by the window that closes when the answer says so', async () => {
    const running = await launch({ args: [caseFile] });
    const { app, page } = running;
    await waitForCase(page);
    await page.getByTestId('judgement').getByText('Another host.').waitFor();
    await dismissFirstFact(page, 'Said while closing.');
    await eventually(
      () => page.title(),
      (title) => expect(title).toMatch(/^● night/),
    );
    await stubAnswer(running, 0);
    const ended = new Promise((resolve) => app.process().once('exit', resolve));
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => undefined);
    await ended;
    expect(readFileSync(caseFile, 'utf8')).toContain('Said while closing.');
  });

  it('is found when the evidence has moved and is located', async () => {
    renameSync(join(work, 'evidence'), join(work, 'moved'));
    const running = await launch();
    const { app, page } = running;
    await page.getByRole('button', { name: /^night/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Locate evidence' });
    await dialog.waitFor();
    expect(await dialog.getByRole('button', { name: 'Open case' }).isDisabled()).toBe(true);
    await screenshot(page, 'moved');
    await stubOpenDialog(app, [join(work, 'moved')]);
    await dialog.getByRole('button', { name: `Locate ${join(work, 'evidence')}` }).click();
    await dialog.getByText(join(work, 'moved')).waitFor();
    await dialog.getByRole('button', { name: 'Open case' }).click();
    await waitForCase(page);
    await page.getByTestId('judgement').getByText('Said while closing.').waitFor();
    await chooseMenuItem(app, 'save-case');
    await eventually(
      async () => readCaseText(readFileSync(caseFile, 'utf8')).sources,
      (sources) => expect(sources).toMatchObject([{ path: join(work, 'moved'), relative: 'moved' }]),
    );
  });

  it('tells that the evidence has changed, and marks a case whose file is gone', async () => {
    writeTree(work, { 'moved/week.txt': weekOfIncidents(3) });
    const running = await launch({ args: [caseFile] });
    const { app, page } = running;
    await waitForCase(page);
    const notices = page.getByRole('status', { name: 'About this case' });
    await notices.getByText('The evidence has changed since the case was saved: week.txt').waitFor();
    await screenshot(page, 'changed');
    await notices.getByRole('button', { name: /^Dismiss/ }).click();
    await notices.waitFor({ state: 'detached' });
    await stubAnswer(running, 1);
    await chooseMenuItem(app, 'close-case');
    await page.getByRole('button', { name: /^night/ }).waitFor();
    rmSync(caseFile);
    await page.reload();
    const listed = page.getByRole('button', { name: /^night/ });
    await listed.getByText('File not found.').waitFor();
    expect(await listed.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Remove night from the list' }).click();
    await listed.waitFor({ state: 'detached' });
    expect(existsSync(caseFile)).toBe(false);
    expect(running.pageErrors).toEqual([]);
  });

  it('is discarded only after a question', async () => {
    const killed = await launch({ args: [join(work, 'moved')] });
    await waitForCase(killed.page);
    await dismissFirstFact(killed.page, 'To be discarded.');
    await killed.page.waitForTimeout(1_000);
    const ended = new Promise((resolve) => killed.app.process().once('exit', resolve));
    killed.app.process().kill('SIGKILL');
    await ended;
    const { page } = await launch();
    await page.getByTestId('recovered').getByRole('button', { name: 'Discard changes…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Discard changes' });
    await screenshot(page, 'discard');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('recovered').getByRole('button', { name: 'Discard changes…' }).click();
    await dialog.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByTestId('recovered').waitFor({ state: 'detached' });
  });
});
