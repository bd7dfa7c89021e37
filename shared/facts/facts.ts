import type { FactContext } from '../context/context.ts';
import type { Fact } from '../model/analysis.ts';
import { artifactFamily } from './artifact-facts.ts';
import { companyFamily } from './company-facts.ts';
import { counterFamily } from './counter-facts.ts';
import { cpuFamily } from './cpu-facts.ts';
import { databaseFamily } from './database-facts.ts';
import { diskFamily } from './disk-facts.ts';
import { earlierFamily } from './earlier-facts.ts';
import { failureFamily } from './failure-facts.ts';
import { heldLockFamily } from './held-lock-facts.ts';
import { hostMemoryFamily } from './host-memory-facts.ts';
import { mechanismFamily } from './mechanism-facts.ts';
import { memoryFamily } from './memory-facts.ts';
import { profileFamily } from './profile-facts.ts';
import { progressFamily } from './progress-facts.ts';
import { proxyFamily } from './proxy-facts.ts';
import { reproductionFamily } from './reproduction-facts.ts';
import type { RuleData, RuleFamily } from './rule.ts';
import { serverLockFamily } from './server-lock-facts.ts';
import { stackFamily } from './stack-facts.ts';
import { storageFamily } from './storage-facts.ts';
import { timeoutFamily } from './timeout-facts.ts';
import { toldLockFamily } from './told-lock-facts.ts';
import { traceFamily } from './trace-facts.ts';
import { unitFamily } from './unit-facts.ts';
import { userRuleFacts } from './user-rule-facts.ts';
import { usualFamily } from './usual-facts.ts';
import { workLimitFamily } from './work-limit-facts.ts';

/** All families of rules, in the order in which a reader wants their facts: how it ended, what it did, what surrounds it. */
export const RULE_FAMILIES = [
  mechanismFamily,
  workLimitFamily,
  failureFamily,
  companyFamily,
  timeoutFamily,
  progressFamily,
  counterFamily,
  usualFamily,
  stackFamily,
  traceFamily,
  cpuFamily,
  diskFamily,
  databaseFamily,
  heldLockFamily,
  serverLockFamily,
  toldLockFamily,
  storageFamily,
  artifactFamily,
  profileFamily,
  reproductionFamily,
  memoryFamily,
  hostMemoryFamily,
  proxyFamily,
  unitFamily,
  earlierFamily,
] as const;

/** All built-in rules, in the order of their families. */
export const ALL_RULES: readonly RuleData[] = RULE_FAMILIES.flatMap(({ rules }): readonly RuleData[] => rules);

/** All facts about the incident of the context: of the built-in rules, then of the user's own. */
export function factsOf(context: FactContext): readonly Fact[] {
  const families: readonly RuleFamily[] = RULE_FAMILIES;
  return [...families.flatMap(({ find }) => find(context)), ...userRuleFacts(context)];
}
