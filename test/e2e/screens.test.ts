import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { launchApp, type RunningApp } from './support/app.ts';
import { eventually, goTo, openSample, TAB_NAMES } from './support/pages.ts';

/** Pictures of every screen in both appearances, for looking at: test-output/screens/. */
const FOLDER = join(ROOT, 'test-output', 'screens');
const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

let running: RunningApp;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  running = await launchApp();
  await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900));
});

afterAll(() => running.close());

/** The appearance as the system would set it. */
async function setScheme(app: ElectronApplication, scheme: Scheme): Promise<void> {
  await app.evaluate(({ nativeTheme }, source) => {
    nativeTheme.themeSource = source;
  }, scheme);
}

async function shoot(name: string): Promise<void> {
  for (const scheme of SCHEMES) {
    await setScheme(running.app, scheme);
    await eventually(
      () => brightness(),
      (value) => (scheme === 'dark' ? expect(value).toBeLessThan(80) : expect(value).toBeGreaterThan(200)),
    );
    await running.page.screenshot({ path: join(FOLDER, `${name}-${scheme}.png`), animations: 'disabled' });
  }
}

/** How bright the page's background is, 0..255, by its computed colour drawn on a canvas. */
async function brightness(): Promise<number> {
  return running.page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d');
    if (context === null) throw new Error('no canvas');
    const transparent = 'rgba(0, 0, 0, 0)';
    const painted = [document.querySelector('#root > *'), document.body, document.documentElement].find(
      (element) => element !== null && getComputedStyle(element).backgroundColor !== transparent,
    );
    context.fillStyle = painted ? getComputedStyle(painted).backgroundColor : 'white';
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;
  });
}

describe('every screen', () => {
  it('is drawn in light and in dark', async () => {
    await shoot('0-start');
    await openSample(running.page);
    for (const [index, tab] of TAB_NAMES.entries()) {
      await goTo(running.page, tab);
      await shoot(`${index + 1}-${tab.toLowerCase()}`);
    }
    await goTo(running.page, 'Timeline');
    await running.page.getByRole('button', { name: /^04:11:54.*WORKER TIMEOUT/ }).click();
    await eventually(
      () => running.page.getByRole('complementary', { name: 'Selected event' }).innerText(),
      (words) => expect(words).toContain('crash_logs.txt'),
    );
    await shoot('7-timeline-selected');
  });

  it('keeps the top of the window in place, and needs no sideways scrolling, at the smallest size', async () => {
    await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setSize(960, 600));
    for (const tab of TAB_NAMES) {
      await goTo(running.page, tab);
      const overflow = await running.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, tab).toBeLessThanOrEqual(0);
      // What is longer than the window scrolls inside it: nothing may make the window's own document longer.
      const below = await running.page.evaluate(() => document.body.scrollHeight - window.innerHeight);
      expect(below, tab).toBeLessThanOrEqual(0);
    }
  });

  it('reports no error', () => {
    expect(running.pageErrors).toEqual([]);
  });
});
