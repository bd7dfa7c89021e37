import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';
import { launchApp, type RunningApp } from './support/app.ts';

/** A server on this machine that must never be reached: offline is a promise, and this is what keeps it. */
let server: Server;
let connections = 0;
let port: number;
let running: RunningApp;

beforeAll(async () => {
  server = createServer((_request, response) => response.end('reached'));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
  running = await launchApp();
});

afterAll(async () => {
  await running.close();
  server.close();
});

describe('the page', () => {
  it('is served from the app’s own scheme under a strict policy', async () => {
    expect(running.page.url()).toMatch(/^inquest:\/\/app\/index\.html/);
    const policy = await running.page.evaluate(() => {
      const blocked = new Promise<string>((settle) => {
        document.addEventListener('securitypolicyviolation', (event) => settle(event.originalPolicy), { once: true });
      });
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.head.append(script);
      return blocked;
    });
    expect(policy).toContain("default-src 'none'");
    expect(await running.page.evaluate(() => 'injected' in window)).toBe(false);
  });

  it('has nothing of Node and nothing of the app but the bridge', async () => {
    const found = await running.page.evaluate(() => ({
      require: typeof Reflect.get(window, 'require'),
      process: typeof Reflect.get(window, 'process'),
      module: typeof Reflect.get(window, 'module'),
      buffer: typeof Reflect.get(window, 'Buffer'),
      electron: typeof Reflect.get(window, 'electron'),
      bridge: Object.keys(Reflect.get(window, 'inquest')).sort(),
    }));
    expect(found).toEqual({
      require: 'undefined',
      process: 'undefined',
      module: 'undefined',
      buffer: 'undefined',
      electron: 'undefined',
      bridge: ['on', 'pathsOf', 'request'],
    });
  });

  it('runs in a window with sandbox, isolation and web security', async () => {
    const preferences = await running.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('there is no window');
      // Not in the type declarations: what the window was really made with.
      const preferences: Record<string, unknown> = Reflect.get(contents, 'getLastWebPreferences').call(contents);
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = preferences;
      return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag };
    });
    expect(preferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });
});

describe('the network', () => {
  it('is out of reach for everything that a page can try', async () => {
    const outcomes = await running.page.evaluate(async (target) => {
      const loads = (element: HTMLElement & { src: string }): Promise<string> =>
        new Promise((settle) => {
          element.onload = () => settle('loaded');
          element.onerror = () => settle('failed');
          element.src = target;
          document.body.append(element);
        });
      const fetched = await fetch(target).then(
        () => 'fetched',
        () => 'failed',
      );
      const image = await loads(document.createElement('img'));
      const script = await loads(document.createElement('script'));
      const socket = await new Promise<string>((settle) => {
        try {
          const opened = new WebSocket(target.replace('http', 'ws'));
          opened.onopen = () => settle('opened');
          opened.onerror = () => settle('failed');
        } catch {
          settle('failed');
        }
      });
      for (const rel of ['preconnect', 'prefetch', 'dns-prefetch', 'stylesheet']) {
        const link = document.createElement('link');
        link.rel = rel;
        link.href = target;
        document.head.append(link);
      }
      navigator.sendBeacon(target, 'x');
      return { fetched, image, script, socket };
    }, `http://127.0.0.1:${port}/`);
    expect(outcomes).toEqual({ fetched: 'failed', image: 'failed', script: 'failed', socket: 'failed' });
    expect(connections).toBe(0);
  });

  it('is out of reach for the app’s own session, with no policy of a page in the way', async () => {
    const outcome = await running.app.evaluate(async ({ session }, target) => {
      return session.defaultSession.fetch(target).then(
        () => 'fetched',
        (error: unknown) => String(error),
      );
    }, `http://127.0.0.1:${port}/`);
    expect(outcome).toContain('ERR_BLOCKED_BY_CLIENT');
    expect(connections).toBe(0);
  });

  it('knows no names, not even the machine’s own', async () => {
    const outcome = await running.app.evaluate(async ({ session }) => {
      return session.defaultSession.resolveHost('localhost').then(
        (found) => JSON.stringify(found),
        (error: unknown) => String(error),
      );
    });
    expect(outcome).toContain('ERR_NAME_NOT_RESOLVED');
  });
});

