import type { FactContext } from '../context/context.ts';
import { type DatabaseServer, databaseServer } from '../context/database-server.ts';
import { SETTING_COMMAND } from '../context/effective-config.ts';
import { memorySamples } from '../context/process-readings.ts';
import type { HypothesisId, MissingEvidence, Verdict } from '../model/analysis.ts';
import { journalWindow, shellPath, shellWord } from '../model/shell.ts';
import { addSeconds, type EpochMicros, formatDate, formatTimeOfDay, MICROS_PER_MINUTE } from '../model/time.ts';
import { fileLabel } from '../wording/figures.ts';

const MARGIN_SECONDS = 60;

/** The options that select the incident's own minutes, with a minute of margin; empty without an incident. */
function windowOptions(context: FactContext): string {
  if (context.window === null) return '';
  const { since, until } = journalWindow(context.window, MARGIN_SECONDS);
  return ` --since "${since}" --until "${until}"`;
}

/** Selects the service in journalctl: by unit when known, else by the identifier its lines carry. */
function unitOption(context: FactContext): string {
  const unit = context.record?.incident.unit ?? context.unit?.name ?? null;
  // `-.slice` is a unit, and after -u it would be an option.
  if (unit !== null) return unit.startsWith('-') ? `--unit=${shellWord(unit)}` : `-u ${shellWord(unit)}`;
  const spoken = [
    context.record?.death?.end,
    context.record?.death?.life.boot,
    context.record?.operation?.lines[0]?.event,
  ];
  const identifier = spoken.map((event) => event?.identifier ?? null).find(isServiceIdentifier) ?? null;
  return identifier === null ? '-u SERVICE' : `--identifier=${shellWord(identifier)}`;
}

/**
 * The kernel log of the window. Not `-k`, which leaves out every boot but the present one: after a reboot it would find
 * nothing and look like silence. Source: journalctl(1), --dmesg
 */
function kernelCommand(context: FactContext): string {
  return `journalctl _TRANSPORT=kernel -o short-iso-precise${windowOptions(context)} > kernel.txt`;
}

/**
 * What sysstat recorded in the window. Its files are named by the host's own day of the month, times are asked for and
 * printed in UTC. Source: sar(1)
 */
function sarCommand(context: FactContext): string {
  const { window } = context;
  if (window === null) return 'LC_ALL=C TZ=UTC sar -u -r -W -f /var/log/sysstat/saDD > sar.txt';
  const from = addSeconds(window.from, -MARGIN_SECONDS);
  const to = addSeconds(window.to, MARGIN_SECONDS);
  const record = (time: EpochMicros): string => `/var/log/sysstat/sa${formatDate(time).slice(8)}`;
  const [first, last] = [record(onHost(context, from)), record(onHost(context, to))];
  // -s and -e are times of day, which cannot name a stretch over midnight.
  const stretch =
    formatDate(from) === formatDate(to) ? ` -s ${formatTimeOfDay(from)} -e ${formatTimeOfDay(addSeconds(to, 1))}` : '';
  const command = (path: string, arrow: string): string =>
    `LC_ALL=C TZ=UTC sar -u -r -W -f ${path}${stretch} ${arrow} sar.txt`;
  const commands = first === last ? command(first, '>') : `${command(first, '>')}; ${command(last, '>>')}`;
  return `${commands}   # Red Hat: /var/log/sa/`;
}

/** The instant whose UTC date is the date on the host's own clock, as far as its stamps tell; UTC else. */
function onHost({ evidence }: FactContext, time: EpochMicros): EpochMicros {
  const offset = evidence.files.find((file) => file.printedOffsetMinutes !== undefined)?.printedOffsetMinutes ?? 0;
  return addSeconds(time, (offset * MICROS_PER_MINUTE) / 1e6);
}

/** A snapshot under its own date line, so that it is known of when it is. */
function dated(command: string, file: string): string {
  return `{ date -u "+# %F %T UTC"; ${command}; } > ${file}`;
}

const WATCH_PROCESSES =
  'while sleep 2; do date -u "+# %F %T UTC"; ps auxww | grep -E "PID|[g]unicorn"; done > ps.txt   # while it runs again';

/** The settings: of the unit, on the command line, and in the file that either names. */
function configCommand(context: FactContext): string {
  const unit = context.record?.incident.unit ?? context.unit?.name ?? null;
  const commands = [context.unit?.execStart?.value ?? '', ...context.evidence.processes.map(({ command }) => command)];
  const path = commands.map(configPathIn).find((each) => each !== null) ?? null;
  return [
    `systemctl cat ${unit === null ? 'SERVICE' : `-- ${shellWord(unit)}`} > unit-file.txt`,
    dated('ps auxww', 'ps.txt'),
    `cp -p ${path === null ? '/path/to/gunicorn.conf.py' : shellPath(path)} evidence/`,
  ].join('; ');
}

