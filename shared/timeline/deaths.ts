import type { EventSource, EvidenceEvent } from '../model/event.ts';
import { isServerProcess } from '../model/supervisor.ts';
import { addSeconds, type EpochMicros, epochMicros, secondsBetween } from '../model/time.ts';
import type { Death } from './death.ts';
import { killerOf, killerWords } from './killers.ts';
import { MomentIndex } from './moment-index.ts';
import { runtimeFaults } from './runtime-faults.ts';
import { SilentWorkers } from './silent-workers.ts';
import { goesOn, Speakers } from './speakers.ts';
import { namelessDeaths, silentlyReplaced } from './supervised-deaths.ts';
import { spokenOfWorkers, WordSubjects } from './supervisor-words.ts';
import type { WorkerLife } from './workers.ts';

export type { Death } from './death.ts';

/** Signals by which a process ends on a defect of its own: ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS (signal(7)). */
const CRASH_SIGNALS: ReadonlySet<number> = new Set([4, 5, 6, 7, 8, 11, 31]);
const SIGKILL = 9;
const SIGTERM = 15;

/**
 * Between a kill and the arbiter's word of it lies one wake-up of the arbiter (about a second); kernel logs in `short`
 * carry whole seconds and the arbiter may itself have been starved, so neighbours within this span belong together.
 */
const SAME_DEATH_SECONDS = 15;

/** systemd's DefaultTimeoutStopSec is 90 s; past it systemd itself kills and says so. */
const STOP_SECONDS = 95;

/** The deaths among worker lives. Graceful ends (TERM, HUP, QUIT, max_requests, exit code 0) are none. */
export function deathsOf(lives: readonly WorkerLife[], events: EventSource): readonly Death[] {
  const context = readContext(events);
  const deaths: Death[] = [];
  for (const life of lives) {
    const death = deathOf(life, context);
    if (death !== null) deaths.push(death);
  }
  const unlogged = unloggedDeaths(lives, deaths, events, context);
  const withUnit = unitDeaths(lives, [...deaths, ...unlogged], events, context);
  const withService = serviceKills(lives, [...deaths, ...unlogged, ...withUnit], events, context);
  const known = [...deaths, ...unlogged, ...withUnit, ...withService];
  const nameless = namelessDeaths(events, context.subjects, known, (end) => whoSentSigkill(end, null, context));
  return [...known, ...nameless].sort((a, b) => a.end.time - b.end.time);
}

interface DeathContext {
  readonly events: EventSource;
  readonly speakers: Speakers;
  readonly subjects: WordSubjects;
  /** `Reason: Worker failed to boot.`: the arbiter stops because a worker could not load the application. */
  readonly bootFailures: MomentIndex;
  readonly systemdOom: MomentIndex;
  readonly containerOomKills: MomentIndex;
  /** OOM kills of what may be a worker, for the end of one that nothing names. */
  readonly serverOomKills: MomentIndex;
  readonly platformOoms: MomentIndex;
  readonly oomdKills: MomentIndex;
  readonly stopTimeouts: MomentIndex;
  readonly systemdStopping: MomentIndex;
  readonly watchdogs: MomentIndex;
  readonly arbiterSignals: MomentIndex;
  readonly arbiterStarts: MomentIndex;
  readonly boots: MomentIndex;
  readonly containerSegfaults: MomentIndex;
  /** What runtimes say of the end of their own process, which they do not name. */
  readonly faults: MomentIndex;
}

