import { HYPOTHESIS_IDS, type HypothesisId } from './analysis.ts';
import type { EpochMicros } from './time.ts';

/**
 * What whoever analyses a case says against or beside the facts. It names things by what stays the same when clocks are
 * corrected, zones are set or evidence is added: facts by their id, events by their bytes in a file of a known sum; never
 * by row, time or the number of an incident.
 */

/** A record by its bytes; see `Provenance` for the units. */
export interface RecordPlace {
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly line: number | null;
}

/** The incident that a judgement is about, by records that show it, any of which will do; none: the case as a whole. */
export type Subject = readonly RecordPlace[];

/**
 * How much an observation tells, in words; each is a likelihood ratio within the range that Kass and Raftery call by such a
 * name (Bayes Factors, J. Am. Stat. Assoc. 90, 1995, section 3.2: up to 3 barely worth a mention, to 20 positive, to 150
 * strong).
 */
export const STRENGTHS = ['slightly', 'clearly', 'strongly'] as const;
export type Strength = (typeof STRENGTHS)[number];
/** 2 to 1, 6 to 1 and 50 to 1, as natural logarithms. */
export const STRENGTH_WEIGHTS: Readonly<Record<Strength, number>> = {
  slightly: Math.log(2),
  clearly: Math.log(6),
  strongly: Math.log(50),
};

/** What an observation says of one hypothesis. */
export interface ObservedEffect {
  readonly hypothesis: HypothesisId;
  readonly speaks: 'for' | 'against';
  readonly strength: Strength;
}

/** A fact that is held to be wrong or beside the point; it stays listed and weighs nothing. */
export interface Overruling {
  readonly kind: 'overruling';
  /** Unlike that of any other judgement of the case. */
  readonly id: string;
  readonly about: Subject;
  readonly factId: string;
  /** What the fact said when it was overruled. */
  readonly factText: string;
  /** Why; never empty. */
  readonly comment: string;
}

/** Something that whoever analyses the case knows and no saved file shows. */
export interface Observation {
  readonly kind: 'observation';
  readonly id: string;
  readonly about: Subject;
  readonly text: string;
  readonly readings: readonly ObservedEffect[];
  /** When it was so, where that is known. */
  readonly time: EpochMicros | null;
  /** The record that it rests on, where there is one. */
  readonly place: RecordPlace | null;
}

export type Judgement = Overruling | Observation;

/** Lengths of what people write, in characters, and how many judgements a case holds. */
export const MOST_COMMENT_CHARS = 2_000;
export const MOST_JUDGEMENTS = 500;
export const MOST_READINGS = HYPOTHESIS_IDS.length;