/** The file that a gunicorn command line names: `-c conf.py`, `--config=file:conf.py`. Source: gunicorn, Settings, config */
function configPathIn(command: string): string | null {
  if (command.length > 4_096 || !/\bgunicorn\b/.test(command)) return null;
  const path = /\s(?:--config[= ]|-c ?)(?:file:)?([^\s"']+)/.exec(command)?.[1] ?? null;
  return path?.startsWith('python:') === true ? null : path;
}

/** The kernel and systemd speak of the service under names of their own. */
function isServiceIdentifier(identifier: string | null): boolean {
  return identifier !== null && identifier !== 'kernel' && !identifier.startsWith('systemd');
}

/**
 * Who waits for whom, by the server's own views: they show the present, so they are of use while it hangs again. Source:
 * PostgreSQL, pg_stat_activity and pg_blocking_pids; MySQL, sys.innodb_lock_waits and SHOW ENGINE INNODB STATUS
 */
function lockViews(server: DatabaseServer): readonly [what: string, command: string] {
  return server === 'PostgreSQL'
    ? [
        'Who waits for whom in PostgreSQL, while it hangs again; and its own log of waits (log_lock_waits = on).',
        `psql -X -c "SELECT now(), pid, pg_blocking_pids(pid) AS blocked_by, state, wait_event_type, wait_event, xact_start, query FROM pg_stat_activity WHERE state <> 'idle'" > pg_stat_activity.txt; psql -X -c "SELECT * FROM pg_locks WHERE NOT granted" > pg_locks.txt`,
      ]
    : [
        'Who waits for whom in MySQL, while it hangs again; and the latest deadlock.',
        'mysql -e "SELECT NOW(); SELECT * FROM sys.innodb_lock_waits\\G" > lock-waits.txt; mysql -e "SHOW ENGINE INNODB STATUS\\G" > innodb-status.txt; mysql -e "SHOW FULL PROCESSLIST" > processlist.txt',
      ];
}

/** What would decide a hypothesis and was not saved, with the command that collects it on the host. */
export function missingEvidence(id: HypothesisId, context: FactContext, verdict: Verdict): readonly MissingEvidence[] {
  const missing: MissingEvidence[] = [];
  const add = (what: string, command: string): void => {
    missing.push({ what, command });
  };
  const { evidence } = context;
  const decided = verdict === 'ruled-out' || verdict === 'fits';
  const database = context.database?.report.path ?? null;
  const noProcessRows =
    context.processSamples.filter(({ cpuSeconds, state }) => cpuSeconds !== null && state !== null).length < 2;

  if (id === 'memory-exhaustion') {
    if (context.kernel.state === 'absent' && context.record?.death?.killer?.kind !== 'oom-kill') {
      add('The kernel log of the window: only it names a process that the OOM killer ended.', kernelCommand(context));
    }
    if (!decided && memorySamples(context).length < 2) add('Memory of the worker over time.', WATCH_PROCESSES);
    if (!decided && evidence.hostMemory.length === 0) {
      add('Memory of the host.', `${dated('cat /proc/meminfo', 'meminfo.txt')}; ${sarCommand(context)}`);
    }
  }
  if (id === 'worker-timeout') {
    if (context.config === null) add('The timeout setting.', configCommand(context));
    else if (context.config.timeoutSeconds === null)
      add('The timeout in force: what the configuration sets cannot be read without running it.', SETTING_COMMAND);
    if (!decided && verdict === 'inconclusive') {
      add(
        "gunicorn's log of the window.",
        `journalctl ${unitOption(context)} -o short-iso-precise${windowOptions(context)} > unit.txt`,
      );
    }
  }
  if (id === 'database-lock') {
    const server = databaseServer(context)?.server ?? null;
    if (server !== null) add(...lockViews(server));
    else if (context.database === null) {
      add(
        'A copy of the database with its -wal and -shm, taken as they are: an open transaction in the -wal shows who was writing.',
        'cp -p /path/to/service.db /path/to/service.db-wal /path/to/service.db-shm evidence/   # cp, not sqlite3: opening it would change it',
      );
    }
    if (!decided && server === null) {
      add(
        'Who holds which lock on the database, and who has it open.',
        `${dated(`lsof -- ${database === null ? '/path/to/service.db' : shellWord(`/path/to/${fileLabel(database)}`)}`, 'lsof.txt')}; ${dated('cat /proc/locks', 'locks.txt')}   # while it hangs`,
      );
    }
    if (!decided && noProcessRows) add('Whether the worker was computing or waiting.', WATCH_PROCESSES);
  }
  if (id === 'large-artifact' && context.artifact === null) {
    const path = context.record?.operation?.lines.find((line) => line.reading.path !== null)?.reading.path ?? null;
    add(
      'The artifact itself, to be measured.',
      `cp -p ${path === null ? '/path/to/test-results.xml' : shellPath(path)} evidence/`,
    );
  }
  if (id === 'infinite-loop' && !decided) {
    if (noProcessRows) add('CPU time and state of the worker over time.', WATCH_PROCESSES);
    add(
      'Where the worker is, the next time it hangs.',
      `${dated('py-spy dump --pid PID', 'stack.txt')}   # or: gdb -p PID -batch -ex "thread apply all bt"`,
    );
  }
  if (
    verdict === 'inconclusive' &&
    id !== 'worker-timeout' &&
    evidence.events.filesWithKinds(['worker-boot', 'worker-timeout', 'worker-sigkill', 'arbiter-start']).size === 0
  ) {
    add(
      "The service's log of the incident.",
      `journalctl ${unitOption(context)} -o short-iso-precise${windowOptions(context)} > unit.txt`,
    );
  }
  return missing;
}
