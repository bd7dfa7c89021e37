import { BootClocks } from '../../shared/evidence/boot-clocks.ts';
import { PagedBytes } from '../../shared/evidence/native-journal/paged-bytes.ts';
import { readNativeJournalInto } from '../../shared/evidence/native-journal/read-into.ts';
import type {
  CreateParser,
  EvidenceParser,
  ItemSink,
  ParseContext,
  ParsedItem,
  PlainEvent,
} from '../../shared/evidence/parser.ts';
import { UptimeTies } from '../../shared/evidence/uptime-ties.ts';
import type { GunicornConfig } from '../../shared/model/config.ts';
import type { EvidenceFormat, TimeResolution } from '../../shared/model/evidence.ts';
import type { FileSize, FilesystemUsage, HostLoad } from '../../shared/model/host.ts';
import type { HostMemory, ProcessSample, VmstatSample } from '../../shared/model/samples.ts';
import type { UnitFragment } from '../../shared/model/unit.ts';
import { type EntryKeyTable, putBareKey, putKey } from './entry-keys.ts';
import type { EventTable } from './event-table.ts';
import { HashInPlace, type PartHash, startFileHash } from './file-hash.ts';
import type { FoundFile } from './inventory.ts';
import type { IntakeLimits } from './limits.ts';
import { EvidenceReader, failureReason } from './read-only.ts';

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
    fileSizes: [] as FileSize[],
    load: [] as HostLoad[],
  };

  /** What dates uptime stamps, from all events so far. */
  readonly uptimeTies = new UptimeTies();
  readonly bootClocks = new BootClocks();
  /** What tells that two events are one entry; null while there is only one log, of which nothing can stand twice. */
  keys: EntryKeyTable | null = null;

  constructor(table: EventTable) {
    this.table = table;
  }
}

/** Told how many bytes of a file were read; answers false when its reading is to be stopped. */
export type ReportRead = (readBytes: number) => boolean;

