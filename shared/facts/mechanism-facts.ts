import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { databaseServer } from '../context/database-server.ts';
import { killOrder } from '../context/kill-order.ts';
import { type OomReport, oomReport } from '../context/oom-report.ts';
import type { Fact } from '../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../model/config.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { type EpochMicros, epochMicros, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { endLabel, type IncidentRecord, isHang } from '../timeline/incidents.ts';
import type { Operation } from '../timeline/operations.ts';
import { formatBytes, formatMoment, formatSeconds, listing } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { fatalException } from './failure-facts.ts';

/** What ended the worker, as gunicorn, the kernel and systemd tell it. */
export function mechanismFacts(context: FactContext): readonly Fact[] {
  const { record } = context;
  if (record === null) return noIncidentFacts(context);
  const facts: Fact[] = [];
  const death = record.death;
  if (isHang(record)) return hangFacts(record);
  if (death === null) {
    facts.push({
      id: 'nobody-died',
      text: `The operation failed, but no worker was ended: ${record.incident.pid === null ? 'the process' : `pid ${record.incident.pid}`} logged the failure itself and no kill, timeout or fatal exit follows.`,
      weights: { 'memory-exhaustion': -3, 'worker-timeout': -5, 'infinite-loop': -2.5, 'large-artifact': -1.5 },
      ...sourcesOf(record.failure),
      basis: BASIS.arbiter,
    });
    return facts;
  }

  if (death.mechanism === 'gunicorn-timeout' && death.timeout !== null) {
    facts.push({
      id: 'timeout-logged',
      text: `The arbiter logged WORKER TIMEOUT for pid ${death.pid} at ${formatMoment(death.timeout)} and the worker then ended (${endLabel(death)}${death.end === death.timeout ? '' : ` at ${formatMoment(death.end)}`}).`,
      weights: { 'worker-timeout': 6, 'memory-exhaustion': -1 },
      ...sourcesOf(death.timeout, death.end === death.timeout ? null : death.end),
      basis: BASIS.arbiter,
    });
    const delay = secondsBetween(death.timeout.time, death.end.time);
    facts.push(...abortFacts(death.signal, delay, death.timeout, death.end, databaseServer(context) !== null));
    if (death.signal === 9 && delay > 5) {
      facts.push({
        id: 'slow-kill',
        text: `SIGKILL came ${formatSeconds(delay)} after the TIMEOUT; normally it is 1 to 2 s. The arbiter was starved or the worker could not die (uninterruptible sleep, swapping, a core dump).`,
        weights: { 'infinite-loop': -0.5 },
        ...sourcesOf(death.timeout, death.end),
        basis: BASIS.arbiter,
      });
    }
  } else if (death.timeout !== null) {
    facts.push({
      id: 'timeout-then-other-killer',
      text: `The arbiter had logged WORKER TIMEOUT for pid ${death.pid} at ${formatMoment(death.timeout)} when something else ended it.`,
      weights: { 'worker-timeout': 1 },
      ...sourcesOf(death.timeout),
      basis: BASIS.arbiter,
    });
  } else if (arbiterSpeaksOf(context)) {
    facts.push({
      id: 'no-timeout-logged',
      text: `The arbiter's log covers the end of pid ${death.pid} and has no WORKER TIMEOUT for it.`,
      weights: { 'worker-timeout': -6 },
      ...sourcesOf(death.end),
      basis: BASIS.arbiter,
    });
  }
  facts.push(...killerFacts(context));
  return facts;
}

/** Nobody ended the worker and it does not end: what it is at is for the other facts to say. */
function hangFacts({ incident, operation }: IncidentRecord): readonly Fact[] {
  const lines = operation?.lines ?? [];
  return [
    {
      id: 'operation-unfinished',
      text: `${incident.operation ?? 'An operation'} began at ${formatTimeOfDay(incident.start)} UTC in pid ${incident.pid ?? '?'}, which has said nothing since ${formatTimeOfDay(lines.at(-1)?.event.time ?? incident.start)} UTC, while others of its kind log their end until ${formatTimeOfDay(incident.end)} UTC: it hangs, and nobody ended the worker.`,
      // The process is alive, so nothing killed it; a timeout would have.
      weights: { 'infinite-loop': 1, 'database-lock': 1, 'worker-timeout': -5, 'memory-exhaustion': -2 },
      ...sourcesOf(lines[0]?.event, lines.at(-1)?.event),
      basis: BASIS.log,
    },
  ];
}

