import type { DatabaseServer } from './database.ts';
import type { Provenance } from './evidence.ts';
import type { EpochMicros } from './time.ts';

/** One session of a database server at one moment, as the server's own views show it. */
export interface ServerSession {
  /** When it was looked at; null where nothing dates it. */
  readonly time: EpochMicros | null;
  readonly server: DatabaseServer;
  /** The view that shows it, as people call it: `InnoDB status`. */
  readonly view: string;
  /** The server's own number of it: a thread of MySQL, a process of PostgreSQL. */
  readonly id: number;
  readonly user: string | null;
  /** The statement that it runs, or ran last; null where it runs none or that is not told. */
  readonly statement: string | null;
  /** What it waits for; null where it is not seen to wait for a lock. */
  readonly wait: ServerSessionWait | null;
  /** For how long its transaction has been open; null where it has none or that is not told. */
  readonly transactionSeconds: number | null;
  /** Whether it holds locks; null where the view does not tell. */
  readonly holdsLocks: boolean | null;
  /** Whether it runs no statement. */
  readonly isIdle: boolean;
  readonly source: Provenance;
}

/** A wait for a lock. */
export interface ServerSessionWait {
  /** In the server's words: `` RECORD lock on `shop`.`counters` ``. */
  readonly lock: string;
  /** When it began, or its statement did; null where that is not told. */
  readonly since: EpochMicros | null;
  /** The sessions that it waits for, where the view names them. */
  readonly blockers: readonly number[];
}
