import type { FactContext } from '../context/context.ts';
import type { Fact, HypothesisResult, Recommendation } from '../model/analysis.ts';
import type { AdviceFamily } from './recommendations/advice.ts';
import { databaseAdvice } from './recommendations/database.ts';
import { databaseServerAdvice } from './recommendations/database-server.ts';
import { diskAdvice, mechanismAdvice, storageAdvice } from './recommendations/host.ts';
import { damagedArtifactAdvice, largeArtifactAdvice } from './recommendations/large-artifact.ts';
import { memoryAdvice } from './recommendations/memory.ts';
import { monitoringAdvice } from './recommendations/monitoring.ts';
import { recyclingAdvice } from './recommendations/recycling.ts';
import { skipJobAdvice } from './recommendations/skip-job.ts';
import { stuckWorkAdvice } from './recommendations/stuck-work.ts';
import { workerTimeoutAdvice } from './recommendations/worker-timeout.ts';

/** The families, the most urgent first: the first recommendation is what a summary says. */
const FAMILIES: readonly AdviceFamily[] = [
  databaseAdvice,
  databaseServerAdvice,
  workerTimeoutAdvice,
  stuckWorkAdvice,
  skipJobAdvice,
  largeArtifactAdvice,
  damagedArtifactAdvice,
  diskAdvice,
  storageAdvice,
  memoryAdvice,
  mechanismAdvice,
  recyclingAdvice,
  monitoringAdvice,
];

/** What to change so that it does not happen again; each from the verdict and facts that support it, none without. */
export function recommend(
  context: FactContext,
  facts: readonly Fact[],
  hypotheses: readonly HypothesisResult[],
): readonly Recommendation[] {
  if (context.record === null) return [];
  return FAMILIES.flatMap((family) => family({ context, facts, hypotheses }));
}
