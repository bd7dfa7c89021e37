const PIECE_CHARACTERS = 256 * 1024;

/** Text that grows line by line, kept as UTF-8: a string of it all could become longer than JavaScript allows. */
export class Utf8Pieces {
  readonly #encoder = new TextEncoder();
  readonly #pieces: Uint8Array[] = [];
  #lines: string[] = [];
  #lineCharacters = 0;
  #characters = 0;

  get characters(): number {
    return this.#characters;
  }

  add(line: string): void {
    this.#lines.push(line);
    this.#lineCharacters += line.length;
    this.#characters += line.length;
    if (this.#lineCharacters >= PIECE_CHARACTERS) this.#encode();
  }

  /** The whole of it behind a first line. */
  behind(first: string): Uint8Array {
    this.#encode();
    const pieces = [this.#encoder.encode(first), ...this.#pieces];
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #encode(): void {
    this.#pieces.push(this.#encoder.encode(this.#lines.join('')));
    this.#lines = [];
    this.#lineCharacters = 0;
  }
}
