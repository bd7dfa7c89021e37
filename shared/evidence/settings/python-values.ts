/** Names of environment variables that a value rests on. */
export type EnvNames = ReadonlySet<string>;

export const NO_ENV: EnvNames = new Set();

interface Based {
  /** The value is what an empty environment gives; each of these variables may make it another one. */
  readonly env: EnvNames;
}

/** The items of a list, shared by all that refer to it. `isKnown` is false when there may be others. */
interface ListStore {
  items: PyValue[];
  isKnown: boolean;
}

/** The entries of a dictionary or names of a scope by keyOf(), shared by all that refer to it. */
export interface DictStore {
  readonly entries: Map<string, { readonly key: PyValue; value: PyValue }>;
  /** Null while every entry is known; else what may have added or replaced some. */
  hidden: PyUnknown | null;
  /** Told of every write: the names of a module have places. */
  onWrite?: (key: string) => void;
}

export interface PyUnknown extends Based {
  readonly t: 'unknown';
  /** The expression that cannot be evaluated, as written. */
  readonly text: string;
}

/** Runs code of the file; made by the interpreter. */
interface PyFunction extends Based {
  readonly t: 'function';
  readonly call: (args: CallArguments) => PyValue;
}

/** A value of the little Python that is evaluated. Integers are unbounded there, hence bigint. */
export type PyValue =
  | (Based & { readonly t: 'none' })
  | (Based & { readonly t: 'bool'; readonly v: boolean })
  | (Based & { readonly t: 'int'; readonly v: bigint })
  | (Based & { readonly t: 'float'; readonly v: number })
  | (Based & { readonly t: 'str'; readonly v: string })
  | (Based & { readonly t: 'tuple'; readonly items: readonly PyValue[] })
  | (Based & { readonly t: 'list' | 'set'; readonly store: ListStore })
  | (Based & { readonly t: 'dict'; readonly store: DictStore })
  | PyFunction
  /** A function, type, module or object of Python's own, by its full name: `os.environ.get`, `int`, `str.upper`. */
  | (Based & { readonly t: 'builtin'; readonly name: string; readonly self: PyValue | null })
  | (Based & { readonly t: 'class'; readonly store: DictStore; readonly isPlain: boolean })
  | (Based & { readonly t: 'exception'; readonly types: readonly string[] })
  /** The configuration's own module, as `sys.modules[__name__]` gives it. */
  | (Based & { readonly t: 'own-module' })
  | PyUnknown;

export interface CallArguments {
  readonly positional: readonly PyValue[];
  readonly named: ReadonlyMap<string, PyValue>;
  /** False after `*x` or `**x` of unknown content. */
  readonly areKnown: boolean;
}

/** A Python exception on its way to a handler. `types` null: of a kind that is not known. */
export class PyRaise extends Error {
  readonly types: readonly string[] | null;
  readonly env: EnvNames;
  constructor(types: readonly string[] | null, message: string, env: EnvNames = NO_ENV) {
    super(message);
    this.types = types;
    this.env = env;
  }
}

/** An operation whose result is not worked out, though Python would have one. */
export class NotEvaluated extends Error {}

export const LIMITS = {
  /** Longest string and longest list that are built; a setting has a few characters. */
  length: 20_000,
  /** Bits of an integer. */
  intBits: 4_096,
  /** Functions, brackets and operators within one another. */
  depth: 60,
} as const;

export const NONE: PyValue = { t: 'none', env: NO_ENV };
export const pyBool = (v: boolean): PyValue => ({ t: 'bool', v, env: NO_ENV });
export const pyInt = (v: bigint | number): PyValue => {
  const value = BigInt(v);
  if (value > INT_LIMIT || value < -INT_LIMIT) throw new NotEvaluated();
  return { t: 'int', v: value, env: NO_ENV };
};
const INT_LIMIT = 1n << BigInt(LIMITS.intBits);
export const pyFloat = (v: number): PyValue => ({ t: 'float', v, env: NO_ENV });
export const pyStr = (v: string): PyValue => {
  if (v.length > LIMITS.length) throw new NotEvaluated();
  return { t: 'str', v, env: NO_ENV };
};
export const pyTuple = (items: readonly PyValue[]): PyValue => ({ t: 'tuple', items: bounded(items), env: NO_ENV });
export const pyList = (items: readonly PyValue[], t: 'list' | 'set' = 'list'): PyValue => ({
  t,
  store: { items: [...bounded(items)], isKnown: true },
  env: NO_ENV,
});
export const pyDict = (): PyValue & { readonly t: 'dict' } => ({ t: 'dict', store: newStore(), env: NO_ENV });
export const newStore = (): DictStore => ({ entries: new Map(), hidden: null });
export const unknown = (text: string, env: EnvNames = NO_ENV): PyUnknown => ({ t: 'unknown', text: clip(text), env });
export const builtin = (name: string, self: PyValue | null = null): PyValue => ({
  t: 'builtin',
  name,
  self,
  env: self?.env ?? NO_ENV,
});

