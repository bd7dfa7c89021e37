import { dirname, resolve } from 'node:path';
import process from 'node:process';
import type { DocumentFormat } from '../../shared/contract/analysis-protocol.ts';
import { isCaseFile } from '../../shared/contract/case-file-name.ts';
import type { RuleFileText } from '../../shared/contract/worker-protocol.ts';
import { NO_WORK } from '../../shared/model/work-history.ts';
import { type OpenCase, openCase } from '../case/open-case.ts';
import type { NotesText } from '../case/read-notes.ts';
import { readRuleFiles } from '../case/read-rule-files.ts';
import { type ProfileOrder, runProfile } from '../case/run-profile.ts';
import type { ExportFormat } from '../export/file-names.ts';
import { realTarget, targetProblem } from '../files/evidence-guard.ts';
import { INTAKE_LIMITS } from '../files/limits.ts';
import { makeFolder } from '../files/own-files.ts';
import { copyStreams } from '../files/stream-copies.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { JobCancelled } from '../threads/run-job.ts';
import { UsageError } from '../threads/usage-error.ts';
import type { CommandOfCase } from './case-of-file.ts';
import type { CliCommand } from './command.ts';
import type { ProgressLine } from './progress-line.ts';
import type { Terminal } from './terminal.ts';
import { type CommandRun, withProgress } from './with-progress.ts';

type AnalyzeCommand = Extract<CliCommand, { type: 'analyze' }>;

/** Analyses what was given, prints the table or the JSON, writes the files that were asked for. Returns the exit status. */
export function analyzeCommand(command: AnalyzeCommand, terminal: Terminal): Promise<number> {
  return withProgress(terminal, async ({ progress, signal, refuse }) => {
    const caseFile = command.paths.find(isCaseFile);
    const ofCase = caseFile === undefined ? null : await (await caseFiles()).commandOfCase(command, caseFile);
    const asked = ofCase?.command ?? command;
    const refusal = await refuseToWrite(asked, ofCase === null ? [] : [ofCase.path]);
    if (refusal !== null) return refuse(refusal);
    const beside = {
      rules: [...(ofCase?.file.rules ?? []), ...(await readRuleFiles(command.rules))],
      notes: asked.notes === null ? null : await (await notesFiles()).readNotesFile(asked.notes),
      ofCase,
    };
    const given = await copyStreams(asked.paths, { mostBytes: INTAKE_LIMITS.unpackedBytes, signal });
    // A case reads its evidence as long as it is open.
    try {
      return await analysed({ ...asked, paths: given.paths }, beside, { progress, signal }, terminal);
    } finally {
      await given.dispose();
    }
  });
}

// Loaded where such a file is given: what describes files from outside takes long to load.
const caseFiles = (): Promise<typeof import('./case-of-file.ts')> => import('./case-of-file.ts');
const notesFiles = (): Promise<typeof import('../case/read-notes.ts')> => import('../case/read-notes.ts');

/** What is read beside the evidence, and before it. */
interface Beside {
  readonly rules: readonly RuleFileText[];
  readonly notes: NotesText | null;
  readonly ofCase: CommandOfCase | null;
}

async function analysed(
  command: AnalyzeCommand,
  { rules, notes, ofCase }: Beside,
  { progress, signal }: Pick<CommandRun, 'progress' | 'signal'>,
  terminal: Terminal,
): Promise<number> {
  const unknownSources: string[] = [];
  // What the command itself names must be there; what a case file names may be gone.
  const ofFile = new Set([...(ofCase?.file.zones.bySource ?? []), ...(ofCase?.file.clockOffsets ?? [])].map(pathOf));
  let opened = await openCase({
    paths: command.paths,
    onProgress: (step) => progress.show(step),
    signal,
    measureAgain: command.measureAgain,
    zones: command.zones,
    clockOffsets: command.clockOffsets,
    incident: command.incident,
    rules,
    ...(ofCase === null ? {} : { onUnknownSource: (path) => requireOfFile(path, ofFile, unknownSources) }),
  });
  try {
    if (ofCase !== null) opened = await (await caseFiles()).restored(opened, ofCase, unknownSources, terminal);
    for (const order of profileOrders(command, opened)) {
      opened = await profiled(opened, order, {
        onProgress: (step) => progress.show(step),
        signal,
        recall: !command.measureAgain,
      });
    }
    progress.clear();
    if (notes !== null) {
      const judgements = (await notesFiles()).judgementsIn(notes, opened.evidence.files);
      opened = await opened.withWork({ ...NO_WORK, judgements });
    }
    await writeOutputs(command, opened, progress, terminal);
    return 0;
  } finally {
    await opened.dispose();
  }
}

