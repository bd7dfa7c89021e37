import { scaleLinear } from 'd3';
import type { LogHistogram } from '../model/artifact.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import type { Scene, SceneNode } from './scene.ts';

const LEFT = 44;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 30;
const ZERO_GAP = 0.6;

export interface HistogramView {
  readonly width: number;
  readonly height: number;
  /** How a value is written: `1.2 s`, `59 kB`. */
  readonly label: (value: number) => string;
  /** What is counted: `test cases`. */
  readonly what: string;
  /** What is measured of it: `duration`. */
  readonly of: string;
}

/** What histograms of test cases measure, and how its values are written. */
export const CASE_MEASURES = {
  duration: shortSeconds,
  size: formatBytes,
} as const satisfies Record<string, (value: number) => string>;
export type CaseMeasure = keyof typeof CASE_MEASURES;

/** `0.1 ms`, `10 ms`, `1 s`: the ends of decades. */
function shortSeconds(seconds: number): string {
  if (seconds === 0 || seconds >= 0.9995) return formatSeconds(seconds);
  const millis = seconds * 1000;
  return `${millis < 1 ? Number(millis.toPrecision(2)) : Math.round(millis)} ms`;
}

/** A histogram over bins that grow by a constant factor; values of nothing at all stand apart at the left. */
export function layoutHistogram(histogram: LogHistogram, view: HistogramView): Scene {
  const { lowest, binsPerDecade, zero, counts } = histogram;
  const first = Math.max(
    0,
    counts.findIndex((count) => count > 0),
  );
  const last = counts.findLastIndex((count) => count > 0);
  // Whole decades, so that ticks stand at their ends.
  const from = Math.floor(first / binsPerDecade) * binsPerDecade;
  const to = Math.max(from + binsPerDecade, Math.ceil((last + 1) / binsPerDecade) * binsPerDecade);
  const shown = Array.from({ length: to - from }, (_, index) => counts[from + index] ?? 0);
  const most = Math.max(1, zero, ...shown);
  const width = Math.max(40, view.width - LEFT - RIGHT);
  const height = Math.max(30, view.height - TOP - BOTTOM);
  const bottom = TOP + height;
  const lead = zero > 0 ? 1 + ZERO_GAP : 0;
  const step = width / (shown.length + lead);
  const y = scaleLinear().domain([0, most]).nice(3).range([bottom, TOP]);
  const edge = (bin: number): number => lowest * 10 ** (bin / binsPerDecade);
  const nodes: SceneNode[] = [];
  for (const tick of y.ticks(3)) {
    nodes.push(
      { type: 'line', x1: LEFT, y1: y(tick), x2: LEFT + width, y2: y(tick), stroke: 'grid' },
      { type: 'text', x: LEFT - 6, y: y(tick) + 3, text: formatCount(tick), fill: 'muted', size: 9, anchor: 'end' },
    );
  }
  const bar = (left: number, count: number, title: string): void => {
    if (count === 0) return;
    // One of a hundred thousand must still be seen.
    const top = Math.min(y(count), bottom - 1.5);
    nodes.push({
      type: 'rect',
      x: left + 0.75,
      y: top,
      width: Math.max(1, step - 1.5),
      height: bottom - top,
      fill: 'series-1',
      radius: 1,
      title,
    });
  };
  if (zero > 0) {
    bar(LEFT, zero, `${formatCount(zero)} ${view.what} of ${view.label(0)}`);
    nodes.push({
      type: 'text',
      x: LEFT + step / 2,
      y: bottom + 13,
      text: '0',
      fill: 'muted',
      size: 9,
      anchor: 'middle',
    });
  }
  shown.forEach((count, index) => {
    const bin = from + index;
    bar(
      LEFT + (index + lead) * step,
      count,
      `${formatCount(count)} ${view.what} from ${view.label(edge(bin))} to ${view.label(edge(bin + 1))}`,
    );
  });
  const decades = (to - from) / binsPerDecade;
  const every = Math.max(1, Math.ceil(decades / Math.max(1, Math.floor(width / 56))));
  for (let decade = 0; decade <= decades; decade += every) {
    const at = LEFT + (decade * binsPerDecade + lead) * step;
    nodes.push(
      { type: 'line', x1: at, y1: bottom, x2: at, y2: bottom + 3, stroke: 'faint' },
      {
        type: 'text',
        x: at,
        y: bottom + 13,
        text: view.label(edge(from + decade * binsPerDecade)),
        fill: 'muted',
        size: 9,
        // The first stands close to the 0 beside it.
        anchor: decade === decades ? 'end' : decade === 0 && zero > 0 ? 'start' : 'middle',
      },
    );
  }
  nodes.push({
    type: 'text',
    x: LEFT + width,
    y: bottom + 26,
    text: `${view.of}, each bar ${binsPerDecade} to a decade`,
    fill: 'muted',
    size: 9,
    anchor: 'end',
  });
  return {
    width: view.width,
    height: view.height,
    description: `${formatCount(shown.reduce((sum, count) => sum + count, zero))} ${view.what} by ${view.of}.`,
    nodes,
  };
}
