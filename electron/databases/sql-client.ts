import type { Task } from '../../shared/contract/asked-thread.ts';
import type {
  DatabaseSchema,
  DatabaseTarget,
  PlanStep,
  RowsPage,
  RowsRequest,
  SqlOutcome,
} from '../../shared/contract/database-requests.ts';
import type { CsvOf, SqlProgress, SqlTasks, SqlWorkerData } from '../../shared/contract/worker-protocol.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { JobError } from '../../shared/model/job.ts';
import type { SqlResult } from '../../shared/model/sql-result.ts';
import { AskingThread, CASE_CLOSED, failureFor } from '../threads/asking-thread.ts';
import { JobFailure } from '../threads/run-job.ts';
import { Turns } from '../threads/turns.ts';

/** What a table, a schema or a file of CSV may take; statements have limits of their own. */
const BROWSE_LIMIT_MILLIS = 20_000;
const CSV_LIMIT_MILLIS = 600_000;
/** Results that can still be put into the report. */
const KEPT_RESULTS = 10;
/** Objects of one thread; SQLite's own memory is limited inside it. */
const HEAP_MEGABYTES = 1_024;

const STOPPED = 'Stopped on request.';

/** A result that was shown, with what it was asked with. */
export interface KeptResult {
  readonly target: DatabaseTarget;
  readonly sql: string;
  readonly result: SqlResult;
}

/**
 * Asks a thread of its own about the contents of database copies, one thing after the other, so that no statement ever holds
 * up the window. The thread holds one view of one database and starts with the first question. SQLite cannot be
 * interrupted from within (sql.js hands out neither sqlite3_interrupt nor a progress handler): what takes too long or is
 * stopped costs the thread, and the next question another, which reads the database anew.
 */
export class SqlClient {
  readonly #source: Pick<ImportedEvidence, 'databases' | 'files' | 'locations'>;
  readonly #turns = new Turns();
  /** How to stop each question that has not been answered, in the order in which they came. */
  readonly #unanswered = new Map<AbortController, Promise<unknown>>();
  #serving: { readonly target: DatabaseTarget; readonly thread: SqlThread } | null = null;
  readonly #results = new Map<number, KeptResult>();
  #nextResult = 1;
  #isClosed = false;

  constructor(source: Pick<ImportedEvidence, 'databases' | 'files' | 'locations'>) {
    this.#source = source;
  }

  /** These reject with JobFailure: `usage` where the database cannot be read or the work was stopped. */
  schema(target: DatabaseTarget): Promise<DatabaseSchema> {
    return this.#ask(target, { name: 'schema', payload: null }, BROWSE_LIMIT_MILLIS);
  }

  rows({ evidenceId, view, ...payload }: RowsRequest): Promise<RowsPage> {
    return this.#ask({ evidenceId, view }, { name: 'rows', payload }, BROWSE_LIMIT_MILLIS);
  }

  /** Runs a statement and keeps its result for the report. What it is refused for, or stopped by, is its outcome. */
  async run(target: DatabaseTarget, sql: string, seconds: number): Promise<SqlOutcome<SqlResult>> {
    const startedMillis = performance.now();
    const outcome = await this.#statement(target, { name: 'run', payload: sql }, seconds);
    if (outcome.status !== 'done') return outcome;
    const id = this.#nextResult;
    this.#nextResult += 1;
    const result: SqlResult = { ...outcome.result, id, millis: performance.now() - startedMillis };
    this.#results.set(id, { target, sql, result });
    this.#results.delete(id - KEPT_RESULTS);
    return { status: 'done', result };
  }

  explain(target: DatabaseTarget, sql: string, seconds: number): Promise<SqlOutcome<readonly PlanStep[]>> {
    return this.#statement(target, { name: 'explain', payload: sql }, seconds);
  }

  /** Rejects with JobFailure where the statement is refused, fails or is stopped. */
  csv(target: DatabaseTarget, of: CsvOf): Promise<Uint8Array> {
    return this.#ask(target, { name: 'csv', payload: of }, CSV_LIMIT_MILLIS);
  }

  /** One of the latest results, by its id; null when it is no longer kept. */
  result(id: number): KeptResult | null {
    return this.#results.get(id) ?? null;
  }

