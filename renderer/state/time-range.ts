import { type EpochMicros, epochMicros, MICROS_PER_SECOND } from '../../shared/model/time.ts';

/** A stretch of time on screen, `from` before `to`. */
export interface TimeRange {
  readonly from: EpochMicros;
  readonly to: EpochMicros;
}

/** Closer than this there is nothing more to tell apart: journal stamps are whole microseconds. */
export const MIN_SPAN_MICROS = 50;

/*
 * Properties that hold for every function here, for any input range inside or outside the extent:
 *   the result lies within the extent; its span is at least MIN_SPAN_MICROS (or the extent's own, if that is shorter) and
 *   at most the extent's; zooming keeps the moment `at` at the same place on screen unless an edge is in the way;
 *   panning keeps the span.
 */

export function spanOf(range: TimeRange): number {
  return range.to - range.from;
}

/** The nearest range to `range` that lies within `extent`. */
export function clampRange(range: TimeRange, extent: TimeRange): TimeRange {
  const widest = spanOf(extent);
  const span = Math.min(Math.max(spanOf(range), Math.min(MIN_SPAN_MICROS, widest)), widest);
  const from = Math.min(Math.max(range.from, extent.from), extent.to - span);
  return { from: epochMicros(from), to: epochMicros(from + span) };
}

/** Zooms by `factor` (2: half as much time is visible) around the moment `at`. */
export function zoomRange(range: TimeRange, factor: number, at: number, extent: TimeRange): TimeRange {
  const span = Math.min(Math.max(spanOf(range) / factor, Math.min(MIN_SPAN_MICROS, spanOf(extent))), spanOf(extent));
  const place = spanOf(range) === 0 ? 0.5 : (at - range.from) / spanOf(range);
  const from = at - place * span;
  return clampRange({ from: epochMicros(from), to: epochMicros(from + span) }, extent);
}

/** Shifts by a share of what is visible: 0.25 is a quarter of the width towards later. */
export function panRange(range: TimeRange, share: number, extent: TimeRange): TimeRange {
  const shift = spanOf(range) * share;
  return clampRange({ from: epochMicros(range.from + shift), to: epochMicros(range.to + shift) }, extent);
}

/** Widens by a share of the span on both sides, by at least `leastSeconds`. */
export function padRange(range: TimeRange, share: number, leastSeconds: number): TimeRange {
  const pad = Math.max(spanOf(range) * share, leastSeconds * MICROS_PER_SECOND);
  return { from: epochMicros(range.from - pad), to: epochMicros(range.to + pad) };
}

/** Centres on a moment without changing the zoom, when the moment is out of sight; else leaves the range alone. */
export function reveal(range: TimeRange, at: EpochMicros, extent: TimeRange): TimeRange {
  if (at >= range.from && at <= range.to) return range;
  const half = spanOf(range) / 2;
  return clampRange({ from: epochMicros(at - half), to: epochMicros(at + half) }, extent);
}

export function sameRange(one: TimeRange | null, other: TimeRange | null): boolean {
  return one === other || (one !== null && other !== null && one.from === other.from && one.to === other.to);
}

/** Where the drawing area of a picture lies, in pixels. */
export interface PlotArea {
  readonly left: number;
  readonly width: number;
}

/** The d3-zoom transform that shows `range` of `extent` in `area`: `k` times magnified, then shifted by `x` pixels. */
export function rangeToTransform(
  range: TimeRange,
  extent: TimeRange,
  area: PlotArea,
): { readonly k: number; readonly x: number } {
  const k = spanOf(extent) / spanOf(range);
  const unzoomedPx = area.left + ((range.from - extent.from) / spanOf(extent)) * area.width;
  return { k, x: area.left - k * unzoomedPx };
}

/** The range that a d3-zoom transform shows; the inverse of `rangeToTransform` to within a microsecond. */
export function transformToRange(
  transform: { readonly k: number; readonly x: number },
  extent: TimeRange,
  area: PlotArea,
): TimeRange {
  const span = spanOf(extent) / transform.k;
  const unzoomedPx = (area.left - transform.x) / transform.k;
  const from = extent.from + ((unzoomedPx - area.left) / area.width) * spanOf(extent);
  return clampRange({ from: epochMicros(from), to: epochMicros(from + span) }, extent);
}