/** Seconds within which a worker that can run Python code leaves after SIGABRT. */
const PROMPT_EXIT_SECONDS = 2;

/**
 * How the worker took SIGABRT. Python runs a signal handler between two bytecodes only: a worker that leaves at once was
 * running Python or in a wait that a signal ends; one that needs SIGKILL was inside C or the kernel. SQLite's wait for a
 * lock is such a C call, of which Python learns nothing until it returns.
 */
function abortFacts(
  signal: number | null,
  delaySeconds: number,
  timeout: EvidenceEvent,
  end: EvidenceEvent,
  usesServer: boolean,
): readonly Fact[] {
  if (end === timeout) return [];
  if (signal === 9) {
    return [
      {
        id: 'deaf-to-abort',
        text: `The worker did not react to SIGABRT and had to be killed: it was inside C code or the kernel (a parser, a wait within ${usesServer ? 'the database driver' : 'SQLite'}, the disk).`,
        weights: { 'database-lock': 0.5 },
        ...sourcesOf(timeout, end),
        basis: BASIS.abort,
      },
    ];
  }
  // Ended by SIGABRT itself: no handler caught it.
  if (signal !== null || delaySeconds > PROMPT_EXIT_SECONDS) return [];
  return [
    {
      id: 'abort-handler-ran',
      text: `The worker left at once on SIGABRT: its handler could run, so it was executing Python or in a wait that a signal ends${usesServer ? '' : ', not in a wait within SQLite'}.`,
      // A driver in Python waits for its server in a call that a signal ends.
      weights: { 'database-lock': usesServer ? 0 : -1.5, 'infinite-loop': 0.5 },
      ...sourcesOf(timeout, end),
      basis: BASIS.abort,
    },
  ];
}

/** Whether the log holds the arbiter's own words about this worker: only then is its silence on a timeout evidence. */
function arbiterSpeaksOf(context: FactContext): boolean {
  const death = context.record?.death;
  if (death === null || death === undefined) return false;
  return death.life.about.some((event) => event.kind.startsWith('worker-')) || death.end.kind.startsWith('worker-');
}

function killerFacts(context: FactContext): readonly Fact[] {
  const death = context.record?.death;
  if (death === null || death === undefined) return [];
  const { killer } = death;
  switch (death.mechanism) {
    case 'kernel-oom': {
      if (killer === null || killer.kind === 'systemd-oom') {
        return [
          {
            id: 'systemd-oom',
            text: 'systemd reports that a process of the unit was killed by the OOM killer at the moment the worker ended.',
            weights: { 'memory-exhaustion': 6 },
            ...sourcesOf(killer),
            basis: BASIS.systemdOom,
          },
        ];
      }
      const { detail } = killer;
      if (detail.targetPid !== undefined && detail.targetPid !== death.pid) {
        return [
          {
            id: 'oom-kill-in-container',
            text: `The kernel's OOM killer ended ${detail.processName ?? 'a process'} in a memory cgroup (pid ${detail.targetPid} on the host) at the moment pid ${death.pid} ended; gunicorn counts pids in a container of its own, so the numbers differ.`,
            weights: { 'memory-exhaustion': 6, 'infinite-loop': -1 },
            ...sourcesOf(killer, death.end),
            basis: BASIS.pidNamespace,
          },
        ];
      }
      return namedByKernel(context, death.end === killer ? null : death.end);
    }
    case 'systemd-oomd':
      return [
        {
          id: 'oomd-kill',
          text: `systemd-oomd killed the unit's cgroup because of memory pressure as pid ${death.pid} ended.`,
          weights: { 'memory-exhaustion': 7, 'infinite-loop': -1 },
          ...sourcesOf(killer),
          basis: BASIS.systemdOomd,
        },
      ];
    case 'systemd-stop':
      return [
        {
          id: 'systemd-stop',
          text:
            killer?.detail.state === 'watchdog'
              ? "The service did not answer systemd's watchdog in time, and systemd ended it for that."
              : 'The unit was being stopped or restarted, the worker did not end in time and was killed for that.',
          weights: { 'memory-exhaustion': -3, 'worker-timeout': -1 },
          ...sourcesOf(killer, death.end),
          basis: BASIS.systemdStop,
        },
      ];
    case 'crash': {
      const raised = death.signal === null ? fatalException(context) : null;
      return [
        {
          id: 'crash',
          text: `The worker ended by its own fault (${raised === null ? endLabel(death) : raised.text}), not by a kill: neither a timeout nor memory pressure ends a process this way.`,
          weights: {
            'memory-exhaustion': -3,
            'worker-timeout': -2,
            'infinite-loop': -3,
            'database-lock': -2.5,
            'large-artifact': -1,
          },
          ...sourcesOf(killer, raised?.event === killer ? null : raised?.event, death.end),
          basis: BASIS.signals,
        },
      ];
    }
    case 'external-sigkill': {
      const order = killOrder(context);
      return [
        {
          id: 'sigkill-without-author',
          text: `pid ${death.pid} got SIGKILL, and neither gunicorn, nor the kernel, nor systemd says in what was saved that it sent it.`,
          weights: { 'worker-timeout': -1, 'infinite-loop': -0.5, 'database-lock': -2.5 },
          ...sourcesOf(death.end),
          basis: BASIS.signals,
        },
        ...(order === null
          ? []
          : [
              {
                id: 'killed-by-hand',
                text: `Somebody ordered it: "${order.message.trim().slice(0, 160)}", ${formatSeconds(secondsBetween(order.time, death.end.time))} before the worker was gone.`,
                weights: { 'memory-exhaustion': -3 },
                ...sourcesOf(order),
                basis: BASIS.sudo,
              },
            ]),
      ];
    }
    case 'gunicorn-timeout':
      return [];
  }
}

