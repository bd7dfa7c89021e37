import { FORMATS } from '../../shared/evidence/formats/table.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';

/** Artifacts that are parsed and measured; others are listed with a problem that says so. */
export const PROFILED_ARTIFACTS = 8;

/** The XML files of a case: JUnit before other XML, and the largest first. */
export function artifactsBySize(files: readonly EvidenceFile[]): readonly EvidenceFile[] {
  return files.filter(({ format }) => FORMATS[format].holds === 'artifact').sort(bySize);
}

/** JUnit before other XML, then the largest first: an order for sorting. */
export function bySize(a: EvidenceFile, b: EvidenceFile): number {
  return Number(b.format === 'junit-xml') - Number(a.format === 'junit-xml') || b.bytes - a.bytes;
}
