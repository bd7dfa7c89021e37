import type { FactContext } from '../context/context.ts';
import type { Fact } from '../model/analysis.ts';
import { artifactFacts } from './artifact-facts.ts';
import { companyFacts } from './company-facts.ts';
import { counterFacts } from './counter-facts.ts';
import { cpuFacts, diskWaitFacts } from './cpu-facts.ts';
import { databaseFacts } from './database-facts.ts';
import { earlierFacts } from './earlier-facts.ts';
import { failureFacts } from './failure-facts.ts';
import { mechanismFacts } from './mechanism-facts.ts';
import { memoryFacts } from './memory-facts.ts';
import { probeFacts } from './probe-facts.ts';
import { profileFacts } from './profile-facts.ts';
import { progressFacts } from './progress-facts.ts';
import { proxyFacts } from './proxy-facts.ts';
import { reproductionFacts } from './reproduction-facts.ts';
import { serverLockFacts } from './server-lock-facts.ts';
import { stackFacts } from './stack-facts.ts';
import { storageFacts } from './storage-facts.ts';
import { timeoutFacts } from './timeout-facts.ts';
import { unitFacts } from './unit-facts.ts';
import { userRuleFacts } from './user-rule-facts.ts';
import { usualFacts } from './usual-facts.ts';

/** The families of facts, in the order in which a reader wants them: how it ended, what it did, what surrounds it. */
const FAMILIES: readonly ((context: FactContext) => readonly Fact[])[] = [
  mechanismFacts,
  failureFacts,
  companyFacts,
  timeoutFacts,
  progressFacts,
  counterFacts,
  usualFacts,
  stackFacts,
  cpuFacts,
  diskWaitFacts,
  databaseFacts,
  serverLockFacts,
  storageFacts,
  artifactFacts,
  profileFacts,
  reproductionFacts,
  memoryFacts,
  probeFacts,
  proxyFacts,
  unitFacts,
  earlierFacts,
  userRuleFacts,
];

/** All facts about the incident of the context. */
export function factsOf(context: FactContext): readonly Fact[] {
  return FAMILIES.flatMap((family) => family(context));
}
