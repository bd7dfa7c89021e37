import { createHash } from 'node:crypto';
import { gunzip } from './gunzip.ts';
import { type EntryCounter, type FoundFile, tooManyFiles } from './inventory.ts';
import type { IntakeLimits } from './limits.ts';
import { baseName, plainPath, unsafeMemberName, visibleName } from './names.ts';
import { type CaseProblems, FileProblems } from './problem-list.ts';
import { EvidenceReader, failureReason } from './read-only.ts';
import type { Spool, SpoolFile } from './spool.ts';
import { isTarHeader, type TarEnd, type TarMember, type TarMemberSink, TarReader } from './tar.ts';

const TAR_BLOCK_BYTES = 512;
/** RFC 1952: the magic and the only compression method there is. */
const GZIP_MAGIC = [0x1f, 0x8b, 0x08] as const;

/** Unpacking one archive stopped at a limit; what was whole until then stays. */
class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

export type UnpackProgress = (file: FoundFile, readBytes: number) => void;

/** Tells gzip and tar by content; null for everything else. */
function containerKind(head: Uint8Array): 'gzip' | 'tar' | null {
  if (GZIP_MAGIC.every((byte, at) => head[at] === byte)) return 'gzip';
  return isTarHeader(head) ? 'tar' : null;
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
      const kind = containerKind(reader.at(0, TAR_BLOCK_BYTES));
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

  async #unpack(file: FoundFile, kind: 'gzip' | 'tar', reader: EvidenceReader, members: FoundFile[]): Promise<void> {
    const hash = file.sha256 === null ? createHash('sha256') : null;
    const next = (): Uint8Array | null => {
      const chunk = reader.next();
      if (chunk !== null) hash?.update(chunk);
      this.#report(file, reader.position);
      return chunk;
    };
    const contents = new ArchiveContents(file, members, {
      limits: this.#limits,
      spool: this.#spool,
      admit: (member) => this.#admit(file, member),
    });
    try {
      if (kind === 'tar') await this.#unpackTar(file, next, contents);
      else await this.#unpackGzip(file, next, () => reader.fromStart(), contents);
    } catch (thrown) {
      contents.abandon();
      if (!(thrown instanceof LimitReached)) throw thrown;
      const kept = `${members.length} members were unpacked before that and are kept.`;
      file.problems.add({ kind: 'limit-exceeded', message: `${thrown.message} ${kept}`, byteOffset: reader.position });
    }
    // Wherever unpacking stopped, the hash is that of the whole archive.
    while (next() !== null);
    if (hash !== null) file.sha256 = hash.digest('hex');
  }

  async #unpackTar(file: FoundFile, next: () => Uint8Array | null, contents: ArchiveContents): Promise<void> {
    const tar = contents.openTar();
    for (let chunk = next(); chunk !== null && !tar.finished; chunk = next()) {
      this.#count(chunk.length);
      await tar.feed(chunk);
    }
    reportDamage(file, contents.wholeMembers, await tar.end());
  }

  async #unpackGzip(
    file: FoundFile,
    next: () => Uint8Array | null,
    again: () => () => Uint8Array | null,
    contents: ArchiveContents,
  ): Promise<void> {
    let outputBytes = 0;
    let target: TarReader | SpoolFile | null = null;
    let head: Uint8Array = new Uint8Array(0);
    const open = (): TarReader | SpoolFile => {
      if (isTarHeader(head)) {
        file.archive = 'tar-gzip';
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
      return !target.finished;
    };
    const end = await gunzip(next, again, async (output, consumedBytes) => {
      outputBytes += output.length;
      this.#count(output.length);
      const { unpackRatio, unpackRatioFromBytes } = this.#limits;
      if (outputBytes > unpackRatioFromBytes && outputBytes > unpackRatio * consumedBytes) {
        throw new LimitReached(
          `It unpacks to more than ${unpackRatio} times its size, as a decompression bomb does; unpacking stopped after ${outputBytes} bytes.`,
        );
      }
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
    if (opened instanceof TarReader) {
      const tarEnd = await opened.end();
      const damage = end.damage ?? tarEnd.damage;
      reportDamage(file, contents.wholeMembers, { damage, byteOffset: end.consumedBytes });
    } else {
      contents.closeSingle(end.complete);
      reportDamage(file, contents.wholeMembers, { damage: end.damage, byteOffset: end.consumedBytes });
    }
  }

  #count(bytes: number): void {
    this.#unpackedBytes += bytes;
    if (this.#unpackedBytes > this.#limits.unpackedBytes) {
      throw new LimitReached(`More than ${this.#limits.unpackedBytes} bytes would be unpacked; unpacking stopped.`);
    }
  }

  /** Whether a member becomes evidence; a refused one is reported here. */
  #admit(file: FoundFile, member: TarMember): boolean {
    this.#entries.count += 1;
    if (this.#entries.count > this.#limits.entries) {
      throw new LimitReached(`It brings more than ${this.#limits.entries} entries; unpacking stopped.`);
    }
    const refuse = (kind: 'unsafe-path' | 'link-refused' | 'limit-exceeded' | 'unreadable', message: string): false => {
      this.#problems.add(`${visibleName(file.name)}: ${visibleName(member.name.slice(0, 512))}`, kind, message);
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
        return refuse('link-refused', `A link to ${visibleName(member.linkTarget ?? '')}, not followed.`);
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
}

function reportDamage(file: FoundFile, wholeMembers: number, end: TarEnd): void {
  if (end.damage === null) return;
  const message =
    `The archive is damaged at byte ${end.byteOffset} of ${file.bytes} (${end.damage}): ` +
    `${wholeMembers} members were read whole. Check its SHA-256 against the original and copy it again.`;
  file.problems.add({ kind: 'damaged-archive', message, byteOffset: Math.min(end.byteOffset, file.bytes) });
}

/** Turns the content of one archive into found files. */
class ArchiveContents {
  readonly #archive: FoundFile;
  readonly #members: FoundFile[];
  readonly #limits: IntakeLimits;
  readonly #spool: Spool;
  readonly #admit: (member: TarMember) => boolean;
  #open: SpoolFile | null = null;
  wholeMembers = 0;

  constructor(
    archive: FoundFile,
    members: FoundFile[],
    options: {
      readonly limits: IntakeLimits;
      readonly spool: Spool;
      readonly admit: (member: TarMember) => boolean;
    },
  ) {
    this.#archive = archive;
    this.#members = members;
    this.#limits = options.limits;
    this.#spool = options.spool;
    this.#admit = options.admit;
  }

  openTar(): TarReader {
    return new TarReader((member) => (this.#admit(member) ? this.#sink(member) : null));
  }

  openSingle(): SpoolFile {
    this.#open = this.#spool.create();
    return this.#open;
  }

  /** A .gz holds one file; its name is that of the archive without the ending, since the one inside can be anything. */
  closeSingle(whole: boolean): void {
    const name = baseName(this.#archive.name).replace(/\.gz$/i, '');
    this.#close({ name, modified: this.#archive.modified, bytes: null }, whole);
  }

  /** Removes what is half unpacked. */
  abandon(): void {
    this.#open?.discard();
    this.#open = null;
  }

  #sink(member: TarMember): TarMemberSink {
    const file = this.#spool.create();
    this.#open = file;
    return {
      write: (content) => file.write(content),
      end: (whole) =>
        this.#close({ name: plainPath(member.name), modified: member.modified, bytes: member.bytes }, whole),
    };
  }

  #close(member: { name: string; modified: FoundFile['modified']; bytes: number | null }, whole: boolean): void {
    const file = this.#open;
    if (file === null) return;
    this.#open = null;
    const problems = new FileProblems(this.#limits.problems);
    if (whole) this.wholeMembers += 1;
    else {
      const expected = member.bytes === null ? '' : ` of ${member.bytes}`;
      const message = `The archive breaks off within this file: ${file.bytes}${expected} bytes could be unpacked and were read.`;
      problems.add({ kind: 'truncated', message, byteOffset: file.bytes });
    }
    // Members of what was given are named as the archive names them; deeper ones below the archive that holds them.
    this.#members.push({
      given: this.#archive.given,
      givenItself: false,
      name: this.#archive.givenItself ? member.name : `${this.#archive.name}/${member.name}`,
      absolutePath: file.absolutePath,
      bytes: file.bytes,
      modified: member.modified,
      stamp: null,
      container: this.#archive,
      sha256: file.close(),
      archive: null,
      members: 0,
      problems,
    });
  }
}
