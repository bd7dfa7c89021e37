import type { EvidenceId, Provenance } from './evidence.ts';

/** A measurement taken while the artifact was parsed, at one place in its bytes. */
export interface ProfileSample {
  /** Bytes of the artifact parsed so far. */
  readonly bytes: number;
  /** Wall time since the parse began. */
  readonly seconds: number;
  /** Processor time since the parse began, see ParseProfile.cpuOf. */
  readonly cpuSeconds: number;
  /** V8 heap of the profile worker, in bytes. */
  readonly heapBytes: number;
  /** Memory of the profile worker outside V8's heap (buffers), in bytes. */
  readonly externalBytes: number;
  /** Resident memory of the whole process, in bytes: a worker thread has none of its own. */
  readonly rssBytes: number;
}

/**
 * How the artifact is parsed: `stream` in constant memory, `tree` with the whole document kept as objects, as Python's
 * ElementTree and lxml do.
 */
export const PARSE_MODES = ['stream', 'tree'] as const;
export type ParseMode = (typeof PARSE_MODES)[number];

/** A garbage collection of the thread that parsed. */
export interface GcPause {
  /** Bytes parsed when it began, between the two measurements around it. */
  readonly atBytes: number;
  /** Wall time since the parse began. */
  readonly seconds: number;
  readonly pauseMillis: number;
  /** `minor`: of young objects; `major`: of the whole heap, `incremental` a step of one; `weak`: of weak references. */
  readonly kind: 'minor' | 'major' | 'incremental' | 'weak';
}

/** How a run of a parse ended; `atBytes`: what had been parsed by then. */
export type ParseOutcome =
  | { readonly kind: 'finished' }
  /** At a place where the XML cannot be read on: see XmlDamage. */
  | { readonly kind: 'damaged'; readonly atBytes: number }
  /** `of`: whether V8's heap or the resident memory of the run reached the limit. */
  | {
      readonly kind: 'memory-limit';
      readonly limitBytes: number;
      readonly atBytes: number;
      readonly of: 'heap' | 'resident';
    }
  | { readonly kind: 'cancelled'; readonly atBytes: number };

/** One way of parsing the artifact, measured. Throughput is bytes over seconds. */
export interface ParseProfile {
  /** Wall time. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** What `cpuSeconds` is of: a runtime that does not tell it of a thread tells it of the whole process. */
  readonly cpuOf: 'thread' | 'process';
  readonly peakHeapBytes: number;
  readonly peakExternalBytes: number;
  /** Peak resident memory of the process while parsing, minus what it held before, in bytes. */
  readonly peakRssBytes: number;
  readonly samples: readonly ProfileSample[];
  /** The longest ones, at most 500, in the order in which they came; `gc` counts all. */
  readonly gcs: readonly GcPause[];
  readonly gc: { readonly count: number; readonly pauseMillis: number };
  /** Wall times of all runs, in order; this profile is that of `median`, an index into them. */
  readonly runs: { readonly seconds: readonly number[]; readonly median: number };
  /** null: none was set. */
  readonly memoryLimitBytes: number | null;
  readonly outcome: ParseOutcome;
}

/** A profile that was asked for, apart from the analysis' own. */
export interface ProfileRun {
  readonly mode: ParseMode;
  readonly profile: ParseProfile;
}

/** What another parser would need for the same bytes, from ratios that were measured elsewhere: never a measurement. */
export interface CostEstimate {
  /** Named as its users do: "Python ElementTree". */
  readonly parser: string;
  readonly mode: ParseMode;
  readonly seconds: number;
  readonly peakRssBytes: number;
  /** Where the ratios are from, for people. */
  readonly source: string;
}

/** How an XML document ended, when not at its end. */
export interface XmlDamage {
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly byteOffset: number;
}

