/** What an element means for the statistics; all that mean nothing are `other`. */
export const KIND = {
  other: 0,
  suites: 1,
  suite: 2,
  testcase: 3,
  failure: 4,
  error: 5,
  skipped: 6,
  rerun: 7,
  flaky: 8,
  systemOut: 9,
  systemErr: 10,
  properties: 11,
  property: 12,
} as const;
export type ElementKind = (typeof KIND)[keyof typeof KIND];

/** The name of an element as written, with what it means. One object for each name. */
export interface ElementName {
  readonly name: string;
  readonly kind: ElementKind;
  /** Bytes of the name in UTF-8. */
  readonly bytes: Uint8Array;
}

const KINDS: ReadonlyMap<string, ElementKind> = new Map([
  ['testsuites', KIND.suites],
  ['testsuite', KIND.suite],
  ['testcase', KIND.testcase],
  ['failure', KIND.failure],
  ['error', KIND.error],
  ['skipped', KIND.skipped],
  // Surefire's attempts: https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html
  ['rerunFailure', KIND.rerun],
  ['rerunError', KIND.rerun],
  ['flakyFailure', KIND.flaky],
  ['flakyError', KIND.flaky],
  ['system-out', KIND.systemOut],
  ['system-err', KIND.systemErr],
  ['properties', KIND.properties],
  ['property', KIND.property],
]);

/** Names that are remembered; a document with more has its further names made anew each time. */
const MOST_NAMES = 512;

/** The names of a document's elements. A prefix of a namespace does not change what an element means. */
export class ElementNames {
  readonly #byText = new Map<string, ElementName>();
  /** By length and the first and last byte: for finding a name by its bytes without decoding them. */
  readonly #byBytes = new Map<number, ElementName[]>();

  ofText(name: string): ElementName {
    const known = this.#byText.get(name);
    if (known !== undefined) return known;
    const local = name.slice(name.indexOf(':') + 1);
    const made: ElementName = { name, kind: KINDS.get(local) ?? KIND.other, bytes: new TextEncoder().encode(name) };
    if (this.#byText.size < MOST_NAMES) {
      this.#byText.set(name, made);
      const key = keyOf(made.bytes, 0, made.bytes.length);
      this.#byBytes.set(key, [...(this.#byBytes.get(key) ?? []), made]);
    }
    return made;
  }

  /** The name that some bytes of ASCII are. */
  ofBytes(bytes: Uint8Array, from: number, to: number): ElementName {
    for (const name of this.#byBytes.get(keyOf(bytes, from, to)) ?? []) if (isName(name, bytes, from, to)) return name;
    return this.ofText(String.fromCharCode(...bytes.subarray(from, to)));
  }
}

function keyOf(bytes: Uint8Array, from: number, to: number): number {
  return ((to - from) << 16) | ((bytes[from] ?? 0) << 8) | (bytes[to - 1] ?? 0);
}

/** Whether the bytes are those of the name. */
export function isName(name: ElementName, bytes: Uint8Array, from: number, to: number): boolean {
  const wanted = name.bytes;
  if (wanted.length !== to - from) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[from + i] !== wanted[i]) return false;
  return true;
}
