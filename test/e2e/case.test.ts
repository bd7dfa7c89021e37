import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { caseJsonSchema } from '../../shared/contract/case-json.ts';
import { chooseMenuItem, launchApp, type RunningApp, stubSaveDialog } from './support/app.ts';
import { clearFilter, columnTexts, eventGrid, eventually, goTo, openSample } from './support/pages.ts';

/** The sample case, opened once; the tests go through it as a person would, in this order. */
let running: RunningApp;
let exports: string;

beforeAll(async () => {
  exports = mkdtempSync(join(tmpdir(), 'inquest-exports-'));
  running = await launchApp();
  await openSample(running.page);
});

afterAll(async () => {
  await running.close();
  rmSync(exports, { recursive: true, force: true });
});

const hasTool = (name: string): boolean => spawnSync(name, ['--version']).error === undefined;

describe('the sample case', () => {
  it('says who was killed, when and in the middle of what', async () => {
    const headline = await running.page.getByRole('heading', { level: 1 }).first().innerText();
    for (const word of ['23333', '04:12:15', '20.7 s', 'VPN job 14']) expect(headline).toContain(word);
  });

  it('shows the three events that the incident hangs on, in the drawing and in the table', async () => {
    const { page } = running;
    await goTo(page, 'Timeline');
    const drawing = await page.getByRole('group', { name: /^Timeline picture/ }).textContent();
    expect(drawing).toContain('VPN job 14 starts 04:10:22');
    expect(drawing).toContain('WORKER TIMEOUT 04:11:54');
    expect(drawing).toContain('SIGKILL 04:12:15');

    await page
      .getByRole('complementary', { name: 'Sources and facets' })
      .getByRole('button', { name: /^crash_logs/ })
      .click();
    await eventually(
      () => columnTexts(page, 'time'),
      (times) => {
        for (const time of ['04:10:22.070510', '04:11:54.570', '04:12:15.229']) {
          expect(times.some((shown) => shown.startsWith(time))).toBe(true);
        }
      },
    );
  });

  it('gives each hypothesis its verdict', async () => {
    const { page } = running;
    await goTo(page, 'Verdict');
    const verdictOf = async (id: string): Promise<string> =>
      page.locator(`#hypothesis-${id}`).getByTestId('hypothesis-header').innerText();
    expect(await verdictOf('worker-timeout')).toMatch(/fits/);
    expect(await verdictOf('large-artifact')).toMatch(/contributes/);
    expect(await verdictOf('database-lock')).toMatch(/ruled out/);
    expect(await verdictOf('memory-exhaustion')).toMatch(/ruled out/);
    expect(await page.getByTestId('hypothesis').count()).toBe(5);
  });

  it('leads from a fact to its event and the bytes that it rests on', async () => {
    const { page } = running;
    await goTo(page, 'Verdict');
    const fits = page.locator('#hypothesis-worker-timeout');
    await fits
      .getByTestId('fact')
      .filter({ hasText: /WORKER TIMEOUT|timeout/ })
      .getByRole('button', { name: /:\d+$/ })
      .first()
      .click();
    await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
    const selected = eventGrid(page).locator('[role=row][aria-selected=true]');
    await selected.waitFor();
    const raw = page.getByRole('region', { name: 'Raw record' }).getByTestId('own-line');
    await raw.first().waitFor();
    // The line as it stands in the sample's own journal, which this test reads for itself.
    const journal = execFileSync(
      'tar',
      ['-xzOf', join(ROOT, 'samples/incident-2026-01-28.tar.gz'), '--wildcards', '*crash_logs.txt'],
      {
        encoding: 'utf8',
      },
    ).split('\n');
    // Without the line's number, which stands in the same element.
    const shown = (await raw.first().innerText()).replace(/^\s*\d+\s*/, '').trim();
    expect(shown).not.toBe('');
    expect(journal.some((line) => line.includes(shown))).toBe(true);
  });

  it('filters by words and by severity, and counts what is left', async () => {
    const { page } = running;
    await goTo(page, 'Timeline');
    await clearFilter(page);
    await page.getByLabel('Search messages').fill('worker timeout');
    await eventually(
      () => columnTexts(page, 'message'),
      (messages) => {
        expect(messages.length).toBeGreaterThan(0);
        expect(messages.every((message) => /worker timeout/i.test(message))).toBe(true);
      },
    );
    expect(await page.getByTestId('filter-total').innerText()).toMatch(/^1 of 310 events$/);

    await page.getByLabel('Search messages').fill('');
    await page
      .getByRole('complementary', { name: 'Sources and facets' })
      .getByRole('button', { name: /^error/ })
      .click();
    await eventually(
      () => columnTexts(page, 'message'),
      (messages) => expect(messages).toEqual([expect.stringMatching(/^worker SIGKILL/)]),
    );
    await clearFilter(page);
    await eventually(
      () => page.getByTestId('filter-total').innerText(),
      // Samples of ps and vmstat are left out.
      (total) => expect(total).toBe('13 events'),
    );
  });

  it('sorts by a column, both ways', async () => {
    const { page } = running;
    // Few enough rows to be laid out all at once.
    await page
      .getByRole('complementary', { name: 'Sources and facets' })
      .getByRole('button', { name: /^crash_logs/ })
      .click();
    const header = page.getByRole('columnheader', { name: 'Time' });
    const times = () => columnTexts(page, 'time');
    await eventually(times, (shown) => expect(shown[0]).toMatch(/^04:10:1/));
    await header.getByRole('button').click();
    await eventually(times, (shown) => expect(shown[0]).toMatch(/^04:12:1/));
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    await header.getByRole('button').click();
    await eventually(times, (shown) => expect(shown[0]).toMatch(/^04:10:1/));
  });

  it('follows the application menu', async () => {
    const { app, page } = running;
    for (const [item, tab] of [
      ['go-evidence', 'Evidence'],
      ['go-database', 'Database'],
      ['go-artifact', 'Artifact'],
    ] as const) {
      await chooseMenuItem(app, item);
      await page.getByRole('tab', { name: tab, selected: true }).waitFor();
    }
    await chooseMenuItem(app, 'find');
    await page.getByRole('tab', { name: 'Timeline', selected: true }).waitFor();
    await eventually(
      () => page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
      (focused) => expect(focused).toBe('Search messages'),
    );
  });
});