describe('ways out of the page', () => {
  it('opens no window', async () => {
    const opened = await running.page.evaluate(
      (target) => [window.open(target), window.open('about:blank'), window.open('inquest://app/index.html')],
      `http://127.0.0.1:${port}/`,
    );
    expect(opened).toEqual([null, null, null]);
    expect(running.app.windows()).toHaveLength(1);
  });

  it('goes to no other address', async () => {
    const ownFile = 'inquest://app/no-such-page';
    for (const target of [`http://127.0.0.1:${port}/`, 'file:///etc/passwd', 'data:text/html,<h1>x</h1>', ownFile]) {
      await running.page.evaluate((address) => {
        const link = document.createElement('a');
        link.href = address;
        document.body.append(link);
        link.click();
      }, target);
    }
    // A navigation that was denied leaves no trace to wait for; a round trip through the main process comes after it.
    await running.app.evaluate(() => null);
    expect(running.page.url()).toMatch(/^inquest:\/\/app\/index\.html/);
    expect(connections).toBe(0);
  });

  it('is granted no permission', async () => {
    const states = await running.page.evaluate(async () => {
      const names: PermissionName[] = ['geolocation', 'notifications', 'midi', 'camera', 'microphone'];
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
    });
    expect(new Set(states)).toEqual(new Set(['denied']));
  });

  it('reads no file of the machine through the app’s scheme', async () => {
    const statuses = await running.app.evaluate(async ({ session }) => {
      const targets = [
        'inquest://app/../../package.json',
        'inquest://app/%2e%2e/%2e%2e/package.json',
        'inquest://app/..%2f..%2fpackage.json',
        'inquest://app//etc/passwd',
        'inquest://app/index.html',
      ];
      return Promise.all(targets.map(async (target) => (await session.defaultSession.fetch(target)).status));
    });
    expect(statuses).toEqual([404, 404, 404, 404, 200]);
  });
});

describe('requests over IPC', () => {
  it('are refused when malformed or unknown', async () => {
    const messages = await running.page.evaluate(async () => {
      const request: (name: string, payload: unknown) => Promise<unknown> = Reflect.get(window, 'inquest').request;
      const tries: [string, unknown][] = [
        ['case.open', { paths: [] }],
        ['case.open', { paths: ['/x'], more: 1 }],
        ['events.raw', { row: -1 }],
        ['constructor', undefined],
        ['no.such', undefined],
      ];
      return Promise.all(
        tries.map(([name, payload]) =>
          request(name, payload).then(
            () => 'served',
            (error: unknown) => (error instanceof Object && 'message' in error ? String(error.message) : 'no message'),
          ),
        ),
      );
    });
    expect(messages).toHaveLength(5);
    expect(messages[0]).toMatch(/case\.open: .*paths/s);
    expect(messages[1]).toMatch(/more/);
    expect(messages[2]).toMatch(/events\.raw: .*row/s);
    expect(messages[3]).toMatch(/no request named constructor/);
    expect(messages[4]).toMatch(/no request named no\.such/);
  });

  it('are refused from any other window, even one with the same page and the same preload script', async () => {
    const answer = await running.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await other.loadURL('inquest://app/index.html');
        const answered: unknown = await other.webContents.executeJavaScript(
          "window.inquest.request('app.info').then(() => 'served', (error) => error.message)",
        );
        other.destroy();
        return answered;
      },
      join(ROOT, 'out', 'preload', 'index.cjs'),
    );
    expect(answer).toBe('request refused: not the window of this app');
  });
});
