import { useCallback } from 'react';
import { CASE_MEASURES, type CaseMeasure, layoutHistogram } from '../../../shared/figures/histogram-figure.ts';
import type { ArtifactStatistics, LogHistogram } from '../../../shared/model/artifact.ts';
import { FittedScene } from '../../components/fitted-scene.tsx';
import pageStyles from '../../components/page.module.css';
import { countOf } from '../../format.ts';

const HEIGHT_PX = 170;

/** How long and how large the test cases are. */
export function Distributions({ statistics }: { readonly statistics: ArtifactStatistics }) {
  const { durations, sizes, casesWithoutDuration } = statistics;
  return (
    <div className={pageStyles.twoColumns}>
      <Distribution
        id="durations"
        title="Duration of test cases"
        note={casesWithoutDuration === 0 ? '' : `${countOf(casesWithoutDuration, 'case')} state none`}
        histogram={durations}
        of="duration"
      />
      <Distribution id="sizes" title="Size of test cases" note="" histogram={sizes} of="size" />
    </div>
  );
}

function Distribution(props: {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly histogram: LogHistogram;
  readonly of: CaseMeasure;
}) {
  const { id, title, note, histogram, of } = props;
  const layout = useCallback(
    (width: number) =>
      layoutHistogram(histogram, { width, height: HEIGHT_PX, label: CASE_MEASURES[of], what: 'test cases', of }),
    [histogram, of],
  );
  const isEmpty = histogram.zero === 0 && histogram.counts.every((count) => count === 0);
  return (
    <section className={pageStyles.block} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`} className={pageStyles.blockHeading}>
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