function readContext(events: EventSource): DeathContext {
  const units = events.ofKinds(['systemd-unit']);
  return {
    events,
    speakers: new Speakers(events),
    subjects: new WordSubjects(events),
    faults: new MomentIndex(runtimeFaults(events)),
    bootFailures: new MomentIndex(
      spokenOfWorkers(events, ['arbiter-stop']).filter(({ message }) => BOOT_FAILURE.test(message)),
    ),
    systemdOom: new MomentIndex(events.ofKinds(['systemd-oom'])),
    containerOomKills: new MomentIndex(containerOomKills(events)),
    serverOomKills: new MomentIndex(
      events.ofKinds(['oom-kill']).filter(({ detail }) => isServerProcess(detail.processName ?? '')),
    ),
    platformOoms: new MomentIndex(events.ofKinds(['platform-oom'])),
    oomdKills: new MomentIndex(events.ofKinds(['systemd-oomd-kill'])),
    stopTimeouts: new MomentIndex(events.ofKinds(['systemd-stop-timeout'])),
    // systemd announces a stop it was asked for as "Stopping <unit>..." (unit.c, unit_status_emit_starting_stopping).
    systemdStopping: new MomentIndex(units.filter((event) => /^Stopping\b/.test(event.message))),
    watchdogs: new MomentIndex(units.filter((event) => event.detail.state === 'watchdog')),
    arbiterSignals: new MomentIndex(spokenOfWorkers(events, ['arbiter-signal', 'arbiter-stop'])),
    arbiterStarts: new MomentIndex(spokenOfWorkers(events, ['arbiter-start'])),
    boots: new MomentIndex(spokenOfWorkers(events, ['worker-boot'])),
    containerSegfaults: new MomentIndex(
      isContained(events)
        ? events.ofKinds(['segfault']).filter(({ detail }) => isServerProcess(detail.processName ?? ''))
        : [],
    ),
  };
}

// [2012-05-20 16:39:47 +0000] [23845] [INFO] Reason: Worker failed to boot.     Source: arbiter.py, run and halt
const BOOT_FAILURE = /\bReason: (?:Worker failed to boot|App failed to load)\b/;
/** The arbiter reaps a worker that failed at its boot in its next look and stops. */
const BOOT_FAILURE_SECONDS = 5;

/** On a host, pids below are those of init and of kernel threads; a gunicorn that has one counts pids of its own. */
const FIRST_HOST_PID = 100;

/** Whether gunicorn counts pids in a container of its own. */
function isContained(events: EventSource): boolean {
  if (events.ofKinds(['arbiter-start']).some(({ pid }) => pid !== null && pid < FIRST_HOST_PID)) return true;
  return events
    .ofKinds(['worker-boot', 'worker-sigkill'])
    .some(
      ({ detail }) =>
        detail.supervisor !== undefined && detail.targetPid !== undefined && detail.targetPid < FIRST_HOST_PID,
    );
}

/**
 * OOM kills within a memory cgroup of what may be a worker in a container: the kernel names the process by the pid that it
 * has on the host, gunicorn by the one in the container's own namespace, so the two never match. Source: pid_namespaces(7)
 */
function containerOomKills(events: EventSource): readonly EvidenceEvent[] {
  if (!isContained(events)) return [];
  return events
    .ofKinds(['oom-kill'])
    .filter(({ detail }) => detail.oomScope === 'cgroup' && isServerProcess(detail.processName ?? ''));
}

/** The first of these that belongs to the same death as what happened at `time`; null when there is none. */
function around(index: MomentIndex, time: EpochMicros): EvidenceEvent | null {
  return index.within(addSeconds(time, -SAME_DEATH_SECONDS), addSeconds(time, SAME_DEATH_SECONDS))[0] ?? null;
}

