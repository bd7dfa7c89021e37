import { importCourse } from '../../context/import-course.ts';
import { memoryUse } from '../../context/process-readings.ts';
import { isLargeByBytes } from '../../facts/artifact-facts.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { formatBytes } from '../../wording/figures.ts';
import { type Advice, type AdviceFamily, factFor, isInvolved, recommendation } from './advice.ts';

/** Another way to import, where the size of the artifact was part of it. */
export const largeArtifactAdvice: AdviceFamily = (advice) => {
  const large = factFor(advice, 'artifact-large');
  if (large === undefined || !isInvolved(advice, 'large-artifact')) return [];
  const use = memoryUse(advice.context);
  const recommendations: Recommendation[] = [];
  if (parseMatters(advice)) {
    recommendations.push(
      recommendation(
        'stream-the-parse',
        'Parse the artifact as a stream (iterparse with clear(), or expat) instead of building the whole document: memory then stays at some 10 MB whatever its size.',
        'for event, case in ElementTree.iterparse(path):\n    if case.tag == "testcase":\n        handle(case)\n        case.clear()',
        large.text,
        use !== null && use.growthBytes > 100_000_000
          ? `The worker grew by ${formatBytes(use.growthBytes)} while it ran.`
          : undefined,
      ),
    );
  }
  recommendations.push(
    ...commits(advice, large.text),
    recommendation(
      'import-outside-the-request',
      'Run imports in a background process or queue rather than in a web worker, and log progress as they go: no request should depend on how large a report is.',
      null,
      large.text,
    ),
  );
  return recommendations;
};

/** Share of the time from which a parse is worth another parser. */
const MUCH_OF_THE_TIME = 0.2;

/** Whether the parse took memory or much of the time, or was what went on at the end; unknown steps leave it open. */
function parseMatters(advice: Advice): boolean {
  // Many rows in few bytes are parsed at once; what they cost is their writes.
  if (isLargeByBytes(advice.context.figures) === false) return false;
  if (isInvolved(advice, 'memory-exhaustion')) return true;
  const course = importCourse(advice.context);
  const parse = course?.steps.find(({ name }) => name === 'parse');
  if (course == null || parse === undefined) return true;
  return (parse.toSecond ?? course.elapsedSeconds) - parse.fromSecond >= MUCH_OF_THE_TIME * course.elapsedSeconds;
}

/** Rows a second below which transactions are too small: each commit waits for the disk. */
const SLOW_ROWS_PER_SECOND = 2_000;

function commits(advice: Advice, large: string): readonly Recommendation[] {
  const going = factFor(advice, 'commits-as-it-goes');
  if (going === undefined) {
    const writing = factFor(advice, 'open-transaction-of-operation') ?? factFor(advice, 'ended-while-inserting');
    // What the log shows to have ended before its write tells nothing of how it writes.
    if (writing === undefined && (importCourse(advice.context)?.steps.length ?? 0) > 0) return [];
    return [
      recommendation(
        'batch-commits',
        'Insert in batches of a few thousand rows with a commit after each, so that a killed import loses little, the write lock is free in between and progress is visible in the log.',
        null,
        writing?.text ?? large,
      ),
    ];
  }
  const insert = importCourse(advice.context)?.insert ?? null;
  if (insert === null || insert.rowsPerSecond >= SLOW_ROWS_PER_SECOND) return [];
  return [
    recommendation(
      'larger-batches',
      'Put a few thousand rows into each transaction (executemany, one commit): every commit waits for the disk, and a row of its own pays that price alone.',
      null,
      `Rows went in at ${Math.round(insert.rowsPerSecond)} a second.`,
      going.text,
    ),
  ];
}

/** A file that was read before it was whole, or that was cut on its way: no parser mends that. */
export const damagedArtifactAdvice: AdviceFamily = (advice) => {
  const damaged = factFor(advice, 'artifact-damaged');
  const failed = factFor(advice, 'failed-otherwise');
  if (damaged === undefined || (failed === undefined && factFor(advice, 'crash') === undefined)) return [];
  return [
    recommendation(
      'whole-artifacts',
      'Fetch the artifact again and compare its size and checksum with the source; have whoever writes it write under another name and rename it when it is whole, and let the import refuse what does not parse with a word of where.',
      'xmllint --noout --stream test-results.xml; sha256sum test-results.xml',
      damaged.text,
      failed?.text,
    ),
  ];
};
