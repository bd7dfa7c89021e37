import process from 'node:process';
import { toJobError } from '../case/job-error.ts';
import { NothingRecognised } from '../case/open-case.ts';
import { JobCancelled } from '../threads/run-job.ts';
import { EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_NOTHING_RECOGNISED, EXIT_USAGE } from './exit-status.ts';
import { ProgressLine } from './progress-line.ts';
import type { Terminal } from './terminal.ts';

/** What a command that reads evidence works with. */
export interface CommandRun {
  readonly progress: ProgressLine;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Says why nothing is done; the status of wrong usage. */
  readonly refuse: (why: string) => number;
}

/** Runs a command that reads evidence: with progress on a terminal, interruptible, every failure a sentence and a status. */
export async function withProgress({ stderr }: Terminal, work: (run: CommandRun) => Promise<number>): Promise<number> {
  const progress = new ProgressLine(stderr);
  const fail = (message: string, status: number): number => {
    stderr.write(`inquest: ${message}\n`);
    return status;
  };
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  try {
    return await work({ progress, signal: interrupt.signal, refuse: (why) => fail(why, EXIT_USAGE) });
  } catch (error) {
    progress.clear();
    if (interrupt.signal.aborted || error instanceof JobCancelled) return fail('interrupted', EXIT_INTERRUPTED);
    if (error instanceof NothingRecognised) return fail(error.message, EXIT_NOTHING_RECOGNISED);
    const { kind, message } = toJobError(error);
    return fail(message, kind === 'usage' ? EXIT_USAGE : EXIT_INTERNAL);
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