function pathOf({ path }: { readonly path: string }): string {
  return path;
}

function requireOfFile(path: string, ofFile: ReadonlySet<string>, unknown: string[]): void {
  if (!ofFile.has(path)) throw new UsageError(`No source is named "${path}".`);
  unknown.push(path);
}

/** The profiles that were asked for, of the artifact that the incident is about. */
function profileOrders({ profile }: AnalyzeCommand, { analysis, evidence }: OpenCase): readonly ProfileOrder[] {
  const { tree, runs, memoryLimitBytes } = profile;
  const artifact = evidence.artifacts[analysis.artifactIndex ?? 0];
  if (artifact === undefined) return [];
  const { evidenceId } = artifact;
  return [
    ...(runs > 1 ? [{ evidenceId, mode: 'stream', runs, memoryLimitBytes: null } as const] : []),
    ...(tree ? [{ evidenceId, mode: 'tree', runs, memoryLimitBytes } as const] : []),
  ];
}

/** The case with a further profile, in place of the one given. */
async function profiled(
  opened: OpenCase,
  order: ProfileOrder,
  options: Parameters<typeof runProfile>[2],
): Promise<OpenCase> {
  const profile = await runProfile(opened, order, options);
  if (profile.outcome.kind === 'cancelled') throw new JobCancelled();
  return opened.withProfile(order.evidenceId, { mode: order.mode, profile });
}

function outputsOf(command: AnalyzeCommand): readonly { readonly format: ExportFormat; readonly path: string }[] {
  const outputs: { format: ExportFormat; path: string }[] = [];
  if (command.json !== null && command.json !== '-') outputs.push({ format: 'json', path: resolve(command.json) });
  if (command.pdf !== null) outputs.push({ format: 'pdf', path: resolve(command.pdf) });
  if (command.html !== null) outputs.push({ format: 'html', path: resolve(command.html) });
  return outputs;
}

/** Before anything is read: evidence is never changed, and what cannot be written is not told after the analysis. */
async function refuseToWrite(command: AnalyzeCommand, others: readonly string[]): Promise<string | null> {
  const evidence = [...command.paths, ...others].map((path) => resolve(path));
  const places = new Set<string>();
  for (const { path } of outputsOf(command)) {
    const problem = await targetProblem(path, evidence);
    if (problem !== null) return problem;
    const place = await realTarget(path);
    if (places.has(place)) return `${path} is given for two outputs; each needs a file of its own`;
    places.add(place);
  }
  return null;
}

async function writeOutputs(
  command: AnalyzeCommand,
  opened: OpenCase,
  progress: ProgressLine,
  { stdout, stderr }: Terminal,
): Promise<void> {
  const written = async (format: DocumentFormat, item: string): Promise<Uint8Array> => {
    progress.show({ stage: 'writing', item, doneBytes: 0, totalBytes: null });
    const bytes = await opened.write(format);
    progress.clear();
    return bytes;
  };
  if (command.json === '-') {
    stdout.write(await written({ name: 'json' }, 'case.json'));
  } else {
    stdout.write(
      await written(
        {
          name: 'text',
          full: command.full,
          width: stdout.isTTY === true ? Math.min(160, Math.max(80, stdout.columns ?? 80)) : 120,
          colour: stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
        },
        opened.title,
      ),
    );
  }
  for (const { format, path } of outputsOf(command)) {
    await makeFolder(dirname(path));
    await writeAtomically(path, await written({ name: format }, path));
    stderr.write(`wrote ${path}\n`);
  }
}
