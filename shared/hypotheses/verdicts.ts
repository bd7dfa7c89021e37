import { isLarge } from '../facts/artifact-facts.ts';
import type { FactContext } from '../facts/context.ts';
import { formatSeconds } from '../facts/wording.ts';
import type { Fact, HypothesisId, HypothesisResult, MissingEvidence, Verdict } from '../model/analysis.ts';
import { HYPOTHESIS_IDS } from '../model/analysis.ts';
import { secondsBetween } from '../model/time.ts';
import { missingEvidence } from './missing.ts';
import { has, type Weighing, weigh } from './weigh.ts';

/**
 * Verdicts. The score is what the weights add up to; the verdict also asks for the kind of evidence that can decide:
 * missing evidence never rules a hypothesis out, and a hypothesis fits only on a fact that speaks for it in particular.
 * Hypotheses are not exclusive: the timeout that ended a worker and the lock it waited for both appear, in their roles.
 */

/** Log-odds from which positive evidence against a hypothesis rules it out (about 1 in 12). */
const RULED_OUT_AT = -2.5;
/** Log-odds from which a hypothesis with a specific fact fits (about 7 to 1). */
const FITS_AT = 2;
/** Log-odds from which an undecided cause is suspected strongly enough that the timeout is only its executioner. */
const SUSPECTED_AT = 1.5;

interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

const TITLES: Readonly<Record<HypothesisId, string>> = {
  'memory-exhaustion': 'Memory exhaustion',
  'worker-timeout': 'Worker timeout',
  'database-lock': 'Database lock',
  'large-artifact': 'Large artifact',
  'infinite-loop': 'Infinite loop',
};

const VERDICT_ORDER: Readonly<Record<Verdict, number>> = { fits: 0, contributes: 1, inconclusive: 2, 'ruled-out': 3 };

/** All five hypotheses, best first: by verdict, then by score. */
export function judge(context: FactContext, facts: readonly Fact[]): readonly HypothesisResult[] {
  const weighings = new Map(HYPOTHESIS_IDS.map((id) => [id, weigh(id, facts)] as const));
  const of = (id: HypothesisId): Weighing => weighings.get(id) ?? weigh(id, facts);
  const lock = judgeLock(context, of('database-lock'));
  const loop = judgeLoop(context, of('infinite-loop'));
  const memory = judgeMemory(context, of('memory-exhaustion'));
  const causes = [
    { weighing: of('database-lock'), judgement: lock },
    { weighing: of('infinite-loop'), judgement: loop },
    { weighing: of('memory-exhaustion'), judgement: memory },
  ];
  const judgements: Readonly<Record<HypothesisId, Judgement>> = {
    'database-lock': lock,
    'infinite-loop': loop,
    'memory-exhaustion': memory,
    'worker-timeout': judgeTimeout(context, of('worker-timeout'), causes),
    'large-artifact': judgeArtifact(context, of('large-artifact'), [lock, loop]),
  };
  return HYPOTHESIS_IDS.map((id): HypothesisResult => {
    const weighing = of(id);
    const { verdict, reason } = judgements[id];
    const missing: readonly MissingEvidence[] = missingEvidence(id, context, verdict);
    return {
      id,
      title: TITLES[id],
      verdict,
      reason,
      score: weighing.score,
      for: weighing.for,
      against: weighing.against,
      missing,
    };
  }).sort((a, b) => VERDICT_ORDER[a.verdict] - VERDICT_ORDER[b.verdict] || b.score - a.score);
}

function ruledOut(weighing: Weighing): boolean {
  return weighing.total <= RULED_OUT_AT && weighing.against.length > 0;
}

function strongest(weighing: Weighing, side: 'for' | 'against'): string {
  return weighing[side][0]?.fact.text ?? '';
}

const undecided = (reason: string): Judgement => ({ verdict: 'inconclusive', reason });

function judgeMemory(context: FactContext, weighing: Weighing): Judgement {
  const mechanism = context.record?.incident.mechanism ?? 'none';
  if (mechanism === 'kernel-oom' || mechanism === 'systemd-oomd') {
    return { verdict: 'fits', reason: strongest(weighing, 'for') };
  }
  if (has(weighing, 'swap-thrashing') && weighing.total >= FITS_AT) {
    return {
      verdict: 'fits',
      reason: 'Memory was exhausted and the host swapped until the worker missed its deadline.',
    };
  }
  // SIGKILL leaves no trace in the process: only the kernel can tell an OOM kill from any other.
  const killerUnknown = mechanism === 'external-sigkill' && context.kernel.state === 'absent';
  if (killerUnknown) {
    return undecided(
      'The worker got SIGKILL and no kernel log was saved: only the kernel can say whether its OOM killer sent it.',
    );
  }
  if (ruledOut(weighing)) return { verdict: 'ruled-out', reason: strongest(weighing, 'against') };
  return undecided('What was saved does not decide whether memory ran short.');
}

