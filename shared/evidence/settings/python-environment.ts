import type { Decisions } from './python-paths.ts';
import { type CallArguments, NONE, PyRaise, type PyValue, pyBool, unknown, withEnv } from './python-values.ts';

/**
 * `os.environ` on one way through a program: empty, save for what the way assumes and what the program itself sets. Each
 * look-up gives null where which variable it is about is not known.
 */
export class Environment {
  readonly #decisions: Decisions;
  /** What the program itself has set; null: removed. */
  readonly #changed = new Map<string, PyValue | null>();
  #isKnown = true;

  constructor(decisions: Decisions) {
    this.#decisions = decisions;
  }

  /** `os.environ.get(name, default)`. */
  get(args: CallArguments, text: string): PyValue | null {
    const [key = args.named.get('key'), fallback = args.named.get('default') ?? NONE] = args.positional;
    const name = this.#nameOf(key);
    if (name === null || !args.areKnown) return null;
    const changed = this.#changed.get(name);
    if (changed !== undefined) return changed ?? fallback;
    if (this.#decisions.isSet(name)) return unknown(text);
    return withEnv(fallback, new Set([name]));
  }

  /** `os.environ[name]`: raises, or is there since the program goes on. */
  demand(key: PyValue, isGuarded: boolean, text: string): PyValue | null {
    const name = this.#nameOf(key);
    if (name === null) return null;
    const changed = this.#changed.get(name);
    if (changed !== undefined && changed !== null) return changed;
    if (changed === undefined && this.#decisions.isSet(name)) return unknown(text);
    const isOpen = changed === undefined && !this.#decisions.isUnset(name);
    if (isOpen && !isGuarded) {
      this.#decisions.require(name);
      return unknown(text);
    }
    if (isOpen && this.#decisions.isOverridden(new Set([name]))) return unknown(text);
    throw new PyRaise(['KeyError'], name);
  }

  /** `name in os.environ`. */
  has(key: PyValue): PyValue | null {
    const name = this.#nameOf(key);
    if (name === null) return null;
    const changed = this.#changed.get(name);
    if (changed !== undefined) return pyBool(changed !== null);
    if (this.#decisions.isSet(name)) return pyBool(true);
    return withEnv(pyBool(false), new Set([name]));
  }

  /** `os.environ[name] = value`, and `del os.environ[name]` for null. */
  set(key: PyValue, value: PyValue | null): void {
    const name = this.#nameOf(key);
    if (name === null) this.#isKnown = false;
    else this.#changed.set(name, value);
  }

  /** Methods that change it. */
  change(method: string, args: CallArguments, text: string): PyValue | null {
    const [key = NONE, value] = args.positional;
    const name = this.#nameOf(key);
    const what = method.slice(method.lastIndexOf('.') + 1);
    if (name !== null && what === 'setdefault' && value !== undefined) {
      const found = this.get({ positional: [key, value], named: new Map(), areKnown: true }, text);
      if (found !== null) this.#changed.set(name, found);
      return found;
    }
    if (name !== null && what === 'pop' && value !== undefined) {
      const found = this.get({ positional: [key, value], named: new Map(), areKnown: true }, text);
      this.#changed.set(name, null);
      return found;
    }
    // What the C library knows of is not what os.environ shows.
    if (what === 'putenv' || what === 'unsetenv') return NONE;
    this.#isKnown = false;
    return null;
  }

  #nameOf(key: PyValue | undefined): string | null {
    return this.#isKnown && key?.t === 'str' && key.env.size === 0 ? key.v : null;
  }
}
