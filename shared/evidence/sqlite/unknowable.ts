import type { DatabaseReport } from '../../model/database.ts';

/**
 * What no reader of these files can tell, in sentences for people. Locks live in the kernel (fcntl) and in shared memory,
 * timeouts in the connection; neither is stored. Sources: https://www.sqlite.org/lockingv3.html,
 * https://www.sqlite.org/c3ref/busy_timeout.html, https://www.sqlite.org/walformat.html#wal_locks
 */
export function unknowableFrom(report: DatabaseReport): readonly string[] {
  const transaction = report.wal?.openTransaction ?? report.journalTransaction ?? null;
  return [
    'busy_timeout is a setting of each connection and is not stored: how long a writer was ready to wait must be read from its code, and 0 ms is the default of SQLite, 5 s that of Python.',
    'Which process held or awaited a lock: SQLite locks are kept by the kernel and name no pid in the files. /proc/locks and lsof tell it while the processes live.',
    'When a transaction began or wrote: pages and frames carry no time. The times of the files bound it only if they were preserved.',
    ...(transaction === null
      ? []
      : [
          'What the open transaction had changed but not yet written: such pages were in the cache of its process and ended with it, so its rows and pages are counted at least.',
          'Whether the open transaction was still running, had been rolled back after it had spilled, or was left by a process that died earlier: the bytes are the same.',
        ]),
    ...(report.journalMode === 'wal' && report.wal === null
      ? [
          'Whether commits or an open transaction stood in the -wal: the database is in WAL mode and no -wal was given. Copy it with the database.',
        ]
      : []),
    ...(report.journalMode === 'delete' && report.journalEvidenceId === null
      ? [
          'Whether the missing -journal means that no transaction was open or that it was not copied: a commit deletes it, and the file it was made for does not mention it.',
        ]
      : []),
    ...(report.hasShm || report.journalMode !== 'wal'
      ? []
      : [
          'How far a checkpoint had come and where readers had pinned the log: that stands in the -shm, which was not given.',
        ]),
  ];
}
