import { existing } from '../model/existing.ts';
import type { CaseName } from './case-name.ts';

/** Names that are told apart at most: eight bytes each, with room, make 32 MiB. */
const MOST_SLOTS = 1 << 22;
const MOST_LOAD = 0.8;
/** A power of two, and one that leads from the first slots to the most there are. */
const GROWTH = 4;

/** Which names have been there, by their hashes alone, so that two million of them take as little as 32 MiB. */
export class NameSet {
  #slots = new Uint32Array(2 * 1024);
  #size = 0;

  /** False once further names can no longer be told from new ones. */
  isComplete = true;

  /** Whether the name was there before; remembers it. */
  add({ first, second }: CaseName): boolean {
    // (0, 0) marks a free slot.
    const a = first >>> 0;
    const b = (second | 1) >>> 0;
    if (this.#size >= (this.#slots.length / 2) * MOST_LOAD && !this.#grow()) {
      this.isComplete = false;
      return this.#find(this.#slots, a, b) < 0;
    }
    const place = this.#find(this.#slots, a, b);
    if (place < 0) return true;
    this.#slots[place] = a;
    this.#slots[place + 1] = b;
    this.#size++;
    return false;
  }

  /** Where the name belongs; negative when it is there. */
  #find(slots: Uint32Array, a: number, b: number): number {
    const mask = slots.length / 2 - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const second = slots[2 * slot + 1];
      if (second === 0) return 2 * slot;
      if (second === b && slots[2 * slot] === a) return -1;
    }
  }

  #grow(): boolean {
    const old = this.#slots;
    if (old.length / 2 >= MOST_SLOTS) return false;
    const grown = new Uint32Array(old.length * GROWTH);
    for (let at = 0; at < old.length; at += 2) {
      const a = existing(old[at], at);
      const b = existing(old[at + 1], at + 1);
      if (b === 0) continue;
      const place = this.#find(grown, a, b);
      grown[place] = a;
      grown[place + 1] = b;
    }
    this.#slots = grown;
    return true;
  }
}
