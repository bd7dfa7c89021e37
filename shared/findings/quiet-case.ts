import type { FactContext } from '../context/context.ts';
import type { HypothesisResult } from '../model/analysis.ts';
import type { EventSource, EvidenceEvent, Severity } from '../model/event.ts';
import type { EvidenceFile, EvidenceFormat, ProblemKind } from '../model/evidence.ts';
import { type EpochMicros, epochMicros, formatDate, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { abruptRestarts } from '../timeline/abrupt-restarts.ts';
import { isStatedHarmless } from '../timeline/stated-level.ts';
import { fileLabel, formatCount, listing, plural } from '../wording/figures.ts';

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
/** What is no log whatever is wrong with it; its problems hide no end of a worker. */
const NO_LOG: ReadonlySet<EvidenceFormat> = new Set([
  'gunicorn-conf',
  'systemd-unit',
  'gunicorn-launch',
  'gunicorn-print-config',
  'sqlite',
  'sqlite-wal',
  'sqlite-shm',
  'sqlite-journal',
  'junit-xml',
  'xml',
  'ps',
  'vmstat',
  'free',
  'meminfo',
  'top',
  'sar',
  'cgroup-memory',
  'vmstat-counters',
  'pressure',
  'stack-dump',
  'strace',
  'locks',
  'open-files',
  'df',
  'ls',
  'du',
  'journal-boots',
  'journal-disk-usage',
  'collect-manifest',
  'reproduction',
  'empty',
]);
/** Names under which logs are saved: app.log.1, web-stderr.txt, syslog, messages.gz; a note or a script is none. */
const LOG_NAME =
  /(?:log|journal|messages|dmesg|kern|console|std(?:out|err)|output|events)[^/]*$|\.(?:txt|out|err|jsonl?)(?:\.\w+)?$/i;
/** Entries in which errors are looked for: reading the text of a whole journal would take longer than the analysis. */
const MOST_ENTRIES = 20_000;
const REPORTS_AN_ERROR =
  /\bTraceback\b|\b(?:ERROR|CRITICAL|FATAL)\b|\bOOM\b|\bout of memory\b|\bSIG(?:KILL|ABRT|SEGV|BUS)\b|\bkilled\b/i;
const GRAVE = ['emerg', 'alert', 'crit', 'err'] as const satisfies readonly Severity[];
const isGrave = (severity: Severity | null): boolean => GRAVE.some((each) => each === severity);
/** Workers of one start boot within seconds of each other; the arbiter sleeps up to 0.1 s between two (arbiter.py, spawn_workers). */
const START_SECONDS = 1;
const SECONDS_A_WORKER = 0.1;
/** Slack for a starved host, where it is known how many workers a start has. */
const SLOW_START_SECONDS = 10;

/** Reading the entries takes longer than all that is said of them, and three sentences ask. */
const KNOWN = new WeakMap<FactContext, QuietCase>();

/** Looks through a case without an incident. */
export function quietCase(context: FactContext): QuietCase {
  const known = KNOWN.get(context);
  if (known !== undefined) return known;
  const quiet = lookThrough(context);
  KNOWN.set(context, quiet);
  return quiet;
}

function lookThrough({ evidence, config }: FactContext): QuietCase {
  const { events, files } = evidence;
  const ofService = events.filesWithKinds(['arbiter-start', 'worker-boot', 'worker-exiting', 'worker-recycled']);
  const withEvents = files.filter(({ id, format }) => !NO_LOG.has(format) && events.span(id) !== null);
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
  const looked = span === null ? [] : events.between(span.from, span.to, MOST_ENTRIES, ['log']);
  const grave = events.ofSeverities(GRAVE, MOST_ENTRIES).filter(({ kind }) => kind === 'log');
  const speaking = looked.filter(
    ({ severity, message }) => !isGrave(severity) && REPORTS_AN_ERROR.test(message) && !isStatedHarmless(message),
  );
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
    unread: files.filter(
      (file) =>
        !NO_LOG.has(file.format) &&
        ((file.format === 'unknown' && file.bytes > 0 && LOG_NAME.test(file.path)) ||
          file.problems.some(({ kind }) => LEAVES_UNREAD.has(kind))),
    ),
  };
}

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

/** Longest part of a log line that a sentence quotes. */
const QUOTE_CHARACTERS = 120;

const quote = (event: EvidenceEvent): string =>
  `"${event.message.split('\n')[0]?.trim().slice(0, QUOTE_CHARACTERS) ?? ''}"`;

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

const notRead = ({ unread }: QuietCase): string => (unread.length === 0 ? '' : `; not read whole: ${named(unread)}`);

const others = ({ abruptRestarts: { length } }: QuietCase): string =>
  length === 1 ? '' : ` and ${plural(length - 1, 'more time')}`;

