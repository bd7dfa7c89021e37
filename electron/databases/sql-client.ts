import type { Worker } from 'node:worker_threads';
import type {
  DatabaseSchema,
  DatabaseTarget,
  PlanStep,
  RowsPage,
  RowsRequest,
  SqlOutcome,
} from '../../shared/contract/database-requests.ts';
import type { SqlTask, SqlWorkerData, SqlWorkerReply } from '../../shared/contract/worker-protocol.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import type { ImportedEvidence } from '../../shared/model/imported-evidence.ts';
import type { JobError } from '../../shared/model/job.ts';
import type { SqlResult } from '../../shared/model/sql-result.ts';
import { JobFailure, jobErrorOf } from '../threads/run-job.ts';
import { startWorker } from '../threads/start-worker.ts';

/** What a table, a schema or a file of CSV may take; statements have limits of their own. */
const BROWSE_LIMIT_MILLIS = 20_000;
const CSV_LIMIT_MILLIS = 600_000;
/** Results that can still be put into the report. */
const KEPT_RESULTS = 10;
/** Objects of one thread; SQLite's own memory is limited inside it. */
const HEAP_MEGABYTES = 1_024;

const STOPPED = 'Stopped on request.';

interface Pending {
  readonly target: DatabaseTarget;
  readonly task: SqlTask;
  readonly limitMillis: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (thrown: unknown) => void;
}

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
  #worker: Worker | null = null;
  #workerTarget: DatabaseTarget | null = null;
  #running: Pending | null = null;
  readonly #waiting: Pending[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #results = new Map<number, KeptResult>();
  #nextResult = 1;
  #isClosed = false;

  constructor(source: Pick<ImportedEvidence, 'databases' | 'files' | 'locations'>) {
    this.#source = source;
  }

  /** These reject with JobFailure: `usage` where the database cannot be read or the work was stopped. */
  async schema(target: DatabaseTarget): Promise<DatabaseSchema> {
    return (await this.#ask(target, { name: 'schema' }, BROWSE_LIMIT_MILLIS)) as DatabaseSchema;
  }

  async rows({ evidenceId, view, ...list }: RowsRequest): Promise<RowsPage> {
    return (await this.#ask({ evidenceId, view }, { name: 'rows', list }, BROWSE_LIMIT_MILLIS)) as RowsPage;
  }

  /** Runs a statement and keeps its result for the report. What it is refused for, or stopped by, is its outcome. */
  async run(target: DatabaseTarget, sql: string, seconds: number): Promise<SqlOutcome<SqlResult>> {
    const startedMillis = performance.now();
    const outcome = await this.#statement<Omit<SqlResult, 'id' | 'millis'>>(target, { name: 'run', sql }, seconds);
    if (outcome.status !== 'done') return outcome;
    const id = this.#nextResult;
    this.#nextResult += 1;
    const result: SqlResult = { ...outcome.result, id, millis: performance.now() - startedMillis };
    this.#results.set(id, { target, sql, result });
    this.#results.delete(id - KEPT_RESULTS);
    return { status: 'done', result };
  }

  explain(target: DatabaseTarget, sql: string, seconds: number): Promise<SqlOutcome<readonly PlanStep[]>> {
    return this.#statement(target, { name: 'explain', sql }, seconds);
  }

  /** Rejects with JobFailure where the statement is refused, fails or is stopped. */
  async csv(target: DatabaseTarget, of: Extract<SqlTask, { name: 'csv' }>['of']): Promise<Uint8Array> {
    return (await this.#ask(target, { name: 'csv', of }, CSV_LIMIT_MILLIS)) as Uint8Array;
  }

  /** One of the latest results, by its id; null when it is no longer kept. */
  result(id: number): KeptResult | null {
    return this.#results.get(id) ?? null;
  }

  /** Stops what is at work and drops what waits. */
  async cancel(): Promise<void> {
    const waiting = this.#waiting.splice(0);
    for (const { reject } of waiting) reject(stopped(STOPPED));
    if (this.#running !== null) await this.#stop(STOPPED);
  }

  /** Ends the thread; whatever is not answered yet is rejected. Safe to repeat. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#results.clear();
    const error: JobError = { kind: 'usage', message: 'The case was closed.' };
    for (const { reject } of this.#waiting.splice(0)) reject(new JobFailure(error));
    this.#settle(({ reject }) => reject(new JobFailure(error)));
    await this.#endWorker();
  }

  /** A statement's outcome, with a stop as one of them. */
  async #statement<T>(target: DatabaseTarget, task: SqlTask, seconds: number): Promise<SqlOutcome<T>> {
    try {
      // The worker answers these tasks with outcomes.
      return (await this.#ask(target, task, seconds * 1_000)) as SqlOutcome<T>;
    } catch (thrown) {
      if (thrown instanceof Stopped) return { status: 'stopped', message: thrown.message };
      throw thrown;
    }
  }

  #ask(target: DatabaseTarget, task: SqlTask, limitMillis: number): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new JobFailure({ kind: 'usage', message: 'The case was closed.' }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ target, task, limitMillis, resolve, reject });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#running !== null) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running = next;
    try {
      if (!this.#serves(next.target)) {
        await this.#endWorker();
        if (this.#running !== next) return;
        this.#start(next.target);
      }
      this.#worker?.postMessage(next.task);
    } catch (thrown) {
      this.#settle(({ reject }) => reject(new JobFailure(jobErrorOf(thrown))));
    }
  }

  #serves({ evidenceId, view }: DatabaseTarget): boolean {
    return this.#worker !== null && this.#workerTarget?.evidenceId === evidenceId && this.#workerTarget.view === view;
  }

  #start(target: DatabaseTarget): void {
    const worker = startWorker('sql-worker', this.#dataOf(target), { maxOldGenerationSizeMb: HEAP_MEGABYTES });
    this.#worker = worker;
    this.#workerTarget = target;
    const isCurrent = (): boolean => worker === this.#worker;
    worker.on('message', (reply: SqlWorkerReply) => {
      if (isCurrent()) this.#take(reply);
    });
    worker.on('error', (thrown: unknown) => {
      if (!isCurrent()) return;
      this.#worker = null;
      this.#settle(({ reject }) => reject(new JobFailure(jobErrorOf(thrown))));
    });
    worker.on('exit', (exitCode) => {
      if (!isCurrent()) return;
      this.#worker = null;
      const message = `The thread that reads the database ended unexpectedly (exit code ${exitCode}); try again.`;
      this.#settle(({ reject }) => reject(new JobFailure({ kind: 'internal', message })));
    });
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

  #take(reply: SqlWorkerReply): void {
    if (reply.type === 'begun') {
      const limitMillis = this.#running?.limitMillis ?? BROWSE_LIMIT_MILLIS;
      const message = `Stopped at its limit of ${limitMillis / 1_000} s. It may not come to an end, or needs more time.`;
      this.#timer = setTimeout(() => void this.#stop(message), limitMillis).unref();
    } else if (reply.ok) this.#settle(({ resolve }) => resolve(reply.value));
    else this.#settle(({ reject }) => reject(new JobFailure(reply.error)));
  }

  async #stop(message: string): Promise<void> {
    const ending = this.#endWorker();
    this.#settle(({ reject }) => reject(stopped(message)));
    await ending;
  }

  /** Tells the one that is at work how it ended, and goes on with the next. */
  #settle(tell: (running: Pending) => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const running = this.#running;
    this.#running = null;
    if (running !== null) tell(running);
    void this.#next();
  }

  async #endWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#workerTarget = null;
    await worker?.terminate();
  }
}

/** What was asked was stopped: on request or at its limit. */
class Stopped extends JobFailure {}

function stopped(message: string): Stopped {
  return new Stopped({ kind: 'usage', message });
}
