import { pointer } from 'd3';
import { type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject, useEffect, useRef } from 'react';
import type { Scene } from '../../../shared/figures/scene.ts';
import { pxToTime, timeToPx } from '../../../shared/figures/time-scale.ts';
import { timelineScale } from '../../../shared/figures/timeline-figure.ts';
import type { EpochMicros } from '../../../shared/model/time.ts';
import { cx } from '../../components/class-names.ts';
import { type Hover, HoverTooltip } from '../../components/hover-tooltip.tsx';
import { SceneView } from '../../components/scene-view.tsx';
import { formatDelta, zonedTimeOfDay, zoneLabel } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { TimeRange } from '../../state/time-range.ts';
import styles from './chart-stage.module.css';

/** The moment that deltas are counted from. */
export interface ChartOrigin {
  readonly time: EpochMicros;
  readonly name: string;
}

/** Where a pointer is on the picture. */
export interface TimeHover extends Hover {
  readonly time: EpochMicros;
}

interface StageProps {
  readonly stage: RefObject<HTMLDivElement | null>;
  readonly scene: Scene | null;
  readonly width: number;
  readonly heightPx: number;
  readonly shown: TimeRange;
  /** The selected event's moment; null when nothing is selected. */
  readonly selectedTime: EpochMicros | null;
  readonly origin: ChartOrigin | null;
  readonly isDragging: boolean;
  readonly hover: TimeHover | null;
  readonly onHover: (hover: TimeHover | null) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** The picture under what is marked on it, and what a pointer or key does to it. */
export function ChartStage(props: StageProps) {
  const { stage, scene, width, shown, origin, hover, isDragging, onHover } = props;
  const { pin, showEvent } = useActions();
  const scale = timelineScale(width, shown.from, shown.to);
  const onMouseMove = (event: MouseEvent): void => {
    if (stage.current === null) return;
    const [x, y] = pointer(event, stage.current);
    if (x < scale.left - 2 || x > scale.left + scale.width + 2) {
      onHover(null);
      return;
    }
    const mark = markNear(event.clientX, event.clientY, stage.current);
    onHover({ x, y, time: pxToTime(scale, x), title: mark?.title ?? null });
  };
  const onClick = (event: MouseEvent): void => {
    if (stage.current === null) return;
    if (event.shiftKey) {
      if (hover !== null) pin(hover.time);
      return;
    }
    const row = markNear(event.clientX, event.clientY, stage.current)?.row ?? null;
    if (row !== null) void showEvent(row);
  };
  return (
    <StageHeight px={props.heightPx}>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of SVG elements that takes keys; no element means that. */}
      <div
        ref={stage}
        role="group"
        aria-label="Timeline picture. Plus and minus zoom, arrows pan, 0 fits the incident, Shift and click pins a moment."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: zooming and panning must work from the keyboard.
        tabIndex={0}
        className={isDragging ? cx(styles.chartStage, styles.isDragging) : styles.chartStage}
        onKeyDown={props.onKeyDown}
        onMouseMove={onMouseMove}
        onMouseLeave={() => onHover(null)}
        onClick={onClick}
      >
        {scene === null ? null : <SceneView scene={scene} titles="own" />}
        {scene === null ? null : <Overlay {...props} scene={scene} />}
        {hover === null || isDragging ? null : <MomentTooltip hover={hover} width={width} origin={origin} />}
      </div>
    </StageHeight>
  );
}

/** What is marked on the picture: the selected and the pinned moment, and the one under the pointer. */
function Overlay({
  scene,
  width,
  shown,
  selectedTime,
  origin,
  hover,
  isDragging,
}: StageProps & { readonly scene: Scene }) {
  const scale = timelineScale(width, shown.from, shown.to);
  const isShown = (time: EpochMicros): boolean => time >= shown.from && time <= shown.to;
  return (
    <svg className={styles.chartOverlay} width={width} height={scene.height} aria-hidden="true">
      {selectedTime !== null && isShown(selectedTime) ? (
        <MomentLine x={timeToPx(scale, selectedTime)} height={scene.height} name="selected" />
      ) : null}
      {origin?.name === 'pinned moment' && isShown(origin.time) ? (
        <MomentLine x={timeToPx(scale, origin.time)} height={scene.height} name="pinned" />
      ) : null}
      {hover === null || isDragging ? null : (
        <line className={styles.crosshair} x1={hover.x} x2={hover.x} y1={0} y2={scene.height - 28} />
      )}
    </svg>
  );
}

function MomentTooltip(props: {
  readonly hover: TimeHover;
  readonly width: number;
  readonly origin: ChartOrigin | null;
}) {
  const { hover, origin } = props;
  const { zone } = useDisplayZone();
  return (
    <HoverTooltip hover={hover} stageWidth={props.width}>
      <span className={styles.tooltipTime}>
        {zonedTimeOfDay(hover.time, zone, 6)} {zoneLabel(hover.time, zone)}
      </span>
      {origin === null ? null : (
        <span className={styles.tooltipDelta}>
          {formatDelta(hover.time - origin.time)} from the {origin.name}
        </span>
      )}
    </HoverTooltip>
  );
}

function MomentLine({
  x,
  height,
  name,
}: {
  readonly x: number;
  readonly height: number;
  readonly name: 'selected' | 'pinned';
}) {
  return (
    <g>
      <line
        className={name === 'selected' ? styles.selectedLine : styles.pinnedLine}
        x1={x}
        x2={x}
        y1={0}
        y2={height - 30}
      />
      <path className={name === 'selected' ? styles.selectedFlag : styles.pinnedFlag} d={`M${x - 4},0h8l-4,6z`} />
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
    <div ref={ref} className={styles.stageFrame}>
      {children}
    </div>
  );
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
