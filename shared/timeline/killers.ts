import type { Mechanism } from '../model/analysis.ts';
import type { EventSource, EvidenceEvent } from '../model/event.ts';
import { addSeconds, type EpochMicros } from '../model/time.ts';

/** A program that ends processes by SIGKILL for a reason of its own and says so in its own log. */
interface KillerProgram {
  readonly name: string;
  readonly sample: string;
  /** Under which identifier it logs where the format has one. */
  readonly identifier: RegExp;
  /** Its word of the kill; the first group is whom it ended, where it says so. */
  readonly says: RegExp;
  readonly mechanism: Exclude<Mechanism, 'none'>;
  /** Whether it ends processes because memory runs short. */
  readonly isForMemory: boolean;
  /** Whether the process it names is the arbiter (the service's main process) and the workers end with it. */
  readonly endsService: boolean;
  /** Whether it asks for the end and starts anew, so that another line tells of the end. */
  readonly restarts?: true;
  /** Whether its word says why it ordered an end that a runtime carries out. */
  readonly tellsWhy?: true;
  /** What its word leaves open, for whoever reads on. */
  readonly leavesOpen: string;
}

/** Sources: earlyoom 1.7 kill.c, nohang 0.2 src/nohang, supervisor 4.2 process.py, Docker Engine daemon/stop.go, kubelet prober. */
const KILLER_PROGRAMS: readonly KillerProgram[] = [
  {
    name: 'earlyoom',
    sample: 'sending SIGKILL to process 4711 uid 1000 "gunicorn": badness 1204, VmRSS 11874 MiB',
    identifier: /^earlyoom\b/,
    says: /^sending SIGKILL to process (\d+)\b/,
    mechanism: 'external-sigkill',
    isForMemory: true,
    endsService: false,
    leavesOpen: 'whether the process that it chose is the one that took the memory',
  },
  {
    name: 'nohang',
    sample: '  Victim: PID: 4711, Name: gunicorn, UID: 997, RSS: 5120 MiB',
    identifier: /^nohang\b/,
    // Whom it sends the signal to stands in a line below the one that names the signal.
    says: /^\W{0,8}(?:Victim: PID: |(?:Sending|Implementing a corrective action: sending|Send) SIGKILL to\D{0,80})(\d+)\b/i,
    mechanism: 'external-sigkill',
    isForMemory: true,
    endsService: false,
    leavesOpen: 'whether the process that it chose is the one that took the memory',
  },
  {
    name: 'supervisord',
    sample: "killing 'tracker' (4700) with SIGKILL",
    identifier: /^supervisord?\b/,
    says: /(?:^|\bWARN )killing '[^']{1,200}' \((\d+)\) with SIGKILL\b/,
    mechanism: 'systemd-stop',
    isForMemory: false,
    endsService: true,
    leavesOpen: 'who asked for the stop',
  },
  {
    name: 'Docker',
    sample: 'Container failed to exit within 10s of signal 15 - using the force',
    identifier: /^dockerd\b/,
    // The second is what `docker events` tells of it.
    says: /\b[Cc]ontainer (?:\S{1,80} )?failed to exit within \d+ ?s(?:econds)? of signal \d+ - using the force|^container kill [0-9a-f]{4,64} \((?:.{0,500}, )?signal=(?:9|SIGKILL)\)/,
    mechanism: 'systemd-stop',
    isForMemory: false,
    endsService: true,
    leavesOpen: 'who asked for the stop',
  },
  {
    name: 'Heroku',
    sample: 'Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM',
    identifier: /^heroku\b/,
    says: /^Error R12 \(Exit timeout\)/,
    mechanism: 'systemd-stop',
    isForMemory: false,
    endsService: true,
    leavesOpen: 'who asked for the stop',
  },
  {
    name: 'kubelet, which evicted the pod,',
    sample: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 61348Ki.',
    identifier: /^kubelet\b/,
    // Its own log, and what it tells as an event. Source: kubelet, pkg/kubelet/eviction/eviction_manager.go and helpers.go
    says: /\bThe node was low on resource: memory\b|\bEviction manager: pod [^\s"]{0,300} ?is evicted successfully\b|\bThe node had condition: \[[^\]]{0,100}MemoryPressure/,
    mechanism: 'external-sigkill',
    isForMemory: true,
    endsService: true,
    tellsWhy: true,
    leavesOpen: 'whether this pod or another took the memory of the node',
  },
  {
    name: 'kubelet',
    sample: 'Container tracker failed liveness probe, will be restarted',
    identifier: /^kubelet\b/,
    says: /\b[Cc]ontainer \S{1,80} failed (?:liveness|startup) probe, will be restarted\b/,
    mechanism: 'systemd-stop',
    isForMemory: false,
    endsService: true,
    tellsWhy: true,
    leavesOpen: 'what kept the service from answering the probe',
  },
  {
    name: 'uWSGI, by evil-reload-on-rss',
    sample: '*** EVIL RELOAD ON WORKER 1 RSS: 138928128 (pid: 5811) ***',
    identifier: /^(?:uwsgi|python)/,
    // Source: uwsgi, core/master_checks.c, uwsgi_master_check_workers_memory
    says: /^(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4} - )?\*\*\* EVIL RELOAD ON WORKER \d+ (?:RSS|ADDRESS SPACE): \d+ \(pid: (\d+)\) \*\*\*/,
    mechanism: 'external-sigkill',
    isForMemory: true,
    endsService: false,
    leavesOpen: 'what of its work took the memory',
  },
  {
    name: 'PM2, by max_memory_restart',
    sample:
      '[PM2][WORKER] Process 0 restarted because it exceeds --max-memory-restart value (current_memory=219275264 max_memory_limit=125829120 [octets])',
    identifier: /^(?:pm2|node)/i,
    // Source: pm2, lib/Worker.js, maxMemoryRestart
    says: /\[PM2\]\[WORKER\] Process \S{1,60} restarted because it exceeds --max-memory-restart value/,
    mechanism: 'external-sigkill',
    isForMemory: true,
    endsService: false,
    restarts: true,
    leavesOpen: 'what of its work took the memory',
  },
  {
    name: 'Another process',
    sample: 'kill(4711, SIGKILL) by pid 999 (kill, /usr/bin/kill), uid 0, auid 1000',
    identifier: /^audit$/,
    says: /^kill\((\d+), SIGKILL\) by /,
    mechanism: 'external-sigkill',
    isForMemory: false,
    endsService: false,
    leavesOpen: 'why that process did so',
  },
];

