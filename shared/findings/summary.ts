import { exitingFor } from '../context/abort-reaction.ts';
import type { FactContext } from '../context/context.ts';
import { elapsedSeconds } from '../context/elapsed.ts';
import { type FactId, isFactOf } from '../facts/fact-id.ts';
import { heldUpFromOutside } from '../facts/held-up.ts';
import type { Fact, HypothesisResult, Recommendation, Summary } from '../model/analysis.ts';
import { SUPERVISORS } from '../model/supervisor.ts';
import { capital, fileLabel, formatBytes, formatCount, formatSeconds, listing } from '../wording/figures.ts';
import { caveats } from './evidence-gaps.ts';
import { headline } from './headline.ts';
import { impact } from './impact.ts';
import { quietCase, quietTraces } from './quiet-case.ts';
import { knownCourse } from './trial.ts';
import { PLACED, unexplained } from './unexplained.ts';

/** What the summary is drawn from; `facts` are those that count, `dismissed` those that the analyst does not let count. */
export interface Concluded {
  readonly facts: readonly Fact[];
  readonly dismissed: readonly Fact[];
  readonly hypotheses: readonly HypothesisResult[];
  readonly recommendations: readonly Recommendation[];
}

/** The incident as a review tells it, a field each. */
export function summary(context: FactContext, concluded: Concluded): Summary {
  const { facts, dismissed, hypotheses, recommendations } = concluded;
  const of = (verdict: HypothesisResult['verdict']): readonly HypothesisResult[] =>
    hypotheses.filter((hypothesis) => hypothesis.verdict === verdict);
  const course = knownCourse(context, hypotheses);
  const isQuiet = context.record === null;
  const cause = causeOf(context, concluded);
  const factors = of('contributes').filter(({ id }) => id !== cause.of);
  return {
    happened: headline(context, dismissed, facts),
    cause: cause.text,
    factor:
      factors.length === 0 ? null : factors.map((factor) => factorText(context, factor, facts, hypotheses)).join(' '),
    ruledOut: isQuiet ? null : titles(of('ruled-out')),
    undecided: undecided(of('inconclusive')),
    unexplained: unexplained(context, facts, hypotheses, course),
    impact: impact(context, facts, course),
    action: recommendations[0]?.text ?? 'Collect more evidence the next time it happens.',
    caveats: caveats(context, dismissed),
  };
}

/** "Database lock, infinite loop and memory exhaustion."; null for none. */
function titles(hypotheses: readonly HypothesisResult[]): string | null {
  return hypotheses.length === 0 ? null : `${capital(listing(hypotheses.map(({ title }) => title.toLowerCase())))}.`;
}

/** From this score on an undecided hypothesis is a suspect. */
const SUSPECTED_SCORE = 0.5;

