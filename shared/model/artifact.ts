import type { EvidenceId, Provenance } from './evidence.ts';

/** A measurement taken while the artifact was parsed, at one place in its bytes. */
export interface ProfileSample {
  /** Bytes of the artifact parsed so far. */
  readonly bytes: number;
  readonly seconds: number;
  /** V8 heap of the profile worker, in bytes. */
  readonly heapBytes: number;
  /** Resident memory of the whole process, in bytes: a worker thread has none of its own. */
  readonly rssBytes: number;
}

/** One way of parsing the artifact, measured. */
export interface ParseProfile {
  readonly seconds: number;
  readonly peakHeapBytes: number;
  /** Peak resident memory of the process while parsing, minus what it held before, in bytes. */
  readonly peakRssBytes: number;
  readonly samples: readonly ProfileSample[];
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
  readonly stream: ParseProfile;
  readonly tree: ParseProfile | null;
  readonly source: Provenance;
}
