import { memoryUse } from '../../facts/process-readings.ts';
import { formatBytes } from '../../facts/wording.ts';
import { type AdviceFamily, factFor, isInvolved, recommendation } from './advice.ts';

/** Another way to import, where the size of the artifact was part of it. */
export const largeArtifactAdvice: AdviceFamily = (advice) => {
  const large = factFor(advice, 'artifact-large');
  if (large === undefined || !isInvolved(advice, 'large-artifact')) return [];
  const use = memoryUse(advice.context);
  return [
    recommendation(
      'stream-the-parse',
      'Parse the artifact as a stream (iterparse with clear(), or expat) instead of building the whole document: memory then stays at some 10 MB whatever its size.',
      'for event, case in ElementTree.iterparse(path):\n    if case.tag == "testcase":\n        handle(case)\n        case.clear()',
      large.text,
      use !== null && use.growthBytes > 100_000_000
        ? `The worker grew by ${formatBytes(use.growthBytes)} while it ran.`
        : undefined,
    ),
    recommendation(
      'batch-commits',
      'Insert in batches of a few thousand rows with a commit after each, so that a killed import loses little, the write lock is free in between and progress is visible in the log.',
      null,
      factFor(advice, 'open-transaction-of-operation')?.text ??
        factFor(advice, 'ended-while-inserting')?.text ??
        large.text,
    ),
    recommendation(
      'import-outside-the-request',
      'Run imports in a background process or queue rather than in a web worker, and log progress as they go: no request should depend on how large a report is.',
      null,
      large.text,
    ),
  ];
};
