import { isAppPage } from './app-url.ts';

/** The part of Electron's WebFrameMain that the check reads. */
export interface FrameLike {
  readonly url: string;
  readonly parent: FrameLike | null;
}

/** The part of Electron's IpcMainInvokeEvent that the check reads. */
export interface InvokeEventLike {
  /** null once the frame has navigated away or is gone. */
  readonly senderFrame: FrameLike | null;
  readonly sender: { readonly id: number };
}

/**
 * Why a request must not be served, or null when it comes from the main frame of the app's window showing the app's own
 * page. The one check in front of every handler, as Electron's security guide asks (item 17, "Validate the sender of all
 * IPC messages": https://www.electronjs.org/docs/latest/tutorial/security).
 */
export function senderProblem(event: InvokeEventLike, windowContentsId: number | null): string | null {
  if (windowContentsId === null || event.sender.id !== windowContentsId) return 'not the window of this app';
  if (event.senderFrame === null) return 'the page that asked is gone';
  if (event.senderFrame.parent !== null) return 'not the main frame';
  if (!isAppPage(event.senderFrame.url)) return 'not a page of this app';
  return null;
}
