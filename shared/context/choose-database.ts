import type { CaseEvidence } from '../model/case.ts';
import type { DatabaseReport } from '../model/database.ts';
import type { EvidenceId } from '../model/evidence.ts';

/** The service's database, of those that are its own: one with a list of jobs before one with a WAL before the largest. Null when there is none. */
export function chooseDatabase(
  evidence: CaseEvidence,
  isOwn: (id: EvidenceId) => boolean,
): { readonly report: DatabaseReport; readonly index: number } | null {
  let best: { report: DatabaseReport; index: number; score: number } | null = null;
  evidence.databases.forEach((report, index) => {
    if (!isOwn(report.source.evidenceId)) return;
    const score =
      (report.jobHistory === null ? 0 : 2) + (report.wal === null && report.journalEvidenceId === null ? 0 : 1);
    if (best === null || score > best.score || (score === best.score && report.bytes > best.report.bytes)) {
      best = { report, index, score };
    }
  });
  return best;
}
