import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStore } from '../../electron/events/event-store.ts';
import { readGivenEvidence } from '../../electron/intake/import-evidence.ts';
import { profileFile } from '../../electron/profile/profile-file.ts';
import { analyse } from '../../shared/analyse.ts';
import type { Analysis, IncidentChoice } from '../../shared/model/analysis.ts';
import type { ArtifactReport } from '../../shared/model/artifact.ts';
import { NO_HOST_RECORDS } from '../../shared/model/host.ts';
import type { Judgement } from '../../shared/model/judgement.ts';

/**
 * Reads and analyses a folder as openCase does, on this thread: starting the threads of a case takes longer than reading a
 * small one, and tests of verdicts open hundreds.
 */
export async function analyseFolder(
  folder: string,
  choice: IncidentChoice | null = null,
  judgements: readonly Judgement[] = [],
): Promise<Analysis> {
  const spoolDirectory = await mkdtemp(join(tmpdir(), 'inquest-spool-'));
  try {
    const imported = await readGivenEvidence({ paths: [folder], spoolDirectory }, () => {});
    const store = new EventStore(imported);
    try {
      const artifacts: ArtifactReport[] = [];
      for (const [index, file] of imported.files.entries()) {
        const location = imported.locations[index];
        if (file.format !== 'junit-xml' || location == null) continue;
        const { id: evidenceId, path, bytes } = file;
        artifacts.push(await profileFile({ evidenceId, path, bytes, ...location }, () => {}));
      }
      const { columns: _columns, locations: _locations, host = NO_HOST_RECORDS, ...read } = imported;
      return analyse({ ...read, events: store, artifacts, host }, choice, judgements);
    } finally {
      store.close();
    }
  } finally {
    await rm(spoolDirectory, { recursive: true, force: true });
  }
}
