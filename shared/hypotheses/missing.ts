import type { FactContext } from '../context/context.ts';
import { databaseServer } from '../context/database-server.ts';
import { SETTING_COMMAND } from '../context/effective-config.ts';
import { memorySamples } from '../context/process-readings.ts';
import { sessionWaits } from '../context/server-sessions.ts';
import { supervisorInCharge } from '../context/supervised-config.ts';
import type { FactId } from '../facts/fact-id.ts';
import { ALL_RULES } from '../facts/facts.ts';
import { type EvidenceKind, readingsOf } from '../facts/rule.ts';
import { HYPOTHESIS_IDS, type HypothesisId, type MissingEvidence, type Verdict } from '../model/analysis.ts';
import type { DatabaseServer } from '../model/database.ts';
import { journalWindow, shellPath, shellWord } from '../model/shell.ts';
import { SUPERVISORS, type SupervisorTraits } from '../model/supervisor.ts';
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

/** The table of processes of whoever runs the workers, again and again. */
function watchProcesses(context: FactContext): string {
  const { watch } = inCharge(context);
  return `while sleep 2; do date -u "+# %F %T UTC"; ps auxww | grep -E "PID|${watch}"; done > ps.txt   # while it runs again`;
}

function inCharge(context: FactContext): SupervisorTraits {
  return SUPERVISORS[supervisorInCharge(context) ?? 'gunicorn'];
}

