import type { EvidenceReader } from '../files/read-only.ts';
import { ENTRY_BYTES, ENTRY_MAGIC, entryAt, memberAt, type ZipMember } from './zip.ts';

/** What the directory at the end of a ZIP lists. */
export interface ZipDirectory {
  /** In the order of the directory; where their content lies is not known yet. */
  readonly members: readonly ZipMember[];
  /** The first byte of the directory; where the file ends when there is none. */
  readonly startsAt: number;
  /** What is wrong with it, and at which byte of the file; null when nothing is. */
  readonly damage: { readonly words: string; readonly byteOffset: number } | null;
}

/** APPNOTE.TXT, sections 4.3.12 to 4.3.16: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
const END_MAGIC = 'PK\x05\x06';
const END_BYTES = 22;
const COMMENT_LIMIT_BYTES = 0xffff;
const LOCATOR_MAGIC = 'PK\x06\x07';
const LOCATOR_BYTES = 20;
const END64_MAGIC = 'PK\x06\x06';
const END64_BYTES = 56;
const SIGNATURE_MAGIC = 'PK\x05\x05';
const IN_ZIP64 = 0xffffffff;
const SCAN_BYTES = 1024 * 1024;
/** A directory is held in memory: of a hundred thousand entries with the longest names that are taken. */
const DIRECTORY_LIMIT_BYTES = 512 * 1024 * 1024;

/** Told how far a search has come; throws to end it. */
export type ScanProgress = (at: number) => void;

/** Where the signature of four bytes lies next between two places of a file; -1 when it does not. */
export function findMagic(
  reader: EvidenceReader,
  magic: string,
  from: number,
  to: number,
  progress: ScanProgress,
): number {
  for (let at = from; at < to; at += SCAN_BYTES - magic.length + 1) {
    progress(at);
    const chunk = reader.at(at, Math.min(SCAN_BYTES, to - at));
    const found = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).indexOf(magic, 0, 'latin1');
    if (found !== -1) return at + found;
  }
  return -1;
}

/** The end record: what it says of the directory, and where the directory ends at the latest. */
interface EndRecord {
  readonly at: number;
  readonly directoryEnd: number;
  readonly directoryAt: number;
  readonly directoryBytes: number;
  readonly entries: number;
  /** Entries are counted in so many bits. */
  readonly entryBits: 16 | 64;
  readonly hasRightComment: boolean;
}

/**
 * Reads the directory of a ZIP (ZIP64 included), up to `limit` members and one more. What its end record and its entries
 * say is not believed further than they agree with one another: of a damaged one it gives every entry that is whole, one
 * that is searched for included unless it is to be read `by its end record` alone.
 */
export function readZipDirectory(
  reader: EvidenceReader,
  limit: number,
  progress: ScanProgress,
  how: 'by any sign' | 'by its end record' = 'by any sign',
): ZipDirectory {
  const end = findEnd(reader);
  const startsAt = end === null ? null : directoryStart(reader, end);
  if (end === null || startsAt === null) {
    const searched = how === 'by any sign' ? searchedDirectory(reader, limit, progress, end?.at) : noDirectory(reader);
    return end === null ? searched : { ...searched, damage: wrongPlace(end) };
  }
  const directory = Buffer.from(reader.at(startsAt, Math.min(DIRECTORY_LIMIT_BYTES, end.directoryEnd - startsAt)));
  const { members, damageAt } = entriesOf(directory, limit);
  const isCut = members.length > limit;
  const count = end.entryBits === 16 ? members.length % 0x10000 : members.length;
  let damage: ZipDirectory['damage'] = null;
  if (damageAt !== null) damage = { words: 'an entry of its directory is damaged', byteOffset: startsAt + damageAt };
  else if (!end.hasRightComment) damage = { words: 'its end record does not end with the file', byteOffset: end.at };
  else if (startsAt !== end.directoryAt) damage = wrongPlace(end);
  else if (!isCut && count !== end.entries) {
    const words = `its end record counts ${end.entries} members, its directory lists ${members.length}`;
    damage = { words, byteOffset: end.at };
  }
  return { members, startsAt, damage };
}

function wrongPlace(end: EndRecord): NonNullable<ZipDirectory['damage']> {
  return { words: 'its end record names a place where its directory is not', byteOffset: end.at };
}

/** The end record whose comment ends with the file, or else the last one whose directory lies right before it. */
function findEnd(reader: EvidenceReader): EndRecord | null {
  const { bytes } = reader.stamp;
  const tailAt = Math.max(0, bytes - COMMENT_LIMIT_BYTES - END_BYTES);
  const tail = Buffer.from(reader.at(tailAt, bytes - tailAt));
  let beforeComment: EndRecord | null = null;
  for (let found = tail.lastIndexOf(END_MAGIC, -1, 'latin1'); found !== -1; ) {
    if (found + END_BYTES <= tail.length) {
      const end = endRecord(reader, tailAt + found, tail.subarray(found));
      if (end.hasRightComment) return end;
      if (beforeComment === null && end.directoryAt + end.directoryBytes === end.directoryEnd) beforeComment = end;
    }
    found = found === 0 ? -1 : tail.lastIndexOf(END_MAGIC, found - 1, 'latin1');
  }
  return beforeComment;
}

