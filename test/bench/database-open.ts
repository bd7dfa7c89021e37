import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGivenEvidence } from '../../electron/intake/import-evidence.ts';

/** Opens the database given as argument as the app does, and prints what it took as JSON. */
const [path = ''] = process.argv.slice(2);
const spoolDirectory = mkdtempSync(join(tmpdir(), 'inquest-bench-spool-'));
try {
  const started = performance.now();
  const { databases, files } = await readGivenEvidence({ paths: [path], spoolDirectory }, () => {});
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage();
  const report = databases[0];
  console.log(
    JSON.stringify({
      seconds,
      wallSeconds: process.uptime(),
      cpuSeconds: (user + system) / 1e6,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      integrity: report?.integrity ?? null,
      problems: files.flatMap((file) => file.problems.map(({ message }) => message)),
      sizes: report?.tables.map(({ name, bytes, unusedBytes, payloadBytes }) => [
        name,
        bytes,
        unusedBytes,
        payloadBytes,
      ]),
    }),
  );
} finally {
  rmSync(spoolDirectory, { recursive: true, force: true });
}
