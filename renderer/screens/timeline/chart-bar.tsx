import { Minus, Pin, Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { MICROS_PER_SECOND } from '../../../shared/model/time.ts';
import buttonStyles from '../../components/button.module.css';
import { Button, IconButton } from '../../components/button.tsx';
import { formatDuration, rangeZoneLabel, zonedDate, zonedTimeOfDay } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { spanOf, type TimeRange } from '../../state/time-range.ts';
import styles from './chart-bar.module.css';
import type { ChartOrigin } from './chart-stage.tsx';
import conditionStyles from './condition.module.css';

/** A step of the buttons and keys that zoom. */
export const ZOOM_STEP = 1.6;

/** What the picture shows, in words, and buttons that change it; between what the screen puts at the ends of the bar. */
export function ChartBar(props: {
  readonly shown: TimeRange;
  readonly extent: TimeRange;
  readonly incident: TimeRange | null;
  readonly origin: ChartOrigin | null;
  readonly leading: ReactNode;
  readonly trailing: ReactNode;
  readonly onZoom: (factor: number) => void;
  readonly onRange: (range: TimeRange) => void;
}) {
  const { extent, incident, origin, onZoom, onRange } = props;
  return (
    <div className={styles.chartBar}>
      {props.leading}
      <RangeWords range={props.shown} />
      {origin?.name === 'pinned moment' ? <PinnedMoment origin={origin} /> : null}
      <div className={buttonStyles.buttonGroup}>
        <IconButton label="Zoom out" title="Zoom out (−)" onClick={() => onZoom(1 / ZOOM_STEP)}>
          <Minus size={14} aria-hidden="true" />
        </IconButton>
        <IconButton label="Zoom in" title="Zoom in (+)" onClick={() => onZoom(ZOOM_STEP)}>
          <Plus size={14} aria-hidden="true" />
        </IconButton>
        {incident === null ? null : (
          <Button tone="quiet" size="small" title="Fit the incident (0)" onClick={() => onRange(incident)}>
            Incident
          </Button>
        )}
        <Button tone="quiet" size="small" title="Fit the whole case" onClick={() => onRange(extent)}>
          All
        </Button>
      </div>
      {props.trailing}
    </div>
  );
}

function RangeWords({ range }: { readonly range: TimeRange }) {
  const { zone } = useDisplayZone();
  const { from, to } = range;
  const isOneDay = zonedDate(from, zone) === zonedDate(to, zone);
  return (
    <p className={styles.chartRange} data-testid="chart-range">
      <span className="date">{zonedDate(from, zone)}</span>{' '}
      <strong>{zonedTimeOfDay(from, zone, rangeDecimals(range))}</strong> –{' '}
      {isOneDay ? null : <span className="date">{zonedDate(to, zone)} </span>}
      <strong>{zonedTimeOfDay(to, zone, rangeDecimals(range))}</strong> {rangeZoneLabel(zone, from, to)}
      <span className="secondary"> · {formatShownSpan(range)}</span>
    </p>
  );
}

function PinnedMoment({ origin }: { readonly origin: ChartOrigin }) {
  const { pin } = useActions();
  const { zone } = useDisplayZone();
  return (
    <Button
      tone="bare"
      className={conditionStyles.condition}
      title="Count from the incident's end again"
      onClick={() => pin(null)}
    >
      <Pin size={12} aria-hidden="true" />
      <span className="numeric">{zonedTimeOfDay(origin.time, zone, 6)}</span>
      <X size={12} aria-hidden="true" />
    </Button>
  );
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
