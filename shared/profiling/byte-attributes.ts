import type { CaseName } from './case-name.ts';
import { KEPT_CHARACTERS } from './junit-document.ts';
import { secondsOf } from './junit-duration.ts';
import { cutValue, type TagAttributes } from './tag-attributes.ts';

/** What has to be done for a value: nothing, or references and characters beyond ASCII to be resolved. */
export const PLAIN = 0;
export const ENCODED = 1;

/** Numbers kept of an attribute: where its name and its value begin and end, and whether the value is PLAIN. */
const FIELDS = 5;
/** Bytes up to which text is put together from its codes, which is faster than a decoder for short texts. */
const SHORT_BYTES = 256;

// &#xA; &#10; &amp;
const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#(\d+)|(amp|lt|gt|quot|apos));/g;
const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The attributes of a tag as places in bytes of UTF-8, read only when they are asked for. One object serves all tags. */
export class ByteAttributes implements TagAttributes {
  #bytes: Uint8Array = new Uint8Array(0);
  #fields = new Int32Array(16 * FIELDS);
  count = 0;

  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.count = 0;
  }

  /** False when there is one of this name already. */
  add(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number, encoded: number): boolean {
    let fields = this.#fields;
    const length = nameEnd - nameStart;
    const at = this.count * FIELDS;
    for (let other = 0; other < at; other += FIELDS) {
      const start = fields[other] ?? 0;
      if ((fields[other + 1] ?? 0) - start === length && this.#isSame(start, nameStart, length)) return false;
    }
    if (at === fields.length) {
      fields = new Int32Array(this.#fields.length * 2);
      fields.set(this.#fields);
      this.#fields = fields;
    }
    fields[at] = nameStart;
    fields[at + 1] = nameEnd;
    fields[at + 2] = valueStart;
    fields[at + 3] = valueEnd;
    fields[at + 4] = encoded;
    this.count++;
    return true;
  }

  value(name: string): string | undefined {
    const at = this.#find(name);
    return at < 0 ? undefined : this.#text(at);
  }

  names(): readonly string[] {
    return Array.from({ length: this.count }, (_, index) =>
      this.#ascii(this.#fields[index * FIELDS] ?? 0, this.#fields[index * FIELDS + 1] ?? 0),
    );
  }

  seconds(name: string): number | null {
    const at = this.#find(name);
    if (at < 0) return null;
    const plain = this.#decimal(this.#fields[at + 2] ?? 0, this.#fields[at + 3] ?? 0);
    return plain >= 0 ? plain : secondsOf(this.#text(at));
  }

  copy(name: string, into: CaseName): void {
    const at = this.#find(name);
    if (at < 0) return;
    const start = this.#fields[at + 2] ?? 0;
    const end = this.#fields[at + 3] ?? 0;
    if (this.#fields[at + 4] === PLAIN && end - start <= KEPT_CHARACTERS) into.addAscii(this.#bytes, start, end);
    else into.addText(this.#text(at));
  }

  /** Where the fields of an attribute begin; negative without one. */
  #find(name: string): number {
    const fields = this.#fields;
    const bytes = this.#bytes;
    const { length } = name;
    for (let at = 0; at < this.count * FIELDS; at += FIELDS) {
      const start = fields[at] ?? 0;
      if ((fields[at + 1] ?? 0) - start !== length) continue;
      let i = 0;
      while (i < length && bytes[start + i] === name.charCodeAt(i)) i++;
      if (i === length) return at;
    }
    return -1;
  }

  #isSame(a: number, b: number, length: number): boolean {
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false;
    return true;
  }

  #text(at: number): string {
    const start = this.#fields[at + 2] ?? 0;
    const end = this.#fields[at + 3] ?? 0;
    if (this.#fields[at + 4] === PLAIN && end - start <= SHORT_BYTES) return this.#ascii(start, end);
    const text = decoder
      .decode(this.#bytes.subarray(start, end))
      .replace(REFERENCE, (_, hex?: string, decimal?: string, name?: string) =>
        name === undefined
          ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
          : (PREDEFINED[name] ?? ''),
      );
    return text.length > KEPT_CHARACTERS ? cutValue(text, KEPT_CHARACTERS) : text;
  }

  #ascii(start: number, end: number): string {
    return String.fromCharCode(...this.#bytes.subarray(start, end));
  }

  /**
   * A number of digits and at most one point, else -1. At most 15 digits make a whole number below 2 ** 53, and dividing it by
   * a power of ten below 10 ** 22 rounds once, as reading the text would (https://www.exploringbinary.com/fast-path-decimal-to-floating-point-conversion/).
   */
  #decimal(start: number, end: number): number {
    if (end === start || end - start > 16) return -1;
    let digits = 0;
    let scale = 0;
    let count = 0;
    for (let at = start; at < end; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte === 0x2e && scale === 0) scale = 1;
      else if (byte >= 0x30 && byte <= 0x39) {
        digits = digits * 10 + byte - 0x30;
        scale *= 10;
        count++;
      } else return -1;
    }
    if (count === 0 || count > 15) return -1;
    return scale > 1 ? digits / scale : digits;
  }
}
