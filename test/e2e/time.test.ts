import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { writeTree } from '../support/bundles.ts';
import { twoClocks } from '../support/two-clocks.ts';
import { chooseMenuItem, launchApp, type RunningApp, stubOpenDialog } from './support/app.ts';
import { chooseZone, columnTexts, eventGrid, eventually, goTo, waitForCase } from './support/pages.ts';

/** A case of two sources, one of whose clocks ran 4.2 s ahead, and a log that does not tell its zone. */
let running: RunningApp;
let folder: string;

const LOG = '2026-01-28 05:10:10,250 - app - INFO - before\n2026-01-28 05:10:20,250 - app - INFO - after\n';
const SCREENS = join(ROOT, 'test-output', 'screens');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inquest-times-'));
  mkdirSync(SCREENS, { recursive: true });
  const bundle = writeTree(folder, twoClocks());
  running = await launchApp({ args: [join(bundle, 'case')] });
  await waitForCase(running.page);
});

afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens evidence in the place of what is open; what is dropped or handed over would be added to it. */
async function openPath(path: string): Promise<void> {
  await stubOpenDialog(running.app, [path]);
  await chooseMenuItem(running.app, 'open-folder');
}

const shot = (page: Page, name: string) =>
  page.screenshot({ path: join(SCREENS, `time-${name}.png`), animations: 'disabled' });

/** Source and time of day of the rows from the top. */
async function rows(page: Page): Promise<string[]> {
  const [sources, times] = await Promise.all([columnTexts(page, 'source'), columnTexts(page, 'time')]);
  return times.map((time, index) => `${sources[index]} ${time.slice(0, 12)}`);
}

const AS_READ = [
  'journal.txt 04:10:00.000',
  'journal.txt 04:10:01.000',
  'journal.txt 04:10:05.123',
  'proxy.txt 04:10:09.300',
  'journal.txt 04:10:45.000',
  'journal.txt 04:10:46.000',
  'journal.txt 04:10:47.000',
  'proxy.txt 04:10:49.700',
  'proxy.txt 04:10:50.200',
];
const CORRECTED = [
  'journal.txt 04:10:00.000',
  'journal.txt 04:10:01.000',
  'proxy.txt 04:10:05.123',
  'journal.txt 04:10:05.123',
  'journal.txt 04:10:45.000',
  'proxy.txt 04:10:45.523',
  'journal.txt 04:10:46.000',
  'proxy.txt 04:10:46.023',
  'journal.txt 04:10:47.000',
];

describe('the display zone', () => {
  it('is UTC at first, and says so', async () => {
    const { page } = running;
    await eventually(
      () => rows(page),
      (shown) => expect(shown).toEqual(AS_READ),
    );
    await eventGrid(page).getByRole('columnheader', { name: 'Time (UTC)' }).waitFor();
  });

  it('changes every time in the window by search and keys, and what the analysis wrote says that it is UTC', async () => {
    const { page } = running;
    await chooseZone(page, 'kolkata', 'Asia/Kolkata');
    await eventually(
      () => rows(page),
      (shown) => expect(shown[0]).toBe('journal.txt 09:40:00.000'),
    );
    await eventGrid(page).getByRole('columnheader', { name: 'Time (UTC+05:30)' }).waitFor();
    expect(await page.getByTestId('chart-range').innerText()).toMatch(/09:4\d.*UTC\+05:30/);
    expect(await page.getByRole('group', { name: /^Timeline picture/ }).textContent()).toContain('UTC+05:30');
    const headline = page.getByRole('region', { name: 'Incident', exact: true });
    expect(await headline.getByRole('heading').innerText()).toContain('04:10:46');
    expect(await headline.innerText()).toMatch(/Sentence in UTC; the incident ends 09:40:46\.000 UTC\+05:30/);
    await eventGrid(page).locator('[role=row][data-index]').first().click();
    await eventually(
      () => page.getByTestId('detail-time').innerText(),
      (text) => expect(text).toMatch(/2026-01-28 09:40:00\.000000 UTC\+05:30/),
    );
    await shot(page, 'zone');
  });

  it('knows the zone of the host from its journal', async () => {
    const { page } = running;
    await page.getByRole('button', { name: /^Display zone/ }).click();
    const host = page.getByRole('option', { name: /The host’s zone/ });
    expect(await host.innerText()).toMatch(/UTC, printed by journal\.txt/);
    await shot(page, 'zones');
    await page.keyboard.press('Escape');
  });

  it('is remembered when the page is loaded again', async () => {
    const { app, page } = running;
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
    await waitForCase(page);
    await eventGrid(page).getByRole('columnheader', { name: 'Time (UTC+05:30)' }).waitFor();
    await chooseZone(page, 'utc as the report', 'UTC');
    await eventGrid(page).getByRole('columnheader', { name: 'Time (UTC)' }).waitFor();
  });
});

