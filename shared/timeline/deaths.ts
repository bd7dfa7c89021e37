import type { Mechanism } from '../model/analysis.ts';
import type { EventSource, EvidenceEvent } from '../model/event.ts';
import { addSeconds, type EpochMicros, secondsBetween } from '../model/time.ts';
import type { WorkerLife } from './workers.ts';

/** How a worker's life ended other than by its own decision. */
export interface Death {
  readonly pid: number;
  readonly mechanism: Exclude<Mechanism, 'none'>;
  readonly timeout: EvidenceEvent | null;
  /** The line that shows the end; for an unlogged end, the boot of the replacement. */
  readonly end: EvidenceEvent;
  /** Kernel or systemd line that names the killer, when there is one. */
  readonly killer: EvidenceEvent | null;
  readonly signal: number | null;
  readonly life: WorkerLife;
}

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
  return [...deaths, ...unlogged, ...withUnit].sort((a, b) => a.end.time - b.end.time);
}

interface DeathContext {
  readonly oomKills: readonly EvidenceEvent[];
  readonly systemdOom: readonly EvidenceEvent[];
  readonly oomdKills: readonly EvidenceEvent[];
  readonly stopTimeouts: readonly EvidenceEvent[];
  readonly systemdStopping: readonly EvidenceEvent[];
  readonly arbiterSignals: readonly EvidenceEvent[];
  readonly arbiterStarts: readonly EvidenceEvent[];
}

function readContext(events: EventSource): DeathContext {
  return {
    oomKills: events.ofKinds(['oom-kill']),
    systemdOom: events.ofKinds(['systemd-oom']),
    oomdKills: events.ofKinds(['systemd-oomd-kill']),
    stopTimeouts: events.ofKinds(['systemd-stop-timeout']),
    // systemd announces a stop it was asked for as "Stopping <unit>..." (unit.c, unit_status_emit_starting_stopping).
    systemdStopping: events.ofKinds(['systemd-unit']).filter((event) => /^Stopping\b/.test(event.message)),
    arbiterSignals: events.ofKinds(['arbiter-signal', 'arbiter-stop']),
    arbiterStarts: events.ofKinds(['arbiter-start']),
  };
}

function near(event: EvidenceEvent, time: EpochMicros, seconds = SAME_DEATH_SECONDS): boolean {
  return Math.abs(secondsBetween(event.time, time)) <= seconds;
}

function deathOf(life: WorkerLife, context: DeathContext): Death | null {
  const timeout = life.about.find((event) => event.kind === 'worker-timeout') ?? null;
  const oomKill = life.about.find((event) => event.kind === 'oom-kill') ?? null;
  const segfault = life.about.find((event) => event.kind === 'segfault') ?? null;
  const exits = life.about.filter((event) => EXIT_KINDS.has(event.kind));
  // The arbiter's word of a signal or an exit code says more than the worker's own "Worker exiting".
  const exit = exits.find((event) => event.kind !== 'worker-exiting') ?? exits[0] ?? null;
  const signal = exit === null ? null : exitSignal(exit);
  const base = { pid: life.pid, timeout, life, signal };

  if (oomKill !== null) return { ...base, mechanism: 'kernel-oom', end: exit ?? oomKill, killer: oomKill };
  if (timeout !== null) return { ...base, mechanism: 'gunicorn-timeout', end: exit ?? timeout, killer: timeout };
  if (exit === null) return segfault === null ? null : { ...base, mechanism: 'crash', end: segfault, killer: segfault };
  if (segfault !== null || (signal !== null && CRASH_SIGNALS.has(signal))) {
    return { ...base, mechanism: 'crash', end: exit, killer: segfault };
  }
  if (signal === SIGKILL) return { ...base, end: exit, ...whoSentSigkill(exit, context) };
  if (exit.kind === 'worker-exit-code' && (exit.detail.exitCode ?? 0) !== 0) {
    return { ...base, mechanism: 'crash', end: exit, killer: null };
  }
  return null;
}

const EXIT_KINDS: ReadonlySet<EvidenceEvent['kind']> = new Set([
  'worker-sigkill',
  'worker-signalled',
  'worker-exit-code',
  'worker-exiting',
] as const);

function exitSignal(exit: EvidenceEvent): number | null {
  if (exit.kind === 'worker-sigkill') return SIGKILL;
  return exit.detail.signal ?? null;
}

/** The killer of a worker that got SIGKILL without a WORKER TIMEOUT, by what kernel and systemd logged around it. */
function whoSentSigkill(
  exit: EvidenceEvent,
  context: DeathContext,
): { readonly mechanism: Death['mechanism']; readonly killer: EvidenceEvent | null } {
  const oomd = context.oomdKills.find((event) => near(event, exit.time));
  if (oomd !== undefined) return { mechanism: 'systemd-oomd', killer: oomd };
  // Before the stop: with OOMPolicy=stop systemd kills what is left of the unit after an OOM kill, in the same words.
  const systemdOom = context.systemdOom.find((event) => near(event, exit.time));
  if (systemdOom !== undefined) return { mechanism: 'kernel-oom', killer: systemdOom };
  const stop = context.stopTimeouts.find((event) => near(event, exit.time));
  if (stop !== undefined) return { mechanism: 'systemd-stop', killer: stop };
  // On TERM the arbiter waits graceful_timeout and then kills what is left (arbiter.py, stop): systemd's doing if it asked.
  const stopping = context.systemdStopping.findLast(
    (event) => event.time <= exit.time && secondsBetween(event.time, exit.time) <= STOP_SECONDS,
  );
  const told = context.arbiterSignals.some(
    (event) => stopping !== undefined && event.time >= stopping.time && event.time <= exit.time,
  );
  if (stopping !== undefined && told) return { mechanism: 'systemd-stop', killer: stopping };
  return { mechanism: 'external-sigkill', killer: null };
}

