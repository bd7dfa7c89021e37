import { createHash } from 'node:crypto';
import { detectBinary } from '../../shared/evidence/formats/detect-binary.ts';
import { isWideText, WideText } from '../../shared/evidence/reading/wide-text.ts';
import { type EntryCounter, type FoundFile, tooManyFiles } from '../files/inventory.ts';
import { HEAD_BYTES, type IntakeLimits } from '../files/limits.ts';
import { isAbsoluteName, unsafeMemberName, visibleName } from '../files/names.ts';
import type { CaseProblems } from '../files/problem-list.ts';
import { EvidenceReader, failureReason } from '../files/read-only.ts';
import type { Spool } from '../files/spool.ts';
import { ArchiveContents } from './archive-contents.ts';
import { type ArchiveWork, type RefusalKind, reportDamage } from './archive-work.ts';
import { COMPRESSIONS, type CompressionFormat, isCompression } from './compression/compressions.ts';
import type { ByteSource, BytesFrom, Gap } from './compression/decompress.ts';
import { damagedContainer } from './damaged-container.ts';
import type { ArchiveMember } from './tar.ts';
import { UnpackedContent } from './unpacked-content.ts';
import { unpackZip } from './unzip.ts';
import { rangeOf } from './zip-content.ts';

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
type ContainerKind = CompressionFormat | 'tar' | 'zip' | 'utf-16';

function containerKind(head: Uint8Array, totalBytes: number): ContainerKind | null {
  const format = detectBinary(head, totalBytes)?.format ?? 'unknown';
  return format === 'zip' || format === 'tar' || format === 'utf-16' || isCompression(format) ? format : null;
}

/** Bytes at the end of a text in which UTF-16 shows that was appended to it. */
const TAIL_BYTES = 4096;

