/** Sources that justify rules, named once. Versions are those the wording was checked against. */
export const BASIS = {
  arbiter:
    'gunicorn, arbiter.py: murder_workers and reap_workers (https://github.com/benoitc/gunicorn/blob/master/gunicorn/arbiter.py)',
  settings: 'gunicorn documentation, Settings (https://docs.gunicorn.org/en/stable/settings.html#timeout)',
  syncWorker:
    'gunicorn, workers/sync.py: notify() between requests (https://github.com/benoitc/gunicorn/blob/master/gunicorn/workers/sync.py)',
  abort:
    'gunicorn, workers/base.py: handle_abort (https://github.com/benoitc/gunicorn/blob/master/gunicorn/workers/base.py)',
  stackDump:
    'Python, faulthandler (https://docs.python.org/3/library/faulthandler.html); py-spy dump (https://github.com/benfred/py-spy); CPython, Tools/gdb/libpython.py',
  oomKiller:
    'Linux, mm/oom_kill.c: dump_header and __oom_kill_process (https://docs.kernel.org/admin-guide/mm/concepts.html)',
  memcg: 'Linux, cgroup v2 memory controller (https://docs.kernel.org/admin-guide/cgroup-v2.html#memory)',
  systemdOom: 'systemd.service(5), OOMPolicy= (https://www.freedesktop.org/software/systemd/man/systemd.service.html)',
  memoryMax:
    'systemd.resource-control(5), MemoryMax= (https://www.freedesktop.org/software/systemd/man/systemd.resource-control.html)',
  unitFile: 'systemd.service(5) (https://www.freedesktop.org/software/systemd/man/systemd.service.html)',
  earlyoom: 'earlyoom(1) (https://github.com/rfjakob/earlyoom); nohang(8) (https://github.com/hakavlad/nohang)',
  platformOom:
    'Cloud Run, memory limits (https://cloud.google.com/run/docs/configuring/services/memory-limits); Heroku, error codes R14 and R15 (https://devcenter.heroku.com/articles/error-codes); container runtimes',
  systemdOomd: 'systemd-oomd.service(8) (https://www.freedesktop.org/software/systemd/man/systemd-oomd.service.html)',
  systemdStop:
    'systemd.service(5), TimeoutStopSec= (https://www.freedesktop.org/software/systemd/man/systemd.service.html)',
  signals: 'signal(7): SIGKILL cannot be caught, and the kernel logs nothing of a kill by hand',
  sudo: 'sudo(8): logs each COMMAND; auditd, type=EXECVE and OBJ_PID; bash(1), kill',
  ps: 'ps(1), procps-ng: STAT, RSS, TIME (https://man7.org/linux/man-pages/man1/ps.1.html)',
  sar: 'sar(1), sysstat: -r, -W (https://man7.org/linux/man-pages/man1/sar.1.html)',
  vmstat: 'vmstat(8), procps-ng (https://man7.org/linux/man-pages/man8/vmstat.8.html)',
  healthChecks:
    'Kubernetes, liveness probes (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/); Docker, HEALTHCHECK; Amazon ECS, stopped tasks',
  proxy:
    'nginx, ngx_http_upstream.c and status 499; HAProxy, Configuration Manual, section 8.5 (https://docs.haproxy.org/2.8/configuration.html#8.5); httpd, modules/proxy',
  sqliteLocks:
    'SQLite, File Locking And Concurrency (https://www.sqlite.org/lockingv3.html) and WAL-mode locks (https://www.sqlite.org/walformat.html#locks); proc_locks(5)',
  fileLocks: 'proc_locks(5); flock(2)',
  strace: 'strace(1); fcntl(2), F_SETLK; SQLite, os_unix.c',
  refusedMemory: 'mmap(2), brk(2): ENOMEM',
  pressure: 'Linux, pressure stall information (https://docs.kernel.org/accounting/psi.html)',
  wal: 'SQLite, WAL-mode File Format, sections 3 and 4 (https://www.sqlite.org/walformat.html)',
  rollbackJournal: 'SQLite, File Locking, hot journals (https://www.sqlite.org/lockingv3.html#hot_journals)',
  busy: 'SQLite, sqlite3_busy_timeout: waits by sleeping (https://www.sqlite.org/c3ref/busy_timeout.html)',
  diskFull: 'SQLite, SQLITE_FULL (https://www.sqlite.org/rescode.html#full); errno(3), ENOSPC',
  inputOutput: 'SQLite, SQLITE_IOERR (https://www.sqlite.org/rescode.html#ioerr); errno(3), EIO and EROFS',
  kernelStorage:
    'Linux, block/blk-core.c and kernel/hung_task.c (https://docs.kernel.org/admin-guide/sysctl/kernel.html#hung-task-timeout-secs)',
  kernelStall:
    'Linux, kernel/watchdog.c and kernel/rcu/tree_stall.h (https://docs.kernel.org/admin-guide/lockup-watchdogs.html, https://docs.kernel.org/RCU/stallwarn.html)',
  networkStorage:
    'nfs(5), hard mounts; Linux, net/sunrpc/clnt.c: call_timeout, and fs/nfs (https://man7.org/linux/man-pages/man5/nfs.5.html)',
  serverLock:
    'PostgreSQL, Error Codes, 55P03 and 40P01, and log_lock_waits (https://www.postgresql.org/docs/current/errcodes-appendix.html); MySQL, Error Reference, 1205 and 1213 (https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html)',
  serverViews:
    'MySQL, sys.innodb_lock_waits and SHOW ENGINE INNODB STATUS (https://dev.mysql.com/doc/refman/8.0/en/innodb-standard-monitor.html); PostgreSQL, pg_stat_activity and pg_blocking_pids (https://www.postgresql.org/docs/current/monitoring-stats.html)',
  iostat: 'iostat(1) of sysstat, %util and await (https://man7.org/linux/man-pages/man1/iostat.1.html)',
  busyResult: 'SQLite, SQLITE_BUSY, "database is locked" (https://www.sqlite.org/rescode.html#busy)',
  pidNamespace:
    'pid_namespaces(7) (https://man7.org/linux/man-pages/man7/pid_namespaces.7.html); Linux, mm/oom_kill.c: __oom_kill_process',
  memoryError:
    'Python, MemoryError (https://docs.python.org/3/library/exceptions.html#MemoryError); errno(3), ENOMEM; setrlimit(2), RLIMIT_AS',
  profile: "Inquest's own streaming parse of the same bytes on this machine",
  reproduction:
    'reproduce.sh: the same bytes and the same command, on the host, under a time limit and on a copy of the database',
  pythonCost:
    'CPython 3.11 on generated JUnit files of 59 to 80 MB: ElementTree 47 MB/s and 3.5 times the file in memory (docs/measurements.md)',
  recursion: 'Python, RecursionError (https://docs.python.org/3/library/exceptions.html#RecursionError)',
  backtracking:
    'Python, re: backtracking of nested repetition (https://docs.python.org/3/howto/regex.html); OWASP, Regular expression Denial of Service',
  counters: "the service's own log lines: numbers of lines of one template, and how they go on",
  workLimits:
    'Celery, task_soft_time_limit (https://docs.celeryq.dev/en/stable/userguide/workers.html#time-limits); RQ, job timeouts (https://python-rq.org/docs/jobs/#job-timeout); PHP, max_execution_time (https://www.php.net/manual/en/info.configuration.php#ini.max-execution-time)',
  log: "the service's own log lines, read by tense and kind of activity",
} as const;
