import type { FoundFile } from '../files/inventory.ts';
import type { IntakeLimits } from '../files/limits.ts';
import { baseName, belowRoot, plainPath } from '../files/names.ts';
import { FileProblems } from '../files/problem-list.ts';
import type { Spool, SpoolFile } from '../files/spool.ts';
import { COMPRESSIONS, type CompressionFormat } from './compression/compressions.ts';
import { type ArchiveMember, type MemberSink, TarReader } from './tar.ts';

/** Turns the content of one archive into found files. */
export class ArchiveContents {
  readonly #archive: FoundFile;
  readonly #members: FoundFile[];
  readonly #limits: IntakeLimits;
  readonly #spool: Spool;
  readonly #admit: (member: ArchiveMember) => boolean;
  #open: SpoolFile | null = null;
  wholeMembers = 0;

  constructor(
    archive: FoundFile,
    members: FoundFile[],
    options: {
      readonly limits: IntakeLimits;
      readonly spool: Spool;
      readonly admit: (member: ArchiveMember) => boolean;
    },
  ) {
    this.#archive = archive;
    this.#members = members;
    this.#limits = options.limits;
    this.#spool = options.spool;
    this.#admit = options.admit;
  }

  openTar(): TarReader {
    return new TarReader((member) => this.openMember(member));
  }

  /** Where a member's content goes; null when it is refused. */
  openMember(member: ArchiveMember): MemberSink | null {
    if (!this.#admit(member)) return null;
    const file = this.#spool.create();
    this.#open = file;
    return {
      write: (content) => file.write(content),
      end: (whole, fault) => {
        const { modified, bytes } = member;
        this.#close({ name: plainPath(belowRoot(member.name)), modified, bytes }, whole, fault);
      },
    };
  }

  openSingle(): SpoolFile {
    this.#open = this.#spool.create();
    return this.#open;
  }

  /** A .gz holds one file; its name is that of the archive without the ending, since the one inside can be anything. */
  closeSingle(format: CompressionFormat | null, whole: boolean, fault?: string): void {
    const given = baseName(this.#archive.name);
    const name = format === null ? given : given.replace(COMPRESSIONS[format].ending, '');
    this.#close({ name, modified: this.#archive.modified, bytes: null }, whole, fault);
  }

  /** Removes what is half unpacked. */
  abandon(): void {
    this.#open?.discard();
    this.#open = null;
  }

  #close(
    member: { name: string; modified: FoundFile['modified']; bytes: number | null },
    whole: boolean,
    fault?: string,
  ): void {
    const file = this.#open;
    if (file === null) return;
    this.#open = null;
    const problems = new FileProblems(this.#limits.problems);
    if (whole) this.wholeMembers += 1;
    else if (fault !== undefined) {
      const message = `${fault}: ${file.bytes} bytes were unpacked and read. Copy the archive again.`;
      problems.add({ kind: 'damaged-archive', message, byteOffset: null });
    } else {
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
      hashedBytes: null,
      archive: null,
      members: 0,
      problems,
    });
  }
}
