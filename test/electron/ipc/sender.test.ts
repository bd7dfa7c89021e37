import { describe, expect, it } from 'vitest';
import { isAppPage } from '../../../electron/ipc/app-url.ts';
import { type FrameLike, senderProblem } from '../../../electron/ipc/sender.ts';

const WINDOW_ID = 7;
const mainFrame: FrameLike = { url: 'inquest://app/index.html', parent: null };

describe('senderProblem', () => {
  it('lets the main frame of the app’s window through', () => {
    expect(senderProblem({ sender: { id: WINDOW_ID }, senderFrame: mainFrame }, WINDOW_ID)).toBeNull();
  });

  it('lets it through wherever in its page it is', () => {
    expect(isAppPage('inquest://app/index.html#timeline')).toBe(true);
  });

  it('refuses other contents, and everybody while there is no window', () => {
    const event = { sender: { id: 8 }, senderFrame: mainFrame };
    expect(senderProblem(event, WINDOW_ID)).toBe('not the window of this app');
    expect(senderProblem({ ...event, sender: { id: WINDOW_ID } }, null)).toBe('not the window of this app');
  });

  it('refuses a frame inside the page, even one of the app’s own origin', () => {
    const inner: FrameLike = { url: 'inquest://app/index.html', parent: mainFrame };
    expect(senderProblem({ sender: { id: WINDOW_ID }, senderFrame: inner }, WINDOW_ID)).toBe('not the main frame');
  });

  it('refuses a frame that is gone', () => {
    expect(senderProblem({ sender: { id: WINDOW_ID }, senderFrame: null }, WINDOW_ID)).toBe(
      'the page that asked is gone',
    );
  });

  it.each([
    'https://example.org/index.html',
    'file:///index.html',
    'inquest://other/index.html',
    'inquest://app.evil/index.html',
    'inquest://app:80/index.html',
    'inquest://user@app/index.html',
    'inquest:app/index.html',
    'inquest://app/',
    'inquest://app/assets/main.js',
    'inquest://app/index.html?next',
    'about:blank',
    '',
  ])('refuses the main frame at %s', (url) => {
    expect(isAppPage(url)).toBe(false);
    const event = { sender: { id: WINDOW_ID }, senderFrame: { url, parent: null } };
    expect(senderProblem(event, WINDOW_ID)).toBe('not a page of this app');
  });
});