function judgeTimeout(
  context: FactContext,
  weighing: Weighing,
  causes: readonly { readonly weighing: Weighing; readonly judgement: Judgement }[],
): Judgement {
  const death = context.record?.death ?? null;
  if (death?.timeout != null && death.mechanism === 'gunicorn-timeout') {
    const cause = causes.find(({ judgement }) => judgement.verdict === 'fits');
    if (cause !== undefined) {
      return {
        verdict: 'contributes',
        reason: `The timeout ended the worker, but what made it miss the deadline is another matter: ${TITLES[cause.weighing.id].toLowerCase()}.`,
      };
    }
    const suspect = causes.find(
      ({ weighing: w, judgement }) => judgement.verdict === 'inconclusive' && w.total >= SUSPECTED_AT,
    );
    if (suspect !== undefined) {
      return {
        verdict: 'contributes',
        reason: `The timeout ended the worker; a ${TITLES[suspect.weighing.id].toLowerCase()} is suspected behind it and cannot be decided from what was saved.`,
      };
    }
    return { verdict: 'fits', reason: timeoutReason(context) };
  }
  if (death?.timeout != null) {
    return { verdict: 'contributes', reason: 'The arbiter had given the worker up when something else ended it.' };
  }
  if (ruledOut(weighing)) return { verdict: 'ruled-out', reason: strongest(weighing, 'against') };
  return undecided("Without gunicorn's own log of the moment, a timeout can neither be shown nor excluded.");
}

function timeoutReason(context: FactContext): string {
  const { record, config, workEnd } = context;
  if (record?.operation == null || workEnd === null) {
    return 'The arbiter ended the worker because no heartbeat came within the timeout, and nothing that was saved points to a deeper cause.';
  }
  const ran = formatSeconds(secondsBetween(record.operation.start, workEnd));
  const limit = config === null ? 'the timeout' : `a timeout of ${config.timeoutSeconds} s`;
  return `The operation had run ${ran} and was not done, against ${limit}; the arbiter ended the worker for that, and nothing that was saved points to a deeper cause.`;
}

function judgeLock(context: FactContext, weighing: Weighing): Judgement {
  if (ruledOut(weighing)) return { verdict: 'ruled-out', reason: strongest(weighing, 'against') };
  const specific = has(
    weighing,
    'lock-error-failed-operation',
    'lock-error-before-end',
    'nothing-written',
    'open-transaction-of-another',
  );
  if (specific && weighing.total >= FITS_AT) {
    if (context.record?.death == null) {
      return {
        verdict: 'contributes',
        reason: 'A lock on the database made the operation fail; no worker was ended by it.',
      };
    }
    return {
      verdict: 'fits',
      reason:
        'The operation was waiting for the write lock of its database, which somebody else held, until it was ended.',
    };
  }
  if (context.database === null)
    return undecided('No copy of the database was saved, so nobody can say who held its write lock.');
  return undecided('The files of the database and the log do not decide whether the operation was waiting for a lock.');
}

function judgeLoop(context: FactContext, weighing: Weighing): Judgement {
  if (ruledOut(weighing)) return { verdict: 'ruled-out', reason: strongest(weighing, 'against') };
  const busy = has(weighing, 'worker-busy', 'snapshot-busy');
  const outOfProportion = has(weighing, 'stalled-step', 'operation-out-of-proportion');
  const inCode = weighing.for.some(({ fact }) => fact.id === 'stuck-in-frame');
  const mechanism = context.record?.incident.mechanism ?? 'none';
  if (mechanism === 'gunicorn-timeout' && busy && (outOfProportion || inCode) && weighing.total >= FITS_AT) {
    return {
      verdict: 'fits',
      reason: 'The worker computed at full load until it was ended, far longer than its amount of data can explain.',
    };
  }
  if (busy)
    return undecided(
      'The worker was computing to the end; whether it would ever have finished cannot be read from what was saved.',
    );
  return undecided('Nothing that was saved shows whether the worker was computing or waiting.');
}

function judgeArtifact(context: FactContext, weighing: Weighing, deeper: readonly Judgement[]): Judgement {
  const { record } = context;
  const _operation = record?.operation ?? context.history.operations.at(-1) ?? null;
  const large = isLarge(context.figures);
  const mechanism = record?.incident.mechanism ?? 'none';
  if (large === null) {
    return ruledOut(weighing)
      ? { verdict: 'ruled-out', reason: strongest(weighing, 'against') }
      : undecided('Neither the artifact nor its size was saved.');
  }
  if (!large) {
    return ruledOut(weighing)
      ? { verdict: 'ruled-out', reason: strongest(weighing, 'against') }
      : undecided('The artifact is not large, yet other signs speak for its part.');
  }
  if (record === null) {
    return ruledOut(weighing) || has(weighing, 'operation-completed')
      ? { verdict: 'ruled-out', reason: 'The artifact is large, and its import did no harm.' }
      : undecided('The artifact is large, but no harm that it did is shown.');
  }
  if (ruledOut(weighing)) return { verdict: 'ruled-out', reason: strongest(weighing, 'against') };
  const sizeMatters = mechanism === 'gunicorn-timeout' || mechanism === 'kernel-oom' || mechanism === 'systemd-oomd';
  if (
    sizeMatters &&
    weighing.total >= 0.5 &&
    !deeper.some(({ verdict }) => verdict === 'fits') &&
    !has(weighing, 'ended-while-downloading')
  ) {
    return {
      verdict: 'contributes',
      reason:
        mechanism === 'gunicorn-timeout'
          ? 'The artifact is far larger than usual, and the work it made did not fit into the timeout.'
          : 'The artifact is far larger than usual, and holding it took the memory.',
    };
  }
  return undecided(
    sizeMatters
      ? 'The artifact is large, but that its size made the difference is not shown.'
      : 'The artifact is large, but what ended the worker does not depend on size.',
  );
}
