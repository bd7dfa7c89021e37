import { Readable } from 'node:stream';
import {
  type Entry,
  fromRandomAccessReaderPromise,
  getFileNameLowLevel,
  parseExtraFields,
  RandomAccessReader,
} from 'yauzl';
import { wordsOf } from '../../shared/model/thrown.ts';
import { type EpochMicros, epochMicros, MICROS_PER_MILLI } from '../../shared/model/time.ts';
import type { EvidenceReader } from './read-only.ts';
import type { ArchiveMember } from './tar.ts';

/** A member of a ZIP archive, as the directory or its own header describes it. */
export interface ZipMember extends ArchiveMember {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly headerAt: number;
  /** Of its name as it is packed. */
  readonly nameBytes: number;
  /** Null when there is no header where the directory says. */
  readonly dataAt: number | null;
  /** Null when only the missing directory, or the end of the data itself, tells. */
  readonly packedBytes: number | null;
  readonly crc32: number | null;
}

/** Little-endian, from APPNOTE.TXT, section 4.3: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
const LOCAL_HEADER_MAGIC = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const FLAG_ENCRYPTED = 0x01;
const FLAG_SIZES_FOLLOW = 0x08;
const ZIP64_EXTRA_ID = 0x0001;
const SIZE_IN_ZIP64 = 0xffffffff;
/** The highest version needed to extract that there is: 6.3. */
const LATEST_VERSION = 63;
const UNIX_HOST = 3;
const UNIX_TYPE_MASK = 0xf000;
const UNIX_LINK = 0xa000;
const UNIX_FOLDER = 0x4000;
/** Character and block devices. What came through a pipe or socket (`zip - -`) is marked as one, and holds content. */
const UNIX_DEVICES: readonly number[] = [0x2000, 0x6000];
const SCAN_BYTES = 256 * 1024;

/** Gives yauzl the bytes of a file that is open already. */
class EvidenceSlices extends RandomAccessReader {
  readonly #reader: EvidenceReader;

  constructor(reader: EvidenceReader) {
    super();
    this.#reader = reader;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from([this.#reader.at(start, end - start)], { objectMode: false });
  }
}

/**
 * The members that the directory at the end of a ZIP lists (ZIP64 included), up to `limit` and one more. `damage` is set,
 * with no members, when the directory is missing or does not hold.
 */
export async function readZipDirectory(
  reader: EvidenceReader,
  limit: number,
): Promise<{ readonly members: readonly ZipMember[]; readonly damage: string | null }> {
  const members: ZipMember[] = [];
  try {
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false };
    const zip = await fromRandomAccessReaderPromise(new EvidenceSlices(reader), reader.stamp.bytes, options);
    for await (const entry of zip.eachEntry()) {
      members.push(listedMember(reader, entry));
      if (members.length > limit) break;
    }
    return { members, damage: null };
  } catch (thrown) {
    return { members: [], damage: wordsOf(thrown) };
  }
}

function listedMember(reader: EvidenceReader, entry: Entry): ZipMember {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
  const headerAt = entry.relativeOffsetOfLocalHeader;
  const header = localHeader(reader, headerAt);
  // Archives written on a Unix say what a member is; the others know but files and folders.
  const mode = entry.versionMadeBy >>> 8 === UNIX_HOST ? entry.externalFileAttributes >>> 16 : 0;
  return {
    name,
    bytes: entry.uncompressedSize,
    modified: microsOf(entry.getLastModDate({ timezone: 'UTC' })),
    type: memberType(name, mode),
    linkTarget: null,
    method: entry.compressionMethod,
    isEncrypted: entry.isEncrypted(),
    headerAt,
    nameBytes: entry.fileNameRaw.length,
    dataAt: header === null ? null : dataStart(header, headerAt),
    packedBytes: entry.compressedSize,
    crc32: entry.crc32,
  };
}

/**
 * The next member at or after `from`, by its own header alone: for archives whose directory is missing, as in half a
 * download. Null when there is none up to the end of the file.
 */
export function nextZipMember(reader: EvidenceReader, from: number): ZipMember | null {
  for (let at = from; at < reader.stamp.bytes; at += SCAN_BYTES - 3) {
    const chunk = Buffer.from(reader.at(at, SCAN_BYTES));
    for (let found = chunk.indexOf('PK\x03\x04'); found !== -1; found = chunk.indexOf('PK\x03\x04', found + 1)) {
      const member = memberAt(reader, at + found);
      if (member !== null) return member;
    }
  }
  return null;
}

