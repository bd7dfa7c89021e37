import { type FactContext, sourceOnly } from '../context/context.ts';
import { formatBytes, formatSeconds, listing } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

const unitSettings = rule({
  id: 'unit-settings',
  needs: ['settings'],
  basis: `${BASIS.unitFile}; ${BASIS.memoryMax}`,
});

/** What the service's systemd unit allows it, as far as it bears on how a worker can end. It weighs nothing by itself. */
function unitFacts(context: FactContext): readonly UnitFact[] {
  const { unit } = context;
  if (unit === null) return [];
  const { memoryMaxBytes, memoryHighBytes, timeoutStopSeconds, watchdogSeconds, oomPolicy } = unit;
  const settings = [
    memoryMaxBytes === null ? null : { text: `MemoryMax of ${formatBytes(memoryMaxBytes.value)}`, of: memoryMaxBytes },
    memoryHighBytes === null
      ? null
      : { text: `MemoryHigh of ${formatBytes(memoryHighBytes.value)}`, of: memoryHighBytes },
    oomPolicy === null ? null : { text: `OOMPolicy=${oomPolicy.value.slice(0, 20)}`, of: oomPolicy },
    timeoutStopSeconds === null
      ? null
      : { text: `TimeoutStopSec of ${formatSeconds(timeoutStopSeconds.value)}`, of: timeoutStopSeconds },
    watchdogSeconds === null
      ? null
      : { text: `WatchdogSec of ${formatSeconds(watchdogSeconds.value)}`, of: watchdogSeconds },
  ].filter((setting) => setting !== null);
  if (settings.length === 0) return [];
  return [
    unitSettings.fact({
      text: `The unit${unit.name === null ? '' : ` ${unit.name}`} sets ${listing(settings.map(({ text, of }) => `${text} (${of.from})`))}.`,
      ...sourceOnly(...settings.map(({ of }) => of.source)),
    }),
  ];
}

const UNIT_RULES = [unitSettings] as const;
type UnitFact = FactOf<typeof UNIT_RULES>;

export const unitFamily = family({
  name: 'unit',
  about:
    'What the systemd unit of the service allows it, as far as it bears on how a worker can end. It weighs nothing by itself.',
  rules: UNIT_RULES,
  find: unitFacts,
});
