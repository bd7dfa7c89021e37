import { area, line, scaleLinear } from 'd3';
import type { ArtifactReport, GcPause, ParseProfile, ProfileSample } from '../model/artifact.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import { byteAxis } from './byte-axis.ts';
import type { PaletteName, Scene, SceneNode } from './scene.ts';
import { strokeLegend } from './stroke-legend.ts';
import { estimateTextWidth } from './text-width.ts';

export interface ProfileView {
  readonly width: number;
  readonly height: number;
}

interface Panel {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const LEFT = 46;
const RIGHT = 12;
const TOP = 18;
const BETWEEN = 26;
const BOTTOM = 34;

/** A parse as the figure draws it: how it is named and by which stroke. */
interface Drawn {
  readonly name: string;
  readonly profile: ParseProfile;
  readonly samples: readonly ProfileSample[];
  readonly stroke: PaletteName;
}

/**
 * Cost of parsing along the artifact's bytes: memory above, garbage collections between, throughput below, all against the
 * same axis of bytes. The parse into a tree is drawn beside the stream where it was measured.
 */
export function layoutProfile(artifact: ArtifactReport, view: ProfileView): Scene {
  const drawnOf = (name: string, profile: ParseProfile, stroke: PaletteName): Drawn => ({
    name,
    profile,
    samples: thin(profile.samples, view.width),
    stroke,
  });
  const drawn: readonly Drawn[] = [
    drawnOf('stream', artifact.stream, 'series-1'),
    ...(artifact.tree === null ? [] : [drawnOf('tree', artifact.tree, 'series-3')]),
  ];
  const gcHeight = drawn.length * GC_ROW;
  const width = Math.max(40, view.width - LEFT - RIGHT);
  const inner = Math.max(60, view.height - TOP - BETWEEN - BOTTOM - gcHeight);
  const memory: Panel = { x: LEFT, y: TOP, width, height: inner * 0.6 };
  const collections: Panel = { x: LEFT, y: TOP + inner * 0.6 + 3, width, height: gcHeight };
  const speed: Panel = { x: LEFT, y: TOP + inner * 0.6 + gcHeight + BETWEEN, width, height: inner * 0.4 };
  const bytes = Math.max(1, artifact.bytes, ...drawn.map(({ samples }) => samples.at(-1)?.bytes ?? 0));
  const xOf = (at: number): number => LEFT + (at / bytes) * width;
  const nodes: SceneNode[] = [...bytesAxis(bytes, [memory, speed], xOf)];
  if (drawn.every(({ samples }) => samples.length === 0)) {
    nodes.push({ type: 'text', x: LEFT + 6, y: TOP + 16, text: 'no samples were taken', fill: 'muted', size: 10 });
  } else {
    nodes.push(
      ...memoryPanel(drawn, memory, xOf),
      ...collectionMarks(drawn, collections, xOf),
      ...speedPanel(drawn, speed, xOf),
    );
  }
  const tree = artifact.tree === null ? '' : ` ${treeSentence(artifact.tree)}`;
  return {
    width: view.width,
    height: view.height,
    description: `Parsing ${formatBytes(artifact.bytes)} took ${formatSeconds(artifact.stream.seconds)}; memory rose by ${formatBytes(artifact.stream.peakRssBytes)} at most.${tree}`,
    nodes,
  };
}

function treeSentence({ seconds, peakRssBytes, outcome }: ParseProfile): string {
  return outcome.kind === 'memory-limit'
    ? `As a tree it reached the limit of ${formatBytes(outcome.limitBytes)} at byte ${formatCount(outcome.atBytes)}.`
    : `As a tree it took ${formatSeconds(seconds)} and ${formatBytes(peakRssBytes)}.`;
}

/** Every nth sample, first and last included, and the one with the highest memory: enough for one per two pixels. */
function thin(samples: readonly ProfileSample[], width: number): readonly ProfileSample[] {
  const every = Math.ceil(samples.length / Math.max(20, width / 2));
  if (every <= 1) return samples;
  const peak = samples.reduce(
    (best, sample, index) => (sample.rssBytes > (samples[best]?.rssBytes ?? 0) ? index : best),
    0,
  );
  return samples.filter((_, index) => index % every === 0 || index === peak || index === samples.length - 1);
}

function bytesAxis(bytes: number, panels: readonly Panel[], xOf: (at: number) => number): readonly SceneNode[] {
  const axis = byteAxis(bytes, 6);
  const lowest = panels.at(-1);
  const bottom = lowest === undefined ? 0 : lowest.y + lowest.height;
  const nodes: SceneNode[] = [];
  for (const tick of axis.ticks.filter((at) => at <= bytes)) {
    const x = xOf(tick);
    for (const { y, height } of panels)
      nodes.push({ type: 'line', x1: x, y1: y, x2: x, y2: y + height, stroke: 'grid' });
    nodes.push({ type: 'text', x, y: bottom + 13, text: axis.label(tick), fill: 'muted', size: 9, anchor: 'middle' });
  }
  const right = xOf(bytes);
  nodes.push({
    type: 'text',
    x: right,
    y: bottom + 26,
    text: `${axis.unit} parsed`,
    fill: 'muted',
    size: 9,
    anchor: 'end',
  });
  return nodes;
}

function valueAxis(
  panel: Panel,
  ticks: readonly number[],
  yOf: (value: number) => number,
  label: (value: number) => string,
): readonly SceneNode[] {
  return ticks.flatMap((tick): readonly SceneNode[] => [
    { type: 'line', x1: panel.x, y1: yOf(tick), x2: panel.x + panel.width, y2: yOf(tick), stroke: 'grid' },
    { type: 'text', x: panel.x - 6, y: yOf(tick) + 3, text: label(tick), fill: 'muted', size: 9, anchor: 'end' },
  ]);
}

const HEAP_DASH = '4 2';

function memoryPanel(drawn: readonly Drawn[], panel: Panel, xOf: (at: number) => number): readonly SceneNode[] {
  const all = drawn.flatMap(({ samples }) => samples);
  const axis = byteAxis(Math.max(...all.map(({ rssBytes, heapBytes }) => Math.max(rssBytes, heapBytes))), 4);
  const bottom = panel.y + panel.height;
  const yOf = (bytes: number): number => bottom - (bytes / axis.max) * panel.height;
  const pointsOf = (samples: readonly ProfileSample[], of: (sample: ProfileSample) => number): [number, number][] =>
    samples.map((sample) => [round(xOf(sample.bytes)), round(yOf(of(sample)))]);
  const residents = drawn.map((each) => ({ ...each, points: pointsOf(each.samples, ({ rssBytes }) => rssBytes) }));
  // Only one ground: two would make a third colour where they overlap.
  const ground = area<[number, number]>()
    .x(([x]) => x)
    .y0(round(bottom))
    .y1(([, y]) => y)(residents[0]?.points ?? []);
  const several = drawn.length > 1;
  return [
    ...(ground === null ? [] : [{ type: 'path', d: ground, fill: 'accent-soft' } as const]),
    ...valueAxis(panel, axis.ticks, yOf, axis.label),
    ...residents.flatMap(({ points, stroke, samples }) => [
      ...curve(points, stroke),
      ...curve(
        pointsOf(samples, ({ heapBytes }) => heapBytes),
        several ? stroke : 'series-2',
        HEAP_DASH,
      ),
    ]),
    ...strokeLegend(
      panel.x,
      panel.y - 7,
      axis.unit,
      several
        ? drawn.flatMap(({ name, stroke }) => [
            { name: `resident, ${name}`, stroke },
            { name: `heap, ${name}`, stroke, dash: HEAP_DASH },
          ])
        : [
            { name: 'resident memory of the process', stroke: 'series-1' },
            { name: 'heap of the parser', stroke: 'series-2', dash: HEAP_DASH },
          ],
    ),
    ...residents.flatMap(({ samples, profile, stroke }) => peakMark(samples, profile, stroke, panel, xOf, yOf)),
  ];
}

/** The highest resident memory, or where a limit ended the run. */
function peakMark(
  samples: readonly ProfileSample[],
  { outcome }: ParseProfile,
  stroke: PaletteName,
  panel: Panel,
  xOf: (at: number) => number,
  yOf: (bytes: number) => number,
): readonly SceneNode[] {
  const first = samples[0];
  if (first === undefined) return [];
  const peak = samples.reduce((a, b) => (b.rssBytes > a.rssBytes ? b : a), first);
  const isLimit = outcome.kind === 'memory-limit';
  const at = isLimit ? (samples.at(-1) ?? peak) : peak;
  const text = isLimit
    ? `✗ limit of ${formatBytes(outcome.limitBytes)} at byte ${formatCount(outcome.atBytes)}`
    : `peak ${formatBytes(peak.rssBytes)}`;
  const end = xOf(at.bytes) + 8 + estimateTextWidth(text, 9, 'bold') > panel.x + panel.width;
  return [
    {
      type: 'circle',
      cx: xOf(at.bytes),
      cy: yOf(at.rssBytes),
      r: isLimit ? 3.5 : 2.5,
      fill: isLimit ? 'danger' : stroke,
      stroke: 'surface',
    },
    {
      type: 'text',
      x: xOf(at.bytes) + (end ? -6 : 6),
      y: yOf(at.rssBytes) + 13,
      text,
      fill: isLimit ? 'danger' : 'ink',
      size: 9,
      weight: 'bold',
      anchor: end ? 'end' : 'start',
    },
  ];
}

const GC_ROW = 10;
/** Pauses from which on a collection is drawn at full height. */
const LONG_PAUSE_MILLIS = 20;

/** A mark for each collection where it came, the longer the pause the taller; collections of the whole heap are heavier. */
function collectionMarks(drawn: readonly Drawn[], panel: Panel, xOf: (at: number) => number): readonly SceneNode[] {
  return drawn.flatMap(({ profile, stroke, name }, row): readonly SceneNode[] => {
    const bottom = panel.y + (row + 1) * GC_ROW;
    const title = `${formatCount(profile.gc.count)} garbage collections of the ${name}, ${formatSeconds(profile.gc.pauseMillis / 1000)} of pauses`;
    return [
      { type: 'text', x: panel.x - 6, y: bottom - 1, text: 'GC', fill: 'muted', size: 8, anchor: 'end', title },
      ...profile.gcs.map(
        (pause): SceneNode => ({
          type: 'line',
          x1: round(xOf(pause.atBytes)),
          x2: round(xOf(pause.atBytes)),
          y1: round(bottom - 2 - (GC_ROW - 4) * Math.min(1, Math.max(0.25, pause.pauseMillis / LONG_PAUSE_MILLIS))),
          y2: bottom - 1,
          stroke: isWholeHeap(pause) ? 'danger' : stroke,
          width: isWholeHeap(pause) ? 2 : 1,
          title: `${pause.kind} collection, ${formatSeconds(pause.pauseMillis / 1000)} pause`,
        }),
      ),
    ];
  });
}

function isWholeHeap({ kind }: GcPause): boolean {
  return kind === 'major' || kind === 'incremental';
}

function speedPanel(drawn: readonly Drawn[], panel: Panel, xOf: (at: number) => number): readonly SceneNode[] {
  const curves = drawn.map((each) => ({ ...each, speeds: throughput(each.samples) }));
  const scale = scaleLinear()
    .domain([0, Math.max(1e-3, ...curves.flatMap(({ speeds }) => speeds.map((each) => each.megabytesPerSecond)))])
    .nice(3);
  const max = scale.domain()[1] ?? 1;
  const bottom = panel.y + panel.height;
  const yOf = (value: number): number => bottom - (value / max) * panel.height;
  return [
    ...valueAxis(panel, scale.ticks(3), yOf, (value) => value.toLocaleString('en-US')),
    ...curves.flatMap(({ speeds, stroke }) =>
      curve(
        speeds.map(({ bytes, megabytesPerSecond }): [number, number] => [
          round(xOf(bytes)),
          round(yOf(megabytesPerSecond)),
        ]),
        stroke,
      ),
    ),
    ...strokeLegend(
      panel.x,
      panel.y - 7,
      'MB/s',
      curves.map(({ name, stroke }) => ({ name: curves.length > 1 ? `throughput, ${name}` : 'throughput', stroke })),
    ),
  ];
}

/** Throughput between samples that are apart in time; clocks are coarse, so neighbours closer than 5 ms are joined. */
export function throughput(
  samples: readonly ProfileSample[],
): readonly { readonly bytes: number; readonly megabytesPerSecond: number }[] {
  const speeds: { bytes: number; megabytesPerSecond: number }[] = [];
  let from = samples[0];
  for (const sample of samples) {
    if (from === undefined || sample.seconds - from.seconds < 0.005) continue;
    const megabytesPerSecond = (sample.bytes - from.bytes) / 1e6 / (sample.seconds - from.seconds);
    speeds.push({ bytes: (from.bytes + sample.bytes) / 2, megabytesPerSecond });
    from = sample;
  }
  return speeds;
}

function curve(points: readonly [number, number][], stroke: PaletteName, dash?: string): readonly SceneNode[] {
  const only = points[0];
  if (only === undefined) return [];
  if (points.length === 1) return [{ type: 'circle', cx: only[0], cy: only[1], r: 2.5, fill: stroke }];
  const d = line<[number, number]>()([...points]);
  return d === null ? [] : [{ type: 'path', d, stroke, width: 1.5, ...(dash === undefined ? {} : { dash }) }];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
