import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaseAnalyst } from '../../electron/analysis/case-analyst.ts';
import { EventStore } from '../../electron/events/event-store.ts';
import { renderExport } from '../../electron/export/export-case.ts';
import { readGivenEvidence } from '../../electron/intake/import-evidence.ts';
import { profileFile } from '../../electron/profile/profile-file.ts';
import { analyse } from '../../shared/analyse.ts';
import type { CaseJson } from '../../shared/contract/case-json.ts';
import type { Analysis, IncidentChoice } from '../../shared/model/analysis.ts';
import type { ArtifactReport } from '../../shared/model/artifact.ts';
import { NO_HOST_RECORDS } from '../../shared/model/host.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { Judgement } from '../../shared/model/judgement.ts';

/*
 * Reads and analyses a folder as openCase does, on this thread: starting the threads of a case takes longer than reading a
 * small one, and tests of verdicts open hundreds.
 */

export async function analyseFolder(
  folder: string,
  choice: IncidentChoice | null = null,
  judgements: readonly Judgement[] = [],
): Promise<Analysis> {
  return await withFolder(folder, (imported, artifacts) => {
    const store = new EventStore(imported);
    try {
      const { columns: _columns, locations: _locations, host = NO_HOST_RECORDS, ...read } = imported;
      return analyse({ ...read, events: store, artifacts, host }, choice, judgements);
    } finally {
      store.close();
    }
  });
}

/** The case JSON of a folder and all that the command line prints of it, as `analyze FOLDER --full --json` gives them. */
export async function documentsOfFolder(folder: string): Promise<{ readonly case: CaseJson; readonly text: string }> {
  return await withFolder(folder, async (imported, artifacts) => {
    const analyst = new CaseAnalyst({ imported, artifacts, rules: null });
    try {
      const analysis = analyst.conclude({ about: null, judgements: [] });
      const input = {
        title: 'folder',
        evidence: analyst.evidence,
        analysis,
        judgements: [],
        annotations: [],
        queries: [],
      };
      const text = await renderExport(input, { name: 'text', full: true, width: 120, colour: false });
      return { case: JSON.parse(String(await renderExport(input, { name: 'json' }))), text: String(text) };
    } finally {
      analyst.close();
    }
  });
}

async function withFolder<T>(
  folder: string,
  use: (imported: ImportedEvidence, artifacts: readonly ArtifactReport[]) => T | Promise<T>,
): Promise<T> {
  const spoolDirectory = await mkdtemp(join(tmpdir(), 'inquest-spool-'));
  try {
    const imported = await readGivenEvidence({ paths: [folder], spoolDirectory }, () => {});
    const artifacts: ArtifactReport[] = [];
    for (const [index, file] of imported.files.entries()) {
      const location = imported.locations[index];
      if (file.format !== 'junit-xml' || location == null) continue;
      const { id: evidenceId, path, bytes } = file;
      artifacts.push(await profileFile({ evidenceId, path, bytes, ...location }, () => {}));
    }
    return await use(imported, artifacts);
  } finally {
    await rm(spoolDirectory, { recursive: true, force: true });
  }
}
