import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { writeTree } from '../support/bundles.ts';
import { weekOfIncidents } from '../support/week-of-incidents.ts';
import { chooseMenuItem, launchApp, type RunningApp, stubOpenDialog, stubSaveDialog } from './support/app.ts';
import { eventGrid, eventually, goTo, waitForCase } from './support/pages.ts';

/** What a user brings along: rules, and notes that go from the window to a file and back, to the command line too. */
let running: RunningApp;
let work: string;
let notes: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'inquest-notes-'));
  notes = join(work, 'week.inquest-notes.json');
  writeTree(work, { 'case/week.txt': weekOfIncidents(2) });
  running = await launchApp({ args: [join(work, 'case')] });
  await waitForCase(running.page);
});

afterAll(async () => {
  await running.close();
  rmSync(work, { recursive: true, force: true });
});

describe('rules and notes', () => {
  it('loads rules from the menu and shows their tags beside the events', async () => {
    const { app, page } = running;
    await goTo(page, 'Timeline');
    expect(await page.getByTestId('row-tags').count()).toBe(0);
    await stubOpenDialog(app, [join(ROOT, 'samples', 'rules.yaml')]);
    await chooseMenuItem(app, 'load-rules');
    const row = eventGrid(page)
      .locator('[role=row][data-index]', { hasText: /WORKER TIMEOUT/ })
      .first();
    await row.getByTestId('row-tags').waitFor();
    expect(await row.getByTestId('row-tags').getAttribute('title')).toContain('import-given-up');
    await waitForCase(page);
    await goTo(page, 'Verdict');
    await page.getByRole('table', { name: 'Evidence matrix' }).getByText('was given up by the arbiter').waitFor();
  });

  it('lists the rules with what each matched, and what is wrong with a file', async () => {
    const { app, page } = running;
    writeTree(work, { 'broken.yaml': 'title: no detection\n---\ntitle: [\n' });
    await stubOpenDialog(app, [join(ROOT, 'samples', 'rules.yaml'), join(work, 'broken.yaml')]);
    await goTo(page, 'Evidence');
    await page.getByRole('button', { name: 'Load other rule files…' }).click();
    const broken = page.getByRole('region', { name: 'Rules of broken.yaml' });
    await broken.waitFor();
    await waitForCase(page);
    expect(await broken.innerText()).toMatch(/0 rules, \d problems/);
    expect(await broken.innerText()).toContain('a rule needs a detection');
    expect(await page.getByRole('region', { name: 'Problems of the case' }).count()).toBe(0);
    const good = page.getByRole('region', { name: 'Rules of rules.yaml' });
    const row = good.getByRole('row', { name: /The arbiter gives a worker up/ });
    expect(await row.innerText()).toMatch(/2 events/);
    expect(await good.getByRole('row', { name: /connection pool/ }).innerText()).toMatch(/–\s+none/);
    await row.getByRole('button').click();
    await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
    await page.getByRole('complementary', { name: 'Selected event' }).getByText('WORKER TIMEOUT').first().waitFor();
    await goTo(page, 'Verdict');
  });

  it('saves notes, takes them from a file again, and shows them in the preview of the report', async () => {
    const { app, page } = running;
    const entries = page.getByTestId('judgement');
    await page.getByRole('button', { name: 'Overrule this fact' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Overrule a fact' });
    await dialog.getByLabel('Why it does not count').fill('Another host.');
    await dialog.getByRole('button', { name: 'Overrule', exact: true }).click();
    await entries.first().waitFor();
    await stubSaveDialog(app, notes);
    await chooseMenuItem(app, 'save-notes');
    await eventually(
      async () => readFileSync(notes, 'utf8'),
      (text) => expect(text).toContain('Another host.'),
    );
    await page.getByRole('button', { name: 'Take back' }).click();
    await entries.first().waitFor({ state: 'detached' });
    await stubOpenDialog(app, [notes]);
    await chooseMenuItem(app, 'open-notes');
    await entries.getByText('Another host.').waitFor();
    await goTo(page, 'Report');
    const preview = page.getByRole('article', { name: 'Preview of the report' });
    await preview.getByText('Overruled: Another host.').waitFor();
    expect(running.pageErrors).toEqual([]);
  });

  it('applies the same notes on the command line', () => {
    const args = ['run', '-s', 'inquest', '--', 'analyze', join(work, 'case'), '--full', '--notes', notes];
    const text = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
    expect(text).toContain('Because: Another host.');
  });
});
