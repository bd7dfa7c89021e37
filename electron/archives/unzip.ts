import { crc32 } from 'node:zlib';
import { visibleName } from '../files/names.ts';
import { type ArchiveWork, reportDamage } from './archive-work.ts';
import { ZIP_STORED } from './compression/compressions.ts';
import type { ByteSource } from './compression/decompress.ts';
import { LOCAL_HEADER_BYTES, LOCAL_HEADER_MAGIC, memberAt, type ZipMember } from './zip.ts';
import { decompressorOf, rangeOf, ZipTrials } from './zip-content.ts';
import { findMagic, readZipDirectory, type ZipDirectory } from './zip-directory.ts';
import {
  bestName,
  endOfMember,
  gapsBetween,
  hasControls,
  isSameMember,
  leadsOn,
  meets,
  overlappingMembers,
  type PlacedMember,
  placeMembers,
  readings,
} from './zip-places.ts';

const NAMES_TOLD = 5;
const WITHIN_ANOTHER = 'The member was refused: it lies within another one, as in a decompression bomb.';
const NOT_THERE = 'The directory names a place where the member is not. Copy the archive again.';
const NAME_TOLD_CHARACTERS = 512;

/**
 * Unpacks a ZIP: first what its directory lists, in its order, then, where the directory is damaged, what lies between those
 * members by its own headers. No byte is unpacked twice.
 */
export async function unpackZip(work: ArchiveWork): Promise<void> {
  const { reader, limits, progress, file, contents } = work;
  const trials = new ZipTrials(reader, limits, progress);
  const directory = readZipDirectory(reader, limits.entries, progress);
  const placed = await placeMembers(reader, directory, trials, progress);
  const members = placed.flatMap(({ member }) => member ?? []);
  const overlapping = overlappingMembers(members);
  const unzip = new Unzip(work, trials);
  for (const { member } of placed) {
    if (member === null) continue;
    progress(member.headerAt);
    if (overlapping.has(member)) work.refuse(member, 'damaged-archive', WITHIN_ANOTHER);
    else await unzip.unpack(member);
  }
  const astray = new AstrayMembers(placed.flatMap(({ listed, member }) => (member === null ? listed : [])));
  const found: ZipMember[] = [];
  if (directory.damage !== null || astray.left.size > 0) {
    const taken = members.filter((member) => !overlapping.has(member));
    for (const gap of gapsBetween(taken, directory.startsAt)) {
      found.push(...(await unzip.unpackGap(gap, directory, astray)));
    }
  }
  for (const listed of astray.left) {
    if (memberAt(reader, listed.headerAt) === null) work.refuse(listed, 'unreadable', NOT_THERE);
    else work.refuse(listed, 'damaged-archive', WITHIN_ANOTHER);
  }
  reportDamage(file, contents.wholeMembers, damageOf(directory, placed, found, reader.stamp.bytes));
}

/** What is damaged of an archive beside the content of its members, and what was found nevertheless. */
function damageOf(
  directory: ZipDirectory,
  placed: readonly PlacedMember[],
  found: readonly ZipMember[],
  fileBytes: number,
) {
  const words: string[] = [];
  const astray = placed.filter(({ member }) => member === null).map(({ listed }) => listed);
  const beheaded = placed.flatMap(({ member, hasDamagedHeader }) => (hasDamagedHeader && member ? member : []));
  if (directory.damage !== null) words.push(directory.damage.words);
  if (astray.length > 0) words.push(`its directory misplaces ${namesOf(astray)}`);
  if (beheaded.length > 0) words.push(`the header of ${namesOf(beheaded)} is damaged, its directory was followed`);
  if (found.length > 0)
    words.push(`found again by ${found.length > 1 ? 'their' : 'its'} own header: ${namesOf(found)}`);
  const at = directory.damage?.byteOffset ?? beheaded[0]?.headerAt ?? found[0]?.headerAt ?? fileBytes;
  return { damage: words.length === 0 ? null : words.join('; '), byteOffset: Math.min(at, fileBytes) };
}

