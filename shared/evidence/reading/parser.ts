import type { GunicornConfig } from '../../model/config.ts';
import type { EvidenceEvent } from '../../model/event.ts';
import type { EvidenceId, ParseProblem, TimeResolution } from '../../model/evidence.ts';
import type { CgroupMemory, FileSize, FilesystemUsage, HostLoad } from '../../model/host.ts';
import type { LaunchRecord } from '../../model/launch.ts';
import type { FileLock, OpenFile, Pressure, StackDump, SyscallTrace } from '../../model/probes.ts';
import type { Reproduction } from '../../model/reproduction.ts';
import type { HostMemory, ProcessSample, VmstatSample } from '../../model/samples.ts';
import type { ServerSession } from '../../model/server-session.ts';
import type { SupervisorConfig } from '../../model/supervisor-config.ts';
import type { EpochMicros } from '../../model/time.ts';
import type { UnitFragment } from '../../model/unit.ts';
import type { ZoneName } from '../../model/zone.ts';
import type { BootClocks, BootStamp } from './boot-clocks.ts';
import type { KnownEntries } from './known-entries.ts';
import type { LogLayout } from './log-layout.ts';
import type { UptimeTies } from './uptime-ties.ts';

/** An event before the case has merged it: without its row. */
export type ParsedEvent = Omit<EvidenceEvent, 'row'>;

/** What a parser finds, in the order of the bytes. A bad record is data, not an exception. */
export type ParsedItem =
  | {
      readonly type: 'event';
      readonly event: ParsedEvent;
      /** Its place on the monotonic clock, where the format tells it. */
      readonly boot?: BootStamp;
    }
  | { readonly type: 'process'; readonly sample: ProcessSample }
  | { readonly type: 'vmstat'; readonly sample: VmstatSample }
  | { readonly type: 'host-memory'; readonly memory: HostMemory }
  | { readonly type: 'gunicorn-config'; readonly config: GunicornConfig }
  | { readonly type: 'supervisor-config'; readonly config: SupervisorConfig }
  | { readonly type: 'unit-fragment'; readonly fragment: UnitFragment }
  | { readonly type: 'launch'; readonly launch: LaunchRecord }
  | { readonly type: 'filesystem'; readonly usage: FilesystemUsage }
  | { readonly type: 'file-size'; readonly size: FileSize }
  | { readonly type: 'host-load'; readonly load: HostLoad }
  | { readonly type: 'reproduction'; readonly reproduction: Reproduction }
  | { readonly type: 'cgroup-memory'; readonly memory: CgroupMemory }
  | { readonly type: 'stack-dump'; readonly dump: StackDump }
  | { readonly type: 'syscall-trace'; readonly trace: SyscallTrace }
  | { readonly type: 'file-lock'; readonly lock: FileLock }
  | { readonly type: 'open-file'; readonly file: OpenFile }
  | { readonly type: 'pressure'; readonly pressure: Pressure }
  | { readonly type: 'server-session'; readonly session: ServerSession }
  /** Lines that belong to no record, and how many of them speak of an end. */
  | { readonly type: 'unread'; readonly lines: number; readonly grave: number }
  | { readonly type: 'problem'; readonly problem: ParseProblem };

/** What a parser must be told because the bytes do not say it. */
export interface ParseContext {
  readonly evidenceId: EvidenceId;
  /** File name, a hint only: the bytes decide. */
  readonly fileName: string;
  /** Zone for stamps without one, in minutes east of UTC, and where it is known from. */
  readonly offsetMinutes: number;
  /** The zone by whose rules to read such stamps instead, where it is known by name; see StampClock. */
  readonly zone?: ZoneName;
  readonly zoneFrom: TimeResolution['zoneFrom'];
  /** A moment near the stamps (from other evidence, else the file's modification time): resolves yearless stamps. */
  readonly nearTime: EpochMicros | null;
  readonly nearTimeFrom: TimeResolution['yearFrom'];
  /** How far the other evidence reaches to either side of it; 0 without any. */
  readonly nearReachMicros?: number;
  /** The time of the file itself, and a day for zones and clocks: no entry of it is later. */
  readonly notAfter?: EpochMicros;
  /** When the file was last written, by its file system or archive: a copy may have the time of the copying. */
  readonly savedAt?: EpochMicros;
  /** What dates uptime stamps, from the files that were read before. */
  readonly uptimeTies?: UptimeTies;
  /** Entries of the files that were read before, and the clocks of the boots that they tell: these date uptime too. */
  readonly knownEntries?: KnownEntries;
  readonly bootClocks?: BootClocks;
  /** How the lines of a log are made up; without it each is taken as it stands. */
  readonly layout?: LogLayout;
  /** Whether every record of a log is a JSON object, so that any other line is damage. */
  readonly jsonOnly?: boolean;
  /** Byte offset and 1-based line at which the first chunk begins; not 0 and 1 when one record is decoded again. */
  readonly startOffset: number;
  readonly startLine: number;
}

/** What is kept in memory of an event besides its place. Valid until the reader that gave it reads on. */
export interface PlainEvent {
  /** EpochMicros. */
  readonly time: number;
  readonly resolutionMicros: number;
  /** NO_PID where it has none. */
  readonly pid: number;
  /** An index into EVENT_KINDS. */
  readonly kind: number;
  /** An index into SEVERITIES, or NO_SEVERITY. */
  readonly severity: number;
  readonly unit: string | null;
  /** See hashMessage; worked out when it is asked for. */
  messageHash(): number;
  /** How many lines the message has; known once its hash was asked for. */
  readonly messageLines: number;
}

/** Takes in what a parser finds without an object for every event. Called in the order of the records. */
export interface ItemSink {
  item(item: ParsedItem): void;
  /** An event that needs no more than numbers; `line` is 1-based, 0 where lines mean nothing. */
  event(event: PlainEvent, byteOffset: number, byteLength: number, line: number): void;
}

/**
 * Reads one evidence file from chunks of any size, also one byte at a time, with the same result. Never throws on
 * content, keeps no more than the record at hand, and loses no whole record.
 */
export interface EvidenceParser {
  push(chunk: Uint8Array): readonly ParsedItem[];
  /**
   * Does what `push` does, for an import: hands the same records to `sink`, those that need no more than a look at their
   * bytes as bare numbers. Where it is missing, `push` is all there is.
   */
  pushInto?(chunk: Uint8Array, sink: ItemSink): void;
  /** Ends the file: yields what was pending, and a `truncated` problem when a record was cut. */
  end(): readonly ParsedItem[];
  /**
   * The 1-based line at which a parser of its own may go on, if what follows begins with a record (see recordStart): null
   * while something that was read waits for it, or bears on it. Where it is missing, that is always so.
   */
  seam?(): number | null;
  /** How stamps became instants so far; null for formats without stamps. */
  timeResolution(): TimeResolution | null;
}

export type CreateParser = (context: ParseContext) => EvidenceParser;
