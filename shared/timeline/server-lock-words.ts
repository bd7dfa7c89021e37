import type { DatabaseServer } from '../model/database.ts';

/** What a database server says of a lock. */
export interface ServerLockWords {
  readonly server: DatabaseServer;
  /** The server's own words. */
  readonly words: string;
  /** A deadlock that the server resolved by refusing one of those in it. */
  readonly isDeadlock: boolean;
}

interface Wording extends Omit<ServerLockWords, 'words'> {
  readonly pattern: RegExp;
  /** Whether a statement failed on it by these words; else it may wait still, or was asked not to. */
  readonly isRefusal: boolean;
}

// PostgreSQL, appendix A: 55P03 lock_not_available, 40P01 deadlock_detected; src/backend/tcop/postgres.c; log_lock_waits
// MySQL, error reference: 1205 ER_LOCK_WAIT_TIMEOUT, 1213 ER_LOCK_DEADLOCK, 3572 ER_LOCK_NOWAIT
const WORDINGS: readonly Wording[] = [
  {
    server: 'PostgreSQL',
    pattern: /canceling statement due to lock timeout|\bLockNotAvailable\b/i,
    isDeadlock: false,
    isRefusal: true,
  },
  {
    server: 'PostgreSQL',
    pattern: /could not obtain lock on \w+|still waiting for \w+Lock on \w+/i,
    isDeadlock: false,
    isRefusal: false,
  },
  {
    server: 'PostgreSQL',
    pattern: /\bdeadlock detected\b|\bDeadlockDetected\b/i,
    isDeadlock: true,
    isRefusal: true,
  },
  {
    server: 'MySQL',
    pattern: /Lock wait timeout exceeded|\b1205\b.{0,4}['"]?Lock wait/i,
    isDeadlock: false,
    isRefusal: true,
  },
  {
    server: 'MySQL',
    pattern: /could not be acquired immediately and NOWAIT/i,
    isDeadlock: false,
    isRefusal: false,
  },
  // The title of the section in which InnoDB's status shows it.
  { server: 'MySQL', pattern: /^LATEST DETECTED DEADLOCK$/m, isDeadlock: true, isRefusal: false },
  { server: 'MySQL', pattern: /Deadlock found when trying to get lock/i, isDeadlock: true, isRefusal: true },
];

/** What a text says of a lock of a database server; null when it says nothing of one. */
export function serverLockWords(text: string): ServerLockWords | null {
  for (const { server, pattern, isDeadlock } of WORDINGS) {
    const words = pattern.exec(text)?.[0];
    if (words !== undefined) return { server, words, isDeadlock };
  }
  return null;
}

/** Whether a text tells of a statement that a database server refused a lock. */
export function tellsOfRefusedLock(text: string): boolean {
  return WORDINGS.some(({ pattern, isRefusal }) => isRefusal && pattern.test(text));
}
