import { Entry, getFileNameLowLevel, parseExtraFields } from 'yauzl';
import { type EpochMicros, epochMicros, MICROS_PER_MILLI } from '../../shared/model/time.ts';
import type { EvidenceReader } from '../files/read-only.ts';
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
export const LOCAL_HEADER_BYTES = 30;
export const ENTRY_BYTES = 46;
export const LOCAL_HEADER_MAGIC = 'PK\x03\x04';
export const DESCRIPTOR_MAGIC = 'PK\x07\x08';
export const ENTRY_MAGIC = 'PK\x01\x02';
const FLAG_ENCRYPTED = 0x01;
const FLAG_SIZES_FOLLOW = 0x08;
const ZIP64_EXTRA_ID = 0x0001;
const IN_ZIP64 = 0xffffffff;
/** The highest version needed to extract that there is: 6.3. */
const LATEST_VERSION = 63;
const LATEST_METHOD = 99;
const UNIX_HOST = 3;
const UNIX_TYPE_MASK = 0xf000;
const UNIX_LINK = 0xa000;
const UNIX_FOLDER = 0x4000;
/** Character and block devices. What came through a pipe or socket (`zip - -`) is marked as one, and holds content. */
const UNIX_DEVICES: readonly number[] = [0x2000, 0x6000];
/** PATH_MAX of Linux: the content of a link is its target. */
const LINK_TARGET_BYTES = 4096;
/**
 * What may lie between the content of a member and what follows it: nothing, or the checksum and the two sizes, with or
 * without a signature, in 4 or 8 bytes each. Source: APPNOTE.TXT, section 4.3.9.
 */
export const DESCRIPTOR_BYTES: readonly number[] = [0, 16, 12, 24, 20];

/** What the headers of both kinds have in common, by where it stands in each. */
interface Fields {
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc32: number;
  readonly packedBytes: number;
  readonly bytes: number;
}

function fieldsAt(header: Buffer, at: number): Fields {
  return {
    flags: header.readUInt16LE(at),
    method: header.readUInt16LE(at + 2),
    time: header.readUInt16LE(at + 4),
    date: header.readUInt16LE(at + 6),
    crc32: header.readUInt32LE(at + 8),
    packedBytes: header.readUInt32LE(at + 12),
    bytes: header.readUInt32LE(at + 16),
  };
}

/** Name, time and the sizes of 64 bits, by the library's reading of the extra fields (Unicode names, times of Unix and NTFS). */
function described(fields: Fields, name: Buffer, extra: Buffer) {
  let extraFields: ReturnType<typeof parseExtraFields> = [];
  try {
    extraFields = parseExtraFields(extra);
  } catch {
    // A broken extra field takes nothing but the long sizes, the Unicode name and the exact time away.
  }
  const entry = Object.assign(new Entry(), { extraFields, lastModFileDate: fields.date, lastModFileTime: fields.time });
  const long = extraFields.find(({ id }) => id === ZIP64_EXTRA_ID)?.data ?? Buffer.alloc(0);
  let longAt = 0;
  /** The long form of a number, which is there, in this order, only where the short form says so (section 4.5.3). */
  const inFull = (short: number): number => {
    if (short !== IN_ZIP64 || longAt + 8 > long.length) return short;
    longAt += 8;
    return Number(long.readBigUInt64LE(longAt - 8));
  };
  return {
    name: getFileNameLowLevel(fields.flags, name, extraFields, false),
    nameBytes: name.length,
    // ZIP keeps the wall clock of wherever it was packed. Read as UTC, so that the same archive gives the same case anywhere.
    modified: microsOf(entry.getLastModDate({ timezone: 'UTC' })),
    bytes: inFull(fields.bytes),
    packedBytes: inFull(fields.packedBytes),
    inFull,
  };
}

