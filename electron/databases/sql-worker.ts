import { workerData } from 'node:worker_threads';
import type { Answer, Task } from '../../shared/contract/asked-thread.ts';
import type { SqlProgress, SqlTasks, SqlWorkerData } from '../../shared/contract/worker-protocol.ts';
import type { JobError } from '../../shared/model/job.ts';
import { failureReason } from '../files/read-only.ts';
import { answerTasks } from '../threads/answer-tasks.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import { UsageError } from '../threads/usage-error.ts';
import { databaseImage, readDatabaseInput } from './database-image.ts';
import { loadSqlite } from './load-sqlite.ts';
import { SqlEngine } from './sql-engine.ts';

/** Entry of the SQL worker: SqlWorkerData in its `workerData`, then tasks in and answers out, until it is ended. */
const { database, paths, view }: SqlWorkerData = workerData;
let engine: SqlEngine | null = null;

async function open(): Promise<SqlEngine> {
  try {
    const input = readDatabaseInput(database, (id) => paths.get(id) ?? null);
    const image = input === null ? null : databaseImage(input, view);
    if (image === null) throw new Error('its files do not have it');
    const { Database } = await loadSqlite();
    return new SqlEngine(new Database(image));
  } catch (thrown) {
    throw new UsageError(`The database cannot be opened in this view: ${failureReason(thrown)}.`);
  }
}

async function perform(task: Task<SqlTasks>, tell: (progress: SqlProgress) => void): Promise<Answer<SqlTasks>> {
  engine ??= await open();
  tell('begun');
  const { name, payload } = task;
  switch (name) {
    case 'schema':
      return { name, value: engine.schema() };
    case 'rows':
      return { name, value: engine.rows(payload) };
    case 'run':
      return { name, value: engine.run(payload) };
    case 'explain':
      return { name, value: engine.explain(payload) };
    case 'csv':
      return { name, value: engine.csv(payload) };
  }
}

function errorOf(thrown: unknown): JobError {
  if (thrown instanceof UsageError) return { kind: 'usage', message: thrown.message };
  if (thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError) {
    // SQLite cannot be trusted with anything more after that.
    engine = null;
    const message = 'SQLite could not go on: most likely it needed more memory than there is. Ask for less at a time.';
    return { kind: 'usage', message };
  }
  // What SQLite says is said of the evidence.
  if (thrown instanceof Error && thrown.constructor === Error) return { kind: 'usage', message: thrown.message };
  return jobErrorOf(thrown);
}

answerTasks<SqlTasks, JobError, SqlProgress>('one after the other', perform, errorOf);
