import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCaseText } from '../../shared/contract/case-file.ts';
import { chooseMenuItem, launchApp, type RunningApp, stubSaveDialog } from './support/app.ts';
import { eventGrid, eventually, goTo, openSample, waitForCase } from './support/pages.ts';
import { shoot } from './support/pictures.ts';

/** Marking, tagging, commenting and hiding events, working with several, and going back on all of it. */
let work: string;
let running: RunningApp;
let page: Page;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'inquest-annotations-'));
  running = await launchApp();
  page = running.page;
  await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800));
  await openSample(page);
  await goTo(page, 'Timeline');
});

afterAll(async () => {
  await running.app.evaluate(({ dialog }) => {
    dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false });
  });
  await running.close();
  rmSync(work, { recursive: true, force: true });
});

const rowWith = (words: string): Locator =>
  page.locator('[role=row][data-index][aria-busy=false]').filter({ hasText: words }).first();
const selected = (): Locator => page.locator('[role=row][data-index][aria-selected=true]');
const annotations = (kind: string): Locator => page.locator(`[data-testid=annotation][data-kind=${kind}]`);
const clipboard = (): Promise<string> => running.app.evaluate(({ clipboard: board }) => board.readText());
const undoLabel = (): Promise<string | undefined> =>
  running.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('undo')?.label);

async function showAnnotations(): Promise<void> {
  await page.getByRole('tab', { name: /^Annotations/ }).click();
  await page.getByRole('region', { name: 'Annotations', exact: true }).waitFor();
}

describe('the table of events', () => {
  it('leaves samples out until they are asked for, and says how many', async () => {
    const bar = page.getByTestId('hidden-bar');
    await bar.getByText(/^\d+ samples hidden/).waitFor();
    const total = page.getByTestId('filter-total');
    const before = await total.innerText();
    await shoot(page, 'table');
    await bar.getByRole('button', { name: 'Show samples' }).click();
    await eventually(
      () => total.innerText(),
      (words) => expect(words).not.toBe(before),
    );
    await bar.getByRole('button', { name: 'Hide samples' }).click();
    await eventually(
      () => total.innerText(),
      (words) => expect(words).toBe(before),
    );
  });

  it('selects several events, and copies them in four forms', async () => {
    await rowWith('WORKER TIMEOUT').click();
    await eventGrid(page).focus();
    await page.keyboard.press('Shift+ArrowDown');
    await eventually(
      () => selected().count(),
      (count) => expect(count).toBe(2),
    );
    await page.keyboard.press('Control+c');
    await page.getByText('2 events copied as text').waitFor();
    expect((await clipboard()).trimEnd().split('\n')).toHaveLength(2);
    expect(await clipboard()).toContain('WORKER TIMEOUT');
    await rowWith('WORKER TIMEOUT').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Copy' }).click();
    await shoot(page, 'context-menu');
    await page.getByRole('menuitem', { name: 'Markdown' }).click();
    await eventually(clipboard, (text) => expect(text).toMatch(/^\| Time \| Severity \|/));
    await rowWith('WORKER TIMEOUT').click();
    await rowWith('Booting worker').click({ modifiers: ['Control'] });
    await eventually(
      () => selected().count(),
      (count) => expect(count).toBe(2),
    );
  });

  it('goes to the next error and to the next match, and marks what was found', async () => {
    await page.keyboard.press('Escape');
    await rowWith('Booting worker').click();
    await page.keyboard.press('e');
    await eventually(
      () => selected().innerText(),
      (words) => expect(words).toMatch(/critical|error/),
    );
    const field = page.getByRole('combobox', { name: 'Search messages' });
    await field.fill('timeout');
    await page.getByLabel('Mark only').check();
    await page.locator('mark').first().waitFor();
    await page.keyboard.press('F3');
    await eventually(
      () => selected().innerText(),
      (words) => expect(words.toLowerCase()).toContain('timeout'),
    );
    await shoot(page, 'marks');
    await page.getByLabel('Mark only').uncheck();
    await field.fill('');
    await page.locator('mark').first().waitFor({ state: 'detached' });
  });

  it('narrows to what an event has, and to all else, from its menu', async () => {
    const total = page.getByTestId('filter-total');
    await rowWith('WORKER TIMEOUT').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Filter out' }).click();
    await page.getByRole('menuitem', { name: /^pid \d+/ }).click();
    await eventually(
      () => page.getByRole('combobox', { name: 'Search messages' }).inputValue(),
      (text) => expect(text).toMatch(/^-pid:\d+$/),
    );
    await eventually(
      () => total.innerText(),
      (words) => expect(words).toMatch(/ of /),
    );
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
  });

  it('resizes and hides columns, and remembers it', async () => {
    const header = page.getByRole('columnheader', { name: 'Source' });
    const width = async (): Promise<number> => (await header.boundingBox())?.width ?? 0;
    const before = await width();
    await header.getByRole('button').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await eventually(width, (now) => expect(now).toBeGreaterThan(before));
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Pid' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Pid' }).waitFor({ state: 'detached' });
    await page.reload();
    await waitForCase(page);
    await goTo(page, 'Timeline');
    await header.waitFor();
    expect(await page.getByRole('columnheader', { name: 'Pid' }).count()).toBe(0);
    expect(await width()).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitem', { name: 'Reset columns' }).click();
    await page.getByRole('columnheader', { name: 'Pid' }).waitFor();
  });
});

