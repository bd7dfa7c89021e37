import { describe, expect, it } from 'vitest';
import type { ArtifactReport, LogHistogram, SuiteNode } from '../../../shared/model/artifact.ts';
import { artifactHistograms, artifactMap } from '../../../shared/report/artifact-section.ts';
import { statistics } from '../../support/profiles.ts';
import { referenceEvidence } from '../../support/reference-case.ts';

const reference = referenceEvidence().artifacts[0];
if (reference === undefined) throw new Error('the reference case has an artifact');
const artifact: ArtifactReport = reference;
const root = artifact.statistics.map;
const suite = root?.children[0];
if (root === null || suite === undefined) throw new Error('its artifact has suites');

const withMap = (map: SuiteNode | null): ArtifactReport => ({ ...artifact, statistics: statistics({ map }) });

describe('the map of the artifact in the report', () => {
  it('is there where suites stand beside one another, however deep or small', () => {
    expect(artifactMap(artifact)).toBe(root);
    const nested = { ...root, children: [{ ...suite, children: [suite, suite] }] };
    expect(artifactMap(withMap(nested))).toBe(nested);
    const joined = { ...root, children: [{ ...suite, run: 40_000 }] };
    expect(artifactMap(withMap(joined))).toBe(joined);
  });

  it('is left out where there is nothing to tell apart', () => {
    expect(artifactMap(withMap(null))).toBeNull();
    expect(artifactMap(withMap({ ...root, children: [] }))).toBeNull();
    expect(artifactMap(withMap({ ...root, children: [{ ...suite, children: [suite] }] }))).toBeNull();
    expect(artifactMap({ ...artifact, isJUnit: false })).toBeNull();
  });
});

describe('the histograms of the report', () => {
  const histogram = (zero: number, counts: readonly number[]): LogHistogram => ({
    lowest: 1,
    binsPerDecade: 4,
    zero,
    counts,
  });
  const shown = (durations: LogHistogram, sizes: LogHistogram): readonly string[] =>
    artifactHistograms({ ...artifact, statistics: statistics({ durations, sizes }) }).map(({ of }) => of);

  it('are those of enough cases that differ', () => {
    expect(shown(histogram(0, [12, 8]), histogram(0, [20, 0]))).toEqual(['duration']);
    expect(shown(histogram(0, []), histogram(0, [3, 3]))).toEqual([]);
    expect(shown(histogram(19, [0, 1]), histogram(0, [100, 1]))).toEqual(['duration', 'size']);
  });

  it('say how many cases state no duration', () => {
    const some = statistics({ durations: histogram(0, [12, 8]), casesWithoutDuration: 1_200 });
    expect(artifactHistograms({ ...artifact, statistics: some })[0]?.caption).toContain('1,200 cases without one');
  });
});
