/**
 * Lets one piece of work after the other at something that each of them changes, in the order in which they came. What one
 * throws is its caller's; the next has its turn all the same. Work that waits for a later turn would wait forever.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T> | T): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
