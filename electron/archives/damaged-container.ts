import { beginsLike } from '../../shared/evidence/formats/unknown.ts';
import type { EvidenceReader } from '../files/read-only.ts';
import { endsAsBzip2, isBlockOfBzip2 } from './compression/bunzip2.ts';
import type { CompressionFormat } from './compression/compressions.ts';
import type { BytesFrom } from './compression/decompress.ts';
import { GzipMembers } from './compression/gunzip.ts';
import { ByteWindow } from './compression/runs.ts';
import { FrameWalk } from './compression/unzstd.ts';
import { isBeheadedXz, XzStreams } from './compression/xz-streams.ts';
import { isDamagedTar } from './tar.ts';
import { LOCAL_HEADER_MAGIC, memberAt, memberWithoutMagic } from './zip.ts';
import { findMagic, readZipDirectory } from './zip-directory.ts';
import { endOfMember, leadsOn, meets } from './zip-places.ts';

const ENTRIES_LOOKED_AT = 1000;
const TAIL_BYTES = 16;
/** The tab, in any encoding but those of two bytes. */
const LOWEST_OF_TEXT = 9;
/** The longest header, that of a tar. */
const HEADERS_BYTES = 512;
/** As much of a file is looked at for further frames or members. */
const SEARCHED_BYTES = 16 * 1024 * 1024;
const NO_PROGRESS = (): void => {};

/** What an archive or compressed file may turn out to be whose first bytes are damaged. */
type DamagedKind = CompressionFormat | 'tar' | 'zip';

/**
 * What a file is whose first bytes tell nothing, since they are damaged: a ZIP by the directory at its end or by the headers
 * of further members, a tar by the headers of its members, a compressed file by what its end or the rest of its first bytes
 * says of it. `head` are its first bytes (64 KiB). Null for what is no archive, and for a file of another kind that holds one.
 */
export async function damagedContainer(
  reader: EvidenceReader,
  head: Uint8Array,
  from: BytesFrom,
): Promise<DamagedKind | null> {
  // Every one of these has bytes that no text has, and near its beginning, as a script that carries an archive has not.
  if (!head.subarray(0, HEADERS_BYTES).some((byte) => byte < LOWEST_OF_TEXT) || beginsLike(head) !== null) return null;
  if (hasZipDirectory(reader)) return 'zip';
  if (isDamagedTar(head)) return 'tar';
  if (hasZipHeaders(reader, head.length)) return 'zip';
  return compression(reader, head, from);
}

async function compression(
  reader: EvidenceReader,
  head: Uint8Array,
  from: BytesFrom,
): Promise<CompressionFormat | null> {
  const { bytes } = reader.stamp;
  const window = new ByteWindow(from);
  if (isBlockOfBzip2(head.subarray(4)) || endsAsBzip2(reader.at(Math.max(0, bytes - TAIL_BYTES), TAIL_BYTES))) {
    return 'bzip2';
  }
  if (isBeheadedXz(head) || new XzStreams(window, bytes).listed[0]?.headerAt === 0) return 'xz';
  const frames = new FrameWalk(from);
  if (frames.isFrame(0) || (await frames.frameFrom(1, SEARCHED_BYTES)) !== null) return 'zstd';
  const members = new GzipMembers(from);
  const isGzip = (await members.dataWithoutHeader(0)) !== null || (await members.behind(1, SEARCHED_BYTES)).length > 0;
  return isGzip ? 'gzip' : null;
}

/** Whether the directory of a ZIP ends with the file, of an archive that begins with it: one within a file lies elsewhere. */
function hasZipDirectory(reader: EvidenceReader): boolean {
  const { members, damage } = readZipDirectory(reader, ENTRIES_LOOKED_AT, NO_PROGRESS, 'by its end record');
  return damage === null && members.some(({ headerAt }) => headerAt === 0);
}

/** Whether the first bytes describe a member, but for their signature, and others follow it. */
function hasZipHeaders(reader: EvidenceReader, headBytes: number): boolean {
  const secondAt = findMagic(reader, LOCAL_HEADER_MAGIC, 1, headBytes, NO_PROGRESS);
  const second = secondAt === -1 ? null : memberAt(reader, secondAt);
  if (second === null) return false;
  const first = memberWithoutMagic(reader, 0);
  if (first !== null && first.nameBytes > 0 && first.packedBytes !== null && meets(first, secondAt)) return true;
  return second.packedBytes !== null && endOfMember(second) < reader.stamp.bytes && leadsOn(reader, second);
}
