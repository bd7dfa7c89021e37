import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { bundlePrograms } from '../test/support/bundle-programs.ts';

/** The file that holds each output of a case: of the terminal, and the documents. */
export const OUTPUT_FILES = {
  text: 'terminal.txt',
  json: 'case.json',
  html: 'report.html',
  pdf: 'report.pdf',
} as const;
export type OutputFormat = keyof typeof OUTPUT_FILES;

/** The outputs of a case by format; a document that was not written is not there. */
export type CaseOutputs = ReadonlyMap<OutputFormat, Uint8Array>;

/** The statuses of `inquest analyze` after which its outputs mean something: analysed, and nothing recognised. */
const SOUND_STATUSES: readonly (number | null)[] = [0, 3];
/** No bundle takes a minute; an analysis that hangs must end. */
const LONGEST_MILLIS = 300_000;

/**
 * Bundles the command line of a checkout, with the workers that its source has, into `out/NAME` of the checkout, two folders
 * below it as the built app is. Gives the path of the program.
 */
export async function buildCommandLine(checkout: string, name: string): Promise<string> {
  const workers = readdirSync(join(checkout, 'electron'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('-worker.ts'))
    .map((path) => [basename(path, '.ts'), join('electron', path)] as const);
  const folder = join(checkout, 'out', name);
  rmSync(folder, { recursive: true, force: true });
  await bundlePrograms({ inquest: 'electron/cli/main.ts', ...Object.fromEntries(workers) }, folder, checkout);
  return join(folder, 'inquest.js');
}

/**
 * Analyses a bundle with a built command line and gives what it printed and wrote. The cost of parsing an artifact is
 * remembered in `cache`: the next run over the same bundle must be given the same one. Throws where the command line failed.
 */
export async function analyseBundle(
  program: string,
  bundle: string,
  cache: string,
  formats: readonly OutputFormat[],
): Promise<CaseOutputs> {
  const folder = mkdtempSync(join(tmpdir(), 'inquest-outputs-'));
  try {
    const documents = formats.filter((format) => format !== 'text');
    const options = documents.flatMap((format) => [`--${format}`, join(folder, OUTPUT_FILES[format])]);
    const { status, stdout, stderr } = await run(program, ['analyze', basename(bundle), ...options], {
      cwd: dirname(bundle),
      env: { ...process.env, XDG_CACHE_HOME: cache, TZ: 'UTC' },
    });
    if (!SOUND_STATUSES.includes(status)) throw new Error(`inquest ended with status ${status}: ${stderr.trim()}`);
    // Where documents were written to is another folder each time.
    const messages = stderr.replace(/^wrote .*\n/gm, '');
    writeFileSync(join(folder, OUTPUT_FILES.text), `${stdout}${messages}exit status ${status}\n`);
    return readOutputs(folder, formats);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The outputs that were kept in a folder, or null when there is none. */
export function recallOutputs(folder: string, formats: readonly OutputFormat[]): CaseOutputs | null {
  return existsSync(folder) ? readOutputs(folder, formats) : null;
}

/** Keeps outputs in a folder of their own: all of them or none. */
export function rememberOutputs(folder: string, outputs: CaseOutputs): void {
  mkdirSync(dirname(folder), { recursive: true });
  const unfinished = mkdtempSync(`${folder}-`);
  for (const [format, bytes] of outputs) writeFileSync(join(unfinished, OUTPUT_FILES[format]), bytes);
  renameSync(unfinished, folder);
}

function readOutputs(folder: string, formats: readonly OutputFormat[]): CaseOutputs {
  const outputs = new Map<OutputFormat, Uint8Array>();
  for (const format of formats) {
    const path = join(folder, OUTPUT_FILES[format]);
    if (existsSync(path)) outputs.set(format, readFileSync(path));
  }
  return outputs;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_MILLIS,
    });
    const printed: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on('data', (chunk: Buffer) => printed.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => printed.stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      const [stdout, stderr] = [printed.stdout, printed.stderr].map((chunks) => Buffer.concat(chunks).toString('utf8'));
      resolve({ status, stdout: stdout ?? '', stderr: stderr ?? '' });
    });
  });
}
