import { NotesProblem, readNotes } from '../../shared/contract/notes-json.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import type { Judgement } from '../../shared/model/judgement.ts';
import { visibleName } from '../files/names.ts';
import { readGivenFile } from '../files/read-given.ts';
import { failureReason } from '../files/read-only.ts';
import { UsageError } from '../threads/usage-error.ts';

/** Largest file of notes that is read: all that a case may hold, with room. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A file of notes as it was read: nothing is known of what it says. */
export interface NotesText {
  readonly path: string;
  readonly text: string;
}

/** Reads a file of notes. Throws UsageError, in words for people, when it cannot be read or is larger than notes ever are. */
export async function readNotesFile(path: string): Promise<NotesText> {
  try {
    return { path, text: await readText(path) };
  } catch (error) {
    throw notTaken(path, error);
  }
}

/** Its judgements, for a case of these files. Throws UsageError when it holds no notes, or notes about other evidence. */
export function judgementsIn(
  { path, text }: NotesText,
  files: readonly Pick<EvidenceFile, 'sha256'>[],
): readonly Judgement[] {
  try {
    return readNotes(text, files);
  } catch (error) {
    throw notTaken(path, error);
  }
}

function notTaken(path: string, error: unknown): UsageError {
  const reason = error instanceof NotesProblem ? error.message : `It cannot be read: ${failureReason(error)}.`;
  return new UsageError(`${visibleName(path)} was not taken as notes. ${reason}`);
}

async function readText(path: string): Promise<string> {
  const { bytes, size } = await readGivenFile(path, MOST_BYTES);
  if (size > MOST_BYTES) throw new NotesProblem(`It has ${size} bytes, more than notes ever have.`);
  return bytes.toString('utf8');
}