function deathOf(life: WorkerLife, context: DeathContext): Death | null {
  const timeout = life.about.find((event) => event.kind === 'worker-timeout') ?? null;
  // An exit that was begun before the TIMEOUT is what hung, and no end of it.
  const exits = life.about.filter(
    (event) =>
      EXIT_KINDS.has(event.kind) && !(event.kind === 'worker-exiting' && timeout !== null && event.row < timeout.row),
  );
  // A kill that its process outlives was told of another, or quoted.
  const told = exits.find(({ kind }) => kind === 'worker-sigkill' || kind === 'worker-signalled');
  if (told !== undefined && goesOn(context.events, context.speakers, life.pid, told, life.until)) return null;
  // The arbiter's word of a signal or an exit code says more than the worker's own "Worker exiting".
  const exit = exits.find((event) => event.kind !== 'worker-exiting') ?? exits[0] ?? null;
  const signal = exit === null ? null : exitSignal(exit);
  const kernelWord = (kind: 'oom-kill' | 'segfault'): EvidenceEvent | null =>
    life.about.find((event) => event.kind === kind && (exit === null || isSameDeath(event.time, exit.time))) ?? null;
  const oomKill = kernelWord('oom-kill');
  const segfault = kernelWord('segfault');
  const base = { pid: life.pid, timeout, life, signal };

  if (oomKill !== null) return { ...base, mechanism: 'kernel-oom', end: exit ?? oomKill, killer: oomKill };
  if (timeout !== null) {
    const mechanism = timeout.detail.supervisor === undefined ? 'gunicorn-timeout' : 'supervisor-timeout';
    return { ...base, mechanism, end: exit ?? timeout, killer: timeout };
  }
  if (exit === null) return segfault === null ? null : { ...base, mechanism: 'crash', end: segfault, killer: segfault };
  if (segfault !== null || (signal !== null && CRASH_SIGNALS.has(signal))) {
    return { ...base, mechanism: 'crash', end: exit, killer: segfault ?? faultAt(exit, context) };
  }
  if (signal === SIGKILL) return { ...base, end: exit, ...whoSentSigkill(exit, life.pid, context) };
  if (exit.kind === 'worker-exit-code' && exit.detail.isUnexpected === true) {
    return { ...base, mechanism: 'crash', end: exit, killer: faultAt(exit, context) };
  }
  const exception = life.about.findLast((event) => FATAL_EXCEPTION.test(event.message) && event.time <= exit.time);
  if (exception !== undefined) return { ...base, mechanism: 'crash', end: exit, killer: exception };
  if (exit.kind === 'worker-exit-code' && (exit.detail.exitCode ?? 0) !== 0) {
    return { ...base, mechanism: 'crash', end: exit, killer: faultAt(exit, context) };
  }
  const failure = exit.kind === 'worker-exiting' ? failedBoot(exit, context) : null;
  return failure === null ? null : { ...base, mechanism: 'crash', end: exit, killer: failure };
}

/** The arbiter's word that a worker failed to boot, where this is the worker that went first; its siblings are sent away. */
function failedBoot(exit: EvidenceEvent, { bootFailures, arbiterStarts, events }: DeathContext): EvidenceEvent | null {
  const failure = bootFailures.next(exit.time);
  if (failure === undefined || secondsBetween(exit.time, failure.time) > BOOT_FAILURE_SECONDS) return null;
  const start = arbiterStarts.within(BEGINNING, exit.time).at(-1)?.time ?? BEGINNING;
  const since = addSeconds(failure.time, -BOOT_FAILURE_SECONDS);
  const first = events
    .between(since > start ? since : start, failure.time, MOST_EXITS, ['worker-exiting'])
    .find(({ row }) => row <= exit.row);
  return first === undefined || first.row === exit.row ? failure : null;
}

const MOST_EXITS = 1_000;

/** Zones lie whole quarters of an hour apart, and none further than this. */
const ZONE_STEP_SECONDS = 900;
const FURTHEST_ZONE_SECONDS = 14 * 3_600;

/**
 * Whether the kernel and the arbiter speak of one death: at one moment, or as far apart as two zones are, since either log may
 * print another zone without saying so. A pid that the kernel names days later is another process.
 */
function isSameDeath(kernel: EpochMicros, arbiter: EpochMicros): boolean {
  const apart = Math.abs(secondsBetween(kernel, arbiter));
  const slip = apart % ZONE_STEP_SECONDS;
  return (
    apart <= SAME_DEATH_SECONDS ||
    (apart <= FURTHEST_ZONE_SECONDS && Math.min(slip, ZONE_STEP_SECONDS - slip) <= SAME_DEATH_SECONDS)
  );
}

/**
 * The one kill that is as far from what happened at `time` as two zones are, since dmesg and the log of a container may each print
 * another without saying so; null where none is, or several are.
 */
function inAnotherZone(kills: MomentIndex, time: EpochMicros): EvidenceEvent | null {
  const near = kills
    .within(addSeconds(time, -FURTHEST_ZONE_SECONDS), addSeconds(time, FURTHEST_ZONE_SECONDS))
    .filter((kill) => isSameDeath(kill.time, time));
  // The kernel tells of one kill in two lines.
  return new Set(near.map(({ detail }) => detail.targetPid)).size === 1 ? (near[0] ?? null) : null;
}

