import type { ZoneChoices } from '../../shared/contract/worker-protocol.ts';
import { epochMicros, MICROS_PER_MINUTE } from '../../shared/model/time.ts';
import { fixedOffsetMinutes, UTC, type ZoneName, zoneOffsetMicros } from '../../shared/model/zone.ts';
import { sourceNamed } from './source-name.ts';
import type { TimeContext } from './time-plan.ts';

/**
 * How to read a source's stamps when whoever analyses has said in which zone they are: what was said of this source wins
 * over everything, what was said of all others counts where nothing tells.
 */
export function withGivenZone<Context extends TimeContext>(
  context: Context,
  choices: ZoneChoices | undefined,
  files: readonly { readonly path: string }[],
  index: number,
): Context {
  const bySource = choices?.bySource ?? [];
  // Made only where something was said of a source: a case may have tens of thousands of files.
  const paths = bySource.length === 0 ? [] : files.map(({ path }) => path);
  const own = bySource.findLast(({ path }) => sourceNamed(paths, path) === index)?.zone ?? null;
  const zone = own ?? (context.zoneFrom === 'assumed' ? (choices?.whereAssumed ?? null) : null);
  return zone === null ? context : { ...context, ...contextOfZone(zone, context), zoneFrom: 'given' };
}

/** A zone by name carries its rules; `offsetMinutes` is then what holds near the stamps. */
function contextOfZone(zone: ZoneName, { nearTime }: TimeContext): Pick<TimeContext, 'offsetMinutes' | 'zone'> {
  const fixed = zone === UTC ? 0 : fixedOffsetMinutes(zone);
  if (fixed !== null) return { offsetMinutes: fixed };
  return { offsetMinutes: Math.round(zoneOffsetMicros(zone, nearTime ?? epochMicros(0)) / MICROS_PER_MINUTE), zone };
}
