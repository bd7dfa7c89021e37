import { describe, expect, it } from 'vitest';
import { withRun } from '../../../electron/profile/artifact-runs.ts';
import type { ArtifactReport, ParseMode, ParseProfile } from '../../../shared/model/artifact.ts';
import { parseProfile } from '../../support/profiles.ts';
import { referenceEvidence } from '../../support/reference-case.ts';

const artifacts = referenceEvidence().artifacts;
const [first] = artifacts;
if (first === undefined) throw new Error('the reference case has an artifact');
const id = first.evidenceId;

function artifactAfter(...runs: readonly (readonly [ParseMode, ParseProfile])[]): ArtifactReport | undefined {
  return runs.reduce((all, [mode, profile]) => withRun(all, id, { mode, profile }), artifacts)[0];
}

const finished = parseProfile({ seconds: 2 });
const died = parseProfile({
  memoryLimitBytes: 5e8,
  outcome: { kind: 'memory-limit', limitBytes: 5e8, atBytes: 1000, of: 'resident' },
});

describe('runs of an artifact', () => {
  it('become its profile where nothing limited them', () => {
    expect(artifactAfter(['stream', finished])?.stream).toBe(finished);
    expect(artifactAfter(['stream', parseProfile({ memoryLimitBytes: 5e8 })])?.stream).toBe(first.stream);
    expect(artifactAfter(['stream', died])?.stream).toBe(first.stream);
  });

  it('leave a tree that finished when a later one does not', () => {
    expect(artifactAfter(['tree', died])?.tree).toBe(died);
    expect(artifactAfter(['tree', died], ['tree', finished])?.tree).toBe(finished);
    expect(artifactAfter(['tree', finished], ['tree', died])).toMatchObject({
      tree: finished,
      runs: [{}, { profile: died }],
    });
  });

  it('are kept up to a number, and belong to one artifact', () => {
    expect(artifactAfter(...Array.from({ length: 30 }, () => ['tree', finished] as const))?.runs).toHaveLength(20);
    expect(withRun(artifacts, 'another', { mode: 'tree', profile: finished })).toEqual(artifacts);
  });
});
