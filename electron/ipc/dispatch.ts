import { z } from 'zod';
import {
  type IpcReply,
  REQUESTS,
  type RequestName,
  type RequestOf,
  type ResponseOf,
} from '../../shared/contract/ipc.ts';
import type { JobError } from '../../shared/model/job.ts';
import type { PathGrants } from './given-paths.ts';
import { type InvokeEventLike, senderProblem } from './sender.ts';

/** One handler per request of the contract: the type makes leaving one out a compile error. */
export type Handlers = {
  readonly [N in RequestName]: (payload: RequestOf<N>) => ResponseOf<N> | Promise<ResponseOf<N>>;
};

export interface DispatchOptions {
  readonly handlers: Handlers;
  /** Electron's id of the window's web contents, or null while there is no window. */
  readonly windowContentsId: () => number | null;
  /** How an error that a handler threw is told; the words reach a person. */
  readonly toJobError: (error: unknown) => JobError;
}

/** The contract's schemas, with each one's type tied to its name; the assignment is checked line by line. */
const SCHEMAS: { readonly [N in RequestName]: { readonly request: z.ZodType<RequestOf<N>> } } = REQUESTS;

type Dispatch = (event: InvokeEventLike, name: unknown, payload: unknown) => Promise<IpcReply>;

/**
 * The way into the app for everything that a window sends: the sender is checked, the name must be one of the contract's,
 * the payload must pass its schema, and only then does a handler run. Never rejects: errors cross as data.
 */
export function createDispatch(options: DispatchOptions): Dispatch {
  return async (event, name, payload) => {
    const problem = senderProblem(event, options.windowContentsId());
    if (problem !== null) return refused(`request refused: ${problem}`);
    if (!isRequestName(name)) return refused('request refused: there is no request of this name');
    return serve(options, name, payload);
  };
}

/** Takes paths that the preload script of the app's own page got from the system; anything else is left aside. */
export function takeGiven(
  event: InvokeEventLike,
  paths: unknown,
  windowContentsId: number | null,
  given: Pick<PathGrants, 'add'>,
): void {
  const parsed = GIVEN.safeParse(paths);
  if (senderProblem(event, windowContentsId) === null && parsed.success) given.add(parsed.data);
}

const GIVEN = z.array(z.string().min(1).max(32_768)).max(10_000);

async function serve<N extends RequestName>(options: DispatchOptions, name: N, payload: unknown): Promise<IpcReply> {
  const parsed = SCHEMAS[name].request.safeParse(payload);
  if (!parsed.success) return refused(`${name}: ${z.prettifyError(parsed.error)}`);
  try {
    return { ok: true, value: await options.handlers[name](parsed.data) };
  } catch (error) {
    return { ok: false, error: options.toJobError(error) };
  }
}

function isRequestName(name: unknown): name is RequestName {
  // hasOwn: `constructor` and its like are names of every object, and no requests.
  return typeof name === 'string' && Object.hasOwn(REQUESTS, name);
}

function refused(message: string): IpcReply {
  return { ok: false, error: { kind: 'usage', message } };
}
