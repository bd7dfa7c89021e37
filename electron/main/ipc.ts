import { ipcMain } from 'electron';
import { GIVEN_CHANNEL, REQUEST_CHANNEL } from '../../shared/contract/ipc.ts';
import type { CaseKeeper } from '../ipc/case-keeper.ts';
import type { CaseSession } from '../ipc/case-session.ts';
import { createDispatch, takeGiven } from '../ipc/dispatch.ts';
import type { PathGrants } from '../ipc/given-paths.ts';
import { createHandlers } from '../ipc/handlers.ts';
import type { ShellPorts } from '../ipc/shell-ports.ts';
import type { MainWindow } from './window.ts';

/** Puts the contract's handlers behind the one channel. */
export function setupIpc(
  window: MainWindow,
  {
    session,
    ports,
    keeper,
    given,
  }: {
    readonly session: CaseSession;
    readonly ports: ShellPorts;
    readonly keeper: CaseKeeper;
    readonly given: PathGrants;
  },
): void {
  const handlers = createHandlers(session, ports, keeper, given);
  const dispatch = createDispatch({ handlers, windowContentsId: window.contentsId, toJobError: ports.toJobError });
  ipcMain.handle(REQUEST_CHANNEL, (event, name: unknown, payload: unknown) => dispatch(event, name, payload));
  ipcMain.on(GIVEN_CHANNEL, (event, paths: unknown) => takeGiven(event, paths, window.contentsId(), given));
}
