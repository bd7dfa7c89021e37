import { scaleLinear, scaleLog } from 'd3';
import type { JobGrowth } from '../model/database.ts';
import { formatCount } from '../wording/figures.ts';
import type { Scene, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';

const LEFT = 58;
const RIGHT = 14;
const TOP = 20;
const BOTTOM = 30;
/** Jobs that are drawn, the latest ones. */
const MOST_JOBS = 400;
/** Beyond this ratio of the largest to the smallest, bars of the small ones would vanish: the axis is logarithmic then. */
const LINEAR_UP_TO = 25;

/**
 * How large the jobs of one kind were, oldest first, with the job in question at the right and the median as a line. The
 * number above the last bar is exact. The axis says so when it is logarithmic.
 */
export function layoutGrowth(
  growth: JobGrowth,
  job: string | null,
  view: { readonly width: number; readonly height: number },
): Scene {
  const earlier = growth.points.filter(({ key }) => key !== job).slice(-MOST_JOBS);
  const bars = [
    ...earlier.map(({ key, timestamp, size }) => ({ key, timestamp, size, isInQuestion: false })),
    ...(growth.size === null ? [] : [{ key: job ?? '', timestamp: null, size: growth.size, isInQuestion: true }]),
  ];
  const sizes = bars.map(({ size }) => size).filter((size) => size > 0);
  const largest = Math.max(1, ...sizes);
  const smallest = Math.min(largest, ...sizes);
  const isLog = largest / smallest > LINEAR_UP_TO;
  const bottom = view.height - BOTTOM;
  const range = [bottom, TOP];
  const scale = isLog
    ? scaleLog()
        .domain([10 ** Math.floor(Math.log10(smallest) - 0.001), largest])
        .range(range)
    : scaleLinear().domain([0, largest]).nice(4).range(range);
  const yOf = (size: number): number => (size <= 0 ? bottom : Math.min(bottom, Number(scale(size))));
  const ticks = isLog
    ? scale.ticks().filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6))
    : scale.ticks(4);
  const nodes: SceneNode[] = ticks.flatMap((tick): readonly SceneNode[] => [
    { type: 'line', x1: LEFT, y1: yOf(tick), x2: view.width - RIGHT, y2: yOf(tick), stroke: 'grid' },
    { type: 'text', x: LEFT - 6, y: yOf(tick) + 3, text: formatCount(tick), fill: 'muted', size: 9, anchor: 'end' },
  ]);
  const step = (view.width - LEFT - RIGHT) / Math.max(1, bars.length);
  const width = Math.max(1, Math.min(28, step * 0.72));
  const labelStep = Math.max(1, Math.ceil(24 / step));
  for (const [index, bar] of bars.entries()) {
    const x = LEFT + step * index + (step - width) / 2;
    const y = yOf(bar.size);
    const when = bar.timestamp === null ? '' : `, ${bar.timestamp}`;
    nodes.push({
      type: 'rect',
      x,
      y: Math.min(y, bottom - 1),
      width,
      height: Math.max(1, bottom - y),
      fill: bar.isInQuestion ? 'accent' : 'faint',
      radius: 1.5,
      title: `job ${bar.key}: ${formatCount(bar.size)}${when}`,
    });
    const isLabelled = bar.isInQuestion || (index % labelStep === 0 && index < bars.length - labelStep);
    if (isLabelled) {
      const colour = bar.isInQuestion ? 'accent' : 'muted';
      nodes.push({
        type: 'text',
        x: x + width / 2,
        y: bottom + 13,
        text: bar.key,
        fill: colour,
        size: 9,
        anchor: 'middle',
      });
    }
    if (bar.isInQuestion) {
      const text = formatCount(bar.size);
      const right = Math.min(view.width - 2, x + width / 2 + estimateTextWidth(text, 10, 'bold') / 2);
      nodes.push({ type: 'text', x: right, y: y - 5, text, fill: 'accent', size: 10, weight: 'bold', anchor: 'end' });
    }
  }
  if (growth.medianSize !== null && growth.medianSize > 0) {
    const y = yOf(growth.medianSize);
    nodes.push(
      { type: 'line', x1: LEFT, y1: y, x2: view.width - RIGHT, y2: y, stroke: 'warning', dash: '4 3' },
      {
        type: 'text',
        x: LEFT + 4,
        y: y - 4,
        text: `median ${formatCount(growth.medianSize)}`,
        fill: 'warning',
        size: 9,
      },
    );
  }
  const axis = isLog ? 'rows by job, logarithmic' : 'rows by job';
  nodes.push({
    type: 'text',
    x: view.width - RIGHT,
    y: view.height - 3,
    text: axis,
    fill: 'muted',
    size: 9,
    anchor: 'end',
  });
  return { ...view, description: describe(growth, job, earlier.length), nodes };
}

function describe({ group, size, medianSize, ratio }: JobGrowth, job: string | null, earlier: number): string {
  const kind = group === null ? 'jobs' : `${group} jobs`;
  const median = medianSize === null ? '' : `, ${formatCount(medianSize)} at the median`;
  const own = size === null || job === null ? '' : `; job ${job} has ${formatCount(size)}`;
  const times = ratio === null ? '' : `, ${formatCount(ratio >= 10 ? Math.round(ratio) : ratio)} times that`;
  return `${formatCount(earlier)} earlier ${kind}${median}${own}${times}.`;
}
