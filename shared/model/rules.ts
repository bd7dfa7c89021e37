import type { HypothesisId } from './analysis.ts';
import type { CaseProblem } from './evidence.ts';
import type { EpochMicros } from './time.ts';

/** What a rule of the user's says about the incident where it matched within it. */
export interface RuleFact {
  readonly text: string;
  /** Natural-log likelihood ratios, within RULE_WEIGHT_LIMIT of 0. */
  readonly weights: Readonly<Partial<Record<HypothesisId, number>>>;
  readonly basis: string;
}

/** An event that a rule matched, or that is part of a sequence that it matched. */
export interface RuleHit {
  readonly row: number;
  readonly time: EpochMicros;
}

/** What a rule is called, where it stands, and what it says where it matches. */
export interface RuleHead {
  readonly id: string;
  readonly title: string;
  /** The file it stands in, and its first line there. */
  readonly file: string;
  readonly line: number;
  readonly tags: readonly string[];
  readonly fact: RuleFact | null;
}

/** One rule as it was applied to a case. */
export interface AppliedRule extends RuleHead {
  /** In time order, at most RULE_LIMITS.hitsPerRule. */
  readonly hits: readonly RuleHit[];
  /** How many there were. */
  readonly hitCount: number;
}

/** What the user's rules found in a case, and what was wrong with them. */
export interface RuleOutcome {
  readonly rules: readonly AppliedRule[];
  readonly problems: readonly CaseProblem[];
}

/** A rule of the user's may tip a verdict and never decide it alone: the strongest facts of Inquest's own weigh 4 to 6. */
export const RULE_WEIGHT_LIMIT = 3;

/** Rules are written by hand, and evidence has millions of lines. */
export const RULE_LIMITS = {
  fileBytes: 1024 * 1024,
  files: 50,
  rules: 500,
  /** Selections of one rule, and values of one field. */
  selections: 100,
  values: 1_000,
  conditionCharacters: 2_000,
  regexCharacters: 1_000,
  /** Characters of a message that rules look at. */
  messageCharacters: 64 * 1024,
  hitsPerRule: 10_000,
  /** Groups of one correlation whose state is kept. */
  groups: 10_000,
  /** Rules that a correlation names. */
  steps: 20,
  /** Keys of one mapping or entries of one list, and how many of these lie within each other. */
  yamlEntries: 1_024,
  yamlDepth: 64,
  /** What the YAML of a file consists of: a rule has about 60. */
  yamlPieces: 200_000,
  yamlDocuments: 1_000,
} as const;
