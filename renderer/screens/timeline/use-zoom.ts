import { type Selection, select, type ZoomTransform, zoom, zoomIdentity } from 'd3';
import { useEffect, useRef, useState } from 'react';
import {
  MIN_SPAN_MICROS,
  type PlotArea,
  panRange,
  rangeToTransform,
  spanOf,
  type TimeRange,
  transformToRange,
} from '../../state/time-range.ts';

interface ZoomOptions {
  readonly element: HTMLElement | null;
  readonly extent: TimeRange | null;
  readonly area: PlotArea;
  readonly shown: TimeRange | null;
  readonly onLive: (range: TimeRange) => void;
  readonly onCommit: (range: TimeRange) => void;
}

const WHEEL_LINE_PX = 16;

/**
 * Wheel, pinch, drag and double click on the stage by d3-zoom. The range on screen is the truth; d3's own transform is set
 * from it after every change that did not come from a hand, so that buttons, keys, minimap and going back agree with it.
 */
export function useZoom(options: ZoomOptions): boolean {
  const { element, extent, area, shown } = options;
  const latest = useRef(options);
  latest.current = options;
  const isActive = useRef(false);
  const [isDragging, setIsDragging] = useState(false);
  // The stage exists only after the first layout; the element is then a new dependency.
  const [stage, setStage] = useState<HTMLElement | null>(null);
  useEffect(() => setStage(element), [element]);

  useEffect(() => {
    if (stage === null || extent === null || area.width <= 0) return;
    const selection: Selection<HTMLElement, unknown, null, undefined> = select(stage);
    const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const rangeOf = (transform: ZoomTransform): TimeRange => transformToRange(transform, extent, area);
    const behaviour = zoom<HTMLElement, unknown>()
      .extent([
        [area.left, 0],
        [area.left + area.width, 1],
      ])
      .translateExtent([
        [area.left, 0],
        [area.left + area.width, 1],
      ])
      .scaleExtent([1, Math.max(1, spanOf(extent) / MIN_SPAN_MICROS)])
      .duration(reducedMotion ? 0 : 220)
      .filter((event: Event) => {
        if (event instanceof WheelEvent) return !isSideways(event);
        return event instanceof globalThis.MouseEvent ? event.button === 0 && !event.shiftKey : true;
      })
      .on('start', (event: { sourceEvent: Event | null }) => {
        isActive.current = true;
        if (event.sourceEvent?.type === 'mousedown') setIsDragging(true);
      })
      .on('zoom', (event: { transform: ZoomTransform }) => latest.current.onLive(rangeOf(event.transform)))
      .on('end', (event: { transform: ZoomTransform }) => {
        isActive.current = false;
        setIsDragging(false);
        latest.current.onCommit(rangeOf(event.transform));
      });
    const onWheel = (event: WheelEvent): void => {
      if (!isSideways(event)) return;
      event.preventDefault();
      const range = latest.current.shown;
      if (range === null) return;
      const delta =
        (event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX) *
        (event.deltaMode === 1 ? WHEEL_LINE_PX : 1);
      latest.current.onCommit(panRange(range, delta / area.width, extent));
    };
    selection.call(behaviour);
    // A single click is a selection of an event; without this d3 would also keep the page from focusing the stage.
    selection.on('mousedown.focus', () => stage.focus({ preventScroll: true }));
    stage.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      selection.on('.zoom', null).on('mousedown.focus', null);
      stage.removeEventListener('wheel', onWheel);
    };
  }, [stage, extent, area]);

  useEffect(() => {
    if (stage === null || extent === null || shown === null || area.width <= 0 || isActive.current) return;
    const { k, x } = rangeToTransform(shown, extent, area);
    // The documented place of d3-zoom's state; calling zoom.transform instead would tell of a gesture that was none.
    select(stage).property('__zoom', zoomIdentity.translate(x, 0).scale(k));
  }, [stage, extent, area, shown]);
  return isDragging;
}

/** A wheel or touchpad movement along the time axis: it pans, where one across it zooms. */
function isSideways(event: WheelEvent): boolean {
  return !event.ctrlKey && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY));
}
