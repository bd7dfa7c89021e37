import { constants } from 'node:os';
import process from 'node:process';
import { toJobError } from '../case/job-error.ts';
import { NothingRecognised } from '../case/open-case.ts';
import { removeAbandonedFolders, removePrivateFolders } from '../files/private-folders.ts';
import { JobCancelled } from '../threads/run-job.ts';
import { EXIT_INTERNAL, EXIT_INTERRUPTED, EXIT_NOTHING_RECOGNISED, EXIT_USAGE } from './exit-status.ts';
import { ProgressLine } from './progress-line.ts';
import type { Terminal } from './terminal.ts';

/** Ctrl-C, `kill`, and a terminal that is closed; Ctrl-Break where there is that. */
const ENDING_SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What a command that reads evidence works with. */
export interface CommandRun {
  readonly progress: ProgressLine;
  /** Aborts on Ctrl-C, SIGTERM and SIGHUP. */
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
  let interruptedStatus = EXIT_INTERRUPTED;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupt.signal.aborted) endBy(signal, onSignal);
    interruptedStatus = 128 + constants.signals[signal];
    interrupt.abort();
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  await removeAbandonedFolders();
  try {
    return await work({ progress, signal: interrupt.signal, refuse: (why) => fail(why, EXIT_USAGE) });
  } catch (error) {
    progress.clear();
    if (interrupt.signal.aborted || error instanceof JobCancelled) return fail('interrupted', interruptedStatus);
    if (error instanceof NothingRecognised) return fail(error.message, EXIT_NOTHING_RECOGNISED);
    const { kind, message } = toJobError(error);
    return fail(message, kind === 'usage' ? EXIT_USAGE : EXIT_INTERNAL);
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
  }
}

/** The second signal does not wait for what the first one has asked to end. */
function endBy(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): void {
  removePrivateFolders();
  process.off(signal, listener);
  // Without a listener it does what it does by itself, to work that hangs in the kernel too.
  process.kill(process.pid, signal);
}
