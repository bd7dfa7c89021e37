import { collectScript, reproduceScript, scriptSettings } from '../../shared/collect/scripts.ts';
import type { ExportOutcome, RequestOf } from '../../shared/contract/ipc.ts';
import type { CaseSession } from './case-session.ts';
import { saveFile } from './save-file.ts';
import type { ShellPorts } from './shell-ports.ts';

const SCRIPTS = { collect: collectScript, reproduce: reproduceScript } as const;

/** Asks where to, and writes a script for the host, with what the analysis knows of the incident. */
export function saveScript(
  session: CaseSession,
  ports: ShellPorts,
  { script }: RequestOf<'script.save'>,
): Promise<ExportOutcome> {
  return saveFile(session, ports, {
    what: 'script',
    name: () => `${script}.sh`,
    choose: (suggested) => ports.chooseScriptPath(suggested),
    content: ({ openCase: { evidence, analysis } }) => SCRIPTS[script](scriptSettings(evidence, analysis)),
  });
}
