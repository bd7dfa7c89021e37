import type {
  AppEventName,
  AppEvents,
  InquestBridge,
  IpcReply,
  RequestName,
  ResponseOf,
} from '../../shared/contract/ipc.ts';

export interface BridgePorts {
  /** The names that may be asked for; nothing else ever reaches the channel. */
  readonly requestNames: readonly string[];
  readonly eventNames: readonly AppEventName[];
  readonly invoke: (name: string, payload: unknown) => Promise<IpcReply>;
  /** Absolute path of a dropped file; empty when it has none. */
  readonly pathOf: (file: unknown) => string;
  /** Tells the app of paths that came from the system, and not from the page. */
  readonly give: (paths: readonly string[]) => void;
}

export interface Bridge {
  /** What the page gets as `window.inquest`. */
  readonly exposed: InquestBridge;
  /** Hands an event of the app to its listeners in the page. */
  readonly deliver: (name: AppEventName, payload: unknown) => void;
}

/** Paths given at launch arrive before the page has mounted; they wait for the first listener, but not without limit. */
const MAX_WAITING = 16;

type Listener = (payload: unknown) => void;

/** Builds the bridge between page and app. A request that fails rejects with a JobError. */
export function createBridge(ports: BridgePorts): Bridge {
  const listeners = new Map<AppEventName, Set<Listener>>();
  const waiting: unknown[] = [];

  async function request<N extends RequestName>(name: N, payload: unknown): Promise<ResponseOf<N>> {
    if (!ports.requestNames.includes(name)) throw new Error(`There is no request named ${String(name)}.`);
    const reply = await ports.invoke(name, payload);
    // As data, not as an Error: of an Error only the message survives the way into the page.
    if (!reply.ok) return Promise.reject(reply.error);
    // The value comes from the handler of this name, whose type is the same line of the contract.
    return reply.value as ResponseOf<N>;
  }

  function on<N extends AppEventName>(name: N, listener: (payload: AppEvents[N]) => void): () => void {
    if (!ports.eventNames.includes(name)) throw new Error(`There is no event named ${String(name)}.`);
    // As with replies: the app sends what the contract's line of this name says.
    const deliverTo: Listener = (payload) => listener(payload as AppEvents[N]);
    const set = listeners.get(name) ?? new Set();
    listeners.set(name, set.add(deliverTo));
    if (name === 'paths.given') for (const payload of waiting.splice(0)) deliverTo(payload);
    return () => {
      set.delete(deliverTo);
    };
  }

  function deliver(name: AppEventName, payload: unknown): void {
    if (!ports.eventNames.includes(name)) return;
    const set = listeners.get(name);
    if (set !== undefined && set.size > 0) for (const listener of set) listener(payload);
    else if (name === 'paths.given' && waiting.length < MAX_WAITING) waiting.push(payload);
  }

  const pathsOf = (files: readonly unknown[]): readonly string[] => {
    const paths = files.map((file) => ports.pathOf(file)).filter((path) => path !== '');
    if (paths.length > 0) ports.give(paths);
    return paths;
  };

  return { exposed: { request, on, pathsOf }, deliver };
}
