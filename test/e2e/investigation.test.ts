import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarGzipOf, writeTree } from '../support/bundles.ts';
import { timeoutJournal } from '../support/journal-lines.ts';
import { proxyJournal } from '../support/two-clocks.ts';
import { launchApp, type RunningApp } from './support/app.ts';
import { chooseZone, columnTexts, dropPaths, eventGrid, eventually, waitForCase } from './support/pages.ts';

/** One investigation from the drop to the rows that answer it: what works alone must also work after the other. */
let running: RunningApp;
let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'inquest-investigation-'));
  const proxy = await tarGzipOf([{ name: 'var/log/proxy.txt', content: proxyJournal() }]);
  const hosts = await tarGzipOf([
    { name: 'app/journal.txt', content: timeoutJournal() },
    { name: 'proxy/logs.tar.gz', content: proxy },
  ]);
  writeTree(work, { 'saved/monday/hosts.tar.gz': hosts });
  running = await launchApp();
});

afterAll(async () => {
  await running.close();
  rmSync(work, { recursive: true, force: true });
});

/** Source and time of day of the rows from the top. */
async function rows(page: Page): Promise<readonly string[]> {
  const [sources, times] = await Promise.all([columnTexts(page, 'source'), columnTexts(page, 'time')]);
  return times.map((time, index) => `${sources[index]} ${time.slice(0, 12)}`);
}

const rowOf = (page: Page, message: string) => eventGrid(page).locator('[role=row][data-index]', { hasText: message });

describe('an investigation', () => {
  it('reads archives within archives of a folder that is dropped', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Open the sample incident' }).waitFor();
    await dropPaths(page, [join(work, 'saved')]);
    await waitForCase(page);
    await eventually(
      () => rows(page),
      (shown) => {
        expect(shown).toHaveLength(9);
        expect(shown).toContain('journal.txt 04:10:05.123');
        expect(shown).toContain('proxy.txt 04:10:09.300');
      },
    );
  });

  it('shows it all in the zone of the reader', async () => {
    const { page } = running;
    await chooseZone(page, 'kolkata', 'Asia/Kolkata');
    await eventually(
      () => rows(page),
      (shown) => expect(shown).toContain('proxy.txt 09:40:09.300'),
    );
  });

  it('corrects a clock by two entries of one moment, in that zone', async () => {
    const { page } = running;
    await rowOf(page, 'Started importing VPN job 7').click();
    await page.getByRole('button', { name: 'Same moment as…' }).click();
    await rowOf(page, 'POST /jobs/7/import forwarded').click();
    await page.getByRole('button', { name: 'This is the same moment', disabled: false }).click();
    const dialog = page.getByRole('dialog', { name: 'Correct a clock by two entries of one moment' });
    await dialog.getByRole('button', { name: 'Correct the clock' }).click();
    await eventually(
      () => rows(page),
      (shown) => {
        expect(shown).toHaveLength(9);
        expect(shown).toContain('proxy.txt 09:40:05.123');
        expect(shown).toContain('proxy.txt 09:40:45.523');
      },
    );
  });

  it('finds the rows of a search by their corrected times, as the reader sees them', async () => {
    const { page } = running;
    const field = page.getByLabel('Search messages');
    // As written, the clock that ran ahead had "upstream went away" after the timeout, at 09:40:49.7.
    await field.fill('after:09:40:45.2 before:09:40:46.5');
    await eventually(
      () => rows(page),
      (shown) =>
        expect(shown).toEqual(['proxy.txt 09:40:45.523', 'journal.txt 09:40:46.000', 'proxy.txt 09:40:46.023']),
    );
    await field.fill('after:09:40:45.2 before:09:40:46.5 upstream');
    await eventually(
      () => columnTexts(page, 'message'),
      (messages) => expect(messages).toEqual([expect.stringContaining('upstream went away')]),
    );
  });

  it('narrows them by a facet, and has gone through all this without an error', async () => {
    const { page } = running;
    await page.getByLabel('Search messages').fill('import');
    await eventually(
      () => rows(page),
      (shown) => expect(shown).toContain('journal.txt 09:40:05.123'),
    );
    const facets = page.getByRole('complementary', { name: 'Sources and facets' });
    await facets.getByRole('button', { name: /^pid 900/ }).click();
    await eventually(
      () => rows(page),
      (shown) => expect(shown).toEqual(['proxy.txt 09:40:05.123', 'proxy.txt 09:40:46.023']),
    );
    expect(running.pageErrors).toEqual([]);
  });
});
