import type { Severity } from '../../../model/event.ts';
import type { SupervisorName } from '../../../model/supervisor.ts';
import type { Classified } from '../classified.ts';
import type { InnerLevel } from '../inner-header.ts';
import { signalNumber } from '../signals.ts';

/** One fixed wording of a supervisor. Patterns are whole first lines, without the header. */
export interface Wording {
  readonly sample: string;
  /** What every such message begins with: looking for it first spares the patterns for the millions of other lines. */
  readonly starts: readonly string[];
  readonly pattern: RegExp;
  /** The levels it is logged at; asked for only where nothing but the text speaks for the supervisor. */
  readonly levels?: readonly InnerLevel[];
  /** `writer`: the process that the line's own mark names (`[18972] ! Unable to start worker`), or null. */
  /** How grave it is, where the supervisor prints no level. */
  readonly severity?: Severity;
  readonly read: (match: RegExpExecArray, writer: number | null) => Classified | null;
}

/** What a supervisor says, and under whose name. */
export interface SupervisorRow {
  readonly name: SupervisorName;
  /** The loggers that are its own; null: it names none, and a line with a logger is an application's. */
  readonly loggers: RegExp | null;
  /** Whether its own lines may have a level; behind one an application speaks where not. */
  readonly hasLevels: boolean;
  readonly wordings: readonly Wording[];
  /** How it tells of the work of its workers, each wording with its groups `work` and `id`; null: it does not. */
  readonly work?: {
    readonly begins: RegExp;
    readonly ends: RegExp;
    /** Its failure, where no logger's level and no wording tells it as one. */
    readonly fails?: RegExp;
  };
  /** What a worker had in hand as its limit was exceeded, in a line of its own: the groups `work` and `since` (seconds since 1970). */
  readonly inHand?: RegExp;
  /** What tells that a time limit was raised within the work, which failed on it while the worker lives on; the group is seconds. */
  readonly raisesLimit?: { readonly pattern: RegExp; readonly setting: string };
  /** Other lines of its own, which say nothing of its workers: its start, its sockets, the end of a piece of work. */
  readonly chatter?: RegExp;
  /** A line of a worker that the supervisor passes on under its own header: the worker's pid, then what it said. */
  readonly relays?: RegExp;
}

const SIGKILL = 9;

/** An end by a signal, of a process that a number names or of one that a slot does. */
export function endBySignal(signal: number | null, whom: { targetPid?: number; slot?: string }): Classified {
  const detail = { ...whom, ...(signal === null ? {} : { signal }) };
  return { kind: signal === SIGKILL ? 'worker-sigkill' : 'worker-signalled', detail };
}

/** An end with an exit code; with 0 it is a worker's own. */
export function endByCode(exitCode: number, whom: { targetPid?: number; slot?: string }): Classified {
  return exitCode === 0
    ? { kind: 'worker-exiting', detail: whom }
    : { kind: 'worker-exit-code', detail: { ...whom, exitCode } };
}

/** A signal that the supervisor got or was asked by: TERM stops it, HUP reloads it. */
export function asked(name: 'TERM' | 'QUIT' | 'INT' | 'HUP' | 'USR1' | 'USR2'): () => Classified {
  const signal = signalNumber(name);
  return () => ({ kind: 'arbiter-signal', detail: signal === null ? {} : { signal } });
}

/** A worker that a number names. */
export function pidOf(digits: string | undefined): { targetPid?: number } {
  return digits === undefined ? {} : { targetPid: Number(digits) };
}
