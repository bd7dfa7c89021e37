import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { detectBinary } from '../../shared/evidence/detect-binary.ts';
import { ArchiveContents } from './archive-contents.ts';
import { COMPRESSIONS, type CompressionFormat, isCompression, ZIP_METHODS, ZIP_STORED } from './compressions.ts';
import type { ByteSource, Decompress } from './decompress.ts';
import { type EntryCounter, type FoundFile, tooManyFiles } from './inventory.ts';
import type { IntakeLimits } from './limits.ts';
import { unsafeMemberName, visibleName } from './names.ts';
import type { CaseProblems } from './problem-list.ts';
import { EvidenceReader, failureReason } from './read-only.ts';
import type { Spool, SpoolFile } from './spool.ts';
import { type ArchiveMember, TarReader } from './tar.ts';
import { nextZipMember, otherWordOf, overlappingMembers, readZipDirectory, type ZipMember } from './zip.ts';

const TAR_BLOCK_BYTES = 512;

/** Unpacking one archive stopped at a limit; what was whole until then stays. */
class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** Unpacking one archive was stopped on request; what was whole until then stays. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Told how many bytes of an archive were taken; answers false when its unpacking is to be stopped. */
export type UnpackProgress = (file: FoundFile, readBytes: number) => boolean;

/** What an archive is by its first bytes; whether a compressed one holds a tar shows when it is unpacked. */
type ContainerKind = CompressionFormat | 'tar' | 'zip';

function containerKind(head: Uint8Array, totalBytes: number): ContainerKind | null {
  const format = detectBinary(head, totalBytes)?.format ?? 'unknown';
  return format === 'zip' || format === 'tar' || isCompression(format) ? format : null;
}

/** How the unpacking of one archive ended. */
interface ArchiveEnd {
  /** Null when it ended as it should. */
  readonly damage: string | null;
  readonly byteOffset: number;
  readonly unsupported?: boolean;
}

/** What one archive has given so far, and from how many of its bytes. */
interface Growth {
  outputBytes: number;
  consumedBytes: number;
}

/**
 * Unpacks archives into the spool, archives in archives included. One instance serves one case, since its limits are those
 * of everything given together.
 */
export class Unpacker {
  readonly #limits: IntakeLimits;
  readonly #spool: Spool;
  readonly #entries: EntryCounter;
  readonly #problems: CaseProblems;
  readonly #report: UnpackProgress;
  #unpackedBytes = 0;
  #files: number;
  /** Whether the archive at hand is to be stopped. */
  #isStopped = false;

  constructor(options: {
    readonly limits: IntakeLimits;
    readonly spool: Spool;
    readonly entries: EntryCounter;
    readonly problems: CaseProblems;
    /** Evidence files there already are. */
    readonly files: number;
    readonly report: UnpackProgress;
  }) {
    this.#limits = options.limits;
    this.#spool = options.spool;
    this.#entries = options.entries;
    this.#problems = options.problems;
    this.#files = options.files;
    this.#report = options.report;
  }

  /** Counts further files that were given, towards the limit of all. */
  countGiven(files: number): void {
    this.#files += files;
  }

  /** The file itself and, when it is an archive, all that came out of it, in the archive's order. */
  async expand(file: FoundFile, level = 1): Promise<FoundFile[]> {
    let reader: EvidenceReader;
    try {
      reader = new EvidenceReader(file.absolutePath);
    } catch (thrown) {
      this.#problems.add(visibleName(file.name), 'unreadable', `It cannot be read: ${failureReason(thrown)}.`);
      return [];
    }
    const members: FoundFile[] = [];
    try {
      const kind = containerKind(reader.at(0, TAR_BLOCK_BYTES), reader.stamp.bytes);
      if (kind === null) return [file];
      file.archive = kind;
      if (level > this.#limits.archiveDepth) {
        const message = `Archives within archives are unpacked ${this.#limits.archiveDepth} levels deep; this one was not. Give it itself.`;
        file.problems.add({ kind: 'limit-exceeded', message, byteOffset: null });
        return [file];
      }
      await this.#unpack(file, kind, reader, members);
      const change = reader.changed();
      if (change !== null) {
        const message = `The file changed while it was read: ${change}. Copy it and analyse the copy.`;
        file.problems.add({ kind: 'changed-during-reading', message, byteOffset: null });
      }
    } finally {
      reader.close();
    }
    file.members = members.length;
    const expanded: FoundFile[] = [file];
    for (const member of members) expanded.push(...(await this.expand(member, level + 1)));
    return expanded;
  }