function namesOf(members: readonly ZipMember[]): string {
  const names = members
    .slice(0, NAMES_TOLD)
    .map(({ name }) => (name === '' ? 'a member without a name' : shownName(name)));
  const more = members.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function shownName(name: string): string {
  return visibleName(name.slice(0, NAME_TOLD_CHARACTERS));
}

/** Members that the directory lists and misplaces. */
class AstrayMembers {
  readonly left: Set<ZipMember>;
  readonly #byName = new Map<string, ZipMember>();
  readonly #byChecksum = new Map<number, ZipMember>();

  constructor(listed: readonly ZipMember[]) {
    this.left = new Set(listed);
    for (const member of listed) {
      this.#byName.set(member.name, member);
      if (member.crc32 !== null) this.#byChecksum.set(member.crc32, member);
    }
  }

  /** The one that a member's own header is of, which is then no longer astray; null when there is none. */
  take(own: ZipMember): ZipMember | null {
    const named = [this.#byName.get(own.name), own.crc32 === null ? undefined : this.#byChecksum.get(own.crc32)];
    const listed = named.find((each) => each !== undefined && this.left.has(each) && isSameMember(each, own));
    if (listed !== undefined) this.left.delete(listed);
    return listed ?? null;
  }
}

class Unzip {
  readonly #work: ArchiveWork;
  readonly #trials: ZipTrials;

  constructor(work: ArchiveWork, trials: ZipTrials) {
    this.#work = work;
    this.#trials = trials;
  }

  /**
   * Unpacks what lies in a gap between members by its own headers, and by what the directory says of members it misplaces
   * (those are taken from `astray`). What lies within a member that is found is not looked at: it may be an archive.
   */
  async unpackGap(
    gap: { readonly from: number; readonly to: number },
    directory: ZipDirectory,
    astray: AstrayMembers,
  ): Promise<ZipMember[]> {
    const { reader, progress } = this.#work;
    const found: ZipMember[] = [];
    for (let at = gap.from; ; ) {
      const headerAt = findMagic(reader, LOCAL_HEADER_MAGIC, at, gap.to, progress);
      if (headerAt === -1) return found;
      at = headerAt + LOCAL_HEADER_MAGIC.length;
      const own = memberAt(reader, headerAt);
      if (own === null || !isPlausible(own, gap.to)) continue;
      const member = await this.#inGap(own, astray.take(own), gap.to, directory);
      found.push(member);
      const end = await this.unpack(member);
      at = Math.max(at, end);
    }
  }

  /** What holds of a member that was found in a gap. */
  async #inGap(own: ZipMember, listed: ZipMember | null, gapEnd: number, directory: ZipDirectory): Promise<ZipMember> {
    const { reader } = this.#work;
    const told =
      listed === null ? own : { ...listed, name: bestName(listed, own), headerAt: own.headerAt, dataAt: own.dataAt };
    if (told.packedBytes !== null) {
      const isFollowed = meets(told, gapEnd) || leadsOn(reader, told);
      if (endOfMember(told) <= gapEnd && isFollowed) return told;
      const held = await this.#trials.firstHeld(readings(reader, told, own, gapEnd));
      if (held !== null) return held;
      // Of half a download, the last member goes beyond the end.
      const isCut = endOfMember(told) > gapEnd && directory.startsAt >= reader.stamp.bytes;
      return isCut || endOfMember(told) <= gapEnd ? told : { ...told, packedBytes: gapEnd - (told.dataAt ?? gapEnd) };
    }
    return told.method === ZIP_STORED ? (this.#trials.describedBehind(told, gapEnd) ?? told) : told;
  }

  /** Unpacks or refuses one member; returns where its bytes end as far as it is known. */
  async unpack(given: ZipMember): Promise<number> {
    const { reader, contents, limits, file } = this.#work;
    const isMarkedWrongly = given.type === 'link' && (await this.#trials.holdsLines(given));
    const member: ZipMember = isMarkedWrongly ? { ...given, type: 'file' } : given;
    if (isMarkedWrongly) {
      const message = `The member ${shownName(member.name)} is marked as a link but holds lines: it was read as a file.`;
      file.problems.add({ kind: 'damaged-archive', message, byteOffset: Math.min(member.headerAt, file.bytes) });
    }
    const { dataAt, packedBytes } = member;
    const dataEnd = packedBytes === null ? reader.stamp.bytes : (dataAt ?? member.headerAt) + packedBytes;
    const knownEnd = packedBytes === null ? (dataAt ?? member.headerAt) : dataEnd;
    const decompress = decompressorOf(member);
    const isFile = member.type === 'file';
    const reason = zipObstacle(member, decompress !== undefined);
    if (isFile && reason !== null) {
      this.#work.refuse(member, 'unreadable', reason);
      return knownEnd;
    }
    const sink = contents.openMember(member);
    if (sink === null || decompress === undefined || dataAt === null) return knownEnd;
    let bytes = 0;
    let checksum = 0;
    const from = (offset: number): ByteSource => rangeOf(reader, dataAt + offset, dataEnd, limits.readChunkBytes);
    const end = await decompress(from(0), from, async (output, consumedBytes) => {
      this.#work.progress(dataAt + consumedBytes);
      this.#work.grow(output.length);
      bytes += output.length;
      checksum = crc32(output, checksum);
      sink.write(output);
      return member.bytes === null || bytes <= member.bytes;
    });
    const isCut = dataEnd > reader.stamp.bytes || (packedBytes === null && !end.complete);
    let fault: string | null = null;
    if (end.damage !== null) fault = `Its compressed data is damaged (${end.damage})`;
    else if (member.bytes !== null && bytes !== member.bytes) {
      const amount = bytes > member.bytes ? 'more' : 'less';
      fault = `It unpacks to ${amount} than the ${member.bytes} bytes that the archive states`;
    } else if (member.crc32 !== null && checksum !== member.crc32) fault = 'Its checksum does not hold';
    if (fault === null) sink.end(true);
    else if (isCut) sink.end(false);
    else {
      sink.end(false, `${fault}, so what follows may be wrong`);
      const message = `The member ${shownName(member.name)} is damaged. Copy the archive again.`;
      file.problems.add({ kind: 'damaged-archive', message, byteOffset: Math.min(dataAt, file.bytes) });
    }
    return packedBytes === null && end.complete ? dataAt + end.consumedBytes : knownEnd;
  }
}

/** Whether what looks like a member's header in content of any kind can be one. */
function isPlausible(own: ZipMember, gapEnd: number): boolean {
  const { name, nameBytes, headerAt } = own;
  return nameBytes > 0 && headerAt + LOCAL_HEADER_BYTES + nameBytes <= gapEnd && !hasControls(name);
}

/** APPNOTE.TXT, section 4.4.5; Explorer takes Deflate64 for what is over 2 GB. */
const METHOD_NAMES: Readonly<Record<number, string>> = {
  1: 'Shrink',
  6: 'Implode',
  9: 'Deflate64',
  14: 'LZMA',
  98: 'PPMd',
};

/** Why a file of a ZIP cannot be unpacked, and what can be done; null when it can. */
function zipObstacle(member: ZipMember, hasMethod: boolean): string | null {
  if (member.isEncrypted) return 'The member is encrypted. Unpack it with its password and give the files.';
  if (!hasMethod) {
    const name = METHOD_NAMES[member.method];
    const method = name === undefined ? `method ${member.method}` : `${name} (method ${member.method})`;
    return `The member is compressed with ${method}, which is not read. Unpack it and give the files.`;
  }
  if (member.method === ZIP_STORED && member.packedBytes === null) {
    return "Only the archive's directory, which is missing, tells where the member ends. Copy the archive again.";
  }
  return null;
}
