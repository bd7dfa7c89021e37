import { existing } from '../../shared/model/existing.ts';
import { isAbsoluteName, unsafeMemberName } from '../files/names.ts';
import type { EvidenceReader } from '../files/read-only.ts';
import {
  DESCRIPTOR_BYTES,
  DESCRIPTOR_MAGIC,
  ENTRY_MAGIC,
  LOCAL_HEADER_BYTES,
  LOCAL_HEADER_MAGIC,
  memberAt,
  memberWithoutMagic,
  type ZipMember,
} from './zip.ts';
import { decompressorOf, type ZipTrials } from './zip-content.ts';
import type { ZipDirectory } from './zip-directory.ts';

/** A member that the directory lists, and where it is. */
export interface PlacedMember {
  readonly listed: ZipMember;
  /** What holds of it; null where the directory names a place where it is not. */
  readonly member: ZipMember | null;
  /** Whether its own header is damaged, so that where its content begins had to be found. */
  readonly hasDamagedHeader: boolean;
}

/** Whether two descriptions are of the same member: by name, or by the content where there is any. */
export function isSameMember(listed: ZipMember, own: ZipMember): boolean {
  if (own.name === listed.name) return true;
  return own.crc32 !== null && own.bytes !== 0 && own.crc32 === listed.crc32 && own.packedBytes === listed.packedBytes;
}

/** Where a member's content ends. */
export function endOfMember({ headerAt, nameBytes, dataAt, packedBytes }: ZipMember): number {
  return (dataAt ?? headerAt + LOCAL_HEADER_BYTES + nameBytes) + (packedBytes ?? 0);
}

/**
 * Says of every member that the directory lists where it is. Members of an archive lie one behind the other, so one whose
 * content does not end where the next begins, or whose own header says otherwise than the directory, is looked at closely:
 * what is believed is that which its content bears out.
 */
export async function placeMembers(
  reader: EvidenceReader,
  directory: ZipDirectory,
  trials: ZipTrials,
  progress: (at: number) => void,
): Promise<PlacedMember[]> {
  const owns = new Map<ZipMember, ZipMember | null>();
  for (const listed of directory.members) {
    progress(listed.headerAt);
    owns.set(listed, memberAt(reader, listed.headerAt));
  }
  const placed = new Map<ZipMember, PlacedMember>();
  const isPlaced = (listed: ZipMember): boolean => {
    const own = owns.get(listed) ?? null;
    return own !== null && isSameMember(listed, own);
  };
  // Of several that name the same place, those first whose header is there.
  const byPlace = [...directory.members].sort(
    (a, b) => a.headerAt - b.headerAt || Number(isPlaced(b)) - Number(isPlaced(a)),
  );
  const starts = [...new Set(byPlace.filter(isPlaced).map(({ headerAt }) => headerAt)), directory.startsAt];
  let next = 0;
  let end = 0;
  for (const listed of byPlace) {
    const { headerAt } = listed;
    while (next < starts.length - 1 && existing(starts[next], next) <= headerAt) next += 1;
    const nextAt = starts[next] ?? directory.startsAt;
    const own = owns.get(listed) ?? null;
    // What lies within another member is refused, whatever it holds.
    const isFree = headerAt >= end && headerAt < directory.startsAt;
    let member: ZipMember | null = null;
    let hasDamagedHeader = false;
    if (isPlaced(listed) && own !== null) {
      const named = { ...listed, name: bestName(listed, own), dataAt: own.dataAt };
      const isSound = isWordOf(own, named) && meets(named, nextAt);
      const held = isSound || !isFree ? null : await trials.firstHeld(readings(reader, named, own, nextAt));
      // A size that nothing bears out takes no other member away.
      member = held ?? (isFree && endOfMember(named) > nextAt ? endingAt(named, nextAt) : named);
      hasDamagedHeader = held !== null && held.dataAt !== own.dataAt;
    } else if (isFree) {
      member = await trials.firstHeld(readings(reader, listed, memberWithoutMagic(reader, headerAt), nextAt));
      // Damage of header and content at once: it is where the one before it ends, and has room before the next.
      const isBehind = DESCRIPTOR_BYTES.some((bytes) => end + bytes === headerAt);
      if (member === null && own === null && isBehind) {
        const guess = DESCRIPTOR_BYTES.map((bytes) => nextAt - bytes - (listed.packedBytes ?? 0));
        const dataAt = guess.find((at) => at >= headerAt + LOCAL_HEADER_BYTES + listed.nameBytes) ?? null;
        if (dataAt !== null && decompressorOf(listed) !== undefined) member = { ...listed, dataAt };
      }
      hasDamagedHeader = member !== null;
    }
    if (member !== null && isFree) end = endOfMember(member);
    placed.set(listed, { listed, member, hasDamagedHeader });
  }
  return directory.members.flatMap((listed) => placed.get(listed) ?? []);
}

/** The directory's name, unless it is none that anybody packs and the member's own is. */
export function bestName(listed: ZipMember, own: ZipMember): string {
  return isOddName(listed.name) && !isOddName(own.name) ? own.name : listed.name;
}

function isOddName(name: string): boolean {
  return unsafeMemberName(name) !== null || isAbsoluteName(name) || hasControls(name);
}

