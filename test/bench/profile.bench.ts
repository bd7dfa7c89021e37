import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { profileArtifact } from '../../electron/workers/profile-client.ts';
import { type Bench, type BenchRow, medianRow } from './bench.ts';
import { writeJUnitFile } from './junit-file.ts';

const INPUT_BYTES = 80_000_000;
const ROUNDS = 3;
const PEERS = [
  { name: 'Python pyexpat', method: 'expat' },
  { name: 'Python ElementTree', method: 'element-tree' },
  { name: 'Python iterparse + clear', method: 'iterparse' },
  { name: 'Python lxml tree', method: 'lxml' },
] as const;
const script = fileURLToPath(new URL('./peers/junit_count.py', import.meta.url));
const peerReport = z.object({ testcases: z.number(), seconds: z.number(), peakRssBytes: z.number() });

type Attempt = { readonly row: BenchRow } | { readonly skipped: string };

export const bench: Bench = {
  title: 'Profile of a JUnit artifact',
  async run(folder) {
    const path = join(folder, 'test-results.xml');
    const { bytes, testcases } = writeJUnitFile(path, INPUT_BYTES);
    const own: BenchRow[] = [];
    const peers = PEERS.map((peer) => ({ ...peer, rounds: [] as BenchRow[], skipped: null as string | null }));
    // Round by round, so that a slow spell of the machine meets all contenders.
    for (let round = 0; round < ROUNDS; round++) {
      own.push(await profile(path, bytes, testcases));
      for (const peer of peers) {
        if (peer.skipped !== null) continue;
        const attempt = runPeer(peer.name, peer.method, path, testcases);
        if ('skipped' in attempt) peer.skipped = attempt.skipped;
        else peer.rounds.push(attempt.row);
      }
    }
    return {
      input: `generated JUnit file with ${testcases} test cases`,
      inputBytes: bytes,
      rounds: ROUNDS,
      rows: [medianRow(own), ...peers.filter((peer) => peer.rounds.length > 0).map((peer) => medianRow(peer.rounds))],
      skipped: peers.flatMap(({ name, skipped }) => (skipped === null ? [] : [{ name, reason: skipped }])),
    };
  },
};

async function profile(path: string, bytes: number, testcases: number): Promise<BenchRow> {
  const started = performance.now();
  const report = await profileArtifact({ evidenceId: 'e1', path, absolutePath: path, bytes });
  const wallSeconds = (performance.now() - started) / 1000;
  if (report.testcases !== testcases)
    throw new Error(`Inquest counted ${report.testcases} of ${testcases} test cases.`);
  const { seconds, peakRssBytes } = report.stream;
  return { name: 'Inquest', seconds, wallSeconds, peakRssBytes };
}

function runPeer(name: string, method: string, path: string, testcases: number): Attempt {
  const started = performance.now();
  const run = spawnSync('python3', [script, method, path], { encoding: 'utf8' });
  const wallSeconds = (performance.now() - started) / 1000;
  if (run.error !== undefined) return { skipped: `python3 cannot be run: ${run.error.message}` };
  if (run.status === 3) return { skipped: `not installed: ${run.stderr.trim()}` };
  if (run.status !== 0) throw new Error(`${name} failed: ${run.stderr}`);
  const report = peerReport.parse(JSON.parse(run.stdout));
  if (report.testcases !== testcases)
    throw new Error(`${name} counted ${report.testcases} of ${testcases} test cases.`);
  return { row: { name, seconds: report.seconds, wallSeconds, peakRssBytes: report.peakRssBytes } };
}
