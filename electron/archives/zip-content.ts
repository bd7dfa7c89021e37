import { crc32 } from 'node:zlib';
import type { IntakeLimits } from '../files/limits.ts';
import type { EvidenceReader } from '../files/read-only.ts';
import { ZIP_METHODS, ZIP_STORED } from './compression/compressions.ts';
import type { ByteSource, Decompress } from './compression/decompress.ts';
import { DESCRIPTOR_MAGIC, type ZipMember } from './zip.ts';

/** Signature, checksum, and two sizes of 4 or 8 bytes. */
const DESCRIPTOR_LIMIT_BYTES = 24;
const LINE_FEED = 0x0a;

/** The bytes of a member that is not compressed. */
const copyStored: Decompress = async (next, _from, write) => {
  let consumedBytes = 0;
  for (let chunk = next(); chunk !== null; chunk = next()) {
    consumedBytes += chunk.length;
    if (!(await write(chunk, consumedBytes))) break;
  }
  return { damage: null, complete: true, consumedBytes, unsupported: false };
};

/** What undoes the compression of a member; undefined for a method that is not read. */
export function decompressorOf({ method }: ZipMember): Decompress | undefined {
  return method === ZIP_STORED ? copyStored : ZIP_METHODS.get(method);
}

/** The bytes of a file from one place to another, or to its end. */
export function rangeOf(reader: EvidenceReader, from: number, to: number, chunkBytes: number): ByteSource {
  let at = from;
  return () => {
    const chunk = reader.at(at, Math.min(chunkBytes, to - at));
    at += chunk.length;
    return chunk.length === 0 ? null : chunk;
  };
}

/**
 * Looks whether content is where and what it is said to be, without keeping any of it. All looks of one archive together
 * take no more than unpacking may give: beyond that nothing is found to hold.
 */
export class ZipTrials {
  readonly #reader: EvidenceReader;
  readonly #limits: IntakeLimits;
  readonly #progress: (at: number) => void;
  #triedBytes = 0;

  constructor(reader: EvidenceReader, limits: IntakeLimits, progress: (at: number) => void) {
    this.#reader = reader;
    this.#limits = limits;
    this.#progress = progress;
  }

  /** How many bytes hold a member's content, where it has the checksum and, if any, the size that are stated; else null. */
  async heldBytes(member: ZipMember): Promise<number | null> {
    const { dataAt, packedBytes } = member;
    const decompress = decompressorOf(member);
    if (decompress === undefined || dataAt === null || packedBytes === null || member.isEncrypted) return null;
    if (member.crc32 === null) return null;
    // What is not compressed has its size stated twice.
    if (member.method === ZIP_STORED && member.bytes !== null && packedBytes !== member.bytes) return null;
    if (packedBytes < 0 || dataAt < 0 || dataAt + packedBytes > this.#reader.stamp.bytes) return null;
    let bytes = 0;
    let checksum = 0;
    const { readChunkBytes, unpackedBytes } = this.#limits;
    const from = (offset: number): ByteSource =>
      rangeOf(this.#reader, dataAt + offset, dataAt + packedBytes, readChunkBytes);
    const end = await decompress(from(0), from, async (output, consumedBytes) => {
      this.#progress(dataAt + consumedBytes);
      bytes += output.length;
      this.#triedBytes += output.length;
      checksum = crc32(output, checksum);
      if (this.#triedBytes > unpackedBytes) return false;
      return member.bytes === null || bytes <= member.bytes;
    });
    this.#triedBytes += end.consumedBytes;
    // Bytes behind the end of the content are damage of the length alone.
    const hasSize = bytes === (member.bytes ?? bytes);
    return hasSize && checksum === member.crc32 && end.complete && end.damage === null ? end.consumedBytes : null;
  }

  /** The first of several descriptions of a member that its content bears out, with the bytes that it takes; else null. */
  async firstHeld(descriptions: Iterable<ZipMember>): Promise<ZipMember | null> {
    const tried = new Set<string>();
    for (const member of descriptions) {
      const { dataAt, bytes, method, isEncrypted } = member;
      const key = [dataAt, member.packedBytes, bytes, method, member.crc32, isEncrypted].join();
      if (tried.has(key)) continue;
      tried.add(key);
      const packedBytes = await this.heldBytes(member);
      if (packedBytes !== null) return { ...member, packedBytes };
    }
    return null;
  }

  /**
   * A member that is not compressed and whose sizes follow its content: where it ends, by the one descriptor behind it that
   * tells its size and checksum rightly. Null when there is none before `to`.
   */
  describedBehind(member: ZipMember, to: number): ZipMember | null {
    const { dataAt } = member;
    if (dataAt === null) return null;
    let checksum = 0;
    let summedTo = dataAt;
    const { readChunkBytes } = this.#limits;
    for (let at = dataAt; at < to; at += readChunkBytes) {
      this.#progress(at);
      // The last descriptor that begins in this chunk may end in the next.
      const chunk = Buffer.from(this.#reader.at(at, Math.min(readChunkBytes + DESCRIPTOR_LIMIT_BYTES, to - at)));
      this.#triedBytes += readChunkBytes;
      if (this.#triedBytes > this.#limits.unpackedBytes) return null;
      const sumTo = (end: number): void => {
        checksum = crc32(chunk.subarray(summedTo - at, end - at), checksum);
        summedTo = end;
      };
      for (let found = chunk.indexOf(DESCRIPTOR_MAGIC, 0, 'latin1'); found !== -1 && found < readChunkBytes; ) {
        const bytes = at + found - dataAt;
        if (isDescriptor(chunk.subarray(found), bytes)) {
          sumTo(at + found);
          const crc = chunk.readUInt32LE(found + 4);
          if (crc === checksum) return { ...member, bytes, packedBytes: bytes, crc32: crc };
        }
        found = chunk.indexOf(DESCRIPTOR_MAGIC, found + 1, 'latin1');
      }
      sumTo(Math.min(at + readChunkBytes, at + chunk.length));
    }
    return null;
  }

  /** Whether what is marked as a link holds more than one line: then the mark is damaged, since a link holds a path. */
  async holdsLines(member: ZipMember): Promise<boolean> {
    const { dataAt, packedBytes, bytes } = member;
    const decompress = decompressorOf(member);
    if (decompress === undefined || dataAt === null || packedBytes === null || bytes === null) return false;
    if (member.isEncrypted) return false;
    let left = bytes;
    let hasLines = false;
    const from = (offset: number): ByteSource =>
      rangeOf(this.#reader, dataAt + offset, dataAt + packedBytes, this.#limits.readChunkBytes);
    await decompress(from(0), from, async (output) => {
      hasLines ||= output.subarray(0, left).includes(LINE_FEED);
      left -= output.length;
      return left > 0 && !hasLines;
    });
    return hasLines;
  }
}

/** Whether a descriptor states these bytes of content, not compressed. */
function isDescriptor(record: Buffer, bytes: number): boolean {
  if (record.length >= 16 && record.readUInt32LE(8) === bytes && record.readUInt32LE(12) === bytes) return true;
  return (
    record.length >= DESCRIPTOR_LIMIT_BYTES &&
    record.readBigUInt64LE(8) === BigInt(bytes) &&
    record.readBigUInt64LE(16) === BigInt(bytes)
  );
}