describe('exports', () => {
  const exportAs = async (format: 'PDF' | 'HTML' | 'JSON', path: string | null): Promise<void> => {
    await goTo(running.page, 'Report');
    await stubSaveDialog(running.app, path);
    await running.page.getByRole('button', { name: `Export ${format}` }).click();
  };

  /** Waits for the message in the corner, reads it and puts it away. */
  const message = async (): Promise<string> => {
    const toast = running.page.getByTestId(/^toast-/).first();
    await toast.waitFor({ timeout: 60_000 });
    const text = await toast.innerText();
    await toast.getByRole('button', { name: 'Dismiss' }).click();
    await toast.waitFor({ state: 'detached' });
    return text;
  };

  it('write a PDF that is one', async () => {
    const path = join(exports, 'report.pdf');
    await exportAs('PDF', path);
    expect(await message()).toContain('report.pdf');
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    expect(bytes.subarray(-8).toString('latin1')).toContain('%%EOF');
    if (hasTool('qpdf')) execFileSync('qpdf', ['--check', path]);
    if (hasTool('pdftotext')) {
      const text = execFileSync('pdftotext', [path, '-'], { encoding: 'utf8' });
      for (const word of ['04:12:15', 'VPN job 14', 'Worker timeout']) expect(text).toContain(word);
    }
  });

  it('write a page that needs no network', async () => {
    const path = join(exports, 'report.html');
    await exportAs('HTML', path);
    expect(await message()).toContain('report.html');
    const html = readFileSync(path, 'utf8');
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain('04:12:15');
    expect(html).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)\s*=\s*["']?https?:/i);
  });

  it('write the case as JSON to the schema, with the verdict that the window shows', async () => {
    const path = join(exports, 'case.json');
    await exportAs('JSON', path);
    expect(await message()).toContain('case.json');
    const written = caseJsonSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    expect(written.incident).toMatchObject({ pid: 23333, mechanism: 'gunicorn-timeout' });
    const verdicts = Object.fromEntries(written.hypotheses.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      'worker-timeout': 'fits',
      'large-artifact': 'contributes',
      'database-lock': 'ruled-out',
    });
  });

  it('never replace evidence', async () => {
    const sample = join(ROOT, 'samples', 'incident-2026-01-28.tar.gz');
    const before = readFileSync(sample);
    await exportAs('PDF', sample);
    expect(await message()).toMatch(/belongs to the evidence/);
    expect(readFileSync(sample).equals(before)).toBe(true);
  });

  it('write nothing when the dialog is dismissed', async () => {
    await exportAs('PDF', null);
    // The buttons are disabled while an export runs.
    await running.page.getByRole('button', { name: 'Export PDF', disabled: false }).waitFor();
    expect(await running.page.getByTestId(/^toast-(done|failed)$/).count()).toBe(0);
  });
});

describe('the window', () => {
  it('keeps the case when its page is loaded again', async () => {
    const { app, page } = running;
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
    await page.locator('#view').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).first().innerText()).toContain('23333');
  });

  it('lets go of the case from the menu', async () => {
    const { app, page } = running;
    await chooseMenuItem(app, 'close-case');
    await page.getByRole('button', { name: 'Open the sample incident' }).waitFor();
    await expect(chooseMenuItem(app, 'export-pdf')).rejects.toThrow(/disabled/);
  });

  it('has reported no error along the way', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
