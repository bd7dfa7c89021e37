import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gunicornLine, isoPreciseLine } from '../support/journal-lines.ts';
import { launchApp, type RunningApp, stubSaveDialog } from './support/app.ts';
import { columnTexts, eventGrid, eventually, goTo, waitForCase } from './support/pages.ts';

const SECOND = 1_000_000;
const LONG_BYTES = 10 * 1024 * 1024;
const PICTURES = process.env.INQUEST_E2E_PICTURES;

/** A journal with a traceback of two processes' lines in turn, a line of 10 MB, and one with bytes that are no text. */
function journal(): Buffer {
  const line = (micros: number, pid: number, message: string): string =>
    isoPreciseLine(micros, 'gunicorn', pid, message);
  const traceback = [
    'Traceback (most recent call last):',
    '  File "/srv/app/jobs.py", line 12, in run',
    '    insert(rows)',
    '  File "/srv/app/db.py", line 40, in insert',
    '    cursor.execute(sql)',
    'sqlite3.OperationalError: disk I/O error',
  ];
  const lines = [
    gunicornLine(0, 100, 'INFO', 'Starting gunicorn 23.0.0'),
    gunicornLine(SECOND, 101, 'INFO', 'Booting worker with pid: 101'),
    ...traceback.flatMap((text, at) => [
      line(2 * SECOND + at * 10, 101, text),
      ...(at === 2 ? [line(2 * SECOND + 25, 102, 'a line of another worker')] : []),
    ]),
    line(3 * SECOND, 101, 'after the traceback'),
    line(4 * SECOND, 101, `long ${'0123456789'.repeat(LONG_BYTES / 10)} the end`),
  ];
  const odd = Buffer.concat([
    Buffer.from(line(5 * SECOND, 101, 'red \u001b[31m turned \u202e and ')),
    Buffer.from([0x00, 0xff, 0xfe]),
  ]);
  return Buffer.concat([
    Buffer.from(`${lines.join('\n')}\n`),
    odd,
    Buffer.from(`\n${line(6 * SECOND, 101, 'last')}\n`),
  ]);
}

let running: RunningApp;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inquest-records-'));
  writeFileSync(join(folder, 'unit.txt'), journal());
  running = await launchApp({ args: [join(folder, 'unit.txt')] });
  await waitForCase(running.page);
  await goTo(running.page, 'Timeline');
});

afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

const picture = async (name: string): Promise<void> => {
  if (PICTURES !== undefined) await running.page.screenshot({ path: join(PICTURES, `${name}.png`) });
};
const shownMessages = async (): Promise<readonly string[]> =>
  (
    await running.page
      .locator('[role=row][data-index][aria-busy=false][data-folded=false] [data-column=message]')
      .allInnerTexts()
  ).map((text) => text.replace(/\s+/g, ' '));

describe('a traceback whose lines are entries', () => {
  it('is one row that says how many lines it has, and every entry is counted', async () => {
    const { page } = running;
    await eventually(shownMessages, (messages) => {
      expect(messages.filter((message) => /Traceback/.test(message))).toEqual([
        expect.stringMatching(/^\+5 lines ?Traceback \(most recent call last\):$/),
      ]);
      expect(messages.some((message) => message.includes('OperationalError'))).toBe(false);
      expect(messages).toContain('a line of another worker');
    });
    expect(await eventGrid(page).getAttribute('aria-rowcount')).toBe('14');
    await picture('traceback-folded');
  });

  it('unfolds by mouse and folds by keyboard, and the cursor steps over what is folded', async () => {
    const { page } = running;
    const toggle = page.getByRole('button', { name: '+5 lines' });
    await toggle.click();
    await eventually(shownMessages, (messages) => {
      expect(messages.filter((message) => /^Line \d of 6/.test(message))).toHaveLength(5);
    });
    await picture('traceback-open');
    await page.locator('[role=row][data-index]', { hasText: 'Traceback (most' }).click();
    await eventGrid(page).press('ArrowLeft');
    await eventually(shownMessages, (messages) => expect(messages.join('\n')).not.toContain('OperationalError'));
    await eventGrid(page).press('ArrowDown');
    await eventually(
      () => page.locator('[role=row][data-index][aria-selected=true] [data-column=message]').innerText(),
      (message) => expect(message).toBe('a line of another worker'),
    );
    await eventGrid(page).press('ArrowDown');
    await eventually(
      () => page.locator('[role=row][data-index][aria-selected=true] [data-column=message]').innerText(),
      (message) => expect(message).toBe('after the traceback'),
    );
  });

  it('shows a line by itself, marked, where a search finds it', async () => {
    const { page } = running;
    await page.getByLabel('Search messages').fill('OperationalError');
    await eventually(shownMessages, (messages) => {
      expect(messages).toEqual([expect.stringMatching(/^Line 6 of 6 of a traceback: sqlite3\.OperationalError/)]);
    });
    await page.getByLabel('Search messages').fill('');
  });
});

describe('messages of any size and bytes', () => {
  it('cuts a line of 10 MB in the list, and shows all of it on demand', async () => {
    const { page } = running;
    await eventually(shownMessages, (messages) => {
      const long = messages.find((message) => message.startsWith('long 0123')) ?? '';
      expect(long.length).toBeGreaterThan(1_000);
      expect(long.length).toBeLessThan(2_100);
    });
    await page.locator('[role=row][data-index]', { hasText: 'long 0123' }).click();
    const all = page.getByRole('button', { name: /^Show all \(10\.0 MB|^Show all \(10/ });
    await all.click();
    const whole = page.getByRole('region', { name: 'Whole message' });
    await whole.waitFor();
    await whole.evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await eventually(
      () => whole.innerText(),
      (text) => expect(text.replace(/\n/g, '')).toContain('the end'),
    );
    await picture('whole-message');
  });

  it('writes the exact bytes of a record to a file, and never over the evidence', async () => {
    const { app, page } = running;
    const target = join(folder, 'saved.bin');
    await stubSaveDialog(app, target);
    await page.getByRole('button', { name: 'Save record…' }).click();
    await page.getByText('Record saved').waitFor();
    const bytes = journal();
    const from = bytes.indexOf('2026-01-28T04:10:04');
    expect(readFileSync(target).equals(bytes.subarray(from, bytes.indexOf('\n', from)))).toBe(true);

    await stubSaveDialog(app, join(folder, 'unit.txt'));
    await page.getByRole('button', { name: 'Save record…' }).click();
    await page.getByText('belongs to the evidence').waitFor();
    expect(readFileSync(join(folder, 'unit.txt')).equals(bytes)).toBe(true);
  });

  it('makes escapes, NUL and turned text visible, and shows the bytes', async () => {
    const { page } = running;
    await eventually(
      () => columnTexts(page, 'message'),
      (messages) => expect(messages.join('\n')).toContain('red \\u{1b}[31m turned \\u{202e} and \\u{0}\ufffd\ufffd'),
    );
    await page.locator('[role=row][data-index]', { hasText: 'turned' }).click();
    await page.getByRole('button', { name: 'Show bytes' }).click();
    const bytes = page.getByRole('region', { name: 'Bytes of the message' });
    await eventually(
      () => bytes.innerText(),
      (text) => expect(text.replace(/\s+/g, ' ')).toMatch(/00 ff fe/),
    );
    await picture('bytes');
    expect(running.pageErrors).toEqual([]);
  });
});

it('is the same evidence afterwards', () => {
  expect(execFileSync('sha256sum', [join(folder, 'unit.txt')]).toString().length).toBeGreaterThan(64);
  expect(readFileSync(join(folder, 'unit.txt')).equals(journal())).toBe(true);
});