const EXIT_KINDS: ReadonlySet<EvidenceEvent['kind']> = new Set([
  'worker-sigkill',
  'worker-signalled',
  'worker-exit-code',
  'worker-exiting',
] as const);

/**
 * An exception that left the worker's own code ends it, and "Worker exiting" is all that follows: while it booted with code 3,
 * later with -1. "Error handling request" is of one request. Source: gunicorn, arbiter.py, spawn_worker
 */
const FATAL_EXCEPTION = /\bException in worker process\b/;

function exitSignal(exit: EvidenceEvent): number | null {
  if (exit.kind === 'worker-sigkill') return SIGKILL;
  return exit.detail.signal ?? null;
}

/** The killer of a worker that got SIGKILL without a WORKER TIMEOUT, by what kernel and systemd logged around it. */
function whoSentSigkill(
  exit: EvidenceEvent,
  pid: number | null,
  context: DeathContext,
): { readonly mechanism: Death['mechanism']; readonly killer: EvidenceEvent | null } {
  // A supervisor that lost its patience says so in the line that tells of the end.
  if (context.subjects.wasToldToStop(exit)) return { mechanism: 'systemd-stop', killer: exit };
  const oomd = around(context.oomdKills, exit.time);
  if (oomd !== null) return { mechanism: 'systemd-oomd', killer: oomd };
  // Before the stop: with OOMPolicy=stop systemd kills what is left of the unit after an OOM kill, in the same words.
  const contained = around(context.containerOomKills, exit.time) ?? inAnotherZone(context.containerOomKills, exit.time);
  if (contained !== null) return { mechanism: 'kernel-oom', killer: contained };
  // Of a worker that its supervisor does not name, the kernel tells which one it was.
  const unnamed =
    pid === null && exit.detail.supervisor !== undefined ? around(context.serverOomKills, exit.time) : null;
  if (unnamed !== null) return { mechanism: 'kernel-oom', killer: unnamed };
  const platform = around(context.platformOoms, exit.time);
  if (platform !== null) return { mechanism: 'kernel-oom', killer: platform };
  const systemdOom = around(context.systemdOom, exit.time);
  if (systemdOom !== null) return { mechanism: 'kernel-oom', killer: systemdOom };
  const stop = around(context.stopTimeouts, exit.time) ?? around(context.watchdogs, exit.time);
  if (stop !== null) return { mechanism: 'systemd-stop', killer: stop };
  // On TERM the arbiter waits graceful_timeout and then kills what is left (arbiter.py, stop): systemd's doing if it asked.
  const stopping = context.systemdStopping.within(addSeconds(exit.time, -STOP_SECONDS), exit.time).at(-1);
  if (stopping !== undefined && context.arbiterSignals.countWithin(stopping.time, exit.time) > 0) {
    return { mechanism: 'systemd-stop', killer: stopping };
  }
  // Who asked a container to end says why, where it is told; the runtime only that it did not end in time.
  const ordered =
    exit.kind === 'container-exited' || RUNTIME.test(exit.identifier ?? '')
      ? killerWords(context.events, addSeconds(exit.time, -ORDERED_SECONDS), exit.time).findLast(
          ({ program, pid: named }) => program.tellsWhy === true && named === null,
        )
      : undefined;
  if (ordered !== undefined) return { mechanism: ordered.program.mechanism, killer: ordered.event };
  const asked = stopAskedFor(exit, context);
  // The arbiter kills its workers; whoever asked kills a container that does not end.
  if (asked !== null) return { mechanism: 'systemd-stop', killer: exit.kind === 'container-exited' ? exit : asked };
  const word = killerOf(context.events, pid, exit.time, SAME_DEATH_SECONDS);
  if (word !== null) return { mechanism: word.program.mechanism, killer: word.event };
  return { mechanism: 'external-sigkill', killer: null };
}

