import { oncePerContext } from '../context/context.ts';
import { mayTellOfEnds } from '../evidence/formats/table.ts';
import type { HypothesisResult } from '../model/analysis.ts';
import {
  ERROR_SEVERITIES,
  type EventKind,
  type EventSource,
  type EvidenceEvent,
  isErrorSeverity,
} from '../model/event.ts';
import type { EvidenceFile, ProblemKind } from '../model/evidence.ts';
import { type EpochMicros, epochMicros, formatDate, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { abruptRestarts } from '../timeline/abrupt-restarts.ts';
import { isStatedHarmless } from '../timeline/stated-level.ts';
import { capital, fileLabel, formatCount, listing, plural } from '../wording/figures.ts';

/** A case without an incident: where was looked, what was seen there that may be one, and what could not be read. */
export interface QuietCase {
  /** The service's log, or every log where none of them is gunicorn's; empty where no entry was read. */
  readonly logs: readonly EvidenceFile[];
  readonly span: { readonly from: EpochMicros; readonly to: EpochMicros } | null;
  readonly oomNotices: readonly EvidenceEvent[];
  /** Boots of workers that take the place of others whose end is not logged. */
  readonly unexplainedBoots: readonly EvidenceEvent[];
  /** Starts of gunicorn after one that never shut down. */
  readonly abruptRestarts: readonly EvidenceEvent[];
  /** Entries that report an error and are part of no incident. */
  readonly errors: readonly EvidenceEvent[];
  /** Lines that warn: work that never ended may say no more. */
  readonly warnings: readonly EvidenceEvent[];
  /** Entries that report an error in words alone are looked for in so many of the first ones; null: in all. */
  readonly lookedThrough: number | null;
  /** What systemd says of the service's own failure: a start that took too long, a limit of starts, a result. */
  readonly serviceFailures: readonly EvidenceEvent[];
  /** Files that may hold what is looked for and were not read whole. */
  readonly unread: readonly EvidenceFile[];
}

/** Problems that leave entries unread, or unweighed though they speak of an end. */
const LEAVES_UNREAD: ReadonlySet<ProblemKind> = new Set([
  'unrecognised',
  'unreadable',
  'truncated',
  'malformed-record',
  'line-too-long',
  'limit-exceeded',
  'damaged-archive',
  'assumed-time',
  'changed-during-reading',
  'stopped',
  'unclassified',
]);
/** Names under which logs are saved: app.log.1, web-stderr.txt, syslog, messages.gz; a note or a script is none. */
const LOG_NAME =
  /(?:log|journal|messages|dmesg|kern|console|std(?:out|err)|output|events)[^/]*$|\.(?:txt|out|err|jsonl?)(?:\.\w+)?$/i;
/** Entries in which errors are looked for: reading the text of a whole journal would take longer than the analysis. */
const MOST_ENTRIES = 20_000;
const REPORTS_AN_ERROR =
  /\bTraceback\b|\b(?:ERROR|CRITICAL|FATAL)\b|\bOOM\b|\bout of memory\b|\bSIG(?:KILL|ABRT|SEGV|BUS)\b|\bkilled\b/i;
/** A traceback without a header is read as more of the line before it, whatever that is. */
const MAY_REPORT = [
  'log',
  'arbiter-start',
  'arbiter-signal',
  'worker-boot',
  'worker-exiting',
  'worker-recycled',
] as const satisfies readonly EventKind[];
/** Workers of one start boot within seconds of each other; the arbiter sleeps up to 0.1 s between two (arbiter.py, spawn_workers). */
const START_SECONDS = 1;
const SECONDS_A_WORKER = 0.1;
/** Slack for a starved host, where it is known how many workers a start has. */
const SLOW_START_SECONDS = 10;

/** Looks through a case without an incident. Reading the entries takes longer than all that is said of them. */
export const quietCase = oncePerContext(({ evidence, config }): QuietCase => {
  const { events, files } = evidence;
  const ofService = events.filesWithKinds(['arbiter-start', 'worker-boot', 'worker-exiting', 'worker-recycled']);
  const withEvents = files.filter(({ id, format }) => mayTellOfEnds(format) && events.span(id) !== null);
  const service = withEvents.filter(({ id }) => ofService.has(id));
  const logs = service.length > 0 ? service : withEvents;
  const spans = logs.flatMap(({ id }) => events.span(id) ?? []);
  const span =
    spans.length === 0
      ? null
      : {
          from: epochMicros(Math.min(...spans.map(({ from }) => from))),
          to: epochMicros(Math.max(...spans.map(({ to }) => to))),
        };
  const looked = span === null ? [] : events.between(span.from, span.to, MOST_ENTRIES, MAY_REPORT);
  const grave = events.ofSeverities(ERROR_SEVERITIES, MOST_ENTRIES).filter(({ kind }) => kind === 'log');
  const speaking = looked.filter((event) => !isErrorSeverity(event.severity) && reportingLine(event) !== null);
  return {
    logs,
    span,
    abruptRestarts: abruptRestarts(events),
    lookedThrough: looked.length < MOST_ENTRIES ? null : MOST_ENTRIES,
    serviceFailures: serviceFailures(events),
    oomNotices: events.ofKinds(['oom-kill', 'systemd-oom', 'systemd-oomd-kill', 'platform-oom']),
    unexplainedBoots: unexplainedBoots(
      events.ofKinds([
        'arbiter-start',
        'arbiter-signal',
        'arbiter-stop',
        'worker-boot',
        'worker-exiting',
        'worker-recycled',
        'worker-signalled',
        'worker-sigkill',
        'worker-exit-code',
      ]),
      config?.workers ?? null,
    ),
    errors: [
      ...events.ofKinds(['traceback', 'worker-error', 'segfault', 'database-locked']),
      ...grave.filter(({ time }) => span !== null && time >= span.from && time <= span.to),
      ...speaking,
    ].sort((a, b) => a.row - b.row),
    warnings: events
      .ofSeverities(['warning'], MOST_ENTRIES)
      .filter(({ kind, time }) => kind === 'log' && span !== null && time >= span.from && time <= span.to),
    unread: files.filter(
      (file) =>
        mayTellOfEnds(file.format) &&
        ((file.format === 'unknown' && file.bytes > 0 && LOG_NAME.test(file.path)) ||
          (file.unreadLines ?? 0) > 0 ||
          (file.graveLines ?? 0) > 0 ||
          file.problems.some(({ kind }) => LEAVES_UNREAD.has(kind))),
    ),
  };
});

/** Results by which systemd says that a service did not end or start as it should. Source: systemd.exec(5), $SERVICE_RESULT */
const BAD_RESULTS: ReadonlySet<string> = new Set([
  'start',
  'watchdog',
  'protocol',
  'timeout',
  'exit-code',
  'signal',
  'core-dump',
  'start-limit-hit',
  'resources',
]);
/** The arbiter speaks when it is started or stopped, and systemd of its unit within moments of it. */
const SAME_SERVICE_SECONDS = 5;

/** What systemd says of the unit of gunicorn: by its name where the journal tells it, else by the moment; of the only one where gunicorn is silent. */
function serviceFailures(events: EventSource): readonly EvidenceEvent[] {
  const arbiter = events.ofKinds(['arbiter-start', 'arbiter-signal', 'arbiter-stop']);
  const units = new Set(arbiter.flatMap(({ unit }) => unit ?? []));
  const failures = events.ofKinds(['systemd-unit']).filter(({ detail }) => BAD_RESULTS.has(detail.state ?? ''));
  // A service that never came to start says nothing: the one unit that fails in its journal is its own.
  if (arbiter.length === 0) return new Set(failures.map(({ detail }) => detail.unit)).size === 1 ? failures : [];
  return failures.filter(
    ({ time, detail }) =>
      units.has(detail.unit ?? '') ||
      (units.size === 0 && arbiter.some((each) => Math.abs(secondsBetween(each.time, time)) <= SAME_SERVICE_SECONDS)),
  );
}

/** Boots after the start without an end, signal or restart before them that they could answer; all else is a replacement. */
function unexplainedBoots(events: readonly EvidenceEvent[], workers: number | null): readonly EvidenceEvent[] {
  const unexplained: EvidenceEvent[] = [];
  let startedAt: EpochMicros | null = null;
  let running = 0;
  let ended = 0;
  for (const event of events) {
    if (event.kind === 'arbiter-start' || event.kind === 'arbiter-signal' || event.kind === 'arbiter-stop') {
      startedAt = event.time;
      running = 0;
      ended = 0;
    } else if (event.kind !== 'worker-boot') ended += 1;
    else if (startedAt === null) startedAt = event.time;
    else {
      const after = secondsBetween(startedAt, event.time);
      const isOfStart =
        workers === null
          ? after <= START_SECONDS + SECONDS_A_WORKER * running
          : running < workers && after <= SLOW_START_SECONDS;
      if (isOfStart) running += 1;
      else if (ended > 0) ended -= 1;
      else unexplained.push(event);
    }
  }
  return unexplained;
}

/** The line of an entry that reports an error, of a traceback the exception; a level of its first line says nothing of a traceback behind it. */
function reportingLine({ message }: EvidenceEvent): string | null {
  if (!REPORTS_AN_ERROR.test(message)) return null;
  const lines = message.split('\n');
  const begins = lines.findIndex((line) => BEGINS_A_TRACEBACK.test(line));
  if (begins >= 0) return lines.slice(begins + 1).find((line) => EXCEPTION.test(line)) ?? lines[begins] ?? null;
  return isStatedHarmless(message) ? null : (lines.find((line) => REPORTS_AN_ERROR.test(line)) ?? null);
}

const BEGINS_A_TRACEBACK = /(?:^|[\s|+])Traceback \(most recent call (?:last|first)\)/;

// sqlite3.OperationalError: database is locked      MemoryError      Source: Lib/traceback.py
const EXCEPTION = /^[A-Za-z_][\w.]{0,120}(?:Error|Exception|Exit|Interrupt|NotFound|Timeout)\b/;

/** Longest part of a log line that a sentence quotes. */
const QUOTE_CHARACTERS = 120;

const quoted = (line: string): string => `"${line.trim().slice(0, QUOTE_CHARACTERS)}"`;
const quote = ({ message }: EvidenceEvent): string => quoted(message.split('\n')[0] ?? '');

/** Ends are looked for in all of a log; errors that no level marks are not. */
const lookedThrough = ({ lookedThrough: entries }: QuietCase): string =>
  entries === null ? '' : `; errors without a level were looked for in the first ${formatCount(entries)} entries only`;

/** "web.log (04:00:00 to 05:00:00 UTC on 2026-08-05)". */
function searched({ logs, span }: QuietCase): string {
  const names = named(logs);
  if (span === null) return names;
  const [from, to] = [formatDate(span.from), formatDate(span.to)];
  return from === to
    ? `${names} (${formatTimeOfDay(span.from)} to ${formatTimeOfDay(span.to)} UTC on ${from})`
    : `${names} (${from} ${formatTimeOfDay(span.from)} to ${to} ${formatTimeOfDay(span.to)} UTC)`;
}

const MOST_NAMES = 3;

function named(files: readonly EvidenceFile[]): string {
  const names = files.slice(0, MOST_NAMES).map(({ path }) => fileLabel(path));
  return listing(files.length > MOST_NAMES ? [...names, `${files.length - MOST_NAMES} more`] : names);
}

/** Lines that mention an end and were not classified were read all the same: they are for a person to read. */
const isUnclassifiedOnly = (file: EvidenceFile): boolean =>
  file.format !== 'unknown' &&
  (file.unreadLines ?? 0) === 0 &&
  file.problems.every(({ kind }) => kind === 'unclassified' || !LEAVES_UNREAD.has(kind));

const graveLines = (files: readonly EvidenceFile[]): number =>
  files.reduce((sum, { graveLines: lines, problems }) => sum + (lines ?? problems.length), 0);

function notRead({ unread }: QuietCase): string {
  const grave = unread.filter(isUnclassifiedOnly);
  const others = unread.filter((file) => !grave.includes(file));
  const lines = graveLines(grave);
  return [
    others.length === 0 ? '' : `; not read whole: ${named(others)}`,
    grave.length === 0
      ? ''
      : `; ${plural(lines, 'line')} of ${named(grave)} ${lines === 1 ? 'mentions' : 'mention'} a kill, a timeout, memory or a lock and could not be classified`,
  ].join('');
}

const others = ({ abruptRestarts: { length } }: QuietCase): string =>
  length === 1 ? '' : ` and ${plural(length - 1, 'more time')}`;

/** The lines of one kill. */
const ONE_KILL_SECONDS = 1;

/** "postgres (pid 24410)": whom the kernel names; of one kill it writes several lines, and systemd tells of it for each slice above. */
function namedVictims(notices: readonly EvidenceEvent[]): readonly string[] {
  const names = new Map<number, string>();
  for (const { detail } of notices) {
    const { targetPid: pid, processName } = detail;
    if (pid !== undefined) names.set(pid, processName ?? names.get(pid) ?? 'a process');
  }
  const all = [...names].map(([pid, name]) => `${name} (pid ${pid})`);
  return all.length > MOST_NAMES ? [...all.slice(0, MOST_NAMES), `${all.length - MOST_NAMES} more`] : all;
}

/** A level, a traceback, a refusal reports an error; words alone may be anything, a film's title as well. */
const reportsOne = ({ kind, severity, message }: EvidenceEvent): boolean =>
  isErrorSeverity(severity) || ((kind !== 'log' || SAYS_ERROR.test(message)) && !isStatedHarmless(message));
const SAYS_ERROR = /\b(?:ERROR|CRITICAL|FATAL)\b/;

/** "2 lines report an error"; of words alone no more is said than that they are there. */
function mentions(errors: readonly EvidenceEvent[]): string {
  const reports = errors.filter(reportsOne);
  const { length } = reports.length === 0 ? errors : reports;
  const lines = errors.length >= MOST_ENTRIES ? 'many lines' : plural(length, 'line');
  const isOne = lines === '1 line';
  return reports.length === 0
    ? `${lines} ${isOne ? 'contains' : 'contain'} words of an error`
    : `${lines} ${isOne ? 'reports' : 'report'} an error`;
}

/** What was seen, as a headline: silence is reported with where it was looked for, never as a fact about the workers. */
export function quietHeadline(quiet: QuietCase, amid: string | null): string {
  const { logs, oomNotices, unexplainedBoots: boots, errors, unread, serviceFailures } = quiet;
  const end = amid === null ? '' : `; the log ends in the middle of ${amid}`;
  const firstNotice = oomNotices[0];
  if (firstNotice !== undefined) {
    const first = formatTimeOfDay(firstNotice.time);
    const victims = namedVictims(oomNotices);
    const hasMore = oomNotices.some(({ time }) => secondsBetween(firstNotice.time, time) > ONE_KILL_SECONDS);
    const what = victims.length === 0 ? plural(oomNotices.length, 'OOM notice') : `OOM kill of ${listing(victims)}`;
    return `${what} logged at ${first} UTC on ${formatDate(firstNotice.time)}${hasMore ? ' and later' : ''}; no end of a worker is logged with ${hasMore ? 'them' : 'it'}.`;
  }
  if (logs.length === 0) {
    return unread.length === 0
      ? 'No log of workers is in the evidence.'
      : `No entry of a log could be placed in time${notRead(quiet)}.`;
  }
  const failure = serviceFailures[0];
  if (failure !== undefined) {
    return `systemd reports a failure of ${failure.detail.unit ?? 'the service'} at ${formatTimeOfDay(failure.time)} UTC on ${formatDate(failure.time)} (${quote(failure)}); no kill of a worker is logged in ${searched(quiet)}${notRead(quiet)}.`;
  }
  const firstBoot = boots[0];
  if (firstBoot !== undefined) {
    return `${plural(boots.length, 'worker')} booted from ${formatTimeOfDay(firstBoot.time)} UTC on ${formatDate(firstBoot.time)} in the place of others whose end is not logged.`;
  }
  const restart = quiet.abruptRestarts[0];
  if (restart !== undefined) {
    return `gunicorn restarted at ${formatTimeOfDay(restart.time)} UTC on ${formatDate(restart.time)}${others(quiet)} without having shut down: it was killed from outside with its workers, and ${searched(quiet)} does not show by what${notRead(quiet)}${end}.`;
  }
  const sent = errors.find(({ detail }) => detail.signal === SIGKILL && detail.targetPid !== undefined);
  if (sent !== undefined) {
    return `SIGKILL was sent to pid ${sent.detail.targetPid} at ${formatTimeOfDay(sent.time)} UTC on ${formatDate(sent.time)} (${quote(sent)}); no log names that process as a worker${notRead(quiet)}${end}.`;
  }
  const isWhole = unread.length === 0 && errors.length === 0;
  const warning = quiet.warnings.at(-1);
  if (isWhole && warning !== undefined) {
    const count =
      quiet.warnings.length >= MOST_ENTRIES
        ? 'many lines warn'
        : quiet.warnings.length === 1
          ? '1 line warns'
          : `${formatCount(quiet.warnings.length)} lines warn`;
    return `No worker was killed in ${searched(quiet)}; ${count}, the last at ${formatTimeOfDay(warning.time)} UTC: ${quote(warning)}${lookedThrough(quiet)}${end}.`;
  }
  return isWhole
    ? `No worker was killed and no operation failed in ${searched(quiet)}${lookedThrough(quiet)}${end}.`
    : `No kill is logged in ${searched(quiet)}${errors.length === 0 ? '' : `; ${mentions(errors)}`}${lookedThrough(quiet)}${notRead(quiet)}${end}.`;
}

const SIGKILL = 9;

/** What was seen that may be the trace of an incident; null where nothing was. */
export function quietTraces({ oomNotices, unexplainedBoots: boots, errors }: QuietCase): string | null {
  const quoteAt = (event: EvidenceEvent): string => `${quote(event)} at ${formatTimeOfDay(event.time)} UTC`;
  const [boot, error] = [boots[0], errors.find(reportsOne) ?? errors[0]];
  const notice = oomNotices.find(({ detail }) => detail.targetPid !== undefined) ?? oomNotices[0];
  const parts = [
    notice === undefined ? null : `An OOM kill is logged: ${quoteAt(notice)}.`,
    boot === undefined
      ? null
      : 'A worker booted in place of another whose end has no line. gunicorn before 20.1 logs nothing when a worker is killed.',
    error === undefined
      ? null
      : `The first line ${reportsOne(error) ? 'that reports an error' : 'with words of an error'} is ${quoted(reportingLine(error) ?? error.message.split('\n')[0] ?? '')} at ${formatTimeOfDay(error.time)} UTC.`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' ');
}

/** What to do about a case without an incident: a sentence, and the command where there is one. */
export interface QuietAction {
  readonly text: string;
  readonly command: string | null;
  readonly because: string;
}

const SERVICE_LOG = 'journalctl -u SERVICE -o short-iso-precise > unit.txt';
/** Not `-k`, which leaves out every boot but the present one. Source: journalctl(1), --dmesg */
const KERNEL_LOG = 'journalctl _TRANSPORT=kernel -o short-iso-precise > kernel.txt';
const CONTAINER_STATE = 'docker inspect CONTAINER > container.json';

/** What to collect so that a case without an incident can be decided. It is never that there is nothing to do. */
export function quietAction(quiet: QuietCase, hypotheses: readonly HypothesisResult[]): QuietAction {
  const { oomNotices, unexplainedBoots: boots, errors, unread, logs, serviceFailures } = quiet;
  const action = (text: string, command: string | null, because: string): QuietAction => ({ text, command, because });
  if (oomNotices.length > 0) {
    const namesVictim = oomNotices.some(({ detail }) => detail.targetPid !== undefined);
    const because = 'An OOM kill is logged, and no log ties it to a worker.';
    return namesVictim
      ? action(
          "Collect the service's log of that time: it shows whether the process was a worker.",
          SERVICE_LOG,
          because,
        )
      : action('Collect the kernel log of that time: it names the process.', KERNEL_LOG, because);
  }
  const failure = serviceFailures[0];
  if (failure !== undefined) {
    return failure.detail.state === 'start'
      ? action(
          'Check Type= of the unit: with Type=notify systemd waits until the service reports ready, and stops it after TimeoutStartSec= if it never does. Type=exec waits for nothing.',
          'systemctl cat SERVICE',
          `systemd logged ${quote(failure)}.`,
        )
      : action(
          "Collect the service's journal from its start to that moment.",
          SERVICE_LOG,
          `systemd logged ${quote(failure)}.`,
        );
  }
  if (boots.length > 0) {
    return action(
      'Collect the kernel log of that time, and how the container was ended.',
      `${KERNEL_LOG}; ${CONTAINER_STATE}`,
      'Workers boot in the place of others whose end is not logged.',
    );
  }
  if (quiet.abruptRestarts.length > 0) {
    return action(
      'Collect what the supervisor or the platform logged at that time, and the kernel log.',
      `${CONTAINER_STATE}; docker events --since TIME > events.txt; kubectl describe pod POD > pod.txt; ${KERNEL_LOG}`,
      'gunicorn started anew without having shut down.',
    );
  }
  const unclassified = unread.length > 0 && unread.every(isUnclassifiedOnly) ? unread : [];
  if (unclassified.length > 0) {
    return action(
      `Read the ${graveLines(unclassified) === 1 ? 'line' : 'lines'} of ${named(unclassified)} that could not be classified, listed with the problems of the evidence. Where one is gunicorn's or the kernel's own, collect that log again with its headers.`,
      SERVICE_LOG,
      `${plural(graveLines(unclassified), 'line')} could not be classified.`,
    );
  }
  if (unread.length > 0) {
    return action(
      `Collect ${named(unread)} again, whole and with dates.`,
      `${SERVICE_LOG}; ${KERNEL_LOG}`,
      'A part of the evidence could not be read.',
    );
  }
  if (errors.length > 0) {
    return action(
      "Read the first of these lines. If it is about the end of a worker, collect the service's log from before it.",
      SERVICE_LOG,
      `${capital(mentions(errors))}.`,
    );
  }
  const missing = logs.length > 0 ? undefined : hypotheses.flatMap((hypothesis) => hypothesis.missing)[0];
  if (missing !== undefined) {
    return action(`Collect what is missing first: ${missing.what}`, missing.command, 'No log of workers was read.');
  }
  return action(
    'If a worker was killed at another time, collect the log of that time.',
    SERVICE_LOG,
    `No incident was found in ${searched(quiet)}.`,
  );
}
