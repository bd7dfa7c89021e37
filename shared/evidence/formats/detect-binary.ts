import type { EvidenceFormat } from '../../model/evidence.ts';

/** A format told by fixed bytes at a fixed place. */
interface Magic {
  readonly format: EvidenceFormat;
  readonly at: number;
  readonly bytes: readonly number[];
  readonly why: string;
  /** What else must hold. */
  readonly reads?: (head: Uint8Array) => boolean;
}

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;
const BZIP2_WHY = 'begins with the magic number of bzip2';

function isSkippableFrame(head: Uint8Array): boolean {
  return (head[0] ?? 0) >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18 && head[4] === 4;
}

function isBzip2Header(head: Uint8Array): boolean {
  return /^BZh[1-9]$/.test(String.fromCharCode(...head.subarray(0, 4)));
}

const ascii = (text: string): readonly number[] => [...text].map((char) => char.charCodeAt(0));

const MAGICS: readonly Magic[] = [
  // RFC 1952, section 2.3.1
  { format: 'gzip', at: 0, bytes: [0x1f, 0x8b, 0x08], why: 'begins with the magic number of gzip' },
  // APPNOTE.TXT, sections 4.3.7, 4.3.16 (an archive without members) and 8.5.5 (one that was to be split)
  { format: 'zip', at: 0, bytes: ascii('PK\x03\x04'), why: 'begins with the header of a ZIP member' },
  { format: 'zip', at: 0, bytes: ascii('PK\x05\x06'), why: 'is a ZIP archive without members' },
  { format: 'zip', at: 0, bytes: ascii('PK\x07\x08PK\x03\x04'), why: 'begins with the marker of a ZIP archive' },
  // https://tukaani.org/xz/xz-file-format.txt, section 2.1.1.1
  { format: 'xz', at: 0, bytes: [0xfd, ...ascii('7zXZ'), 0], why: 'begins with the magic number of xz' },
  // RFC 8878, section 3.1.1; pzstd puts a skippable frame of 12 bytes first
  { format: 'zstd', at: 0, bytes: ZSTD_MAGIC, why: 'begins with the magic number of zstd' },
  { format: 'zstd', at: 12, bytes: ZSTD_MAGIC, why: 'begins with a frame that zstd skips', reads: isSkippableFrame },
  // BZh, the level, and the magic number of a block or, in an empty file, of the end
  { format: 'bzip2', at: 4, bytes: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], why: BZIP2_WHY, reads: isBzip2Header },
  { format: 'bzip2', at: 4, bytes: [0x17, 0x72, 0x45, 0x38, 0x50, 0x90], why: BZIP2_WHY, reads: isBzip2Header },
  // https://www.sqlite.org/fileformat2.html
  { format: 'sqlite', at: 0, bytes: ascii('SQLite format 3\0'), why: 'begins with the header of an SQLite database' },
  {
    format: 'sqlite-wal',
    at: 0,
    bytes: [0x37, 0x7f, 0x06, 0x82],
    why: 'begins with the magic number of an SQLite WAL',
  },
  {
    format: 'sqlite-wal',
    at: 0,
    bytes: [0x37, 0x7f, 0x06, 0x83],
    why: 'begins with the magic number of an SQLite WAL',
  },
  {
    format: 'sqlite-journal',
    at: 0,
    bytes: [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7],
    why: 'begins with the magic number of an SQLite rollback journal',
  },
  // POSIX pax and GNU tar
  { format: 'tar', at: 257, bytes: ascii('ustar'), why: 'has the magic word of tar at byte 257' },
  // https://systemd.io/JOURNAL_FILE_FORMAT/#header
  { format: 'journal-native', at: 0, bytes: ascii('LPKSHHRH'), why: 'begins with the signature of a native journal' },
  // What cannot be read is at least named, with the way out.
  { format: 'unknown', at: 0, bytes: [0x7f, 0x45, 0x4c, 0x46], why: 'is a program or core dump (ELF)' },
];

const WAL_INDEX_PAGE_BYTES = 32 * 1024;
const WAL_INDEX_VERSION = 3_007_000;
const TAR_BLOCK_BYTES = 512;

/** Tells a binary format by its bytes; null when none is told and the content may be text. */
export function detectBinary(
  head: Uint8Array,
  totalBytes: number,
): { readonly format: EvidenceFormat; readonly why: string } | null {
  for (const { format, at, bytes, why, reads } of MAGICS) {
    if (!bytes.every((byte, index) => head[at + index] === byte)) continue;
    if (reads === undefined || reads(head)) return { format, why };
  }
  if (isWalIndex(head, totalBytes))
    return { format: 'sqlite-shm', why: 'is a WAL index: version 3007000, whole 32 KiB pages' };
  if (isOldTar(head)) return { format: 'tar', why: 'begins with a header block of tar whose checksum holds' };
  return null;
}

/** The WAL index has no magic; it begins with its version, twice, in the byte order of its host. Source: https://www.sqlite.org/walformat.html */
function isWalIndex(head: Uint8Array, totalBytes: number): boolean {
  if (head.length < 52 || totalBytes === 0 || totalBytes % WAL_INDEX_PAGE_BYTES !== 0) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return [true, false].some((littleEndian) => view.getUint32(0, littleEndian) === WAL_INDEX_VERSION);
}

/** Tar before POSIX has no magic, but a checksum: the sum of the header's bytes with its own field as blanks. */
function isOldTar(head: Uint8Array): boolean {
  if (head.length < TAR_BLOCK_BYTES || head[0] === 0) return false;
  const stated = /^[ 0]*([0-7]{3,6})[ \0]/.exec(String.fromCharCode(...head.subarray(148, 156)))?.[1];
  if (stated === undefined) return false;
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK_BYTES; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (head[at] ?? 0);
  return sum === Number.parseInt(stated, 8);
}
