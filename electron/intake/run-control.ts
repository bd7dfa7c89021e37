import type { ImportCommand } from '../../shared/contract/worker-protocol.ts';

/** What was added to a running import in one go. */
export interface AddedPaths {
  readonly batch: number;
  readonly paths: readonly string[];
}

/** How often commands are looked for, in milliseconds: soon enough for a person, too seldom to cost anything. */
const LOOK_INTERVAL_MILLIS = 25;

/**
 * What a running import has been told: which sources to stop, what to take in too. Reading is synchronous from one file to the
 * next, so nothing can be delivered to it; it looks for commands itself, between two chunks.
 */
export class RunControl {
  readonly #receive: () => ImportCommand | null;
  readonly #intervalMillis: number;
  readonly #stopped = new Set<string>();
  #added: AddedPaths[] = [];
  #lookedMillis = Number.NEGATIVE_INFINITY;

  /** `receive` gives the next command that has come in, or null at once when there is none. */
  constructor(receive: () => ImportCommand | null = () => null, intervalMillis = LOOK_INTERVAL_MILLIS) {
    this.#receive = receive;
    this.#intervalMillis = intervalMillis;
  }

  /** Takes in what has come since; looks only now and then, by `nowMillis` of `performance.now()`. */
  look(nowMillis: number): void {
    if (nowMillis - this.#lookedMillis < this.#intervalMillis) return;
    this.#lookedMillis = nowMillis;
    for (let command = this.#receive(); command !== null; command = this.#receive()) {
      if (command.type === 'stop') this.#stopped.add(command.source);
      else this.#added.push({ batch: command.batch, paths: command.paths });
    }
  }

  isStopped(source: string): boolean {
    return this.#stopped.has(source);
  }

  /** What was added and has not been taken yet, in the order in which it was given. Looks at once. */
  takeAdded(): readonly AddedPaths[] {
    this.#lookedMillis = Number.NEGATIVE_INFINITY;
    this.look(performance.now());
    const added = this.#added;
    this.#added = [];
    return added;
  }
}
