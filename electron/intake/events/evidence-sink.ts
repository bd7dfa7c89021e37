import { logFormat } from '../../../shared/evidence/formats/table.ts';
import { BootClocks, type BootStamp } from '../../../shared/evidence/reading/boot-clocks.ts';
import type { LogFormat } from '../../../shared/evidence/reading/format.ts';
import type { ItemSink, ParsedItem, PlainEvent } from '../../../shared/evidence/reading/parser.ts';
import { type DatedTyingEvent, UptimeTies } from '../../../shared/evidence/reading/uptime-ties.ts';
import type { GunicornConfig } from '../../../shared/model/config.ts';
import type { EvidenceFormat } from '../../../shared/model/evidence.ts';
import type { CgroupMemory, FileSize, FilesystemUsage, HostLoad } from '../../../shared/model/host.ts';
import type { LaunchRecord } from '../../../shared/model/launch.ts';
import type { FileLock, OpenFile, Pressure, StackDump, SyscallTrace } from '../../../shared/model/probes.ts';
import type { Reproduction } from '../../../shared/model/reproduction.ts';
import type { HostMemory, ProcessSample, VmstatSample } from '../../../shared/model/samples.ts';
import type { ServerSession } from '../../../shared/model/server-session.ts';
import type { SupervisorConfig } from '../../../shared/model/supervisor-config.ts';
import type { UnitFragment } from '../../../shared/model/unit.ts';
import { type EntryKeyColumns, type EntryKeyTable, putBareKey, putKey } from '../../events/entry-keys.ts';
import type { AddedEvents, EventTable } from '../../events/event-table.ts';
import type { IntakeLimits } from '../../files/limits.ts';
import type { FileProblems } from '../../files/problem-list.ts';

/** What has been read from all files so far. */
export class EvidenceSink {
  readonly table: EventTable;
  readonly processes: ProcessSample[] = [];
  readonly vmstat: VmstatSample[] = [];
  readonly hostMemory: HostMemory[] = [];
  readonly configs: GunicornConfig[] = [];
  readonly host = {
    units: [] as UnitFragment[],
    filesystems: [] as FilesystemUsage[],
    launches: [] as LaunchRecord[],
    reproductions: [] as Reproduction[],
    fileSizes: [] as FileSize[],
    cgroups: [] as CgroupMemory[],
    load: [] as HostLoad[],
    stacks: [] as StackDump[],
    traces: [] as SyscallTrace[],
    locks: [] as FileLock[],
    openFiles: [] as OpenFile[],
    pressures: [] as Pressure[],
    sessions: [] as ServerSession[],
    supervisorConfigs: [] as SupervisorConfig[],
  };

  /** Pages of the native journals that were read, for the next one. */
  readonly pageRooms: Uint8Array[] = [];
  /** What dates uptime stamps, from all events so far. */
  readonly uptimeTies = new UptimeTies();
  readonly bootClocks = new BootClocks();
  /** What tells that two events are one entry; null while there is only one log, of which nothing can stand twice. */
  keys: EntryKeyTable | null = null;

  constructor(table: EventTable) {
    this.table = table;
  }
}

/** What a part holds: what a parser would have found that had read all before it. Lines count from the part's first. */
export interface ReadPart {
  readonly events: AddedEvents;
  readonly span: { readonly from: number; readonly to: number } | null;
  readonly keys: EntryKeyColumns | null;
  /** What dates other files. */
  readonly ties: readonly DatedTyingEvent[];
  readonly boots: readonly BootStamp[];
}

/** Sorts the items of one file into the sink. */
export class RecordCounter implements ItemSink {
  readonly #problems: FileProblems;
  readonly #fileIndex: number;
  /** What is true of its entries; null where it holds none. */
  readonly #log: LogFormat | null;
  readonly #sink: EvidenceSink;
  readonly #limits: IntakeLimits;
  #events = 0;
  #others = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #limitNoted = false;

  constructor(
    problems: FileProblems,
    fileIndex: number,
    format: EvidenceFormat | null,
    sink: EvidenceSink,
    limits: IntakeLimits,
  ) {
    this.#problems = problems;
    this.#fileIndex = fileIndex;
    this.#log = format === null ? null : logFormat(format);
    this.#sink = sink;
    this.#limits = limits;
  }

