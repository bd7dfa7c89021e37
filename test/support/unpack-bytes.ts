import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Unpacker } from '../../electron/archives/unpack.ts';
import { listGiven } from '../../electron/files/inventory.ts';
import { INTAKE_LIMITS, type IntakeLimits } from '../../electron/files/limits.ts';
import { CaseProblems } from '../../electron/files/problem-list.ts';
import { Spool } from '../../electron/files/spool.ts';
import { tempFolder } from './bundles.ts';

/** Unpacks one archive as intake does, into a folder of its own. */
export async function unpackBytes(
  content: Uint8Array,
  fileName: string,
  limits: Partial<IntakeLimits> = {},
  SpoolOf = Spool,
) {
  const path = join(tempFolder(), fileName);
  writeFileSync(path, content);
  const allLimits = { ...INTAKE_LIMITS, ...limits };
  const spoolFolder = tempFolder();
  const entries = { count: 0 };
  const problems = new CaseProblems(1000);
  const [given] = listGiven([path], allLimits, entries, problems);
  if (given === undefined) throw new Error('nothing listed');
  const unpacker = new Unpacker({
    begin: () => null,
    limits: allLimits,
    spool: new SpoolOf(spoolFolder),
    entries,
    problems,
    files: 1,
    report: () => true,
  });
  const files = await unpacker.expand(given);
  return { files, archive: given, problems: problems.list(), spoolFolder };
}
