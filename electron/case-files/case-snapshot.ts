import {
  annotationsMember,
  type CaseFile,
  type CaseSource,
  type CaseViewState,
  type KnownFile,
  mergedCase,
} from '../../shared/contract/case-file.ts';
import { isCaseFile } from '../../shared/contract/case-file-name.ts';
import type { RuleFileText, ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import type { OpenCase } from '../case/open-case.ts';
import { caseSource } from './sources.ts';

/** An open case with what it was opened by. */
export interface CaseToKeep {
  readonly openCase: OpenCase;
  readonly paths: readonly string[];
  readonly zones: ZoneChoices;
  readonly rules: readonly RuleFileText[];
}

/** What a case file is about beside the case itself. */
export interface CaseIdentity {
  readonly id: string;
  readonly title: string;
  readonly view: CaseViewState;
  /** The file that the case was opened from, as far as it could not be applied: see `mergedCase`. */
  readonly earlier: CaseFile | null;
  readonly absent: readonly CaseSource[];
  /** Queries of the report that could not be run again. */
  readonly failedQueries: CaseFile['queries'];
}

/** The case as it is now, to be written into a folder (null: where no way leads to the evidence). */
export function caseSnapshot(
  { openCase, paths, zones, rules }: CaseToKeep,
  { id, title, view, earlier, absent, failedQueries }: CaseIdentity,
  folder: string | null,
): CaseFile {
  const { evidence, clockOffsets, work, chosen, analysis, reportQueries } = openCase;
  const now: CaseFile = {
    inquest: 'case/1',
    id,
    title,
    headline: analysis.headline,
    changed: new Date().toISOString(),
    sources: paths.map((path) => caseSource(path, folder)),
    evidence: knownFiles(evidence.files),
    judgements: [...work.judgements],
    ...annotationsMember(work.annotations),
    incident: chosen === null ? null : [...chosen],
    zones: { whereAssumed: zones.whereAssumed, bySource: zones.bySource.map(({ path, zone }) => ({ path, zone })) },
    clockOffsets: evidence.files.flatMap(({ id: fileId, path }) => {
      const micros = clockOffsets.get(fileId);
      return micros === undefined ? [] : [{ path, micros }];
    }),
    rules: rules.map(({ name, text }) => ({ name, text })),
    queries: [...reportQueries.asked(), ...failedQueries].map((query) => ({ ...query })),
    view,
  };
  return earlier === null ? now : mergedCase(now, earlier, absent);
}

/** The files of a case as a case file has them. One that was saved among the evidence is none: it changes with every save. */
export function knownFiles(files: readonly EvidenceFile[]): KnownFile[] {
  return files
    .filter(({ path }) => !isCaseFile(path))
    .map(({ path, bytes, modified, sha256, hashedBytes }) => ({
      path,
      bytes,
      modified,
      sha256,
      ...(hashedBytes === undefined ? {} : { hashedBytes }),
    }));
}