  /** A row of a snapshot that is also an event counts once. */
  get count(): number {
    return Math.max(this.#events, this.#others);
  }

  /** The earliest and latest event; null when it has none. */
  get span(): { readonly from: number; readonly to: number } | null {
    return this.#events === 0 ? null : { from: this.#from, to: this.#to };
  }

  take(items: readonly ParsedItem[]): void {
    for (const item of items) this.item(item);
  }

  event(event: PlainEvent, byteOffset: number, byteLength: number, line: number): void {
    const { time, pid, kind, severity, unit } = event;
    this.#events += 1;
    if (time < this.#from) this.#from = time;
    if (time > this.#to) this.#to = time;
    const { table, keys } = this.#sink;
    if (keys !== null && this.#log !== null) putBareKey(keys, table.count, this.#log, event);
    table.addRow(this.#fileIndex, time, byteOffset, byteLength, line, pid, kind, severity, unit);
  }

  /** Takes in what another thread read of the file behind what was read here, which had `lines` lines. */
  append({ events, span, keys, ties, boots }: ReadPart, lines: number): void {
    this.#events += events.count;
    this.#from = Math.min(this.#from, span?.from ?? this.#from);
    this.#to = Math.max(this.#to, span?.to ?? this.#to);
    const { table, uptimeTies, bootClocks } = this.#sink;
    if (keys !== null) this.#sink.keys?.append(table.count, keys);
    table.append(events, lines);
    for (const tie of ties) uptimeTies.learn(tie);
    for (const boot of boots) bootClocks.learn(boot);
  }

  item(item: ParsedItem): void {
    const { processes, vmstat, hostMemory, configs, host, table } = this.#sink;
    switch (item.type) {
      case 'event':
        this.#events += 1;
        this.#from = Math.min(this.#from, item.event.time);
        this.#to = Math.max(this.#to, item.event.time);
        if (this.#sink.keys !== null && this.#log !== null) putKey(this.#sink.keys, table.count, this.#log, item.event);
        table.add(item.event, this.#fileIndex);
        this.#sink.uptimeTies.learn(item.event);
        if (item.boot !== undefined) this.#sink.bootClocks.learn(item.boot);
        break;
      case 'process':
        this.#keep(processes, item.sample, item.sample.source.byteOffset);
        break;
      case 'vmstat':
        this.#keep(vmstat, item.sample, item.sample.source.byteOffset);
        break;
      case 'host-memory':
        this.#keep(hostMemory, item.memory, item.memory.source.byteOffset);
        break;
      case 'gunicorn-config':
        configs.push(item.config);
        this.#others += settingsIn(item.config);
        break;
      case 'supervisor-config':
        host.supervisorConfigs.push(item.config);
        this.#others += SUPERVISOR_SETTINGS;
        break;
      case 'unit-fragment':
        this.#keep(host.units, item.fragment, item.fragment.assignments[0]?.source.byteOffset ?? 0);
        this.#others += item.fragment.assignments.length - 1;
        break;
      case 'launch':
        this.#keep(host.launches, item.launch, item.launch.source.byteOffset);
        this.#others += Math.max(0, item.launch.settings.length - 1);
        break;
      case 'filesystem':
        this.#keep(host.filesystems, item.usage, item.usage.source.byteOffset);
        break;
      case 'file-size':
        this.#keep(host.fileSizes, item.size, item.size.source.byteOffset);
        break;
      case 'host-load':
        this.#keep(host.load, item.load, item.load.source.byteOffset);
        break;
      case 'reproduction':
        this.#keep(host.reproductions, item.reproduction, item.reproduction.source.byteOffset);
        break;
      case 'cgroup-memory':
        this.#keep(host.cgroups, item.memory, item.memory.source.byteOffset);
        break;
      case 'stack-dump':
        this.#keep(host.stacks, item.dump, item.dump.source.byteOffset);
        break;
      case 'syscall-trace':
        this.#keep(host.traces, item.trace, item.trace.source.byteOffset);
        break;
      case 'file-lock':
        this.#keep(host.locks, item.lock, item.lock.source.byteOffset);
        break;
      case 'open-file':
        this.#keep(host.openFiles, item.file, item.file.source.byteOffset);
        break;
      case 'pressure':
        this.#keep(host.pressures, item.pressure, item.pressure.source.byteOffset);
        break;
      case 'server-session':
        this.#keep(host.sessions, item.session, item.session.source.byteOffset);
        break;
      case 'unread':
        this.#problems.unreadLines += item.lines;
        this.#problems.graveLines += item.grave;
        break;
      case 'problem':
        this.#problems.add(item.problem);
        break;
    }
  }

  #keep<T>(samples: T[], sample: T, byteOffset: number): void {
    this.#others += 1;
    if (samples.length < this.#limits.samples) {
      samples.push(sample);
    } else if (!this.#limitNoted) {
      this.#limitNoted = true;
      const message = `More than ${this.#limits.samples} samples; those from here on were left out.`;
      this.#problems.add({ kind: 'limit-exceeded', message, byteOffset });
    }
  }
}

/** The limit, the workers and their recycling. */
const SUPERVISOR_SETTINGS = 3;

function settingsIn(config: GunicornConfig): number {
  const { evidenceId: _, ...settings } = config;
  return Object.values(settings).filter((setting) => setting !== null).length;
}
