import type { JobInQuestion } from './database.ts';
import type { Provenance } from './evidence.ts';
import type { ImportCourse } from './import-course.ts';
import type { SupervisorName } from './supervisor.ts';
import type { EpochMicros } from './time.ts';

/** What ended the worker. The words and their meanings are those of the case JSON. */
export const MECHANISMS = [
  'gunicorn-timeout',
  'supervisor-timeout',
  'kernel-oom',
  'systemd-oomd',
  'systemd-stop',
  'external-sigkill',
  'crash',
  'none',
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** Whether a supervisor's time limit ended the worker. */
export function isTimeLimit(mechanism: Mechanism | undefined): boolean {
  return mechanism === 'gunicorn-timeout' || mechanism === 'supervisor-timeout';
}

export const HYPOTHESIS_IDS = [
  'memory-exhaustion',
  'worker-timeout',
  'database-lock',
  'large-artifact',
  'infinite-loop',
] as const;
export type HypothesisId = (typeof HYPOTHESIS_IDS)[number];

/** What each is called, for people. */
export const HYPOTHESIS_TITLES: Readonly<Record<HypothesisId, string>> = {
  'memory-exhaustion': 'Memory exhaustion',
  'worker-timeout': 'Worker timeout',
  'database-lock': 'Database lock',
  'large-artifact': 'Large artifact',
  'infinite-loop': 'Infinite loop',
};

export const VERDICTS = ['fits', 'contributes', 'inconclusive', 'ruled-out'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const PHASE_NAMES = [
  'import-to-timeout',
  'timeout-to-kill',
  'import-to-kill',
  'import-to-end',
  'download',
  'parse',
  'insert',
  'other-step',
] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

/** A stretch of an incident. Phases of `depth` 0 follow one another; those of depth 1 lie inside the first of them. */
export interface Phase {
  readonly name: PhaseName;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly seconds: number;
  readonly depth: 0 | 1;
  /** False when the phase was still going on when the worker was ended. */
  readonly finished: boolean;
  readonly label: string;
}

/** A moment that a reader must see, with the event that shows it (null row: computed, such as the last heartbeat). */
export interface KeyMoment {
  readonly id: 'operation-start' | 'step' | 'last-heartbeat' | 'timeout' | 'end' | 'oom-kill' | 'replacement' | 'other';
  readonly time: EpochMicros;
  readonly label: string;
  readonly row: number | null;
  readonly source: Provenance | null;
}

/** A worker's death, or an operation's failure that nobody died of (mechanism `none`). */
export interface Incident {
  readonly id: string;
  readonly pid: number | null;
  readonly unit: string | null;
  readonly host: string | null;
  /** What it was doing, in the service's own words shortened: `VPN job 14`; null when the log does not tell. */
  readonly operation: string | null;
  readonly start: EpochMicros;
  /** Set where the first line has no time of its own: it began at some moment after `start`, or before. No duration may rest on it. */
  readonly startIsBound?: 'earliest' | 'latest';
  readonly end: EpochMicros;
  readonly mechanism: Mechanism;
  readonly phases: readonly Phase[];
  readonly moments: readonly KeyMoment[];
  /** Ids of the other deaths of the same moment; absent: it died alone. */
  readonly together?: readonly string[];
  /** Who ended it, and what says so; null where nothing does, absent where nobody died. */
  readonly killer?: Killer | null;
  /** The container or host whose pid it is; absent where the evidence is of one place. */
  readonly place?: string;
}

/** Who ended a worker: `kernel OOM killer`, `earlyoom`, `the arbiter`; `why` is the line that says so, or what was concluded. */
export interface Killer {
  readonly name: string;
  readonly why: string;
}

/** Which incident is analysed instead of the worst: the one of an id, or of a pid, or the one nearest to a time. */
export interface IncidentChoice {
  readonly incidentId?: string;
  readonly at?: EpochMicros;
  readonly pid?: number;
}

/** A statement drawn from evidence, with what it says for (positive) or against (negative) each hypothesis. */
export interface Fact {
  readonly id: string;
  readonly text: string;
  /** Natural-log likelihood ratio per hypothesis; a hypothesis that is not named is neutral to the fact. */
  readonly weights: Readonly<Partial<Record<HypothesisId, number>>>;
  /**
   * Hypotheses that it decides by itself, whatever else is known: only such a fact rules one out. A weight alone never does,
   * nor do many of them.
   */
  readonly decides?: Readonly<Partial<Record<HypothesisId, 'for' | 'against'>>>;
  readonly sources: readonly Provenance[];
  /** Rows of the events it rests on, for jumping to them. */
  readonly rows: readonly number[];
  /** Documentation or source code that justifies the rule. */
  readonly basis: string;
  /** Set where no rule found it: whoever analyses the case said so. */
  readonly isObservation?: true;
}

/** A fact that whoever analyses the case overruled: it is listed among the facts, and weighs nothing. */
export interface OverruledFact {
  /** Id of the judgement that overrules it. */
  readonly judgementId: string;
  readonly factId: string;
  readonly comment: string;
}

/** A fact as one hypothesis sees it. */
export interface WeightedFact {
  readonly fact: Fact;
  readonly weight: number;
}

/** Something that would decide and is not there, with the command that collects it on the host. */
export interface MissingEvidence {
  readonly what: string;
  readonly command: string;
}

/** A fact whose removal alone changes a verdict, and what the verdict would be without it. */
export interface Counterfactual {
  readonly factId: string;
  readonly verdict: Verdict;
}

export interface HypothesisResult {
  readonly id: HypothesisId;
  readonly title: string;
  readonly verdict: Verdict;
  /** 0..1: the probability that the weights add up to, within what the verdict allows; it is no threshold on it alone. */
  readonly score: number;
  /** One sentence: why this verdict. */
  readonly reason: string;
  readonly for: readonly WeightedFact[];
  readonly against: readonly WeightedFact[];
  readonly missing: readonly MissingEvidence[];
  /** Facts on which the verdict hangs, in their order; none where no single one decides. */
  readonly counterfactual: readonly Counterfactual[];
}

export const QUESTION_IDS = [
  'artifact-size',
  'worker-timeout-setting',
  'wal-enabled',
  'oom-events',
  'manual-parse-succeeds',
  'manual-import-succeeds',
] as const;
export interface Question {
  readonly id: (typeof QUESTION_IDS)[number];
  readonly question: string;
  /** null: the evidence does not tell. */
  readonly answer: string | null;
  readonly facts: readonly Fact[];
}

export const EXPECTED_FINDING_IDS = [
  'timeout-is-30',
  'artifact-is-large',
  'memory-spike-over-500mb',
  'no-database-lock',
] as const;
export interface ExpectedFinding {
  readonly id: (typeof EXPECTED_FINDING_IDS)[number];
  readonly expected: string;
  readonly observed: string | null;
  readonly holds: boolean | null;
}

/** What a change is for: less harm until the cause is dealt with, no next time, or a next time that can be read. */
export const ACTION_TYPES = ['mitigate', 'prevent', 'detect'] as const;
export type ActionType = (typeof ACTION_TYPES)[number];

export interface Recommendation {
  readonly id: string;
  readonly text: string;
  readonly action: ActionType;
  /** A unified diff or a snippet that can be applied, or null. */
  readonly patch: string | null;
  /** What the patch is written in; null without one, and for what is none of these. */
  readonly kind: 'diff' | 'sql' | 'python' | 'shell' | null;
  /** The command that puts the patch into force; absent where the patch does so itself. */
  readonly apply?: string;
  readonly because: readonly string[];
  /** Whether this incident would not have happened with it, by the model of its course; null where that cannot be known. */
  readonly wouldHavePrevented: boolean | null;
  /** What else the model says would have come of it: rows kept, a later timeout. Absent where that is all. */
  readonly effect?: string;
}

/** An incident as a review tells it, a field each. Sentences; null where there is nothing to say. */
export interface Summary {
  /** Who was killed, when, how, in the middle of what. */
  readonly happened: string;
  readonly cause: string;
  readonly factor: string | null;
  readonly ruledOut: string | null;
  /** Hypotheses that the evidence leaves open. */
  readonly undecided: string | null;
  /** What the cause does not account for. */
  readonly unexplained: string | null;
  readonly impact: string;
  /** The first of the recommendations. */
  readonly action: string;
  /** What limits all of it: damaged or cut evidence, facts that the analyst dismissed. */
  readonly caveats: readonly string[];
}

/** The configuration that was in force, as far as evidence tells. */
export interface EffectiveConfig {
  /** Null where it is set to something that cannot be read. */
  readonly timeoutSeconds: number | null;
  /** `unit`: ExecStart; `flag`: a command line in `ps` or in a file that starts gunicorn; `log`: gunicorn's own dump of it. */
  readonly timeoutSource: 'flag' | 'environment' | 'file' | 'unit' | 'log' | 'default' | 'unreadable';
  /** What shows that the default is not in force, as a sentence; absent where nothing does. `timeoutSeconds` is then null. */
  readonly timeoutRefuted?: string;
  /** The setting as written; null where none is. */
  readonly timeoutText: string | null;
  /** Whose settings these are; absent: gunicorn's. */
  readonly supervisor?: SupervisorName;
  /** How the timeout became known, for people: `gunicorn.conf.py line 4`, `--timeout 120 in ps`, `gunicorn's default`. */
  readonly timeoutFrom: string;
  /** Each of these is null where it is set to something that cannot be read. */
  readonly gracefulTimeoutSeconds: number | null;
  readonly workers: number | null;
  readonly workerClass: string | null;
  readonly maxRequests: number | null;
  readonly sources: readonly Provenance[];
}

/** How often incidents happen in a case of several, and what they have in common. Times are of their ends. */
export interface Recurrence {
  readonly count: number;
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  /** Median distance of one end to the next. */
  readonly medianGapSeconds: number;
  /** Most frequent first. */
  readonly byMechanism: readonly { readonly mechanism: Mechanism; readonly count: number }[];
  /** By kind (`VPN job` of `VPN job 14`); null: the log does not tell. Most frequent first, at most 20. */
  readonly byOperation: readonly { readonly operation: string | null; readonly count: number }[];
  /** Days of UTC with any, oldest first; `day` is their midnight. */
  readonly byDay: readonly { readonly day: EpochMicros; readonly count: number }[];
  /** What all of them share; null where they differ or some do not tell. */
  readonly common: {
    readonly mechanism: Mechanism | null;
    readonly operation: string | null;
    readonly operationKind: string | null;
    readonly unit: string | null;
    readonly lastStep: PhaseName | null;
  };
}

/** Everything that is concluded from a case. A pure function of CaseEvidence; every shell shows this and nothing else. */
export interface Analysis {
  readonly incidents: readonly Incident[];
  /** null for fewer than two incidents. */
  readonly recurrence: Recurrence | null;
  readonly incident: Incident | null;
  /** One line: who was ended, when, how, in the middle of what. */
  readonly headline: string;
  readonly summary: Summary;
  readonly config: EffectiveConfig | null;
  /** What was found, overruled or not, and last what was observed by whoever analyses the case. */
  readonly facts: readonly Fact[];
  readonly overruled: readonly OverruledFact[];
  /** All five, best first. */
  readonly hypotheses: readonly HypothesisResult[];
  readonly questions: readonly Question[];
  readonly expectedFindings: readonly ExpectedFinding[];
  readonly recommendations: readonly Recommendation[];
  /** What the operation did and had left to do, for asking "what if"; null where the log shows no operation. */
  readonly course: ImportCourse | null;
  /** The artifact that the operation was about, or the largest; index into CaseEvidence.artifacts, or null. */
  readonly artifactIndex: number | null;
  /** Whether the log names that artifact, by its path or its size; false when it was chosen for want of another. */
  readonly artifactIsNamed: boolean;
  /** The database that the operation wrote to; index into CaseEvidence.databases, or null. */
  readonly databaseIndex: number | null;
  /** The operation's job in that database; null without a numbered operation or a list of jobs. */
  readonly job?: JobInQuestion | null;
}
