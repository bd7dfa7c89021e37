import { isPageSize, readUint16, readUint32 } from './bytes.ts';

/** `SQLite format 3\0`. Source: https://www.sqlite.org/fileformat2.html#the_database_header */
const MAGIC = [83, 81, 76, 105, 116, 101, 32, 102, 111, 114, 109, 97, 116, 32, 51, 0];
export const DATABASE_HEADER_BYTES = 100;

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The first 100 bytes of page 1. Source: https://www.sqlite.org/fileformat2.html#the_database_header */
export interface DatabaseHeader {
  readonly pageSize: number;
  /** Byte 18: 1 rollback journal, 2 WAL. */
  readonly writeVersion: number;
  /** Byte 19, same values. */
  readonly readVersion: number;
  readonly reservedBytes: number;
  /** Page size without the reserved bytes at each page's end. */
  readonly usableBytes: number;
  readonly changeCounter: number;
  /** In-header size in pages, or null where it is not valid (fileformat2, "In-header database size"). */
  readonly pageCount: number | null;
  readonly firstFreelistTrunk: number;
  readonly freelistPages: number;
  readonly encoding: TextEncoding;
  /** True when pointer-map pages exist (bytes 52..55 are not 0). */
  readonly autoVacuum: boolean;
  readonly incrementalVacuum: boolean;
  readonly schemaCookie: number;
  readonly schemaFormat: number;
  readonly userVersion: number;
  readonly applicationId: number;
  /** SQLITE_VERSION_NUMBER of the library that wrote last; 0 before 3.7.0. */
  readonly writerVersion: number;
}

export type HeaderResult =
  | { readonly ok: true; readonly header: DatabaseHeader }
  | { readonly ok: false; readonly message: string };

function hasSqliteMagic(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/** Reads the header from the first bytes of page 1; refuses, in words for people, what SQLite would refuse. */
export function parseDatabaseHeader(bytes: Uint8Array): HeaderResult {
  if (bytes.length === 0) return { ok: false, message: 'The database file is empty (0 bytes).' };
  if (!hasSqliteMagic(bytes)) return { ok: false, message: describeForeignBytes(bytes) };
  if (bytes.length < DATABASE_HEADER_BYTES) {
    return { ok: false, message: `The database is cut off inside its header: ${bytes.length} of 100 bytes are there.` };
  }
  const storedPageSize = readUint16(bytes, 16);
  // 65536 does not fit in two bytes and is stored as 1.
  const pageSize = storedPageSize === 1 ? 65536 : storedPageSize;
  if (!isPageSize(pageSize))
    return { ok: false, message: `The header names an impossible page size: ${storedPageSize}.` };
  const reservedBytes = bytes[20] ?? 0;
  const usableBytes = pageSize - reservedBytes;
  // "The usable size is not allowed to be less than 480."
  if (usableBytes < 480) {
    return {
      ok: false,
      message: `The header reserves ${reservedBytes} bytes of each page; fewer than 480 would be left.`,
    };
  }
  const changeCounter = readUint32(bytes, 24);
  const storedPageCount = readUint32(bytes, 28);
  // Writers before SQLite 3.7.0 leave the size stale; only an equal version-valid-for vouches for it.
  const countValid = storedPageCount > 0 && readUint32(bytes, 92) === changeCounter;
  const storedEncoding = readUint32(bytes, 56);
  return {
    ok: true,
    header: {
      pageSize,
      writeVersion: bytes[18] ?? 0,
      readVersion: bytes[19] ?? 0,
      reservedBytes,
      usableBytes,
      changeCounter,
      pageCount: countValid ? storedPageCount : null,
      firstFreelistTrunk: readUint32(bytes, 32),
      freelistPages: readUint32(bytes, 36),
      encoding: storedEncoding === 2 ? 'utf-16le' : storedEncoding === 3 ? 'utf-16be' : 'utf-8',
      autoVacuum: readUint32(bytes, 52) !== 0,
      incrementalVacuum: readUint32(bytes, 64) !== 0,
      schemaCookie: readUint32(bytes, 40),
      schemaFormat: readUint32(bytes, 44),
      // The one signed field: `PRAGMA user_version = -1` is allowed.
      userVersion: readUint32(bytes, 60) | 0,
      applicationId: readUint32(bytes, 68),
      writerVersion: readUint32(bytes, 96),
    },
  };
}

function describeForeignBytes(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, 4096);
  if (sample.every((byte) => byte === 0)) {
    return 'Not a SQLite database: it begins with zeros, so its first page was lost or never written.';
  }
  // Bytes 21..23 are 64, 32, 32 in every SQLite file; the SEE extension leaves bytes 16..23 in the clear.
  if (bytes[21] === 64 && bytes[22] === 32 && bytes[23] === 32) {
    return 'The SQLite signature is missing but the header behind it is plausible: an encrypted database (SEE), or an overwritten beginning.';
  }
  if (sample.length >= 1024 && entropyBits(sample) > 7.2) {
    return 'Not a readable SQLite database: the signature is missing and the bytes look random, as in an encrypted (SQLCipher) or compressed file. Decrypt a copy first.';
  }
  return 'Not a SQLite database: the signature "SQLite format 3" is missing.';
}

/** Shannon entropy in bits per byte; encrypted pages come close to 8, plain database pages stay far below 7. */
function entropyBits(bytes: Uint8Array): number {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  }
  return bits;
}