/** Who tells of the end of a container. */
const RUNTIME = /^(?:docker|kubelet)$/;
/** The longest grace that a container is usually given to end. */
const ORDERED_SECONDS = 120;

const STOP_SIGNALS: ReadonlySet<number> = new Set([2, 3, SIGTERM]);
/** graceful_timeout is 30 s by default, and some services let their work take an hour. */
const LONGEST_STOP_SECONDS = 3_600;
/** Supervisors wait 10 s by default before they kill what they asked to stop (stopwaitsecs, docker stop, kubelet: 30 s). */
const SUPERVISOR_STOP_SECONDS = 600;
/** Between the request to stop and a kill that ends it, by who tells of the kill. */
const STOP_SECONDS_OF: Readonly<Partial<Record<EvidenceEvent['kind'], number>>> = {
  'worker-sigkill': LONGEST_STOP_SECONDS,
  'container-exited': SUPERVISOR_STOP_SECONDS,
};

/**
 * The signal that asked the arbiter to stop, where it is what this kill ends: the arbiter waits graceful_timeout for its workers
 * and then kills what is left, itself. Once asked it starts nothing more. Source: gunicorn, arbiter.py, stop and kill_workers
 */
function stopAskedFor(
  exit: EvidenceEvent,
  { arbiterSignals, arbiterStarts, boots }: DeathContext,
): EvidenceEvent | null {
  const longest = STOP_SECONDS_OF[exit.kind];
  if (longest === undefined) return null;
  const asked = arbiterSignals
    .within(addSeconds(exit.time, -longest), exit.time)
    // Lines without a time of their own share that of the line above them: their order is known all the same.
    .filter(({ source, row }) => source.evidenceId !== exit.source.evidenceId || row < exit.row)
    .findLast(({ kind, detail }) => kind === 'arbiter-signal' && STOP_SIGNALS.has(detail.signal ?? 0));
  if (asked === undefined) return null;
  const after = epochMicros(asked.time + 1);
  if (arbiterStarts.countWithin(after, exit.time) > 0 || boots.countWithin(after, exit.time) > 0) return null;
  return asked;
}

/** What a runtime said of the end of its own process, in the log that tells of the end. */
function faultAt({ time, source, unit, row }: EvidenceEvent, { faults }: DeathContext): EvidenceEvent | null {
  const near = faults.within(addSeconds(time, -SAME_DEATH_SECONDS), addSeconds(time, SAME_DEATH_SECONDS));
  return (
    near.findLast(
      (fault) => fault.row <= row && (fault.source.evidenceId === source.evidenceId || fault.unit === unit),
    ) ??
    near.findLast((fault) => fault.row <= row) ??
    null
  );
}

/** Who ended a worker of which nobody says that it ended: the kernel may name a crash, by a pid of the host's. */
function whoEndedSilently(
  boot: EvidenceEvent,
  pid: number,
  context: DeathContext,
): { readonly mechanism: Death['mechanism']; readonly killer: EvidenceEvent | null } {
  const segfault = around(context.containerSegfaults, boot.time) ?? faultAt(boot, context);
  if (segfault !== null) return { mechanism: 'crash', killer: segfault };
  return whoSentSigkill(boot, pid, context);
}

/**
 * gunicorn before 20.1 says nothing when a worker dies (arbiter.py, reap_workers): the death shows only in the boot of a
 * replacement that no start, reload or recycling explains. The dead one is the worker that was alive and never heard of
 * again; with several candidates the one that had been at work, else none is chosen.
 */
