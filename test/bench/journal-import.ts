import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStore } from '../../electron/events/event-store.ts';
import { readGivenEvidence } from '../../electron/intake/import-evidence.ts';
import { EVERY_EVENT } from '../../shared/contract/event-filter.ts';
import { columnBytes } from '../support/column-buffers.ts';
import { COMMON_WORD, RARE_WORD } from './journal-file.ts';

/**
 * The measured half of journal.bench.ts, a process of its own so that its memory is the import's: imports the file that is
 * its argument, searches its events, and prints the figures as one line of JSON.
 */
async function main(path: string): Promise<void> {
  const spool = mkdtempSync(join(tmpdir(), 'inquest-bench-spool-'));
  try {
    const started = performance.now();
    const imported = await readGivenEvidence({ paths: [path], spoolDirectory: spool }, () => {});
    const seconds = (performance.now() - started) / 1000;
    // The start of Node and of the program is in this one, as it is in the times of other programs; the searches are not.
    const wallSeconds = process.uptime();
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const peakRssBytes = maxRSS * 1024;
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    const store = new EventStore(imported);
    const search = (text: string): { readonly seconds: number; readonly found: number } => {
      const from = performance.now();
      const total = store.search.rows({ ...EVERY_EVENT, query: text }).length;
      return { seconds: (performance.now() - from) / 1000, found: total };
    };
    const { count } = imported.columns;
    const figures = {
      events: count,
      problems: imported.files.reduce((sum, file) => sum + file.problemCount, 0),
      seconds,
      wallSeconds,
      peakRssBytes,
      cpuSeconds,
      bytesPerEvent: count === 0 ? 0 : columnBytes(imported.columns) / count,
      rare: search(RARE_WORD),
      common: search(COMMON_WORD),
    };
    store.close();
    console.log(JSON.stringify(figures));
  } finally {
    rmSync(spool, { recursive: true, force: true });
  }
}

await main(process.argv[2] ?? '');
