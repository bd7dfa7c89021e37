import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Reading a sample with a 59 MB artifact takes seconds, on a busy machine many. */
const OPEN_MILLIS = 90_000;

export const TAB_NAMES = ['Evidence', 'Timeline', 'Artifact', 'Database', 'Verdict', 'Report'] as const;

/** Opens the sample case from the start screen and waits for its headline. */
export async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open the sample incident' }).click();
  await waitForCase(page);
}

/** Waits until a case is shown, and fails with the app's own words when it could not be opened. */
export async function waitForCase(page: Page): Promise<void> {
  const failure = page.getByTestId('failure-message');
  await page.locator('#view').or(failure).first().waitFor({ timeout: OPEN_MILLIS });
  if (await failure.isVisible()) throw new Error(await failure.innerText());
  // The progress card lies over the case until the import has ended.
  await page.getByTestId('progress').waitFor({ state: 'detached', timeout: OPEN_MILLIS });
}

export async function goTo(page: Page, tab: (typeof TAB_NAMES)[number]): Promise<void> {
  await page.getByRole('tab', { name: tab }).click();
  await page.getByRole('tab', { name: tab, selected: true }).waitFor();
}

/** Drags files or folders from the desktop, as Chromium gets them from the system, so with real paths, and drops them. */
export async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  }
  await page.getByTestId('drop-overlay').waitFor();
  await session.send('Input.dispatchDragEvent', { type: 'drop', x: 400, y: 300, data });
  await session.detach();
}

/** Changes the display zone by its search field and keys; `title` is the option that the search must bring up. */
export async function chooseZone(page: Page, search: string, title: string): Promise<void> {
  await page.getByRole('button', { name: /^Display zone/ }).click();
  const field = page.getByRole('combobox', { name: 'Search time zones' });
  await field.fill(search);
  await page.getByRole('option', { name: title }).first().waitFor();
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
}

/** The table of events. */
export function eventGrid(page: Page): Locator {
  return page.getByRole('grid', { name: 'Events' });
}

/** Lifts every condition of the filter; the button is disabled where there is none. */
export async function clearFilter(page: Page): Promise<void> {
  const clear = page.getByRole('button', { name: 'Clear', exact: true });
  if (await clear.isEnabled()) await clear.click();
  await page.getByRole('button', { name: 'Clear', exact: true, disabled: true }).waitFor();
}

/** Text of one column of the rows that are laid out, from the top. */
export async function columnTexts(page: Page, column: string): Promise<readonly string[]> {
  return page.locator(`[role=row][data-index][aria-busy=false] [data-column=${column}]`).allInnerTexts();
}

/** Repeats a question until it has the answer; what is drawn follows input by a few frames. */
export async function eventually<T>(ask: () => Promise<T>, holds: (answer: T) => void): Promise<void> {
  await expect
    .poll(
      async () => {
        const answer = await ask();
        try {
          holds(answer);
          return 'holds';
        } catch (error) {
          return String(error);
        }
      },
      { timeout: 20_000 },
    )
    .toBe('holds');
}