function unloggedDeaths(
  lives: readonly WorkerLife[],
  known: readonly Death[],
  events: EventSource,
  context: DeathContext,
): readonly Death[] {
  const unlogged: Death[] = [];
  const boots = new BootExplanations(lives, known, context);
  const accounted = new Set<Death['life']>(known.map((death) => death.life));
  // Lives come in order of their beginning: those of an earlier arbiter, and those that ended, need no second look.
  const silent = new SilentWorkers(events);
  let latestStart = BEGINNING;
  for (const replacement of lives) {
    const { boot } = replacement;
    if (boot === null) continue;
    const start = context.arbiterStarts.within(latestStart, boot.time).at(-1);
    if (start !== undefined) {
      latestStart = start.time;
      silent.forgetBefore(start.time);
    }
    // Where workers are counted, the one that stood in the slot before is the one that is replaced.
    const replaced = silentlyReplaced(replacement, lives, known, context);
    if (replaced !== undefined ? replaced !== null : !boots.explain(boot)) {
      const victim = replaced ?? silent.takeReplacedAt(boot.time);
      if (victim !== null) {
        unlogged.push({
          pid: victim.pid,
          timeout: null,
          end: boot,
          signal: null,
          life: victim,
          ...whoEndedSilently(boot, victim.pid, context),
        });
      }
    }
    const hasEnded = accounted.has(replacement) || replacement.about.some((event) => EXIT_KINDS.has(event.kind));
    if (!hasEnded) silent.add(replacement);
  }
  return unlogged;
}

/**
 * Deaths of the whole unit: when systemd, systemd-oomd or the kernel end the arbiter with its workers, nobody of gunicorn
 * is left to say so, and systemd's word on the main process is all there is. The worker that spoke last stands for the
 * unit, since it is the one that was at work; without any known worker the main process does.
 */
function unitDeaths(
  lives: readonly WorkerLife[],
  known: readonly Death[],
  events: EventSource,
  context: DeathContext,
): readonly Death[] {
  const exits = events.ofKinds(['systemd-process-exited', 'container-exited']);
  const told = serviceEnds(exits, lives, known, events, context);
  // What a platform ends a service for stands beside the end itself, or alone where nobody is left to tell of that.
  return [...told, ...serviceEnds(events.ofKinds(['platform-oom']), lives, [...known, ...told], events, context)];
}

/** Deaths by these words of the whole unit's end, which come in time order, at moments of which no death is known. */
function serviceEnds(
  exits: readonly EvidenceEvent[],
  lives: readonly WorkerLife[],
  known: readonly Death[],
  events: EventSource,
  context: DeathContext,
): readonly Death[] {
  const deaths: Death[] = [];
  const ends = new MomentIndex(known.map((death) => death.end));
  const dead = new Set<Death['life']>(known.map((death) => death.life));
  const alive = lives.filter((life) => !dead.has(life));
  for (const exit of exits) {
    // A platform that ends what it runs for its memory sends SIGKILL.
    const signal = exit.kind === 'platform-oom' ? SIGKILL : (exit.detail.signal ?? null);
    // Code `exited` is the main process's own decision, and TERM is how a stop is asked for.
    if (signal === null || signal === SIGTERM) continue;
    const last = deaths.at(-1);
    if (last !== undefined && secondsBetween(last.end.time, exit.time) <= SAME_DEATH_SECONDS) continue;
    if (around(ends, exit.time) !== null) continue;
    const start = startBefore(exit, context);
    const spoke = lastToSpeak(alive, exit, start, events);
    const victim = spoke?.life ?? null;
    const livesOn = victim !== null && goesOn(events, context.speakers, victim.pid, exit, victim.until);
    if (exit.kind === 'platform-oom' && livesOn) continue;
    // systemd ends a service whose watchdog ran out with SIGABRT (systemd.service(5), WatchdogSignal=).
    const watchdog = around(context.watchdogs, exit.time);
    const killed =
      signal === SIGKILL
        ? whoSentSigkill(exit, victim?.pid ?? start?.pid ?? null, context)
        : watchdog === null
          ? { mechanism: 'crash' as const, killer: exit }
          : { mechanism: 'systemd-stop' as const, killer: watchdog };
    const pid = spoke?.isGuess === true ? null : (victim?.pid ?? start?.pid ?? null);
    const life = victim ?? { boot: null, about: [exit], from: exit.time, until: null };
    deaths.push({ pid, timeout: null, end: exit, signal, life, ...killed });
  }
  return deaths;
}

/**
 * Deaths of the whole service by a supervisor that is not systemd: it asks the arbiter to stop, loses patience and kills it, of
 * which only its own log tells. Looked for after each stop that the arbiter was asked for and that some worker outlived.
 */
