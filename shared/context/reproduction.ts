import type { EvidenceFile } from '../model/evidence.ts';
import type { Reproduction } from '../model/reproduction.ts';
import type { ArtifactFigures } from './choose-artifact.ts';
import type { FactContext } from './context.ts';

/**
 * What was repeated by hand with the artifact at hand: known by its hash, else by its size and name. The latest, where it
 * was repeated more than once; null where nothing was, or only with other files.
 */
export function reproductionOf({ evidence, artifact, figures }: FactContext): Reproduction | null {
  const file = evidence.files.find(({ id }) => id === artifact?.report.source.evidenceId) ?? null;
  const same = (evidence.host?.reproductions ?? []).filter((each) => isOf(each, file, figures));
  return same.reduce<Reproduction | null>(
    (latest, each) => (latest === null || (each.time ?? 0) >= (latest.time ?? 0) ? each : latest),
    null,
  );
}

function isOf({ artifact }: Reproduction, file: EvidenceFile | null, figures: ArtifactFigures | null): boolean {
  if (artifact === null) return false;
  // The hash of a file that was read in part is of that part.
  if (file !== null && file.hashedBytes === undefined && artifact.sha256 !== null)
    return artifact.sha256 === file.sha256;
  return figures?.bytes === artifact.bytes;
}