/** An entry of the directory with where it ends in `directory`, its signature not looked at; null when it goes beyond the end. */
export function entryAt(directory: Buffer, at: number): { readonly member: ZipMember; readonly end: number } | null {
  if (at + ENTRY_BYTES > directory.length) return null;
  const fields = fieldsAt(directory, at + 8);
  const nameAt = at + ENTRY_BYTES;
  const extraAt = nameAt + directory.readUInt16LE(at + 28);
  const commentAt = extraAt + directory.readUInt16LE(at + 30);
  const end = commentAt + directory.readUInt16LE(at + 32);
  if (end > directory.length) return null;
  const { inFull, ...told } = described(
    fields,
    directory.subarray(nameAt, extraAt),
    directory.subarray(extraAt, commentAt),
  );
  // Archives written on a Unix say what a member is; the others know but files and folders.
  const mode = directory.readUInt16LE(at + 4) >>> 8 === UNIX_HOST ? directory.readUInt32LE(at + 38) >>> 16 : 0;
  const member: ZipMember = {
    ...told,
    type: memberType(told.name, mode, told.bytes),
    linkTarget: null,
    method: fields.method,
    isEncrypted: (fields.flags & FLAG_ENCRYPTED) !== 0,
    headerAt: inFull(directory.readUInt32LE(at + 42)),
    dataAt: null,
    crc32: fields.crc32,
  };
  return { member, end };
}

/** The member whose own header lies at a place; null when there is none that can be one. */
export function memberAt(reader: EvidenceReader, headerAt: number): ZipMember | null {
  const header = Buffer.from(reader.at(headerAt, LOCAL_HEADER_BYTES));
  return header.toString('latin1', 0, 4) === LOCAL_HEADER_MAGIC ? memberOf(reader, headerAt, header) : null;
}

/** The member whose own header lies at a place, whatever its signature is; null when it cannot be one. */
export function memberWithoutMagic(reader: EvidenceReader, headerAt: number): ZipMember | null {
  return memberOf(reader, headerAt, Buffer.from(reader.at(headerAt, LOCAL_HEADER_BYTES)));
}

function memberOf(reader: EvidenceReader, headerAt: number, header: Buffer): ZipMember | null {
  if (header.length < LOCAL_HEADER_BYTES || header.readUInt16LE(4) > LATEST_VERSION) return null;
  const fields = fieldsAt(header, 6);
  const nameBytes = header.readUInt16LE(26);
  const names = Buffer.from(reader.at(headerAt + LOCAL_HEADER_BYTES, nameBytes + header.readUInt16LE(28)));
  if (fields.method > LATEST_METHOD) return null;
  const { inFull: _, ...told } = described(fields, names.subarray(0, nameBytes), names.subarray(nameBytes));
  const sizesFollow = (fields.flags & FLAG_SIZES_FOLLOW) !== 0;
  return {
    ...told,
    bytes: sizesFollow ? null : told.bytes,
    packedBytes: sizesFollow ? null : told.packedBytes,
    crc32: sizesFollow ? null : fields.crc32,
    type: memberType(told.name, 0, sizesFollow ? null : told.bytes),
    linkTarget: null,
    method: fields.method,
    isEncrypted: (fields.flags & FLAG_ENCRYPTED) !== 0,
    headerAt,
    dataAt: headerAt + LOCAL_HEADER_BYTES + nameBytes + header.readUInt16LE(28),
  };
}

function microsOf(date: Date): EpochMicros | null {
  return Number.isFinite(date.getTime()) ? epochMicros(date.getTime() * MICROS_PER_MILLI) : null;
}

/** What a member is. A folder or device has no content and a path is short: one that has more is marked so by damage. */
function memberType(name: string, unixMode: number, bytes: number | null): ArchiveMember['type'] {
  const kind = unixMode & UNIX_TYPE_MASK;
  if (kind === UNIX_LINK && (bytes ?? 0) <= LINK_TARGET_BYTES) return 'link';
  if ((kind === UNIX_FOLDER || name.endsWith('/')) && (bytes ?? 0) === 0) return 'folder';
  return UNIX_DEVICES.includes(kind) && bytes === 0 ? 'device' : 'file';
}
