import { area, line, scaleLinear } from 'd3';
import { formatBytes, formatSeconds } from '../facts/wording.ts';
import type { ArtifactReport, ProfileSample } from '../model/artifact.ts';
import { byteAxis } from './byte-axis.ts';
import type { PaletteName, Scene, SceneNode } from './scene.ts';
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

/** Cost of parsing along the artifact's bytes: memory above, throughput below, both against the same axis of bytes. */
export function layoutProfile(artifact: ArtifactReport, view: ProfileView): Scene {
  const samples = thin(artifact.stream.samples, view.width);
  const width = Math.max(40, view.width - LEFT - RIGHT);
  const inner = Math.max(60, view.height - TOP - BETWEEN - BOTTOM);
  const memory: Panel = { x: LEFT, y: TOP, width, height: inner * 0.6 };
  const speed: Panel = { x: LEFT, y: TOP + inner * 0.6 + BETWEEN, width, height: inner * 0.4 };
  const bytes = Math.max(1, artifact.bytes, samples.at(-1)?.bytes ?? 0);
  const xOf = (at: number): number => LEFT + (at / bytes) * width;
  const nodes: SceneNode[] = [...bytesAxis(bytes, [memory, speed], xOf)];
  if (samples.length === 0) {
    nodes.push({ type: 'text', x: LEFT + 6, y: TOP + 16, text: 'no samples were taken', fill: 'muted', size: 10 });
  } else {
    nodes.push(...memoryPanel(samples, memory, xOf), ...speedPanel(samples, speed, xOf));
  }
  return {
    width: view.width,
    height: view.height,
    description: `Parsing ${formatBytes(artifact.bytes)} took ${formatSeconds(artifact.stream.seconds)}; memory rose by ${formatBytes(artifact.stream.peakRssBytes)} at most.`,
    nodes,
  };
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

/** Legend entries in one row, each a stroke and a name, so that colour is not the only key (one is dashed). */
function legend(
  x: number,
  y: number,
  title: string,
  entries: readonly { readonly name: string; readonly stroke: PaletteName; readonly dash?: string }[],
): readonly SceneNode[] {
  const nodes: SceneNode[] = [{ type: 'text', x, y, text: title, fill: 'muted', size: 9 }];
  let at = x + estimateTextWidth(title, 9) + 14;
  for (const { name, stroke, dash } of entries) {
    nodes.push({
      type: 'line',
      x1: at,
      y1: y - 3,
      x2: at + 16,
      y2: y - 3,
      stroke,
      width: 1.5,
      ...(dash === undefined ? {} : { dash }),
    });
    nodes.push({ type: 'text', x: at + 20, y, text: name, fill: 'muted', size: 9 });
    at += 34 + estimateTextWidth(name, 9);
  }
  return nodes;
}

const HEAP_DASH = '4 2';

function memoryPanel(
  samples: readonly ProfileSample[],
  panel: Panel,
  xOf: (at: number) => number,
): readonly SceneNode[] {
  const peak = samples.reduce((a, b) => (b.rssBytes > a.rssBytes ? b : a));
  const axis = byteAxis(Math.max(peak.rssBytes, ...samples.map(({ heapBytes }) => heapBytes)), 4);
  const bottom = panel.y + panel.height;
  const yOf = (bytes: number): number => bottom - (bytes / axis.max) * panel.height;
  const resident = samples.map((sample): [number, number] => [round(xOf(sample.bytes)), round(yOf(sample.rssBytes))]);
  const heap = samples.map((sample): [number, number] => [round(xOf(sample.bytes)), round(yOf(sample.heapBytes))]);
  const ground = area<[number, number]>()
    .x(([x]) => x)
    .y0(round(bottom))
    .y1(([, y]) => y)(resident);
  const label = `peak ${formatBytes(peak.rssBytes)}`;
  const end = xOf(peak.bytes) + 8 + estimateTextWidth(label, 9, 'bold') > panel.x + panel.width;
  return [
    ...(ground === null ? [] : [{ type: 'path', d: ground, fill: 'accent-soft' } as const]),
    ...valueAxis(panel, axis.ticks, yOf, axis.label),
    ...curve(resident, 'series-1'),
    ...curve(heap, 'series-2', HEAP_DASH),
    ...legend(panel.x, panel.y - 7, axis.unit, [
      { name: 'resident memory of the process', stroke: 'series-1' },
      { name: 'heap of the parser', stroke: 'series-2', dash: HEAP_DASH },
    ]),
    { type: 'circle', cx: xOf(peak.bytes), cy: yOf(peak.rssBytes), r: 2.5, fill: 'series-1', stroke: 'surface' },
    {
      type: 'text',
      x: xOf(peak.bytes) + (end ? -6 : 6),
      y: yOf(peak.rssBytes) + 13,
      text: label,
      fill: 'ink',
      size: 9,
      weight: 'bold',
      anchor: end ? 'end' : 'start',
    },
  ];
}

function speedPanel(
  samples: readonly ProfileSample[],
  panel: Panel,
  xOf: (at: number) => number,
): readonly SceneNode[] {
  const speeds = throughput(samples);
  const scale = scaleLinear()
    .domain([0, Math.max(1e-3, ...speeds.map(({ megabytesPerSecond }) => megabytesPerSecond))])
    .nice(3);
  const max = scale.domain()[1] ?? 1;
  const bottom = panel.y + panel.height;
  const yOf = (value: number): number => bottom - (value / max) * panel.height;
  const points = speeds.map(({ bytes, megabytesPerSecond }): [number, number] => [
    round(xOf(bytes)),
    round(yOf(megabytesPerSecond)),
  ]);
  return [
    ...valueAxis(panel, scale.ticks(3), yOf, (value) => value.toLocaleString('en-US')),
    ...curve(points, 'series-3'),
    ...legend(panel.x, panel.y - 7, 'MB/s', [{ name: 'throughput', stroke: 'series-3' }]),
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