/** What reading one file gave, besides what went to the sink. */
export interface FileReading {
  readonly records: number;
  readonly time: TimeResolution | null;
  /** The earliest and latest event; null when it has none. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

/**
 * Reads a file once from its first byte to its last: hashes it where its hash is not known yet and, given a parser, puts
 * what it finds into the sink. Keeps one chunk and the parser's record at hand. A file that cannot be read to its end keeps
 * what was read of it, with a problem that says so; so does one that is stopped, by `report` returning false.
 */
export function readFile(
  file: FoundFile,
  fileIndex: number,
  parsing: { readonly format: EvidenceFormat; readonly create: CreateParser; readonly context: ParseContext } | null,
  sink: EvidenceSink,
  limits: IntakeLimits,
  report: ReportRead,
): FileReading {
  const isHashed = file.sha256 === null;
  const records = new RecordCounter(file, fileIndex, parsing?.format ?? null, sink, limits);
  let parser = parsing?.create(parsing.context) ?? null;
  let time: TimeResolution | null = null;
  let position = 0;
  let isStopped = false;
  let hashed: PartHash | null = null;
  let openedBytes = file.bytes;
  /** A parser never throws on content; should one do so nevertheless, its file ends there and all others are still read. */
  const parse = (step: (parser: EvidenceParser) => void): void => {
    if (parser === null) return;
    try {
      step(parser);
      time = parser.timeResolution();
    } catch (thrown) {
      parser = null;
      const message = `Reading its records stopped here through a defect of Inquest: ${failureReason(thrown)}.`;
      file.problems.add({ kind: 'unreadable', message, byteOffset: position });
    }
  };

  if (isHashed || parser !== null) {
    try {
      const reader = new EvidenceReader(file.absolutePath);
      openedBytes = reader.stamp.bytes;
      const hash = isHashed ? startFileHash(file.absolutePath, reader, parser !== null) : null;
      try {
        // Nobody keeps a chunk: a fresh one each time would be memory to clear and to collect.
        const buffer = new Uint8Array(limits.readChunkBytes);
        for (let chunk = reader.nextInto(buffer); chunk !== null; chunk = reader.nextInto(buffer)) {
          const content = chunk;
          parse((open) => {
            if (open.pushInto === undefined) records.take(open.push(content));
            else open.pushInto(content, records);
          });
          position = reader.position;
          hash?.read(content, position);
          isStopped = !report(position) && position < reader.stamp.bytes;
          if (isStopped) break;
        }
        const change = reader.changed();
        if (change !== null) noteChange(file, change);
      } finally {
        hashed = hash?.finish() ?? null;
        reader.close();
      }
    } catch (thrown) {
      const message = `Only its first ${position} bytes could be read and are what the hash is of: ${failureReason(thrown)}.`;
      file.problems.add({ kind: 'unreadable', message, byteOffset: position });
    }
    if (isStopped) noteStop(file, position, isHashed);
    // What the parser holds back of a stopped file is the beginning of a record: to end it would make a record of it.
    else parse((open) => records.take(open.end()));
  }
  if (isHashed) takeHash(file, hashed ?? new HashInPlace().finish(), openedBytes);
  return { records: records.count, time, span: records.span };
}

/** Keeps a hash, with what it is of where that is less than the file had when it was opened. */
function takeHash(file: FoundFile, { sha256, bytes, failure }: PartHash, openedBytes: number): void {
  file.sha256 = sha256;
  if (bytes < openedBytes) file.hashedBytes = bytes;
  if (failure === null) return;
  const message = `The hash is of its first ${bytes} bytes only: ${failure}.`;
  file.problems.add({ kind: 'unreadable', message, byteOffset: bytes });
}

/**
 * Hashes a native journal where its hash is not known yet, and puts its entries into the sink; of a file of any size some
 * pages are kept at a time. One beyond the limit is only hashed, with a problem that says what to do.
 */
export function readNativeJournalFile(
  file: FoundFile,
  fileIndex: number,
  context: ParseContext,
  sink: EvidenceSink,
  limits: IntakeLimits,
  report: ReportRead,
): FileReading {
  if (file.bytes > limits.journalBytes) {
    const message = `Native journals of more than ${limits.journalBytes} bytes are hashed but not read; export it with journalctl --file=FILE -o json.`;
    file.problems.add({ kind: 'limit-exceeded', message, byteOffset: null });
    return readFile(file, fileIndex, null, sink, limits, report);
  }
  // Half of the way each, where there are two.
  const isHashed = file.sha256 !== null;
  if (!isHashed) {
    readFile(file, fileIndex, null, sink, limits, (bytes) => report(bytes / 2));
    if (file.problems.has('stopped')) return { records: 0, time: NATIVE_TIME, span: null };
  }
  const records = new RecordCounter(file, fileIndex, 'journal-native', sink, limits);
  try {
    const reader = new EvidenceReader(file.absolutePath);
    try {
      const { bytes } = reader.stamp;
      const source = new PagedBytes(bytes, (offset, into) => reader.readAt(offset, into));
      const reportRead = (read: number): boolean => report(isHashed ? read : (bytes + read) / 2);
      const isWhole = readNativeJournalInto(source, context, records, reportRead, limits.journalReportEntries);
      if (isWhole) report(bytes);
      else noteStoppedEntries(file, records.count);
      const change = reader.changed();
      if (change !== null) noteChange(file, change);
    } finally {
      reader.close();
    }
  } catch (thrown) {
    const message = `It cannot be read: ${failureReason(thrown)}.`;
    file.problems.add({ kind: 'unreadable', message, byteOffset: null });
  }
  return { records: records.count, time: NATIVE_TIME, span: records.span };
}

/** Entries of a native journal carry instants. */
const NATIVE_TIME: TimeResolution = { offsetMinutes: null, zoneFrom: 'file', year: null, yearFrom: 'file' };

/** Says where the reading of a file was stopped on request, and what its hash is of (`isHashed`: of what was read). */
export function noteStop(file: FoundFile, readBytes: number, isHashed: boolean): void {
  if (isHashed) file.hashedBytes = readBytes;
  const hash = isHashed ? ', and the hash is of those bytes only' : '';
  const message =
    readBytes === 0
      ? 'It was stopped on request before anything of it was read. Add it again to read it.'
      : `Reading was stopped on request after ${readBytes} of ${file.bytes} bytes: records up to there are kept${hash}. Add it again to read it whole.`;
  file.problems.add({ kind: 'stopped', message, byteOffset: readBytes });
}

function noteStoppedEntries(file: FoundFile, entries: number): void {
  const message = `Reading was stopped on request after ${entries} entries, which are kept. Add it again to read it whole.`;
  file.problems.add({ kind: 'stopped', message, byteOffset: null });
}

/** Reports once that a file is no longer what it was. */
export function noteChange(file: FoundFile, change: string): void {
  if (file.problems.has('changed-during-reading')) return;
  const message = `The file changed while it was read: ${change}. Copy it and analyse the copy.`;
  file.problems.add({ kind: 'changed-during-reading', message, byteOffset: null });
}

/** Sorts the items of one file into the sink. */
class RecordCounter implements ItemSink {
  readonly #file: FoundFile;
  readonly #fileIndex: number;
  readonly #format: EvidenceFormat | null;
  readonly #sink: EvidenceSink;
  readonly #limits: IntakeLimits;
  #events = 0;
  #others = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #limitNoted = false;

  constructor(
    file: FoundFile,
    fileIndex: number,
    format: EvidenceFormat | null,
    sink: EvidenceSink,
    limits: IntakeLimits,
  ) {
    this.#file = file;
    this.#fileIndex = fileIndex;
    this.#format = format;
    this.#sink = sink;
    this.#limits = limits;
  }

  /** A row of a snapshot that is also an event counts once. */
  get count(): number {
    return Math.max(this.#events, this.#others);
  }

  get span(): FileReading['span'] {
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
    if (keys !== null && this.#format !== null) putBareKey(keys, table.count, this.#format, event);
    table.addRow(this.#fileIndex, time, byteOffset, byteLength, line, pid, kind, severity, unit);
  }

  item(item: ParsedItem): void {
    const { processes, vmstat, hostMemory, configs, host, table } = this.#sink;
    switch (item.type) {
      case 'event':
        this.#events += 1;
        this.#from = Math.min(this.#from, item.event.time);
        this.#to = Math.max(this.#to, item.event.time);
        if (this.#sink.keys !== null && this.#format !== null)
          putKey(this.#sink.keys, table.count, this.#format, item.event);
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
      case 'unit-fragment':
        this.#keep(host.units, item.fragment, item.fragment.assignments[0]?.source.byteOffset ?? 0);
        this.#others += item.fragment.assignments.length - 1;
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
      case 'problem':
        this.#file.problems.add(item.problem);
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
      this.#file.problems.add({ kind: 'limit-exceeded', message, byteOffset });
    }
  }
}

function settingsIn(config: GunicornConfig): number {
  const { evidenceId: _, ...settings } = config;
  return Object.values(settings).filter((setting) => setting !== null).length;
}