/** Whether a file that begins as text ends in UTF-16. */
function endsInWideText(reader: EvidenceReader, head: Uint8Array): boolean {
  const { bytes } = reader.stamp;
  return bytes > head.length && !head.includes(0) && isWideText(reader.at(bytes - TAIL_BYTES, TAIL_BYTES));
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
  readonly #begin: (file: FoundFile) => string | null;
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
    /** Told of each file before it is looked into; says why it is not to be, or null. */
    readonly begin: (file: FoundFile) => string | null;
  }) {
    this.#limits = options.limits;
    this.#spool = options.spool;
    this.#entries = options.entries;
    this.#problems = options.problems;
    this.#files = options.files;
    this.#report = options.report;
    this.#begin = options.begin;
  }

  /** Counts further files that were given, towards the limit of all. */
  countGiven(files: number): void {
    this.#files += files;
  }

  /** The file itself and, when it is an archive, all that came out of it, in the archive's order. */
  async expand(file: FoundFile, level = 1): Promise<FoundFile[]> {
    const omission = this.#begin(file);
    if (omission !== null) {
      file.problems.add({ kind: 'unreadable', message: omission, byteOffset: null });
      return [file];
    }
    let reader: EvidenceReader;
    try {
      reader = new EvidenceReader(file.absolutePath);
    } catch (thrown) {
      this.#problems.add(visibleName(file.name), 'unreadable', `It cannot be read: ${failureReason(thrown)}.`);
      return [];
    }
    const members: FoundFile[] = [];
    try {
      const head = reader.at(0, HEAD_BYTES);
      const kind =
        containerKind(head, reader.stamp.bytes) ??
        (endsInWideText(reader, head) ? 'utf-16' : await this.#damagedKind(file, reader, head));
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

  /** What an archive is whose first bytes are damaged; null for a file whose first bytes say that it is something else. */
  async #damagedKind(file: FoundFile, reader: EvidenceReader, head: Uint8Array): Promise<ContainerKind | null> {
    if (detectBinary(head, reader.stamp.bytes) !== null) return null;
    // One that is to be stopped has nothing more to be looked at.
    const from = this.#bytesFrom(reader, (at) => this.#report(file, at));
    return damagedContainer(reader, head, from);
  }

  /** The bytes of a file from any offset on; they end where `report`, told how far that has come, answers false. */
  #bytesFrom(reader: EvidenceReader, report: (at: number) => boolean): BytesFrom {
    return (offset) => {
      const range = rangeOf(reader, offset, reader.stamp.bytes, this.#limits.readChunkBytes);
      let at = offset;
      return () => {
        const chunk = report(at) ? range() : null;
        at += chunk?.length ?? 0;
        return chunk;
      };
    };
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
      else if (kind === 'utf-16') this.#narrow(next, contents);
      else if (kind === 'zip') await unpackZip(this.#workOn(file, reader, contents));
      else await this.#unpackCompressed(kind, next, this.#workOn(file, reader, contents));
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
      } else if (isFullDisk(thrown)) {
        const message = `The disk with the folder for temporary files is full; unpacking stopped. ${kept} Make room and add the archive again.`;
        file.problems.add({ kind: 'limit-exceeded', message, byteOffset: reader.position });
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

  #workOn(file: FoundFile, reader: EvidenceReader, contents: ArchiveContents): ArchiveWork {
    return {
      file,
      reader,
      contents,
      limits: this.#limits,
      progress: (at) => {
        this.#tell(file, at);
        this.#count(0);
      },
      grow: (bytes) => this.#count(bytes),
      refuse: (member, kind, message) => this.#refuse(file, member, kind, message),
    };
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

  /** Turns text in UTF-16 into UTF-8. */
  #narrow(next: ByteSource, contents: ArchiveContents): void {
    const text = new WideText();
    const file = contents.openSingle();
    const write = (output: Uint8Array): void => {
      this.#count(output.length);
      file.write(output);
    };
    for (let chunk = next(); chunk !== null; chunk = next()) write(text.push(chunk));
    write(text.end());
    contents.closeSingle(null, true);
  }

  async #unpackCompressed(format: CompressionFormat, next: ByteSource, work: ArchiveWork): Promise<void> {
    const { file, reader, contents } = work;
    const { decompress } = COMPRESSIONS[format];
    const from = this.#bytesFrom(reader, (at) => {
      work.progress(at);
      return true;
    });
    const target = new UnpackedContent(file, contents, format);
    const onGap = async (gap: Gap): Promise<void> => {
      work.progress(gap.to);
      const place = `Bytes ${gap.from} to ${gap.to} of ${file.bytes}`;
      // Words for what follows a stream do not fit the first one.
      const damage = gap.from === 0 ? 'its first header or block' : gap.damage;
      const loss = gap.isHeader
        ? `${place}, a header, are damaged: what it belongs to was unpacked without it.`
        : `${place} are damaged (${damage}): what they hold is missing or may be wrong, and unpacking went on behind them.`;
      const message = `${loss} Check its SHA-256 against the original and copy it again.`;
      file.problems.add({ kind: 'damaged-archive', message, byteOffset: gap.from });
      if (!gap.isHeader) await target.gap();
    };
    const write = async (output: Uint8Array): Promise<boolean> => {
      work.grow(output.length);
      await target.write(output);
      return true;
    };
    const end = await decompress(next, from, write, onGap);
    const tarDamage = await target.end(end.complete);
    const { consumedBytes, unsupported } = end;
    const damage = end.damage ?? tarDamage;
    reportDamage(file, contents.wholeMembers, { damage, byteOffset: consumedBytes, unsupported });
  }

  /** Counts output, of which a bomb gives too much. */
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
        if (isAbsoluteName(member.name) && !file.problems.has('unsafe-path')) {
          const message = `It holds absolute paths (${visibleName(member.name.slice(0, 512))}, for one): they were read without their root, as tar does.`;
          file.problems.add({ kind: 'unsafe-path', message, byteOffset: null });
        }
        return true;
    }
  }

  #refuse(file: FoundFile, member: ArchiveMember, kind: RefusalKind, message: string): void {
    this.#problems.add(`${visibleName(file.name)}: ${visibleName(member.name.slice(0, 512))}`, kind, message);
  }
}

function isFullDisk(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT');
}

function linkMessage(target: string | null): string {
  return target === null ? 'A link, not followed.' : `A link to ${visibleName(target)}, not followed.`;
}