function undecided(open: readonly HypothesisResult[]): string | null {
  const suspects = open.filter(({ score }) => score >= SUSPECTED_SCORE);
  const others = open.filter((each) => !suspects.includes(each));
  const parts = [
    suspects.length === 0 ? null : `Suspected: ${listing(suspects.map(({ title }) => title.toLowerCase()))}.`,
    suspects.length === 0 || others.length === 0
      ? titles(others)
      : `Open: ${listing(others.map(({ title }) => title.toLowerCase()))}.`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : `${parts.join(' ')} The evidence that decides is missing.`;
}

/** Facts that say what ended a worker where that is none of the five hypotheses. */
const OUTSIDE_THE_FIVE = [
  'killed-by-hand',
  'killed-by-program',
  'crash',
  'systemd-stop',
  'failed-otherwise',
  'disk-full-error',
] as const;
/** Workers that miss their deadline in one moment share what held them up. */
const TOGETHER: ReadonlySet<string> = new Set(['timeouts-together']);
/** What the log says of locks around it, where nothing ties them to this work. */
const LOCK_CLUES: ReadonlySet<string> = new Set([
  'lock-error-earlier',
  'lock-error-of-another',
  'server-lock-meanwhile',
  'server-session-waits-elsewhere',
]);

interface Cause {
  readonly text: string;
  /** The hypothesis that it is, where it is one that otherwise counts as a factor. */
  readonly of: HypothesisResult['id'] | null;
}

function causeOf(context: FactContext, { facts, hypotheses }: Concluded): Cause {
  if (context.record === null) return { text: quietCause(context, facts), of: null };
  const fits = hypotheses.find(({ verdict }) => verdict === 'fits');
  const usual = usualNext(facts);
  if (fits !== undefined) {
    const reason =
      fits.id === 'worker-timeout'
        ? `${timeoutText(context)}${around(facts)}`
        : fits.id === 'database-lock'
          ? lockText(context, facts)
          : fits.reason;
    return { text: [`${fits.title}.`, reason, usual].filter((part) => part !== '').join(' '), of: fits.id };
  }
  const outside = OUTSIDE_THE_FIVE.map((id) => facts.find((fact) => fact.id === id)).find((fact) => fact !== undefined);
  if (outside !== undefined) {
    const site = facts.find(({ id }) => id === 'crash-site')?.text ?? '';
    return {
      text: ['None of the five hypotheses.', outside.text, site, usual].filter((part) => part !== '').join(' '),
      of: null,
    };
  }
  // Nobody died of it: what contributes is then all there is of a cause.
  const part = context.record.death === null ? hypotheses.find(({ verdict }) => verdict === 'contributes') : undefined;
  if (part !== undefined) return { text: `${part.title}. ${part.reason} ${usual}`.trim(), of: part.id };
  return {
    text: `Not established. None of the five hypotheses explains it by itself. ${usual}`.trim(),
    of: null,
  };
}

/** Where no incident is: what was done, how far the log goes, and traces of what may be one. */
function quietCause(context: FactContext, facts: readonly Fact[]): string {
  const quiet = quietCase(context);
  // An all-clear is for logs that were read whole and report no error.
  const isClear = quiet.unread.length === 0 && quiet.errors.length === 0;
  const told = ['operation-completed', 'log-ends-amid-work', ...(isClear ? ['no-death-logged'] : [])];
  const workers = facts.find(({ id }) => id === 'no-death-logged');
  const done = told.map((id) => facts.find((fact) => fact.id === id)).find((fact) => fact !== undefined);
  const parts = [done?.text, quietTraces(quiet)].filter((part) => part != null);
  if (parts.length > 0) return parts.join(' ');
  return workers === undefined
    ? 'The evidence does not show how any worker exited.'
    : `${workers.text} What the unclassified or unread lines are about is open.`;
}

/** Facts that name who held the lock, the surest first. */
const HOLDERS = [
  'server-session-waits',
  'lock-held-by-another',
  'lock-waits-for-readers',
  'lock-refused-in-trace',
  'lock-suspect',
] as const satisfies readonly FactId[];

function lockText({ record }: FactContext, facts: readonly Fact[]): string {
  const isAny = facts.some(
    ({ id }) => /^server-(?:lock|session)-/.test(id) || id.startsWith('lock-wait-') || id === 'lock-asked-for',
  );
  const lock = `${isAny ? 'a lock' : 'the write lock'} of its database, held by another process`;
  const holder = HOLDERS.map((id) => facts.find((fact) => isFactOf(fact, id))).find((fact) => fact !== undefined);
  const waited =
    record?.death == null
      ? `The operation failed on ${lock}; no worker was killed for it.`
      : `The operation waited for ${lock}, until it was killed.`;
  return [waited, holder?.text].filter((part) => part !== undefined).join(' ');
}

function timeoutText(context: FactContext): string {
  const { config, record } = context;
  const seconds = config?.timeoutSeconds ?? null;
  const supervisor = record?.death?.timeout?.detail.supervisor ?? config?.supervisor ?? 'gunicorn';
  const { title, limit: own } = SUPERVISORS[supervisor];
  const named = own?.title ?? 'time limit';
  const limit = seconds === null ? `${title}'s ${named}` : `${title}'s ${seconds} s ${named}`;
  const from = config?.timeoutSource === 'default' ? ' (the default)' : '';
  const exiting = exitingFor(context);
  if (exiting !== null) return `The worker had been exiting for ${formatSeconds(exiting)} when ${limit}${from} fired.`;
  const elapsed = elapsedSeconds(context);
  if (record?.operation == null)
    return own?.of === 'work'
      ? `The work was not done within ${limit}${from}.`
      : `No heartbeat came within ${limit}${from}.`;
  return elapsed === null
    ? `The operation was not done when ${limit}${from} fired.`
    : `The operation had been running for ${formatSeconds(elapsed)} when ${limit}${from} fired.`;
}

/** Where the worker was and what held it up, as stacks, counters and the host show; and locks that were logged nearby. */
function around(facts: readonly Fact[]): string {
  const held = heldUpFromOutside((...ids) => facts.some((fact) => isFactOf(fact, ...ids)));
  const placed = facts.find(({ id }) => PLACED.has(id));
  // Of a clock that was put forward it is known what all workers shared.
  const shared = facts.some(({ id }) => id === 'clock-stepped-deadline') ? [] : [TOGETHER];
  const texts = [...shared, LOCK_CLUES].flatMap((ids) => facts.find(({ id }) => ids.has(id))?.text ?? []);
  // A stack in gunicorn's own code says it with the place.
  // So does how long it had been exiting.
  const isSaid = placed?.id === 'waited-for-client' || facts.some(({ id }) => id === 'hang-at-exit');
  const outside = held === null || isSaid ? [] : [`What held it up is none of the five hypotheses: ${held}.`];
  return [...outside, placed?.text, ...texts].map((text) => (text === undefined ? '' : ` ${text}`)).join('');
}

/** What the log says elsewhere after its last line; a stack or a counter says more. */
function usualNext(facts: readonly Fact[]): string {
  if (facts.some(({ id }) => PLACED.has(id))) return '';
  return facts.find(({ id }) => id === 'usual-next-missing')?.text ?? '';
}

function factorText(
  context: FactContext,
  { id, title, reason }: HypothesisResult,
  facts: readonly Fact[],
  hypotheses: readonly HypothesisResult[],
): string {
  const cause = hypotheses.find(({ verdict }) => verdict === 'fits');
  if (id === 'worker-timeout' && cause !== undefined && context.record?.death?.timeout != null) {
    return `${title}. It killed the worker; the ${cause.title.toLowerCase()} made it miss the timeout.`;
  }
  if (id !== 'large-artifact') return `${title}. ${reason}`;
  const { bytes, testcases, from } = context.figures ?? { bytes: null, testcases: null, from: null };
  const size = [
    bytes === null ? null : formatBytes(bytes),
    testcases === null ? null : `${formatCount(testcases)} ${from === 'artifact' ? 'test cases' : 'records'}`,
  ].filter((part) => part !== null);
  const grown = facts.find((fact) => fact.id === 'artifact-outgrew-history')?.text ?? '';
  const name = context.artifact === null ? '' : ` (${fileLabel(context.artifact.report.path)})`;
  const isPart = context.evidence.files.some(
    ({ id, problems }) =>
      id === context.artifact?.report.evidenceId && problems.some(({ kind }) => kind === 'truncated'),
  );
  return `${title}: ${isPart ? 'at least ' : ''}${listing(size)}${name}.${grown === '' ? '' : ` ${grown}`}`;
}
