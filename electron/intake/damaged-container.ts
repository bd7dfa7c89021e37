import { beginsLike } from '../../shared/evidence/unknown.ts';
import type { EvidenceReader } from './read-only.ts';
import { isDamagedTar } from './tar.ts';
import { LOCAL_HEADER_MAGIC, memberAt, memberWithoutMagic } from './zip.ts';
import { findMagic, readZipDirectory } from './zip-directory.ts';
import { endOfMember, leadsOn, meets } from './zip-places.ts';

const ENTRIES_LOOKED_AT = 1000;
const NO_PROGRESS = (): void => {};

/**
 * What a file is whose first bytes tell nothing, since they are damaged: a tar by the headers of its members, a ZIP by the
 * directory at its end or by the headers of further members. `head` are its first bytes (64 KiB). Null for what is no
 * archive, and for a file of another kind that holds one.
 */
export function damagedContainer(reader: EvidenceReader, head: Uint8Array): 'zip' | 'tar' | null {
  // Headers have NULs and text has none.
  if (!head.includes(0) || beginsLike(head) !== null) return null;
  if (hasZipDirectory(reader)) return 'zip';
  if (isDamagedTar(head)) return 'tar';
  return hasZipHeaders(reader, head.length) ? 'zip' : null;
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
