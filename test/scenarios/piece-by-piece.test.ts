import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { Scenario } from './scenario.ts';

/** Second at which the last piece begins. */
const LAST = 2000;

/** A worker that took up pieces of work, each minutes after the last, told as the service words it; then the timeout. */
async function timedOutAfter(
  pieces: readonly (readonly string[])[],
  last: readonly string[],
  secondsBetween = 120,
): Promise<Analysis> {
  const scenario = new Scenario().boot();
  pieces.forEach((lines, index) => {
    lines.forEach((text, place) => {
      scenario.app(index * secondsBetween + place * 0.3, 'INFO', text);
    });
  });
  last.forEach((text, place) => {
    scenario.app(LAST + place * 0.3, 'INFO', text);
  });
  return scenario
    .timeout(LAST + 31)
    .sigkill(LAST + 32)
    .replacement(LAST + 32.1)
    .analyse();
}

const seconds = ({ incident }: Analysis): number => ((incident?.end ?? 0) - (incident?.start ?? 0)) / 1e6;

describe('work that is taken up piece by piece, and ended in words of its own', () => {
  it('is work of its own each time: the last began seconds ago, not hours', async () => {
    const checks = [1, 2, 3, 4].map((n) => [`checking comment ${n} against 37 patterns`, `comment ${n} clean`]);
    const analysis = await timedOutAfter(checks, ['checking comment 5 against 37 patterns']);
    expect(analysis.incident?.operation).toContain('comment 5');
    expect(seconds(analysis)).toBe(32);
  });

  it('is told apart by its files as well as by numbers', async () => {
    const files = ['north.csv', 'south.csv'].map((file) => [`reading ${file}`, `read 61000 rows of ${file}`, 'loaded']);
    const analysis = await timedOutAfter(files, ['reading whole-country.csv']);
    expect(analysis.incident?.operation).toContain('whole-country.csv');
    expect(seconds(analysis)).toBe(32);
  });

  it('has ended where the last words of all others were said of it too', async () => {
    const checks = [1, 2, 3].map((n) => [`checking comment ${n}`, `comment ${n} clean`]);
    const analysis = await timedOutAfter(checks, ['checking comment 4', 'comment 4 clean']);
    expect(analysis.incident?.operation).toBeNull();
    expect(analysis.incident?.operation).toBeNull();
  });
});

describe('a step that no line opens as a whole', () => {
  it.each([
    ['rendering tile 14/8801/5370 with layer contours', 'tile 14/8801/5370'],
    ['closing period 2026-12', 'period 2026-12'],
    ['gerando extratos anuais do cliente 7718', 'extratos anuais do cliente 7718'],
    ['Loading ledger ledgers/2026-06.xml', 'ledgers/2026-06.xml'],
  ])('%s: names what it works on', async (text, name) => {
    expect((await timedOutAfter([], [text])).incident?.operation).toContain(name);
  });
});
