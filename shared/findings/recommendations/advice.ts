import type { FactContext } from '../../context/context.ts';
import { type FactId, isFactOf } from '../../facts/fact-id.ts';
import type {
  ActionType,
  Fact,
  HypothesisId,
  HypothesisResult,
  Recommendation,
  Verdict,
} from '../../model/analysis.ts';
import type { ImportCourse } from '../../model/import-course.ts';
import { verdictOf } from '../questions.ts';

/** What every family of recommendations reads: the case, its facts, and what the hypotheses came to. */
export interface Advice {
  readonly context: FactContext;
  readonly facts: readonly Fact[];
  readonly hypotheses: readonly HypothesisResult[];
  /** What changes are tried on; null where the log shows no operation. */
  readonly course: ImportCourse | null;
}

/** One family: what it recommends, and nothing where the evidence does not support it. */
export type AdviceFamily = (advice: Advice) => readonly Recommendation[];

/** What a hypothesis came to; a missing one is undecided. */
export function verdictFor({ hypotheses }: Advice, id: HypothesisId): Verdict {
  return verdictOf(hypotheses, id)?.verdict ?? 'inconclusive';
}

/** Whether a hypothesis explains the death or is part of the chain that led to it. */
export function isInvolved(advice: Advice, id: HypothesisId): boolean {
  const verdict = verdictFor(advice, id);
  return verdict === 'fits' || verdict === 'contributes';
}

/** Why a hypothesis has its verdict. */
export function reasonFor({ hypotheses }: Advice, id: HypothesisId): string | undefined {
  return verdictOf(hypotheses, id)?.reason;
}

/** The fact of this id, if it was found. */
export function factFor({ facts }: Advice, id: FactId): Fact | undefined {
  return facts.find((fact) => isFactOf(fact, id));
}

/** A change and what it is made of: its patch comes with its language, and with what puts it into force. */
export interface Patch {
  readonly patch: string;
  readonly kind: Recommendation['kind'];
  readonly apply?: string;
}

export const diff = (patch: string, apply?: string): Patch => ({ patch, kind: 'diff', ...applied(apply) });
export const sql = (patch: string): Patch => ({ patch, kind: 'sql' });
export const python = (patch: string, apply?: string): Patch => ({ patch, kind: 'python', ...applied(apply) });
export const shell = (patch: string, apply?: string): Patch => ({ patch, kind: 'shell', ...applied(apply) });
/** Of a unit file, a drop-in, a manifest: none of the languages that have a name. */
export const settings = (patch: string, apply?: string): Patch => ({ patch, kind: null, ...applied(apply) });

const applied = (apply: string | undefined): Pick<Patch, 'apply'> => (apply === undefined ? {} : { apply });

/** What a recommendation says besides its id and what it is for. */
interface Change {
  readonly text: string;
  readonly patch?: Patch | null;
  readonly because: readonly (string | undefined)[];
  /** See Recommendation.wouldHavePrevented. What collects evidence prevents nothing. */
  readonly prevented?: boolean | null;
  readonly effect?: string;
}

function recommendation(action: ActionType, id: string, change: Change): Recommendation {
  const { text, patch, because, prevented, effect } = change;
  return {
    id,
    text,
    action,
    patch: patch?.patch ?? null,
    kind: patch?.kind ?? null,
    ...applied(patch?.apply),
    because: because.filter(isReason),
    wouldHavePrevented: prevented === undefined ? (action === 'detect' ? false : null) : prevented,
    ...(effect === undefined ? {} : { effect }),
  };
}

/** Less harm until the cause is dealt with; it is undone then. */
export const mitigate = (id: string, change: Change): Recommendation => recommendation('mitigate', id, change);
/** A change that stays, so that it does not happen again. */
export const prevent = (id: string, change: Change): Recommendation => recommendation('prevent', id, change);
/** What lets the next one be seen and decided; it keeps nothing away. */
export const detect = (id: string, change: Change): Recommendation => recommendation('detect', id, change);

function isReason(reason: string | undefined): reason is string {
  return reason !== undefined && reason !== '';
}