function namedByKernel(context: FactContext, end: EvidenceEvent | null): readonly Fact[] {
  const report = oomReport(context);
  const death = context.record?.death ?? null;
  if (report === null || death === null) return [];
  const where =
    report.scope === 'cgroup'
      ? `in its memory cgroup${report.limitBytes === null ? '' : ` (limit ${formatBytes(report.limitBytes)})`}`
      : 'because the host ran out of memory';
  const size = report.victimBytes === null ? '' : `; it held ${formatBytes(report.victimBytes)} of anonymous memory`;
  return [
    {
      id: 'oom-kill-names-worker',
      text: `The kernel's OOM killer ended pid ${death.pid} ${where}${size}.`,
      weights: { 'memory-exhaustion': 8, 'infinite-loop': -1 },
      ...sourcesOf(death.killer, report.limitLine, end),
      basis: BASIS.oomKiller,
    },
    ...clocksApart(death),
    ...holdersOfMemory(report, death.pid),
  ];
}

/** The arbiter tells of an end within seconds; hours between it and the kernel are a zone that one of the logs does not print. */
function clocksApart({ killer, end }: Death): readonly Fact[] {
  const apart = killer === null || killer === end ? 0 : secondsBetween(end.time, killer.time);
  if (killer === null || Math.abs(apart) < CLOCKS_APART_SECONDS) return [];
  return [
    {
      id: 'clocks-apart',
      text: `The kernel's log tells of the kill ${formatSeconds(Math.abs(apart))} ${apart > 0 ? 'later' : 'earlier'} than gunicorn does: one of the two prints a zone that it does not name, or its clock is off. Give that source its zone or correct its clock, and the rest falls into place.`,
      weights: {},
      ...sourcesOf(killer, end),
      basis: BASIS.oomKiller,
    },
  ];
}

const CLOCKS_APART_SECONDS = 120;

/** Who held the memory, where the kernel listed it: the victim need not be the one that took it. */
function holdersOfMemory({ holders }: OomReport, pid: number): readonly Fact[] {
  const largest = holders.slice(0, 3);
  const top = largest[0];
  if (top === undefined) return [];
  const named = largest.map((holder) => `${holder.name} (pid ${holder.pid}) ${formatBytes(holder.rssBytes)}`);
  return [
    {
      id: 'memory-holders',
      text: `By the kernel's table of tasks the memory was held by ${listing(named)}${top.pid === pid ? '' : `; the worker that it ended, pid ${pid}, was not the largest`}.`,
      weights: {},
      ...sourcesOf(...largest.map(({ event }) => event)),
      basis: BASIS.oomKiller,
    },
  ];
}

