import { statSync } from 'node:fs';
import { measureArtifact } from '../../electron/profile/measure-client.ts';
import { profileArtifact } from '../../electron/profile/profile-client.ts';

/**
 * The measured half of profile.bench.ts, a process of its own as its contenders are: profiles an artifact as the app does
 * and prints what it took as JSON. Arguments: `stream` or `tree`, and the file.
 */
async function main(mode: string, path: string): Promise<void> {
  const request = { evidenceId: 'e1', path, absolutePath: path, bytes: statSync(path).size };
  const { testcases, run } = mode === 'tree' ? await tree(request) : await stream(request);
  const { seconds, cpuSeconds, peakRssBytes } = run;
  console.log(JSON.stringify({ testcases, seconds, cpuSeconds, peakRssBytes }));
}

type Request = Parameters<typeof profileArtifact>[0];
type Run = Awaited<ReturnType<typeof measureArtifact>>;

async function stream(request: Request): Promise<{ readonly testcases: number; readonly run: Run }> {
  const report = await profileArtifact(request);
  return { testcases: report.testcases, run: report.stream };
}

/** A tree counts nothing: whether it came to its end is all that shows that it is one. */
async function tree(request: Request): Promise<{ readonly testcases: null; readonly run: Run }> {
  const run = await measureArtifact({ ...request, mode: 'tree', memoryLimitBytes: null }, 1);
  if (run.outcome.kind !== 'finished') throw new Error(`The tree came to no end: ${run.outcome.kind}.`);
  return { testcases: null, run };
}

const [mode = '', path = ''] = process.argv.slice(2);
await main(mode, path);
