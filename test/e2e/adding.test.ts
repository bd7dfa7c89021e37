import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoPreciseLine, timeoutJournal } from '../support/journal-lines.ts';
import { launchApp, type RunningApp } from './support/app.ts';
import { waitForCase } from './support/pages.ts';

/** The large journal: its reading takes long enough to be caught, its few long lines make little work for the analysis. */
const LINES = 48_000;
const LINES_AT_ONCE = 500;
const MESSAGE_LENGTH = 32_000;

let work: string;
let running: RunningApp;

/** A journal of many lines. The same block over and over: what counts is that it takes long to read. */
function writeLargeJournal(path: string): void {
  let block = '';
  for (let index = 0; index < LINES_AT_ONCE; index += 1) {
    block += `${isoPreciseLine(index * 500, 'app', 1000, `GET /${'x'.repeat(MESSAGE_LENGTH)}`)}\n`;
  }
  const descriptor = openSync(path, 'w');
  for (let written = 0; written < LINES; written += LINES_AT_ONCE) writeSync(descriptor, block);
  closeSync(descriptor);
}

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'inquest-adding-'));
  mkdirSync(join(work, 'tmp'));
  writeFileSync(join(work, 'journal.txt'), timeoutJournal());
  writeFileSync(join(work, 'gunicorn.conf.py'), 'bind = "127.0.0.1:8000"\ntimeout = 45\n');
  writeLargeJournal(join(work, 'large.txt'));
  running = await launchApp({ environment: { TMPDIR: join(work, 'tmp') } });
}, 120_000);

afterAll(async () => {
  await running.close();
  rmSync(work, { recursive: true, force: true });
});

/** Drops files on the window as the desktop does: the page sees real files with real paths. */
async function drop(...names: readonly string[]): Promise<void> {
  const { page } = running;
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: names.map((name) => join(work, name)), dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  }
  await session.detach();
}

const paths = (): Promise<string[]> =>
  running.page.evaluate(async () => {
    const view = await Reflect.get(window, 'inquest').request('case.current');
    return view.files.map((file: { path: string }) => file.path);
  });

describe('adding evidence', () => {
  it('takes what is dropped during an import into it, and stops one source alone', async () => {
    const { page } = running;
    await drop('large.txt');
    await page.getByRole('button', { name: 'Stop large.txt' }).waitFor();
    await drop('journal.txt');
    await page.getByText('1 more source joined the import').waitFor();
    await page.getByRole('button', { name: 'Stop large.txt' }).click();
    await waitForCase(page);
    expect(await paths()).toEqual(['large.txt', 'journal.txt']);
    await page.getByRole('tab', { name: 'Evidence' }).click();
    await page.getByText(/of the first .* only/).waitFor();
  });

  it('adds to the open case, which stays where it is', async () => {
    const { page } = running;
    await drop('gunicorn.conf.py');
    await page.getByRole('region', { name: 'Adding evidence' }).waitFor();
    // The case can be used meanwhile.
    await page.getByRole('tab', { name: 'Verdict' }).click();
    await page.getByRole('button', { name: /^Adding gunicorn.conf.py/ }).click();
    await page.getByRole('button', { name: 'Stop large.txt' }).waitFor();
    await page.getByRole('button', { name: 'Stop large.txt' }).click();
    await page.getByRole('region', { name: 'Adding evidence' }).waitFor({ state: 'detached', timeout: 60_000 });
    expect(await paths()).toEqual(['large.txt', 'journal.txt', 'gunicorn.conf.py']);
    expect(await page.getByRole('tab', { name: 'Verdict' }).getAttribute('aria-selected')).toBe('true');
    expect(running.pageErrors).toEqual([]);
  });

  it('leaves the case as it was when adding is cancelled', async () => {
    const { page } = running;
    writeFileSync(join(work, 'more.txt'), timeoutJournal());
    await drop('more.txt');
    await page.getByRole('button', { name: 'Cancel adding' }).click();
    await page.getByRole('region', { name: 'Adding evidence' }).waitFor({ state: 'detached' });
    expect(await paths()).toEqual(['large.txt', 'journal.txt', 'gunicorn.conf.py']);
  });
});
