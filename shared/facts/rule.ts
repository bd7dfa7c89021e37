import type { FactContext } from '../context/context.ts';
import type { Fact } from '../model/analysis.ts';

/** What a rule can read, in words. What is missing of it is asked for in `shared/hypotheses/missing.ts`. */
export const EVIDENCE_KINDS = {
  'service-log': "the service's log",
  'kernel-log': "the kernel's log",
  'host-log': 'what other programs of the host log',
  'server-log': "the database server's log, or its views",
  'process-cpu': 'CPU time and state of the worker',
  'process-memory': 'memory of the worker',
  stack: 'a stack of the worker',
  'host-load': 'memory, swap and CPU of the host',
  'cgroup-counters': 'counters of the memory cgroup',
  locks: 'locks on files, and who has them open',
  'system-calls': 'system calls of the worker',
  filesystems: 'room on the filesystems',
  settings: 'settings of gunicorn and of its unit',
  database: 'the files of the database',
  artifact: 'the artifact, or its size',
  reproduction: 'the work repeated outside of the service',
} as const;
export type EvidenceKind = keyof typeof EVIDENCE_KINDS;

/** What a finding says of the hypotheses. */
export interface Reading {
  readonly weights?: Fact['weights'];
  readonly decides?: Fact['decides'];
  /** Where it is another than that of the rule. */
  readonly basis?: string;
}

/** A reading that holds under a condition. */
export interface RuleCase extends Reading {
  /** The condition in words, as the end of a sentence that begins with "where". */
  readonly when: string;
}

/** A rule as data. Its own weights hold in every case; those of a case are added, and replace those of the same hypothesis. */
export interface RuleData<Id extends string = string, Case extends string = string> extends Reading {
  /** Of the fact that it finds. */
  readonly id: Id;
  /** What it cannot do without; a finding may read more. */
  readonly needs: readonly [EvidenceKind, ...EvidenceKind[]];
  /** Documentation or source code that justifies it. */
  readonly basis: string;
  /** Those that can hold at once are of different hypotheses. */
  readonly cases?: Readonly<Record<Case, RuleCase>>;
}

/** What a rule says in every case, and what in each of its cases. */
export function readingsOf({ cases, ...always }: RuleData): readonly Reading[] {
  return [always, ...Object.values(cases ?? {})];
}

declare const FOUND: unique symbol;

/** A fact that a rule found: only `Rule.fact` makes one, so that no weight stands outside of a rule. */
export type FoundFact<Id extends string = string> = Fact & { readonly id: Id; readonly [FOUND]: true };

/** What the evidence gives for a fact; the rest stands in its rule. */
interface Finding<Case extends string> extends Pick<Fact, 'text' | 'sources' | 'rows'> {
  /** Which cases of the rule hold, if any. */
  readonly case?: Case | readonly Case[];
}

/** A rule that can say what it found. */
export interface Rule<Id extends string = string, Case extends string = string> extends RuleData<Id, Case> {
  fact(finding: Finding<Case>): FoundFact<Id>;
}

/** Declares a rule. */
export function rule<const Id extends string, const Case extends string = never>(
  data: RuleData<Id, Case>,
): Rule<Id, Case> {
  return { ...data, fact: (finding) => factOf(data, finding) };
}

function factOf<Id extends string, Case extends string>(
  { id, basis, cases, ...own }: RuleData<Id, Case>,
  { case: named = [], text, sources, rows }: Finding<Case>,
): FoundFact<Id> {
  const names: readonly Case[] = typeof named === 'string' ? [named] : named;
  const readings: readonly Reading[] = [own, ...names.flatMap((name) => (cases === undefined ? [] : [cases[name]]))];
  const decides = Object.assign({}, ...readings.map((reading) => reading.decides));
  return {
    id,
    text,
    weights: Object.assign({}, ...readings.map((reading) => reading.weights)),
    ...(Object.keys(decides).length > 0 ? { decides } : {}),
    sources,
    rows,
    basis: readings.findLast((reading) => reading.basis !== undefined)?.basis ?? basis,
  } as FoundFact<Id>;
}

/** What any of these rules finds. */
export type FactOf<Rules extends readonly { readonly id: string }[]> = FoundFact<Rules[number]['id']>;

/** Rules that look at the same thing, with what finds their facts. */
export interface RuleFamily<Id extends string = string> {
  readonly name: string;
  /** What its rules look at, as a sentence or two. */
  readonly about: string;
  readonly rules: readonly (RuleData & { readonly id: Id })[];
  /** The facts of its rules about the incident of the context, and of no other rule. */
  find(context: FactContext): readonly FoundFact<Id>[];
}

/** Declares a family: one that can find what none of its rules is does not compile. */
export function family<const Id extends string>(data: {
  readonly name: string;
  readonly about: string;
  readonly rules: readonly (RuleData & { readonly id: Id })[];
  readonly find: (context: FactContext) => readonly FoundFact<NoInfer<Id>>[];
}): RuleFamily<Id> {
  return data;
}
