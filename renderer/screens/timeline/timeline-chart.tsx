import { pointer, type Selection, select, type ZoomTransform, zoom, zoomIdentity } from 'd3';
import { Minus, Pin, Plus, X } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import { pxToTime, timeToPx } from '../../../shared/figures/time-scale.ts';
import { layoutTimeline, timelineScale } from '../../../shared/figures/timeline-figure.ts';
import type { Incident } from '../../../shared/model/analysis.ts';
import { type EpochMicros, epochMicros, MICROS_PER_SECOND } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { zoneOffsetMicros } from '../../../shared/model/zone.ts';
import { type Hover, HoverTooltip } from '../../components/hover-tooltip.tsx';
import { SceneView } from '../../components/scene-view.tsx';
import { useSize } from '../../components/use-size.ts';
import {
  formatDelta,
  formatDuration,
  rangeZoneLabel,
  zonedDate,
  zonedTickLabel,
  zonedTimeOfDay,
  zoneLabel,
} from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { caseExtent, incidentRange } from '../../state/app-state.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import {
  MIN_SPAN_MICROS,
  type PlotArea,
  panRange,
  rangeToTransform,
  sameRange,
  spanOf,
  type TimeRange,
  transformToRange,
  zoomRange,
} from '../../state/time-range.ts';
import { Minimap } from './minimap.tsx';

const ZOOM_STEP = 1.6;
const PAN_STEP = 0.2;
/** Height of the picture as a share of the window's; the table gets the rest. */
const HEIGHT_SHARE = 0.34;
const LEAST_HEIGHT_PX = 200;
/** Below this every row of labels counts: moments that explain least are left to the list of key moments. */
const LOW_HEIGHT_PX = 260;

interface TimeHover extends Hover {
  readonly time: EpochMicros;
}

interface ChartProps {
  readonly view: CaseView;
  /** What stands out among all events of the strip. */
  readonly filter: EventFilter;
  /** null: the whole case. */
  readonly range: TimeRange | null;
  /** The selected event's moment, to be marked; null when nothing is selected. */
  readonly selectedTime: EpochMicros | null;
  readonly origin: { readonly time: EpochMicros; readonly name: string } | null;
  readonly leading: ReactNode;
  readonly trailing: ReactNode;
}

