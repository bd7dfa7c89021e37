import { useCallback } from 'react';
import type { InquestBridge } from '../../shared/contract/ipc.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { useAppState, useBridge } from './app-context.tsx';
import { type SqlConsole, sqlConsoleOf } from './sql-console.ts';

const FIRST_TEXT = `-- Ctrl+Enter runs the statement at the cursor. The copy is only read.
SELECT name, type FROM sqlite_schema ORDER BY type, name;
`;

/** The console of a database of the open case: the same one for as long as the window is open. */
export function useSqlConsole(evidenceId: string): SqlConsole {
  const bridge = useBridge();
  const { view } = useAppState();
  return consoleOf(bridge, view, evidenceId);
}

/** Puts a statement at the end of the text of a database's console. */
export function useConsoleDraft(): (evidenceId: string, sql: string) => void {
  const bridge = useBridge();
  const { view } = useAppState();
  return useCallback(
    (evidenceId, sql) => {
      const console = consoleOf(bridge, view, evidenceId);
      const before = console.text === FIRST_TEXT ? '' : console.text.trimEnd();
      console.text = `${before === '' ? '' : `${before}\n\n`}${sql}\n`;
      console.cursor = console.text.length - 1;
    },
    [bridge, view],
  );
}

/** Ids of evidence may be others when a case is read again; paths are the same. */
function consoleOf(bridge: InquestBridge, view: CaseView | null, evidenceId: string): SqlConsole {
  const path = view?.databases.find((each) => each.evidenceId === evidenceId)?.path ?? evidenceId;
  return sqlConsoleOf(bridge, `${view?.title ?? ''}\n${path}`, FIRST_TEXT);
}
