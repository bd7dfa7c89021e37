import type { Provenance } from '../../model/evidence.ts';
import type { ParseContext } from '../reading/parser.ts';

/** Places in a text as places in the file that it is. */
export class TextPlaces {
  readonly #text: string;
  readonly #context: ParseContext;

  constructor(text: string, context: ParseContext) {
    this.#text = text;
    this.#context = context;
  }

  of(from: number, length: number): Provenance {
    const { evidenceId, startOffset, startLine } = this.#context;
    const before = this.#text.slice(0, from);
    const bytes = new TextEncoder();
    return {
      evidenceId,
      byteOffset: startOffset + bytes.encode(before).length,
      byteLength: bytes.encode(this.#text.slice(from, from + length)).length,
      line: startLine + before.split('\n').length - 1,
    };
  }
}
