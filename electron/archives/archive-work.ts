import type { FoundFile } from '../files/inventory.ts';
import type { IntakeLimits } from '../files/limits.ts';
import type { EvidenceReader } from '../files/read-only.ts';
import type { ArchiveContents } from './archive-contents.ts';
import type { ArchiveMember } from './tar.ts';

/** Why a member of an archive does not become evidence. */
export type RefusalKind = 'unsafe-path' | 'link-refused' | 'limit-exceeded' | 'unreadable' | 'damaged-archive';

/** The archive at hand, as those see it who take it apart. */
export interface ArchiveWork {
  readonly file: FoundFile;
  readonly reader: EvidenceReader;
  readonly contents: ArchiveContents;
  readonly limits: IntakeLimits;
  /** Tells how far unpacking has come. Throws when it is to be stopped. */
  readonly progress: (at: number) => void;
  /** Counts output. Throws when a limit is reached or unpacking is to be stopped. */
  readonly grow: (bytes: number) => void;
  /** Reports a member that does not become evidence. */
  readonly refuse: (member: ArchiveMember, kind: RefusalKind, message: string) => void;
}

/** How the unpacking of one archive ended. */
export interface ArchiveEnd {
  /** Null when it ended as it should. */
  readonly damage: string | null;
  readonly byteOffset: number;
  readonly unsupported?: boolean;
}

/** Reports damage of an archive, with how many of its members were read whole nevertheless. */
export function reportDamage(file: FoundFile, wholeMembers: number, end: ArchiveEnd): void {
  if (end.damage === null) return;
  const where = `at byte ${end.byteOffset} of ${file.bytes} (${end.damage}): ${wholeMembers} members were read whole.`;
  const message = end.unsupported
    ? `Unpacking stopped ${where} Unpack it yourself and give the files.`
    : `The archive is damaged ${where} Check its SHA-256 against the original and copy it again.`;
  const kind = end.unsupported ? 'unreadable' : 'damaged-archive';
  file.problems.add({ kind, message, byteOffset: Math.min(end.byteOffset, file.bytes) });
}
