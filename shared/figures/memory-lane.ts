import { area, line } from 'd3';
import type { HostMemory, ProcessSample, VmstatSample } from '../model/samples.ts';
import type { EpochMicros } from '../model/time.ts';
import { formatBytes } from '../wording/figures.ts';
import { byteAxis } from './byte-axis.ts';
import type { SceneNode } from './scene.ts';
import { estimateTextWidth } from './text-width.ts';
import { type TimeScale, timeToPx } from './time-scale.ts';

/** A curve of memory over time. */
export interface MemorySeries {
  /** `resident memory of pid 23333`. */
  readonly name: string;
  readonly samples: readonly { readonly time: EpochMicros; readonly bytes: number }[];
}

/**
 * What the memory lane shows: resident memory of the incident's process, else of the process that grew largest, else the
 * free memory of the host. Null when no dated sample was saved.
 */
export function memorySeries(
  pid: number | null,
  processes: readonly ProcessSample[],
  vmstat: readonly VmstatSample[],
): MemorySeries | null {
  const dated = processes.flatMap(({ pid: of, time, rssBytes: bytes }) =>
    time === null || bytes === null ? [] : [{ pid: of, time, bytes }],
  );
  const largest = dated.reduce<(typeof dated)[number] | null>(
    (a, b) => (a === null || b.bytes > a.bytes ? b : a),
    null,
  );
  const shown = dated.some((sample) => sample.pid === pid) ? pid : (largest?.pid ?? null);
  if (shown !== null) {
    const samples = dated.filter((sample) => sample.pid === shown);
    return { name: `resident memory of pid ${shown} (ps)`, samples: samples.sort((a, b) => a.time - b.time) };
  }
  const free = vmstat.flatMap((s) => (s.time !== null ? [{ time: s.time, bytes: s.freeBytes }] : []));
  if (free.length === 0) return null;
  return { name: 'free memory of the host (vmstat)', samples: free.sort((a, b) => a.time - b.time) };
}

/** `of 25.3 GB on the host`, to read the curve against; empty when no snapshot of the host was saved. */
export function hostMemoryNote(hostMemory: readonly HostMemory[]): string {
  const total = Math.max(0, ...hostMemory.map((memory) => memory.totalBytes));
  return total === 0 ? '' : `, host has ${formatBytes(total)}`;
}

