import type { FactContext } from '../../context/context.ts';
import { importCourse } from '../../context/import-course.ts';
import { memoryUse } from '../../context/process-readings.ts';
import { isLargeByBytes } from '../../facts/artifact-facts.ts';
import type { Recommendation } from '../../model/analysis.ts';
import { secondsBetween } from '../../model/time.ts';
import type { IncidentRecord } from '../../timeline/incident-record.ts';
import { formatBytes, formatCount, formatEstimate } from '../../wording/figures.ts';
import { tried, wouldHavePrevented } from '../trial.ts';
import { SLOW_ROWS_PER_SECOND } from '../unexplained.ts';
import { type Advice, type AdviceFamily, factFor, isInvolved, mitigate, prevent, python, shell } from './advice.ts';
import { isXml } from './artifact-kind.ts';

/** Another way to import, where the size of the artifact was part of it. */
export const largeArtifactAdvice: AdviceFamily = (advice) => {
  const large = factFor(advice, 'artifact-large');
  if (large === undefined || !isInvolved(advice, 'large-artifact')) return [];
  const use = memoryUse(advice.context);
  const recommendations: Recommendation[] = [];
  if (parseMatters(advice)) {
    recommendations.push(
      prevent('stream-the-parse', {
        text: isXml(advice.context)
          ? `Parse the artifact as a stream (iterparse with clear(), or expat) instead of in memory. ${streamedMemory(advice)}`
          : 'Read the artifact in pieces instead of whole, so that memory does not grow with its size: chunksize in pandas, ijson for JSON, iterparse for XML.',
        patch: isXml(advice.context)
          ? python(
              'for event, case in ElementTree.iterparse(path):\n    if case.tag == "testcase":\n        handle(case)\n        case.clear()',
            )
          : null,
        because: [
          large.text,
          use !== null && use.growthBytes > 100_000_000
            ? `The worker grew by ${formatBytes(use.growthBytes)} while it ran.`
            : undefined,
        ],
        prevented: isXml(advice.context) ? wouldHavePrevented(advice.course, { parser: 'iterparse' }) : null,
      }),
    );
  }
  recommendations.push(
    ...commits(advice, large.text),
    isOfBoot(advice.context)
      ? beforeTheFork(large.text)
      : prevent('import-outside-the-request', {
          text: `Run imports of this size outside the web request, in a background process or queue: ${outsideReason(advice)}.`,
          because: [large.text],
          // No worker timeout ends it there; memory still may.
          prevented: wouldHavePrevented(advice.course, { timeoutSeconds: 0 }),
        }),
  );
  return recommendations;
};

/** Work that begins with its worker, and with the one before it as well, is no request's: the application does it while it is loaded. */
function isOfBoot({ record, history }: FactContext): boolean {
  const template = record?.operation?.template ?? null;
  return (
    record !== null &&
    beginsWithBoot(record) &&
    history.incidents.some(
      (other) => other !== record && other.operation?.template === template && beginsWithBoot(other),
    )
  );
}

function beginsWithBoot({ death, operation }: IncidentRecord): boolean {
  const boot = death?.life.boot ?? null;
  if (boot === null || operation === null || !operation.startIsKnown) return false;
  return secondsBetween(boot.time, operation.start) <= OF_BOOT_SECONDS;
}

const OF_BOOT_SECONDS = 5;

/** With preload_app the arbiter loads the application, which no timeout bounds. Source: gunicorn, Settings, preload_app */
function beforeTheFork(large: string): Recommendation {
  return prevent('load-before-the-fork', {
    text: 'Load it before the workers are forked, or in a thread after they boot: a worker sends no heartbeat while it loads the application.',
    patch: python('preload_app = True'),
    because: [large],
  });
}

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

function commits(advice: Advice, large: string): readonly Recommendation[] {
  const going = factFor(advice, 'commits-as-it-goes');
  if (going === undefined) {
    const writing = factFor(advice, 'open-transaction-of-operation') ?? factFor(advice, 'ended-while-inserting');
    // What the log shows to have ended before its write tells nothing of how it writes.
    const steps = importCourse(advice.context)?.steps.length ?? 0;
    // Where neither rows nor a database are in the evidence, nothing shows that it writes any.
    const isWriter = advice.context.database !== null || advice.context.figures?.testcases != null;
    if (writing === undefined && (steps > 0 || !isWriter || isOfBoot(advice.context))) return [];
    const kept = rowsKept(advice);
    // A commit that would not have been reached keeps nothing.
    if (kept === 0) return [];
    return [
      mitigate('batch-commits', {
        text: `Commit every ${kept === null ? 'few thousand' : formatCount(BATCH_ROWS)} rows, so that a kill loses little and the write lock is free in between.`,
        because: [writing?.text ?? large],
        prevented: wouldHavePrevented(advice.course, { batchRows: BATCH_ROWS }),
        ...(kept === null
          ? {}
          : {
              effect: `It would have kept ${formatCount(kept)} of ${formatCount(advice.course?.insert?.rows ?? 0)} rows.`,
            }),
      }),
    ];
  }
  const insert = importCourse(advice.context)?.insert ?? null;
  if (insert === null || insert.rowsPerSecond >= SLOW_ROWS_PER_SECOND) return [];
  return [
    prevent('larger-batches', {
      text: 'Put a few thousand rows into each transaction (executemany, one commit): one commit per row costs one disk sync per row.',
      because: [`Rows went in at ${Math.round(insert.rowsPerSecond)} a second.`, going.text],
    }),
  ];
}

/** Few enough that most of what was written is committed, many enough that a commit costs little beside them. */
const BATCH_ROWS = 1_000;

/** Rows that transactions of that size would have kept; null where no rate is known. */
function rowsKept({ course }: Advice): number | null {
  return tried(course, { batchRows: BATCH_ROWS })?.committedRows ?? null;
}

/** What a stream holds: one test case, or whatever its records are, at a time, which may be most of the file. */
function streamedMemory({ context }: Advice): string {
  const longest = context.artifact?.report.longestTextBytes ?? null;
  const one = context.artifact?.report.isJUnit === true ? 'test case' : 'record';
  return longest !== null && longest > 10_000_000
    ? `It then holds one ${one} at a time: the longest text alone has ${formatBytes(longest)}.`
    : `It then holds one ${one} at a time, about 11 MB in all (est.).`;
}

function outsideReason({ course }: Advice): string {
  const needed = course?.neededSeconds ?? null;
  const rate = course?.insert?.rowsPerSecond ?? null;
  if (needed === null || rate === null) return 'no request should depend on the size of a file';
  return `at ${rate < 10 ? rate.toFixed(1) : formatCount(rate)} rows/s this one needed up to ${formatEstimate(needed)}`;
}

/** A file that was read before it was whole, or that was cut on its way: no parser mends that. */
export const damagedArtifactAdvice: AdviceFamily = (advice) => {
  const damaged = factFor(advice, 'artifact-damaged');
  const failed = factFor(advice, 'failed-otherwise');
  if (damaged === undefined || (failed === undefined && factFor(advice, 'crash') === undefined)) return [];
  return [
    prevent('whole-artifacts', {
      text: 'Fetch the artifact again and compare its size and checksum with the source. Write it to a temporary name and rename it when complete; reject files that do not parse and log the position.',
      patch: shell('xmllint --noout --stream test-results.xml; sha256sum test-results.xml'),
      because: [damaged.text, failed?.text],
    }),
  ];
};
