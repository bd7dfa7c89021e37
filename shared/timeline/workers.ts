import { type EventSource, type EvidenceEvent, SERVICE_KINDS } from '../model/event.ts';
import { isServerProcess } from '../model/supervisor.ts';
import { addSeconds, type EpochMicros, epochMicros, secondsBetween } from '../model/time.ts';
import { Speakers } from './speakers.ts';
import { spokenOfWorkers, WORKER_KINDS, WordSubjects } from './supervisor-words.ts';

/**
 * One life of a worker process. A pid may be used again, so a life runs from its boot line (or from its first trace, when
 * the export begins later) to its end or to the boot of the next process with that pid.
 */
export interface WorkerLife {
  readonly pid: number;
  readonly boot: EvidenceEvent | null;
  /** Everything that a supervisor, the kernel or systemd said about this process, in time order. */
  readonly about: readonly EvidenceEvent[];
  readonly from: EpochMicros;
  /** When the next life of the same pid begins, or null. */
  readonly until: EpochMicros | null;
}

const ABOUT_WORKER = [
  ...WORKER_KINDS,
  'worker-error',
  'oom-kill',
  'segfault',
] as const satisfies readonly EvidenceEvent['kind'][];

/** All worker lives that the journals show, in order of their beginning. */
export function workerLives(events: EventSource): readonly WorkerLife[] {
  const byPid = new Map<number, EvidenceEvent[]>();
  const speakers = new Speakers(events);
  const subjects = new WordSubjects(events);
  for (const event of spokenOfWorkers(events, ABOUT_WORKER)) {
    const pid = subjects.pidOf(event);
    if (pid === null || !speakers.canSay(event)) continue;
    const list = byPid.get(pid);
    if (list === undefined) byPid.set(pid, [event]);
    else list.push(event);
  }
  const lives: WorkerLife[] = [];
  for (const [pid, about] of byPid) {
    let current: EvidenceEvent[] = [];
    const pieces: EvidenceEvent[][] = [];
    for (const event of about) {
      if (event.kind === 'worker-boot' && current.length > 0) {
        pieces.push(current);
        current = [];
      }
      current.push(event);
    }
    if (current.length > 0) pieces.push(current);
    pieces.forEach((piece, index) => {
      const first = piece[0];
      if (first === undefined) return;
      lives.push({
        pid,
        boot: first.kind === 'worker-boot' ? first : null,
        about: piece,
        from: first.time,
        until: pieces[index + 1]?.[0]?.time ?? null,
      });
    });
  }
  const hasServiceLog = spokenOfWorkers(events, SERVICE_KINDS).length > 0;
  return lives.filter((life) => isOfService(life, events, hasServiceLog)).sort((a, b) => a.from - b.from);
}

/** How long after the kernel's word lines of the dead may still reach the journal. */
const LAST_OF_IT_SECONDS = 5;

const KERNEL_KINDS: ReadonlySet<EvidenceEvent['kind']> = new Set(['oom-kill', 'segfault'] as const);

/**
 * The kernel speaks of every process of the host: one it names is the service's only if the service's own log knows that
 * pid, or, where no such log was saved, if its name is a server's.
 */
function isOfService(life: WorkerLife, events: EventSource, hasServiceLog: boolean): boolean {
  if (life.about.some((event) => !KERNEL_KINDS.has(event.kind))) return true;
  // What a later process of the same pid wrote says nothing about the one that the kernel ended.
  const until = life.until === null ? LAST_OF_IT_SECONDS : secondsBetween(life.from, life.until) - 1;
  const to = addSeconds(life.about.at(-1)?.time ?? life.from, Math.min(LAST_OF_IT_SECONDS, until));
  if (events.hasOfPid(life.pid, epochMicros(0), to)) return true;
  return !hasServiceLog && life.about.some(({ detail }) => isServerProcess(detail.processName ?? ''));
}