function endRecord(reader: EvidenceReader, at: number, record: Buffer): EndRecord {
  const short = {
    at,
    directoryEnd: at,
    directoryAt: record.readUInt32LE(16),
    directoryBytes: record.readUInt32LE(12),
    entries: record.readUInt16LE(10),
    entryBits: 16 as const,
    hasRightComment: at + END_BYTES + record.readUInt16LE(20) === reader.stamp.bytes,
  };
  const locator = Buffer.from(at < LOCATOR_BYTES ? [] : reader.at(at - LOCATOR_BYTES, LOCATOR_BYTES));
  if (locator.toString('latin1', 0, 4) !== LOCATOR_MAGIC) return short;
  // Nobody writes the long record with the extension that it may have, so its place is known twice.
  for (const longAt of [Number(locator.readBigUInt64LE(8)), at - LOCATOR_BYTES - END64_BYTES]) {
    if (longAt < 0 || longAt + END64_BYTES > at) continue;
    const long = Buffer.from(reader.at(longAt, END64_BYTES));
    if (long.toString('latin1', 0, 4) !== END64_MAGIC) continue;
    const directoryAt = short.directoryAt === IN_ZIP64 ? Number(long.readBigUInt64LE(48)) : short.directoryAt;
    const directoryBytes = short.directoryBytes === IN_ZIP64 ? Number(long.readBigUInt64LE(40)) : short.directoryBytes;
    const entries = Number(long.readBigUInt64LE(32));
    return { ...short, directoryEnd: longAt, directoryAt, directoryBytes, entries, entryBits: 64 };
  }
  return short;
}

/** Where the directory begins: as stated, or else as far before its end as it is long. */
function directoryStart(reader: EvidenceReader, end: EndRecord): number | null {
  const { directoryAt, directoryBytes, directoryEnd } = end;
  if (directoryBytes === 0 && directoryAt === directoryEnd) return directoryAt;
  const isStart = (at: number): boolean =>
    at >= 0 && at < directoryEnd && Buffer.from(reader.at(at, 4)).toString('latin1') === ENTRY_MAGIC;
  const agreed = directoryAt + directoryBytes === directoryEnd;
  const places = agreed ? [directoryAt] : [directoryEnd - directoryBytes, directoryAt];
  return places.find(isStart) ?? null;
}

/** The entries of a directory, and where in it the first thing is that is no entry. */
function entriesOf(
  directory: Buffer,
  limit: number,
): { readonly members: readonly ZipMember[]; readonly damageAt: number | null } {
  const members: ZipMember[] = [];
  let damageAt: number | null = null;
  const isEntry = (at: number): boolean => directory.toString('latin1', at, at + 4) === ENTRY_MAGIC;
  const leadsOn = (end: number): boolean => isEnd(directory, end) || isEntry(end);
  for (let at = 0; at < directory.length && members.length <= limit; ) {
    if (isEnd(directory, at)) break;
    const entry = entryAt(directory, at);
    if (entry !== null && leadsOn(entry.end)) {
      if (!isEntry(at)) damageAt ??= at;
      members.push(entry.member);
      at = entry.end;
      continue;
    }
    const next = nextEntry(directory, at);
    // Either the signature of the entry behind it is damaged, which then leads on itself, or its own lengths are: where
    // its name ends, only the header of the member tells.
    const behind = entry === null || !isEntry(at) ? null : entryAt(directory, entry.end);
    if (entry !== null && behind !== null && entry.end < next && leadsOn(behind.end)) {
      members.push(entry.member);
      at = entry.end;
    } else {
      damageAt ??= at;
      at = next;
    }
  }
  return { members, damageAt };
}

function isEnd(directory: Buffer, at: number): boolean {
  return at >= directory.length || directory.toString('latin1', at, at + 4) === SIGNATURE_MAGIC;
}

function nextEntry(directory: Buffer, after: number): number {
  const found = directory.indexOf(ENTRY_MAGIC, after + 1, 'latin1');
  return found === -1 ? directory.length : found;
}

/**
 * The directory of an archive whose end does not lead to it: the last run of entries of which one names a place where the
 * header of its member is. That of an archive within this one names places of its own.
 */
function searchedDirectory(
  reader: EvidenceReader,
  limit: number,
  progress: ScanProgress,
  endAt: number = reader.stamp.bytes,
): ZipDirectory {
  let last: ZipDirectory = { ...noDirectory(reader), startsAt: endAt };
  for (let at = 0; ; ) {
    const startsAt = findMagic(reader, ENTRY_MAGIC, at, endAt, progress);
    if (startsAt === -1) return last;
    const run = runOfEntries(reader, startsAt, endAt, limit);
    if (run.members.some((member) => memberAt(reader, member.headerAt)?.name === member.name)) {
      last = { ...last, members: run.members, startsAt };
    }
    at = Math.max(run.end, startsAt + ENTRY_BYTES);
  }
}

function noDirectory(reader: EvidenceReader): ZipDirectory {
  const { bytes } = reader.stamp;
  return { members: [], startsAt: bytes, damage: { words: 'its end record is missing', byteOffset: bytes } };
}

/** Entries right after one another, and where the last of them ends. */
function runOfEntries(reader: EvidenceReader, startsAt: number, endAt: number, limit: number) {
  const members: ZipMember[] = [];
  let from = startsAt;
  for (;;) {
    const part = Buffer.from(reader.at(from, Math.min(SCAN_BYTES, endAt - from)));
    let at = 0;
    while (part.toString('latin1', at, at + 4) === ENTRY_MAGIC && members.length <= limit) {
      const entry = entryAt(part, at);
      if (entry === null) break;
      members.push(entry.member);
      at = entry.end;
    }
    if (at === 0) return { members, end: from };
    from += at;
  }
}
