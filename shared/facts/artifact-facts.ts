import { type ArtifactFigures, contradictedSize } from '../context/choose-artifact.ts';
import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** Sizes from which on a JUnit report is unusual: most are well under a megabyte and a thousand tests. */
const LARGE_BYTES = 10_000_000;
const LARGE_TESTCASES = 10_000;
/** How far below that a file of any kind is surely small. */
const SURELY_SMALL = 10;

/** Size and history of the artifact, and whether it parses; its cost is compared in profile-facts.ts. */
function artifactFacts(context: FactContext): readonly ArtifactFact[] {
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
  const counted = figures.from === 'artifact' ? 'tests' : 'records';
  if (!large) return `not large against ${formatBytes(LARGE_BYTES)} or ${formatCount(LARGE_TESTCASES)} ${counted}`;
  if (isLargeByBytes(figures) === false)
    return `quick to parse (under ${formatBytes(LARGE_BYTES)}), many rows to write (over ${formatCount(LARGE_TESTCASES)})`;
  return isLargeByBytes(figures) === true
    ? `large against ${formatBytes(LARGE_BYTES)}`
    : `large against ${formatCount(LARGE_TESTCASES)} ${counted}`;
}

const UNUSUAL_SIZE = 'a JUnit report above 10 MB or 10,000 tests is far outside of what importers are built for';

const artifactLarge = rule({
  id: 'artifact-large',
  needs: ['artifact'],
  basis: UNUSUAL_SIZE,
  cases: {
    large: { when: 'it has over 10 MB or 10,000 tests', weights: { 'large-artifact': 1.5 } },
    veryLarge: { when: 'it has five times as much', weights: { 'large-artifact': 2.5 } },
  },
});

const artifactSmall = rule({
  id: 'artifact-small',
  needs: ['artifact'],
  basis: UNUSUAL_SIZE,
  weights: { 'large-artifact': -4 },
  decides: { 'large-artifact': 'against' },
});

function size(context: FactContext, figures: ArtifactFigures): readonly ArtifactFact[] {
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
  // What a file of another kind costs nobody knows by its size alone: only far beyond a report it is large, far below it small.
  if (figures.saved !== null && !large && (figures.bytes ?? 0) > LARGE_BYTES / SURELY_SMALL) return [];
  const found = {
    text: `The artifact has ${parts.join(' and ')}${sizeFrom(figures)}: ${judged(figures, large)}.`,
    ...(report !== undefined
      ? sourceOnly(report.source)
      : figures.saved !== null
        ? sourceOnly({ evidenceId: figures.saved.id, byteOffset: 0, byteLength: figures.saved.bytes, line: null })
        : figures.listed !== null
          ? sourceOnly(figures.listed.source)
          : sourcesOf(line?.event)),
  };
  return [
    large ? artifactLarge.fact({ case: veryLarge ? 'veryLarge' : 'large', ...found }) : artifactSmall.fact(found),
  ];
}
const sizeDiffersFromLog = rule({
  id: 'size-differs-from-log',
  needs: ['artifact', 'service-log'],
  basis: BASIS.log,
});

/** The log speaks of another size than the file has: of another artifact, of a compressed one, or before it was whole. */
function sizeOtherwise(context: FactContext, figures: ArtifactFigures): readonly ArtifactFact[] {
  const operation = context.record?.operation ?? null;
  const stated = contradictedSize(figures, operation);
  if (stated === null || figures.bytes === null) return [];
  const line = operation?.lines.find(({ reading }) => reading.bytes === stated);
  return [
    sizeDiffersFromLog.fact({
      text: `The log states ${formatCount(stated)} bytes (${formatBytes(stated)}), the file in the evidence has ${formatCount(figures.bytes)} (${formatBytes(figures.bytes)}): it is another one, was compressed when it was logged, or was changed since.`,
      ...sourcesOf(line?.event),
    }),
  ];
}

function sizeFrom(figures: ArtifactFigures): string {
  if (figures.from === 'log') return ', as logged';
  if (figures.saved !== null) return ' as it was saved';
  if (figures.listed === null) return '';
  const { from, precision } = figures.listed;
  return `, by ${from} on the host${precision === 'exact' ? '' : ' (rounded)'}`;
}

const artifactAsUsual = rule({
  id: 'artifact-as-usual',
  needs: ['artifact', 'database'],
  basis: "the service's own history of jobs",
  weights: { 'large-artifact': -1.5 },
});

const artifactOutgrewHistory = rule({
  id: 'artifact-outgrew-history',
  needs: ['artifact', 'database'],
  basis: "the service's own history of jobs",
  weights: { 'large-artifact': 1.5 },
});

function againstHistory(context: FactContext, figures: ArtifactFigures): readonly ArtifactFact[] {
  const history = context.database?.report.jobHistory ?? null;
  const tests = figures.testcases;
  const median = history?.medianSize ?? null;
  if (history === null || tests === null || median === null || median <= 0) return [];
  const ratio = tests / median;
  if (ratio < 3 && ratio > 1 / 3) {
    return [
      artifactAsUsual.fact({
        text: `Its ${formatCount(tests)} tests are much like those of the ${formatCount(history.rows)} jobs before it (median ${formatCount(median)}).`,
        ...sourceOnly(context.database?.report.source ?? { evidenceId: '', byteOffset: 0, byteLength: 0, line: null }),
      }),
    ];
  }
  if (ratio < 10 || context.database === null) return [];
  return [
    artifactOutgrewHistory.fact({
      text: `Its ${formatCount(tests)} tests are ${formatCount(ratio)} times the median of the ${formatCount(history.rows)} jobs in the database (${formatCount(median)}).`,
      ...sourceOnly(context.database.report.source),
    }),
  ];
}

const artifactDamaged = rule({
  id: 'artifact-damaged',
  needs: ['artifact'],
  basis: BASIS.profile,
});

const artifactParses = rule({
  id: 'artifact-parses',
  needs: ['artifact'],
  basis: BASIS.profile,
});

function parsesByHand(context: FactContext): readonly ArtifactFact[] {
  const report = context.artifact?.report;
  if (report === undefined) return [];
  if (report.damage !== null) {
    return [
      artifactDamaged.fact({
        text: `The artifact does not parse: ${report.damage.message.replace(/\.$/, '')}, at line ${formatCount(report.damage.line)}, byte ${formatCount(report.damage.byteOffset)}.`,
        ...sourceOnly({
          ...report.source,
          byteOffset: report.damage.byteOffset,
          byteLength: 0,
          line: report.damage.line,
        }),
      }),
    ];
  }
  return [
    artifactParses.fact({
      text: `The artifact parses outside the service: ${formatCount(report.testcases)} test cases from ${formatBytes(report.bytes)} in ${formatSeconds(report.stream.seconds)}, streaming.`,
      ...sourceOnly(report.source),
    }),
  ];
}

const ARTIFACT_RULES = [
  artifactLarge,
  artifactSmall,
  sizeDiffersFromLog,
  artifactAsUsual,
  artifactOutgrewHistory,
  artifactDamaged,
  artifactParses,
] as const;
type ArtifactFact = FactOf<typeof ARTIFACT_RULES>;

export const artifactFamily = family({
  name: 'artifact',
  about: 'Size and history of the artifact, and whether it parses; what it costs, the profile compares.',
  rules: ARTIFACT_RULES,
  find: artifactFacts,
});
