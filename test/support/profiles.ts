import type { ArtifactStatistics, ParseProfile, ProfileSample } from '../../shared/model/artifact.ts';

/** A sample of which a test says only what it is about. */
export function sample(values: Partial<ProfileSample> = {}): ProfileSample {
  const bytes = { bytes: 0, heapBytes: 20_000_000, externalBytes: 1_000_000, rssBytes: 120_000_000 };
  return { ...bytes, seconds: 0, cpuSeconds: 0, ...values };
}

/** The profile of one finished run, of which a test says only what it is about. */
export function parseProfile(values: Partial<ParseProfile> = {}): ParseProfile {
  const seconds = values.seconds ?? 1.31;
  return {
    seconds,
    cpuSeconds: seconds * 1.04,
    cpuOf: 'process',
    peakHeapBytes: 26_000_000,
    peakExternalBytes: 1_400_000,
    peakRssBytes: 28_000_000,
    samples: [],
    gcs: [],
    gc: { count: 0, pauseMillis: 0 },
    runs: { seconds: [seconds], median: 0 },
    memoryLimitBytes: null,
    outcome: { kind: 'finished' },
    ...values,
  };
}

const NO_OUTCOMES = { passed: 0, skipped: 0, failed: 0, error: 0 };

/** The statistics of a document with nothing in it. */
export function statistics(values: Partial<ArtifactStatistics> = {}): ArtifactStatistics {
  return {
    encoding: { name: 'UTF-8', declared: 'UTF-8', byteOrderMark: false },
    root: 'testsuites',
    namespaces: [],
    dialect: null,
    hasDoctype: false,
    entities: { predefined: 0, characters: 0, other: 0 },
    elements: 1,
    attributes: 0,
    map: {
      name: 'testsuites',
      byteOffset: 0,
      byteLength: 0,
      testcases: 0,
      outcomes: NO_OUTCOMES,
      seconds: 0,
      children: [],
      omitted: { suites: 0, bytes: 0 },
    },
    suitesByBytes: [],
    suitesBySeconds: [],
    casesByBytes: [],
    casesBySeconds: [],
    bytesByPart: {
      attributes: 0,
      failureText: 0,
      systemOut: 0,
      systemErr: 0,
      properties: 0,
      otherText: 0,
      markup: 0,
    },
    cdataBytes: 0,
    declared: { tests: null, failures: null, errors: null, skipped: null, seconds: null },
    misdeclared: { suites: 0, examples: [] },
    duplicates: { cases: 0, complete: true, examples: [] },
    durations: { lowest: 1e-4, binsPerDecade: 4, zero: 0, counts: [] },
    casesWithoutDuration: 0,
    sizes: { lowest: 10, binsPerDecade: 4, zero: 0, counts: [] },
    reruns: { flakyCases: 0, rerunCases: 0, attempts: 0 },
    longestText: null,
    ...values,
  };
}
