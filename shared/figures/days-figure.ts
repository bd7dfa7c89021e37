import { max, scaleLinear } from 'd3';
import type { Recurrence } from '../model/analysis.ts';
import { epochMicros, formatDate, MICROS_PER_DAY } from '../model/time.ts';
import { formatCount, plural } from '../wording/figures.ts';
import type { Scene, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';

const BAR_PX = 24;
const TOP = 12;
const BOTTOM = 18;
const SIZE = 9;
/** A few days as wide as the page would look like a wall. */
const WIDEST_DAY_PX = 40;

/** Height at any width and for any number of days. */
export const DAYS_HEIGHT = TOP + BAR_PX + BOTTOM;

/** Incidents by day of UTC, days without any as gaps, each bar with its number where there is room. */
export function layoutDays(byDay: Recurrence['byDay'], width: number): Scene {
  const first = byDay[0]?.day ?? 0;
  const days = Math.round(((byDay.at(-1)?.day ?? 0) - first) / MICROS_PER_DAY) + 1;
  const step = Math.min(WIDEST_DAY_PX, width / days);
  const most = max(byDay, ({ count }) => count) ?? 0;
  const height = scaleLinear([0, Math.max(1, most)], [0, BAR_PX]);
  const base = TOP + BAR_PX;
  const indexOf = (day: number): number => Math.round((day - first) / MICROS_PER_DAY);
  const nodes: SceneNode[] = byDay.flatMap(({ day, count }): readonly SceneNode[] => {
    const x = indexOf(day) * step;
    const tall = Math.max(1, height(count));
    const words = formatCount(count);
    const bar: SceneNode = {
      type: 'rect',
      x: x + (step > 4 ? 1 : 0),
      y: base - tall,
      width: Math.max(1, step - (step > 4 ? 2 : 0)),
      height: tall,
      fill: 'series-1',
      title: `${formatDate(day)}: ${plural(count, 'incident')}`,
    };
    if (estimateTextWidth(words, SIZE) > step) return [bar];
    const at = { x: x + step / 2, y: base - tall - 3 };
    return [bar, { type: 'text', ...at, text: words, fill: 'ink', size: SIZE, anchor: 'middle' }];
  });
  nodes.push({ type: 'line', x1: 0, y1: base + 0.5, x2: days * step, y2: base + 0.5, stroke: 'faint' });
  const room = estimateTextWidth('2026-01-28', SIZE) + 12;
  const every = Math.max(1, Math.ceil(room / step));
  for (let index = 0; index < days; index += every) {
    const date = formatDate(epochMicros(first + index * MICROS_PER_DAY));
    const x = index * step + 1;
    // The last may have less room than it needs.
    if (index > 0 && x + room - 12 > width) break;
    nodes.push({ type: 'text', x, y: base + 13, text: date, fill: 'muted', size: SIZE });
  }
  const description = `Incidents by day of UTC: ${plural(byDay.length, 'day')} of ${formatCount(days)} with any, at most ${formatCount(most)} on one.`;
  return { width, height: DAYS_HEIGHT, description, nodes };
}
