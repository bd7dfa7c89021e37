/**
 * The messages between a thread that answers questions for as long as it lives and whoever asks it. What can be asked is a map
 * of tasks by their names; from it follow closed unions for both directions. Errors cross as data.
 */

/** What a thread can be asked: for each task what it carries and what it is answered with. */
export type TaskMap = { readonly [name: string]: { readonly payload: unknown; readonly answer: unknown } };

/** A task, or one of a closed union of them. */
export type Task<M extends TaskMap, N extends keyof M = keyof M> = {
  [K in N]: { readonly name: K; readonly payload: M[K]['payload'] };
}[N];

/** An answer under the name of its task. */
export type Answer<M extends TaskMap, N extends keyof M = keyof M> = {
  [K in N]: { readonly name: K; readonly value: M[K]['answer'] };
}[N];

export interface ThreadRequest<M extends TaskMap> {
  readonly id: number;
  readonly task: Task<M>;
}

/** `progress` may come any number of times before one of the others. */
export type ThreadReply<M extends TaskMap, E, P> =
  | { readonly id: number; readonly type: 'progress'; readonly progress: P }
  | { readonly id: number; readonly type: 'answered'; readonly answer: Answer<M> }
  | { readonly id: number; readonly type: 'failed'; readonly error: E };