  async #unpack(file: FoundFile, kind: ContainerKind, reader: EvidenceReader, members: FoundFile[]): Promise<void> {
    const hash = file.sha256 === null ? createHash('sha256') : null;
    this.#isStopped = false;
    const next = (): Uint8Array | null => {
      const chunk = reader.next(this.#limits.readChunkBytes);
      if (chunk !== null) hash?.update(chunk);
      this.#tell(file, reader.position);
      return chunk;
    };
    const contents = new ArchiveContents(file, members, {
      limits: this.#limits,
      spool: this.#spool,
      admit: (member) => this.#admit(file, member),
    });
    try {
      if (kind === 'tar') await this.#unpackTar(file, next, contents);
      else if (kind === 'zip') await this.#unpackZip(file, reader, contents);
      else
        await this.#unpackCompressed(file, kind, next, () => reader.fromStart(this.#limits.readChunkBytes), contents);
    } catch (thrown) {
      contents.abandon();
      const kept = `${members.length} members were unpacked before that and are kept.`;
      if (thrown instanceof LimitReached) {
        file.problems.add({
          kind: 'limit-exceeded',
          message: `${thrown.message} ${kept}`,
          byteOffset: reader.position,
        });
      } else if (thrown instanceof Stopped) {
        const message = `Unpacking was stopped on request. ${kept} Add the archive again to unpack it whole.`;
        // The members of a ZIP do not come in the order of its bytes.
        const byteOffset = kind === 'zip' ? null : reader.position;
        file.problems.add({ kind: 'stopped', message, byteOffset });
      } else throw thrown;
    }
    // Wherever unpacking ended by itself, the hash is that of the whole archive.
    while (!this.#isStopped && next() !== null);
    if (hash === null) return;
    file.sha256 = hash.digest('hex');
    if (reader.position < reader.stamp.bytes) file.hashedBytes = reader.position;
    if (this.#isStopped && !file.problems.has('stopped') && file.hashedBytes !== null) {
      const message = `Hashing was stopped on request; everything in it was unpacked. Add the archive again to hash it whole.`;
      file.problems.add({ kind: 'stopped', message, byteOffset: reader.position });
    }
  }

  #tell(file: FoundFile, readBytes: number): void {
    if (!this.#report(file, readBytes)) this.#isStopped = true;
  }

  async #unpackTar(file: FoundFile, next: ByteSource, contents: ArchiveContents): Promise<void> {
    const tar = contents.openTar();
    for (let chunk = next(); chunk !== null; chunk = next()) {
      this.#count(chunk.length);
      await tar.feed(chunk);
    }
    const end = await tar.end();
    reportDamage(file, contents.wholeMembers, end);
  }