function serviceKills(
  lives: readonly WorkerLife[],
  known: readonly Death[],
  events: EventSource,
  context: DeathContext,
): readonly Death[] {
  const deaths: Death[] = [];
  const ends = new MomentIndex(known.map((death) => death.end));
  const stops = spokenOfWorkers(events, ['arbiter-signal'])
    .filter(({ detail }) => STOP_SIGNALS.has(detail.signal ?? 0))
    .filter(({ time }) => events.between(time, addSeconds(time, STOPPED_SECONDS), 1, ['arbiter-stop']).length === 0);
  for (const stop of stops) {
    if (
      deaths.some(({ end }) => end.time >= stop.time && secondsBetween(stop.time, end.time) <= SUPERVISOR_STOP_SECONDS)
    ) {
      continue;
    }
    const word = killerWords(events, stop.time, addSeconds(stop.time, SUPERVISOR_STOP_SECONDS)).find(
      ({ program, pid }) => program.endsService && (pid === null || stop.pid === null || pid === stop.pid),
    );
    if (word === undefined || around(ends, word.event.time) !== null) continue;
    const start = startBefore(stop, context);
    const victim = lastToSpeak(lives, word.event, start, events)?.life ?? null;
    if (victim === null) continue;
    const { mechanism } = word.program;
    const end = word.event;
    deaths.push({ pid: victim.pid, timeout: null, end, signal: SIGKILL, life: victim, mechanism, killer: end });
  }
  return deaths;
}

/** An arbiter that could stop says so in its last line within this. */
const STOPPED_SECONDS = 5;

/** The arbiter that was there when this was said: what is started anew may be so in the same second. */
function startBefore({ time, row }: EvidenceEvent, { arbiterStarts }: DeathContext): EvidenceEvent | null {
  return arbiterStarts.within(BEGINNING, time).findLast((start) => start.row < row) ?? null;
}

function lastToSpeak(
  lives: readonly WorkerLife[],
  exit: EvidenceEvent,
  start: EvidenceEvent | null,
  events: EventSource,
): { readonly life: WorkerLife; readonly isGuess: boolean } | null {
  let last: { readonly life: WorkerLife; readonly time: EpochMicros } | null = null;
  let others = 0;
  // From the latest on: workers of an earlier arbiter are none of this one's.
  for (const life of lives.toReversed()) {
    if (
      life.from > exit.time ||
      (life.about[0]?.row ?? 0) > exit.row ||
      (life.until !== null && life.until <= exit.time)
    )
      continue;
    if (start !== null && life.boot !== null && life.from < start.time) break;
    if (life.about.some((event) => EXIT_KINDS.has(event.kind) && event.time <= exit.time)) continue;
    const time = lastWord(events, life.pid, life.from, exit.time)?.time ?? life.from;
    others += 1;
    if (last === null || time > last.time) last = { life, time };
  }
  if (last === null) return null;
  // Workers that said nothing after their boot, while the log goes on without a pid: which of them was at work it does not tell.
  return { life: last.life, isGuess: others > 1 && secondsBetween(last.life.from, last.time) < SILENT_BOOT_SECONDS };
}

/** What a server says of its own start comes within so many seconds of the boot. */
const SILENT_BOOT_SECONDS = 10;

/** The last line that a process wrote in a stretch; a row of `ps` shows it alive and says nothing. */
function lastWord(events: EventSource, pid: number, from: EpochMicros, to: EpochMicros): EvidenceEvent | null {
  return events.ofPid(pid, from, to).findLast(({ kind }) => kind !== 'process-sample') ?? null;
}

/** Seconds after the arbiter's start, a signal to it, or an end, within which the first worker boots. */
const BOOT_BURST_SECONDS = 30;
/** The arbiter forks its workers one after another with up to 0.1 s between (arbiter.py, spawn_workers); a busy host takes longer. */
const BETWEEN_BOOTS_SECONDS = 3;

