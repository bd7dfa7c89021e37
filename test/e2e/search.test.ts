import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchApp, type RunningApp } from './support/app.ts';
import { clearFilter, columnTexts, eventually, goTo, openSample } from './support/pages.ts';

/** The sample case, opened once and searched as a person would. */
let running: RunningApp;

beforeAll(async () => {
  running = await launchApp();
  await openSample(running.page);
  await goTo(running.page, 'Timeline');
});

afterAll(() => running.close());

const total = () => running.page.getByTestId('filter-total').innerText();
const search = (query: string) => running.page.getByLabel('Search messages').fill(query);

describe('the search field', () => {
  it('takes fields, comparisons and times', async () => {
    const { page } = running;
    await search('kind:worker-timeout,worker-sigkill severity:<=warning before:04:12');
    await eventually(
      () => columnTexts(page, 'message'),
      (messages) => {
        expect(messages).toHaveLength(1);
        expect(messages[0]).toContain('WORKER TIMEOUT (pid:23333)');
      },
    );
    await search('kind:worker-timeout,worker-sigkill');
    await eventually(
      () => columnTexts(page, 'message'),
      (messages) => expect(messages).toHaveLength(2),
    );
  });

  it('finds words, phrases and regular expressions in messages', async () => {
    const { page } = running;
    for (const query of ['"worker timeout"', '/WORKER\\s+TIMEOUT/', 'timeout WORKER pid:none OR "worker timeout"']) {
      await search(query);
      await eventually(
        () => columnTexts(page, 'message'),
        (messages) => {
          expect(messages.length).toBeGreaterThan(0);
          expect(messages.every((message) => /worker timeout/i.test(message))).toBe(true);
        },
      );
    }
  });

  it('marks what it does not understand, and keeps what it showed', async () => {
    const { page } = running;
    await search('"worker timeout"');
    await eventually(total, (shown) => expect(shown).toMatch(/^1 of /));
    await search('pod:23333');
    const problem = page.getByTestId('query-problem');
    await problem.waitFor();
    expect(await problem.innerText()).toContain('Did you mean pid:');
    expect(await problem.locator('mark').innerText()).toBe('pod:');
    expect(await total()).toMatch(/^1 of /);
  });

  it('completes fields and values by keys', async () => {
    const { page } = running;
    await search('');
    const field = page.getByLabel('Search messages');
    await field.pressSequentially('sev');
    await page.getByRole('option', { name: /severity:/ }).waitFor();
    await field.press('ArrowDown');
    await field.press('Enter');
    await eventually(
      () => field.inputValue(),
      (value) => expect(value).toBe('severity:'),
    );
    await field.press('ArrowDown');
    await field.press('Enter');
    await eventually(
      () => field.inputValue(),
      (value) => expect(value).toBe('severity:<=warning'),
    );
    await eventually(
      () => columnTexts(page, 'severity'),
      (severities) => {
        expect(severities.length).toBeGreaterThan(0);
        expect(severities.some((severity) => /info|debug|notice/i.test(severity))).toBe(false);
      },
    );
  });

  it('is narrowed by facets, which count what is left, and undone by going back', async () => {
    const { page } = running;
    await clearFilter(page);
    await search('worker');
    await eventually(total, (shown) => expect(shown).toMatch(/ of 310 events$/));
    const facets = page.getByRole('complementary', { name: 'Sources and facets' });
    const facet = facets.getByRole('button', { name: /^pid 23333/ });
    await eventually(
      () => facet.innerText(),
      (shown) => expect(shown).toMatch(/\d+$/),
    );
    const count = Number((await facet.innerText()).match(/(\d+)\s*$/)?.[1]);
    const before = await total();
    await facet.click();
    await eventually(total, (shown) => expect(shown).toBe(`${count} of 310 events`));
    await page.keyboard.press('Alt+ArrowLeft');
    await eventually(total, (shown) => expect(shown).toBe(before));
    await clearFilter(page);
  });

  it('explains itself, without an error in the page', async () => {
    const { page, pageErrors } = running;
    await page.getByRole('button', { name: 'How to search' }).click();
    const help = page.getByRole('region', { name: 'How to search' });
    await help.waitFor();
    expect(await help.innerText()).toContain('severity:<=warning');
    await page.keyboard.press('Escape');
    expect(pageErrors).toEqual([]);
  });
});
