import { describe, expect, it } from 'vitest';
import { DAYS_HEIGHT, layoutDays } from '../../../shared/figures/days-figure.ts';
import { epochMicros, MICROS_PER_DAY } from '../../../shared/model/time.ts';

const START = Date.UTC(2026, 0, 25) * 1_000;
const dayAt = (index: number, count: number) => ({ day: epochMicros(START + index * MICROS_PER_DAY), count });

describe('incidents by day', () => {
  it('stand where their days are, with a gap where there were none', () => {
    const { nodes, description } = layoutDays([dayAt(0, 2), dayAt(1, 1), dayAt(4, 8)], 500);
    const bars = nodes.flatMap((node) => (node.type === 'rect' ? [node] : []));
    expect(bars.map(({ title }) => title)).toEqual([
      '2026-01-25: 2 incidents',
      '2026-01-26: 1 incident',
      '2026-01-29: 8 incidents',
    ]);
    const [first, second, last] = bars.map(({ x }) => x);
    expect((last ?? 0) - (first ?? 0)).toBeCloseTo(4 * ((second ?? 0) - (first ?? 0)), 6);
    expect(bars[2]?.height).toBeCloseTo(8 * (bars[1]?.height ?? 0), 6);
    expect(nodes.flatMap((node) => (node.type === 'text' ? [node.text] : []))).toContain('8');
    expect(description).toBe('Incidents by day of UTC: 3 days of 5 with any, at most 8 on one.');
  });

  it('stay within the picture, over years too', () => {
    const { nodes, height } = layoutDays([dayAt(0, 1), dayAt(700, 12_000), dayAt(1_400, 3)], 515);
    expect(height).toBe(DAYS_HEIGHT);
    for (const node of nodes) {
      if (node.type === 'rect') {
        expect(node.x + node.width).toBeLessThanOrEqual(516);
        expect(node.y).toBeGreaterThanOrEqual(0);
      }
    }
    expect(nodes.filter(({ type }) => type === 'text').length).toBeLessThan(12);
  });
});
