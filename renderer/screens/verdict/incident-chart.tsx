import { max, scaleLinear } from 'd3';
import { type Incident, MECHANISMS, type Mechanism } from '../../../shared/model/analysis.ts';
import { type EpochMicros, epochMicros, MICROS_PER_DAY } from '../../../shared/model/time.ts';
import { type IncidentBin, incidentBins } from '../../../shared/timeline/incident-bins.ts';
import { ENDING_WORDS } from '../../../shared/wording/names.ts';
import barsStyles from '../../components/bars.module.css';
import { cx } from '../../components/class-names.ts';
import { useSize } from '../../components/use-size.ts';
import { countOf, formatInstant, zonedTickLabel } from '../../format.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import styles from './incident-chart.module.css';

const MECHANISM_CLASSES = {
  'gunicorn-timeout': styles.mechanismGunicornTimeout,
  'supervisor-timeout': styles.mechanismSupervisorTimeout,
  'kernel-oom': styles.mechanismKernelOom,
  'systemd-oomd': styles.mechanismSystemdOomd,
  'systemd-stop': styles.mechanismSystemdStop,
  'external-sigkill': styles.mechanismExternalSigkill,
  crash: styles.mechanismCrash,
  none: styles.mechanismNone,
};

const HEIGHT = 120;
const AXIS_HEIGHT = 22;
const MOST_BINS = 60;
const MOST_LABELS = 7;
/** Of a date in pixels, the longest label. */
const LABEL_WIDTH = 66;

/** Incidents over time, stacked by mechanism; the legend carries names and numbers. */
export function IncidentChart(props: { readonly incidents: readonly Incident[]; readonly chosen: Incident | null }) {
  const { incidents, chosen } = props;
  const { zone } = useDisplayZone();
  const { ref: frame, width } = useSize<HTMLDivElement>();
  const bins = incidentBins(incidents, MOST_BINS);
  const most = max(bins, ({ total }) => total) ?? 0;
  const y = scaleLinear([0, Math.max(1, most)], [0, HEIGHT - AXIS_HEIGHT - 8]);
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined) return null;
  const x = scaleLinear([first.from, last.to], [0, Math.max(1, width)]);
  const label = zonedTickLabel(zone, first.from, last.to);
  const ticks = ticksOf(first, last);
  const used = MECHANISMS.filter((mechanism) => incidents.some((incident) => incident.mechanism === mechanism));
  const base = HEIGHT - AXIS_HEIGHT;
  return (
    <figure className={styles.incidentChart} aria-label="Incidents over time">
      <div ref={frame}>
        <svg
          width={Math.max(1, width)}
          height={HEIGHT}
          role="img"
          aria-label={`${countOf(incidents.length, 'incident')} over time`}
        >
          <line className={styles.incidentAxis} x1={0} x2={width} y1={base + 0.5} y2={base + 0.5} />
          {bins.map((bin) => (
            <g key={bin.from}>
              <title>{titleOf(bin, zone)}</title>
              {stacked(bin).map(({ mechanism, from, count }) => (
                <rect
                  key={mechanism}
                  className={MECHANISM_CLASSES[mechanism]}
                  x={x(bin.from) + 0.5}
                  width={Math.max(1.5, x(bin.to) - x(bin.from) - 1)}
                  y={base - y(from + count)}
                  height={Math.max(1, y(count) - (from > 0 ? 1 : 0))}
                />
              ))}
            </g>
          ))}
          {chosen === null ? null : (
            <path className={styles.incidentChosen} d={`M${x(chosen.end)} ${base + 2}l4 6h-8z`}>
              <title>the analysed incident</title>
            </path>
          )}
          {ticks.times.map((time) => (
            <text
              key={time}
              className={styles.incidentTick}
              // A label that would end beyond the edge ends at it.
              x={x(time) + LABEL_WIDTH > width ? width : x(time)}
              textAnchor={x(time) + LABEL_WIDTH > width ? 'end' : 'start'}
              y={HEIGHT - 3}
            >
              {label(time, ticks.step)}
            </text>
          ))}
        </svg>
      </div>
      <figcaption className={barsStyles.stackLegend}>
        {used.map((mechanism) => (
          <span key={mechanism} className={barsStyles.legendItem}>
            <span className={cx(barsStyles.legendSwatch, MECHANISM_CLASSES[mechanism])} aria-hidden="true" />
            {ENDING_WORDS[mechanism]}{' '}
            <strong>{incidents.filter((incident) => incident.mechanism === mechanism).length}</strong>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

/** Where the axis is labelled: at bins, and where they are of more than two days at whole days, which are named by date. */
function ticksOf(
  first: IncidentBin,
  last: IncidentBin,
): { readonly times: readonly EpochMicros[]; readonly step: number } {
  const bin = first.to - first.from;
  const unit = last.to - first.from > 2 * MICROS_PER_DAY ? Math.max(bin, MICROS_PER_DAY) : bin;
  const from = Math.ceil(first.from / unit) * unit;
  const count = Math.floor((last.from - from) / unit) + 1;
  const every = Math.max(1, Math.ceil(count / MOST_LABELS));
  const times = Array.from({ length: Math.ceil(count / every) }, (_, index) =>
    epochMicros(from + index * every * unit),
  );
  return { times, step: unit };
}

/** The parts of one bar from the axis up. */
function stacked({ counts }: IncidentBin): readonly { mechanism: Mechanism; from: number; count: number }[] {
  const parts: { mechanism: Mechanism; from: number; count: number }[] = [];
  let from = 0;
  for (const mechanism of MECHANISMS) {
    const count = counts[mechanism] ?? 0;
    if (count > 0) parts.push({ mechanism, from, count });
    from += count;
  }
  return parts;
}

function titleOf(bin: IncidentBin, zone: string): string {
  const parts = stacked(bin).map(({ mechanism, count }) => `${count} ${ENDING_WORDS[mechanism]}`);
  return [`${formatInstant(bin.from, 0, zone)}: ${countOf(bin.total, 'incident')}`, ...parts].join('\n');
}
