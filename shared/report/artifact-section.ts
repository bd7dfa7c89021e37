import type { ArtifactReport, LogHistogram, SuiteNode } from '../model/artifact.ts';
import type { Field } from '../model/report-query.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../wording/figures.ts';
import type { ReportHistogram } from './report.ts';

/** Test cases from which on their distribution is worth a picture. */
const LEAST_CASES = 20;

/** What an artifact is and what it costs to parse, in words. */
export function artifactFields(artifact: ArtifactReport, paths: ReadonlyMap<string, string>): readonly Field[] {
  const { stream, tree } = artifact;
  const speed = stream.seconds > 0 ? `, ${formatBytes(artifact.bytes / stream.seconds)}/s` : '';
  const fields: (Field | null)[] = [
    { label: 'File', value: paths.get(artifact.evidenceId) ?? artifact.path },
    {
      label: 'Size',
      value: `${formatCount(artifact.bytes)} bytes (${formatBytes(artifact.bytes)}), ${formatCount(artifact.lines)} lines`,
    },
    artifact.isJUnit
      ? {
          label: 'Test cases',
          value: `${formatCount(artifact.testcases)} in ${formatCount(artifact.suites)} suites: ${formatCount(artifact.passed)} passed, ${formatCount(artifact.failed)} failed, ${formatCount(artifact.errors)} errors, ${formatCount(artifact.skipped)} skipped`,
        }
      : { label: 'Content', value: 'XML, not JUnit' },
    artifact.declaredTests !== null && artifact.declaredTests !== artifact.testcases
      ? {
          label: 'Declared',
          value: `${formatCount(artifact.declaredTests)} test cases by its own header, unlike what it holds`,
        }
      : null,
    {
      label: 'Parsed here',
      value: `as a stream in ${formatSeconds(stream.seconds)}${speed}, memory up by ${formatBytes(stream.peakRssBytes)} at most`,
    },
    tree === null
      ? null
      : {
          label: 'As a tree',
          value: `in ${formatSeconds(tree.seconds)}, memory up by ${formatBytes(tree.peakRssBytes)} at most`,
        },
    artifact.damage === null
      ? null
      : {
          label: 'Damage',
          value: `${artifact.damage.message} (line ${formatCount(artifact.damage.line)}, byte ${formatCount(artifact.damage.byteOffset)})`,
        },
  ];
  return fields.filter((field) => field !== null);
}

/** The suites of an artifact, where there are several to be told apart. */
export function artifactMap({ isJUnit, statistics }: ArtifactReport): SuiteNode | null {
  return isJUnit && statistics.map !== null && hasSeveral(statistics.map) ? statistics.map : null;
}

function hasSeveral(node: SuiteNode): boolean {
  const [only, ...others] = node.children;
  if (only === undefined) return false;
  return others.length > 0 || (only.run ?? 1) > 1 || hasSeveral(only);
}

/** How long and how large the test cases are, as far as that says something. */
export function artifactHistograms({ isJUnit, statistics }: ArtifactReport): readonly ReportHistogram[] {
  if (!isJUnit) return [];
  const { durations, sizes, casesWithoutDuration } = statistics;
  const none = casesWithoutDuration === 0 ? '' : ` ${plural(casesWithoutDuration, 'case')} without one.`;
  const all: readonly ReportHistogram[] = [
    {
      of: 'duration',
      title: 'Duration of test cases',
      caption: `Test cases by the duration that the file states.${none}`,
      histogram: durations,
    },
    { of: 'size', title: 'Size of test cases', caption: 'Test cases by their bytes in the file.', histogram: sizes },
  ];
  return all.filter(({ histogram }) => saysSomething(histogram));
}

function saysSomething({ zero, counts }: LogHistogram): boolean {
  const filled = [zero, ...counts].filter((count) => count > 0);
  return filled.length > 1 && filled.reduce((sum, count) => sum + count, 0) >= LEAST_CASES;
}
