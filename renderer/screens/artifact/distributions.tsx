import { useCallback } from 'react';
import { layoutHistogram } from '../../../shared/figures/histogram-figure.ts';
import type { ArtifactStatistics, LogHistogram } from '../../../shared/model/artifact.ts';
import { FittedScene } from '../../components/fitted-scene.tsx';
import { countOf, formatBytes, formatDuration } from '../../format.ts';

const HEIGHT_PX = 170;

/** How long and how large the test cases are. */
export function Distributions({ statistics }: { readonly statistics: ArtifactStatistics }) {
  const { durations, sizes, casesWithoutDuration } = statistics;
  return (
    <div className="two-columns">
      <Distribution
        id="durations"
        title="Duration of test cases"
        note={casesWithoutDuration === 0 ? '' : `${countOf(casesWithoutDuration, 'case')} state none`}
        histogram={durations}
        of="duration"
        label={shortSeconds}
      />
      <Distribution id="sizes" title="Size of test cases" note="" histogram={sizes} of="size" label={formatBytes} />
    </div>
  );
}

function Distribution(props: {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly histogram: LogHistogram;
  readonly of: string;
  readonly label: (value: number) => string;
}) {
  const { id, title, note, histogram, of, label } = props;
  const layout = useCallback(
    (width: number) => layoutHistogram(histogram, { width, height: HEIGHT_PX, label, what: 'test cases', of }),
    [histogram, label, of],
  );
  const isEmpty = histogram.zero === 0 && histogram.counts.every((count) => count === 0);
  return (
    <section className="block" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`} className="block-heading">
        {title} <span className="secondary">{note}</span>
      </h3>
      {isEmpty ? (
        <p className="secondary">The file states none.</p>
      ) : (
        <FittedScene layout={layout} height={HEIGHT_PX} />
      )}
    </section>
  );
}

/** `0.1 ms`, `10 ms`, `1 s`: the ends of decades. */
function shortSeconds(seconds: number): string {
  if (seconds === 0 || seconds >= 0.9995) return formatDuration(seconds);
  const millis = seconds * 1000;
  return `${millis < 1 ? Number(millis.toPrecision(2)) : Math.round(millis)} ms`;
}
