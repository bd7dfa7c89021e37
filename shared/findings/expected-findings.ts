import type { FactContext } from '../context/context.ts';
import { memoryUse } from '../context/process-readings.ts';
import { isLarge } from '../facts/artifact-facts.ts';
import type { ExpectedFinding, HypothesisResult } from '../model/analysis.ts';
import type { EpochMicros } from '../model/time.ts';
import { formatBytes, formatCount } from '../wording/figures.ts';
import { verdictOf } from './questions.ts';

const SPIKE_BYTES = 500_000_000;

/** The four findings that the guide for such crashes expects, held against what was found. */
export function checkExpectedFindings(
  context: FactContext,
  hypotheses: readonly HypothesisResult[],
): readonly ExpectedFinding[] {
  const timeout = context.config?.timeoutSeconds ?? null;
  const figures = context.figures;
  const peak = peakMemory(context);
  const lock = verdictOf(hypotheses, 'database-lock');
  return [
    {
      id: 'timeout-is-30',
      expected: "The worker timeout is gunicorn's default of 30 s.",
      observed:
        context.config === null
          ? null
          : context.config.timeoutRefuted !== undefined
            ? context.config.timeoutRefuted
            : timeout === null
              ? `not readable: ${context.config.timeoutFrom}`
              : `${timeout} s, from ${context.config.timeoutFrom}`,
      holds: timeout === null ? null : timeout === 30,
    },
    {
      id: 'artifact-is-large',
      expected: 'The artifact is large (10 MB or 10,000 tests and more).',
      observed:
        figures === null
          ? null
          : [
              figures.bytes === null ? null : formatBytes(figures.bytes),
              figures.testcases === null ? null : `${formatCount(figures.testcases)} tests`,
            ]
              .filter((part) => part !== null)
              .join(', '),
      holds: isLarge(figures),
    },
    {
      id: 'memory-spike-over-500mb',
      expected: 'Memory of the worker rises above 500 MB.',
      observed: peak === null ? null : `at most ${formatBytes(peak)} seen`,
      holds: peak === null ? null : peak > SPIKE_BYTES,
    },
    {
      id: 'no-database-lock',
      expected: 'No database lock is involved.',
      observed: lock === null || lock.verdict === 'inconclusive' ? null : lock.reason,
      holds: lock === null || lock.verdict === 'inconclusive' ? null : lock.verdict === 'ruled-out',
    },
  ];
}

/** Highest memory seen of the worker: in `ps`, or in the kernel's own words when it was killed for it. */
function peakMemory(context: FactContext): number | null {
  const { record } = context;
  const pid = record?.incident.pid ?? null;
  // A pid is used again: figures from before its boot or after its end are of another process.
  const from = record?.death?.life.boot?.time ?? null;
  const until = record?.death?.life.until ?? null;
  const isOfThisLife = (time: EpochMicros): boolean =>
    (from === null || time >= from) && (until === null || time < until);
  const fromKernel = context.evidence.events
    .ofKinds(['oom-kill', 'oom-context'])
    .filter((event) => event.detail.targetPid === pid && pid !== null && isOfThisLife(event.time))
    .map((event) => event.detail.anonRssBytes)
    .filter((bytes) => bytes !== undefined);
  const fromPs = memoryUse(context)?.peak.rssBytes;
  const all = fromPs === undefined ? fromKernel : [...fromKernel, fromPs];
  return all.length === 0 ? null : Math.max(...all);
}
