import type { RuleFileText, RulesWorkerData, RulesWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import type { CaseProblem } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { AppliedRule, RuleOutcome } from '../../shared/model/rules.ts';
import { joinRules, readRuleFile } from '../../shared/rules/rule-file.ts';
import { JobCancelled, type JobOutcome, runJob } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';

/** A regular expression may look at one message so long; what takes longer will hardly ever end. */
const REGEX_LIMIT_MILLIS = 2_000;
const LOOK_MILLIS = 250;

/**
 * Applies the user's rules to the events of a case, on a thread of its own. A rule whose regular expression does not come
 * to an end is left out and told as a problem, as is every rule that cannot be read; the rest applies. Rejects with
 * JobCancelled when `signal` aborts and with JobFailure when the thread dies.
 */
export async function applyRuleFiles(
  source: Pick<ImportedEvidence, 'columns' | 'files' | 'locations'>,
  files: readonly RuleFileText[],
  signal?: AbortSignal,
): Promise<RuleOutcome> {
  const { rules, problems } = joinRules(files.map(({ name, text }) => readRuleFile(text, name)));
  const stopped: CaseProblem[] = [];
  const omitted: string[] = [];
  // Each turn leaves out one rule more.
  for (;;) {
    const watch = new Int32Array(new SharedArrayBuffer(8));
    const ended = new AbortController();
    const looking = setInterval(lookerAt(watch, ended), LOOK_MILLIS);
    const signals = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    const data: RulesWorkerData = { source, files, omitted, watch };
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
  return message.type === 'done'
    ? { status: 'done', result: message.rules }
    : { status: 'failed', error: message.error };
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