/** Whether an identifier is that of a program that ends processes: what it logs is about others. */
export function isKillerProgram(identifier: string | null): boolean {
  return identifier !== null && KILLER_PROGRAMS.some((program) => program.identifier.test(identifier));
}

/** What a program said of a kill. */
export interface KillerWord {
  readonly program: KillerProgram;
  readonly event: EvidenceEvent;
  readonly pid: number | null;
}

/** No word of a kill is longer. */
const LONGEST_WORD_CHARACTERS = 1_024;

/** The program that this line is a kill's word of; null for any other line. */
export function killerWord(event: EvidenceEvent): KillerWord | null {
  const { identifier } = event;
  for (const program of KILLER_PROGRAMS) {
    // A log file of the program's own has no identifier.
    if (identifier !== null && !program.identifier.test(identifier)) continue;
    const match = program.says.exec(event.message.slice(0, LONGEST_WORD_CHARACTERS));
    if (match === null) continue;
    // The group is the only one of each pattern.
    const pid = match[1];
    return { program, event, pid: pid === undefined ? null : Number(pid) };
  }
  return null;
}

/** Lines around a death that are looked through. */
const MOST_LINES = 2_000;

/** The words of such programs from `from` to `to`, in time order; of a crowded stretch those of its first lines. */
export function killerWords(events: EventSource, from: EpochMicros, to: EpochMicros): readonly KillerWord[] {
  return events
    .between(from, to, MOST_LINES, ['log'])
    .map(killerWord)
    .filter((word) => word !== null);
}

/**
 * The word of a kill of `pid` around `time`, or of the whole service where it names no process; null when nobody speaks of it.
 */
export function killerOf(
  events: EventSource,
  pid: number | null,
  time: EpochMicros,
  seconds: number,
): KillerWord | null {
  const words = killerWords(events, addSeconds(time, -seconds), addSeconds(time, 1));
  return words.findLast((word) => (word.pid === null ? word.program.endsService : word.pid === pid)) ?? null;
}
