import type { EventKind } from '../model/event.ts';
import type { RuleHead } from '../model/rules.ts';

/** Fields of an event that rules may ask for; docs/rule-files.md says what each holds. */
export const RULE_FIELDS = [
  'message',
  'pid',
  'subject',
  'unit',
  'identifier',
  'severity',
  'kind',
  'source',
  'host',
  'time',
] as const;
export type RuleField = (typeof RULE_FIELDS)[number];

/** What rules see of an event. */
export interface RuleEvent {
  readonly row: number;
  readonly time: number;
  readonly message: string;
  readonly pid: number | null;
  /** The process that the message is about: the worker in the arbiter's `WORKER TIMEOUT (pid:N)`; else the one that wrote it. */
  readonly subject: number | null;
  readonly unit: string | null;
  readonly identifier: string | null;
  /** 0 (emerg) to 7 (debug). */
  readonly severity: number | null;
  readonly kind: EventKind;
  /** Path of the evidence file. */
  readonly source: string;
  readonly host: string | null;
}

/** Whether an event has what a selection or condition asks for. */
export type RuleTest = (event: RuleEvent) => boolean;

/** A rule about single events. */
export interface EventRule extends RuleHead {
  readonly type: 'event';
  readonly test: RuleTest;
  readonly hasRegex: boolean;
}

/** A rule about events that other rules matched. */
export interface CorrelationRule extends RuleHead {
  readonly type: 'temporal_ordered' | 'event_count';
  /** Ids of event rules; for `temporal_ordered` in the order in which they must match. */
  readonly steps: readonly string[];
  readonly groupBy: readonly RuleField[];
  readonly timespanMicros: number;
  /** `event_count`: from how many events on it matches. */
  readonly atLeast: number;
}

export type Rule = EventRule | CorrelationRule;
