/** The largest of many by some figure, in order; of equals the first stays in front. */
export class TopList<T> {
  readonly #most: number;
  readonly #entries: { readonly figure: number; readonly value: T }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether something of this figure would be taken: for not making what is not kept. */
  takes(figure: number): boolean {
    if (figure <= 0) return false;
    const last = this.#entries[this.#most - 1];
    return last === undefined || figure > last.figure;
  }

  add(figure: number, value: T): void {
    if (!this.takes(figure)) return;
    const after = this.#entries.findIndex((entry) => entry.figure < figure);
    this.#entries.splice(after < 0 ? this.#entries.length : after, 0, { figure, value });
    if (this.#entries.length > this.#most) this.#entries.length = this.#most;
  }

  values(): T[] {
    return this.#entries.map((entry) => entry.value);
  }
}
