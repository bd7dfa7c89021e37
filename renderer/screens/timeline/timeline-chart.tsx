import { type KeyboardEvent, memo, type ReactNode, useMemo, useState } from 'react';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import type { Scene } from '../../../shared/figures/scene.ts';
import { layoutTimeline, timelineScale } from '../../../shared/figures/timeline-figure.ts';
import type { Incident } from '../../../shared/model/analysis.ts';
import { type EpochMicros, epochMicros } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { zoneOffsetMicros } from '../../../shared/model/zone.ts';
import { cx } from '../../components/class-names.ts';
import { useSize } from '../../components/use-size.ts';
import { rangeZoneLabel, zonedTickLabel } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { caseExtent, incidentRange } from '../../state/app-state.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { type PlotArea, panRange, sameRange, type TimeRange, zoomRange } from '../../state/time-range.ts';
import chartBarStyles from './chart-bar.module.css';
import { ChartBar, ZOOM_STEP } from './chart-bar.tsx';
import { type ChartOrigin, ChartStage, type TimeHover } from './chart-stage.tsx';
import { Minimap } from './minimap.tsx';
import styles from './timeline-chart.module.css';
import { useChartHeight } from './use-chart-height.ts';
import { useZoom } from './use-zoom.ts';

const PAN_STEP = 0.2;

interface ChartProps {
  readonly view: CaseView;
  /** What stands out among all events of the strip. */
  readonly filter: EventFilter;
  /** null: the whole case. */
  readonly range: TimeRange | null;
  /** The selected event's moment, to be marked; null when nothing is selected. */
  readonly selectedTime: EpochMicros | null;
  readonly origin: ChartOrigin | null;
  readonly leading: ReactNode;
  readonly trailing: ReactNode;
}

/** The incident as a picture that is zoomed, panned and pointed at, over a strip that shows where in the case one is. */
export const TimelineChart = memo(function TimelineChart(props: ChartProps) {
  const { view, range, origin } = props;
  const { move } = useActions();
  const { ref, width } = useSize<HTMLDivElement>();
  const extent = useMemo(() => caseExtent(view), [view]);
  /** The range while a hand is on it; what it ends at becomes the place. */
  const [live, setLive] = useState<TimeRange | null>(null);
  const [hover, setHover] = useState<TimeHover | null>(null);
  const height = useChartHeight();
  const shown = live ?? range ?? extent;
  const scene = useTimelineScene(view, shown, width, height);
  const stageHeight = scene === null ? height.wanted : height.grownTo(scene.height);

  const commit = (next: TimeRange): void => {
    setLive(null);
    if (!sameRange(next, range)) move({ range: next }, 'range');
  };
  const area = useMemo<PlotArea>(() => timelineScale(width, epochMicros(0), epochMicros(1)), [width]);
  const isDragging = useZoom({ element: ref.current, extent, area, shown, onLive: setLive, onCommit: commit });

  if (extent === null || shown === null) {
    return (
      <section className={styles.chart} aria-label="Timeline">
        <div className={chartBarStyles.chartBar}>
          {props.leading}
          <span className={cx(chartBarStyles.chartRange, 'secondary')}>Nothing in this evidence carries a time.</span>
          {props.trailing}
        </div>
      </section>
    );
  }

  const incident = incidentRange(view);
  const zoomBy = (factor: number): void => {
    const centre = hover === null ? (shown.from + shown.to) / 2 : hover.time;
    commit(zoomRange(shown, factor, centre, extent));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { key } = event;
    if (key === '0') commit(incident ?? extent);
    else if (key === 'ArrowLeft' || key === 'ArrowRight') {
      commit(panRange(shown, key === 'ArrowRight' ? PAN_STEP : -PAN_STEP, extent));
    } else if (ZOOMING_KEYS[key] !== undefined) zoomBy(ZOOMING_KEYS[key]);
    else return;
    event.preventDefault();
  };
  return (
    <section className={styles.chart} aria-label="Timeline">
      <ChartBar
        {...{ shown, extent, incident, origin }}
        leading={props.leading}
        trailing={props.trailing}
        onZoom={zoomBy}
        onRange={commit}
      />
      <ChartStage
        {...{ scene, width, shown, origin, isDragging, hover, onKeyDown }}
        stage={ref}
        heightPx={stageHeight}
        selectedTime={props.selectedTime}
        onHover={setHover}
      />
      <Minimap {...{ view, extent, shown, area, width }} filter={props.filter} onLive={setLive} onCommit={commit} />
    </section>
  );
});

const ZOOMING_KEYS: Readonly<Record<string, number>> = {
  '+': ZOOM_STEP,
  '=': ZOOM_STEP,
  ArrowUp: ZOOM_STEP,
  '-': 1 / ZOOM_STEP,
  _: 1 / ZOOM_STEP,
  ArrowDown: 1 / ZOOM_STEP,
};

/** The picture of a stretch of time; null until there is room for it. */
function useTimelineScene(
  view: CaseView,
  shown: TimeRange | null,
  width: number,
  height: ReturnType<typeof useChartHeight>,
): Scene | null {
  const { zone } = useDisplayZone();
  const { wanted, isLow } = height;
  return useMemo(() => {
    if (shown === null || width === 0) return null;
    const { incident } = view.analysis;
    return layoutTimeline(
      {
        incident: isLow ? withFewerMoments(incident) : incident,
        points: view.points,
        processes: view.processes,
        vmstat: view.vmstat,
        hostMemory: view.hostMemory,
        annotations: view.annotations.entries,
      },
      {
        width,
        height: wanted,
        from: shown.from,
        to: shown.to,
        timeLabel: zonedTickLabel(zone, shown.from, shown.to),
        offset: (time) => zoneOffsetMicros(zone, time),
        zoneLabel: axisZoneLabel(zone, shown),
      },
    );
  }, [view, shown, zone, width, wanted, isLow]);
}

function withFewerMoments(incident: Incident | null): Incident | null {
  if (incident === null) return null;
  return { ...incident, moments: incident.moments.filter(({ id }) => id !== 'replacement' && id !== 'step') };
}

/** Letters of a zone's name that the margin of the picture has room for. */
const AXIS_ZONE_LETTERS = 11;

/** The zone beside the axis: its offset, or where that changes within, the place that its name ends with. */
function axisZoneLabel(zone: string, range: TimeRange): string {
  const label = rangeZoneLabel(zone, range.from, range.to);
  const place = label.slice(label.lastIndexOf('/') + 1).replaceAll('_', ' ');
  return place.length <= AXIS_ZONE_LETTERS ? place : `${place.slice(0, AXIS_ZONE_LETTERS - 1)}…`;
}
