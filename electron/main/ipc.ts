import { ipcMain } from 'electron';
import { REQUEST_CHANNEL } from '../../shared/contract/ipc.ts';
import type { CaseKeeper } from '../ipc/case-keeper.ts';
import type { CaseSession } from '../ipc/case-session.ts';
import { createDispatch } from '../ipc/dispatch.ts';
import { createHandlers } from '../ipc/handlers.ts';
import type { ShellPorts } from '../ipc/shell-ports.ts';
import type { MainWindow } from './window.ts';

/** Puts the contract's handlers behind the one channel. */
export function setupIpc(window: MainWindow, session: CaseSession, ports: ShellPorts, keeper: CaseKeeper): void {
  const handlers = createHandlers(session, ports, keeper);
  const dispatch = createDispatch({ handlers, windowContentsId: window.contentsId, toJobError: ports.toJobError });
  ipcMain.handle(REQUEST_CHANNEL, (event, name: unknown, payload: unknown) => dispatch(event, name, payload));
}
