import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTree } from '../support/bundles.ts';
import { weekOfIncidents } from '../support/week-of-incidents.ts';
import { launchApp, type RunningApp } from './support/app.ts';
import { eventually, goTo, waitForCase } from './support/pages.ts';

/** The verdict as something to argue with: overrule, undo, observe, and go from a fact to its line. */
let running: RunningApp;
let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'inquest-verdict-'));
  writeTree(work, { 'case/week.txt': weekOfIncidents() });
  running = await launchApp({ args: [join(work, 'case')] });
  await waitForCase(running.page);
  await goTo(running.page, 'Verdict');
  // The last incident of the week has no operation; the fourth from the end is an import that timed out.
  await running.page.getByRole('button', { name: /^Incident \d+ of 40/ }).waitFor();
});

afterAll(async () => {
  await running.close();
  rmSync(work, { recursive: true, force: true });
});

const matrix = (page: Page): Locator => page.getByRole('table', { name: 'Evidence matrix' });
const rowOf = (page: Page, fact: RegExp): Locator => matrix(page).locator('tbody tr', { hasText: fact });
const chip = (page: Page, title: string): Promise<string> =>
  page
    .getByRole('list', { name: 'Hypotheses' })
    .locator('li', { hasText: title })
    .getByTestId('chip-verdict')
    .innerText();

const TIMEOUT_FACT = /WORKER TIMEOUT/;

describe('the verdict', () => {
  it('has the matrix of facts by hypotheses, the most telling first', async () => {
    const { page } = running;
    const spreads = await matrix(page)
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => {
          const weights = [...row.querySelectorAll('td span[title]')].map((cell) =>
            Number((/[+−]\d+\.\d/.exec(cell.getAttribute('title') ?? '')?.[0] ?? '0').replace('−', '-')),
          );
          return Math.max(...weights) - Math.min(...weights);
        }),
      );
    expect(spreads.length).toBeGreaterThanOrEqual(2);
    // Weights are shown with one decimal.
    for (const [index, spread] of spreads.entries())
      expect(spread).toBeLessThanOrEqual((spreads[index - 1] ?? 99) + 0.11);
    expect(await matrix(page).locator('thead th').allInnerTexts()).toContain('Worker timeout');
  });

  it('follows when a fact is overruled, which needs a comment', async () => {
    const { page } = running;
    expect(await chip(page, 'Worker timeout')).toBe('fits');
    await rowOf(page, TIMEOUT_FACT).first().getByRole('button', { name: 'Overrule this fact' }).click();
    const dialog = page.getByRole('dialog', { name: 'Overrule a fact' });
    expect(await dialog.getByRole('button', { name: 'Overrule', exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel('Why it does not count').fill('That line is of another host.');
    await dialog.getByRole('button', { name: 'Overrule', exact: true }).click();
    await eventually(
      () => chip(page, 'Worker timeout'),
      (verdict) => expect(verdict).not.toBe('fits'),
    );
    const row = rowOf(page, /Overruled: That line is of another host\./);
    expect(await row.locator('s').first().innerText()).toMatch(TIMEOUT_FACT);
  });

  it('is as before when that is undone, and follows again when it is redone', async () => {
    const { page } = running;
    await page.keyboard.press('Control+z');
    await eventually(
      () => chip(page, 'Worker timeout'),
      (verdict) => expect(verdict).toBe('fits'),
    );
    expect(await rowOf(page, /Overruled:/).count()).toBe(0);
    await page.keyboard.press('Control+Shift+z');
    await eventually(
      () => chip(page, 'Worker timeout'),
      (verdict) => expect(verdict).not.toBe('fits'),
    );
    await page.getByRole('button', { name: 'Take back' }).click();
    await eventually(
      () => chip(page, 'Worker timeout'),
      (verdict) => expect(verdict).toBe('fits'),
    );
  });

  it('takes an observation into account', async () => {
    const { page } = running;
    expect(await chip(page, 'Database lock')).toBe('inconclusive');
    await page.getByRole('button', { name: 'Add an observation…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add an observation' });
    await dialog.getByLabel('What was observed').fill('lsof showed sqlite3 holding the write lock.');
    await dialog.getByLabel('Database lock').selectOption({ label: 'strongly for' });
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await eventually(
      () => chip(page, 'Database lock'),
      (verdict) => expect(verdict).toBe('fits'),
    );
    expect(await chip(page, 'Worker timeout')).toBe('contributes');
    await rowOf(page, /lsof showed sqlite3/)
      .getByText('Your observation')
      .waitFor();
  });

  it('leads from a fact to its line in the evidence', async () => {
    const { page } = running;
    const link = rowOf(page, TIMEOUT_FACT)
      .first()
      .getByRole('button', { name: /week\.txt:\d+/ })
      .first();
    const line = /:(\d+)/.exec(await link.innerText())?.[1];
    await link.click();
    await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
    const detail = page.getByRole('complementary', { name: 'Selected event' });
    await detail.getByText('WORKER TIMEOUT').first().waitFor();
    expect(await detail.innerText()).toMatch(new RegExp(`Line\\s+${line}\\b`));
    await goTo(page, 'Verdict');
  });

  it('is drawn of another incident that is chosen', async () => {
    const { page } = running;
    const incidents = page.getByRole('table', { name: 'Incidents' });
    expect(await incidents.locator('tbody tr').count()).toBe(40);
    const before = await page.getByRole('region', { name: 'Incident', exact: true }).getByRole('heading').innerText();
    const row = incidents.locator('tbody tr', { hasText: 'VPN job 100' });
    await row.getByRole('button', { name: /^Analyse/ }).click();
    await eventually(
      () => page.getByRole('region', { name: 'Incident', exact: true }).getByRole('heading').innerText(),
      (headline) => {
        expect(headline).not.toBe(before);
        expect(headline).toContain('VPN job 100');
      },
    );
    expect(await row.getAttribute('aria-current')).toBe('true');
    // What was observed of the other incident does not speak of this one.
    expect(await chip(page, 'Database lock')).toBe('inconclusive');
    expect(running.pageErrors).toEqual([]);
  });
});