/**
 * gunicorn before 20.1 says nothing when a worker dies (arbiter.py, reap_workers): the death shows only in the boot of a
 * replacement that no start, reload or recycling explains. The dead one is the worker that was alive and never heard of
 * again; with several candidates the one the kernel names, else none is chosen.
 */
function unloggedDeaths(
  lives: readonly WorkerLife[],
  known: readonly Death[],
  events: EventSource,
  context: DeathContext,
): readonly Death[] {
  const unlogged: Death[] = [];
  const accounted = new Set<WorkerLife>(known.map((death) => death.life));
  for (const replacement of lives) {
    const boot = replacement.boot;
    if (boot === null || isExplainedBoot(boot, lives, known, context)) continue;
    const candidates = lives.filter(
      (life) =>
        life !== replacement &&
        life.boot !== null &&
        life.from < boot.time &&
        !accounted.has(life) &&
        !life.about.some((event) => EXIT_KINDS.has(event.kind)) &&
        sameArbiter(life.boot, boot, context) &&
        !events.hasOfPid(life.pid, addSeconds(boot.time, 0.5), addSeconds(boot.time, 86_400)),
    );
    const silentBefore = candidates.filter((life) => events.hasOfPid(life.pid, addSeconds(life.from, 0.5), boot.time));
    const victim = candidates.length === 1 ? candidates[0] : silentBefore.length === 1 ? silentBefore[0] : undefined;
    if (victim === undefined) continue;
    accounted.add(victim);
    unlogged.push({
      pid: victim.pid,
      timeout: null,
      end: boot,
      signal: null,
      life: victim,
      ...whoSentSigkill(boot, context),
    });
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
  const deaths: Death[] = [];
  for (const exit of events.ofKinds(['systemd-process-exited'])) {
    const signal = exit.detail.signal ?? null;
    // Code `exited` is the main process's own decision, and TERM is how a stop is asked for.
    if (signal === null || signal === SIGTERM) continue;
    if ([...known, ...deaths].some((death) => near(death.end, exit.time))) continue;
    const victim = lastToSpeak(lives, exit, events);
    const killed = signal === SIGKILL ? whoSentSigkill(exit, context) : { mechanism: 'crash' as const, killer: exit };
    const pid = victim?.pid ?? mainPid(exit, events);
    if (pid === null) continue;
    const life = victim ?? { pid, boot: null, about: [exit], from: exit.time, until: null };
    deaths.push({ pid, timeout: null, end: exit, signal, life, ...killed });
  }
  return deaths;
}

function lastToSpeak(lives: readonly WorkerLife[], exit: EvidenceEvent, events: EventSource): WorkerLife | null {
  let last: { readonly life: WorkerLife; readonly time: EpochMicros } | null = null;
  for (const life of lives) {
    if (life.from > exit.time || (life.until !== null && life.until <= exit.time)) continue;
    if (life.about.some((event) => EXIT_KINDS.has(event.kind) && event.time <= exit.time)) continue;
    const time = events.ofPid(life.pid, life.from, exit.time).at(-1)?.time ?? life.from;
    if (last === null || time > last.time) last = { life, time };
  }
  return last?.life ?? null;
}

function mainPid(exit: EvidenceEvent, events: EventSource): number | null {
  return events.ofKinds(['arbiter-start']).findLast((event) => event.time <= exit.time)?.pid ?? null;
}

/** Seconds after the arbiter's start or reload within which its workers boot. */
const BOOT_BURST_SECONDS = 30;

function isExplainedBoot(
  boot: EvidenceEvent,
  lives: readonly WorkerLife[],
  known: readonly Death[],
  context: DeathContext,
): boolean {
  const justBefore = (event: EvidenceEvent, seconds: number): boolean =>
    event.time <= boot.time && secondsBetween(event.time, boot.time) <= seconds;
  const firstBoot = !lives.some((life) => life.boot !== null && life.boot.time < boot.time);
  if (firstBoot) return true;
  if ([...context.arbiterStarts, ...context.arbiterSignals].some((event) => justBefore(event, BOOT_BURST_SECONDS))) {
    return true;
  }
  // Without the arbiter's start in the export, workers that boot together are one start.
  const together = lives.filter((life) => life.boot !== null && near(life.boot, boot.time, 2)).length > 1;
  if (together && context.arbiterStarts.length === 0) return true;
  const endings = lives.flatMap((life) =>
    life.about.filter((event) => EXIT_KINDS.has(event.kind) || event.kind === 'worker-recycled'),
  );
  return (
    endings.some((event) => justBefore(event, BOOT_BURST_SECONDS)) ||
    known.some((death) => justBefore(death.end, BOOT_BURST_SECONDS))
  );
}

function sameArbiter(a: EvidenceEvent, b: EvidenceEvent, context: DeathContext): boolean {
  return !context.arbiterStarts.some((start) => start.time > a.time && start.time <= b.time);
}
