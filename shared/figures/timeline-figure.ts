import type { Incident, KeyMoment, Phase } from '../model/analysis.ts';
import type { PlacedAnnotation } from '../model/placed-annotations.ts';
import { believedMemoryRows, type HostMemory, type ProcessSample, type VmstatSample } from '../model/samples.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND, secondsBetween } from '../model/time.ts';
import type { EventPoint } from '../model/views.ts';
import { formatSeconds } from '../wording/figures.ts';
import { annotationMarks, isOnTimeline } from './annotation-lane.ts';
import { arbiterPids, LANES, laneMarks, laneOf } from './lanes.ts';
import { hostMemoryNote, type MemorySeries, memoryNodes, memorySeries, note } from './memory-lane.ts';
import { type LabelPlace, placeLabels } from './place-labels.ts';
import type { PaletteName, Scene, SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';
import { DAY_MICROS, type TimeScale, timeTicks, timeToPx, type ZoneOffset } from './time-scale.ts';

/** What the timeline shows. A CaseView has all of it; a report picks the points that it wants drawn. */
export interface TimelineInput {
  readonly incident: Incident | null;
  readonly points: readonly EventPoint[];
  readonly processes: readonly ProcessSample[];
  readonly vmstat: readonly VmstatSample[];
  readonly hostMemory: readonly HostMemory[];
  /** What the analyst put beside the evidence; none unless given. They have a lane where there are some. */
  readonly annotations?: readonly PlacedAnnotation[];
}

export interface TimelineView {
  /** In pixels. */
  readonly width: number;
  /** In pixels; a memory curve takes what the other rows leave. Without it, or without samples, the height is the natural one. */
  readonly height?: number;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  /** Names an instant as finely as a step of so many microseconds needs, in the display zone (utcTickLabel for UTC). */
  timeLabel(time: EpochMicros, step: number): string;
  /** Distance of the display zone from UTC, so that ticks fall on its round hours; 0 when absent. */
  readonly offset?: ZoneOffset;
  /** Name of the display zone; `UTC` when absent. */
  readonly zoneLabel?: string;
}

const LABEL_ROW = 15;
const LABEL_SIZE = 10;
const PHASE_HEIGHT = [20, 16] as const;
const LANE_HEIGHT = 26;
const MEMORY_HEIGHT = 84;
const AXIS_HEIGHT = 30;
const RIGHT_MARGIN = 10;
/** Times beside markers are given to the millisecond: enough to order them, short enough to read. */
const MARKER_STEP = 1_000;

/** Where the drawing area of a timeline lies within its width, so that pointers and minimaps agree with it. */
export function timelineScale(width: number, from: EpochMicros, to: EpochMicros): TimeScale {
  const left = width < 700 ? 58 : 76;
  return { from, to, left, width: Math.max(10, width - left - RIGHT_MARGIN) };
}

/** The timeline: moments, phases, lanes of events, memory and the time axis, for any range and width. */
export function layoutTimeline(input: TimelineInput, given: TimelineView): Scene {
  const view = withDuration(given);
  const scale = timelineScale(view.width, view.from, view.to);
  const moments = layoutMoments(input.incident, scale, view);
  const phaseRows = layoutPhases(input.incident, scale, moments.height);
  const lanesTop = phaseRows.bottom + 6;
  const notes = layoutAnnotations(input, scale, view, lanesTop);
  const lanes = layoutLanes(input, scale, view, notes.bottom);
  const series = memorySeries(
    input.incident?.pid ?? null,
    input.processes,
    believedMemoryRows(input.vmstat, input.hostMemory),
  );
  const memory = series === null ? noMemory(scale, lanes.bottom) : memoryLane(series, input, scale, view, lanes.bottom);
  const { bottom } = memory;
  const axis = layoutAxis(scale, view, phaseRows.top, bottom);
  return {
    width: view.width,
    height: bottom + AXIS_HEIGHT,
    description: describe(input.incident, view),
    nodes: [
      ...axis.grid,
      ...phaseRows.nodes,
      ...notes.nodes,
      ...lanes.ground,
      ...memory.ground,
      ...moments.lines(bottom),
      ...lanes.notes,
      ...memory.words,
      ...lanes.marks,
      ...moments.labels,
      ...axis.labels,
    ],
  };
}

interface MemoryLane {
  readonly ground: readonly SceneNode[];
  /** Drawn over what comes later. */
  readonly words: readonly SceneNode[];
  readonly bottom: number;
}

/** The curve, in all the height that is left. */
function memoryLane(
  series: MemorySeries,
  input: TimelineInput,
  scale: TimeScale,
  view: TimelineView,
  lanesBottom: number,
): MemoryLane {
  const top = lanesBottom + 22;
  const height = Math.max(MEMORY_HEIGHT, (view.height ?? 0) - top - AXIS_HEIGHT);
  const box = { x: scale.left, y: top, width: scale.width, height };
  const { curve, words } = memoryNodes(series, scale, box, hostMemoryNote(input.hostMemory));
  return { ground: [gutter('memory', top - 9), ...curve], words, bottom: top + height };
}

/** Without samples the lane is as high as the others, and the picture lower. */
function noMemory(scale: TimeScale, top: number): MemoryLane {
  const middle = top + LANE_HEIGHT / 2;
  const words = note(scale.left + 6, middle + 3, 'no dated memory samples were saved');
  return { ground: [gutter('memory', middle + 3.5)], words, bottom: top + LANE_HEIGHT };
}

/** An instant is shown with half a millisecond on either side. */
function withDuration(view: TimelineView): TimelineView {
  if (view.to > view.from) return view;
  return { ...view, from: epochMicros(view.from - 500), to: epochMicros(view.from + 500) };
}

function text(x: number, y: number, words: string, fill: PaletteName, size: number): SceneNode {
  return { type: 'text', x, y, text: words, fill, size };
}

function gutter(words: string, y: number): SceneNode {
  return text(4, y, words, 'muted', 10);
}

function describe(incident: Incident | null, view: TimelineView): string {
  const range = `${view.timeLabel(view.from, MARKER_STEP)} to ${view.timeLabel(view.to, MARKER_STEP)}`;
  if (incident === null) return `Timeline from ${range}, without an incident.`;
  const phases = incident.phases
    .filter(({ depth }) => depth === 0)
    .map(({ label, seconds }) => `${label} ${formatSeconds(seconds)}`);
  const moments = incident.moments.map(({ label, time }) => `${label} at ${view.timeLabel(time, MARKER_STEP)}`);
  return `Timeline from ${range}. ${[...phases, ...moments].join('; ')}.`;
}

interface MomentStyle {
  readonly colour: PaletteName;
  readonly dash?: string;
  /** Which label wins when there is no room for all. */
  readonly rank: number;
}
const MOMENT_STYLES: Readonly<Record<KeyMoment['id'], MomentStyle>> = {
  end: { colour: 'danger', rank: 0 },
  timeout: { colour: 'warning', rank: 1 },
  'oom-kill': { colour: 'danger', rank: 1 },
  'operation-start': { colour: 'accent', rank: 2 },
  'last-heartbeat': { colour: 'muted', dash: '4 3', rank: 3 },
  other: { colour: 'muted', rank: 4 },
  replacement: { colour: 'muted', dash: '1 3', rank: 5 },
  step: { colour: 'muted', dash: '1 3', rank: 6 },
};

/** Moments that get a line: a step does only where no phase bar shows its beginning. */
function markedMoments(incident: Incident | null, scale: TimeScale): readonly KeyMoment[] {
  if (incident === null) return [];
  const shownByPhase = new Set<number>(incident.phases.filter(({ depth }) => depth === 1).map(({ from }) => from));
  return incident.moments
    .filter(({ id, time }) => time >= scale.from && time <= scale.to && !(id === 'step' && shownByPhase.has(time)))
    .sort((a, b) => MOMENT_STYLES[a.id].rank - MOMENT_STYLES[b.id].rank || a.time - b.time);
}

function layoutMoments(incident: Incident | null, scale: TimeScale, view: TimelineView) {
  const moments = markedMoments(incident, scale);
  const words = moments.map((moment) => `${moment.label} ${view.timeLabel(moment.time, MARKER_STEP)}`);
  const places = placeLabels(
    moments.map((moment, index) => ({
      x: timeToPx(scale, moment.time),
      width: estimateTextWidth(words[index] ?? '', LABEL_SIZE),
    })),
    { left: 2, right: view.width - 2, maxRows: 6, gap: 5 },
  );
  const rows = places.reduce((most, place) => Math.max(most, place === null ? 0 : place.row + 1), 0);
  const height = rows * LABEL_ROW + 6;
  const rowY = (place: LabelPlace): number => (rows - place.row - 1) * LABEL_ROW;
  const labels = moments.flatMap((moment, index): readonly SceneNode[] => {
    const place = places[index];
    if (place === undefined || place === null) return [];
    const { colour } = MOMENT_STYLES[moment.id];
    const anchor = place.side === 'right' ? 'start' : 'end';
    return [
      {
        type: 'text',
        x: place.side === 'right' ? place.from : place.to,
        y: rowY(place) + 11,
        text: words[index] ?? '',
        fill: colour,
        size: LABEL_SIZE,
        weight: MOMENT_STYLES[moment.id].rank < 2 ? 'bold' : 'normal',
        anchor,
        ...rowOf(moment),
      },
    ];
  });
  const lines = (bottom: number): readonly SceneNode[] =>
    moments.map((moment, index) => {
      const place = places[index];
      const { colour, dash } = MOMENT_STYLES[moment.id];
      const x = timeToPx(scale, moment.time);
      const y1 = place === undefined || place === null ? height : rowY(place) + 2;
      const style = dash === undefined ? {} : { dash };
      const title = words[index] ?? '';
      return {
        type: 'line',
        x1: x,
        y1,
        x2: x,
        y2: bottom,
        stroke: colour,
        width: 1,
        title,
        ...style,
        ...rowOf(moment),
      };
    });
  return { height, labels, lines };
}

function rowOf(moment: KeyMoment): { readonly row?: number } {
  return moment.row === null ? {} : { row: moment.row };
}

function layoutPhases(incident: Incident | null, scale: TimeScale, top: number) {
  const nodes: SceneNode[] = [];
  let y = top;
  const phases = incident?.phases ?? [];
  for (const depth of [0, 1] as const) {
    const own = phases.filter((phase) => phase.depth === depth);
    if (own.length === 0) continue;
    nodes.push(gutter(depth === 0 ? 'phases' : 'steps', y + PHASE_HEIGHT[depth] - 5));
    for (const phase of own) nodes.push(...phaseBar(phase, scale, y, PHASE_HEIGHT[depth]));
    y += PHASE_HEIGHT[depth] + 3;
  }
  return { nodes, top, bottom: y };
}

function phaseColours(phase: Phase): { readonly fill: PaletteName; readonly stroke: PaletteName } {
  if (phase.name === 'timeout-to-kill') return { fill: 'danger-soft', stroke: 'danger' };
  if (!phase.finished) return { fill: 'warning-soft', stroke: 'warning' };
  return { fill: 'accent-soft', stroke: 'accent' };
}

function phaseBar(phase: Phase, scale: TimeScale, y: number, height: number): readonly SceneNode[] {
  if (phase.to < scale.from || phase.from > scale.to) return [];
  const right = scale.left + scale.width;
  const x1 = Math.max(scale.left, timeToPx(scale, phase.from));
  const x2 = Math.min(right, Math.max(x1 + 1.5, timeToPx(scale, phase.to)));
  const cut = phase.finished || phase.depth === 0 ? '' : ', unfinished';
  const duration = formatSeconds(phase.seconds);
  const words = `${phase.label} ${duration}${cut}`;
  const size = phase.depth === 0 ? 10 : 9;
  const weight = phase.depth === 0 ? 'bold' : 'normal';
  const bar: SceneNode = {
    type: 'rect',
    x: x1,
    y,
    width: x2 - x1,
    height,
    radius: 2,
    title: words,
    ...phaseColours(phase),
  };
  // Where both do not fit, how long it took says more than its name, which its colour and place suggest.
  const label = [words, `${phase.label} ${duration}`, duration, phase.label].find(
    (choice) => estimateTextWidth(choice, size, weight) <= x2 - x1 - 8,
  );
  if (label === undefined) return [bar];
  const baseline = y + height / 2 + size * 0.35;
  return [bar, { type: 'text', x: x1 + 5, y: baseline, text: label, fill: 'ink', size, weight, title: words }];
}

/** The lane of annotations, above those of the evidence; it takes no room where there are none. */
function layoutAnnotations({ annotations = [] }: TimelineInput, scale: TimeScale, view: TimelineView, top: number) {
  if (!annotations.some(isOnTimeline)) return { nodes: [], bottom: top };
  const middle = top + LANE_HEIGHT / 2;
  const describeTime = (time: EpochMicros): string => view.timeLabel(time, 1);
  const nodes = [gutter('notes', middle + 3.5), ...annotationMarks(annotations, scale, middle, describeTime)];
  return { nodes, bottom: top + LANE_HEIGHT };
}

function layoutLanes(input: TimelineInput, scale: TimeScale, view: TimelineView, top: number) {
  const arbiters = arbiterPids(input.points);
  const ground: SceneNode[] = [];
  const notes: SceneNode[] = [];
  const marks: SceneNode[] = [];
  const ownPid = input.incident?.pid ?? null;
  LANES.forEach((lane, index) => {
    const y = top + index * LANE_HEIGHT;
    const middle = y + LANE_HEIGHT / 2;
    const points = input.points.filter((point) => laneOf(point, arbiters) === lane);
    ground.push(gutter(lane, middle + 3.5));
    if (points.length === 0) notes.push(...note(scale.left + 6, middle + 3, `no ${lane} events`));
    else
      ground.push({
        type: 'line',
        x1: scale.left,
        y1: middle,
        x2: scale.left + scale.width,
        y2: middle,
        stroke: 'grid',
      });
    const describeTime = (point: EventPoint): string => view.timeLabel(point.time, 1);
    // A lane of the worker's own lines sets them off from those of other workers; the other lanes have no owner.
    marks.push(...laneMarks(points, scale, middle, lane === 'app' ? ownPid : null, describeTime));
  });
  return { ground, notes, marks, bottom: top + LANES.length * LANE_HEIGHT };
}

function layoutAxis(scale: TimeScale, view: TimelineView, top: number, bottom: number) {
  const widest = estimateTextWidth(view.timeLabel(view.from, Math.max(1, (view.to - view.from) / 8)), 9) + 18;
  const ticks = timeTicks(view.from, view.to, Math.max(2, scale.width / Math.max(56, widest)), view.offset ?? 0);
  const grid: SceneNode[] = [];
  const labels: SceneNode[] = [
    { type: 'line', x1: scale.left, y1: bottom, x2: scale.left + scale.width, y2: bottom, stroke: 'faint' },
  ];
  for (const time of ticks.times) {
    const x = timeToPx(scale, time);
    grid.push({ type: 'line', x1: x, y1: top, x2: x, y2: bottom, stroke: 'grid' });
    labels.push({ type: 'line', x1: x, y1: bottom, x2: x, y2: bottom + 4, stroke: 'faint' });
    const words = view.timeLabel(time, ticks.step);
    const half = estimateTextWidth(words, 9) / 2;
    const anchor = x - half < scale.left - 20 ? 'start' : x + half > view.width - 2 ? 'end' : 'middle';
    labels.push({ type: 'text', x, y: bottom + 14, text: words, fill: 'muted', size: 9, anchor });
  }
  labels.push(gutter(view.zoneLabel ?? 'UTC', bottom + 14));
  // Ticks finer than a day do not say which day it is.
  if (ticks.step < DAY_MICROS) {
    labels.push(text(scale.left, bottom + 26, view.timeLabel(view.from, DAY_MICROS), 'muted', 9));
    const span = secondsBetween(view.from, view.to);
    const shown = span * MICROS_PER_SECOND < 1_000 ? `${span * MICROS_PER_SECOND} µs` : formatSeconds(span);
    labels.push({
      type: 'text',
      x: scale.left + scale.width,
      y: bottom + 26,
      text: `${shown} shown`,
      fill: 'muted',
      size: 9,
      anchor: 'end',
    });
  }
  return { grid, labels };
}
