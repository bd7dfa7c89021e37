import type { EvidenceId, Provenance } from './evidence.ts';
import type { SupervisorName } from './supervisor.ts';
import type { EpochMicros } from './time.ts';

/** syslog severities, RFC 5424 section 6.2.1; the index is the number that the journal's PRIORITY field carries. */
export const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The severities of an error and of what is worse. */
export const ERROR_SEVERITIES = ['emerg', 'alert', 'crit', 'err'] as const satisfies readonly Severity[];

/** Whether a severity is one of an error or worse. */
export function isErrorSeverity(severity: string | null): boolean {
  return ERROR_SEVERITIES.some((each) => each === severity);
}

/**
 * What an event is, as far as its own fixed wording (a supervisor's, the kernel's, systemd's, Python's) or its format tells.
 * Application wording is free text and stays `log`; what an application message means is decided by the timeline, not here.
 * The order is stored in event columns: append only.
 */
export const EVENT_KINDS = [
  'log',
  'arbiter-start',
  'arbiter-stop',
  'arbiter-signal',
  'worker-boot',
  'worker-timeout',
  'worker-sigkill',
  'worker-signalled',
  'worker-exit-code',
  'worker-exiting',
  'worker-recycled',
  'worker-error',
  'oom-invoked',
  'oom-context',
  'oom-kill',
  'systemd-start',
  'systemd-process-exited',
  'systemd-oom',
  'systemd-oomd-kill',
  'platform-oom',
  'container-exited',
  'systemd-stop-timeout',
  'systemd-unit',
  'segfault',
  'traceback',
  'database-locked',
  'kernel',
  'process-sample',
  'memory-sample',
  'notice',
  'boot-failure',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What gunicorn says of itself and of its workers: a log with any of these is that of a service. */
export const SERVICE_KINDS = [
  'arbiter-start',
  'arbiter-stop',
  'arbiter-signal',
  'worker-boot',
  'worker-timeout',
  'worker-sigkill',
  'worker-signalled',
  'worker-exit-code',
  'worker-exiting',
] as const satisfies readonly EventKind[];

/** The numbers and names that a fixed wording carries, so that rules never parse text again. All optional by kind. */
export interface EventDetail {
  /** The process the message is about, which is often not the one that wrote it. */
  readonly targetPid?: number;
  readonly signal?: number;
  readonly exitCode?: number;
  /** `Starting gunicorn 26.1.0`. */
  readonly version?: string;
  /** oom-kill: a cgroup's limit or the whole host. */
  readonly oomScope?: 'cgroup' | 'host';
  readonly oomCgroup?: string;
  readonly processName?: string;
  readonly anonRssBytes?: number;
  readonly limitBytes?: number;
  readonly usageBytes?: number;
  /** `Using worker: gthread`. */
  readonly workerClass?: string;
  /** gunicorn's words whose header names another process than the one that wrote the line, which this is. */
  readonly writerPid?: number;
  /** Whose words it is; absent: gunicorn's, or no supervisor's. */
  readonly supervisor?: SupervisorName;
  /** The worker by its place among the others, where the supervisor counts them: `1`, `ForkPoolWorker-2`, `tariffs:0`. */
  readonly slot?: string;
  /** worker-timeout: the limit, as the supervisor says it. */
  readonly limitSeconds?: number;
  /** worker-timeout: how long the work had run by then, as the supervisor says it. */
  readonly elapsedSeconds?: number;
  /** worker-timeout: the task or request, as the supervisor names it. */
  readonly work?: string;
  /** worker-exit-code: that nobody asked for the end, where the code is not told. */
  readonly isUnexpected?: true;
  /** worker-sigkill: the supervisor's own, at the end of a stop or reload that the worker did not follow. */
  readonly isStop?: true;
  /** systemd: the unit that the message is about. */
  readonly unit?: string;
  /** `stop-sigterm`, `oom-kill`: systemd's state or result word. */
  readonly state?: string;
}

/** One event: a log entry or a row of a snapshot, at one instant, from known bytes. */
export interface EvidenceEvent {
  /** Row in the case's event table, in merged time order; stable for the life of a case. */
  readonly row: number;
  readonly time: EpochMicros;
  /** How finely the source states the time, in microseconds: 1, 1000 (comma milliseconds) or 1000000 (whole seconds). */
  readonly resolutionMicros: number;
  /**
   * Set where the record states no time: `time` is then that of the entry before it in its source, than which it is not
   * earlier. No duration may rest on it.
   */
  readonly isUndated?: true;
  /** What the time is the time of: `entry written`, `sampled`. */
  readonly timestampDesc: string;
  readonly kind: EventKind;
  /** The message without the prefix of the log format; lines of a multi-line entry are joined by `\n`. */
  readonly message: string;
  /** Where in the message the text behind a logger's header begins, where only the lines of its file around it show that. */
  readonly textAt?: number;
  readonly pid: number | null;
  /**
   * The process that the carrier vouches for (the journal's `_PID`, syslog's tag), where the message's own header states
   * another; `pid` is the header's.
   */
  readonly carrierPid?: number;
  readonly identifier: string | null;
  readonly host: string | null;
  readonly severity: Severity | null;
  readonly unit: string | null;
  readonly detail: EventDetail;
  readonly source: Provenance;
  /** Where else the same journal entry stands, when it is in several exports; `source` is the one that says most. */
  readonly copies?: readonly Provenance[];
}

/**
 * Where processes run whose pids count together: a container, pod or dyno by its name, or one of several hosts. Null where the
 * evidence has one such place only, and for what it does not tell the place of.
 */
export type Place = string | null;

/**
 * How a message stands among bytes: as it is; as the inside of a JSON string with its escapes; or somewhere within them, with what
 * wraps it and in whichever of these ways.
 */
export type MessageSpelling = 'plain' | 'escaped' | 'wrapped';

/** What the bytes[from..to) of a message show, as a small number; `severity` is an index into SEVERITIES, beyond them for none. */
export type MessageGlance = (
  bytes: Uint8Array,
  from: number,
  to: number,
  spelling: MessageSpelling,
  severity: number,
) => number;

/** Reads events of a case by what an analysis needs, without holding a journal's text in memory. All in time order. */
export interface EventSource {
  readonly count: number;
  /** The places that its events are of, at least one: the same pid in two of them is two processes. */
  readonly places: readonly Place[];
  /**
   * The events of one place, with what the kernel, systemd and programs of the host say beside it: questions about a pid are
   * answered by the place alone. The source itself where all is of one place.
   */
  at(place: Place): EventSource;
  /** The event of a row. Throws RangeError when there is no such row. */
  event(row: number): EvidenceEvent;
  /** The same for whoever goes through many rows once: it is not kept to be shown again. */
  eventOnce(row: number): EvidenceEvent;
  /** Events of any of these kinds. */
  ofKinds(kinds: readonly EventKind[]): readonly EvidenceEvent[];
  /** Rows of the events that ofPid gives, however many; reads no text. */
  rowsOfPid(pid: number, from: EpochMicros, to: EpochMicros, kinds: readonly EventKind[]): Uint32Array;
  /**
   * Rows of events of any of these kinds that none of these processes wrote, without lines of a log whose record has more bytes
   * than `longestLogBytes`; reads no text.
   */
  rowsByOthers(kinds: readonly EventKind[], pids: ReadonlySet<number>, longestLogBytes: number): Uint32Array;
  /** Rows of the first events that between gives. */
  rowsBetween(from: EpochMicros, to: EpochMicros, limit: number, kinds: readonly EventKind[]): Uint32Array;
  /** What the columns hold of a row; reads no text. */
  timeOf(row: number): EpochMicros;
  pidOf(row: number): number | null;
  fileOf(row: number): EvidenceId;
  /** Whether a row certainly has a time of its own, as every record of its file has; see EvidenceEvent.isUndated. */
  isDated(row: number): boolean;
  /**
   * What `glance` shows of the messages of these rows, parallel to them; `untold` where the bytes alone do not tell the message, and
   * of what is no `log`. Reads files from their beginning to their end and makes no text.
   */
  glances(rows: Uint32Array, glance: MessageGlance, untold: number): Uint8Array;
  /** The evidence files that hold an event of any of these kinds, or a copy of one; reads no text. */
  filesWithKinds(kinds: readonly EventKind[]): ReadonlySet<EvidenceId>;
  /** The processes that wrote an event of any of these kinds; reads no text. */
  pidsWithKinds(kinds: readonly EventKind[]): ReadonlySet<number>;
  /** Events written by `pid` with from <= time <= to, all or those of some kinds. Reads no text of others. */
  ofPid(pid: number, from: EpochMicros, to: EpochMicros, kinds?: readonly EventKind[]): readonly EvidenceEvent[];
  /** Whether `pid` wrote anything with from <= time <= to; reads no text. */
  hasOfPid(pid: number, from: EpochMicros, to: EpochMicros): boolean;
  /** When `pid` last wrote anything, or anything of some kinds, with from <= time <= to; null when it did not. Reads no text. */
  lastOfPid(pid: number, from: EpochMicros, to: EpochMicros, kinds?: readonly EventKind[]): EpochMicros | null;
  /** Events with from <= time <= to, all or those of some kinds, at most `limit`. Reads no text of others. */
  between(from: EpochMicros, to: EpochMicros, limit: number, kinds?: readonly EventKind[]): readonly EvidenceEvent[];
  /** Events of any of these severities, at most `limit`, the first ones. Reads no text of others. */
  ofSeverities(severities: readonly Severity[], limit: number): readonly EvidenceEvent[];
  /** Rows of the events that ofSeverities gives; reads no text. */
  rowsOfSeverities(severities: readonly Severity[], limit: number): Uint32Array;
  /** Row of the event whose record begins at this byte of this file; null when none does. */
  rowAt(evidenceId: EvidenceId, byteOffset: number): number | null;
  /** Time of the first and last event of one evidence file; null when it has none. */
  span(evidenceId: EvidenceId): { readonly from: EpochMicros; readonly to: EpochMicros } | null;
}