  /** Stops what is at work and drops what waits. */
  async cancel(): Promise<void> {
    const answers = [...this.#unanswered.values()];
    for (const stop of this.#unanswered.keys()) stop.abort(stopped(STOPPED));
    await Promise.allSettled(answers);
  }

  /** Ends the thread; whatever is not answered yet is rejected. Safe to repeat. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#results.clear();
    await this.#serving?.thread.close(new JobFailure(CASE_CLOSED));
  }

  /** A statement's outcome, with a stop as one of them. */
  async #statement<N extends 'run' | 'explain'>(
    target: DatabaseTarget,
    task: Task<SqlTasks, N>,
    seconds: number,
  ): Promise<SqlTasks[N]['answer'] | Stop> {
    try {
      return await this.#ask(target, task, seconds * 1_000);
    } catch (thrown) {
      if (thrown instanceof Stopped) return { status: 'stopped', message: thrown.message };
      throw thrown;
    }
  }

  #ask<N extends keyof SqlTasks>(
    target: DatabaseTarget,
    task: Task<SqlTasks, N>,
    limitMillis: number,
  ): Promise<SqlTasks[N]['answer']> {
    const stop = new AbortController();
    const answer = this.#turns.take(() => this.#answer(target, task, limitMillis, stop));
    this.#unanswered.set(stop, answer);
    const forget = (): void => void this.#unanswered.delete(stop);
    answer.then(forget, forget);
    return answer;
  }

  async #answer<N extends keyof SqlTasks>(
    target: DatabaseTarget,
    task: Task<SqlTasks, N>,
    limitMillis: number,
    stop: AbortController,
  ): Promise<SqlTasks[N]['answer']> {
    let timer: NodeJS.Timeout | undefined;
    const message = `Stopped at its limit of ${limitMillis / 1_000} s. It may not come to an end, or needs more time.`;
    const onProgress = (): void => {
      timer = setTimeout(() => stop.abort(stopped(message)), limitMillis).unref();
    };
    try {
      stop.signal.throwIfAborted();
      const thread = await this.#threadOf(target);
      return await thread.ask(task, { signal: stop.signal, onProgress });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The thread that holds this view of this database; there is one at a time. */
  async #threadOf(target: DatabaseTarget): Promise<SqlThread> {
    const { evidenceId, view } = target;
    if (this.#isClosed) throw new JobFailure(CASE_CLOSED);
    const serving = this.#serving;
    if (serving?.target.evidenceId === evidenceId && serving.target.view === view) return serving.thread;
    const data = this.#dataOf(target);
    await serving?.thread.close(new JobFailure(CASE_CLOSED));
    if (this.#isClosed) throw new JobFailure(CASE_CLOSED);
    const thread: SqlThread = new AskingThread({
      worker: 'sql-worker',
      topic: 'the thread that reads the database',
      data: () => data,
      limits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
      thrownFor: failureFor,
    });
    this.#serving = { target, thread };
    return thread;
  }

  #dataOf({ evidenceId, view }: DatabaseTarget): SqlWorkerData {
    const { databases, files, locations } = this.#source;
    const database = databases.find((each) => each.evidenceId === evidenceId);
    if (database === undefined) {
      throw new JobFailure({ kind: 'usage', message: 'This case has no such database.' });
    }
    const paths = new Map<EvidenceId, string>();
    for (const id of [evidenceId, database.wal?.evidenceId, database.journalEvidenceId]) {
      const path = locations[files.findIndex((file) => file.id === id)]?.absolutePath;
      if (id !== undefined && id !== null && path !== undefined) paths.set(id, path);
    }
    const { path, wal, journalEvidenceId } = database;
    return { database: { evidenceId, path, wal, journalEvidenceId }, paths, view };
  }
}

type SqlThread = AskingThread<SqlTasks, JobError, SqlProgress>;
type Stop = Extract<SqlOutcome<never>, { status: 'stopped' }>;

/** What was asked was stopped: on request or at its limit. */
class Stopped extends JobFailure {}

function stopped(message: string): Stopped {
  return new Stopped({ kind: 'usage', message });
}
