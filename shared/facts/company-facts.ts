import { type FactContext, sourcesOf } from '../context/context.ts';
import { type EpochMicros, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { listing, plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** Timeouts closer together than this are told in the same look of the arbiter at its workers, or in the next. */
const TOGETHER_SECONDS = 3;

const timeoutsTogether = rule({
  id: 'timeouts-together',
  needs: ['service-log'],
  basis: BASIS.arbiter,
  cases: {
    apart: {
      when: 'they had not been at the same since a boot together',
      weights: { 'infinite-loop': -1, 'large-artifact': -0.5 },
    },
  },
});

/** Who else was ended at the same moment: what happens to several workers at once is seldom the doing of one import. */
function companyFacts(context: FactContext): readonly CompanyFact[] {
  const { record } = context;
  const timeout = record?.death?.timeout ?? null;
  const pid = record?.incident.pid ?? null;
  if (timeout === null) return [];
  const others = context.history.deaths.filter(
    (death) =>
      death.pid !== pid &&
      death.timeout !== null &&
      Math.abs(secondsBetween(death.timeout.time, timeout.time)) <= TOGETHER_SECONDS,
  );
  if (others.length === 0) return [];
  const isSinceBoot = [record?.death, ...others].every((death) =>
    isTimeoutOfBoot(context, death ?? null, timeout.time),
  );
  const pids = listing(others.slice(0, 6).map((death) => String(death.pid ?? '?')));
  return [
    timeoutsTogether.fact({
      case: isSinceBoot ? [] : 'apart',
      text: `${plural(others.length, 'other worker')} timed out ${timeout.isUndated === true ? 'with it' : `within ${TOGETHER_SECONDS} s of it`} (pid ${pids}). Suspect something shared: host, disk, database, a service that all of them call, or a paused arbiter.${isSinceBoot ? ' They had booted together, one timeout before, and whatever each did since then ends so too.' : ''}`,
      ...sourcesOf(timeout, ...others.slice(0, 6).map((death) => death.timeout)),
    }),
  ];
}

/** From a boot to the first heartbeat, and from a late one to the arbiter's look. */
const BOOT_SLACK_SECONDS = 5;

/** Whether no heartbeat came since the worker's boot: workers that were booted together then reach the timeout together. */
function isTimeoutOfBoot({ config }: FactContext, death: Death | null, timeout: EpochMicros): boolean {
  const boot = death?.life.boot ?? null;
  const limit = config?.timeoutSeconds ?? null;
  return boot !== null && limit !== null && secondsBetween(boot.time, timeout) <= limit + BOOT_SLACK_SECONDS;
}

const COMPANY_RULES = [timeoutsTogether] as const;
type CompanyFact = FactOf<typeof COMPANY_RULES>;

export const companyFamily = family({
  name: 'company',
  about:
    'Who else was ended at the same moment: what happens to several workers at once is seldom the doing of one import.',
  rules: COMPANY_RULES,
  find: companyFacts,
});