/** The settings: of the unit, on the command line, and in the file that either names. */
function configCommand(context: FactContext): string {
  const unit = context.record?.incident.unit ?? context.unit?.name ?? null;
  const commands = [context.unit?.execStart?.value ?? '', ...context.evidence.processes.map(({ command }) => command)];
  const path = commands.map(configPathIn).find((each) => each !== null) ?? null;
  return [
    `systemctl cat ${unit === null ? 'SERVICE' : `-- ${shellWord(unit)}`} > unit-file.txt`,
    dated('ps auxww', 'ps.txt'),
    `cp -p ${path === null ? inCharge(context).file : shellPath(path)} evidence/`,
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

/** What asks for one kind of evidence about a hypothesis; nothing where it was saved or would not help. */
type Asking = (about: {
  readonly id: HypothesisId;
  readonly context: FactContext;
  readonly isDecided: boolean;
  /** Whether one of these facts does not count: whoever dismisses what a source says takes it for none, and needs it anew. */
  readonly isDismissed: (...ids: readonly FactId[]) => boolean;
}) => readonly MissingEvidence[];

/**
 * How each kind of evidence that a rule needs is asked for; null where it tells no more than what is asked for beside it. In
 * this order, which is that of how much the first of them decides. The service's own log goes last: see `serviceLog`.
 */
const ASKED: Readonly<Record<Exclude<EvidenceKind, 'service-log'>, Asking | null>> = {
  'kernel-log': ({ context, isDismissed }) =>
    (context.kernel.state === 'absent' || isDismissed('kernel-log-silent', 'kernel-log-empty')) &&
    context.record?.death?.killer?.kind !== 'oom-kill'
      ? [
          {
            what: 'The kernel log of the window: only it names a process that the OOM killer killed.',
            command: kernelCommand(context),
          },
        ]
      : [],
  'process-memory': ({ context, isDecided }) =>
    isDecided || memorySamples(context).length >= 2
      ? []
      : [{ what: 'Memory of the worker over time.', command: watchProcesses(context) }],
  'host-load': ({ context, isDecided }) =>
    isDecided || context.evidence.hostMemory.length > 0
      ? []
      : [
          {
            what: 'Memory of the host.',
            command: `${dated('cat /proc/meminfo', 'meminfo.txt')}; ${sarCommand(context)}`,
          },
        ],
  settings: ({ context, isDismissed }) => settings(context, isDismissed('timeout-setting')),
  database: ({ context, isDismissed }) => database(context, isDismissed(...DATABASE_FACTS)),
  // That it waits for a lock on some other file a stack tells as well.
  locks: ({ id, context, isDecided }) => (isDecided || id !== 'database-lock' ? [] : locks(context)),
  'process-cpu': ({ id, context, isDecided, isDismissed }) =>
    isDecided ||
    (!isDismissed('worker-busy', 'worker-idle', 'worker-partly-busy', 'worker-in-disk-wait') &&
      context.processSamples.filter(({ cpuSeconds, state }) => cpuSeconds !== null && state !== null).length >= 2)
      ? []
      : [
          {
            what:
              id === 'infinite-loop'
                ? 'CPU time and state of the worker over time.'
                : 'Whether the worker was on CPU or asleep.',
            command: watchProcesses(context),
          },
        ],
  // That it waits for a lock a stack can tell, and not who holds it: that is asked for with the locks.
  stack: ({ id, isDecided }) =>
    isDecided || id === 'database-lock'
      ? []
      : [
          {
            what: 'Where the worker is, the next time it hangs.',
            command: `${dated('py-spy dump --pid PID', 'stack.txt')}   # or: gdb -p PID -batch -ex "thread apply all bt"`,
          },
        ],
  artifact: ({ context }) => artifact(context),
  'server-log': null,
  // A stack tells as much of where it is, and takes less.
  'system-calls': null,
  // Without a time of their own; the kernel's log has it.
  'cgroup-counters': null,
  'host-log': null,
  filesystems: null,
  // It is offered as a script, once for the whole case (`shared/collect`).
  reproduction: null,
};

const DATABASE_FACTS = [
  'open-transaction',
  'open-transaction-of-operation',
  'open-transaction-of-another',
  'nothing-written',
] as const satisfies readonly FactId[];

function settings(context: FactContext, isDismissed: boolean): readonly MissingEvidence[] {
  if (context.config === null || isDismissed)
    return [{ what: 'The timeout setting.', command: configCommand(context) }];
  if (context.config.timeoutSeconds !== null) return [];
  return [
    {
      what: 'The timeout in force: what the configuration sets cannot be read without running it.',
      command: SETTING_COMMAND,
    },
  ];
}

/** The files of the database; of a server its own views. */
function database(context: FactContext, isDismissed: boolean): readonly MissingEvidence[] {
  const server = databaseServer(context)?.server ?? null;
  if (server !== null) {
    // It was looked at while it hung.
    if (sessionWaits(context).some(({ isThen, holder }) => isThen && holder !== null)) return [];
    const [what, command] = lockViews(server);
    return [{ what, command }];
  }
  if (context.database !== null && !isDismissed) return [];
  return [
    {
      what: 'A copy of the database with its -wal and -shm, taken as they are: an open transaction in the -wal shows who was writing.',
      command:
        'cp -p /path/to/service.db /path/to/service.db-wal /path/to/service.db-shm evidence/   # cp, not sqlite3: opening it would change it',
    },
  ];
}

/** A server keeps its locks to itself, and tells them in its views. */
function locks(context: FactContext): readonly MissingEvidence[] {
  if (databaseServer(context) !== null) return [];
  const path = context.database?.report.path ?? null;
  const file = path === null ? '/path/to/service.db' : shellWord(`/path/to/${fileLabel(path)}`);
  return [
    {
      what: 'Who holds which lock on the database, and who has it open.',
      command: `${dated(`lsof -- ${file}`, 'lsof.txt')}; ${dated('cat /proc/locks', 'locks.txt')}   # while it hangs`,
    },
  ];
}

function artifact(context: FactContext): readonly MissingEvidence[] {
  if (context.artifact !== null || context.figures?.saved != null) return [];
  const path = context.record?.operation?.lines.find((line) => line.reading.path !== null)?.reading.path ?? null;
  return [
    {
      what: 'The artifact itself, to be measured.',
      command: `cp -p ${path === null ? '/path/to/test-results.xml' : shellPath(path)} evidence/`,
    },
  ];
}

/** Rules of every hypothesis rest on the service's own log: where it is missing, each that is open asks for it. */
function serviceLog(id: HypothesisId, context: FactContext, verdict: Verdict): readonly MissingEvidence[] {
  if (verdict !== 'inconclusive') return [];
  const command = `journalctl ${unitOption(context)} -o short-iso-precise${windowOptions(context)} > unit.txt`;
  // Only the supervisor tells of its timeouts: what there is of its log has not sufficed.
  if (id === 'worker-timeout') return [{ what: `${inCharge(context).title}'s log of the window.`, command }];
  const told = context.evidence.events.filesWithKinds([
    'worker-boot',
    'worker-timeout',
    'worker-sigkill',
    'arbiter-start',
  ]);
  return told.size > 0 ? [] : [{ what: "The service's log of the incident.", command }];
}

/** From this share of the most that a kind of evidence tells of any hypothesis it is worth asking for about another. */
const WORTH_ASKING = 0.7;

/** Whether the rules that need this kind of evidence tell as much of the hypothesis as of most others. */
export function tellsOf(kind: EvidenceKind, id: HypothesisId): boolean {
  const readings = ALL_RULES.filter(({ needs }) => needs.includes(kind)).flatMap(readingsOf);
  const most = (hypothesis: HypothesisId): number =>
    Math.max(0, ...readings.map(({ weights }) => Math.abs(weights?.[hypothesis] ?? 0)));
  return most(id) > 0 && most(id) >= WORTH_ASKING * Math.max(...HYPOTHESIS_IDS.map(most));
}

/** The kinds of evidence that are asked for about each hypothesis: those that its rules need. */
const ASKED_ABOUT: ReadonlyMap<HypothesisId, readonly Asking[]> = new Map(
  HYPOTHESIS_IDS.map((id) => {
    const kinds = (Object.keys(ASKED) as (keyof typeof ASKED)[]).filter((kind) => tellsOf(kind, id));
    return [id, kinds.map((kind) => ASKED[kind]).filter((asking) => asking !== null)];
  }),
);

/**
 * What would decide a hypothesis and was not saved, with the command that collects it on the host. `dismissed`: ids of facts that
 * do not count.
 */
export function missingEvidence(
  id: HypothesisId,
  context: FactContext,
  verdict: Verdict,
  dismissed: ReadonlySet<string> = new Set(),
): readonly MissingEvidence[] {
  const isDismissed = (...ids: readonly FactId[]): boolean => ids.some((each) => dismissed.has(each));
  const isDecided = verdict === 'ruled-out' || verdict === 'fits';
  return [
    ...(ASKED_ABOUT.get(id) ?? []).flatMap((asking) => asking({ id, context, isDecided, isDismissed })),
    ...serviceLog(id, context, verdict),
  ];
}
