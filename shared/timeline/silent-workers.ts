import { EVENT_KINDS, type EventSource } from '../model/event.ts';
import { addSeconds, type EpochMicros, epochMicros } from '../model/time.ts';
import type { WorkerLife } from './workers.ts';

/** A worker's last words may be stamped a little later than the boot of its replacement, its first a little later than its own. */
const STAMP_SLACK_SECONDS = 0.5;
/** A worker that is silent for a day is not heard of again. */
const SILENCE_SECONDS = 86_400;
const FOREVER = epochMicros(Number.MAX_SAFE_INTEGER);

/** A row of `ps` shows a process alive and says nothing. */
const LINES = EVENT_KINDS.filter((kind) => kind !== 'process-sample');

interface Waiting {
  readonly life: WorkerLife;
  /** When its pid was seen last at all, and when it wrote its last line; null when it never was or did. */
  readonly last: EpochMicros | null;
  readonly lastLine: EpochMicros | null;
  /** A moment at which it is known to speak; 0 as long as none is. */
  heardAt: number;
}

/**
 * The workers whose end nobody has logged yet, for asking at each boot that nothing explains which of them it replaces. Is
 * asked in the order of time. A service that logs no ends has thousands of them, so the journal is asked about one again
 * only when what is known of it does not answer.
 */
export class SilentWorkers {
  readonly #events: EventSource;
  #waiting: Waiting[] = [];

  constructor(events: EventSource) {
    this.#events = events;
  }

  add(life: WorkerLife): void {
    const { pid, from } = life;
    const last = this.#events.lastOfPid(pid, from, FOREVER);
    const lastLine = this.#events.lastOfPid(pid, from, FOREVER, LINES);
    this.#waiting.push({ life, last, lastLine, heardAt: 0 });
  }

  /** Those that began before are of an earlier arbiter. */
  forgetBefore(start: EpochMicros): void {
    this.#waiting = this.#waiting.filter(({ life }) => life.from >= start);
  }

  /**
   * Takes out the worker that was alive before `boot` and never heard of again: the only one, else the only one of them that
   * had been at work. Null when there is none, or when several are as likely.
   */
  takeReplacedAt(boot: EpochMicros): WorkerLife | null {
    let only: WorkerLife | null = null;
    let count = 0;
    let atWork: WorkerLife | null = null;
    for (const each of this.#waiting) {
      if (each.life.from >= boot || !this.#isSilentFrom(each, boot)) continue;
      count += 1;
      only = each.life;
      if (!this.#wasAtWork(each, boot)) continue;
      // With a second one at work there is nothing left to choose by.
      if (atWork !== null) return null;
      atWork = each.life;
    }
    const taken = count === 1 ? only : atWork;
    if (taken !== null) this.#waiting = this.#waiting.filter(({ life }) => life !== taken);
    return taken;
  }

  #isSilentFrom(waiting: Waiting, boot: EpochMicros): boolean {
    const { life, last } = waiting;
    const from = addSeconds(boot, STAMP_SLACK_SECONDS);
    if (last === null || last < from) return true;
    if (waiting.heardAt >= from) return false;
    const heard = this.#events.lastOfPid(life.pid, from, addSeconds(boot, SILENCE_SECONDS));
    if (heard === null) return true;
    waiting.heardAt = heard;
    return false;
  }

  #wasAtWork({ life, lastLine }: Waiting, boot: EpochMicros): boolean {
    const from = addSeconds(life.from, STAMP_SLACK_SECONDS);
    if (lastLine === null || lastLine <= boot) return lastLine !== null && lastLine >= from;
    return this.#events.lastOfPid(life.pid, from, boot, LINES) !== null;
  }
}
