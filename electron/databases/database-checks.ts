import type { Task } from '../../shared/contract/asked-thread.ts';
import type { JobTable } from '../../shared/evidence/sqlite/job-table.ts';
import type { ForeignKeyCheck, JobHistory } from '../../shared/model/database.ts';
import type { ParseProblem } from '../../shared/model/evidence.ts';
import type { JobError } from '../../shared/model/job.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { AskingThread, CASE_CLOSED, failureFor } from '../threads/asking-thread.ts';
import { JobFailure } from '../threads/run-job.ts';
import type { Asked, CheckProgress, CheckTasks, CheckValues } from './check-protocol.ts';

/** What each check may take; the copy of the database is not part of the memory. */
export interface CheckLimits {
  readonly millis: number;
  readonly heapBytes: number;
}

/** A check reads page by page, so much memory is for hostile expressions only; 700 MB are checked in about 10 s. */
const CHECK_LIMITS: CheckLimits = { millis: 30_000, heapBytes: 128 * 1024 * 1024 };
/** Objects of the thread; SQLite's own memory is limited inside it. */
const THREAD_HEAP_MIB = 512;

/** What SQLite says of a database; null for what was not asked or had no answer, which a problem tells. */
export interface SqliteAnswers {
  readonly integrity: string | null;
  readonly foreignKeyCheck: ForeignKeyCheck | null;
  readonly jobHistory: JobHistory | null;
  readonly problems: readonly ParseProblem[];
}

/**
 * Has SQLite check copies of databases, on a thread of its own: a schema may compute whatever it likes for each row, and
 * SQLite cannot be interrupted from within. What takes too long costs the thread, and the next check another. It starts with
 * the first database, and lives until it is closed.
 */
export class DatabaseChecks {
  readonly #limits: CheckLimits;
  readonly #thread = new AskingThread<CheckTasks, JobError, CheckProgress>({
    worker: 'check-worker',
    topic: 'the check of a database',
    data: () => null,
    limits: { maxOldGenerationSizeMb: THREAD_HEAP_MIB },
    thrownFor: failureFor,
  });

  constructor(limits: CheckLimits = CHECK_LIMITS) {
    this.#limits = limits;
  }

  /** Asks about the copy of one database. Never rejects. */
  async ask(image: SharedArrayBuffer, jobTable: JobTable | null): Promise<SqliteAnswers> {
    const copy = { image, heapBytes: this.#limits.heapBytes };
    const problems: ParseProblem[] = [];
    const told = <T>({ value, problem }: Outcome<T>): T | null => {
      if (problem !== null) problems.push(problem);
      return value;
    };
    const schema = await this.#asked({ name: 'schema', payload: copy }, 'The schema');
    const costly = told(schema);
    if (!schema.isOpened) return { integrity: null, foreignKeyCheck: null, jobHistory: null, problems };
    let integrity: string | null = null;
    if (costly === null) {
      integrity = told(await this.#asked({ name: 'integrity', payload: copy }, 'PRAGMA integrity_check'));
    } else {
      const message = `${costly.name} computes with ${costly.by}() in its own definition, which a check of each row may take hours for: PRAGMA integrity_check was left out.`;
      problems.push({ kind: 'limit-exceeded', message, byteOffset: null });
    }
    const foreignKeyCheck = told(await this.#asked({ name: 'foreignKeys', payload: copy }, 'PRAGMA foreign_key_check'));
    const jobHistory =
      jobTable === null
        ? null
        : told(
            await this.#asked(
              { name: 'jobs', payload: { ...copy, jobTable } },
              `The list of jobs in ${jobTable.table}`,
            ),
          );
    return { integrity, foreignKeyCheck, jobHistory, problems };
  }

  /** Ends the thread. Safe to repeat. */
  async close(): Promise<void> {
    await this.#thread.close(new JobFailure(CASE_CLOSED));
  }

  async #asked<N extends keyof CheckTasks>(task: Task<CheckTasks, N>, what: string): Promise<Outcome<CheckValues[N]>> {
    const { millis, heapBytes } = this.#limits;
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const onProgress = (): void => {
      timer = setTimeout(() => late.abort(), millis);
    };
    try {
      const answer: Asked<CheckValues[N]> = await this.#thread.ask(task, {
        signal: late.signal,
        onProgress,
      });
      if (answer.status === 'done') return { value: answer.value, problem: null, isOpened: true };
      if (answer.status === 'unopened') {
        const message = `SQLite cannot open the committed state of the copy: ${answer.message}`;
        return { ...problemOf('damaged-database', message), isOpened: false };
      }
      if (answer.message !== OUT_OF_MEMORY)
        return problemOf('damaged-database', `${what} could not be run: ${answer.message}`);
      const limit = `${Math.round(heapBytes / 1024 / 1024)} MiB`;
      return problemOf('limit-exceeded', `${what} was stopped at its limit of ${limit} of memory and is left out.`);
    } catch (thrown) {
      if (late.signal.aborted) {
        const limit = `${millis / 1_000} s`;
        return problemOf('limit-exceeded', `${what} was stopped at its limit of ${limit} and is left out.`);
      }
      return problemOf('damaged-database', `${what} could not be run: ${wordsOf(thrown).split('\n', 1)[0]}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What SQLite says at its `hard_heap_limit`. */
const OUT_OF_MEMORY = 'out of memory';

/** What a check found, or why it found nothing. */
interface Outcome<T> {
  readonly value: T | null;
  readonly problem: ParseProblem | null;
  /** Whether SQLite takes the copy for a database. */
  readonly isOpened: boolean;
}

function problemOf(kind: ParseProblem['kind'], message: string): Outcome<never> {
  return { value: null, problem: { kind, message, byteOffset: null }, isOpened: true };
}
