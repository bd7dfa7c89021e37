import { describe, expect, it } from 'vitest';
import { isRequestAllowed } from '../../../electron/main/request-policy.ts';

describe('isRequestAllowed', () => {
  it.each(['inquest://app/index.html', 'data:image/png;base64,AA=='])('allows %s', (url) => {
    expect(isRequestAllowed(url, { devTools: false })).toBe(true);
  });

  it.each([
    'http://127.0.0.1/',
    'https://example.org/',
    'ws://localhost:1/',
    'file:///etc/passwd',
    'ftp://x/',
    'blob:null/1',
    'chrome://version',
    'inquest://other/',
    'not an address',
  ])('denies %s, in the packaged app and from source', (url) => {
    expect(isRequestAllowed(url, { devTools: false })).toBe(false);
    expect(isRequestAllowed(url, { devTools: true })).toBe(false);
  });

  it('allows the developer tools’ own pages only where they can be opened', () => {
    const url = 'devtools://devtools/bundled/devtools_app.html';
    expect(isRequestAllowed(url, { devTools: true })).toBe(true);
    expect(isRequestAllowed(url, { devTools: false })).toBe(false);
  });
});
