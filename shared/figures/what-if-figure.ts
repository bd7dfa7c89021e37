import { line, scaleLinear } from 'd3';
import type { CourseStep, ImportCourse } from '../model/import-course.ts';
import type { WhatIf, WhatIfChoice } from '../model/what-if.ts';
import { formatBytes, formatSeconds } from '../wording/figures.ts';
import { byteAxis } from './byte-axis.ts';
import type { Scene, SceneNode } from './scene.ts';
import { strokeLegend } from './stroke-legend.ts';
import { estimateTextWidth } from './text-width.ts';

const LEFT = 46;
const RIGHT = 14;
const TOP = 30;
const BANDS = 20;
const BOTTOM = 32;
/** Room behind the last moment, for its label. */
const BEYOND = 1.18;

const STEP_LABEL: Readonly<Record<CourseStep['name'], string>> = {
  download: 'download',
  parse: 'parse',
  insert: 'insert',
  'other-step': 'step',
};

/**
 * The worker's memory over the seconds of the import: as it was (solid, to its end) and as it would have been (dashed),
 * against the memory limit and the moment at which the arbiter gives up.
 */
export function layoutWhatIf(
  course: ImportCourse,
  choice: WhatIfChoice,
  result: WhatIf,
  view: { readonly width: number; readonly height: number },
): Scene {
  const { outcome, deadlineSecond } = result;
  const width = Math.max(60, view.width - LEFT - RIGHT);
  const height = Math.max(60, view.height - TOP - BANDS - BOTTOM);
  const bottom = TOP + height;
  const observed = (course.memory?.samples ?? []).filter(({ second }) => second >= 0);
  const until = Math.max(course.elapsedSeconds, outcome.second) * BEYOND;
  const x = scaleLinear()
    .domain([0, until])
    .range([LEFT, LEFT + width]);
  const limit = choice.memoryLimitBytes;
  const highest = Math.max(1, result.peakBytes, ...observed.map(({ rssBytes }) => rssBytes));
  // A limit far above would press the curve to the floor: it is named at the edge instead.
  const shownLimit = limit !== null && limit <= highest * 2.5 ? limit : null;
  const axis = byteAxis(Math.max(highest, shownLimit ?? 0) * 1.08, 4);
  const y = (bytes: number): number => bottom - (bytes / axis.max) * height;
  const right = LEFT + width;
  const nodes: SceneNode[] = [];

  for (const tick of axis.ticks) {
    nodes.push(
      { type: 'line', x1: LEFT, y1: y(tick), x2: right, y2: y(tick), stroke: 'grid' },
      { type: 'text', x: LEFT - 6, y: y(tick) + 3, text: axis.label(tick), fill: 'muted', size: 9, anchor: 'end' },
    );
  }
  for (const tick of x.ticks(Math.max(3, Math.floor(width / 110)))) {
    nodes.push(
      { type: 'line', x1: x(tick), y1: bottom, x2: x(tick), y2: bottom + 4, stroke: 'faint' },
      {
        type: 'text',
        x: x(tick),
        y: bottom + BANDS + 16,
        text: tick === 0 ? '0' : formatSeconds(tick),
        fill: 'muted',
        size: 9,
        anchor: 'middle',
      },
    );
  }
  nodes.push(...stepBands(result.steps, x, { top: bottom + 4, until: outcome.second, right }));
  nodes.push(
    ...strokeLegend(LEFT, 12, `${axis.unit} of resident memory`, [
      { name: 'as it was', stroke: 'ink' },
      { name: 'what if', stroke: 'accent', dash: '5 3' },
    ]),
  );

  if (shownLimit !== null) {
    const at = y(shownLimit);
    nodes.push(
      { type: 'line', x1: LEFT, y1: at, x2: right, y2: at, stroke: 'warning', width: 1.5, dash: '2 3' },
      {
        type: 'text',
        x: right,
        y: at - 5,
        text: `limit ${formatBytes(shownLimit)}`,
        fill: 'warning',
        size: 9.5,
        weight: 'bold',
        anchor: 'end',
      },
    );
  } else if (limit !== null) {
    nodes.push({
      type: 'text',
      x: right,
      y: TOP - 4,
      text: `↑ limit ${formatBytes(limit)}`,
      fill: 'muted',
      size: 9,
      anchor: 'end',
    });
  }
  const path = (points: readonly (readonly [number, number])[]): string | null =>
    line<readonly [number, number]>()(points.map(([second, bytes]) => [x(second), y(bytes)] as const));
  const was = path(
    observed.map(({ second, rssBytes }) => [Math.min(second, course.elapsedSeconds), rssBytes] as const),
  );
  if (was !== null && observed.length > 1) {
    nodes.push({ type: 'path', d: was, stroke: 'ink', width: 1.5, title: 'Resident memory by ps' });
  }
  const would = path(result.memory.map(({ second, bytes }) => [second, bytes] as const));
  if (would !== null) nodes.push({ type: 'path', d: would, stroke: 'accent', width: 2, dash: '5 3' });

  nodes.push(...endOfIncident(course, x, bottom));
  if (deadlineSecond !== null && deadlineSecond <= until && outcome.kind !== 'timed-out') {
    nodes.push(
      { type: 'line', x1: x(deadlineSecond), y1: TOP, x2: x(deadlineSecond), y2: bottom, stroke: 'muted', dash: '2 3' },
      ...besideLine(x(deadlineSecond), TOP + 22, `timeout ${formatSeconds(choice.timeoutSeconds)}`, right, 'muted'),
    );
  }
  nodes.push(...outcomeMark(result, { x, y, bottom, right }));
  if (outcome.kind !== 'finishes' && result.neededSeconds !== null && result.neededSeconds > until) {
    nodes.push({
      type: 'text',
      x: right,
      y: bottom - 6,
      text: `done after ${formatSeconds(result.neededSeconds)} →`,
      fill: 'muted',
      size: 9,
      anchor: 'end',
    });
  }
  return {
    width: view.width,
    height: view.height,
    description: `Memory of the worker over the import: it ended after ${formatSeconds(course.elapsedSeconds)}; under the choice: ${MARK[outcome.kind].word} at ${formatSeconds(outcome.second)}, with up to ${formatBytes(result.peakBytes)}.`,
    nodes,
  };
}

