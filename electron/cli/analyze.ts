import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { NO_JUDGEMENTS } from '../../shared/hypotheses/judgement-history.ts';
import { toJobError } from '../case-store/job-error.ts';
import { NothingRecognised, type OpenCase, openCase } from '../case-store/open-case.ts';
import { readNotesFile } from '../case-store/read-notes.ts';
import { writeAtomically } from '../case-store/write-atomically.ts';
import { evidenceProblem } from '../export/evidence-guard.ts';
import { type ExportFormat, renderExport, reportOf } from '../export/export-case.ts';
import { writeText } from '../export/text.ts';
import { JobCancelled } from '../workers/run-job.ts';
import type { CliCommand } from './arguments.ts';
import { ProgressLine } from './progress-line.ts';

type AnalyzeCommand = Extract<CliCommand, { type: 'analyze' }>;

const EXIT_INTERNAL = 1;
const EXIT_USAGE = 2;
const EXIT_NOTHING_RECOGNISED = 3;
/** 128 + SIGINT, as shells report an interrupted command. */
const EXIT_INTERRUPTED = 130;

/** Analyses what was given, prints the table or the JSON, writes the files that were asked for. Returns the exit status. */
export async function analyzeCommand(command: AnalyzeCommand): Promise<number> {
  const refusal = await refuseToOverwrite(command);
  if (refusal !== null) return fail(refusal, EXIT_USAGE);
  const progress = new ProgressLine(process.stderr);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  let opened: OpenCase | null = null;
  try {
    opened = await openCase({
      paths: command.paths,
      onProgress: (step) => progress.show(step),
      signal: interrupt.signal,
      measureAgain: command.measureAgain,
      zones: command.zones,
      clockOffsets: command.clockOffsets,
    });
    progress.clear();
    if (command.notes !== null) {
      const judgements = await readNotesFile(command.notes, opened.evidence.files);
      opened = opened.withJudgements({ ...NO_JUDGEMENTS, judgements });
    }
    await writeOutputs(command, opened);
    return 0;
  } catch (error) {
    progress.clear();
    if (interrupt.signal.aborted || error instanceof JobCancelled) return fail('interrupted', EXIT_INTERRUPTED);
    if (error instanceof NothingRecognised) return fail(error.message, EXIT_NOTHING_RECOGNISED);
    const { kind, message } = toJobError(error);
    return fail(message, kind === 'usage' ? EXIT_USAGE : EXIT_INTERNAL);
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
    await opened?.dispose();
  }
}

function fail(message: string, status: number): number {
  process.stderr.write(`inquest: ${message}\n`);
  return status;
}

function outputsOf(command: AnalyzeCommand): readonly { readonly format: ExportFormat; readonly path: string }[] {
  const outputs: { format: ExportFormat; path: string }[] = [];
  if (command.json !== null && command.json !== '-') outputs.push({ format: 'json', path: resolve(command.json) });
  if (command.pdf !== null) outputs.push({ format: 'pdf', path: resolve(command.pdf) });
  if (command.html !== null) outputs.push({ format: 'html', path: resolve(command.html) });
  return outputs;
}

/** Evidence is never changed: an output that would replace or lie among it is refused before anything is read. */
async function refuseToOverwrite(command: AnalyzeCommand): Promise<string | null> {
  const evidence = command.paths.map((path) => resolve(path));
  for (const { path } of outputsOf(command)) {
    const problem = await evidenceProblem(path, evidence);
    if (problem !== null) return problem;
  }
  return null;
}

async function writeOutputs(command: AnalyzeCommand, opened: OpenCase): Promise<void> {
  if (command.json === '-') {
    process.stdout.write(await renderExport(opened, 'json'));
  } else {
    process.stdout.write(
      writeText(reportOf(opened), {
        width: process.stdout.isTTY ? Math.min(160, Math.max(80, process.stdout.columns)) : 120,
        colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
      }),
    );
  }
  for (const { format, path } of outputsOf(command)) {
    await mkdir(dirname(path), { recursive: true });
    await writeAtomically(path, await renderExport(opened, format));
    process.stderr.write(`wrote ${path}\n`);
  }
}