/** What a listed member's own header says, where that is all there is to know and is not what the directory says; else null. */
export function otherWordOf(reader: EvidenceReader, listed: ZipMember): ZipMember | null {
  const own = listed.dataAt === null ? null : memberAt(reader, listed.headerAt);
  if (own === null || own.packedBytes === null || own.crc32 === null) return null;
  const isSame =
    own.method === listed.method &&
    own.packedBytes === listed.packedBytes &&
    own.bytes === listed.bytes &&
    own.crc32 === listed.crc32 &&
    own.isEncrypted === listed.isEncrypted &&
    own.name === listed.name;
  // Only the directory knows a link.
  return isSame ? null : { ...own, type: listed.type };
}

function memberAt(reader: EvidenceReader, headerAt: number): ZipMember | null {
  const header = localHeader(reader, headerAt);
  if (header === null || header.readUInt16LE(4) > LATEST_VERSION) return null;
  const flags = header.readUInt16LE(6);
  const nameBytes = header.readUInt16LE(26);
  const names = Buffer.from(reader.at(headerAt + LOCAL_HEADER_BYTES, nameBytes + header.readUInt16LE(28)));
  let extraFields: ReturnType<typeof parseExtraFields> = [];
  try {
    extraFields = parseExtraFields(names.subarray(nameBytes));
  } catch {
    // A broken extra field takes nothing but the long sizes and the Unicode name away.
  }
  const name = getFileNameLowLevel(flags, names.subarray(0, nameBytes), extraFields, false);
  let bytes = header.readUInt32LE(22);
  let packedBytes = header.readUInt32LE(18);
  const long = extraFields.find(({ id }) => id === ZIP64_EXTRA_ID)?.data;
  if (long !== undefined && long.length >= 16) {
    if (bytes === SIZE_IN_ZIP64) bytes = Number(long.readBigUInt64LE(0));
    if (packedBytes === SIZE_IN_ZIP64) packedBytes = Number(long.readBigUInt64LE(8));
  }
  const sizesFollow = (flags & FLAG_SIZES_FOLLOW) !== 0;
  return {
    name,
    bytes: sizesFollow ? null : bytes,
    modified: microsOf(dosTime(header.readUInt16LE(12), header.readUInt16LE(10))),
    type: memberType(name, 0),
    linkTarget: null,
    method: header.readUInt16LE(8),
    isEncrypted: (flags & FLAG_ENCRYPTED) !== 0,
    headerAt,
    nameBytes,
    dataAt: dataStart(header, headerAt),
    packedBytes: sizesFollow ? null : packedBytes,
    crc32: sizesFollow ? null : header.readUInt32LE(14),
  };
}

function localHeader(reader: EvidenceReader, at: number): Buffer | null {
  const header = Buffer.from(reader.at(at, LOCAL_HEADER_BYTES));
  return header.length === LOCAL_HEADER_BYTES && header.readUInt32LE(0) === LOCAL_HEADER_MAGIC ? header : null;
}

function dataStart(header: Buffer, headerAt: number): number {
  return headerAt + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/** ZIP keeps the wall clock of wherever it was packed. Read as UTC, so that the same archive gives the same case anywhere. */
function dosTime(date: number, time: number): Date {
  const [year, month, day] = [1980 + (date >>> 9), ((date >>> 5) & 15) - 1, date & 31];
  return new Date(Date.UTC(year, month, day, time >>> 11, (time >>> 5) & 63, (time & 31) * 2));
}

function microsOf(date: Date): EpochMicros | null {
  return Number.isFinite(date.getTime()) ? epochMicros(date.getTime() * MICROS_PER_MILLI) : null;
}

function memberType(name: string, unixMode: number): ArchiveMember['type'] {
  const kind = unixMode & UNIX_TYPE_MASK;
  if (kind === UNIX_LINK) return 'link';
  if (kind === UNIX_FOLDER || name.endsWith('/')) return 'folder';
  return UNIX_DEVICES.includes(kind) ? 'device' : 'file';
}

/**
 * Members whose bytes overlap those of another before them, which no archiver writes and some bombs are made of. A member
 * takes at least its header, its name and its content: where its content begins, its own header may say wrongly.
 */
export function overlappingMembers(members: readonly ZipMember[]): ReadonlySet<ZipMember> {
  const overlapping = new Set<ZipMember>();
  let end = 0;
  for (const member of [...members].sort((a, b) => a.headerAt - b.headerAt)) {
    if (member.headerAt < end) overlapping.add(member);
    else end = member.headerAt + LOCAL_HEADER_BYTES + member.nameBytes + (member.packedBytes ?? 0);
  }
  return overlapping;
}
