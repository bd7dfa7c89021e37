import { resolve } from 'node:path';
import { type CaseFile, CaseFileProblem, MOST_CASE_FILE_BYTES, readCaseText } from '../../shared/contract/case-file.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { visibleName } from '../files/names.ts';
import { readGivenFile } from '../files/read-given.ts';
import { UsageError } from '../threads/usage-error.ts';

/** Reads a case file. Throws UsageError, in words for people, when it cannot be read or is none. */
export async function readCaseFile(path: string): Promise<CaseFile> {
  try {
    const { bytes, size } = await readGivenFile(resolve(path), MOST_CASE_FILE_BYTES);
    if (size > MOST_CASE_FILE_BYTES) throw new CaseFileProblem(`It has ${size} bytes, more than a case file ever has.`);
    return readCaseText(bytes.toString('utf8'));
  } catch (error) {
    const reason = error instanceof CaseFileProblem ? error.message : `It cannot be read: ${wordsOf(error)}`;
    throw new UsageError(`${visibleName(path)} was not opened as a case. ${reason}`);
  }
}
