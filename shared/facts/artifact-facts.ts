import { type ArtifactFigures, contradictedSize } from '../context/choose-artifact.ts';
import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import type { Fact } from '../model/analysis.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';

/** Sizes from which on a JUnit report is unusual: most are well under a megabyte and a thousand tests. */
const LARGE_BYTES = 10_000_000;
const LARGE_TESTCASES = 10_000;

/** Size and history of the artifact, and whether it parses; its cost is compared in profile-facts.ts. */
export function artifactFacts(context: FactContext): readonly Fact[] {
  const figures = context.figures;
  if (figures === null) return [];
  return [
    ...size(context, figures),
    ...sizeOtherwise(context, figures),
    ...againstHistory(context, figures),
    ...parsesByHand(context),
  ];
}

/** Whether the artifact is large by the thresholds. Null when nothing is known of its size. */
export function isLarge(figures: ArtifactFigures | null): boolean | null {
  if (figures === null) return null;
  return (figures.bytes ?? 0) >= LARGE_BYTES || (figures.testcases ?? 0) >= LARGE_TESTCASES;
}

/** Whether it is large by bytes, which is what a parse costs; rows alone cost writes. Null when nothing is known of it. */
export function isLargeByBytes(figures: ArtifactFigures | null): boolean | null {
  return figures === null || figures.bytes === null ? null : figures.bytes >= LARGE_BYTES;
}

/** "large against 10.0 MB", "small to parse, many rows to write". */
function judged(figures: ArtifactFigures, large: boolean): string {
  if (!large) return `not large against ${formatBytes(LARGE_BYTES)} or ${formatCount(LARGE_TESTCASES)} tests`;
  if (isLargeByBytes(figures) === false)
    return `quick to parse (under ${formatBytes(LARGE_BYTES)}), many rows to write (over ${formatCount(LARGE_TESTCASES)})`;
  return isLargeByBytes(figures) === true
    ? `large against ${formatBytes(LARGE_BYTES)}`
    : `large against ${formatCount(LARGE_TESTCASES)} tests`;
}

function size(context: FactContext, figures: ArtifactFigures): readonly Fact[] {
  const parts = [
    figures.bytes === null ? null : `${formatCount(figures.bytes)} bytes (${formatBytes(figures.bytes)})`,
    figures.testcases === null
      ? null
      : `${formatCount(figures.testcases)} ${figures.from === 'artifact' ? 'test cases' : 'records'}`,
  ].filter((part) => part !== null);
  const large = isLarge(figures) === true;
  const veryLarge = (figures.bytes ?? 0) >= 5 * LARGE_BYTES || (figures.testcases ?? 0) >= 5 * LARGE_TESTCASES;
  const report = context.artifact?.report;
  const line = context.record?.operation?.lines.find(
    (each) => each.reading.bytes !== null || each.reading.records !== null,
  );
  // What no worker died of is no culprit, however large.
  const weight = large ? (veryLarge ? 2.5 : 1.5) : -4;
  return [
    {
      id: large ? 'artifact-large' : 'artifact-small',
      text: `The artifact has ${parts.join(' and ')}${sizeFrom(figures)}: ${judged(figures, large)}.`,
      weights: { 'large-artifact': weight },
      ...(large ? {} : { decides: { 'large-artifact': 'against' as const } }),
      ...(report !== undefined
        ? sourceOnly(report.source)
        : figures.listed !== null
          ? sourceOnly(figures.listed.source)
          : sourcesOf(line?.event)),
      basis: 'a JUnit report above 10 MB or 10,000 tests is far outside of what importers are built for',
    },
  ];
}

/** The log speaks of another size than the file has: of another artifact, of a compressed one, or before it was whole. */
function sizeOtherwise(context: FactContext, figures: ArtifactFigures): readonly Fact[] {
  const operation = context.record?.operation ?? null;
  const stated = contradictedSize(figures, operation);
  if (stated === null || figures.bytes === null) return [];
  const line = operation?.lines.find(({ reading }) => reading.bytes === stated);
  return [
    {
      id: 'size-differs-from-log',
      text: `The log speaks of ${formatCount(stated)} bytes (${formatBytes(stated)}), the file that was found has ${formatCount(figures.bytes)} (${formatBytes(figures.bytes)}): it is another one, was compressed when it was logged, or was changed since.`,
      weights: {},
      ...sourcesOf(line?.event),
      basis: BASIS.log,
    },
  ];
}

function sizeFrom(figures: ArtifactFigures): string {
  if (figures.from === 'log') return ", by the log's own words";
  if (figures.listed === null) return '';
  const { from, precision } = figures.listed;
  return `, by ${from} on the host${precision === 'exact' ? '' : ' (rounded)'}`;
}

function againstHistory(context: FactContext, figures: ArtifactFigures): readonly Fact[] {
  const history = context.database?.report.jobHistory ?? null;
  const tests = figures.testcases;
  const median = history?.medianSize ?? null;
  if (history === null || tests === null || median === null || median <= 0) return [];
  const ratio = tests / median;
  if (ratio < 3 && ratio > 1 / 3) {
    return [
      {
        id: 'artifact-as-usual',
        text: `Its ${formatCount(tests)} tests are much like those of the ${formatCount(history.rows)} jobs before it (median ${formatCount(median)}).`,
        weights: { 'large-artifact': -1.5 },
        ...sourceOnly(context.database?.report.source ?? { evidenceId: '', byteOffset: 0, byteLength: 0, line: null }),
        basis: "the service's own history of jobs",
      },
    ];
  }
  if (ratio < 10 || context.database === null) return [];
  return [
    {
      id: 'artifact-outgrew-history',
      text: `Its ${formatCount(tests)} tests are ${formatCount(ratio)} times the median of the ${formatCount(history.rows)} jobs in the database (${formatCount(median)}).`,
      weights: { 'large-artifact': 1.5 },
      ...sourceOnly(context.database.report.source),
      basis: "the service's own history of jobs",
    },
  ];
}

function parsesByHand(context: FactContext): readonly Fact[] {
  const report = context.artifact?.report;
  if (report === undefined) return [];
  if (report.damage !== null) {
    return [
      {
        id: 'artifact-damaged',
        text: `The artifact does not parse: ${report.damage.message.replace(/\.$/, '')}, at line ${formatCount(report.damage.line)}, byte ${formatCount(report.damage.byteOffset)}.`,
        weights: {},
        ...sourceOnly({
          ...report.source,
          byteOffset: report.damage.byteOffset,
          byteLength: 0,
          line: report.damage.line,
        }),
        basis: BASIS.profile,
      },
    ];
  }
  return [
    {
      id: 'artifact-parses',
      text: `The artifact parses by hand: ${formatCount(report.testcases)} test cases from ${formatBytes(report.bytes)} in ${formatSeconds(report.stream.seconds)}, streaming.`,
      weights: {},
      ...sourceOnly(report.source),
      basis: BASIS.profile,
    },
  ];
}
