import { existing } from '../model/existing.ts';

/**
 * The classname and name of a test case as UTF-16 code units: text is made of them for the few cases that are listed, and
 * two hashes for all.
 */
export class CaseName {
  #units = new Uint16Array(256);
  #length = 0;
  #classnameEnd = 0;

  /** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/). */
  first = 0;
  /** By another odd factor: of four million names two that differ share both hashes with a chance of one in a million. */
  second = 0;

  /** `attributes`: those of the test case's tag; see TagAttributes. */
  take(attributes: { copy(name: string, into: CaseName): void }): void {
    this.#length = 0;
    attributes.copy('classname', this);
    this.#classnameEnd = this.#length;
    this.add(0);
    attributes.copy('name', this);
    this.#hash();
  }

  get isNamed(): boolean {
    return this.#length > this.#classnameEnd + 1;
  }

  classname(): string {
    return this.#text(0, this.#classnameEnd);
  }

  name(): string {
    return this.#text(this.#classnameEnd + 1, this.#length);
  }

  addText(text: string): void {
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
  }

  addAscii(bytes: Uint8Array, from: number, to: number): void {
    while (this.#length + to - from > this.#units.length) this.#grow();
    const units = this.#units;
    let length = this.#length;
    for (let at = from; at < to; at++) units[length++] = existing(bytes[at], at);
    this.#length = length;
  }

  add(unit: number): void {
    if (this.#length === this.#units.length) this.#grow();
    this.#units[this.#length++] = unit;
  }

  #grow(): void {
    const grown = new Uint16Array(this.#units.length * 2);
    grown.set(this.#units);
    this.#units = grown;
  }

  #hash(): void {
    const units = this.#units;
    const length = this.#length;
    let first = 0x811c9dc5 | 0;
    let second = 0x9747b28c | 0;
    for (let at = 0; at < length; at++) {
      const unit = existing(units[at], at);
      first = Math.imul(first ^ unit, 0x01000193);
      second = Math.imul(second + unit, 0x85ebca6b) ^ (second >>> 13);
    }
    this.first = first;
    this.second = second;
  }

  #text(from: number, to: number): string {
    return String.fromCharCode(...this.#units.subarray(from, to));
  }
}
