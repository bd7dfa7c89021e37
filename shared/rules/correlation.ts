import { RULE_LIMITS } from '../model/rules.ts';
import type { CorrelationRule, RuleEvent } from './rule.ts';

/** Follows one correlation through events in time order. */
export interface Correlator {
  /** Takes an event that some steps matched (their places among the rule's steps); hands out the events of a match. */
  take(event: RuleEvent, places: readonly number[]): readonly RuleEvent[];
}

/** The state of a correlation, apart for each group; the groups that were quiet longest are forgotten beyond a limit. */
export function correlatorOf(rule: CorrelationRule): Correlator {
  const groups = new Map<string, Correlator>();
  return {
    take(event, places) {
      const parts = rule.groupBy.map((field) => event[field]);
      // An event that does not say what it is grouped by belongs to no group.
      if (parts.some((part) => part === null)) return [];
      const key = JSON.stringify(parts);
      const group = groups.get(key) ?? (rule.type === 'temporal_ordered' ? sequenceOf(rule) : countOf(rule));
      groups.delete(key);
      groups.set(key, group);
      if (groups.size > RULE_LIMITS.groups) {
        const oldest = groups.keys().next();
        if (oldest.done !== true) groups.delete(oldest.value);
      }
      return group.take(event, places);
    },
  };
}

/**
 * Events that match the steps one after the other within the timespan, from the first to the last. Of all beginnings of each
 * length the one that started latest is kept: whatever an earlier one could still become, it can become too.
 */
function sequenceOf({ steps, timespanMicros }: CorrelationRule): Correlator {
  let begun: (readonly RuleEvent[] | null)[] = steps.map(() => null);
  return {
    take(event, places) {
      // From the last step down, so that one event does not serve as two steps.
      for (let place = steps.length - 1; place >= 0; place -= 1) {
        if (!places.includes(place)) continue;
        const before = place === 0 ? [] : begun[place - 1];
        const start = before?.[0];
        if (before == null || (start !== undefined && event.time - start.time > timespanMicros)) continue;
        const chain = [...before, event];
        if (place === steps.length - 1) {
          begun = steps.map(() => null);
          return chain;
        }
        begun[place] = chain;
      }
      return [];
    },
  };
}

/** So many events within the timespan; they are counted once. */
function countOf({ timespanMicros, atLeast }: CorrelationRule): Correlator {
  let within: RuleEvent[] = [];
  let first = 0;
  return {
    take(event) {
      within.push(event);
      while (event.time - (within[first]?.time ?? event.time) > timespanMicros) first += 1;
      if (within.length - first < atLeast) {
        // Dropped in bulk: taking the first off a long list is slow.
        if (first > 1_000) {
          within = within.slice(first);
          first = 0;
        }
        return [];
      }
      const match = within.slice(first);
      within = [];
      first = 0;
      return match;
    },
  };
}
