import { type FactId, isFactOf } from '../facts/fact-id.ts';
import { heldUpFromOutside } from '../facts/held-up.ts';
import { HYPOTHESIS_TITLES, type HypothesisId, type Verdict } from '../model/analysis.ts';
import { listing } from '../wording/figures.ts';
import type { WeighedFacts, Weighing } from './weigh.ts';

/**
 * What the facts make of each hypothesis. Nothing but facts decides, so that whoever overrules one sees the verdict follow.
 * The score is what the weights add up to; the verdict also asks for the kind of evidence that can decide: missing evidence
 * never rules a hypothesis out, and a hypothesis fits only on a fact that speaks for it in particular.
 */
export interface Assessment {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** What the facts have to add up to, without any prior, for a deciding one among them to rule a hypothesis out (1 in 4). */
const RULED_OUT_AT = -1.4;
/** Log-odds from which a hypothesis with a specific fact fits (about 7 to 1). */
const FITS_AT = 2;
/** Log-odds that a part in the chain has at least: it is likelier than not. */
const CONTRIBUTES_AT = 0;
/** Log-odds from which an undecided cause is suspected strongly enough that the timeout is only its executioner. */
const SUSPECTED_AT = 1.5;

/** Facts by which the killer itself says that memory was why. */
const KILLED_FOR_MEMORY = [
  'oom-kill-names-worker',
  'oom-kill-in-container',
  'platform-oom',
  'systemd-oom',
  'oomd-kill',
  'killed-for-memory',
] as const satisfies readonly FactId[];

/** The verdicts on all five. `timeoutReason` words what the timeout's own fit is about: durations are not in the facts. */
export function assessAll(findings: WeighedFacts, timeoutReason: string): Readonly<Record<HypothesisId, Assessment>> {
  const alone = {
    'database-lock': observed(findings.of['database-lock'], assessLock(findings)),
    'infinite-loop': observed(findings.of['infinite-loop'], assessLoop(findings)),
    'memory-exhaustion': observed(findings.of['memory-exhaustion'], assessMemory(findings)),
  };
  const lock = unrivalled('database-lock', alone, findings);
  const loop = unrivalled('infinite-loop', alone, findings);
  const memory = unrivalled('memory-exhaustion', alone, findings);
  const causes = { 'database-lock': lock, 'infinite-loop': loop, 'memory-exhaustion': memory };
  return {
    ...causes,
    'worker-timeout': observed(findings.of['worker-timeout'], assessTimeout(findings, causes, timeoutReason)),
    'large-artifact': observed(findings.of['large-artifact'], assessArtifact(findings, [lock, loop]), 'contributes'),
  };
}

/**
 * What somebody saw speaks for a hypothesis in particular, as a fact that was found does: where the evidence leaves it open
 * and all of it together is enough, it holds.
 */
function observed(weighing: Weighing, judgement: Assessment, holds: Verdict = 'fits'): Assessment {
  const own = weighing.for.find(({ fact }) => fact.isObservation === true);
  if (judgement.verdict !== 'inconclusive' || own === undefined || weighing.total < FITS_AT) return judgement;
  return { verdict: holds, reason: own.fact.text };
}

/**
 * A cause that fits by no fact of its own that decides, only by a chain of signs, fits only where the same signs lead to no
 * other cause as well.
 */
function unrivalled(id: Cause, alone: Readonly<Record<Cause, Assessment>>, { of }: WeighedFacts): Assessment {
  const own = alone[id];
  if (own.verdict !== 'fits' || isDecidedFor(of[id])) return own;
  const rival = CAUSES.find(
    (other) =>
      other !== id &&
      (alone[other].verdict === 'fits' || (alone[other].verdict === 'inconclusive' && of[other].total >= of[id].total)),
  );
  if (rival === undefined) return own;
  const [title, other] = [HYPOTHESIS_TITLES[id], HYPOTHESIS_TITLES[rival]].map((each) => each.toLowerCase());
  return undecided(`What speaks for ${title} does not decide, and as much speaks for ${other}.`);
}

/** What can hold a worker up, of which the timeout is only the executioner and the artifact only a part. */
const CAUSES = ['database-lock', 'infinite-loop', 'memory-exhaustion'] as const satisfies readonly HypothesisId[];
type Cause = (typeof CAUSES)[number];

function isDecidedFor(weighing: Weighing): boolean {
  return weighing.for.some(({ fact }) => fact.decides?.[weighing.id] === 'for');
}

/**
 * The probability that the weights add up to, within what the verdict allows: signs that do not decide add up to no
 * certainty, however many they are, so a hypothesis that is left open looks neither settled nor excluded.
 */
export function scoreOf({ total }: Weighing, verdict: Verdict): number {
  const { least, most } = LOG_ODDS_OF[verdict];
  return 1 / (1 + Math.exp(-Math.min(most, Math.max(least, total))));
}

const LOG_ODDS_OF: Readonly<Record<Verdict, { readonly least: number; readonly most: number }>> = {
  fits: { least: FITS_AT, most: Number.POSITIVE_INFINITY },
  contributes: { least: CONTRIBUTES_AT, most: Number.POSITIVE_INFINITY },
  inconclusive: { least: RULED_OUT_AT, most: FITS_AT },
  'ruled-out': { least: Number.NEGATIVE_INFINITY, most: RULED_OUT_AT },
};

/**
 * Whether a fact decides against it by itself, none decides for it, and what was found as a whole does not outweigh it. No
 * prior counts: what is rare is not excluded by being rare, and many weak signs do not add up to an exclusion.
 */
function ruledOut(weighing: Weighing): boolean {
  const { id, against } = weighing;
  return (
    !isDecidedFor(weighing) &&
    weighing.evidence <= RULED_OUT_AT &&
    against.some(({ fact }) => fact.decides?.[id] === 'against')
  );
}

/** The fact that decides is the reason. */
function excluded({ id, against }: Weighing): Assessment {
  const deciding = against.find(({ fact }) => fact.decides?.[id] === 'against');
  return { verdict: 'ruled-out', reason: deciding?.fact.text ?? '' };
}

function strongest(weighing: Weighing, side: 'for' | 'against'): string {
  return weighing[side][0]?.fact.text ?? '';
}

const undecided = (reason: string): Assessment => ({ verdict: 'inconclusive', reason });

function assessMemory({ of, has }: WeighedFacts): Assessment {
  const weighing = of['memory-exhaustion'];
  if (has(...KILLED_FOR_MEMORY) && weighing.total >= FITS_AT) {
    return { verdict: 'fits', reason: strongest(weighing, 'for') };
  }
  if (has('swap-thrashing') && weighing.total >= FITS_AT) {
    return {
      verdict: 'fits',
      reason: 'Memory was exhausted, and the host swapped until the worker missed its timeout.',
    };
  }
  if (has('oom-kill-of-child') && weighing.total >= FITS_AT) {
    return {
      verdict: has('nobody-died') ? 'fits' : 'contributes',
      reason: 'A child process of the operation ran out of memory and was killed; the worker itself was not.',
    };
  }
  const decided = weighing.for.find(({ fact }) => isFactOf(fact, 'oom-kill-of-another') && fact.decides !== undefined);
  if (decided !== undefined && has('nobody-died') && weighing.total >= FITS_AT) {
    return {
      verdict: 'fits',
      reason: `The host ran out of memory, and the work failed a moment after a kill. ${decided.fact.text}`,
    };
  }
  if (has('allocation-refused') && weighing.total >= FITS_AT) {
    if (has('crash')) return { verdict: 'fits', reason: 'An allocation was refused, and the worker crashed on it.' };
    return has('nobody-died')
      ? { verdict: 'fits', reason: 'An allocation was refused, and the operation failed on it. No worker was killed.' }
      : { verdict: 'contributes', reason: 'The operation ran out of memory; no kill for memory is shown.' };
  }
  // SIGKILL leaves no trace in the process: only the kernel can tell an OOM kill from any other.
  if (
    has('sigkill-without-author') &&
    !has('kernel-log-silent', 'kernel-log-empty', 'oom-kill-of-another', 'killed-by-hand')
  ) {
    return undecided(
      'No kernel log of that moment is in the evidence. Only the kernel can show whether its OOM killer ended the worker.',
    );
  }
  if (ruledOut(weighing)) return excluded(weighing);
  return undecided('The evidence does not show whether memory ran short.');
}

function assessTimeout(
  { of, has }: WeighedFacts,
  causes: Readonly<Partial<Record<HypothesisId, Assessment>>>,
  timeoutReason: string,
): Assessment {
  const weighing = of['worker-timeout'];
  if (has('timeout-logged')) {
    const entries = Object.entries(causes) as [HypothesisId, Assessment][];
    const cause = entries.find(([, { verdict }]) => verdict === 'fits');
    if (cause !== undefined) {
      return {
        verdict: 'contributes',
        reason: `The timeout killed the worker; the ${HYPOTHESIS_TITLES[cause[0]].toLowerCase()} made it miss the timeout.`,
      };
    }
    const suspect = entries.find(([id, { verdict }]) => verdict === 'inconclusive' && of[id].total >= SUSPECTED_AT);
    if (suspect !== undefined) {
      return {
        verdict: 'contributes',
        reason: `The timeout killed the worker; ${HYPOTHESIS_TITLES[suspect[0]].toLowerCase()} is suspected behind it, and the evidence does not decide.`,
      };
    }
    const outside = heldUpFromOutside(has);
    return {
      verdict: 'fits',
      reason:
        outside === null
          ? `${timeoutReason}; ${openCauses(causes, of)}.${whereItWas(of)}${clueOfLock(of['database-lock'])}`
          : `${timeoutReason}; what held it up is none of these five: ${outside}.${whereItWas(of)}`,
    };
  }
  if (has('limit-raised-in-work') && isDecidedFor(weighing)) {
    return { verdict: 'fits', reason: strongest(weighing, 'for') };
  }
  if (has('timeout-then-other-killer')) {
    return {
      verdict: 'contributes',
      reason: 'The arbiter had already logged WORKER TIMEOUT when something else killed the worker.',
    };
  }
  if (ruledOut(weighing)) return excluded(weighing);
  return undecided("Without gunicorn's own log of that moment, a timeout can neither be shown nor ruled out.");
}

const WHERE_IT_WAS = [
  'stuck-in-frame',
  'waited-for-client',
  'waited-for-peer',
  'waited-for-database-lock',
  'trace-waited',
  'trace-computed',
  'lock-refused-in-trace',
  'idle-at-timeout',
] as const satisfies readonly FactId[];

/** The stack that names where the worker was says more than any list of what it may have been. */
function whereItWas(of: WeighedFacts['of']): string {
  const facts = Object.values(of).flatMap((weighing) => [...weighing.for, ...weighing.against]);
  const found = facts.find(({ fact }) => isFactOf(fact, ...WHERE_IT_WAS));
  return found === undefined ? '' : ` ${found.fact.text}`;
}

/** What the log says of locks around it, where nothing ties them to this work. */
function clueOfLock(lock: Weighing): string {
  const clue = lock.for.find(({ fact }) => isFactOf(fact, ...LOCK_CLUES));
  return clue === undefined ? '' : ` ${clue.fact.text}`;
}

const LOCK_CLUES = [
  'lock-error-earlier',
  'lock-error-of-another',
  'server-lock-meanwhile',
  'server-session-waits-elsewhere',
] as const satisfies readonly FactId[];

/** The command that decides each cause of a timeout where it is the only one left; a stack tells several apart. */
const DECIDED_BY = [
  ['infinite-loop', 'py-spy dump --pid PID'],
  ['database-lock', 'lsof -- DATABASE'],
  ['memory-exhaustion', 'journalctl -k'],
] as const satisfies readonly (readonly [HypothesisId, string])[];

/** Which causes of a missed timeout the evidence leaves open, and what decides between them at the next one. */
function openCauses(causes: Readonly<Partial<Record<HypothesisId, Assessment>>>, of: WeighedFacts['of']): string {
  const facts = Object.values(of).flatMap((weighing) => [...weighing.for, ...weighing.against]);
  const shows = (...ids: readonly FactId[]): boolean => facts.some(({ fact }) => isFactOf(fact, ...ids));
  // Work that counts on towards its end is held up by nothing.
  if (shows('counter-towards-total')) return 'the work was still getting on';
  const open = DECIDED_BY.filter(([id]) => causes[id]?.verdict === 'inconclusive');
  const [first] = open;
  if (first === undefined) {
    return shows('timeout-needed')
      ? 'at the rate seen the work takes longer than that, and why it is so slow none of the other causes explains'
      : 'what held the worker up is none of the other causes that were looked for';
  }
  const what = `what held the worker up is open (${listing(open.map(([id]) => HYPOTHESIS_TITLES[id].toLowerCase()))})`;
  // A stack of the timeout is there: the same once more decides nothing.
  if (shows('stuck-in-frame')) return what;
  const decides = open.length === 1 ? first[1] : 'py-spy dump --pid PID';
  return `${what}, and "${decides}" before the next timeout decides`;
}

function assessLock({ of, has }: WeighedFacts): Assessment {
  const weighing = of['database-lock'];
  if (ruledOut(weighing)) return excluded(weighing);
  const specific = has(
    'lock-error-failed-operation',
    'lock-error-before-end',
    'nothing-written',
    'waited-for-database-lock',
    'lock-held-by-another',
    'lock-waits-for-readers',
    'lock-refused-in-trace',
    'open-transaction-of-another',
    ...LOCKS_OF_ANY_KIND,
  );
  if (specific && weighing.total >= FITS_AT) {
    if (has('nobody-died')) {
      return {
        verdict: 'fits',
        reason: 'A lock on the database made the operation fail. No worker was killed.',
      };
    }
    return {
      verdict: 'fits',
      reason: `The operation was waiting for ${has(...LOCKS_OF_ANY_KIND) ? 'a lock' : 'the write lock'} of its database, held by another process, until it was killed.${whoHeldIt(weighing)}`,
    };
  }
  if (has('database-server'))
    return undecided(
      'The service writes to a database server, and its evidence does not show who waited for whose lock.',
    );
  if (!has('journal-mode'))
    return undecided('No copy of the database is in the evidence, so who held its write lock is not known.');
  return undecided('The files of the database and the log do not decide whether the operation was waiting for a lock.');
}

/** Of a server, or of what a log calls a lock: whether it was the write lock of a file nothing says. */
const LOCKS_OF_ANY_KIND = [
  'lock-asked-for',
  'lock-wait-told',
  'lock-wait-failed-operation',
  'server-lock-failed-operation',
  'server-lock-before-end',
  'server-lock-to-the-end',
  'server-lock-over-silence',
  'server-session-waits',
  'server-lock-meanwhile',
] as const satisfies readonly FactId[];

/** What was seen from outside of the lock and who held it, where it was. */
function whoHeldIt(lock: Weighing): string {
  const seen = lock.for.find(({ fact }) => isFactOf(fact, ...SEEN_LOCKS));
  return seen === undefined ? '' : ` ${seen.fact.text}`;
}

const SEEN_LOCKS = [
  'server-session-waits',
  'lock-held-by-another',
  'lock-waits-for-readers',
  'lock-refused-in-trace',
  'waited-for-database-lock',
] as const satisfies readonly FactId[];

function assessLoop({ of, has }: WeighedFacts): Assessment {
  const weighing = of['infinite-loop'];
  if (ruledOut(weighing)) return excluded(weighing);
  const busy = has('worker-busy', 'snapshot-busy');
  const outOfProportion = has('stalled-step', 'operation-out-of-proportion', 'repeats-itself');
  const inCode = weighing.for.some(({ fact }) => isFactOf(fact, 'stuck-in-frame'));
  if (
    has('timeout-logged', 'operation-unfinished') &&
    busy &&
    (outOfProportion || inCode) &&
    weighing.total >= FITS_AT
  ) {
    return {
      verdict: 'fits',
      reason: `The worker was on CPU ${has('operation-unfinished') ? 'to the end of the log' : 'until it was killed'}, ${beyond(outOfProportion)}.`,
    };
  }
  // What the log itself shows to be without bounds needs no look at the processor.
  const endless = weighing.for.find(({ fact }) => fact.decides?.['infinite-loop'] === 'for');
  if (endless !== undefined && weighing.total >= FITS_AT) {
    return {
      verdict: has('timeout-logged', 'operation-unfinished', 'nobody-died') ? 'fits' : 'contributes',
      reason: endless.fact.text,
    };
  }
  // Nobody waits for a worker that spins: whoever ended it need not have been the timeout.
  if (busy && outOfProportion && has('sigkill-without-author', 'systemd-stop') && weighing.total >= 0.5) {
    return {
      verdict: 'contributes',
      reason: 'The worker was on CPU far longer than its amount of data can explain. Something else killed it.',
    };
  }
  if (busy)
    return undecided('The worker was on CPU to the end. Whether it would ever have finished is not in the evidence.');
  if (inCode)
    return undecided(
      'The stack shows that the worker was running code. Whether that would ever have ended, it does not show.',
    );
  if (has('repeats-itself', 'tries-without-end'))
    return undecided('Its log repeats itself. Whether the work would ever have ended is not in the evidence.');
  return undecided('The evidence does not show whether the worker was on CPU or asleep.');
}

/** Against which amount of data it took long is known where a step or the whole is out of proportion to it. */
function beyond(isOutOfProportion: boolean): string {
  return isOutOfProportion
    ? 'far longer than its amount of data can explain'
    : 'and its stack shows code that went on running';
}

function assessArtifact({ of, has }: WeighedFacts, deeper: readonly Assessment[]): Assessment {
  const weighing = of['large-artifact'];
  if (ruledOut(weighing)) return excluded(weighing);
  if (!has('artifact-large', 'artifact-small'))
    return undecided('Neither the artifact nor its size is in the evidence.');
  if (!has('artifact-large')) return undecided('The artifact is not large, but other evidence points to it.');
  if (has('no-death-logged', 'operation-completed')) {
    return has('operation-completed')
      ? { verdict: 'ruled-out', reason: 'The artifact is large, but its import succeeded.' }
      : undecided('The artifact is large, but the evidence shows no harm from it.');
  }
  const timedOut = has('timeout-logged');
  // Work that got on to its end and whose amount is large took long for that.
  const gotOn = has('counter-towards-total');
  const sizeMatters = timedOut || gotOn || has(...KILLED_FOR_MEMORY);
  if (
    sizeMatters &&
    weighing.total >= (gotOn ? 0 : 0.5) &&
    !deeper.some(({ verdict }) => verdict === 'fits') &&
    (gotOn || !has('ended-while-downloading'))
  ) {
    return {
      verdict: 'contributes',
      reason: `The artifact is ${has('artifact-outgrew-history') ? 'far larger than usual' : 'large'}, and ${timedOut ? 'importing it took longer than the timeout' : gotOn ? 'its work was still getting on when the worker was killed' : 'holding it took the memory'}.`,
    };
  }
  return undecided(
    sizeMatters
      ? 'The artifact is large, but that its size made the difference is not shown.'
      : 'The artifact is large, but what killed the worker does not depend on size.',
  );
}
