import { describe, expect, it } from 'vitest';
import { layoutProfile, throughput } from '../../../shared/figures/profile-figure.ts';
import type { ArtifactReport } from '../../../shared/model/artifact.ts';
import { sample } from '../../support/profiles.ts';
import { referenceEvidence } from '../../support/reference-case.ts';

const artifact = referenceEvidence().artifacts[0];
if (artifact === undefined) throw new Error('the reference case has an artifact');
const VIEW = { width: 515, height: 230 };

function words(report: ArtifactReport): string {
  return layoutProfile(report, VIEW)
    .nodes.map((node) => (node.type === 'text' ? node.text : ''))
    .join('\n');
}

describe('the profile', () => {
  it('names its units and its peak', () => {
    const shown = words(artifact);
    for (const label of ['MB', 'MB/s', 'MB parsed', 'peak 124 MB', 'resident memory of the process']) {
      expect(shown).toContain(label);
    }
  });

  it('draws no samples, one sample and very many', () => {
    const { samples } = artifact.stream;
    const withSamples = (list: typeof samples): ArtifactReport => ({
      ...artifact,
      stream: { ...artifact.stream, samples: list },
    });
    expect(words(withSamples([]))).toContain('no samples');
    expect(words(withSamples(samples.slice(0, 1)))).toContain('peak');
    const many = Array.from({ length: 50_000 }, (_, index) =>
      sample({ bytes: index * 1_000, seconds: index * 0.001, rssBytes: index === 33_333 ? 9e8 : 1e8 }),
    );
    const scene = layoutProfile(withSamples(many), VIEW);
    expect(Math.max(...scene.nodes.map((node) => (node.type === 'path' ? node.d.length : 0)))).toBeLessThan(20_000);
    expect(words(withSamples(many))).toContain('peak 900 MB');
  });

  it('measures throughput between samples that are apart in time', () => {
    const at = (bytes: number, seconds: number) => sample({ bytes, seconds });
    expect(throughput([at(0, 0), at(1e6, 0.001), at(5e6, 0.1), at(5e6, 0.1)])).toEqual([
      { bytes: 2.5e6, megabytesPerSecond: 50 },
    ]);
  });
});