describe('a clock that ran ahead', () => {
  const rowOf = (page: Page, message: string) =>
    eventGrid(page).locator('[role=row][data-index]', { hasText: message });

  it('is corrected by two entries that are one moment, and the events are merged anew', async () => {
    const { page } = running;
    await rowOf(page, 'Started importing VPN job 7').click();
    await page.getByRole('button', { name: 'Same moment as…' }).click();
    await page.getByRole('status').filter({ hasText: 'Select the entry of another source' }).waitFor();
    // Another entry of the same source has the same clock.
    await rowOf(page, 'WORKER TIMEOUT').click();
    await page.getByRole('button', { name: 'This is the same moment', disabled: true }).waitFor();
    await rowOf(page, 'POST /jobs/7/import forwarded').click();
    await shot(page, 'picking');
    await page.getByRole('button', { name: 'This is the same moment', disabled: false }).click();
    const dialog = page.getByRole('dialog', { name: 'Correct a clock by two entries of one moment' });
    await eventually(
      () => dialog.innerText(),
      (text) => expect(text).toContain('Every time of proxy.txt is moved by −4.176544 s'),
    );
    await shot(page, 'confirm');
    await dialog.getByRole('button', { name: 'Correct the clock' }).click();
    await eventually(
      () => rows(page),
      (shown) => expect([...shown].sort()).toEqual([...CORRECTED].sort()),
    );
    const order = (await rows(page)).map((row) => row.slice(-12));
    expect(order).toEqual([...order].sort());
    await shot(page, 'corrected');
  });

  it('shows in the detail pane what was written', async () => {
    const { page } = running;
    await rowOf(page, 'upstream went away').click();
    await eventually(
      () => page.getByTestId('detail-header').innerText(),
      (text) => expect(text).toContain('clock offset −4.176544 s, as written 04:10:49.700000'),
    );
  });

  it('stands in the Evidence screen', async () => {
    const { page } = running;
    await goTo(page, 'Evidence');
    const row = page.getByRole('row', { name: /proxy\.txt/ });
    expect(await row.innerText()).toContain('clock −4.176544 s');
    await shot(page, 'evidence');
    await goTo(page, 'Timeline');
  });

  it('is undone from the message', async () => {
    const { page } = running;
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).first().click();
    await eventually(
      () => rows(page),
      (shown) => expect(shown).toEqual(AS_READ),
    );
  });

  it('is corrected by a number, which must be one, and taken back', async () => {
    const { page } = running;
    await goTo(page, 'Evidence');
    await page.getByRole('button', { name: 'Correct the clock of proxy.txt' }).click();
    const dialog = page.getByRole('dialog', { name: 'Correct the clock of proxy.txt' });
    const field = dialog.getByLabel('Added to each of its times');
    await field.fill('four seconds');
    await dialog.getByText(/Give seconds/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Correct', exact: true }).isDisabled()).toBe(true);
    await field.fill('-4.2');
    await dialog.getByText(/will stand at 2026-01-28 04:10:05\.100000 UTC/).waitFor();
    await shot(page, 'number');
    await field.press('Enter');
    const row = page.getByRole('row', { name: /proxy\.txt/ });
    await row.getByText('clock −4.200000 s').waitFor();
    await page.getByRole('button', { name: 'Correct the clock of proxy.txt' }).click();
    await dialog.getByRole('button', { name: 'Take the correction back' }).click();
    await row.getByText('clock −4.200000 s').waitFor({ state: 'detached' });
  });
});

describe('the night in which clocks are put back', () => {
  it('shows each time with its offset, in the table and on the axis', async () => {
    const { app, page } = running;
    const stamps = ['23:30:00.000001', '00:30:00.000002', '01:30:00.000003', '02:30:00.000004'];
    const night = stamps.map((clock, index) => {
      const day = index === 0 ? '25' : '26';
      return `2025-10-${day}T${clock}+0000 vm app[7]: tick ${index}\n`;
    });
    const tree = writeTree(join(folder, 'night'), { 'dst/journal.txt': night.join('') });
    await openPath(join(tree, 'dst'));
    await page.getByText('tick 0').first().waitFor();
    await waitForCase(page);
    await chooseZone(page, 'berlin', 'Europe/Berlin');
    await eventGrid(page).getByRole('columnheader', { name: 'Time (Europe/Berlin)' }).waitFor();
    await eventually(
      () => columnTexts(page, 'time'),
      (times) =>
        expect(times.map((time) => time.replace(/\s+/g, ' ').trim())).toEqual([
          '01:30:00.000001 +02:00',
          '02:30:00.000002 +02:00',
          '02:30:00.000003 +01:00',
          '03:30:00.000004 +01:00',
        ]),
    );
    const drawing = await page.getByRole('group', { name: /^Timeline picture/ }).textContent();
    for (const tick of ['02:00 +02:00', '02:00 +01:00']) expect(drawing).toContain(tick);
    await app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'dark';
    });
    await shot(page, 'night-dark');
    await page.getByRole('button', { name: /^Display zone/ }).click();
    await page.getByRole('combobox', { name: 'Search time zones' }).fill('berlin');
    await shot(page, 'zones-dark');
    await page.keyboard.press('Escape');
    await goTo(page, 'Evidence');
    await page.getByRole('button', { name: 'Correct the clock of journal.txt' }).click();
    await shot(page, 'number-dark');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'light';
    });
    await chooseZone(page, 'utc as the report', 'UTC');
  });
});

describe('a source that tells no zone', () => {
  it('asks for it, and is read again with what is set', async () => {
    const { page } = running;
    const other = writeTree(join(folder, 'other'), { 'logs/app.log': LOG });
    await openPath(join(other, 'logs'));
    await page.getByText('app.log').first().waitFor();
    await waitForCase(page);
    await goTo(page, 'Evidence');
    await page.getByText('zone assumed: UTC').waitFor();
    await shot(page, 'assumed');
    await page.getByRole('button', { name: 'Set the zone of the stamps of app.log' }).click();
    const field = page.getByRole('combobox', { name: 'Search time zones' });
    await field.fill('berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).waitFor();
    await shot(page, 'source-zone');
    await field.press('Enter');
    await page.getByText('Europe/Berlin, set by you').waitFor();
    await goTo(page, 'Timeline');
    await eventually(
      () => columnTexts(page, 'time'),
      (times) => expect(times).toEqual(['04:10:10.250', '04:10:20.250']),
    );
  });

  it('has gone through all this without an error', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
