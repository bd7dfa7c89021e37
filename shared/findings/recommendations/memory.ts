import type { FactContext } from '../../facts/context.ts';
import { formatBytes } from '../../facts/wording.ts';
import { pythonBytes } from '../../profiling/python-cost.ts';
import { type AdviceFamily, factFor, reasonFor, recommendation, verdictFor } from './advice.ts';

/** The memory that the service is given, where it ran out of it. */
export const memoryAdvice: AdviceFamily = (advice) => {
  const { context } = advice;
  if (verdictFor(advice, 'memory-exhaustion') !== 'fits') return [];
  // A limit that the unit states is held against the parse alone; one that only the kernel tells is what was too little.
  const need = context.unit?.memoryMaxBytes == null ? neededBytes(context) : parseBytes(context);
  return [
    recommendation(
      'memory-limit',
      memoryLimitText(context, need) ??
        (need === null
          ? "Give the service the memory it needs, or make it need less: read the kernel's task table for who held it."
          : `Raise the memory limit to at least ${formatBytes(need)} until the parse is streamed: a whole-document parse of this artifact needs memory, and what it had was not enough.`),
      need === null || need <= (context.unit?.memoryMaxBytes?.value ?? 0)
        ? null
        : `[Service]\nMemoryMax=${Math.ceil(need / 2 ** 20)}M`,
      reasonFor(advice, 'memory-exhaustion'),
      need === null ? undefined : 'ElementTree holds about 3.5 times the file in memory (measured on CPython 3.11).',
      factFor(advice, 'unit-settings')?.text,
    ),
  ];
};

/** Memory that a whole-document parse takes, and never less than half as much again as the limit at which the kernel killed. */
function neededBytes(context: FactContext): number | null {
  const parse = parseBytes(context);
  const reached = limitReached(context);
  return parse === null ? null : Math.max(parse, Math.ceil(1.5 * (reached ?? 0)));
}

/** The limit of the memory cgroup in which the kernel killed the worker, as it logged it; null where it did not. */
function limitReached({ evidence, record, window }: FactContext): number | null {
  if (record?.death?.mechanism !== 'kernel-oom' || window === null) return null;
  const limits = evidence.events
    .ofKinds(['oom-context'])
    .filter(({ time }) => time >= window.from && time <= window.to)
    .map(({ detail }) => detail.limitBytes)
    .filter((bytes) => bytes !== undefined);
  return limits.length === 0 ? null : Math.max(...limits);
}

/** Memory that a whole-document parse of the artifact takes, with half as much again to spare. */
function parseBytes(context: FactContext): number | null {
  const bytes =
    context.artifact?.report.bytes ??
    context.record?.operation?.lines.find((line) => line.reading.bytes !== null)?.reading.bytes ??
    null;
  return bytes === null ? null : Math.ceil((pythonBytes('element-tree', bytes) * 1.5) / 2 ** 20) * 2 ** 20;
}

/** What to do about a limit that the unit file states; null when no unit file was saved or it states none. */
function memoryLimitText(context: FactContext, need: number | null): string | null {
  const limit = context.unit?.memoryMaxBytes ?? null;
  if (limit === null) return null;
  const stated = `MemoryMax of ${formatBytes(limit.value)} (${limit.from})`;
  if (need === null)
    return `Raise the ${stated}, or make the service need less: read the kernel's task table for who held the memory.`;
  return need > limit.value
    ? `Raise the ${stated} to at least ${formatBytes(need)} until the parse is streamed: a whole-document parse of this artifact needs about that.`
    : `The ${stated} should have been enough for this artifact alone (about ${formatBytes(need)}): it holds for all workers together, so read the kernel's task table for who held the memory.`;
}
