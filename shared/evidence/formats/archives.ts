import type { EvidenceFormat } from '../../model/evidence.ts';
import type { Detector, Magic, WholeFormat } from '../reading/format.ts';
import { isWideText } from '../reading/wide-text.ts';

const ascii = (text: string): readonly number[] => [...text].map((char) => char.charCodeAt(0));

/** A format that holds other files, which are unpacked and listed below it. `savedAs` is how its name ends. */
function archive(savedAs: string, detect: Detector | null): WholeFormat {
  return {
    holds: 'archive',
    savedAs: `\`${savedAs}\``,
    detect,
    dated: 'undated',
    printsHostZone: false,
    create: null,
    readAgain: null,
  };
}

function byMagic(...magics: readonly Magic[]): Detector {
  return { by: 'bytes', magics, shape: null, name: null };
}

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;
const BZIP2_WHY = 'begins with the magic number of bzip2';

function isSkippableFrame(head: Uint8Array): boolean {
  return (head[0] ?? 0) >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18 && head[4] === 4;
}

function isBzip2Header(head: Uint8Array): boolean {
  return /^BZh[1-9]$/.test(String.fromCharCode(...head.subarray(0, 4)));
}

const TAR_BLOCK_BYTES = 512;

/** Tar before POSIX has no magic, but a checksum: the sum of the header's bytes with its own field as blanks. */
function isOldTar(head: Uint8Array): boolean {
  if (head.length < TAR_BLOCK_BYTES || head[0] === 0) return false;
  const stated = /^[ 0]*([0-7]{3,6})[ \0]/.exec(String.fromCharCode(...head.subarray(148, 156)))?.[1];
  if (stated === undefined) return false;
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK_BYTES; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (head[at] ?? 0);
  return sum === Number.parseInt(stated, 8);
}

export const ARCHIVES = {
  // RFC 1952, section 2.3.1
  gzip: archive('.gz', byMagic({ at: 0, bytes: [0x1f, 0x8b, 0x08], why: 'begins with the magic number of gzip' })),
  // APPNOTE.TXT, sections 4.3.7, 4.3.16 (an archive without members) and 8.5.5 (one that was to be split)
  zip: archive(
    '.zip',
    byMagic(
      { at: 0, bytes: ascii('PK\x03\x04'), why: 'begins with the header of a ZIP member' },
      { at: 0, bytes: ascii('PK\x05\x06'), why: 'is a ZIP archive without members' },
      { at: 0, bytes: ascii('PK\x07\x08PK\x03\x04'), why: 'begins with the marker of a ZIP archive' },
    ),
  ),
  // https://tukaani.org/xz/xz-file-format.txt, section 2.1.1.1
  xz: archive('.xz', byMagic({ at: 0, bytes: [0xfd, ...ascii('7zXZ'), 0], why: 'begins with the magic number of xz' })),
  // RFC 8878, section 3.1.1; pzstd puts a skippable frame of 12 bytes first
  zstd: archive(
    '.zst',
    byMagic(
      { at: 0, bytes: ZSTD_MAGIC, why: 'begins with the magic number of zstd' },
      { at: 12, bytes: ZSTD_MAGIC, why: 'begins with a frame that zstd skips', reads: isSkippableFrame },
    ),
  ),
  // BZh, the level, and the magic number of a block or, in an empty file, of the end
  bzip2: archive(
    '.bz2',
    byMagic(
      { at: 4, bytes: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], why: BZIP2_WHY, reads: isBzip2Header },
      { at: 4, bytes: [0x17, 0x72, 0x45, 0x38, 0x50, 0x90], why: BZIP2_WHY, reads: isBzip2Header },
    ),
  ),
  // POSIX pax and GNU tar
  tar: archive('.tar', {
    by: 'bytes',
    magics: [{ at: 257, bytes: ascii('ustar'), why: 'has the magic word of tar at byte 257' }],
    shape: (head) => (isOldTar(head) ? 'begins with a header block of tar whose checksum holds' : null),
    name: null,
  }),
  // One file, which is turned into UTF-8: of PowerShell 5.1, https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_redirection
  'utf-16': {
    ...archive('UTF-16', {
      by: 'bytes',
      magics: [],
      shape: (head) => (isWideText(head) ? 'is text in UTF-16' : null),
      name: null,
    }),
    savedAs: 'UTF-16',
  },
  // What is compressed is a tar once it is unpacked; the bytes of the file tell only the compression.
  'tar-gzip': archive('.gz', null),
  'tar-bzip2': archive('.bz2', null),
  'tar-xz': archive('.xz', null),
  'tar-zstd': archive('.zst', null),
} as const satisfies { readonly [Format in EvidenceFormat]?: WholeFormat };

export type ArchiveFormat = keyof typeof ARCHIVES;
