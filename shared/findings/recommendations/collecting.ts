import type { MissingEvidence, Recommendation } from '../../model/analysis.ts';
import { type Advice, type AdviceFamily, detect, isInvolved, shell } from './advice.ts';

/** Mechanisms that say by themselves how a worker ended, whatever the five hypotheses come to. */
const SAYS_WHY: ReadonlySet<string> = new Set(['crash', 'systemd-stop']);

/** What decides, first, where no cause is established; advice on a cause would be a guess. */
export const collectingAdvice: AdviceFamily = (advice) => {
  const { record } = advice.context;
  if (record === null || isEstablished(advice)) return [];
  const open = advice.hypotheses.filter(({ verdict }) => verdict === 'inconclusive');
  const suspect = open.find(({ score }) => score >= SUSPECTED_SCORE);
  const first =
    record.incident.mechanism === 'external-sigkill'
      ? // Who sent SIGKILL only the kernel says, where it was the kernel; else the audit log of the next one.
        open.flatMap(({ missing }) => missing).find(({ command }) => command.includes('_TRANSPORT=kernel'))
      : (suspect?.missing[0] ?? ofThePast(open.flatMap(({ missing }) => missing)));
  return first === undefined ? [] : [collect(first)];
};

/** From this score on an undecided hypothesis is a suspect. */
const SUSPECTED_SCORE = 0.5;

/** Facts that name what ended it, or the code that it was in. */
const NAMES_IT: ReadonlySet<string> = new Set([
  'killed-by-hand',
  'killed-by-program',
  'stuck-in-frame',
  'waited-for-peer',
  'waited-for-client',
]);

/** Whether what ended it is known: a hypothesis, an order, the process itself, or a stop. */
function isEstablished(advice: Advice): boolean {
  if (advice.hypotheses.some(({ verdict }) => verdict === 'fits')) return true;
  if (advice.facts.some(({ id }) => NAMES_IT.has(id))) return true;
  const mechanism = advice.context.record?.incident.mechanism ?? 'none';
  if (SAYS_WHY.has(mechanism)) return advice.facts.some(({ id }) => id === 'crash' || id === 'systemd-stop');
  // A failure has its reason in its own line, or a lock that contributes.
  return (
    mechanism === 'none' &&
    (isInvolved(advice, 'database-lock') || advice.facts.some(({ id }) => id === 'failed-otherwise'))
  );
}

/** What can be had of a past incident goes before what needs another one. */
function ofThePast(missing: readonly MissingEvidence[]): MissingEvidence | undefined {
  return missing.find(({ command }) => !/^(?:while |py-spy|lsof)/.test(command)) ?? missing[0];
}

/** Missing evidence as an action. */
function collect({ what, command }: MissingEvidence): Recommendation {
  return detect('collect-evidence', {
    text: `Collect ${/^(?:The|A) /.test(what) ? what.slice(0, 1).toLowerCase() + what.slice(1) : what}`,
    patch: shell(command),
    because: ['No cause is established by the evidence.'],
  });
}