/** What was seen, as a headline: silence is reported with where it was looked for, never as a fact about the workers. */
export function quietHeadline(quiet: QuietCase, amid: string | null): string {
  const { logs, oomNotices, unexplainedBoots: boots, errors, unread, serviceFailures } = quiet;
  const end = amid === null ? '' : `; the log ends in the middle of ${amid}`;
  const firstNotice = oomNotices[0];
  if (firstNotice !== undefined) {
    const first = formatTimeOfDay(firstNotice.time);
    return `${plural(oomNotices.length, 'OOM kill')} logged from ${first} UTC on ${formatDate(firstNotice.time)}; no end of a worker is logged with ${oomNotices.length === 1 ? 'it' : 'them'}.`;
  }
  if (logs.length === 0) {
    return unread.length === 0
      ? 'No log of workers is in the evidence.'
      : `No entry of a log could be placed in time${notRead(quiet)}.`;
  }
  const failure = serviceFailures[0];
  if (failure !== undefined) {
    return `systemd tells of a failure of ${failure.detail.unit ?? 'the service'} at ${formatTimeOfDay(failure.time)} UTC on ${formatDate(failure.time)} (${quote(failure)}); no kill of a worker is logged in ${searched(quiet)}${notRead(quiet)}.`;
  }
  const firstBoot = boots[0];
  if (firstBoot !== undefined) {
    return `${plural(boots.length, 'worker')} booted from ${formatTimeOfDay(firstBoot.time)} UTC on ${formatDate(firstBoot.time)} in the place of others whose end is not logged.`;
  }
  const restart = quiet.abruptRestarts[0];
  if (restart !== undefined) {
    return `gunicorn started anew at ${formatTimeOfDay(restart.time)} UTC on ${formatDate(restart.time)}${others(quiet)} without having shut down: it was ended from outside with its workers, and ${searched(quiet)} does not tell by whom${notRead(quiet)}${end}.`;
  }
  const isWhole = unread.length === 0 && errors.length === 0;
  return isWhole
    ? `No worker was killed and no operation failed in ${searched(quiet)}${lookedThrough(quiet)}${end}.`
    : `No kill is logged in ${searched(quiet)}${errors.length === 0 ? '' : `; ${errors.length >= MOST_ENTRIES ? 'many lines speak' : `${plural(errors.length, 'line')} ${errors.length === 1 ? 'speaks' : 'speak'}`} of an error`}${lookedThrough(quiet)}${notRead(quiet)}${end}.`;
}

/** What was seen that may be the trace of an incident; null where nothing was. */
export function quietTraces({ oomNotices, unexplainedBoots: boots, errors }: QuietCase): string | null {
  const quoteAt = (event: EvidenceEvent): string => `${quote(event)} at ${formatTimeOfDay(event.time)} UTC`;
  const [boot, error] = [boots[0], errors[0]];
  const notice = oomNotices.find(({ detail }) => detail.targetPid !== undefined) ?? oomNotices[0];
  const parts = [
    notice === undefined ? null : `An OOM kill is logged: ${quoteAt(notice)}.`,
    boot === undefined
      ? null
      : 'A worker boots in place of another that vanished without a line, as after a SIGKILL that gunicorn before 20.1 does not log.',
    error === undefined ? null : `The first line that speaks of an error is ${quoteAt(error)}.`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' ');
}

/** What to collect so that a case without an incident can be decided. */
export function quietAdvice(quiet: QuietCase, hypotheses: readonly HypothesisResult[]): string {
  const { oomNotices, unexplainedBoots: boots, errors, unread, logs, serviceFailures } = quiet;
  const namesVictim = oomNotices.some(({ detail }) => detail.targetPid !== undefined);
  if (oomNotices.length > 0) {
    return namesVictim
      ? "Collect the service's log of that time, which tells whether the process was a worker: journalctl -u SERVICE -o short-iso-precise > unit.txt"
      : 'Collect the kernel log of that time, which names the process: journalctl -k -o short-iso-precise > kernel.txt';
  }
  const failure = serviceFailures[0];
  if (failure !== undefined) {
    return failure.detail.state === 'start'
      ? 'Look at Type= of the unit: with Type=notify systemd waits until the service says that it is ready, and ends it after TimeoutStartSec= where it never does; Type=exec waits for nothing. See systemctl cat SERVICE.'
      : "Collect the service's journal from its start to that moment: journalctl -u SERVICE -o short-iso-precise > unit.txt";
  }
  if (boots.length > 0) {
    return 'Collect the kernel log of that time, and how the container was ended: journalctl -k -o short-iso-precise > kernel.txt; docker inspect CONTAINER > container.json';
  }
  if (quiet.abruptRestarts.length > 0) {
    return 'Collect what the supervisor or the platform says of that time, and the kernel log: docker inspect CONTAINER > container.json, docker events or kubectl describe pod POD > pod.txt; journalctl -k -o short-iso-precise > kernel.txt';
  }
  if (unread.length > 0) {
    return `Collect ${named(unread)} again, whole and with dates: journalctl -u SERVICE -o short-iso-precise > unit.txt; journalctl -k -o short-iso-precise > kernel.txt`;
  }
  if (errors.length > 0) {
    return "Read the first error in the log; where it names a worker's end, collect the service's log from before it: journalctl -u SERVICE -o short-iso-precise > unit.txt";
  }
  const missing = logs.length > 0 ? undefined : hypotheses.flatMap((hypothesis) => hypothesis.missing)[0];
  if (missing !== undefined) return `Collect what is missing first: ${missing.what} ${missing.command}`;
  return 'If a worker ended at another time, collect the log of that time: journalctl -u SERVICE -o short-iso-precise > unit.txt';
}
