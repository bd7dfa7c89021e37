import { type AppliedRule, RULE_LIMITS, type RuleHit } from '../model/rules.ts';
import { epochMicros } from '../model/time.ts';
import { type Correlator, correlatorOf } from './correlation.ts';
import type { CorrelationRule, EventRule, Rule, RuleEvent } from './rule.ts';

interface Found {
  readonly hits: RuleHit[];
  count: number;
  /** Rows of hits, for a sequence may share events with the one before. */
  readonly rows: Set<number>;
}

/** Applies rules to events that come in time order, one at a time; every event is looked at once. */
export class RuleRun {
  readonly #rules: readonly Rule[];
  readonly #eventRules: readonly EventRule[];
  readonly #correlations: readonly { readonly rule: CorrelationRule; readonly correlator: Correlator }[];
  readonly #found = new Map<string, Found>();
  readonly #onRule: (rule: EventRule | null) => void;

  /** `onRule` hears which rule with a regular expression is about to look at an event, and null when it has. */
  constructor(rules: readonly Rule[], onRule: (rule: EventRule | null) => void = () => {}) {
    this.#rules = rules;
    this.#onRule = onRule;
    this.#eventRules = rules.filter((rule): rule is EventRule => rule.type === 'event');
    this.#correlations = rules.flatMap((rule) =>
      rule.type === 'event' ? [] : [{ rule, correlator: correlatorOf(rule) }],
    );
    for (const { id } of rules) this.#found.set(id, { hits: [], count: 0, rows: new Set() });
  }

  take(event: RuleEvent): void {
    const matched = new Set<string>();
    for (const rule of this.#eventRules) {
      if (rule.hasRegex) this.#onRule(rule);
      if (rule.test(event)) {
        matched.add(rule.id);
        this.#add(rule.id, event);
      }
      if (rule.hasRegex) this.#onRule(null);
    }
    if (matched.size === 0) return;
    for (const { rule, correlator } of this.#correlations) {
      const places = rule.steps.flatMap((step, place) => (matched.has(step) ? [place] : []));
      if (places.length === 0) continue;
      for (const each of correlator.take(event, places)) this.#add(rule.id, each);
    }
  }

  #add(id: string, { row, time }: RuleEvent): void {
    const found = this.#found.get(id);
    if (found === undefined || found.rows.has(row)) return;
    found.count += 1;
    if (found.hits.length >= RULE_LIMITS.hitsPerRule) return;
    found.rows.add(row);
    found.hits.push({ row, time: epochMicros(time) });
  }

  /** What was found, in the order of the rules. */
  result(): readonly AppliedRule[] {
    return this.#rules.map(({ id, title, file, line, tags, fact }) => {
      const found = this.#found.get(id);
      return {
        id,
        title,
        file,
        line,
        tags,
        fact,
        hits: [...(found?.hits ?? [])].sort((a, b) => a.row - b.row),
        hitCount: found?.count ?? 0,
      };
    });
  }
}
