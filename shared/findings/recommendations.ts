import type { FactContext } from '../context/context.ts';
import type { Fact, HypothesisResult, Recommendation } from '../model/analysis.ts';
import { quietAction, quietCase } from './quiet-case.ts';
import { type AdviceFamily, detect, shell } from './recommendations/advice.ts';
import { collectingAdvice } from './recommendations/collecting.ts';
import { databaseAdvice } from './recommendations/database.ts';
import { databaseServerAdvice } from './recommendations/database-server.ts';
import { diskAdvice, mechanismAdvice, storageAdvice } from './recommendations/host.ts';
import { damagedArtifactAdvice, largeArtifactAdvice } from './recommendations/large-artifact.ts';
import { memoryAdvice } from './recommendations/memory.ts';
import { monitoringAdvice } from './recommendations/monitoring.ts';
import { recyclingAdvice } from './recommendations/recycling.ts';
import { skipJobAdvice } from './recommendations/skip-job.ts';
import { stuckWorkAdvice } from './recommendations/stuck-work.ts';
import { futileTimeoutAdvice, workerTimeoutAdvice } from './recommendations/worker-timeout.ts';
import { knownCourse } from './trial.ts';

/** The families, the most urgent first: the first recommendation is what a summary says. */
const FAMILIES: readonly AdviceFamily[] = [
  collectingAdvice,
  memoryAdvice,
  databaseAdvice,
  databaseServerAdvice,
  diskAdvice,
  storageAdvice,
  mechanismAdvice,
  futileTimeoutAdvice,
  stuckWorkAdvice,
  workerTimeoutAdvice,
  largeArtifactAdvice,
  skipJobAdvice,
  damagedArtifactAdvice,
  recyclingAdvice,
  monitoringAdvice,
];

/**
 * What to change so that it does not happen again; each from the verdict and facts that support it, and tried on the course
 * of the incident: a change that would not have helped is none. Without an incident, what to collect.
 */
export function recommend(
  context: FactContext,
  facts: readonly Fact[],
  hypotheses: readonly HypothesisResult[],
): readonly Recommendation[] {
  if (context.record === null) {
    const { text, command, because } = quietAction(quietCase(context), hypotheses);
    return [detect('collect-evidence', { text, patch: command === null ? null : shell(command), because: [because] })];
  }
  const advice = { context, facts, hypotheses, course: knownCourse(context, hypotheses) };
  return inOrder(FAMILIES.flatMap((family) => family(advice)).filter(helps));
}

/** What would have changed nothing is left out, save what collects evidence and what would have kept some of the loss away. */
function helps({ action, wouldHavePrevented, effect }: Recommendation): boolean {
  return action === 'detect' || wouldHavePrevented !== false || effect !== undefined;
}

/** What is known to have prevented it goes before what may have; the order of families holds otherwise. */
function inOrder(recommendations: readonly Recommendation[]): readonly Recommendation[] {
  const sure = recommendations.filter(({ wouldHavePrevented }) => wouldHavePrevented === true);
  return [...sure, ...recommendations.filter(({ wouldHavePrevented }) => wouldHavePrevented !== true)];
}