/** A text on one line, short enough for a sentence. */
export function clip(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

function bounded(items: readonly PyValue[]): readonly PyValue[] {
  if (items.length > LIMITS.length) throw new NotEvaluated();
  return items;
}

export function joinEnv(...sets: readonly EnvNames[]): EnvNames {
  const filled = sets.filter((set) => set.size > 0);
  const [first] = filled;
  if (first === undefined) return NO_ENV;
  return filled.every((set) => set === first) ? first : new Set(filled.flatMap((set) => [...set]));
}

export function withEnv<T extends PyValue>(value: T, env: EnvNames): T {
  return env.size === 0 || env === value.env ? value : { ...value, env: joinEnv(value.env, env) };
}

/** The variables that a value or anything in it rests on. */
export function deepEnv(value: PyValue, depth = 4): EnvNames {
  const items =
    value.t === 'tuple'
      ? value.items
      : value.t === 'list' || value.t === 'set'
        ? value.store.items
        : value.t === 'dict'
          ? [...value.store.entries.values()].flatMap((entry) => [entry.key, entry.value])
          : [];
  if (items.length === 0 || depth === 0) return value.env;
  return joinEnv(value.env, ...items.map((item) => deepEnv(item, depth - 1)));
}

/** Whether a value, or anything in it, is not known. */
export function isUnknown(value: PyValue, depth = 6): boolean {
  if (value.t === 'unknown' || depth === 0) return true;
  if (value.t === 'tuple') return value.items.some((item) => isUnknown(item, depth - 1));
  if (value.t === 'list' || value.t === 'set')
    return !value.store.isKnown || value.store.items.some((item) => isUnknown(item, depth - 1));
  if (value.t === 'dict')
    return (
      value.store.hidden !== null ||
      [...value.store.entries.values()].some((entry) => isUnknown(entry.value, depth - 1))
    );
  return false;
}

/** Forgets what a list or dictionary holds: code that is not followed may have changed it. */
export function forgetContent(value: PyValue, why: PyUnknown): void {
  if (value.t === 'list' || value.t === 'set') value.store.isKnown = false;
  if (value.t === 'dict' || value.t === 'class') forgetEntries(value.store, why);
}

export function forgetEntries(store: DictStore, why: PyUnknown): void {
  store.hidden = why;
  for (const [key, entry] of store.entries) {
    entry.value = why;
    store.onWrite?.(key);
  }
}

/** The key of a dictionary that a value is: equal numbers share one. Throws NotEvaluated where it cannot be told. */
export function keyOf(value: PyValue): string {
  switch (value.t) {
    case 'none':
      return 'none';
    case 'bool':
      return value.v ? 'n:1' : 'n:0';
    case 'int':
    case 'float':
      return `n:${value.v}`;
    case 'str':
      return `s:${value.v}`;
    case 'tuple':
      return `t:${JSON.stringify(value.items.map(keyOf))}`;
    case 'builtin':
      if (value.self === null) return `b:${value.name}`;
      throw new NotEvaluated();
    case 'list':
    case 'dict':
    case 'set':
      throw new PyRaise(['TypeError'], 'unhashable type');
    default:
      throw new NotEvaluated();
  }
}

/** A name as Python compares it. Source: https://docs.python.org/3/reference/lexical_analysis.html#identifiers */
export const identifier = (text: string): string => text.normalize('NFKC');

export const nameKey = (name: string): string => `s:${name}`;

export function setEntry(store: DictStore, key: PyValue, value: PyValue): void {
  const id = keyOf(key);
  const entry = store.entries.get(id);
  if (entry !== undefined) entry.value = value;
  else {
    if (store.entries.size >= LIMITS.length) throw new NotEvaluated();
    store.entries.set(id, { key, value });
  }
  store.onWrite?.(id);
}

/** Python's truth of a value; null where it is not known. */
export function truthOf(value: PyValue): boolean | null {
  switch (value.t) {
    case 'none':
      return false;
    case 'bool':
      return value.v;
    case 'int':
      return value.v !== 0n;
    case 'float':
      return value.v !== 0;
    case 'str':
      return value.v !== '';
    case 'tuple':
      return value.items.length > 0;
    case 'list':
    case 'set':
      return value.store.isKnown ? value.store.items.length > 0 : null;
    case 'dict':
      return value.store.hidden === null || value.store.entries.size > 0 ? value.store.entries.size > 0 : null;
    case 'unknown':
      return null;
    case 'builtin':
      // The environment, the command line and flags of the platform are objects too, and may be empty.
      return /^(?:os\.environ|sys\.(?:argv|flags|modules|platform|path))/.test(value.name) ? null : true;
    default:
      return true;
  }
}

/** Python's name of a value's type; null where it is not known. */
export function typeOf(value: PyValue): string | null {
  switch (value.t) {
    case 'none':
      return 'NoneType';
    case 'builtin':
    case 'unknown':
    case 'class':
    case 'exception':
    case 'own-module':
      return null;
    default:
      return value.t;
  }
}
