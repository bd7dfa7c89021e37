import { PagedBytes } from '../../../shared/evidence/journal/native/paged-bytes.ts';
import { readNativeJournalInto } from '../../../shared/evidence/journal/native/read-into.ts';
import type { CreateParser, EvidenceParser, ParseContext } from '../../../shared/evidence/reading/parser.ts';
import type { EvidenceFormat, TimeResolution } from '../../../shared/model/evidence.ts';
import type { FoundFile } from '../../files/inventory.ts';
import type { IntakeLimits } from '../../files/limits.ts';
import { EvidenceReader, failureReason } from '../../files/read-only.ts';
import { type EvidenceSink, RecordCounter } from '../events/evidence-sink.ts';
import { HashInPlace, type PartHash, startFileHash } from './file-hash.ts';
import { partBeside, type StartPart, startPartWorker } from './part-beside.ts';

/** Told how many bytes of a file were read; answers false when its reading is to be stopped. */
export type ReportRead = (readBytes: number) => boolean;

/** What reading one file gave, besides what went to the sink. */
export interface ReadFile {
  readonly records: number;
  readonly time: TimeResolution | null;
  /** The earliest and latest event; null when it has none. */
  readonly span: { readonly from: number; readonly to: number } | null;
}

/**
 * Reads a file once from its first byte to its last: hashes it where its hash is not known yet and, given a parser, puts
 * what it finds into the sink. Keeps one chunk and the parser's record at hand. A file that cannot be read to its end keeps
 * what was read of it, with a problem that says so; so does one that is stopped, by `report` returning false.
 *
 * Of a large log `startPart` may have another thread read the rest meanwhile. What comes of it is taken only where it is
 * what this thread would have found; else the rest is read here.
 */
export function readFile(
  file: FoundFile,
  fileIndex: number,
  parsing: { readonly format: EvidenceFormat; readonly create: CreateParser; readonly context: ParseContext } | null,
  sink: EvidenceSink,
  limits: IntakeLimits,
  report: ReportRead,
  startPart: StartPart = startPartWorker,
): ReadFile {
  const isHashed = file.sha256 === null;
  const records = new RecordCounter(file.problems, fileIndex, parsing?.format ?? null, sink, limits);
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
      const part =
        parsing === null
          ? null
          : partBeside(reader, file.absolutePath, fileIndex, parsing, sink.keys !== null, limits, startPart);
      try {
        // Nobody keeps a chunk: a fresh one each time would be memory to clear and to collect.
        const buffer = new Uint8Array(Math.min(limits.readChunkBytes, Math.max(openedBytes, 1)));
        const readTo = (end: number): void => {
          while (position < end && !isStopped) {
            const content = reader.into(buffer, position, end - position);
            if (content.length === 0) return;
            parse((open) => {
              if (open.pushInto === undefined) records.take(open.push(content));
              else open.pushInto(content, records);
            });
            position += content.length;
            hash?.read(content, position);
            isStopped = !report(position) && position < openedBytes;
          }
        };
        if (part !== null) {
          readTo(part.from);
          const nextLine = isStopped ? null : (parser?.seam?.() ?? null);
          const rest =
            nextLine === null
              ? null
              : part.finish((readBytes) => {
                  isStopped = !report(position + readBytes);
                  return !isStopped;
                });
          if (nextLine !== null && rest !== null) {
            parse((open) => records.take(open.end()));
            records.append(rest, nextLine - 1);
            parser = null;
            hash?.readElsewhere(reader, openedBytes);
            position = openedBytes;
            report(position);
          }
        }
        readTo(openedBytes);
        const change = reader.changed();
        if (change !== null) noteChange(file, change);
      } finally {
        part?.abandon();
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
): ReadFile {
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
  const records = new RecordCounter(file.problems, fileIndex, 'journal-native', sink, limits);
  try {
    const reader = new EvidenceReader(file.absolutePath);
    try {
      const { bytes } = reader.stamp;
      const source = new PagedBytes(bytes, (offset, into) => reader.readAt(offset, into), undefined, sink.pageRooms);
      const reportRead = (read: number): boolean => report(isHashed ? read : (bytes + read) / 2);
      const isWhole = readNativeJournalInto(source, context, records, reportRead, limits.journalReportEntries);
      if (isWhole) report(bytes);
      else noteStoppedEntries(file, records.count);
      source.release();
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
