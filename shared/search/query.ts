import type { EventKind, Severity } from '../model/event.ts';
import type { EvidenceFormat } from '../model/evidence.ts';
import type { WallClock } from '../model/time.ts';

/**
 * What a person asks for in the search field, as a closed tree. Words, phrases and regular expressions look at the message;
 * fields look at what is known of an event without its text. See parse-query.ts for how it is written.
 */
export type Query =
  | { readonly type: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly type: 'not'; readonly part: Query }
  /** Stands in the message, without regard to case. Never empty. */
  | { readonly type: 'text'; readonly text: string }
  /** JavaScript's regular expressions with the flags i, m, s, u; case counts unless `i` is given. */
  | { readonly type: 'regex'; readonly source: string; readonly flags: string }
  | FieldQuery;

export type ComparisonOperator = '=' | '<' | '<=' | '>' | '>=';

/** One field with the values of which any will do; never none. */
export type FieldQuery =
  | { readonly type: 'pid'; readonly values: readonly NumberTest[] }
  /** Compared by syslog's numbers, emerg = 0: `<=warning` is warning and worse. */
  | { readonly type: 'severity'; readonly values: readonly SeverityTest[] }
  /** A name with or without its `.service`; `*` stands for anything; `none` for no unit. */
  | { readonly type: 'unit'; readonly values: readonly string[] }
  /** Part of the path of the evidence file; the whole of it where `*` stands for anything. */
  | { readonly type: 'source'; readonly values: readonly string[] }
  | { readonly type: 'kind'; readonly values: readonly EventKind[] }
  | { readonly type: 'format'; readonly values: readonly EvidenceFormat[] }
  | { readonly type: 'before' | 'after' | 'at'; readonly time: TimeText };

export interface NumberTest {
  readonly comparison: ComparisonOperator;
  /** null: the event has none. */
  readonly value: number | null;
}
export interface SeverityTest {
  readonly comparison: ComparisonOperator;
  readonly value: Severity | null;
}

/** A time as it was typed: the parts that were given, and how long the stretch is that they name. */
export interface TimeText {
  /** As typed, for printing it again. */
  readonly text: string;
  readonly date: Pick<WallClock, 'year' | 'month' | 'day'> | null;
  /** null: midnight of the date, and the stretch is the whole day. */
  readonly clock: Pick<WallClock, 'hour' | 'minute' | 'second' | 'micros'> | null;
  /** Minutes east of UTC; null: the display zone. */
  readonly offsetMinutes: number | null;
  /** Microseconds from this time to the next that could be written as precisely: a day, a minute, a second, less. */
  readonly stretchMicros: number;
}

/** Something in a query that cannot be understood, where it stands (UTF-16 units of the text), and what can be done. */
export interface QueryProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}
