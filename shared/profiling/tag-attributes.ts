import type { CaseName } from './case-name.ts';
import { secondsOf } from './junit-duration.ts';

/** The attributes of one tag, wherever they were read from. Of two with one name the first counts. */
export interface TagAttributes {
  readonly count: number;
  /** References to characters are resolved; undefined where there is no such attribute. */
  value(name: string): string | undefined;
  /** Names as written, in the order of the tag. */
  names(): readonly string[];
  /** A value as a duration, see `secondsOf`. */
  seconds(name: string): number | null;
  /** Adds the characters of a value to a name; nothing where there is none. */
  copy(name: string, into: CaseName): void;
}

/** Attributes that a parser has read into a record. */
export class RecordAttributes implements TagAttributes {
  readonly #values: Readonly<Record<string, string>>;
  readonly #names: readonly string[];

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = values;
    this.#names = Object.keys(values);
  }

  get count(): number {
    return this.#names.length;
  }

  value(name: string): string | undefined {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  names(): readonly string[] {
    return this.#names;
  }

  seconds(name: string): number | null {
    return secondsOf(this.value(name));
  }

  copy(name: string, into: CaseName): void {
    into.addText(this.value(name) ?? '');
  }
}

/** The beginning of a value that is too long to be kept. */
export function cutValue(value: string, keptCharacters: number): string {
  return `${value.slice(0, keptCharacters)}…`;
}
