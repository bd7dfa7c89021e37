import { type BrushBehavior, brushX, type D3BrushEvent, max, scaleSqrt, select } from 'd3';
import { memo, type RefObject, useEffect, useMemo, useRef } from 'react';
import type { EventFilter } from '../../../shared/contract/ipc.ts';
import { epochMicros } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { zonedDate, zonedTimeOfDay } from '../../format.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { conditionCount } from '../../state/navigation.ts';
import { clampRange, type PlotArea, type TimeRange } from '../../state/time-range.ts';
import { useHistogram } from '../../state/use-events.ts';
import styles from './minimap.module.css';

const HEIGHT_PX = 34;
const BIN_PX = 3;

interface MinimapProps {
  readonly view: CaseView;
  /** What the table shows; its events stand out among all. */
  readonly filter: EventFilter;
  readonly extent: TimeRange;
  readonly shown: TimeRange;
  readonly area: PlotArea;
  readonly width: number;
  readonly onLive: (range: TimeRange) => void;
  readonly onCommit: (range: TimeRange) => void;
}

/** The whole case as a strip of event counts, those that pass the filter over all; the brush is what the picture shows. */
export const Minimap = memo(function Minimap(props: MinimapProps) {
  const { view, filter, extent, area, width } = props;
  const { zone } = useDisplayZone();
  const isNarrowed = conditionCount(filter) > 0;
  const brushGroup = useBrush(props);
  const bars = useBars(filter, extent, area);

  const incident = view.analysis.incident;
  const xOf = (time: number): number => area.left + ((time - extent.from) / (extent.to - extent.from)) * area.width;
  const sameDay = zonedDate(extent.from, zone) === zonedDate(extent.to, zone);
  const label = (time: TimeRange['from']): string =>
    `${sameDay ? '' : `${zonedDate(time, zone).slice(5)} `}${zonedTimeOfDay(time, zone)}`;
  return (
    <div className={styles.minimap}>
      <svg width={width} height={HEIGHT_PX} role="img" aria-label="Where in the case the picture is">
        {incident === null ? null : (
          <rect
            className={styles.minimapIncident}
            x={xOf(incident.start)}
            width={Math.max(2, xOf(incident.end) - xOf(incident.start))}
            height={HEIGHT_PX}
          />
        )}
        {bars.map((bar) => (
          <g key={bar.x}>
            <rect
              className={styles.minimapBar}
              x={bar.x}
              y={HEIGHT_PX - bar.height}
              width={BIN_PX - 1}
              height={bar.height}
            />
            {isNarrowed && bar.passing > 0 ? (
              <rect
                className={styles.minimapPassing}
                x={bar.x}
                y={HEIGHT_PX - bar.passing}
                width={BIN_PX - 1}
                height={bar.passing}
              />
            ) : null}
          </g>
        ))}
        <text className={styles.minimapLabel} x={4} y={20}>
          case
        </text>
        <text className={styles.minimapLabel} x={area.left + 10} y={10}>
          {label(extent.from)}
        </text>
        <text className={styles.minimapLabel} x={area.left + area.width - 10} y={10} textAnchor="end">
          {label(extent.to)}
        </text>
        <g ref={brushGroup} />
      </svg>
    </div>
  );
});

interface Bar {
  readonly x: number;
  readonly height: number;
  /** Height of those that pass the filter. */
  readonly passing: number;
}

function useBars(filter: EventFilter, extent: TimeRange, area: PlotArea): readonly Bar[] {
  const bins = Math.max(1, Math.floor(area.width / BIN_PX));
  const histogram = useHistogram(filter, extent, bins);
  return useMemo(() => {
    if (histogram === null) return [];
    // By square root: a burst of thousands must not flatten the single lines that matter.
    const heightOf = scaleSqrt([0, Math.max(1, max(histogram.all) ?? 1)], [0, HEIGHT_PX - 14]);
    const tall = (count: number): number => (count === 0 ? 0 : Math.max(2, heightOf(count)));
    return histogram.all.flatMap((count, bin) =>
      count === 0
        ? []
        : [
            {
              x: area.left + (bin / histogram.all.length) * area.width,
              height: tall(count),
              passing: tall(histogram.passing[bin] ?? 0),
            },
          ],
    );
  }, [histogram, area]);
}

/** The brush over the strip, which follows what is shown and tells what a hand makes of it. */
function useBrush(props: MinimapProps): RefObject<SVGGElement | null> {
  const { extent, shown, area } = props;
  const brushGroup = useRef<SVGGElement>(null);
  const isBrushing = useRef(false);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const group = brushGroup.current;
    if (group === null || area.width <= 0) return;
    const toRange = (px: readonly [number, number]): TimeRange => {
      const at = (x: number): number => extent.from + ((x - area.left) / area.width) * (extent.to - extent.from);
      return clampRange({ from: epochMicros(at(px[0])), to: epochMicros(at(px[1])) }, extent);
    };
    const chosen = (event: D3BrushEvent<unknown>): TimeRange | null =>
      event.sourceEvent === null || event.sourceEvent === undefined || event.selection === null
        ? null
        : toRange(event.selection as [number, number]);
    const behaviour = brushX<unknown>()
      .extent([
        [area.left, 0],
        [area.left + area.width, HEIGHT_PX],
      ])
      .on('start', (event: D3BrushEvent<unknown>) => {
        isBrushing.current = Boolean(event.sourceEvent);
      })
      .on('brush', (event: D3BrushEvent<unknown>) => {
        const range = chosen(event);
        if (range !== null) latest.current.onLive(range);
      })
      .on('end', (event: D3BrushEvent<unknown>) => {
        isBrushing.current = false;
        const range = chosen(event);
        if (range !== null) latest.current.onCommit(range);
        // A click beside the brush clears it in d3; here it means: show that place.
        else if (event.sourceEvent && event.selection === null) moveBrush(group, behaviour, latest.current);
      });
    select<SVGGElement, unknown>(group).call(behaviour);
    moveBrush(group, behaviour, latest.current);
    select(group).on('moved', () => {
      if (!isBrushing.current) moveBrush(group, behaviour, latest.current);
    });
    return () => {
      select(group).on('.brush', null).on('moved', null).selectAll('*').remove();
    };
  }, [extent, area]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the brush follows whenever what is shown changes.
  useEffect(() => {
    brushGroup.current?.dispatchEvent(new CustomEvent('moved'));
  }, [shown]);

  return brushGroup;
}

/** Less than this could not be seen nor taken hold of; the range itself stays what it is. */
const LEAST_BRUSH_PX = 4;

function moveBrush(group: SVGGElement, behaviour: BrushBehavior<unknown>, props: MinimapProps): void {
  const { extent, shown, area } = props;
  const xOf = (time: number): number => area.left + ((time - extent.from) / (extent.to - extent.from)) * area.width;
  const middle = (xOf(shown.from) + xOf(shown.to)) / 2;
  const half = Math.max(LEAST_BRUSH_PX, xOf(shown.to) - xOf(shown.from)) / 2;
  const from = Math.max(area.left, middle - half);
  const to = Math.min(area.left + area.width, Math.max(middle + half, from + LEAST_BRUSH_PX));
  select<SVGGElement, unknown>(group).call(behaviour.move, [Math.min(from, to - LEAST_BRUSH_PX), to]);
}
