import { exitingFor } from '../context/abort-reaction.ts';
import type { FactContext } from '../context/context.ts';
import { elapsedSeconds } from '../context/elapsed.ts';
import { failedToBoot } from '../context/failed-boot.ts';
import { killOrder } from '../context/kill-order.ts';
import { type Fact, type Incident, isTimeLimit } from '../model/analysis.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { formatDate, formatTimeOfDay, MICROS_PER_SECOND, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import { endLabel, isHang, limitLogged } from '../timeline/incidents.ts';
import { killerWord } from '../timeline/killers.ts';
import { capital, formatMoment, formatSeconds } from '../wording/figures.ts';
import { quietCase, quietHeadline } from './quiet-case.ts';
import { victim } from './victim.ts';

/** Facts that say how a worker came to its end. */
const SAYS_HOW: ReadonlySet<string> = new Set([
  'timeout-logged',
  'oom-kill-names-worker',
  'oom-kill-in-container',
  'platform-oom',
  'systemd-oom',
  'oomd-kill',
  'systemd-stop',
  'sigkill-without-author',
  'killed-for-memory',
  'killed-by-program',
  'crash',
]);

/**
 * One line for the top of every view: who was killed, when, how, in the middle of what. How it ended is left open where the
 * analyst dismissed every fact that says so.
 */
export function headline(context: FactContext, dismissed: readonly Fact[] = [], counting?: readonly Fact[]): string {
  const { record, history } = context;
  if (record === null) {
    const latest = history.latestOperation;
    return quietHeadline(quietCase(context), latest?.outcome === 'open' ? (latest.name ?? 'an operation') : null);
  }
  const { incident, death } = record;
  const who = processName(context, record);
  const last = death?.end ?? record.operation?.lines.at(-1)?.event ?? { time: incident.end, resolutionMicros: 1 };
  // A line without a time of its own stands beside the others, and no hour can be told of it.
  const isUndated = 'isUndated' in last && last.isUndated === true;
  const at = isUndated
    ? 'at a time that its log does not tell'
    : `at ${formatMoment(last)} on ${formatDate(incident.end)}`;
  const work = incident.operation ?? 'its work';
  if (isHang(record)) {
    const silent = formatSeconds(secondsBetween(record.operation?.end ?? incident.start, incident.end));
    return `${capital(work)} hangs in ${who}: no log line for ${silent} and no kill before the log ends at ${formatTimeOfDay(incident.end)} UTC on ${formatDate(incident.end)}.`;
  }
  if (death === null)
    return `${incident.operation === null ? 'A request' : capital(work)} failed in ${who} ${at}; no worker kill is logged.`;
  const elapsed = elapsedSeconds(context, incident.end);
  const exiting = exitingFor(context);
  const into =
    exiting !== null
      ? `, ${formatSeconds(exiting)} after it began to exit`
      : record.operation === null
        ? ''
        : `, ${elapsed === null ? 'in the middle of' : `${formatSeconds(elapsed)} into`} ${work}`;
  const isOpen = dismissed.some(({ id }) => SAYS_HOW.has(id)) && counting?.some(({ id }) => SAYS_HOW.has(id)) !== true;
  if (isOpen) return `${capital(who)} ended ${at}${into}; how is open, since the fact that says so is dismissed.`;
  const program = death.killer === null ? null : (killerWord(death.killer)?.program ?? null);
  const ended = {
    'kernel-oom':
      death.killer?.kind === 'platform-oom' ? 'was OOM-killed by its platform' : 'was OOM-killed by the kernel',
    'systemd-oomd': 'was killed by systemd-oomd',
    'systemd-stop':
      death.killer?.kind === 'container-exited'
        ? 'was killed in a stop of its container'
        : death.killer?.kind === 'arbiter-signal'
          ? 'was killed by its arbiter, which was being stopped,'
          : program !== null
            ? `was killed in a stop by ${program.name}`
            : 'was killed while its unit was being stopped',
    'external-sigkill':
      program !== null
        ? `was killed by ${program.name}${program.isForMemory ? ' because memory ran short' : ''}`
        : death.end.kind === 'worker-boot'
          ? 'vanished without a log line and was replaced'
          : killOrder(context) === null
            ? 'was killed by SIGKILL, sender unknown,'
            : 'was killed by a kill command',
    crash: crashWords(context, death),
    'gunicorn-timeout': 'was killed',
    'supervisor-timeout': 'was killed',
  }[death.mechanism];
  const after =
    death.timeout === null || !isTimeLimit(death.mechanism)
      ? ''
      : death.end === death.timeout
        ? ` with ${limitLogged(death.timeout)}`
        : `, ${delayWords(death.timeout, death.end)} ${limitLogged(death.timeout)}`;
  return `${capital(who)} ${ended} ${at}${after}${into}${company(incident)}.`;
}

/** A signal or a code says how; a worker that never came to serve says that it failed to boot. */
function crashWords(context: FactContext, death: Death): string {
  if (failedToBoot(context))
    return `failed to boot${death.end.kind === 'worker-exiting' ? '' : ` (${endLabel(death)})`}`;
  return death.end.kind === 'worker-exiting' ? 'exited by itself' : `crashed (${endLabel(death)})`;
}

/** "1 s after"; stamps of whole seconds that are the same tell no more than that, and those without a time tell the order. */
function delayWords(from: EvidenceEvent, to: EvidenceEvent): string {
  if (from.isUndated === true || to.isUndated === true) return 'after';
  const seconds = secondsBetween(from.time, to.time);
  if (seconds < AT_ONCE_SECONDS) {
    return Math.max(from.resolutionMicros, to.resolutionMicros) >= MICROS_PER_SECOND
      ? 'in the second of'
      : 'at once after';
  }
  return `${formatSeconds(seconds)} after`;
}

const AT_ONCE_SECONDS = 0.01;

/** What happened to several workers in one moment is one event. */
function company({ together }: Incident): string {
  const others = together?.length ?? 0;
  return others === 0 ? '' : `, in one moment with ${others === 1 ? 'another worker' : `${others} other workers`}`;
}

/** "worker 23333 of tracker", or "process 25456 (python)" where nothing shows that it was a worker. */
function processName(context: FactContext, record: IncidentRecord): string {
  const { incident, death } = record;
  const of = incident.unit === null ? '' : ` of ${incident.unit.replace(/\.service$/, '')}`;
  if (incident.pid === null) return `a worker${of}`;
  const who = victim(context, record);
  if (who === 'arbiter') return `the arbiter${of} (pid ${incident.pid})`;
  if (who === 'worker') return `worker ${incident.pid}${of}`;
  const name = death?.killer?.detail.processName ?? death?.end.detail.processName;
  return `process ${incident.pid}${name === undefined ? '' : ` (${name})`}${of}`;
}
