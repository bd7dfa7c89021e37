import type { Fact } from '../model/analysis.ts';
import { artifactFacts } from './artifact-facts.ts';
import type { FactContext } from './context.ts';
import { cpuFacts } from './cpu-facts.ts';
import { databaseFacts } from './database-facts.ts';
import { mechanismFacts } from './mechanism-facts.ts';
import { memoryFacts } from './memory-facts.ts';
import { progressFacts } from './progress-facts.ts';
import { storageFacts } from './storage-facts.ts';
import { timeoutFacts } from './timeout-facts.ts';
import { unitFacts } from './unit-facts.ts';
import { userRuleFacts } from './user-rule-facts.ts';

/** The families of facts, in the order in which a reader wants them: how it ended, what it did, what surrounds it. */
const FAMILIES: readonly ((context: FactContext) => readonly Fact[])[] = [
  mechanismFacts,
  timeoutFacts,
  progressFacts,
  cpuFacts,
  databaseFacts,
  storageFacts,
  artifactFacts,
  memoryFacts,
  unitFacts,
  userRuleFacts,
];

/** All facts about the incident of the context. */
export function factsOf(context: FactContext): readonly Fact[] {
  return FAMILIES.flatMap((family) => family(context));
}