/** A suite, for the list of the largest. */
export interface SuiteSize {
  readonly name: string;
  readonly testcases: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Where an element stands in the artifact. */
interface ElementPlace {
  /** Of its `<`. */
  readonly byteOffset: number;
  /** Up to and with the `>` of its end tag. */
  readonly byteLength: number;
}

export const TEST_OUTCOMES = ['passed', 'skipped', 'failed', 'error'] as const;
export type TestOutcome = (typeof TEST_OUTCOMES)[number];
/** Test cases by their outcome. */
export type OutcomeCounts = Readonly<Record<TestOutcome, number>>;

/** The outcomes of several suites together. */
export function sumOfOutcomes(suites: readonly { readonly outcomes: OutcomeCounts }[]): OutcomeCounts {
  const sum = (outcome: TestOutcome): number => suites.reduce((all, { outcomes }) => all + outcomes[outcome], 0);
  return { passed: sum('passed'), skipped: sum('skipped'), failed: sum('failed'), error: sum('error') };
}

/** A suite for the map of the file; its figures include those of the suites in it. */
export interface SuiteNode extends ElementPlace {
  /** Of a suite without `name=` empty, of a root that is no suite its element's name. */
  readonly name: string;
  readonly testcases: number;
  readonly outcomes: OutcomeCounts;
  /** Sum of `time=` of its test cases. */
  readonly seconds: number;
  readonly children: readonly SuiteNode[];
  /**
   * Suites directly or indirectly in it that were too small to be kept; `bytes` is what the outermost of them hold. Of a
   * run, all that it stands for and those in them.
   */
  readonly omitted: { readonly suites: number; readonly bytes: number };
  /** So many suites in a row, each too small to be kept, for which the node stands; it has their sums and no name. */
  readonly run?: number;
}

/** A suite in a list of the largest or slowest; figures as in SuiteNode. */
export type RankedSuite = Omit<SuiteNode, 'children' | 'omitted' | 'run'>;

export interface RankedCase extends ElementPlace {
  readonly name: string;
  readonly classname: string;
  readonly outcome: TestOutcome;
  /** null: no `time=`. */
  readonly seconds: number | null;
}

/** The bytes of a document by what they are; adds up to all bytes that were read as XML. */
export interface BytesByPart {
  /** Attributes with their names, quotes and the space between, outside `<properties>`. */
  readonly attributes: number;
  /** Text of `<failure>`, `<error>`, `<skipped>` and of the attempts of reruns. */
  readonly failureText: number;
  readonly systemOut: number;
  readonly systemErr: number;
  /** `<properties>` with all that is in it. */
  readonly properties: number;
  /** Text anywhere else; in most files the space that indents. */
  readonly otherText: number;
  /** Names of elements, brackets, comments, declarations. */
  readonly markup: number;
}

/** What is declared of tests: by the root, else the sum over the outermost suites if all declare it, else null. */
export interface DeclaredCounts {
  readonly tests: number | null;
  readonly failures: number | null;
  readonly errors: number | null;
  readonly skipped: number | null;
  readonly seconds: number | null;
}

/**
 * Counts in bins that grow by a constant factor: bin i begins at `lowest * 10 ** (i / binsPerDecade)`. What is below the
 * first (but not zero) or beyond the last bin is counted in it.
 */
export interface LogHistogram {
  readonly lowest: number;
  readonly binsPerDecade: number;
  readonly zero: number;
  readonly counts: readonly number[];
}

const JUNIT_DIALECTS = [
  'surefire',
  'ant',
  'pytest',
  'jest-junit',
  'vitest',
  'mocha',
  'node',
  'gotestsum',
  'googletest',
  'ctest',
  'phpunit',
  'jenkins',
  'eclipse',
  'nextest',
] as const;
export type JUnitDialect = (typeof JUNIT_DIALECTS)[number];

/** What the same pass tells beyond the counts. Lists hold at most 20, the first of equals first. */
export interface ArtifactStatistics {
  /** Name of the encoding that the bytes were read in; `declared` as the XML declaration says, null without one. */
  readonly encoding: { readonly name: string; readonly declared: string | null; readonly byteOrderMark: boolean };
  /** Name of the root element as written; null when there is none. */
  readonly root: string | null;
  /** URIs of `xmlns`, at most 20. */
  readonly namespaces: readonly string[];
  /** Who probably wrote it and by which sign; null when nothing tells or it is not JUnit. */
  readonly dialect: { readonly name: JUnitDialect; readonly sign: string } | null;
  /** The document has a document type declaration, of which nothing is followed. */
  readonly hasDoctype: boolean;
  /** References in text and attributes: to XML's own five entities, to characters, to anything else (never expanded). */
  readonly entities: { readonly predefined: number; readonly characters: number; readonly other: number };
  readonly elements: number;
  readonly attributes: number;
  /** Null when the document has no root. */
  readonly map: SuiteNode | null;
  readonly suitesByBytes: readonly RankedSuite[];
  readonly suitesBySeconds: readonly RankedSuite[];
  readonly casesByBytes: readonly RankedCase[];
  readonly casesBySeconds: readonly RankedCase[];
  readonly bytesByPart: BytesByPart;
  /** Bytes within CDATA sections, which are part of the text of whatever they stand in. */
  readonly cdataBytes: number;
  readonly declared: DeclaredCounts;
  /** Suites whose `tests=` is neither what stands directly in them nor that with the suites in them. */
  readonly misdeclared: {
    readonly suites: number;
    readonly examples: readonly (ElementPlace & {
      readonly name: string;
      readonly declared: number;
      readonly counted: number;
    })[];
  };
  /** Test cases of the same classname and name as one before. */
  readonly duplicates: {
    readonly cases: number;
    /** False when there were too many names to compare all. */
    readonly complete: boolean;
    /** `count`: how often it is there; the place is that of its second occurrence. */
    readonly examples: readonly {
      readonly classname: string;
      readonly name: string;
      readonly count: number;
      readonly byteOffset: number;
    }[];
  };
  /** In seconds, of the cases that say so. */
  readonly durations: LogHistogram;
  readonly casesWithoutDuration: number;
  /** In bytes. */
  readonly sizes: LogHistogram;
  /** Test cases that failed and then passed, or were run again, and the attempts told of. */
  readonly reruns: { readonly flakyCases: number; readonly rerunCases: number; readonly attempts: number };
  /** The longest text, see ArtifactReport.longestTextBytes, and the element that it stands in; null without text. */
  readonly longestText: (ElementPlace & { readonly element: string }) | null;
}

/** The artifact that was being imported: counts and cost, from one streaming pass. */
export interface ArtifactReport {
  readonly evidenceId: EvidenceId;
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  /** False when the document is XML but not JUnit: then only bytes, lines and cost mean something. */
  readonly isJUnit: boolean;
  readonly suites: number;
  readonly testcases: number;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly skipped: number;
  /** What the root or the outermost suites declare (`tests=`), or null where they declare nothing. */
  readonly declaredTests: number | null;
  /** Sum of `time=` of all test cases, in seconds. */
  readonly durationSeconds: number;
  readonly largestSuites: readonly SuiteSize[];
  readonly maxDepth: number;
  readonly longestTextBytes: number;
  readonly damage: XmlDamage | null;
  readonly statistics: ArtifactStatistics;
  /** Of the analysis itself, or of the last run without a limit that was asked for and finished. */
  readonly stream: ParseProfile;
  /** Null until it was asked for: of the runs, the last that finished, else the last. */
  readonly tree: ParseProfile | null;
  /** What was asked for, oldest first; the last 20. */
  readonly runs: readonly ProfileRun[];
  readonly estimates: readonly CostEstimate[];
  readonly source: Provenance;
}