describe('annotations', () => {
  it('are made by single keys, and lead back to their events', async () => {
    await rowWith('WORKER TIMEOUT').click();
    await page.keyboard.press('b');
    await selected().getByRole('img', { name: 'Bookmarked' }).waitFor();
    await page.keyboard.press('t');
    await page.getByLabel('Tag, or several with commas').fill('lead, kill');
    await page.keyboard.press('Enter');
    await selected().getByText('kill', { exact: true }).waitFor();
    await page.keyboard.press('c');
    await page.getByRole('textbox', { name: 'Comment' }).fill('The heartbeat stopped here.');
    await page.keyboard.press('Control+Enter');
    await selected().getByRole('img', { name: 'Comment: The heartbeat stopped here.' }).waitFor();
    await showAnnotations();
    await page.getByRole('button', { name: 'Add event…' }).click();
    await page.getByLabel('What happened').fill('04:11:50 the customer called');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('time-note').getByText('the customer called').waitFor();
    for (const kind of ['bookmark', 'comment', 'event']) await annotations(kind).waitFor();
    expect(await annotations('tag').count()).toBe(2);
    await shoot(page, 'annotations');
    await rowWith('Booting worker').click();
    await annotations('bookmark').getByRole('button').first().click();
    await eventually(
      () => selected().innerText(),
      (words) => expect(words).toContain('WORKER TIMEOUT'),
    );
    // They stand in the picture too.
    expect(await page.locator('[data-title*="the customer called"]').count()).toBe(1);
  });

  it('hide what is like an event, with the count, and show it again', async () => {
    const total = page.getByTestId('filter-total');
    const before = await total.innerText();
    await rowWith('Booting worker').click();
    await page.keyboard.press('h');
    await page
      .getByTestId('hidden-bar')
      .getByText(/\d+ messages? of 1 pattern hidden/)
      .waitFor();
    await eventually(
      () => total.innerText(),
      (words) => expect(words).not.toBe(before),
    );
    expect(await rowWith('Booting worker').count()).toBe(0);
    await showAnnotations();
    await shoot(page, 'hidden');
    await annotations('hidden')
      .getByRole('button', { name: /^Show again/ })
      .click();
    await eventually(
      () => total.innerText(),
      (words) => expect(words).toBe(before),
    );
  });

  it('share one undo with what was overruled, which the menu names', async () => {
    await goTo(page, 'Verdict');
    await page.getByRole('button', { name: 'Overrule this fact' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Overrule a fact' });
    await dialog.getByLabel('Why it does not count').fill('Another host.');
    await dialog.getByRole('button', { name: 'Overrule', exact: true }).click();
    await page.getByTestId('judgement').getByText('Another host.').waitFor();
    await eventually(undoLabel, (label) => expect(label).toMatch(/^Undo: Overruling/));
    await chooseMenuItem(running.app, 'undo');
    await page.getByTestId('judgement').waitFor({ state: 'detached' });
    await goTo(page, 'Timeline');
    await showAnnotations();
    const steps = ['hidden', 'hidden', 'event', 'comment', 'tag', 'tag', 'bookmark'];
    for (const [index, kind] of steps.entries()) {
      // Showing hidden messages again was a step of its own.
      if (index === 0) expect(await annotations('hidden').count()).toBe(0);
      await page.keyboard.press('Control+z');
      const left = { hidden: index === 0 ? 1 : 0, event: 0, comment: 0, tag: 5 - index, bookmark: 0 }[kind];
      await eventually(
        () => annotations(kind).count(),
        (count) => expect(count).toBe(left),
      );
    }
    await eventually(undoLabel, (label) => expect(label).toBe('Undo'));
    for (const _step of steps) await page.keyboard.press('Control+Shift+z');
    await eventually(
      () => page.getByTestId('annotation').count(),
      (count) => expect(count).toBe(5),
    );
  });

  it('are in the case file, in the report and in the preview', async () => {
    const caseFile = join(work, 'sample.inquest');
    await stubSaveDialog(running.app, caseFile);
    await chooseMenuItem(running.app, 'save-case');
    await eventually(
      () => page.title(),
      (title) => expect(title).toBe('sample – Inquest'),
    );
    expect(readCaseText(readFileSync(caseFile, 'utf8')).annotations?.entries).toHaveLength(5);
    const html = join(work, 'report.html');
    await stubSaveDialog(running.app, html);
    await chooseMenuItem(running.app, 'export-html');
    await page.getByText('HTML report written').waitFor();
    const report = readFileSync(html, 'utf8');
    expect(report.includes('<h2>Annotations</h2>') && report.includes('the customer called')).toBe(true);
    await goTo(page, 'Report');
    await page.getByRole('heading', { name: 'Annotations' }).waitFor();
    await page.getByText('the customer called').first().waitFor();
    await shoot(page, 'report');
    expect(running.pageErrors).toEqual([]);
  });
});
