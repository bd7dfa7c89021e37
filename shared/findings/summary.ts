import type { FactContext } from '../context/context.ts';
import { elapsedSeconds } from '../context/elapsed.ts';
import { killOrder } from '../context/kill-order.ts';
import { type FactId, isFactOf } from '../facts/fact-id.ts';
import type { Fact, HypothesisResult, Incident, Recommendation } from '../model/analysis.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { formatDate, formatTimeOfDay, MICROS_PER_SECOND, secondsBetween } from '../model/time.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import { endLabel, isHang } from '../timeline/incidents.ts';
import { killerWord } from '../timeline/killers.ts';
import { formatMoment, formatSeconds, listing } from '../wording/figures.ts';
import { quietAdvice, quietCase, quietHeadline, quietTraces } from './quiet-case.ts';

/** One line for the top of every view: who was ended, when, how, in the middle of what. */
export function headline(context: FactContext): string {
  const { record, history } = context;
  if (record === null) {
    const latest = history.latestOperation;
    return quietHeadline(quietCase(context), latest?.outcome === 'open' ? (latest.name ?? 'an operation') : null);
  }
  const { incident, death } = record;
  const who = processName(context, incident);
  const last = death?.end ?? record.operation?.lines.at(-1)?.event ?? { time: incident.end, resolutionMicros: 1 };
  // A line without a time of its own stands beside the others, and no hour can be told of it.
  const isUndated = 'isUndated' in last && last.isUndated === true;
  const at = isUndated
    ? 'at a time that its log does not tell'
    : `at ${formatMoment(last)} on ${formatDate(incident.end)}`;
  const work = incident.operation ?? 'its work';
  if (isHang(record)) {
    return `${capital(work)} hangs in ${who}, which has said nothing for ${formatSeconds(secondsBetween(record.operation?.end ?? incident.start, incident.end))} when the log ends at ${formatTimeOfDay(incident.end)} UTC on ${formatDate(incident.end)}; nobody ended it.`;
  }
  if (death === null) return `${capital(work)} failed in ${who} ${at}; no worker was ended.`;
  const elapsed = elapsedSeconds(context, incident.end);
  const into =
    record.operation === null
      ? ''
      : `, ${elapsed === null ? 'in the middle of' : `${formatSeconds(elapsed)} into`} ${work}`;
  const program = death.killer === null ? null : (killerWord(death.killer)?.program ?? null);
  const ended = {
    'kernel-oom':
      death.killer?.kind === 'platform-oom'
        ? 'was killed for memory by its platform'
        : 'was killed by the kernel for memory',
    'systemd-oomd': 'was killed by systemd-oomd',
    'systemd-stop':
      death.killer?.kind === 'container-exited'
        ? 'was killed in a stop of its container'
        : death.killer?.kind === 'arbiter-signal'
          ? 'was killed by its arbiter, which was being stopped,'
          : program !== null
            ? `was ended in a stop by ${program.name}`
            : 'was killed while its unit was being stopped',
    'external-sigkill':
      program !== null
        ? `was killed by ${program.name}${program.isForMemory ? ' because memory ran short' : ''}`
        : death.end.kind === 'worker-boot'
          ? 'vanished without a word and was replaced'
          : killOrder(context) === null
            ? 'was killed by an unknown sender'
            : 'was killed by hand',
    crash: `crashed (${endLabel(death)})`,
    'gunicorn-timeout': death.signal === 9 ? 'was killed' : 'was ended',
  }[death.mechanism];
  const after =
    death.timeout === null || death.mechanism !== 'gunicorn-timeout'
      ? ''
      : death.end === death.timeout
        ? ' with WORKER TIMEOUT'
        : `, ${delayWords(death.timeout, death.end)} WORKER TIMEOUT`;
  return `${capital(who)} ${ended} ${at}${after}${into}${company(incident)}.`;
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
function processName(context: FactContext, incident: Incident): string {
  const { record } = context;
  const of = incident.unit === null ? '' : ` of ${incident.unit.replace(/\.service$/, '')}`;
  if (incident.pid === null) return `a worker${of}`;
  if (record !== null && !isKnownWorker(context, record)) {
    const name = record.death?.killer?.detail.processName ?? record.death?.end.detail.processName;
    return `process ${incident.pid}${name === undefined ? '' : ` (${name})`}${of}`;
  }
  // The kernel may pick the arbiter, whose workers then notice that their parent changed.
  const isArbiter = context.evidence.events.pidsWithKinds(['arbiter-start']).has(incident.pid);
  return isArbiter && record?.death?.life.boot == null
    ? `the arbiter${of} (pid ${incident.pid})`
    : `worker ${incident.pid}${of}`;
}

/** Programs whose processes are workers, by the name that the kernel prints. */
const SERVER_NAME = /^(?:gunicorn|uwsgi|uvicorn|celery|hypercorn|daphne|mod_wsgi|puma|unicorn|granian)/i;

/** The kernel names whatever it kills: gunicorn's word, work, or a command line shows that it was a worker. */
function isKnownWorker({ evidence }: FactContext, { death, operation }: IncidentRecord): boolean {
  if (death === null || operation !== null || death.mechanism !== 'kernel-oom') return true;
  if (death.life.boot !== null || death.life.about.some(({ kind }) => kind.startsWith('worker-'))) return true;
  const kernelName = death.killer?.detail.processName ?? death.end.detail.processName;
  if (kernelName === undefined || SERVER_NAME.test(kernelName)) return true;
  return evidence.processes.some(({ pid, command }) => pid === death.pid && /\bgunicorn\b/.test(command));
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const PLACED = [
  'stuck-in-frame',
  'waited-for-peer',
  'waited-for-client',
  'idle-at-timeout',
  'counter-past-total',
  'counter-towards-total',
] as const satisfies readonly FactId[];

/** The incident in three sentences: what happened, why, what to do. */
export function summary(
  context: FactContext,
  facts: readonly Fact[],
  hypotheses: readonly HypothesisResult[],
  recommendations: readonly Recommendation[],
): readonly [string, string, string] {
  const before = facts.find((fact) => isFactOf(fact, 'similar-before'))?.text;
  // A stack or a counter says more of where it was than what was not said.
  const isPlaced = facts.some((fact) => isFactOf(fact, ...PLACED));
  const usual = isPlaced ? undefined : facts.find((fact) => isFactOf(fact, 'usual-next-missing'))?.text;
  const cause = [why(context, facts, hypotheses), usual, before].filter((part) => part !== undefined).join(' ');
  return [headline(context), cause, whatToDo(context, hypotheses, recommendations)];
}

function why(context: FactContext, facts: readonly Fact[], hypotheses: readonly HypothesisResult[]): string {
  if (context.record === null) {
    const told = ['operation-completed', 'log-ends-amid-work', 'no-death-logged'] as const;
    const done = told.map((id) => facts.find((fact) => isFactOf(fact, id))).find((fact) => fact !== undefined);
    return (
      [done?.text, quietTraces(quietCase(context))].filter((part) => part != null).join(' ') ||
      'The evidence does not show how the workers fared.'
    );
  }
  const of = (verdict: HypothesisResult['verdict']): readonly HypothesisResult[] =>
    hypotheses.filter((hypothesis) => hypothesis.verdict === verdict);
  const clause = (list: readonly HypothesisResult[], one: string, many: string): string =>
    list.length === 0
      ? ''
      : `${listing(list.map((hypothesis) => hypothesis.title.toLowerCase()))} ${list.length === 1 ? one : many}`;
  const fits = of('fits');
  const first = fits[0];
  const parts = [clause(fits, 'fits', 'fit'), clause(of('contributes'), 'contributes', 'contribute')];
  const excluded = clause(of('ruled-out'), 'is ruled out', 'are ruled out');
  if (first !== undefined) {
    const involved = parts.filter((part) => part !== '').join(' and ');
    return `${capital(involved)}${excluded === '' ? '' : `, while ${excluded}`}: ${lowerFirst(first.reason)}`;
  }
  const suspects = of('inconclusive').filter((hypothesis) => hypothesis.score >= 0.5);
  const rest = [
    parts[1] ?? '',
    clause(suspects, 'is suspected but undecided', 'are suspected but undecided'),
    excluded,
  ].filter((part) => part !== '');
  return `None of the five hypotheses explains it by itself${rest.length === 0 ? '' : `; ${listing(rest)}`}.`;
}

function lowerFirst(text: string): string {
  // Names and pids keep their case: only an article or a plain word is lowered.
  return /^(?:The|A|An|It|Its|No|Memory|Nothing)\b/.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;
}

function whatToDo(
  context: FactContext,
  hypotheses: readonly HypothesisResult[],
  recommendations: readonly Recommendation[],
): string {
  const first = recommendations[0];
  if (first !== undefined) return first.text;
  if (context.record === null && context.history.latestOperation?.outcome !== 'open')
    return quietAdvice(quietCase(context), hypotheses);
  const missing = hypotheses.flatMap((hypothesis) => hypothesis.missing)[0];
  return missing === undefined
    ? 'Collect more evidence the next time it happens.'
    : `To decide it, collect what is missing first: ${missing.what}`;
}
