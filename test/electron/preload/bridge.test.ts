import { describe, expect, it } from 'vitest';
import { createBridge } from '../../../electron/preload/bridge.ts';
import { APP_EVENT_NAMES, type IpcReply, REQUESTS } from '../../../shared/contract/ipc.ts';

function bridgeAnswering(reply: IpcReply) {
  const invoked: [string, unknown][] = [];
  const gave: (readonly string[])[] = [];
  const bridge = createBridge({
    requestNames: Object.keys(REQUESTS),
    eventNames: APP_EVENT_NAMES,
    invoke: async (name, payload) => {
      invoked.push([name, payload]);
      return reply;
    },
    pathOf: (file) => (typeof file === 'string' ? file : ''),
    give: (paths) => gave.push(paths),
  });
  return { ...bridge, invoked, gave };
}

const OK: IpcReply = { ok: true, value: 4 };

describe('createBridge', () => {
  it('sends the contract’s requests and hands the answer on', async () => {
    const { exposed, invoked } = bridgeAnswering(OK);
    expect(await exposed.request('events.raw', { row: 1 })).toBe(4);
    expect(invoked).toEqual([['events.raw', { row: 1 }]]);
  });

  it('lets no other name onto the channel', async () => {
    const { exposed, invoked } = bridgeAnswering(OK);
    for (const name of ['constructor', '__proto__', 'ELECTRON_BROWSER_REQUIRE', '']) {
      await expect(Reflect.apply(exposed.request, null, [name, undefined])).rejects.toThrow(/no request named/);
    }
    expect(invoked).toEqual([]);
  });

  it('rejects with the error as data', async () => {
    const error = { kind: 'usage', message: 'No case is open.' } as const;
    await expect(bridgeAnswering({ ok: false, error }).exposed.request('case.current', undefined)).rejects.toEqual(
      error,
    );
  });

  it('delivers events to those who listen, until they stop', () => {
    const { exposed, deliver } = bridgeAnswering(OK);
    const heard: string[] = [];
    const stop = exposed.on('menu.command', ({ command }) => heard.push(`a ${command}`));
    exposed.on('menu.command', ({ command }) => heard.push(`b ${command}`));
    deliver('menu.command', { command: 'find' });
    stop();
    deliver('menu.command', { command: 'go-report' });
    expect(heard).toEqual(['a find', 'b find', 'b go-report']);
  });

  it('refuses unknown events from either side', () => {
    const { exposed, deliver } = bridgeAnswering(OK);
    expect(() => Reflect.apply(exposed.on, null, ['ipc-message', () => {}])).toThrow(/no event named/);
    expect(() => Reflect.apply(deliver, null, ['ipc-message', {}])).not.toThrow();
  });

  it('keeps paths that were given before anybody listened, and hands them over once', () => {
    const { exposed, deliver } = bridgeAnswering(OK);
    deliver('paths.given', { paths: ['/early'] });
    deliver('menu.command', { command: 'find' });
    const heard: unknown[] = [];
    exposed.on('paths.given', ({ paths }) => heard.push(paths));
    exposed.on('paths.given', ({ paths }) => heard.push(paths));
    exposed.on('menu.command', (payload) => heard.push(payload));
    expect(heard).toEqual([['/early']]);
  });

  it('gives the paths of dropped files and leaves out what has none', () => {
    const { exposed, gave } = bridgeAnswering(OK);
    expect(exposed.pathsOf(['/a.log', {}, '/b'])).toEqual(['/a.log', '/b']);
    expect(exposed.pathsOf([{}])).toEqual([]);
    expect(gave).toEqual([['/a.log', '/b']]);
  });
});
