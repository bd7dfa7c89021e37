import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Pictures for looking at, in both appearances, into the folder that INQUEST_SCREENS names; none without it. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.INQUEST_SCREENS;
  if (folder === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), animations: 'disabled' });
  }
  await page.emulateMedia({ colorScheme: null });
}