/** Whether a name has control characters, as damage leaves them. */
export function hasControls(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return /[\u0000-\u001f]/.test(name);
}

/** Whether a member's own header says what the directory says, as far as it says anything. */
function isWordOf(own: ZipMember, listed: ZipMember): boolean {
  if (own.method !== listed.method || own.isEncrypted !== listed.isEncrypted) return false;
  if (own.nameBytes !== listed.nameBytes) return false;
  if (own.crc32 === null) return true;
  return own.crc32 === listed.crc32 && own.packedBytes === listed.packedBytes && own.bytes === listed.bytes;
}

/** Whether a member is followed by another, or by the directory. */
export function leadsOn(reader: EvidenceReader, member: ZipMember): boolean {
  return DESCRIPTOR_BYTES.some((bytes) => {
    const magic = Buffer.from(reader.at(endOfMember(member) + bytes, 4)).toString('latin1');
    return magic === LOCAL_HEADER_MAGIC || magic === ENTRY_MAGIC;
  });
}

/** Whether a member's content ends where the next one begins. */
export function meets(member: ZipMember, nextAt: number): boolean {
  const end = endOfMember(member);
  return DESCRIPTOR_BYTES.some((bytes) => end + bytes === nextAt);
}

function endingAt(member: ZipMember, end: number): ZipMember {
  return { ...member, packedBytes: Math.max(0, end - (member.dataAt ?? end)) };
}

/**
 * What may be true of a member where something is damaged: by the directory, by its own header or by the descriptor behind
 * its content, which begins behind the header as that gives its lengths, without an extra field, or as far before the next
 * member as it is long. Those of no content come last, since that holds anywhere.
 */
export function readings(
  reader: EvidenceReader,
  listed: ZipMember,
  own: ZipMember | null,
  nextAt: number,
): readonly ZipMember[] {
  const all: ZipMember[] = [listed];
  const nameEnd = listed.headerAt + LOCAL_HEADER_BYTES + listed.nameBytes;
  const extraBytes = own === null ? 0 : (own.dataAt ?? 0) - own.headerAt - LOCAL_HEADER_BYTES - own.nameBytes;
  const places = [...new Set([own?.dataAt ?? nameEnd, nameEnd + Math.max(0, extraBytes), nameEnd])];
  // Only the directory knows a link.
  if (own !== null && own.packedBytes !== null) {
    for (const dataAt of places) {
      all.push({ ...own, dataAt, name: listed.name, nameBytes: listed.nameBytes, type: listed.type });
    }
  }
  for (const dataAt of places) {
    all.push({ ...listed, dataAt });
    if (own !== null) all.push({ ...listed, dataAt, method: own.method, isEncrypted: own.isEncrypted });
    const told = descriptorBefore(reader, nextAt, dataAt);
    if (told !== null) {
      all.push({ ...listed, ...told, dataAt });
      if (own !== null) all.push({ ...listed, ...told, dataAt, method: own.method, isEncrypted: own.isEncrypted });
    }
    // The sizes are damaged: content that is compressed tells its own end, and the checksum that it is the content.
    for (const bytes of DESCRIPTOR_BYTES) {
      const packedBytes = nextAt - dataAt - bytes;
      if (packedBytes > 0)
        all.push({ ...listed, dataAt, packedBytes }, { ...listed, dataAt, packedBytes, bytes: null });
    }
  }
  for (const bytes of DESCRIPTOR_BYTES) {
    const dataAt = nextAt - bytes - (listed.packedBytes ?? 0);
    if (dataAt >= nameEnd) all.push({ ...listed, dataAt });
  }
  return [...all.filter(({ bytes }) => bytes !== 0), ...all.filter(({ bytes }) => bytes === 0)];
}

/** What a descriptor with a signature says that ends where the next member begins, of content that begins at `dataAt`. */
function descriptorBefore(reader: EvidenceReader, nextAt: number, dataAt: number) {
  for (const size of [4, 8]) {
    const at = nextAt - 8 - 2 * size;
    if (at < dataAt) continue;
    const record = Buffer.from(reader.at(at, 8 + 2 * size));
    if (record.length < 8 + 2 * size || record.toString('latin1', 0, 4) !== DESCRIPTOR_MAGIC) continue;
    const sizeAt = (from: number): number =>
      size === 4 ? record.readUInt32LE(from) : Number(record.readBigUInt64LE(from));
    if (sizeAt(8) !== at - dataAt) continue;
    return { crc32: record.readUInt32LE(4), packedBytes: sizeAt(8), bytes: sizeAt(8 + size) };
  }
  return null;
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

/** The places between members, where others may lie that the directory does not tell of. */
export function gapsBetween(
  members: readonly ZipMember[],
  endsAt: number,
): { readonly from: number; readonly to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  let end = 0;
  for (const member of [...members].sort((a, b) => a.headerAt - b.headerAt)) {
    if (member.headerAt < end) continue;
    if (member.headerAt - end >= LOCAL_HEADER_BYTES) gaps.push({ from: end, to: member.headerAt });
    end = endOfMember(member);
  }
  if (endsAt - end >= LOCAL_HEADER_BYTES) gaps.push({ from: end, to: endsAt });
  return gaps;
}