  async #unpackCompressed(
    file: FoundFile,
    format: CompressionFormat,
    next: ByteSource,
    again: () => ByteSource,
    contents: ArchiveContents,
  ): Promise<void> {
    const growth: Growth = { outputBytes: 0, consumedBytes: 0 };
    const { decompress, tarFormat } = COMPRESSIONS[format];
    let target: TarReader | SpoolFile | null = null;
    let head: Uint8Array = new Uint8Array(0);
    const open = (): TarReader | SpoolFile => {
      if (containerKind(head, head.length) === 'tar') {
        file.archive = tarFormat;
        return contents.openTar();
      }
      return contents.openSingle();
    };
    const put = async (content: Uint8Array): Promise<boolean> => {
      if (!(target instanceof TarReader)) {
        target?.write(content);
        return true;
      }
      await target.feed(content);
      return true;
    };
    const end = await decompress(next, again, async (output, consumedBytes) => {
      growth.consumedBytes = consumedBytes;
      this.#grow(growth, output.length);
      if (target !== null) return put(output);
      // The first output may be shorter than the block that tells a tar.
      head = head.length === 0 ? output : Buffer.concat([head, output]);
      if (head.length < TAR_BLOCK_BYTES) return true;
      target = open();
      return put(head);
    });
    if (target === null) {
      target = open();
      await put(head);
    }
    // Read into a variable of its own: TypeScript does not see that the callbacks assign `target`.
    const opened: TarReader | SpoolFile = target;
    const tarEnd = opened instanceof TarReader ? await opened.end() : null;
    if (tarEnd === null) contents.closeSingle(format, end.complete);
    const { consumedBytes, unsupported } = end;
    const damage = end.damage ?? tarEnd?.damage ?? null;
    reportDamage(file, contents.wholeMembers, { damage, byteOffset: consumedBytes, unsupported });
  }

  async #unpackZip(file: FoundFile, reader: EvidenceReader, contents: ArchiveContents): Promise<void> {
    const growth: Growth = { outputBytes: 0, consumedBytes: 0 };
    const { members: listed, damage } = await readZipDirectory(reader, this.#limits.entries);
    const members: ZipMember[] = [];
    for (const member of listed) members.push(await this.#trustedWord(reader, member, growth));
    const overlapping = overlappingMembers(members);
    for (const member of members) {
      this.#tell(file, member.headerAt);
      if (overlapping.has(member)) {
        const message = 'The member was refused: it lies within another one, as in a decompression bomb.';
        this.#refuse(file, member, 'damaged-archive', message);
      } else await this.#unpackZipMember(file, reader, member, contents, growth);
    }
    if (damage === null) return;
    let at = 0;
    for (let member = nextZipMember(reader, at); member !== null; member = nextZipMember(reader, at)) {
      this.#tell(file, member.headerAt);
      const end = await this.#unpackZipMember(file, reader, member, contents, growth);
      at = Math.max(end, member.headerAt + 4);
    }
    const words = `its directory cannot be read, members were found one by one: ${damage.replace(/\.$/, '')}`;
    reportDamage(file, contents.wholeMembers, { damage: words, byteOffset: file.bytes });
  }

  /** What the directory says of a member; its own header's word where the content bears that out and not the directory's. */
  async #trustedWord(reader: EvidenceReader, listed: ZipMember, growth: Growth): Promise<ZipMember> {
    const own = otherWordOf(reader, listed);
    if (own === null) return listed;
    for (const member of [listed, own]) {
      const packedBytes = await this.#heldBytes(reader, member, growth);
      // A length that is too large would make the next member seem to lie within this one.
      if (packedBytes !== null) return { ...member, packedBytes };
    }
    return listed;
  }

  /** How many bytes hold a member's content, where it is what is said of it; else null. */
  async #heldBytes(reader: EvidenceReader, member: ZipMember, growth: Growth): Promise<number | null> {
    const { dataAt, packedBytes } = member;
    const decompress = decompressorOf(member);
    if (decompress === undefined || dataAt === null || packedBytes === null) return null;
    const source = (): ByteSource => rangeOf(reader, dataAt, dataAt + packedBytes, this.#limits.readChunkBytes);
    const consumedBefore = growth.consumedBytes;
    let bytes = 0;
    let checksum = 0;
    const end = await decompress(source(), source, async (output, consumedBytes) => {
      growth.consumedBytes = consumedBefore + consumedBytes;
      this.#grow(growth, output.length);
      bytes += output.length;
      checksum = crc32(output, checksum);
      return member.bytes === null || bytes <= member.bytes;
    });
    const isHeld = bytes === member.bytes && checksum === member.crc32;
    // Bytes behind the end of the content are damage of the length alone.
    return isHeld && end.complete ? end.consumedBytes : null;
  }

  /** Unpacks or refuses one member; returns where its bytes end as far as it is known. */
  async #unpackZipMember(
    file: FoundFile,
    reader: EvidenceReader,
    member: ZipMember,
    contents: ArchiveContents,
    growth: Growth,
  ): Promise<number> {
    const { dataAt, packedBytes } = member;
    const dataEnd = packedBytes === null ? reader.stamp.bytes : (dataAt ?? member.headerAt) + packedBytes;
    const knownEnd = packedBytes === null ? (dataAt ?? member.headerAt) : dataEnd;
    const decompress = decompressorOf(member);
    const isFile = member.type === 'file';
    const reason = zipObstacle(member, decompress !== undefined);
    if (isFile && reason !== null) {
      this.#refuse(file, member, 'unreadable', reason);
      return knownEnd;
    }
    const sink = contents.openMember(member);
    if (sink === null || decompress === undefined || dataAt === null) return knownEnd;
    const consumedBefore = growth.consumedBytes;
    let bytes = 0;
    let checksum = 0;
    const source = (): ByteSource => rangeOf(reader, dataAt, dataEnd, this.#limits.readChunkBytes);
    const end = await decompress(source(), source, async (output, consumedBytes) => {
      growth.consumedBytes = consumedBefore + consumedBytes;
      this.#tell(file, dataAt + consumedBytes);
      this.#grow(growth, output.length);
      bytes += output.length;
      checksum = crc32(output, checksum);
      sink.write(output);
      return member.bytes === null || bytes <= member.bytes;
    });
    growth.consumedBytes = consumedBefore + end.consumedBytes;
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
      sink.end(false, fault);
      const message = `The member ${visibleName(member.name.slice(0, 512))} is damaged. Copy the archive again.`;
      file.problems.add({ kind: 'damaged-archive', message, byteOffset: Math.min(dataAt, file.bytes) });
    }
    return packedBytes === null && end.complete ? dataAt + end.consumedBytes : knownEnd;
  }

  /** Counts output, of which a bomb gives too much. */
  #grow(growth: Growth, bytes: number): void {
    growth.outputBytes += bytes;
    this.#count(bytes);
    const { unpackRatio, unpackRatioFromBytes } = this.#limits;
    if (growth.outputBytes > unpackRatioFromBytes && growth.outputBytes > unpackRatio * growth.consumedBytes) {
      throw new LimitReached(
        `It unpacks to more than ${unpackRatio} times its size, as a decompression bomb does; unpacking stopped after ${growth.outputBytes} bytes.`,
      );
    }
  }

  #count(bytes: number): void {
    if (this.#isStopped) throw new Stopped();
    this.#unpackedBytes += bytes;
    if (this.#unpackedBytes > this.#limits.unpackedBytes) {
      throw new LimitReached(`More than ${this.#limits.unpackedBytes} bytes would be unpacked; unpacking stopped.`);
    }
  }

  /** Whether a member becomes evidence; a refused one is reported here. */
  #admit(file: FoundFile, member: ArchiveMember): boolean {
    this.#entries.count += 1;
    if (this.#entries.count > this.#limits.entries) {
      throw new LimitReached(`It brings more than ${this.#limits.entries} entries; unpacking stopped.`);
    }
    const refuse = (kind: RefusalKind, message: string): false => {
      this.#refuse(file, member, kind, message);
      return false;
    };
    if (Buffer.byteLength(member.name) > this.#limits.pathBytes) {
      return refuse(
        'limit-exceeded',
        `The member's path is longer than ${this.#limits.pathBytes} bytes; not unpacked.`,
      );
    }
    const unsafe = unsafeMemberName(member.name);
    if (unsafe !== null) return refuse('unsafe-path', `The member was refused: ${unsafe}.`);
    switch (member.type) {
      case 'folder':
        return false;
      case 'link':
        return refuse('link-refused', linkMessage(member.linkTarget));
      case 'device':
        return refuse('link-refused', 'A device or named pipe; it carries no evidence.');
      case 'unsupported':
        return refuse(
          'unreadable',
          'A member of a type that cannot be unpacked (a sparse file, for one). Pack it plainly.',
        );
      case 'file':
        this.#files += 1;
        if (this.#files > this.#limits.files) throw new LimitReached(tooManyFiles(this.#limits));
        return true;
    }
  }

  #refuse(file: FoundFile, member: ArchiveMember, kind: RefusalKind, message: string): void {
    this.#problems.add(`${visibleName(file.name)}: ${visibleName(member.name.slice(0, 512))}`, kind, message);
  }
}

