import { type CaseFile, workIn } from '../../shared/contract/case-file.ts';
import { CASE_FILE_ENDING } from '../../shared/contract/case-file-name.ts';
import { NO_WORK } from '../../shared/model/work-history.ts';
import type { OpenCase } from '../case/open-case.ts';
import { readCaseFile } from '../case-files/read-case-file.ts';
import { evidenceNotices, queryNotice, restoreQueries } from '../case-files/restore-case.ts';
import { placesOf } from '../case-files/sources.ts';
import { visibleName } from '../files/names.ts';
import { UsageError } from '../threads/usage-error.ts';
import type { CliCommand } from './command.ts';
import type { Terminal } from './terminal.ts';

type AnalyzeCommand = Extract<CliCommand, { type: 'analyze' }>;

/** What a case file adds to a command, with what the command itself says of the same before it. */
export interface CommandOfCase {
  readonly command: AnalyzeCommand;
  readonly file: CaseFile;
  /** Where it lies. */
  readonly path: string;
}

/**
 * The command as it is with the case file at `path`, which is among its paths. Throws UsageError when the file cannot be
 * read, is not given by itself, or names evidence that is not there: a verdict on a part of it would be another one.
 */
export async function commandOfCase(command: AnalyzeCommand, path: string): Promise<CommandOfCase> {
  if (command.paths.length > 1) throw new UsageError(`${visibleName(path)}: a case file is analyzed by itself`);
  if (command.notes !== null) throw new UsageError('--notes is for evidence: a case file has notes of its own');
  const file = await readCaseFile(path);
  const places = placesOf(file, path, false);
  const moved = file.sources.filter((_source, at) => places[at] === null).map((source) => visibleName(source.path));
  if (moved.length > 0) {
    throw new UsageError(
      `${visibleName(path)}: evidence has moved: ${moved.join(', ')}\nhint: open the *${CASE_FILE_ENDING} file in the window, locate the evidence and save the case`,
    );
  }
  const { zones, clockOffsets } = command;
  return {
    path,
    file,
    command: {
      ...command,
      paths: places.filter((place) => place !== null),
      zones: {
        whereAssumed: zones.whereAssumed ?? file.zones.whereAssumed,
        bySource: [...file.zones.bySource, ...zones.bySource],
      },
      clockOffsets: [...file.clockOffsets, ...clockOffsets],
    },
  };
}

/** The opened evidence with what the case file says of it; what is not as it was is told as warnings. */
export async function restored(
  opened: OpenCase,
  { file, path, command }: CommandOfCase,
  unknownSources: readonly string[],
  { stderr }: Terminal,
): Promise<OpenCase> {
  const work = { ...NO_WORK, ...workIn(file) };
  const chosen = command.incident === null ? file.incident : opened.chosen;
  const kept = await opened.keeping({ work, chosen });
  const failedQueries = await restoreQueries(kept, file.queries);
  const notices = [...evidenceNotices(file, kept, [], unknownSources), ...queryNotice(failedQueries)];
  for (const { text, detail } of notices) stderr.write(`warning: ${visibleName(path)}: ${text}. ${detail}\n`);
  return kept;
}
