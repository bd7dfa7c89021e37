import type { EventDetail, EventKind } from '../../model/event.ts';
import type { EvidenceId } from '../../model/evidence.ts';
import { type EpochMicros, MICROS_PER_SECOND } from '../../model/time.ts';
import { withoutUptime } from './uptime-stamp.ts';

/** Messages remembered; each is about a process that the kernel killed or saw crash, so a case has few. */
const TIES_LIMIT = 10_000;
/** Two logs write the same message down within this span; farther apart it is two messages. */
const SAME_MESSAGE_MICROS = 5 * MICROS_PER_SECOND;

/** Kernel messages that name a process and sizes, so that the same text is the same message. */
const TELLING_KINDS: ReadonlySet<EventKind> = new Set(['oom-kill', 'segfault']);
/** Every kind that `learn` looks at: events of these must reach it whole, with message and detail. */
export const TYING_KINDS: readonly EventKind[] = ['oom-kill', 'segfault', 'worker-sigkill', 'worker-timeout'];
/** What the kernel calls a worker: the interpreter, or gunicorn's own title cut to 15 bytes. */
const WORKER_NAME = /^(?:python|gunicorn|pypy|uwsgi)/;

/** What an event says of a tie between uptime and wall time. */
export interface TyingEvent {
  readonly kind: EventKind;
  readonly message: string;
  readonly detail: EventDetail;
}

/** One of a source that has wall time. */
export interface DatedTyingEvent extends TyingEvent {
  readonly time: EpochMicros;
  readonly source: { readonly evidenceId: EvidenceId };
}

/** Where the boot's zero lies in wall time, and how that became known. */
export interface UptimeTie {
  readonly bootMicros: number;
  readonly how: string;
  /** The source whose time it is, where one alone has it: when its clock is corrected, what was dated through it moves along. */
  readonly through?: EvidenceId | undefined;
}

/** A time that was learned, and of which source. */
interface Learned {
  readonly time: EpochMicros;
  readonly evidenceId: EvidenceId;
}

/** Remembers events with wall time through which a `dmesg` with nothing but uptime can be dated. */
export class UptimeTies {
  /** null: the same message at two times, which ties nothing. */
  readonly #messages = new Map<string, Learned | null>();
  readonly #sigkills = new Map<number, Learned | null>();
  readonly #timedOut = new Set<number>();

  /** Takes in an event of a source that has wall time. */
  learn(event: DatedTyingEvent): void {
    const { kind, detail } = event;
    const learned = { time: event.time, evidenceId: event.source.evidenceId };
    if (this.#messages.size + this.#sigkills.size + this.#timedOut.size >= TIES_LIMIT) return;
    if (TELLING_KINDS.has(kind)) remember(this.#messages, withoutUptime(event.message), learned);
    if (detail.targetPid === undefined) return;
    if (kind === 'worker-sigkill') remember(this.#sigkills, detail.targetPid, learned);
    if (kind === 'worker-timeout') this.#timedOut.add(detail.targetPid);
  }

  /**
   * The tie for messages of one boot: through the first that another source has too, else through the arbiter's word of
   * the SIGKILL of a worker that the kernel says it killed (not one that the arbiter itself had timed out). Null when
   * neither is there.
   */
  find(messages: readonly (TyingEvent & { readonly uptimeMicros: number })[]): UptimeTie | null {
    for (const { kind, message, uptimeMicros } of messages) {
      const told = TELLING_KINDS.has(kind) ? (this.#messages.get(message) ?? null) : null;
      if (told !== null) {
        return {
          bootMicros: told.time - uptimeMicros,
          through: told.evidenceId,
          how: `were dated through a message that another source has with its time ("${message.slice(0, 80)}"); distances between messages are exact.`,
        };
      }
    }
    for (const { kind, detail, uptimeMicros } of messages) {
      const pid = detail.targetPid;
      if (kind !== 'oom-kill' || pid === undefined || this.#timedOut.has(pid)) continue;
      if (!WORKER_NAME.test(detail.processName ?? '')) continue;
      const told = this.#sigkills.get(pid) ?? null;
      if (told !== null) {
        return {
          bootMicros: told.time - uptimeMicros,
          through: told.evidenceId,
          how: `were dated through pid ${pid}, which the kernel killed and of whose SIGKILL gunicorn tells: right to about a second if both speak of the same process. journalctl -k -o short-iso-precise would settle it.`,
        };
      }
    }
    return null;
  }
}

function remember<K>(times: Map<K, Learned | null>, key: K, learned: Learned): void {
  const known = times.get(key);
  if (known === undefined) times.set(key, learned);
  else if (known !== null && Math.abs(known.time - learned.time) > SAME_MESSAGE_MICROS) times.set(key, null);
}
