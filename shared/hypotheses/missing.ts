import type { FactContext } from '../facts/context.ts';
import type { HypothesisId, MissingEvidence, Verdict } from '../model/analysis.ts';
import { addSeconds, type EpochMicros, formatIsoMicros } from '../model/time.ts';

/** `2026-01-28 04:10:22 UTC`, as journalctl's --since and --until take it (systemd.time(7)). */
function journalTime(time: EpochMicros): string {
  return `${formatIsoMicros(time).slice(0, 19).replace('T', ' ')} UTC`;
}

/** The options that select the incident's own minutes, with a minute of margin; empty without an incident. */
function windowOptions(context: FactContext): string {
  if (context.window === null) return '';
  return ` --since "${journalTime(addSeconds(context.window.from, -60))}" --until "${journalTime(addSeconds(context.window.to, 60))}"`;
}

/** Selects the service in journalctl: by unit when known, else by the identifier its lines carry. */
function unitOption(context: FactContext): string {
  const unit = context.record?.incident.unit ?? null;
  if (unit !== null) return `-u ${shellWord(unit)}`;
  const spoken = [
    context.record?.death?.end,
    context.record?.death?.life.boot,
    context.record?.operation?.lines[0]?.event,
  ];
  const identifier = spoken.map((event) => event?.identifier ?? null).find(isServiceIdentifier) ?? null;
  return identifier === null ? '-u SERVICE' : `-t ${shellWord(identifier)}`;
}

/** The kernel and systemd speak of the service under names of their own. */
function isServiceIdentifier(identifier: string | null): boolean {
  return identifier !== null && identifier !== 'kernel' && !identifier.startsWith('systemd');
}

/** Quotes a word for a POSIX shell: what evidence calls itself must not become a command. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
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
  const noProcessRows = context.processSamples.length < 2;

  if (id === 'memory-exhaustion') {
    if (context.kernel.state === 'absent') {
      add(
        'The kernel log of the window: only it names a process that the OOM killer ended.',
        `journalctl -k -o short-iso-precise${windowOptions(context)} > kernel.txt`,
      );
    }
    if (!decided && noProcessRows)
      add('Memory of the worker over time.', 'sar -r -f /var/log/sysstat/saDD; ps auxww > ps.txt');
    if (!decided && evidence.hostMemory.length === 0)
      add('Memory of the host.', 'cat /proc/meminfo > meminfo.txt; free > free.txt');
  }
  if (id === 'worker-timeout') {
    if (context.config === null)
      add('The timeout setting.', 'cat /path/to/gunicorn.conf.py; systemctl cat SERVICE; ps -o args= -C gunicorn');
    if (!decided && verdict === 'inconclusive') {
      add(
        "gunicorn's log of the window.",
        `journalctl ${unitOption(context)} -o short-iso-precise${windowOptions(context)} > unit.txt`,
      );
    }
  }
  if (id === 'database-lock') {
    if (context.database === null) {
      add(
        'A copy of the database with its -wal and -shm, taken as they are: an open transaction in the -wal shows who was writing.',
        'cp -p /path/to/service.db /path/to/service.db-wal /path/to/service.db-shm evidence/   # cp, not sqlite3: opening it would change it',
      );
    }
    if (!decided) {
      add(
        'Who has the database open.',
        `lsof ${database === null ? '/path/to/service.db' : shellWord(`/path/to/${database.split('/').at(-1) ?? 'service.db'}`)} > lsof.txt; cat /proc/locks > locks.txt`,
      );
      if (noProcessRows)
        add(
          'Whether the worker was computing or waiting.',
          'while sleep 2; do date "+# %F %T"; ps auxww | grep -E "PID|gunicorn"; done > ps.txt',
        );
    }
  }
  if (id === 'large-artifact' && context.artifact === null) {
    const path = context.record?.operation?.lines.find((line) => line.reading.path !== null)?.reading.path ?? null;
    add(
      'The artifact itself, to be measured.',
      `cp -p ${path === null ? '/path/to/test-results.xml' : shellWord(path)} evidence/`,
    );
  }
  if (id === 'infinite-loop' && !decided) {
    if (noProcessRows)
      add(
        'CPU time and state of the worker over time.',
        'while sleep 2; do date "+# %F %T"; ps auxww | grep -E "PID|gunicorn"; done > ps.txt',
      );
    add(
      'Where the worker is, the next time it hangs.',
      'py-spy dump --pid PID > stack.txt   # or: gdb -p PID -batch -ex "thread apply all bt"',
    );
  }
  if (
    verdict === 'inconclusive' &&
    evidence.events.ofKinds(['worker-boot', 'worker-timeout', 'worker-sigkill', 'arbiter-start']).length === 0 &&
    id !== 'worker-timeout'
  ) {
    add(
      "The service's log of the incident.",
      `journalctl ${unitOption(context)} -o short-iso-precise${windowOptions(context)} > unit.txt`,
    );
  }
  return missing;
}
