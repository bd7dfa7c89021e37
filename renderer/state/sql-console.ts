import { TIME_LIMITS_SECONDS } from '../../shared/contract/database-limits.ts';
import type { DatabaseTarget, PlanStep, SqlOutcome, SqlPlace } from '../../shared/contract/database-requests.ts';
import type { InquestBridge } from '../../shared/contract/ipc.ts';
import type { SqlResult } from '../../shared/model/sql-result.ts';
import { statementAt } from '../../shared/sql/statements.ts';
import { toJobError } from '../bridge.ts';

/** Statements that are remembered, the latest ones. */
const MOST_REMEMBERED = 100;

export type SecondsLimit = (typeof TIME_LIMITS_SECONDS)[number];

/** What became of a statement. `from` is where it began in the text of the console. */
export type ConsoleAnswer = { readonly target: DatabaseTarget; readonly sql: string; readonly from: number } & (
  | { readonly kind: 'result'; readonly outcome: SqlOutcome<SqlResult> }
  | { readonly kind: 'plan'; readonly outcome: SqlOutcome<readonly PlanStep[]> }
);

export interface ConsoleSnapshot {
  readonly running: { readonly kind: ConsoleAnswer['kind']; readonly sinceMillis: number } | null;
  readonly answer: ConsoleAnswer | null;
  readonly limitSeconds: SecondsLimit;
}

/** A console over one database: its text, what was run before, and the last answer. It outlives the screen that shows it. */
export class SqlConsole {
  readonly #bridge: InquestBridge;
  readonly #listeners = new Set<() => void>();
  readonly #history: string[] = [];
  #snapshot: ConsoleSnapshot = { running: null, answer: null, limitSeconds: TIME_LIMITS_SECONDS[0] };
  text: string;
  /** Where the cursor stands when the console is shown again. */
  cursor: number;

  constructor(bridge: InquestBridge, text: string) {
    this.#bridge = bridge;
    this.text = text;
    this.cursor = text.length;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ConsoleSnapshot => this.#snapshot;

  /** What was run, the latest last. */
  history(): readonly string[] {
    return this.#history;
  }

  setLimit(limitSeconds: SecondsLimit): void {
    this.#tell({ limitSeconds });
  }

  /** Runs or explains the selected text, or the statement at the cursor. Nothing happens while another is at work. */
  async ask(kind: ConsoleAnswer['kind'], target: DatabaseTarget, selection: SqlPlace): Promise<void> {
    const asked = askedOf(this.text, selection);
    if (asked === null || this.#snapshot.running !== null) return;
    const { sql, from } = asked;
    if (this.#history.at(-1) !== sql) this.#history.push(sql);
    if (this.#history.length > MOST_REMEMBERED) this.#history.shift();
    this.#tell({ running: { kind, sinceMillis: performance.now() } });
    const request = { ...target, sql, seconds: this.#snapshot.limitSeconds };
    const about = { target, sql, from };
    try {
      const answer: ConsoleAnswer =
        kind === 'result'
          ? { ...about, kind, outcome: await this.#bridge.request('database.run', request) }
          : { ...about, kind, outcome: await this.#bridge.request('database.explain', request) };
      this.#tell({ running: null, answer });
    } catch (error) {
      const outcome = { status: 'failed', message: toJobError(error).message, place: null } as const;
      this.#tell({ running: null, answer: { ...about, kind, outcome } });
    }
  }

  async stop(): Promise<void> {
    if (this.#snapshot.running !== null) await this.#bridge.request('database.cancel', undefined);
  }

  #tell(change: Partial<ConsoleSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** What is meant by a selection in a text: the selected part, or the statement in which the cursor stands. */
export function askedOf(text: string, { from, to }: SqlPlace): { readonly sql: string; readonly from: number } | null {
  const selected = text.slice(from, to);
  if (selected.trim() !== '') return { sql: selected, from };
  const range = statementAt(text, from);
  return range === null ? null : { sql: text.slice(range.from, range.to), from: range.from };
}

const consoles = new Map<string, SqlConsole>();
const MOST_CONSOLES = 20;

/** The console of a database of a case, by a name for both; `firstText` is what a new one begins with. */
export function sqlConsoleOf(bridge: InquestBridge, key: string, firstText: string): SqlConsole {
  const known = consoles.get(key);
  if (known !== undefined) return known;
  const made = new SqlConsole(bridge, firstText);
  consoles.set(key, made);
  for (const oldest of consoles.keys()) {
    if (consoles.size <= MOST_CONSOLES) break;
    consoles.delete(oldest);
  }
  return made;
}