/** Words on a ground of their own, so that lines that pass behind do not strike them through. */
export function note(x: number, y: number, words: string): readonly SceneNode[] {
  const width = estimateTextWidth(words, 9);
  return [
    { type: 'rect', x: x - 2, y: y - 9, width: width + 4, height: 12, fill: 'surface' },
    { type: 'text', x, y, text: words, fill: 'muted', size: 9 },
  ];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The curve with its axis in `box`, the axis labels to the left of it; `words` are drawn over what comes later. */
export function memoryNodes(
  series: MemorySeries,
  scale: TimeScale,
  box: Box,
  hostNote: string,
): { readonly curve: readonly SceneNode[]; readonly words: readonly SceneNode[] } {
  const visible = withNeighbours(series.samples, scale);
  const bottom = box.y + box.height;
  const peak = visible.reduce((a, b) => Math.max(a, b.bytes), 0);
  const axis = byteAxis(peak, box.height > 120 ? 4 : 3);
  const nodes: SceneNode[] = [];
  const yOf = (bytes: number): number => bottom - (bytes / axis.max) * box.height;
  for (const tick of axis.ticks) {
    const y = yOf(tick);
    nodes.push({ type: 'line', x1: box.x, y1: y, x2: box.x + box.width, y2: y, stroke: 'grid' });
    nodes.push({ type: 'text', x: box.x - 6, y: y + 3, text: axis.label(tick), fill: 'muted', size: 9, anchor: 'end' });
  }
  const words = note(box.x + 4, box.y - 9, `${axis.unit}, ${series.name}${hostNote}`);
  const pixels = perColumn(visible, scale).map(({ x, bytes }): [number, number] => [round(x), round(yOf(bytes))]);
  const first = pixels[0];
  if (first === undefined) return { curve: nodes, words };
  const clip = { x: box.x, y: box.y - 2, width: box.width, height: box.height + 3 };
  const title = `${series.name}: at most ${formatBytes(peak)} in view`;
  if (pixels.length === 1) {
    nodes.push({ type: 'circle', cx: first[0], cy: first[1], r: 3, fill: 'series-1', title, clip });
  } else {
    const filled = area<[number, number]>()
      .x(([x]) => x)
      .y0(round(bottom))
      .y1(([, y]) => y)(pixels);
    const stroked = line<[number, number]>()(pixels);
    if (filled !== null) nodes.push({ type: 'path', d: filled, fill: 'accent-soft', clip, title });
    if (stroked !== null) nodes.push({ type: 'path', d: stroked, stroke: 'series-1', width: 1.5, clip, title });
  }
  return { curve: nodes, words: [...words, ...peakLabel(visible, scale, box, yOf)] };
}

function peakLabel(
  visible: MemorySeries['samples'],
  scale: TimeScale,
  box: Box,
  yOf: (bytes: number) => number,
): readonly SceneNode[] {
  const inside = visible.filter(({ time }) => time >= scale.from && time <= scale.to);
  const top = inside.reduce<MemorySeries['samples'][number] | null>(
    (a, b) => (a === null || b.bytes > a.bytes ? b : a),
    null,
  );
  if (top === null) return [];
  const x = timeToPx(scale, top.time);
  const text = `peak ${formatBytes(top.bytes)}`;
  const width = estimateTextWidth(text, 9, 'bold');
  // On the side with more room, where fewer markers stand as a rule: incidents end to the right.
  const end = x - 6 - width > box.x && x > box.x + box.width / 2;
  const y = yOf(top.bytes);
  const label: SceneNode = {
    type: 'text',
    x: end ? x - 6 : x + 6,
    // Below the curve's top, where the filled area gives it a quiet ground; above it when the curve runs along the bottom.
    y: y + 14 < box.y + box.height ? y + 13 : y - 5,
    text,
    fill: 'ink',
    size: 9,
    weight: 'bold',
    anchor: end ? 'end' : 'start',
  };
  return [{ type: 'circle', cx: x, cy: y, r: 2.5, fill: 'series-1', stroke: 'surface' }, label];
}

/** The samples in view and one on either side, so that the curve runs to the edges. */
function withNeighbours(samples: MemorySeries['samples'], scale: TimeScale): MemorySeries['samples'] {
  const first = samples.findIndex(({ time }) => time >= scale.from);
  const last = samples.findLastIndex(({ time }) => time <= scale.to);
  if (first === -1 || last === -1) return samples.slice(Math.max(0, last), last + 2);
  return samples.slice(Math.max(0, first - 1), last + 2);
}

/** At most first, lowest, highest and last sample of each pixel column: the curve looks the same and stays small. */
function perColumn(
  samples: MemorySeries['samples'],
  scale: TimeScale,
): readonly { readonly x: number; readonly bytes: number }[] {
  if (samples.length <= scale.width * 2) return samples.map(({ time, bytes }) => ({ x: timeToPx(scale, time), bytes }));
  const kept: { x: number; bytes: number }[] = [];
  let column: { x: number; bytes: number }[] = [];
  const flush = (): void => {
    const first = column[0];
    const last = column.at(-1);
    if (first === undefined || last === undefined) return;
    const low = column.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    const high = column.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    kept.push(...[...new Set([first, low, high, last])].sort((a, b) => a.x - b.x));
    column = [];
  };
  for (const { time, bytes } of samples) {
    const x = timeToPx(scale, time);
    const held = column[0];
    if (held !== undefined && Math.floor(held.x) !== Math.floor(x)) flush();
    column.push({ x, bytes });
  }
  flush();
  return kept;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