/** What explains the boot of a worker: the start of all of them, or an end that the log tells of, one end for one boot. */
class BootExplanations {
  readonly #endings: readonly EvidenceEvent[];
  readonly #starts: MomentIndex;
  readonly #signals: MomentIndex;
  readonly #boots: MomentIndex;
  readonly #hasStart: boolean;
  readonly #hooks: (boot: EvidenceEvent) => boolean;
  /** The first ending that has not explained a boot yet: boots come in the order of time. */
  #nextEnding = 0;

  constructor(lives: readonly WorkerLife[], known: readonly Death[], context: DeathContext) {
    const endOf = new Map(known.map((death) => [death.life, death.end]));
    const ends = lives.flatMap((life) => {
      const last = life.about.findLast((event) => EXIT_KINDS.has(event.kind) || event.kind === 'worker-recycled');
      const end = endOf.get(life) ?? last;
      return end === undefined ? [] : [end];
    });
    this.#endings = ends.sort((a, b) => a.time - b.time);
    this.#starts = context.arbiterStarts;
    this.#signals = context.arbiterSignals;
    this.#boots = new MomentIndex(lives.map((life) => life.boot).filter((boot) => boot !== null));
    this.#hasStart = context.arbiterStarts.length > 0;
    this.#hooks = (boot) => endsByHook(boot, this.#boots, context.events);
  }

  explain(boot: EvidenceEvent): boolean {
    const { time } = boot;
    const earlier = this.#boots.within(addSeconds(time, -BOOT_BURST_SECONDS), time).filter(({ row }) => row < boot.row);
    if (this.#boots.countWithin(BEGINNING, epochMicros(time - 1)) === 0 && earlier.length === 0) return true;
    if (this.#takeEnding(time)) return true;
    const since = addSeconds(time, -BOOT_BURST_SECONDS);
    if (this.#signals.countWithin(since, time) > 0) return true;
    const start = this.#starts.within(since, time).at(-1);
    if (start !== undefined && this.#isOfBurst(start, earlier, time)) return !this.#hooks(boot);
    // Without the arbiter's start in the export, workers that boot together are one start.
    return !this.#hasStart && this.#boots.countWithin(addSeconds(time, -2), addSeconds(time, 2)) > 1;
  }

  /** Whether it boots with the others after a start: the first of them, or soon after the one before. */
  #isOfBurst(start: EvidenceEvent, earlier: readonly EvidenceEvent[], time: EpochMicros): boolean {
    let previous: EpochMicros | null = null;
    for (const boot of [...earlier.map((each) => each.time), time]) {
      if (boot < start.time) continue;
      if (previous !== null && secondsBetween(previous, boot) > BETWEEN_BOOTS_SECONDS) return false;
      previous = boot;
    }
    return true;
  }

  #takeEnding(time: EpochMicros): boolean {
    const since = addSeconds(time, -BOOT_BURST_SECONDS);
    for (;;) {
      const ending = this.#endings[this.#nextEnding];
      if (ending === undefined || ending.time > time) return false;
      this.#nextEnding += 1;
      if (ending.time >= since) return true;
    }
  }
}

const MOST_HOOK_LINES = 200;

/**
 * Whether the service's own child_exit hook tells of an end between the boot before and this one: `child_exit 10`. gunicorn
 * calls the hook for each worker that it reaped. Source: gunicorn, Settings, child_exit
 */
function endsByHook(boot: EvidenceEvent, boots: MomentIndex, events: EventSource): boolean {
  const before = boots
    .within(addSeconds(boot.time, -BOOT_BURST_SECONDS), boot.time)
    .findLast(({ row }) => row < boot.row);
  if (before === undefined) return false;
  const pid = before.detail.targetPid ?? before.pid;
  // What is printed without a header may have been joined to the entry before it.
  const lines = [before, ...events.between(before.time, boot.time, MOST_HOOK_LINES, ['log'])];
  return lines.some(({ row, message }) => {
    const named = row >= before.row && row < boot.row ? CHILD_EXIT.exec(message.slice(0, 1_024)) : null;
    return named !== null && Number(named[1]) === pid;
  });
}

// child_exit 10
const CHILD_EXIT = /\bchild_exit\b\D{0,40}(\d{1,7})\b/;

const BEGINNING = epochMicros(0);
