import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchApp, type RunningApp } from './support/app.ts';
import { eventually, goTo, openSample } from './support/pages.ts';
import { shoot } from './support/pictures.ts';

/** What a fact rests on opens at its bytes, whatever kind of file it is. */
let running: RunningApp;
let page: Page;

beforeAll(async () => {
  running = await launchApp();
  page = running.page;
  await openSample(page);
});
afterAll(() => running.close());

const viewer = () => page.getByRole('dialog', { name: /^File / });
const cited = () => viewer().locator('mark');

describe('the viewer of a file', () => {
  it('shows the line of a setting, marked', async () => {
    await goTo(page, 'Verdict');
    await page
      .getByRole('button', { name: /^gunicorn\.conf\.py:\d+/ })
      .first()
      .click();
    await cited().first().waitFor();
    await viewer().getByRole('tab', { name: 'Text', selected: true }).waitFor();
    await shoot(page, 'file-text');
    await viewer().getByRole('tab', { name: 'Hex' }).click();
    await viewer().getByText('00000000').waitFor();
    await cited().first().waitFor();
    await page.keyboard.press('Escape');
    await viewer().waitFor({ state: 'detached' });
  });

  it('shows a place of the write-ahead log as bytes', async () => {
    await page
      .getByRole('button', { name: /-wal @ / })
      .first()
      .click();
    await viewer().getByRole('tab', { name: 'Hex', selected: true }).waitFor();
    await cited().first().waitFor();
    await shoot(page, 'file-hex');
    await viewer().getByRole('button', { name: 'Later' }).click();
    await viewer().getByRole('button', { name: 'Back to the place' }).click();
    await cited().first().waitFor();
    await viewer().getByRole('button', { name: 'Close' }).click();
  });

  it('opens for each file of the evidence, and for the record of an event', async () => {
    await goTo(page, 'Evidence');
    await page.getByRole('button', { name: 'vmstat.txt', exact: true }).click();
    await eventually(
      () => viewer().innerText(),
      (words) => expect(words).toContain('procs'),
    );
    await page.keyboard.press('Escape');
    await goTo(page, 'Timeline');
    await page.locator('[role=row][data-index]').filter({ hasText: 'WORKER TIMEOUT' }).first().click();
    const pane = page.getByRole('complementary', { name: 'Selected event' });
    await pane.getByRole('button', { name: /crash_logs\.txt$/ }).click();
    await eventually(
      () => cited().first().innerText(),
      (words) => expect(words).toContain('WORKER TIMEOUT'),
    );
    await page.keyboard.press('Escape');
    expect(running.pageErrors).toEqual([]);
  });
});
