import type {
  ReadRules,
  RuleFileText,
  RulesWorkerData,
  RulesWorkerMessage,
} from '../../shared/contract/worker-protocol.ts';
import type { CaseProblem } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { AppliedRule, RuleOutcome } from '../../shared/model/rules.ts';
import { JobCancelled, type JobOutcome, runJob } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';
import { UsageError } from '../threads/usage-error.ts';

/** A regular expression may look at one message so long; what takes longer will hardly ever end. */
const REGEX_LIMIT_MILLIS = 2_000;
const LOOK_MILLIS = 250;

/** Reading is bounded by the limits on rule files; what takes longer or needs more than this has found a way around them. */
const READING_LIMIT_MILLIS = 20_000;
const READING_HEAP_MIB = 512;

/**
 * Reads the user's rules, on a thread of its own. A rule that is wrong is a problem in the result. Rejects with UsageError
 * for a file beyond a limit, with JobCancelled when `signal` aborts and with JobFailure when the thread dies.
 */
export async function readRules(files: readonly RuleFileText[], signal?: AbortSignal): Promise<ReadRules> {
  if (files.length === 0) return { rules: [], problems: [] };
  let file = '';
  let read: ReadRules = { rules: [], problems: [] };
  const late = AbortSignal.timeout(READING_LIMIT_MILLIS);
  const data: RulesWorkerData = { files, apply: null };
  const worker = startWorker('rules-worker', data, { maxOldGenerationSizeMb: READING_HEAP_MIB });
  const take = (message: RulesWorkerMessage): JobOutcome<readonly AppliedRule[]> => {
    if (message.type === 'reading') file = message.file;
    if (message.type === 'read') read = message.read;
    return outcomeOf(message);
  };
  try {
    await runJob(worker, take, signal === undefined ? late : AbortSignal.any([signal, late]));
  } catch (thrown) {
    if (signal?.aborted === true || !late.aborted) throw thrown;
    throw new UsageError(`The rules in ${file} were not read within ${READING_LIMIT_MILLIS / 1_000} s.`);
  }
  const beyond = read.problems.find(({ kind }) => kind === 'limit-exceeded');
  if (beyond !== undefined) throw new UsageError(`${beyond.path}: ${beyond.message}`);
  return read;
}

/**
 * Applies the user's rules to the events of a case, on a thread of its own. A rule whose regular expression does not come
 * to an end is left out and told as a problem, as is every rule that could not be read (`readRules`); the rest applies. Rejects with
 * JobCancelled when `signal` aborts and with JobFailure when the thread dies.
 */
export async function applyRuleFiles(
  source: Pick<ImportedEvidence, 'columns' | 'files' | 'locations'>,
  files: readonly RuleFileText[],
  { rules, problems }: ReadRules,
  signal?: AbortSignal,
): Promise<RuleOutcome> {
  const stopped: CaseProblem[] = [];
  const omitted: string[] = [];
  // Each turn leaves out one rule more.
  for (;;) {
    const watch = new Int32Array(new SharedArrayBuffer(8));
    const ended = new AbortController();
    const looking = setInterval(lookerAt(watch, ended), LOOK_MILLIS);
    const signals = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    const data: RulesWorkerData = { files, apply: { source, omitted, watch } };
    try {
      const applied = await runJob(startWorker('rules-worker', data), outcomeOf, signals);
      return { rules: applied, problems: [...problems, ...stopped] };
    } catch (thrown) {
      const guilty = rules[Atomics.load(watch, 0) - 1];
      if (!(thrown instanceof JobCancelled) || signal?.aborted === true || guilty === undefined) throw thrown;
      omitted.push(guilty.id);
      stopped.push({
        path: guilty.file,
        kind: 'stopped',
        message: `Line ${guilty.line}: a regular expression of the rule "${guilty.title}" did not come to an end on one message, so the rule is left out. Nested repetitions such as (a+)+ do that.`,
      });
    } finally {
      clearInterval(looking);
    }
  }
}

function outcomeOf(message: RulesWorkerMessage): JobOutcome<readonly AppliedRule[]> {
  switch (message.type) {
    case 'reading':
    case 'read':
      return null;
    case 'done':
      return { status: 'done', result: message.rules };
    case 'failed':
      return { status: 'failed', error: message.error };
  }
}

/** Aborts when a regular expression has been at one message for too long. */
function lookerAt(watch: Int32Array, ended: AbortController): () => void {
  let seen = { messages: -1, sinceMillis: 0 };
  return () => {
    const messages = Atomics.load(watch, 1);
    const nowMillis = performance.now();
    if (Atomics.load(watch, 0) === 0 || messages !== seen.messages) seen = { messages, sinceMillis: nowMillis };
    else if (nowMillis - seen.sinceMillis >= REGEX_LIMIT_MILLIS) ended.abort();
  };
}