/** With no incident: what shows that workers lived and work was done. */
function noIncidentFacts(context: FactContext): readonly Fact[] {
  const facts: Fact[] = [];
  const { history, evidence } = context;
  const workerEvents = evidence.events.ofKinds([
    'worker-boot',
    'worker-exiting',
    'worker-recycled',
    'arbiter-start',
    'arbiter-signal',
  ]);
  const first = workerEvents[0];
  // What was begun last may hang, go on, or have been ended with all that could have said so: the log ends before it tells.
  const latest = history.latestOperation;
  const amid = latest?.outcome === 'open' ? latest : null;
  const isUndecided = amid !== null;
  if (amid !== null) facts.push(endsAmidWork(amid, workerEvents));
  if (first !== undefined) {
    const graceful = workerEvents.filter((event) => event.kind === 'worker-exiting' || event.kind === 'arbiter-signal');
    facts.push({
      id: 'no-death-logged',
      text:
        graceful.length === 0
          ? "gunicorn's log shows workers booting and none ending."
          : "gunicorn's log shows workers ending gracefully only (reload, stop or recycling); none was killed, timed out or crashed.",
      weights: {
        'memory-exhaustion': isUndecided ? -0.5 : -3,
        'worker-timeout':
          isUndecided && couldTimeOutLater(context, amid, workerEvents.at(-1)?.time ?? amid.end) ? -1 : -5,
        // A worker that hangs without being ended leaves no word of it.
        ...(!isUndecided ? { 'infinite-loop': -2.5, 'database-lock': -1.5, 'large-artifact': -1.5 } : {}),
      },
      ...sourcesOf(first, ...graceful.slice(0, 5)),
      basis: BASIS.arbiter,
    });
  }
  const last = history.latestDone;
  if (last !== null && !isUndecided) {
    const lines = last.lines;
    const end = lines.at(-1)?.event;
    facts.push({
      id: 'operation-completed',
      text: `${last.name ?? 'The operation'} completed${end === undefined ? '' : ` after ${formatSeconds(secondsBetween(last.start, end.time))}`}.`,
      weights: {
        'large-artifact': -3,
        'database-lock': -2,
        'infinite-loop': -3,
        'worker-timeout': -2,
        'memory-exhaustion': -1,
      },
      ...sourcesOf(lines[0]?.event, end),
      basis: BASIS.log,
    });
  }
  if (facts.length === 0 && evidence.configs[0] !== undefined) {
    return [
      {
        id: 'no-log',
        text: 'No log of workers was saved, so nothing can be said of how any ended.',
        weights: {},
        ...sourceOnly(),
        basis: BASIS.log,
      },
    ];
  }
  return facts;
}

/** Whether the log ends before a timeout could have come: where none is known, gunicorn's default is what it was at least. */
function couldTimeOutLater({ config }: FactContext, { start, end }: Operation, lastWord: EpochMicros): boolean {
  const timeout = config?.timeoutSeconds ?? GUNICORN_DEFAULTS.timeoutSeconds;
  return timeout > 0 && secondsBetween(start, epochMicros(Math.max(end, lastWord))) < timeout;
}

function endsAmidWork({ name, start, end, pid }: Operation, about: readonly EvidenceEvent[]): Fact {
  const last = about.at(-1) ?? null;
  const work = `${name ?? 'an operation'} began${pid === null ? '' : ` in pid ${pid}`}`;
  const stop = about.find(({ kind, time }) => kind === 'arbiter-signal' && time >= end) ?? null;
  const until = last !== null && last.time > end ? last.time : end;
  return {
    id: 'log-ends-amid-work',
    text:
      stop === null
        ? `The log ends ${formatSeconds(secondsBetween(start, until))} after ${work}, and does not tell how that ended: it may have gone on, or have been ended together with all that could have said so.`
        : `The service was stopped or reloaded ${formatSeconds(secondsBetween(start, stop.time))} after ${work}, and no end of that is logged: the stop cut it off, or it ended without a word within graceful_timeout.`,
    weights: {},
    ...sourcesOf(stop ?? last),
    basis: BASIS.log,
  };
}