/** The incident as a picture that is zoomed, panned and pointed at, over a strip that shows where in the case one is. */
export const TimelineChart = memo(function TimelineChart(props: ChartProps) {
  const { view, range, selectedTime, origin } = props;
  const { move, pin, showEvent } = useActions();
  const { zone } = useDisplayZone();
  const { ref, width } = useSize<HTMLDivElement>();
  const extent = useMemo(() => caseExtent(view), [view]);
  /** The range while a hand is on it; what it ends at becomes the place. */
  const [live, setLive] = useState<TimeRange | null>(null);
  const [hover, setHover] = useState<TimeHover | null>(null);
  const height = useChartHeight();
  const shown = live ?? range ?? extent;

  const scene = useMemo(() => {
    if (shown === null || width === 0) return null;
    return layoutTimeline(
      {
        incident: height.isLow ? withFewerMoments(view.analysis.incident) : view.analysis.incident,
        points: view.points,
        processes: view.processes,
        vmstat: view.vmstat,
        hostMemory: view.hostMemory,
      },
      {
        width,
        height: height.wanted,
        from: shown.from,
        to: shown.to,
        timeLabel: zonedTickLabel(zone, shown.from, shown.to),
        offset: (time) => zoneOffsetMicros(zone, time),
        zoneLabel: axisZoneLabel(zone, shown),
      },
    );
  }, [view, shown, zone, width, height.wanted, height.isLow]);
  const stageHeight = scene === null ? height.wanted : height.grownTo(scene.height);

  const commit = (next: TimeRange): void => {
    setLive(null);
    if (!sameRange(next, range)) move({ range: next }, 'range');
  };
  const area = useMemo<PlotArea>(() => timelineScale(width, epochMicros(0), epochMicros(1)), [width]);
  const dragging = useZoom({ element: ref.current, extent, area, shown, onLive: setLive, onCommit: commit });

  if (extent === null || shown === null) {
    return (
      <section className="chart" aria-label="Timeline">
        <div className="chart-bar">
          {props.leading}
          <span className="chart-range secondary">Nothing in this evidence carries a time.</span>
          {props.trailing}
        </div>
      </section>
    );
  }

  const scale = timelineScale(width, shown.from, shown.to);
  const incident = incidentRange(view);
  const zoomBy = (factor: number): void => {
    const centre = hover === null ? (shown.from + shown.to) / 2 : hover.time;
    commit(zoomRange(shown, factor, centre, extent));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === '+' || event.key === '=') zoomBy(ZOOM_STEP);
    else if (event.key === '-' || event.key === '_') zoomBy(1 / ZOOM_STEP);
    else if (event.key === '0') commit(incident ?? extent);
    else if (event.key === 'ArrowLeft') commit(panRange(shown, -PAN_STEP, extent));
    else if (event.key === 'ArrowRight') commit(panRange(shown, PAN_STEP, extent));
    else if (event.key === 'ArrowUp') zoomBy(ZOOM_STEP);
    else if (event.key === 'ArrowDown') zoomBy(1 / ZOOM_STEP);
    else return;
    event.preventDefault();
  };
  const onMouseMove = (event: MouseEvent): void => {
    const stage = ref.current;
    if (stage === null) return;
    const [x, y] = pointer(event, stage);
    if (x < scale.left - 2 || x > scale.left + scale.width + 2) {
      setHover(null);
      return;
    }
    const mark = markNear(event.clientX, event.clientY, stage);
    setHover({ x, y, time: pxToTime(scale, x), title: mark?.title ?? null });
  };
  const onClick = (event: MouseEvent): void => {
    const stage = ref.current;
    if (stage === null) return;
    if (event.shiftKey) {
      if (hover !== null) pin(hover.time);
      return;
    }
    const row = markNear(event.clientX, event.clientY, stage)?.row ?? null;
    if (row !== null) void showEvent(row);
  };

  const isPinned = origin?.name === 'pinned moment';
  return (
    <section className="chart" aria-label="Timeline">
      <div className="chart-bar">
        {props.leading}
        <p className="chart-range">
          <span className="date">{zonedDate(shown.from, zone)}</span>{' '}
          <strong>{zonedTimeOfDay(shown.from, zone, rangeDecimals(shown))}</strong> –{' '}
          {zonedDate(shown.from, zone) === zonedDate(shown.to, zone) ? null : (
            <span className="date">{zonedDate(shown.to, zone)} </span>
          )}
          <strong>{zonedTimeOfDay(shown.to, zone, rangeDecimals(shown))}</strong>{' '}
          {rangeZoneLabel(zone, shown.from, shown.to)}
          <span className="secondary"> · {formatShownSpan(shown)}</span>
        </p>
        {origin !== null && isPinned ? (
          <button
            type="button"
            className="condition"
            title="Count from the incident's end again"
            onClick={() => pin(null)}
          >
            <Pin size={12} aria-hidden="true" />
            <span className="numeric">{zonedTimeOfDay(origin.time, zone, 6)}</span>
            <X size={12} aria-hidden="true" />
          </button>
        ) : null}
        <div className="button-group">
          <button
            type="button"
            className="icon-button"
            aria-label="Zoom out"
            title="Zoom out (−)"
            onClick={() => zoomBy(1 / ZOOM_STEP)}
          >
            <Minus size={14} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label="Zoom in"
            title="Zoom in (+)"
            onClick={() => zoomBy(ZOOM_STEP)}
          >
            <Plus size={14} aria-hidden="true" />
          </button>
          {incident === null ? null : (
            <button
              type="button"
              className="button button-small button-quiet"
              title="Fit the incident (0)"
              onClick={() => commit(incident)}
            >
              Incident
            </button>
          )}
          <button
            type="button"
            className="button button-small button-quiet"
            title="Fit the whole case"
            onClick={() => commit(extent)}
          >
            All
          </button>
        </div>
        {props.trailing}
      </div>
      <StageHeight px={stageHeight}>
        {/* biome-ignore lint/a11y/useSemanticElements: a group of SVG elements that takes keys; no element means that. */}
        <div
          ref={ref}
          role="group"
          aria-label="Timeline picture. Plus and minus zoom, arrows pan, 0 fits the incident, Shift and click pins a moment."
          // biome-ignore lint/a11y/noNoninteractiveTabindex: zooming and panning must work from the keyboard.
          tabIndex={0}
          className={dragging ? 'chart-stage is-dragging' : 'chart-stage'}
          onKeyDown={onKeyDown}
          onMouseMove={onMouseMove}
          onMouseLeave={() => setHover(null)}
          onClick={onClick}
        >
          {scene === null ? null : <SceneView scene={scene} titles="own" />}
          {scene === null ? null : (
            <svg className="chart-overlay" width={width} height={scene.height} aria-hidden="true">
              {selectedTime !== null && selectedTime >= shown.from && selectedTime <= shown.to ? (
                <MomentLine x={timeToPx(scale, selectedTime)} height={scene.height} name="selected" />
              ) : null}
              {origin !== null && isPinned && origin.time >= shown.from && origin.time <= shown.to ? (
                <MomentLine x={timeToPx(scale, origin.time)} height={scene.height} name="pinned" />
              ) : null}
              {hover === null || dragging ? null : (
                <line className="crosshair" x1={hover.x} x2={hover.x} y1={0} y2={scene.height - 28} />
              )}
            </svg>
          )}
          {hover === null || dragging ? null : (
            <HoverTooltip hover={hover} stageWidth={width}>
              <span className="tooltip-time">
                {zonedTimeOfDay(hover.time, zone, 6)} {zoneLabel(hover.time, zone)}
              </span>
              {origin === null ? null : (
                <span className="tooltip-delta">
                  {formatDelta(hover.time - origin.time)} from the {origin.name}
                </span>
              )}
            </HoverTooltip>
          )}
        </div>
      </StageHeight>
      <Minimap
        view={view}
        filter={props.filter}
        extent={extent}
        shown={shown}
        area={area}
        width={width}
        onLive={setLive}
        onCommit={commit}
      />
    </section>
  );
});

