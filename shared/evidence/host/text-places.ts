import type { Provenance } from '../../model/evidence.ts';
import type { ParseContext } from '../reading/parser.ts';

const LF = 0x0a;

/** Places in a text as places in the file that it is. Asked for in ascending order, it goes over the text once. */
export class TextPlaces {
  readonly #text: string;
  readonly #context: ParseContext;
  readonly #encoder = new TextEncoder();
  #at = 0;
  #bytes = 0;
  #lines = 0;

  constructor(text: string, context: ParseContext) {
    this.#text = text;
    this.#context = context;
  }

  of(from: number, length: number): Provenance {
    const { evidenceId, startOffset, startLine } = this.#context;
    if (from < this.#at) {
      this.#at = 0;
      this.#bytes = 0;
      this.#lines = 0;
    }
    const passed = this.#text.slice(this.#at, from);
    for (let at = 0; at < passed.length; at += 1) if (passed.charCodeAt(at) === LF) this.#lines += 1;
    this.#bytes += this.#encoder.encode(passed).length;
    this.#at = from;
    return {
      evidenceId,
      byteOffset: startOffset + this.#bytes,
      byteLength: this.#encoder.encode(this.#text.slice(from, from + length)).length,
      line: startLine + this.#lines,
    };
  }
}
