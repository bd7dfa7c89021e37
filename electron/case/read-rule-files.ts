import { basename } from 'node:path';
import type { RuleFileText } from '../../shared/contract/worker-protocol.ts';
import { RULE_LIMITS } from '../../shared/model/rules.ts';
import { wordsOf } from '../../shared/model/thrown.ts';
import { readGivenFile } from '../files/read-given.ts';
import { UsageError } from '../threads/usage-error.ts';

/** Reads files of the user's own rules. Throws UsageError where one cannot be read, is no text, or is too large. */
export async function readRuleFiles(paths: readonly string[]): Promise<readonly RuleFileText[]> {
  if (paths.length > RULE_LIMITS.files) throw new UsageError(`At most ${RULE_LIMITS.files} files of rules are read.`);
  const files: RuleFileText[] = [];
  for (const path of paths) files.push({ name: basename(path), text: await readLimited(path) });
  return files;
}

async function readLimited(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes.length > RULE_LIMITS.fileBytes) {
    throw new UsageError(`${path} is larger than a file of rules may be (1 MiB).`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${path} is no UTF-8 text.`);
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return (await readGivenFile(path, RULE_LIMITS.fileBytes + 1)).bytes;
  } catch (error) {
    throw new UsageError(`The rules in ${path} cannot be read: ${wordsOf(error)}`);
  }
}