function MomentLine({ x, height, name }: { readonly x: number; readonly height: number; readonly name: string }) {
  return (
    <g>
      <line className={`${name}-line`} x1={x} x2={x} y1={0} y2={height - 30} />
      <path className={`${name}-flag`} d={`M${x - 4},0h8l-4,6z`} />
    </g>
  );
}

/** Sets the height from script: the page's policy allows no style attributes. */
function StageHeight({ px, children }: { readonly px: number; readonly children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ref.current !== null) ref.current.style.height = `${px}px`;
  }, [px]);
  return (
    <div ref={ref} className="stage-frame">
      {children}
    </div>
  );
}

function wantedHeight(): number {
  return Math.max(LEAST_HEIGHT_PX, Math.round(window.innerHeight * HEIGHT_SHARE));
}

/** Height wanted for the picture, and the height to keep: labels that come and go while zooming must not move the table. */
function useChartHeight(): {
  readonly wanted: number;
  readonly isLow: boolean;
  readonly grownTo: (sceneHeight: number) => number;
} {
  const [wanted, setWanted] = useState(wantedHeight);
  const tallest = useRef(0);
  useEffect(() => {
    const onResize = (): void => {
      tallest.current = 0;
      setWanted(wantedHeight());
    };
    window.addEventListener('resize', onResize);
    return () => window.removeEventListener('resize', onResize);
  }, []);
  return {
    wanted,
    isLow: wanted < LOW_HEIGHT_PX,
    grownTo: (sceneHeight) => {
      tallest.current = Math.max(tallest.current, sceneHeight);
      return tallest.current;
    },
  };
}

function withFewerMoments(incident: Incident | null): Incident | null {
  if (incident === null) return null;
  return { ...incident, moments: incident.moments.filter(({ id }) => id !== 'replacement' && id !== 'step') };
}

const PROBES = [
  [0, 0],
  [-4, 0],
  [4, 0],
  [0, -4],
  [0, 4],
  [-6, -5],
  [6, -5],
  [-6, 5],
  [6, 5],
] as const;

/** The mark under the pointer or just beside it: marks are a few pixels wide, and a hand is not that steady. */
function markNear(
  clientX: number,
  clientY: number,
  stage: Element,
): { readonly row: number | null; readonly title: string | null } | null {
  let titled: { row: number | null; title: string | null } | null = null;
  for (const [dx, dy] of PROBES) {
    const element = document.elementFromPoint(clientX + dx, clientY + dy);
    if (element === null || !stage.contains(element)) continue;
    const title = element.getAttribute('data-title');
    const row = element.getAttribute('data-row');
    if (row !== null) return { row: Number(row), title };
    if (title !== null && titled === null) titled = { row: null, title };
  }
  return titled;
}

/** Letters of a zone's name that the margin of the picture has room for. */
const AXIS_ZONE_LETTERS = 11;

/** The zone beside the axis: its offset, or where that changes within, the place that its name ends with. */
function axisZoneLabel(zone: string, range: TimeRange): string {
  const label = rangeZoneLabel(zone, range.from, range.to);
  const place = label.slice(label.lastIndexOf('/') + 1).replaceAll('_', ' ');
  return place.length <= AXIS_ZONE_LETTERS ? place : `${place.slice(0, AXIS_ZONE_LETTERS - 1)}…`;
}

/** As many decimals as the range needs for its ends to differ visibly. */
function rangeDecimals(range: TimeRange): number {
  const seconds = spanOf(range) / MICROS_PER_SECOND;
  return seconds < 0.01 ? 6 : seconds < 600 ? 3 : 0;
}

function formatShownSpan(range: TimeRange): string {
  const micros = spanOf(range);
  if (micros < 1_000) return `${micros} µs`;
  if (micros < MICROS_PER_SECOND) return `${(micros / 1_000).toFixed(micros < 10_000 ? 2 : 0)} ms`;
  return formatDuration(micros / MICROS_PER_SECOND);
}

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
function useZoom(options: ZoomOptions): boolean {
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
