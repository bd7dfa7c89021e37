import { join, resolve } from 'node:path';
import {
  BARE_SETTINGS,
  collectScript,
  reproduceScript,
  type ScriptSettings,
  scriptSettings,
} from '../../shared/collect/scripts.ts';
import { openCase } from '../case/open-case.ts';
import { targetProblem } from '../files/evidence-guard.ts';
import { makeFolder, makeRunnable } from '../files/own-files.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import type { CliCommand } from './command.ts';
import type { Terminal } from './terminal.ts';
import { withProgress } from './with-progress.ts';

type CollectScriptCommand = Extract<CliCommand, { type: 'collect-script' }>;

/**
 * Writes `collect.sh` and `reproduce.sh`: with what the analysis of the given evidence knows, or bare without any; options
 * win. Returns the exit status.
 */
export function collectScriptCommand(command: CollectScriptCommand, terminal: Terminal): Promise<number> {
  return withProgress(terminal, async ({ progress, signal, refuse }) => {
    const evidence = command.paths.map((path) => resolve(path));
    const folder = resolve(command.out);
    for (const name of ['collect.sh', 'reproduce.sh']) {
      const problem = await targetProblem(join(folder, name), evidence);
      if (problem !== null) return refuse(problem);
    }
    const settings = withOptions(await settingsOf(), command);
    await makeFolder(folder);
    for (const [name, text] of [
      ['collect.sh', collectScript(settings)],
      ['reproduce.sh', reproduceScript(settings)],
    ] as const) {
      const path = join(folder, name);
      await writeAtomically(path, text);
      await makeRunnable(path);
      terminal.stdout.write(`wrote ${path}\n`);
    }
    return 0;

    async function settingsOf(): Promise<ScriptSettings> {
      if (command.paths.length === 0) return BARE_SETTINGS;
      const opened = await openCase({ paths: command.paths, onProgress: (step) => progress.show(step), signal });
      try {
        return scriptSettings(opened.evidence, opened.analysis);
      } finally {
        await opened.dispose();
        progress.clear();
      }
    }
  });
}

/** What the command line says wins over what the analysis knows. */
function withOptions(settings: ScriptSettings, { given }: CollectScriptCommand): ScriptSettings {
  return {
    ...settings,
    ...(given.unit === null ? {} : { unit: given.unit }),
    ...(given.pid === null ? {} : { pid: given.pid }),
    ...(given.since === null ? {} : { since: given.since, sinceEpochSeconds: null }),
    ...(given.until === null ? {} : { until: given.until }),
    ...(given.database === null ? {} : { database: given.database }),
    ...(given.artifact === null ? {} : { artifact: given.artifact }),
  };
}
