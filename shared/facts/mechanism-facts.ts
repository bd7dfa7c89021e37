import { type FactContext, sourceOfFile, sourceOnly, sourcesOf } from '../context/context.ts';
import { killOrder } from '../context/kill-order.ts';
import { type OomReport, oomReport } from '../context/oom-report.ts';
import { statedRss } from '../context/stated-rss.ts';
import { isTimeLimit } from '../model/analysis.ts';
import { GUNICORN_DEFAULTS } from '../model/config.ts';
import type { EvidenceEvent } from '../model/event.ts';
import type { EvidenceFile } from '../model/evidence.ts';
import { SUPERVISORS } from '../model/supervisor.ts';
import { type EpochMicros, epochMicros, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { abruptRestarts } from '../timeline/abrupt-restarts.ts';
import type { Death } from '../timeline/deaths.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';
import { endLabel, isHang } from '../timeline/incidents.ts';
import { type KillerWord, killerWord } from '../timeline/killers.ts';
import { durationOf, type Operation } from '../timeline/operations.ts';
import { fileLabel, formatBytes, formatMoment, formatSeconds, listing, plural } from '../wording/figures.ts';
import { ABORT_RULES, abortFacts } from './abort-facts.ts';
import { BASIS } from './basis.ts';
import { CRASH_RULES, crashFacts } from './crash-facts.ts';
import { type FactOf, family, rule } from './rule.ts';
import { diskFailureAt } from './storage-facts.ts';

const nobodyDied = rule({
  id: 'nobody-died',
  needs: ['service-log'],
  basis: BASIS.arbiter,
  weights: { 'memory-exhaustion': -1, 'worker-timeout': -5, 'infinite-loop': -2.5, 'large-artifact': -1 },
  decides: { 'worker-timeout': 'against', 'infinite-loop': 'against' },
});

const timeoutLogged = rule({
  id: 'timeout-logged',
  needs: ['service-log'],
  basis: BASIS.arbiter,
  weights: { 'worker-timeout': 6, 'memory-exhaustion': -1 },
  decides: { 'worker-timeout': 'for' },
});

const slowKill = rule({
  id: 'slow-kill',
  needs: ['service-log'],
  basis: BASIS.arbiter,
  cases: {
    otherwise: { when: 'no disk failed at that moment', weights: { 'infinite-loop': -0.5 } },
    // SIGKILL ends whatever computes at once; only a call into the kernel can outlast it.
    untilDiskFailed: {
      when: "it came 10 s late or more, and at the moment at which the kernel gave a disk's work up",
      basis: BASIS.kernelStorage,
      weights: { 'infinite-loop': -3.5, 'database-lock': -0.5 },
      decides: { 'infinite-loop': 'against' },
    },
  },
});

const timeoutThenOtherKiller = rule({
  id: 'timeout-then-other-killer',
  needs: ['service-log'],
  basis: BASIS.arbiter,
  weights: { 'worker-timeout': 1 },
});

const noTimeoutLogged = rule({
  id: 'no-timeout-logged',
  needs: ['service-log'],
  basis: BASIS.arbiter,
  weights: { 'worker-timeout': -6 },
  decides: { 'worker-timeout': 'against' },
});

/** How late a SIGKILL is that nothing but a wait in the kernel held up: the arbiter goes on at its own pace. */
const HELD_BY_DISK_SECONDS = 10;

/** What ended the worker, as gunicorn, the kernel and systemd tell it. */
function mechanismFacts(context: FactContext): readonly MechanismFact[] {
  const { record } = context;
  if (record === null) return noIncidentFacts(context);
  const facts: MechanismFact[] = [];
  const death = record.death;
  if (isHang(record)) return hangFacts(record);
  if (death === null) {
    facts.push(
      nobodyDied.fact({
        text: `The operation failed, but no worker was killed: ${record.incident.pid === null ? 'the process' : `pid ${record.incident.pid}`} logged the failure itself, and no kill, timeout or fatal exit follows.`,
        ...sourcesOf(record.failure),
      }),
    );
    return facts;
  }

  const { who, title, limit } = limitWords(death);
  if (isTimeLimit(death.mechanism) && death.timeout !== null) {
    facts.push(
      timeoutLogged.fact({
        text: `${who} logged ${limit} for ${limitOf(death)}${at(death.timeout)}, and ${endAfterTimeout(death)}.`,
        ...sourcesOf(death.timeout, death.end === death.timeout ? null : death.end),
      }),
    );
    const delay = secondsBetween(death.timeout.time, death.end.time);
    facts.push(...abortFacts(context, death, death.timeout));
    if (death.signal === 9 && delay > 5) {
      const failure = delay < HELD_BY_DISK_SECONDS ? null : diskFailureAt(context, death.end.time);
      facts.push(
        slowKill.fact({
          case: failure === null ? 'otherwise' : 'untilDiskFailed',
          text: `SIGKILL took effect ${formatSeconds(delay)} after WORKER TIMEOUT (usual: 1 to 2 s). ${
            failure === null
              ? 'Either the arbiter got no CPU, or the worker was in uninterruptible sleep, swapping or dumping core.'
              : `The worker could not die until the kernel gave up on a disk ("${failure.message.slice(0, 120)}"): it waited for that disk, and computed nothing.`
          }`,
          ...sourcesOf(death.timeout, death.end, failure),
        }),
      );
    }
  } else if (death.timeout !== null) {
    facts.push(
      timeoutThenOtherKiller.fact({
        text: `${who} had logged ${limit} for ${limitOf(death)} at ${formatMoment(death.timeout)} when something else killed it.`,
        ...sourcesOf(death.timeout),
      }),
    );
  } else if (!isToldByWork(death) && arbiterSpeaksOf(context)) {
    facts.push(
      noTimeoutLogged.fact({
        text:
          limit === null
            ? `${title} has no time limit for what it runs, so none ended ${whom(death)}.`
            : `${title}'s log covers the end of ${whom(death)} and has no ${limit} for it.`,
        ...sourcesOf(death.end),
      }),
    );
  }
  facts.push(...killerFacts(context));
  return facts;
}

/** " at 04:12:15 UTC"; of a line without a time of its own no time is told. */
function at(event: EvidenceEvent): string {
  return event.isUndated === true ? '' : ` at ${formatMoment(event)}`;
}

/** How the worker ended after its TIMEOUT; of some only the boot of another shows that it did. */
function endAfterTimeout(death: Death): string {
  if (death.end === death.timeout) return 'the log has no line of the worker after that';
  if (death.end.kind === 'worker-boot') return `a replacement booted${at(death.end)}`;
  return death.end.kind === 'worker-exiting'
    ? `the worker exited${at(death.end)}`
    : `the worker ended with ${endLabel(death)}${at(death.end)}`;
}

/** Whether systemd ended a service because it gave no sign of life in time: at once, or when that stop took too long as well. */
const isWatchdog = (killer: EvidenceEvent | null): boolean =>
  killer?.detail.state === 'watchdog' || killer?.detail.state === 'stop-watchdog';

/** Who watches the time of a worker, and what it logs when that is up; null where it does not watch. */
function limitWords({ timeout, end }: Death): {
  readonly who: string;
  readonly title: string;
  readonly limit: string | null;
} {
  const name = (timeout ?? end).detail.supervisor;
  if (name === undefined) return { who: 'The arbiter', title: 'gunicorn', limit: 'WORKER TIMEOUT' };
  const { title, limit } = SUPERVISORS[name];
  return { who: title, title, limit: limit?.logged ?? null };
}

/** Whether the limit is told by the work itself, which cannot where it hangs in C: that it was not told says nothing. */
function isToldByWork({ end }: Death): boolean {
  const name = end.detail.supervisor;
  return name !== undefined && SUPERVISORS[name].limit?.isToldByWork === true;
}

/** Whose limit was exceeded, with the work where the word of it names that. */
function limitOf(death: Death): string {
  const work = death.timeout?.detail.work;
  return `${death.pid === null ? 'a worker' : whom(death)}${work === undefined ? '' : ` (${work})`}`;
}

/** Who reports a kill for memory that names no process. */
function reporterOf(killer: EvidenceEvent | null): string {
  if (killer?.identifier === 'docker') return 'Docker reports that the container';
  return killer?.identifier === 'kubelet'
    ? 'Kubernetes reports that the container'
    : 'systemd reports that a process of the unit';
}

const operationUnfinished = rule({
  id: 'operation-unfinished',
  needs: ['service-log'],
  basis: BASIS.log,
  // The process is alive, so nothing killed it; a timeout would have.
  weights: { 'infinite-loop': 1, 'database-lock': 1, 'worker-timeout': -5, 'memory-exhaustion': -1 },
  decides: { 'worker-timeout': 'against' },
});

/** Nobody ended the worker and it does not end: what it is at is for the other facts to say. */
function hangFacts({ incident, operation }: IncidentRecord): readonly MechanismFact[] {
  const lines = operation?.lines ?? [];
  return [
    operationUnfinished.fact({
      text: `${incident.operation ?? 'An operation'} started at ${formatTimeOfDay(incident.start)} UTC${incident.pid === null ? '' : ` in pid ${incident.pid}`} and logged nothing after ${formatTimeOfDay(lines.at(-1)?.event.time ?? incident.start)} UTC. The log goes on until ${formatTimeOfDay(incident.end)} UTC and shows no kill of its worker: it hung.`,
      ...sourcesOf(lines[0]?.event, lines.at(-1)?.event),
    }),
  ];
}

/** A TIMEOUT stands within seconds before its kill; 21 s were seen where the host was starved. */
const TIMEOUT_BEFORE_KILL_SECONDS = 60;

/**
 * Whether the log holds the arbiter's own words about this worker, and of the time in which a TIMEOUT would stand: only then
 * is its silence evidence. A file that begins with the kill cannot have told of what came before.
 */
function arbiterSpeaksOf({ record, evidence }: FactContext): boolean {
  const death = record?.death;
  if (death === null || death === undefined) return false;
  const spoken = [...death.life.about, death.end].filter((event) => event.kind.startsWith('worker-'));
  return spoken.some(({ source }) => {
    const span = evidence.events.span(source.evidenceId);
    if (span === null) return false;
    const covered = secondsBetween(span.from, death.end.time);
    const lived =
      death.life.boot === null ? TIMEOUT_BEFORE_KILL_SECONDS : secondsBetween(death.life.boot.time, death.end.time);
    return covered > 0 && covered >= Math.min(TIMEOUT_BEFORE_KILL_SECONDS, lived);
  });
}

/** A worker that the arbiter had not given up when something else killed it was not killed for its timeout. */
const NOT_TIMED_OUT = {
  when: 'no WORKER TIMEOUT was logged for it before',
  weights: { 'worker-timeout': -4 },
  decides: { 'worker-timeout': 'against' },
} as const;

const systemdOom = rule({
  id: 'systemd-oom',
  needs: ['service-log'],
  basis: BASIS.systemdOom,
  weights: { 'memory-exhaustion': 6 },
  decides: { 'memory-exhaustion': 'for' },
  cases: { notTimedOut: NOT_TIMED_OUT },
});

const oomKillInContainer = rule({
  id: 'oom-kill-in-container',
  needs: ['kernel-log', 'service-log'],
  basis: BASIS.pidNamespace,
  weights: { 'memory-exhaustion': 6 },
  decides: { 'memory-exhaustion': 'for' },
  cases: { notTimedOut: NOT_TIMED_OUT },
});

const oomdKill = rule({
  id: 'oomd-kill',
  needs: ['service-log'],
  basis: BASIS.systemdOomd,
  weights: { 'memory-exhaustion': 7 },
  decides: { 'memory-exhaustion': 'for' },
  cases: { notTimedOut: NOT_TIMED_OUT },
});

const systemdStop = rule({
  id: 'systemd-stop',
  needs: ['service-log'],
  basis: BASIS.systemdStop,
  weights: { 'memory-exhaustion': -1 },
  cases: {
    stopped: {
      when: 'the unit or the container was being stopped',
      weights: { 'worker-timeout': -4 },
      decides: { 'worker-timeout': 'against' },
    },
    watchdog: { when: "systemd's own watchdog ran out, which is a time limit too" },
  },
});

const sigkillWithoutAuthor = rule({
  id: 'sigkill-without-author',
  needs: ['service-log'],
  basis: BASIS.signals,
  // Whether it hung is open: a worker that does is what somebody kills by hand.
  weights: { 'worker-timeout': -1 },
});

const killedByHand = rule({
  id: 'killed-by-hand',
  needs: ['host-log'],
  basis: BASIS.sudo,
  weights: { 'memory-exhaustion': -3 },
  decides: { 'memory-exhaustion': 'against' },
});

function killerFacts(context: FactContext): readonly MechanismFact[] {
  const death = context.record?.death;
  if (death === null || death === undefined) return [];
  const { killer } = death;
  switch (death.mechanism) {
    case 'kernel-oom': {
      if (killer === null || killer.kind === 'systemd-oom') {
        return [
          systemdOom.fact({
            case: timedOut(death),
            text: `${reporterOf(killer)} was killed by the OOM killer at the moment the worker ended.`,
            ...sourcesOf(killer),
          }),
        ];
      }
      if (killer.kind === 'platform-oom') return [namedByPlatform(death, killer)];
      const { detail } = killer;
      if (detail.targetPid !== undefined && detail.targetPid !== death.pid) {
        return [
          oomKillInContainer.fact({
            case: timedOut(death),
            text: `The kernel's OOM killer killed ${detail.processName ?? 'a process'} in a memory cgroup (pid ${detail.targetPid} on the host) at the moment pid ${death.pid} ended. gunicorn counts PIDs in a container, so the numbers differ.`,
            ...sourcesOf(killer, death.end),
          }),
        ];
      }
      return namedByKernel(context, death.end === killer ? null : death.end);
    }
    case 'systemd-oomd':
      return [
        oomdKill.fact({
          case: timedOut(death),
          text: `systemd-oomd killed the unit's cgroup because of memory pressure as ${whom(death)} ended.`,
          ...sourcesOf(killer),
        }),
      ];
    case 'systemd-stop': {
      const word = killer === null ? null : killerWord(killer);
      return [
        systemdStop.fact({
          case: isWatchdog(killer) ? 'watchdog' : 'stopped',
          text: isWatchdog(killer)
            ? "The service did not answer systemd's watchdog in time, and systemd killed it for that."
            : killer?.kind === 'container-exited'
              ? `The container was being stopped and was killed because it had not exited in the time that the stop allows: "${killer.message.trim().slice(0, 160)}".`
              : killer?.kind === 'arbiter-signal'
                ? `The arbiter had been asked to stop at ${formatMoment(killer)} and killed ${whom(death)} itself ${formatSeconds(secondsBetween(killer.time, death.end.time))} later, because it had not exited within graceful_timeout.`
                : word !== null
                  ? word.program.tellsWhy === true
                    ? `${word.program.name} restarted the container because its liveness or startup probe failed, and killed it when it had not stopped in time: "${saidOf(word)}".`
                    : `${word.program.name} was stopping the service and sent SIGKILL because it had not stopped in time: "${word.event.message.trim().slice(0, 160)}".${death.pid === null ? '' : ` pid ${death.pid} lost its arbiter by that.`}`
                  : 'The unit was being stopped or restarted. The worker did not exit in time and was killed.',
          ...sourcesOf(killer, death.end),
        }),
      ];
    }
    case 'crash':
      return crashFacts(context, death);
    case 'external-sigkill': {
      const word = killer === null ? null : killerWord(killer);
      if (word !== null) return [killedBy(context, death, word)];
      const order = killOrder(context);
      return [
        sigkillWithoutAuthor.fact({
          text: withoutSender(context, death),
          ...sourcesOf(death.end),
        }),
        ...(order === null
          ? []
          : [
              killedByHand.fact({
                text: `A kill command was logged ${formatSeconds(secondsBetween(order.time, death.end.time))} before the end: "${order.message.trim().slice(0, 160)}".`,
                ...sourcesOf(order),
              }),
            ]),
      ];
    }
    case 'gunicorn-timeout':
    case 'supervisor-timeout':
      return [];
  }
}

/** A SIGKILL that no log owns up to; or a worker that is replaced, and nothing logs how it ended. */
function withoutSender({ kernel }: FactContext, death: Death): string {
  const logs = ['gunicorn', ...(kernel.state === 'covers' ? ['the kernel'] : [])];
  return death.end.kind === 'worker-boot'
    ? `${subject(death)} was replaced, and its log has no line of its end. gunicorn before 20.1 logs nothing when a worker is killed.`
    : `${subject(death)} was killed by SIGKILL, and no line of ${logs.join(' or ')} in the evidence names the sender.`;
}

/** The part of a program's line that says it; what stands before may be long. */
const saidOf = ({ program, event }: KillerWord): string =>
  (program.says.exec(event.message)?.[0] ?? event.message).trim().slice(0, 160);

/** Whom it ended, within a sentence. */
function whom({ pid }: Death): string {
  return pid === null ? 'the service' : `pid ${pid}`;
}

/** The same at its beginning. */
function subject({ pid }: Death): string {
  return pid === null ? 'The service' : `pid ${pid}`;
}

const killedForMemory = rule({
  id: 'killed-for-memory',
  needs: ['host-log'],
  basis: BASIS.earlyoom,
  weights: { 'memory-exhaustion': 6 },
  decides: { 'memory-exhaustion': 'for' },
  cases: { notTimedOut: NOT_TIMED_OUT },
});

const killedByProgram = rule({
  id: 'killed-by-program',
  needs: ['host-log'],
  basis: BASIS.signals,
  cases: { notTimedOut: NOT_TIMED_OUT },
});

/** A program other than gunicorn, kernel and systemd that says in its own log that it killed the worker. */
function killedBy(context: FactContext, death: Death, { program, event }: KillerWord): MechanismFact {
  const rss = statedRss(context);
  const why = program.isForMemory ? ' because memory ran short' : '';
  return (program.isForMemory ? killedForMemory : killedByProgram).fact({
    case: timedOut(death),
    text: `${program.name} killed ${whom(death)}${why}: "${event.message.trim().slice(0, 160)}".${rss === null ? ` It does not say ${program.leavesOpen}.` : ''}`,
    ...sourcesOf(event, death.end === event ? null : death.end),
  });
}

function timedOut({ timeout }: Death): readonly 'notTimedOut'[] {
  return timeout === null ? ['notTimedOut'] : [];
}

const platformOom = rule({
  id: 'platform-oom',
  needs: ['service-log'],
  basis: BASIS.platformOom,
  weights: { 'memory-exhaustion': 7 },
  decides: { 'memory-exhaustion': 'for' },
  cases: { notTimedOut: NOT_TIMED_OUT },
});

/** The platform or runtime says that memory ended what it ran. */
function namedByPlatform(death: Death, killer: EvidenceEvent): MechanismFact {
  const { limitBytes, usageBytes } = killer.detail;
  const figures = [
    usageBytes === undefined ? null : `${formatBytes(usageBytes)} used`,
    limitBytes === undefined ? null : `a limit of ${formatBytes(limitBytes)}`,
  ].filter((part) => part !== null);
  return platformOom.fact({
    case: timedOut(death),
    text: `The platform reports that memory ran out as ${whom(death)} ended${figures.length === 0 ? '' : ` (${figures.join(', ')})`}: "${killer.message.trim().slice(0, 160)}".`,
    ...sourcesOf(killer, death.end === killer ? null : death.end),
  });
}

const oomKillNamesWorker = rule({
  id: 'oom-kill-names-worker',
  needs: ['kernel-log'],
  basis: BASIS.oomKiller,
  weights: { 'memory-exhaustion': 8 },
  decides: { 'memory-exhaustion': 'for' },
  cases: { notTimedOut: NOT_TIMED_OUT },
});

function namedByKernel(context: FactContext, end: EvidenceEvent | null): readonly MechanismFact[] {
  const report = oomReport(context);
  const death = context.record?.death ?? null;
  if (report === null || death === null) return [];
  const where =
    report.scope === 'cgroup'
      ? `in its memory cgroup${report.limitBytes === null ? '' : ` (limit ${formatBytes(report.limitBytes)})`}`
      : 'because the host ran out of memory';
  const size = report.victimBytes === null ? '' : `; it held ${formatBytes(report.victimBytes)} of anonymous memory`;
  return [
    oomKillNamesWorker.fact({
      case: timedOut(death),
      text: `The kernel's OOM killer killed pid ${death.pid} ${where}${size}.`,
      ...sourcesOf(death.killer, report.limitLine, end),
    }),
    ...hoursApart(death),
    ...holdersOfMemory(report, death.pid),
  ];
}

const clocksApart = rule({
  id: 'clocks-apart',
  needs: ['kernel-log', 'service-log'],
  basis: BASIS.oomKiller,
});

/** The arbiter tells of an end within seconds; hours between it and the kernel are a zone that one of the logs does not print. */
function hoursApart({ killer, end }: Death): readonly MechanismFact[] {
  const apart = killer === null || killer === end ? 0 : secondsBetween(end.time, killer.time);
  if (killer === null || Math.abs(apart) < CLOCKS_APART_SECONDS) return [];
  return [
    clocksApart.fact({
      text: `The kernel log has this kill ${formatSeconds(Math.abs(apart))} ${apart > 0 ? 'later' : 'earlier'} than the gunicorn log. One of them has an unstated time zone or a wrong clock. Set it with --source-zone or --clock-offset.`,
      ...sourcesOf(killer, end),
    }),
  ];
}

const CLOCKS_APART_SECONDS = 120;

const memoryHolders = rule({
  id: 'memory-holders',
  needs: ['kernel-log'],
  basis: BASIS.oomKiller,
});

/** Who held the memory, where the kernel listed it: the victim need not be the one that took it. */
function holdersOfMemory({ holders }: OomReport, pid: number | null): readonly MechanismFact[] {
  const largest = holders.slice(0, 3);
  const top = largest[0];
  if (top === undefined) return [];
  const named = largest.map((holder) => `${holder.name} (pid ${holder.pid}) ${formatBytes(holder.rssBytes)}`);
  return [
    memoryHolders.fact({
      text: `The kernel's task table shows who held the memory: ${listing(named)}${top.pid === pid ? '' : `; the process that it killed, pid ${pid}, was not the largest`}.`,
      ...sourcesOf(...largest.map(({ event }) => event)),
    }),
  ];
}

const noDeathLogged = rule({
  id: 'no-death-logged',
  needs: ['service-log'],
  basis: BASIS.arbiter,
  cases: {
    // A worker that hangs without being ended leaves no word of it.
    allWell: {
      when: 'every work was done, no restart was abrupt, and all of the log was read',
      weights: { 'memory-exhaustion': -3, 'infinite-loop': -2.5, 'database-lock': -1.5, 'large-artifact': -1.5 },
    },
    mayHaveDied: { when: 'a worker may have ended all the same', weights: { 'memory-exhaustion': -0.5 } },
    // A timeout that had come would stand in this log.
    noTimeout: {
      when: 'a timeout would have come before the log ends',
      weights: { 'worker-timeout': -5 },
      decides: { 'worker-timeout': 'against' },
    },
    mayTimeOut: { when: 'a timeout may have come after it ends', weights: { 'worker-timeout': -1 } },
  },
});

const operationCompleted = rule({
  id: 'operation-completed',
  needs: ['service-log'],
  basis: BASIS.log,
  weights: {
    'large-artifact': -3,
    'database-lock': -2,
    'infinite-loop': -3,
    'worker-timeout': -2,
    'memory-exhaustion': -1,
  },
  decides: {
    'large-artifact': 'against',
    'database-lock': 'against',
    'infinite-loop': 'against',
    'worker-timeout': 'against',
  },
});

const noLog = rule({
  id: 'no-log',
  needs: ['settings'],
  basis: BASIS.log,
});

/** With no incident: what shows that workers lived and work was done. */
function noIncidentFacts(context: FactContext): readonly MechanismFact[] {
  const facts: MechanismFact[] = [];
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
  const unread = evidence.files.filter(({ graveLines }) => graveLines !== undefined);
  const isUndecided = amid !== null || unread.length > 0;
  if (unread.length > 0) facts.push(unreadSpeaks(unread));
  const until = amid === null ? null : logEnd(context, amid, workerEvents);
  if (amid !== null && until !== null) facts.push(endsAmidWork(amid, workerEvents, until));
  // The next start ended whatever workers there were: had one of them reached its timeout, the log before it would say so.
  const isCutOff = amid !== null && workerEvents.some(({ kind, time }) => kind === 'arbiter-start' && time >= amid.end);
  const mayTimeOut =
    unread.length > 0 || (amid !== null && until !== null && !isCutOff && couldTimeOutLater(context, amid, until));
  if (first !== undefined) {
    // Whatever ended the arbiter from outside ended its workers, in whatever they were.
    const [restart] = abruptRestarts(evidence.events);
    const mayHaveDied = isUndecided || restart !== undefined;
    const graceful = workerEvents.filter((event) => event.kind === 'worker-exiting' || event.kind === 'arbiter-signal');
    facts.push(
      noDeathLogged.fact({
        case: [mayHaveDied ? 'mayHaveDied' : 'allWell', mayTimeOut ? 'mayTimeOut' : 'noTimeout'],
        text:
          restart !== undefined
            ? 'gunicorn restarted without having shut down: its workers ended with it, and its log shows neither how nor a timeout.'
            : graceful.length === 0
              ? "gunicorn's log shows workers booting; no end of one is logged."
              : "gunicorn's log shows workers ending gracefully only (reload, stop or recycling); no kill, timeout or crash is logged.",
        ...sourcesOf(first, restart, ...graceful.slice(0, 5)),
      }),
    );
  }
  const last = history.latestDone;
  if (last !== null && !isUndecided && abruptRestarts(evidence.events).length === 0) {
    const lines = last.lines;
    const end = lines.at(-1)?.event;
    const took = durationOf(last);
    facts.push(
      operationCompleted.fact({
        text: `${last.name ?? 'The operation'} completed${took === null ? '' : took === 0 ? ' in less than 1 s' : ` after ${formatSeconds(took)}`}.`,
        ...sourcesOf(lines[0]?.event, end),
      }),
    );
  }
  if (facts.length === 0 && evidence.configs[0] !== undefined) {
    return [
      noLog.fact({
        text: 'No gunicorn log is in the evidence, so how any worker exited is not known.',
        ...sourceOnly(),
      }),
    ];
  }
  return facts;
}

const unreadLinesSpeakOfAnEnd = rule({
  id: 'unread-lines-speak-of-an-end',
  needs: ['service-log'],
  basis: BASIS.log,
});

/** What could not be read may tell of the very end that is looked for: silence of what could is then no evidence. */
function unreadSpeaks(files: readonly EvidenceFile[]): MechanismFact {
  const lines = files.reduce((sum, { graveLines = 0 }) => sum + graveLines, 0);
  return unreadLinesSpeakOfAnEnd.fact({
    text: `${plural(lines, 'line')} of ${listing(files.slice(0, 3).map(({ path }) => fileLabel(path)))} ${lines === 1 ? 'mentions' : 'mention'} a kill, a timeout, short memory or a lock and could not be classified. That no end is logged rests on the other lines alone.`,
    ...sourceOnly(...files.map(sourceOfFile)),
  });
}

/** Whether the log ends before a timeout could have come: where none is known, gunicorn's default is what it was at least. */
function couldTimeOutLater(
  { config }: FactContext,
  { start, end, startIsKnown }: Operation,
  lastWord: EpochMicros,
): boolean {
  // One that is set and cannot be read may be any.
  if ((config !== null && config.timeoutSeconds === null) || !startIsKnown) return true;
  const timeout = config?.timeoutSeconds ?? GUNICORN_DEFAULTS.timeoutSeconds;
  return timeout > 0 && secondsBetween(start, epochMicros(Math.max(end, lastWord))) < timeout;
}

/** When the logs that tell of the work and of its workers end. */
function logEnd({ evidence }: FactContext, { lines, end }: Operation, about: readonly EvidenceEvent[]): EpochMicros {
  const told = [lines[0]?.event, about.at(-1)].filter((event) => event !== undefined);
  const ends = told.map(({ source, time }) => evidence.events.span(source.evidenceId)?.to ?? time);
  return epochMicros(Math.max(end, ...ends));
}

const logEndsAmidWork = rule({
  id: 'log-ends-amid-work',
  needs: ['service-log'],
  basis: BASIS.log,
});

function endsAmidWork(
  { name, start, end, pid, startIsKnown }: Operation,
  about: readonly EvidenceEvent[],
  until: EpochMicros,
): MechanismFact {
  const last = about.at(-1) ?? null;
  const work = `${name ?? 'an operation'} began${pid === null ? '' : ` in pid ${pid}`}`;
  const stop = about.find(({ kind, time }) => kind === 'arbiter-signal' && time >= end) ?? null;
  return logEndsAmidWork.fact({
    text:
      stop === null
        ? `The log ends ${startIsKnown ? `${formatSeconds(secondsBetween(start, until))} ` : ''}after ${work}. Outcome unknown: it may have continued, or been killed together with what would have logged that.`
        : `The service was stopped or reloaded ${startIsKnown ? `${formatSeconds(secondsBetween(start, stop.time))} ` : ''}after ${work}, and no end of that is logged. The stop cut it off, or it finished without a line.`,
    ...sourcesOf(stop ?? last),
  });
}

const MECHANISM_RULES = [
  ...ABORT_RULES,
  nobodyDied,
  timeoutLogged,
  slowKill,
  timeoutThenOtherKiller,
  noTimeoutLogged,
  operationUnfinished,
  systemdOom,
  oomKillInContainer,
  oomdKill,
  systemdStop,
  ...CRASH_RULES,
  sigkillWithoutAuthor,
  killedByHand,
  killedForMemory,
  killedByProgram,
  platformOom,
  oomKillNamesWorker,
  clocksApart,
  memoryHolders,
  noDeathLogged,
  operationCompleted,
  noLog,
  unreadLinesSpeakOfAnEnd,
  logEndsAmidWork,
] as const;
type MechanismFact = FactOf<typeof MECHANISM_RULES>;

export const mechanismFamily = family({
  name: 'mechanism',
  about: 'What ended the worker, as gunicorn, the kernel, systemd and others tell it, and how the worker took SIGABRT.',
  rules: MECHANISM_RULES,
  find: mechanismFacts,
});
