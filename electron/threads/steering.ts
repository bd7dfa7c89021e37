import type { ImportCommand } from '../../shared/contract/worker-protocol.ts';

/**
 * The way to reach into an import that goes on: stops single sources, adds paths. It outlives the stages of an import; the
 * one that runs attaches itself. What no stage took in any more is told at the end, so that it can be read afterwards.
 */
export class Steering {
  #send: ((command: ImportCommand) => void) | null = null;
  #batches = 0;
  /** Batches that nobody has confirmed yet, by their number. */
  readonly #pending = new Map<number, readonly string[]>();
  readonly #taken: string[] = [];

  /** Asks for one source to be stopped, by its id in SourceProgress. A source that has ended in the meantime stays as it is. */
  stop(source: string): void {
    this.#send?.({ type: 'stop', source });
  }

  /** Adds paths to the import, or leaves them for after it. */
  add(paths: readonly string[]): void {
    this.#batches += 1;
    this.#pending.set(this.#batches, paths);
    this.#send?.({ type: 'add', batch: this.#batches, paths });
  }

  /** A stage takes commands from now on, those that came before it included; returns the function that ends that. */
  attach(send: (command: ImportCommand) => void): () => void {
    this.#send = send;
    for (const [batch, paths] of this.#pending) send({ type: 'add', batch, paths });
    return () => {
      if (this.#send === send) this.#send = null;
    };
  }

  /** The stage has taken in a batch; `paths` are those of it that were there. */
  confirm(batch: number, paths: readonly string[]): void {
    if (this.#pending.delete(batch)) this.#taken.push(...paths);
  }

  /** The paths that became part of the import. */
  taken(): readonly string[] {
    return this.#taken;
  }

  /** The paths that came too late for it. */
  leftOver(): readonly string[] {
    return [...this.#pending.values()].flat();
  }
}
