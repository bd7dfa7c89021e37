import { NotesProblem, readNotes } from '../../shared/contract/notes-json.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import type { Judgement } from '../../shared/model/judgement.ts';
import { visibleName } from '../files/names.ts';
import { readGivenFile } from '../files/read-given.ts';
import { UsageError } from '../threads/usage-error.ts';

/** Largest file of notes that is read: all that a case may hold, with room. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The judgements in a file of notes, for a case of these files. Throws UsageError, in words for people, when it cannot be
 * read, is no such file, or is about other evidence.
 */
export async function readNotesFile(
  path: string,
  files: readonly Pick<EvidenceFile, 'sha256'>[],
): Promise<readonly Judgement[]> {
  try {
    return readNotes(await readText(path), files);
  } catch (error) {
    const reason = error instanceof NotesProblem ? error.message : `It cannot be read: ${String(error)}`;
    throw new UsageError(`${visibleName(path)} was not taken as notes. ${reason}`);
  }
}

async function readText(path: string): Promise<string> {
  const { bytes, size } = await readGivenFile(path, MOST_BYTES);
  if (size > MOST_BYTES) throw new NotesProblem(`It has ${size} bytes, more than notes ever have.`);
  return bytes.toString('utf8');
}