function stepBands(
  steps: readonly CourseStep[],
  x: (second: number) => number,
  place: { readonly top: number; readonly until: number; readonly right: number },
): readonly SceneNode[] {
  return steps.flatMap((step): readonly SceneNode[] => {
    const from = x(step.fromSecond);
    const to = Math.min(place.right, x(Math.min(place.until, step.toSecond ?? place.until)));
    if (to <= from) return [];
    const label = STEP_LABEL[step.name];
    const fits = estimateTextWidth(label, 9) + 8 < to - from;
    return [
      {
        type: 'rect',
        x: from,
        y: place.top,
        width: Math.max(1, to - from - 1),
        height: 13,
        fill: 'accent-soft',
        radius: 2,
        title: label,
      },
      ...(fits ? [{ type: 'text', x: from + 5, y: place.top + 10, text: label, fill: 'ink', size: 9 } as const] : []),
    ];
  });
}

function endOfIncident(course: ImportCourse, x: (second: number) => number, bottom: number): readonly SceneNode[] {
  const at = x(course.elapsedSeconds);
  const word =
    course.endedBy === 'timeout' ? 'timed out' : course.endedBy === 'out-of-memory' ? 'out of memory' : 'ended';
  return [
    { type: 'line', x1: at, y1: TOP - 4, x2: at, y2: bottom, stroke: 'muted', width: 1 },
    {
      type: 'text',
      x: at - 5,
      y: TOP + 6,
      text: `was ${word} ${formatSeconds(course.elapsedSeconds)}`,
      fill: 'muted',
      size: 9,
      anchor: 'end',
    },
  ];
}

function besideLine(
  at: number,
  y: number,
  text: string,
  right: number,
  fill: 'muted' | 'danger' | 'ok' | 'ink',
  weight: 'normal' | 'bold' = 'normal',
): readonly SceneNode[] {
  const width = estimateTextWidth(text, 9.5, weight);
  const toLeft = at + 6 + width > right;
  return [
    { type: 'text', x: toLeft ? at - 6 : at + 6, y, text, fill, size: 9.5, weight, anchor: toLeft ? 'end' : 'start' },
  ];
}

const MARK = {
  finishes: { word: 'finished', glyph: '✓', fill: 'ok' },
  'timed-out': { word: 'timed out', glyph: '✗', fill: 'danger' },
  'out-of-memory': { word: 'out of memory', glyph: '✗', fill: 'danger' },
  'lock-refused': { word: 'lock refused', glyph: '✓', fill: 'ok' },
  unknown: { word: 'not known from here', glyph: '?', fill: 'ink' },
} as const;

function outcomeMark(
  { outcome, memory, peakBytes }: WhatIf,
  place: {
    readonly x: (second: number) => number;
    readonly y: (bytes: number) => number;
    readonly bottom: number;
    readonly right: number;
  },
): readonly SceneNode[] {
  const { word, glyph, fill } = MARK[outcome.kind];
  const at = place.x(outcome.second);
  const height = place.y(memory.at(-1)?.bytes ?? peakBytes);
  return [
    { type: 'line', x1: at, y1: TOP + 10, x2: at, y2: place.bottom, stroke: fill, width: 1.5 },
    { type: 'circle', cx: at, cy: height, r: 4, fill, stroke: 'surface' },
    ...besideLine(at, TOP + 20, `${glyph} ${word} ${formatSeconds(outcome.second)}`, place.right, fill, 'bold'),
  ];
}
