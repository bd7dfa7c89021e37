import { parentPort, workerData } from 'node:worker_threads';
import type { SqlTask, SqlWorkerData, SqlWorkerReply } from '../../shared/contract/worker-protocol.ts';
import type { JobError } from '../../shared/model/job.ts';
import { failureReason } from '../files/read-only.ts';
import { jobErrorOf } from '../threads/run-job.ts';
import { UsageError } from '../threads/usage-error.ts';
import { databaseImage, readDatabaseInput } from './database-image.ts';
import { loadSqlite } from './inspect-database.ts';
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

function perform(opened: SqlEngine, task: SqlTask): unknown {
  switch (task.name) {
    case 'schema':
      return opened.schema();
    case 'rows':
      return opened.rows(task.list);
    case 'run':
      return opened.run(task.sql);
    case 'explain':
      return opened.explain(task.sql);
    case 'csv':
      return opened.csv(task.of);
  }
}

async function answer(task: SqlTask): Promise<SqlWorkerReply> {
  try {
    engine ??= await open();
    parentPort?.postMessage({ type: 'begun' } satisfies SqlWorkerReply);
    return { type: 'answer', ok: true, value: perform(engine, task) };
  } catch (thrown) {
    return { type: 'answer', ok: false, error: errorOf(thrown) };
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

parentPort?.on('message', (task: SqlTask) => {
  void answer(task).then((reply) => {
    const moved = reply.type === 'answer' && reply.ok && reply.value instanceof Uint8Array ? [reply.value.buffer] : [];
    parentPort?.postMessage(reply, moved as ArrayBuffer[]);
  });
});