type RefusalKind = 'unsafe-path' | 'link-refused' | 'limit-exceeded' | 'unreadable' | 'damaged-archive';

function linkMessage(target: string | null): string {
  return target === null ? 'A link, not followed.' : `A link to ${visibleName(target)}, not followed.`;
}

/** Why a file of a ZIP cannot be unpacked, and what can be done; null when it can. */
function zipObstacle(member: ZipMember, hasMethod: boolean): string | null {
  if (member.isEncrypted) return 'The member is encrypted. Unpack it with its password and give the files.';
  if (!hasMethod) {
    return `The member is compressed with method ${member.method}, which is not read. Unpack it and give the files.`;
  }
  if (member.dataAt === null) return 'The directory names a place where the member is not. Copy the archive again.';
  if (member.method === ZIP_STORED && member.packedBytes === null) {
    return "Only the archive's directory, which is missing, tells where the member ends. Copy the archive again.";
  }
  return null;
}

/** The bytes of a member that is not compressed. */
const copyStored: Decompress = async (next, _again, write) => {
  let consumedBytes = 0;
  for (let chunk = next(); chunk !== null; chunk = next()) {
    consumedBytes += chunk.length;
    if (!(await write(chunk, consumedBytes))) break;
  }
  return { damage: null, complete: true, consumedBytes, unsupported: false };
};

function decompressorOf({ method }: ZipMember): Decompress | undefined {
  return method === ZIP_STORED ? copyStored : ZIP_METHODS.get(method);
}

/** The bytes of a file from one place to another, or to its end. */
function rangeOf(reader: EvidenceReader, from: number, to: number, chunkBytes: number): ByteSource {
  let at = from;
  return () => {
    const chunk = reader.at(at, Math.min(chunkBytes, to - at));
    at += chunk.length;
    return chunk.length === 0 ? null : chunk;
  };
}

function reportDamage(file: FoundFile, wholeMembers: number, end: ArchiveEnd): void {
  if (end.damage === null) return;
  const where = `at byte ${end.byteOffset} of ${file.bytes} (${end.damage}): ${wholeMembers} members were read whole.`;
  const message = end.unsupported
    ? `Unpacking stopped ${where} Unpack it yourself and give the files.`
    : `The archive is damaged ${where} Check its SHA-256 against the original and copy it again.`;
  const kind = end.unsupported ? 'unreadable' : 'damaged-archive';
  file.problems.add({ kind, message, byteOffset: Math.min(end.byteOffset, file.bytes) });
}
