import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchApp, type RunningApp, stubSaveDialog } from './support/app.ts';
import { eventually, goTo, openSample } from './support/pages.ts';

let running: RunningApp;
let page: Page;

beforeAll(async () => {
  running = await launchApp();
  page = running.page;
  await openSample(page);
  await goTo(page, 'Database');
});

afterAll(() => running.close());

const pane = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();
const editor = (): Locator => page.getByRole('textbox', { name: 'SQL' });
const run = (): Promise<void> => page.getByRole('button', { name: /^Run/ }).click();

/** Puts a statement into the console in place of what is there. */
async function type(sql: string): Promise<void> {
  await editor().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(sql);
}

describe('the database of the sample', () => {
  it('tells of the open transaction and its frames', async () => {
    await page.getByRole('heading', { name: 'A write transaction was open' }).waitFor();
    expect(
      await page.getByRole('img', { name: /^Frames of the write-ahead log/ }).getAttribute('aria-label'),
    ).toContain('434 open');
  });

  it('leads from a size to the rows of its table', async () => {
    await pane('Sizes');
    await page.getByRole('img', { name: /tables and indexes take/ }).waitFor();
    await page.getByRole('button', { name: 'jobs', exact: true }).click();
    const grid = page.getByRole('grid', { name: 'Rows of jobs' });
    await grid.getByRole('row').nth(13).waitFor();
    expect(await grid.getByRole('row').count()).toBe(14);
    await page.getByRole('searchbox', { name: 'Filter the rows of jobs' }).fill('nothing like it');
    await page.getByText('No row holds that.').waitFor();
    await page.getByRole('searchbox', { name: 'Filter the rows of jobs' }).fill('');
    await page.getByRole('button', { name: 'Schema', exact: true }).click();
    await page.getByTestId('sql-text').filter({ hasText: 'CREATE TABLE' }).first().waitFor();
    await page.getByRole('button', { name: 'Rows', exact: true }).click();
    await page.getByRole('button', { name: 'As SQL' }).click();
    await eventually(
      () => editor().innerText(),
      (text) => expect(text).toContain('FROM "jobs"'),
    );
  });
});

describe('the SQL console', () => {
  it('runs a statement with its key and shows the result', async () => {
    await pane('SQL');
    await type('SELECT count(*) AS jobs FROM jobs');
    await page.keyboard.press('Control+Enter');
    const grid = page.getByRole('grid', { name: 'Result' });
    await grid.getByRole('gridcell', { name: '13', exact: true }).waitFor();
  });

  it('refuses what would write, in words', async () => {
    await type('DELETE FROM jobs');
    await run();
    await page.getByText(/DELETE is refused: it would change rows/).waitFor();
  });

  it('points at the place of a mistake', async () => {
    await type('SELECT id,\n  colour FROM jobs');
    await run();
    await page.getByRole('button', { name: /at “colour”, line 2, column 3/ }).waitFor();
  });

  it('stops a statement without end, while the window answers', async () => {
    await page.getByRole('combobox', { name: 'stops after' }).selectOption('600');
    await type('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n');
    await run();
    await page.getByRole('status').getByText('Running').waitFor();
    await goTo(page, 'Timeline');
    await page.getByRole('grid', { name: 'Events' }).getByRole('row').nth(2).waitFor();
    await goTo(page, 'Database');
    await page.getByTestId('console-bar').getByRole('button', { name: /^Stop/ }).click();
    await page.getByText('Stopped on request.').waitFor();
    await type('SELECT 6 * 7');
    await run();
    await page.getByRole('gridcell', { name: '42' }).waitFor();
  });

  it('shows how a statement would be carried out', async () => {
    await type('SELECT * FROM test_results WHERE name = 1');
    await page.getByRole('button', { name: 'Plan' }).click();
    await page
      .getByRole('region', { name: 'Query plan' })
      .getByText(/SCAN|SEARCH/)
      .first()
      .waitFor();
  });

  it('writes all rows as CSV', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'inquest-csv-')), 'rows.csv');
    await stubSaveDialog(running.app, path);
    await type("SELECT 1 AS one, 'a,b' AS two UNION ALL SELECT 2, NULL");
    await run();
    await page.getByRole('gridcell', { name: 'a,b' }).waitFor();
    await page.getByRole('button', { name: 'CSV' }).click();
    await page.getByText('Rows saved as CSV').waitFor();
    expect(readFileSync(path, 'utf8')).toBe('one,two\r\n1,"a,b"\r\n2,\r\n');
  });

  it('puts a result into the report, from which it can be taken again', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'inquest-report-')), 'report.html');
    await stubSaveDialog(running.app, path);
    await page.getByRole('button', { name: 'Add to report' }).click();
    await page.getByRole('button', { name: 'In the report' }).waitFor();
    await goTo(page, 'Report');
    await page.getByText('UNION ALL SELECT 2, NULL').waitFor();
    await page.getByRole('button', { name: 'Export HTML' }).click();
    await page.getByText('HTML report written').waitFor();
    const html = readFileSync(path, 'utf8');
    expect(html).toContain('<h2>Queries</h2>');
    expect(html).toContain('<td class="mono">a,b</td>');
    await page.getByRole('button', { name: 'Remove this query from the report' }).click();
    await page.getByText('UNION ALL SELECT 2, NULL').waitFor({ state: 'detached' });
  });

  it('goes back through what was run', async () => {
    await goTo(page, 'Database');
    await type('');
    await page.keyboard.press('ArrowUp');
    await eventually(
      () => editor().innerText(),
      (text) => expect(text).toContain('UNION ALL SELECT 2, NULL'),
    );
  });

  it('keeps the strict policy of the page', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
