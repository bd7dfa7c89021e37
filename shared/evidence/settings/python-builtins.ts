import {
  binaryOperation,
  compare,
  equals,
  formatValue,
  integerFromText,
  isSpace,
  knownItems,
  lengthOf,
  numberOf,
  reprOf,
  strOf,
  subscript,
  toFloat,
  toInteger,
  unaryOperation,
} from './python-operations.ts';
import {
  type CallArguments,
  isUnknown,
  keyOf,
  LIMITS,
  NO_ENV,
  NONE,
  NotEvaluated,
  type newStore,
  PyRaise,
  type PyValue,
  pyBool,
  pyDict,
  pyFloat,
  pyInt,
  pyList,
  pyStr,
  pyTuple,
  setEntry,
  truthOf,
  typeOf,
} from './python-values.ts';

/** What a pure function of Python's own gives; throws like python-operations. */
type Pure = (args: readonly PyValue[], named: ReadonlyMap<string, PyValue>) => PyValue;

/** Python's own functions that a settings file uses. Source: https://docs.python.org/3/library/functions.html */
const FUNCTIONS: Readonly<Record<string, Pure>> = {
  int: ([value, base]) => {
    if (value === undefined) return pyInt(0);
    if (base !== undefined) {
      if (value.t !== 'str' || base.t !== 'int') throw new PyRaise(['TypeError'], 'int() with a base wants a string');
      return pyInt(integerFromText(value.v, Number(base.v)));
    }
    if (value.t === 'str') return pyInt(integerFromText(value.v));
    const number = numberOf(value);
    if (number === null) throw typeError('int() argument must be a string or a number');
    return toInteger(number);
  },
  float: ([value]) => {
    if (value === undefined) return pyFloat(0);
    if (value.t === 'str') return pyFloat(floatFromText(value.v));
    const number = numberOf(value);
    if (number === null) throw typeError('float() argument must be a string or a number');
    return pyFloat(toFloat(number));
  },
  str: ([value]) => pyStr(value === undefined ? '' : strOf(value)),
  repr: ([value = NONE]) => pyStr(reprOf(value)),
  bool: ([value]) => {
    const truth = value === undefined ? false : truthOf(value);
    if (truth === null) throw new NotEvaluated();
    return pyBool(truth);
  },
  len: ([value = NONE]) => pyInt(lengthOf(value)),
  abs: ([value = NONE]) => {
    const number = numberOf(value);
    return number !== null && number < 0 ? unaryOperation('-', value) : unaryOperation('+', value);
  },
  round: ([value = NONE, digits]) => {
    const number = numberOf(value);
    if (number === null) throw typeError('round() wants a number');
    if (digits !== undefined && digits.t !== 'none') throw new NotEvaluated();
    if (typeof number === 'bigint') return pyInt(number);
    const floor = Math.floor(number);
    const rest = number - floor;
    // Halves go to the even neighbour.
    return toInteger(rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1);
  },
  max: (args, named) => extreme('>', args, named),
  min: (args, named) => extreme('<', args, named),
  sum: ([items = NONE, start = pyInt(0)]) =>
    knownItems(items).reduce((sum, item) => binaryOperation('+', sum, item), start),
  pow: ([base = NONE, exponent = NONE, modulus]) => {
    if (modulus !== undefined) throw new NotEvaluated();
    return binaryOperation('**', base, exponent);
  },
  divmod: ([a = NONE, b = NONE]) => pyTuple([binaryOperation('//', a, b), binaryOperation('%', a, b)]),
  list: ([items]) => pyList(items === undefined ? [] : knownItems(items)),
  tuple: ([items]) => pyTuple(items === undefined ? [] : knownItems(items)),
  set: ([items]) => pyList(items === undefined ? [] : distinct(knownItems(items)), 'set'),
  frozenset: ([items]) => pyList(items === undefined ? [] : distinct(knownItems(items)), 'set'),
  sorted: ([items = NONE], named) => {
    if (named.has('key')) throw new NotEvaluated();
    const sorted = [...knownItems(items)].sort((a, b) => (compare('<', a, b) ? -1 : compare('<', b, a) ? 1 : 0));
    const reverse = named.get('reverse');
    return pyList(reverse !== undefined && truthOf(reverse) !== false ? notKnownReverse(reverse, sorted) : sorted);
  },
  reversed: ([items = NONE]) => pyList([...knownItems(items)].reverse()),
  enumerate: ([items = NONE, start = pyInt(0)]) =>
    pyList(knownItems(items).map((item, index) => pyTuple([binaryOperation('+', pyInt(index), start), item]))),
  zip: (args) => {
    const columns = args.map(knownItems);
    const length = columns.length === 0 ? 0 : Math.min(...columns.map((column) => column.length));
    return pyList(Array.from({ length }, (_, row) => pyTuple(columns.map((column) => column[row] ?? NONE))));
  },
  range: (args) => {
    const [first, second, third = 1n] = args.map((arg) => {
      const number = numberOf(arg);
      if (typeof number !== 'bigint') throw typeError('range() wants integers');
      return number;
    });
    if (first === undefined) throw typeError('range() wants a number');
    if (third === 0n) throw new PyRaise(['ValueError'], 'range() arg 3 must not be zero');
    const [from, to] = second === undefined ? [0n, first] : [first, second];
    const items: PyValue[] = [];
    for (let at = from; third > 0n ? at < to : at > to; at += third) {
      if (items.length >= LIMITS.length) throw new NotEvaluated();
      items.push(pyInt(at));
    }
    return pyTuple(items);
  },
  any: ([items = NONE]) => pyBool(knownItems(items).some(knownTruth)),
  all: ([items = NONE]) => pyBool(knownItems(items).every(knownTruth)),
  dict: ([from], named) => {
    const { store } = pyDict() as PyValue & { readonly t: 'dict' };
    if (from !== undefined) copyEntries(from, store);
    for (const [name, value] of named) setEntry(store, pyStr(name), value);
    return { t: 'dict', store, env: NO_ENV };
  },
  ord: ([text = NONE]) => {
    if (text.t !== 'str' || [...text.v].length !== 1) throw typeError('ord() wants one character');
    return pyInt(text.v.codePointAt(0) ?? 0);
  },
  chr: ([code = NONE]) => {
    if (code.t !== 'int' || code.v < 0n || code.v > 0xd7ffn) throw new NotEvaluated();
    return pyStr(String.fromCodePoint(Number(code.v)));
  },
  format: ([value = NONE, spec = pyStr('')]) => pyStr(formatValue(value, textOf(spec))),
  isinstance: ([value = NONE, types = NONE]) => pyBool(isInstance(value, types)),
  callable: ([value = NONE]) => {
    if (value.t === 'function' || value.t === 'class') return pyBool(true);
    // Of what a module gives, some can be called.
    if (typeOf(value) === null) throw new NotEvaluated();
    return pyBool(false);
  },
  print: () => NONE,
  id: () => {
    throw new NotEvaluated();
  },
  'math.ceil': ([value = NONE]) => wholeNumber(value, Math.ceil),
  'math.floor': ([value = NONE]) => wholeNumber(value, Math.floor),
  'math.trunc': ([value = NONE]) => wholeNumber(value, Math.trunc),
  'math.sqrt': ([value = NONE]) => {
    const number = numberOf(value);
    if (number === null) throw typeError('must be real number');
    if (number < 0) throw new PyRaise(['ValueError'], 'math domain error');
    return pyFloat(Math.sqrt(toFloat(number)));
  },
  'datetime.timedelta': (_, named) => {
    const perUnit: Readonly<Record<string, number>> = {
      weeks: 604_800,
      days: 86_400,
      hours: 3_600,
      minutes: 60,
      seconds: 1,
    };
    let seconds = 0;
    for (const [name, value] of named) {
      const unit = perUnit[name];
      const number = numberOf(value);
      if (unit === undefined || number === null) throw new NotEvaluated();
      seconds += unit * toFloat(number);
    }
    return { t: 'builtin', name: 'timedelta', self: pyFloat(seconds), env: NO_ENV };
  },
};

function typeError(message: string): PyRaise {
  return new PyRaise(['TypeError'], message);
}

function wholeNumber(value: PyValue, round: (value: number) => number): PyValue {
  const number = numberOf(value);
  if (number === null) throw typeError('must be real number');
  return typeof number === 'bigint' ? pyInt(number) : toInteger(round(number));
}

function notKnownReverse(reverse: PyValue, sorted: readonly PyValue[]): readonly PyValue[] {
  if (truthOf(reverse) === null) throw new NotEvaluated();
  return [...sorted].reverse();
}

function knownTruth(value: PyValue): boolean {
  const truth = truthOf(value);
  if (truth === null) throw new NotEvaluated();
  return truth;
}

function distinct(items: readonly PyValue[]): readonly PyValue[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function extreme(operator: string, args: readonly PyValue[], named: ReadonlyMap<string, PyValue>): PyValue {
  if (named.has('key')) throw new NotEvaluated();
  const [only] = args;
  const items = args.length === 1 && only !== undefined ? knownItems(only) : args;
  const [first, ...rest] = items;
  if (first === undefined) {
    const fallback = named.get('default');
    if (fallback !== undefined) return fallback;
    throw new PyRaise(['ValueError'], 'arg is an empty sequence');
  }
  return rest.reduce((best, item) => (compare(operator, item, best) ? item : best), first);
}

function isInstance(value: PyValue, types: PyValue): boolean {
  if (types.t === 'tuple') return types.items.some((type) => isInstance(value, type));
  if (types.t !== 'builtin' || types.self !== null || value.t === 'builtin' || value.t === 'class')
    throw new NotEvaluated();
  if (!['int', 'float', 'str', 'bool', 'list', 'tuple', 'dict', 'set'].includes(types.name)) throw new NotEvaluated();
  return value.t === types.name || (value.t === 'bool' && types.name === 'int');
}

/** `float(text)`. */
function floatFromText(text: string): number {
  const trimmed = text.trim();
  if (/^[-+]?(?:inf|infinity|nan)$/i.test(trimmed)) throw new NotEvaluated();
  if (!/^[-+]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+)?$/i.test(trimmed))
    throw new PyRaise(['ValueError'], `could not convert string to float: ${text.slice(0, 40)}`);
  return Number(trimmed.replaceAll('_', ''));
}

/** Adds what `dict(from)` or `.update(from)` would add. */
function copyEntries(from: PyValue, store: ReturnType<typeof newStore>): void {
  if (from.t === 'dict') {
    if (from.store.hidden !== null) throw new NotEvaluated();
    for (const { key, value } of [...from.store.entries.values()]) setEntry(store, key, value);
    return;
  }
  for (const pair of knownItems(from)) {
    const [key, value, more] = knownItems(pair);
    if (key === undefined || value === undefined || more !== undefined)
      throw new PyRaise(['ValueError'], 'dictionary update sequence element has the wrong length');
    setEntry(store, key, value);
  }
}

const textOf = (value: PyValue): string => {
  if (value.t === 'str') return value.v;
  if (value.t === 'unknown') throw new NotEvaluated();
  throw typeError('a string is wanted');
};

/** Methods of strings. Source: https://docs.python.org/3/library/stdtypes.html#string-methods */
const STRING_METHODS: Readonly<
  Record<string, (text: string, args: readonly PyValue[], named: ReadonlyMap<string, PyValue>) => PyValue>
> = {
  lower: (text) => pyStr(text.toLowerCase()),
  upper: (text) => pyStr(text.toUpperCase()),
  casefold: (text) => pyStr(ascii(text).toLowerCase()),
  title: (text) =>
    pyStr(
      ascii(text)
        .toLowerCase()
        .replace(/[a-z]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1)),
    ),
  capitalize: (text) => pyStr(ascii(text).charAt(0).toUpperCase() + text.slice(1).toLowerCase()),
  strip: (text, [chars]) => pyStr(strip(text, chars, true, true)),
  lstrip: (text, [chars]) => pyStr(strip(text, chars, true, false)),
  rstrip: (text, [chars]) => pyStr(strip(text, chars, false, true)),
  startswith: (text, [prefix = NONE, more]) => pyBool(affix(prefix, more).some((each) => text.startsWith(each))),
  endswith: (text, [suffix = NONE, more]) => pyBool(affix(suffix, more).some((each) => text.endsWith(each))),
  isdigit: (text) => pyBool(/^\d+$/.test(ascii(text))),
  isdecimal: (text) => pyBool(/^\d+$/.test(ascii(text))),
  isnumeric: (text) => pyBool(/^\d+$/.test(ascii(text))),
  isalpha: (text) => pyBool(/^[a-z]+$/i.test(ascii(text))),
  isalnum: (text) => pyBool(/^[a-z\d]+$/i.test(ascii(text))),
  isspace: (text) => pyBool(/^\s+$/.test(ascii(text))),
  replace: (text, [from = NONE, to = NONE, count]) => {
    if (count !== undefined || textOf(from) === '') throw new NotEvaluated();
    if (text.length * Math.max(1, textOf(to).length) > LIMITS.length) throw new NotEvaluated();
    return pyStr(text.replaceAll(textOf(from), () => textOf(to)));
  },
  split: (text, [separator, limit]) => {
    if (limit !== undefined) {
      if (separator?.t !== 'str' || separator.v === '' || limit.t !== 'int' || limit.v < 0n) throw new NotEvaluated();
      const parts = text.split(separator.v);
      const at = Number(limit.v);
      const kept = parts.length > at + 1 ? [...parts.slice(0, at), parts.slice(at).join(separator.v)] : parts;
      return pyList(kept.map(pyStr));
    }
    if (separator === undefined || separator.t === 'none')
      return pyList((text.match(/\S+/g) ?? []).map((part) => pyStr(part)));
    if (textOf(separator) === '') throw new PyRaise(['ValueError'], 'empty separator');
    return pyList(text.split(textOf(separator)).map(pyStr));
  },
  splitlines: (text) => {
    const lines = text.split(/\r\n|\n|\r/);
    return pyList((lines.at(-1) === '' ? lines.slice(0, -1) : lines).map(pyStr));
  },
  partition: (text, [separator = NONE]) => {
    const by = textOf(separator);
    const at = text.indexOf(by);
    const parts = at < 0 ? [text, '', ''] : [text.slice(0, at), by, text.slice(at + by.length)];
    return pyTuple(parts.map(pyStr));
  },
  join: (text, [items = NONE]) => pyStr(knownItems(items).map(textOf).join(text)),
  zfill: (text, [width = NONE]) => {
    if (width.t !== 'int' || width.v > BigInt(LIMITS.length) || /^[-+]/.test(text)) throw new NotEvaluated();
    return pyStr(text.padStart(Number(width.v), '0'));
  },
  find: (text, [part = NONE, more]) => {
    if (more !== undefined) throw new NotEvaluated();
    return pyInt(ascii(text).indexOf(textOf(part)));
  },
  count: (text, [part = NONE, more]) => {
    if (more !== undefined || textOf(part) === '') throw new NotEvaluated();
    return pyInt(text.split(textOf(part)).length - 1);
  },
  format: (text, args, named) => pyStr(formatText(text, args, named)),
  encode: () => {
    throw new NotEvaluated();
  },
};

/** Only for ASCII are JavaScript's and Python's notions of characters surely the same. */
function ascii(text: string): string {
  if (/[^\0-\x7f]/.test(text)) throw new NotEvaluated();
  return text;
}

function strip(text: string, chars: PyValue | undefined, atStart: boolean, atEnd: boolean): string {
  const set = chars === undefined || chars.t === 'none' ? null : new Set(textOf(chars));
  const isStripped = (char: string | undefined): boolean =>
    char !== undefined && (set === null ? isSpace(char) : set.has(char));
  let from = 0;
  let to = text.length;
  while (atStart && from < to && isStripped(text[from])) from += 1;
  while (atEnd && to > from && isStripped(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

function affix(value: PyValue, more: PyValue | undefined): readonly string[] {
  if (more !== undefined) throw new NotEvaluated();
  return value.t === 'tuple' ? value.items.map(textOf) : [textOf(value)];
}

/** `"{} {0} {name}".format(...)` without attributes and look-ups. */
function formatText(text: string, args: readonly PyValue[], named: ReadonlyMap<string, PyValue>): string {
  let next = 0;
  return text.replace(/\{\{|\}\}|\{(\w*)(?::([^{}]*))?\}|[{}]/g, (match, name: string | undefined, spec = '') => {
    if (match === '{{' || match === '}}') return match.charAt(0);
    if (name === undefined) throw new NotEvaluated();
    const value = name === '' ? args[next] : /^\d+$/.test(name) ? args[Number(name)] : named.get(name);
    if (name === '') next += 1;
    if (value === undefined) throw new PyRaise(['IndexError', 'KeyError'], 'replacement index out of range');
    return formatValue(value, spec);
  });
}

/** Exceptions with what they are kinds of. Source: https://docs.python.org/3/library/exceptions.html#exception-hierarchy */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  BaseException: [],
  SystemExit: ['BaseException'],
  KeyboardInterrupt: ['BaseException'],
  Exception: ['BaseException'],
  ArithmeticError: ['Exception', 'BaseException'],
  ZeroDivisionError: ['ArithmeticError', 'Exception', 'BaseException'],
  OverflowError: ['ArithmeticError', 'Exception', 'BaseException'],
  AssertionError: ['Exception', 'BaseException'],
  AttributeError: ['Exception', 'BaseException'],
  EOFError: ['Exception', 'BaseException'],
  ImportError: ['Exception', 'BaseException'],
  ModuleNotFoundError: ['ImportError', 'Exception', 'BaseException'],
  LookupError: ['Exception', 'BaseException'],
  IndexError: ['LookupError', 'Exception', 'BaseException'],
  KeyError: ['LookupError', 'Exception', 'BaseException'],
  NameError: ['Exception', 'BaseException'],
  UnboundLocalError: ['NameError', 'Exception', 'BaseException'],
  OSError: ['Exception', 'BaseException'],
  IOError: ['OSError', 'Exception', 'BaseException'],
  EnvironmentError: ['OSError', 'Exception', 'BaseException'],
  FileNotFoundError: ['OSError', 'Exception', 'BaseException'],
  PermissionError: ['OSError', 'Exception', 'BaseException'],
  RuntimeError: ['Exception', 'BaseException'],
  NotImplementedError: ['RuntimeError', 'Exception', 'BaseException'],
  RecursionError: ['RuntimeError', 'Exception', 'BaseException'],
  StopIteration: ['Exception', 'BaseException'],
  SyntaxError: ['Exception', 'BaseException'],
  TypeError: ['Exception', 'BaseException'],
  ValueError: ['Exception', 'BaseException'],
  UnicodeError: ['ValueError', 'Exception', 'BaseException'],
  UnicodeDecodeError: ['UnicodeError', 'ValueError', 'Exception', 'BaseException'],
};

/** Whether a handler for one exception catches another; null for exceptions that are not Python's own. */
export function catches(handler: string, raised: string): boolean | null {
  if (handler === raised) return true;
  const kinds = Object.hasOwn(EXCEPTIONS, raised) ? EXCEPTIONS[raised] : undefined;
  if (kinds === undefined || !Object.hasOwn(EXCEPTIONS, handler)) {
    return handler === 'BaseException' || handler === 'Exception' ? true : null;
  }
  return kinds.includes(handler);
}

const OTHER_NAMES = new Set([
  ...[
    'object',
    'type',
    'open',
    'input',
    'globals',
    'locals',
    'vars',
    'exec',
    'eval',
    'compile',
    '__import__',
    'getattr',
  ],
  ...[
    'setattr',
    'delattr',
    'hasattr',
    'super',
    'property',
    'staticmethod',
    'classmethod',
    'bytes',
    'bytearray',
    'complex',
  ],
  ...[
    'map',
    'filter',
    'iter',
    'next',
    'hash',
    'hex',
    'oct',
    'bin',
    'ascii',
    'slice',
    'dir',
    'issubclass',
    'memoryview',
  ],
  ...['NotImplemented', 'Ellipsis', '__debug__', '__builtins__', '__file__', '__loader__', '__spec__', '__package__'],
  ...[
    '__doc__',
    'help',
    'exit',
    'quit',
    'copyright',
    'credits',
    'license',
    'breakpoint',
    'aiter',
    'anext',
    '__cached__',
  ],
  ...[
    'Warning',
    'UserWarning',
    'DeprecationWarning',
    'RuntimeWarning',
    'FutureWarning',
    'ConnectionError',
    'TimeoutError',
  ],
  ...[
    'BlockingIOError',
    'ChildProcessError',
    'BrokenPipeError',
    'ConnectionRefusedError',
    'FileExistsError',
    'BufferError',
  ],
  ...[
    'FloatingPointError',
    'GeneratorExit',
    'IndentationError',
    'InterruptedError',
    'IsADirectoryError',
    'MemoryError',
  ],
  ...['NotADirectoryError', 'ProcessLookupError', 'ReferenceError', 'StopAsyncIteration', 'SystemError', 'TabError'],
  ...['UnicodeEncodeError', 'UnicodeTranslateError', 'BytesWarning', 'ImportWarning', 'PendingDeprecationWarning'],
  ...['ResourceWarning', 'SyntaxWarning', 'UnicodeWarning', 'EncodingWarning', 'BaseExceptionGroup', 'ExceptionGroup'],
]);

/** Whether a name is one that Python has without an import. */
export function isBuiltinName(name: string): boolean {
  return (
    (Object.hasOwn(FUNCTIONS, name) && !name.includes('.')) || Object.hasOwn(EXCEPTIONS, name) || OTHER_NAMES.has(name)
  );
}

export const isException = (name: string): boolean => Object.hasOwn(EXCEPTIONS, name);

/** Whether calling Python's function changes nothing that the file could see. */
export const isPureFunction = (name: string): boolean => Object.hasOwn(FUNCTIONS, name);

/** What can be asked of values of these types. Source: https://docs.python.org/3/library/stdtypes.html */
const METHODS = {
  str: new Set(
    'capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill'.split(
      ' ',
    ),
  ),
  list: new Set('append clear copy count extend index insert pop remove reverse sort'.split(' ')),
  dict: new Set('clear copy fromkeys get items keys pop popitem setdefault update values'.split(' ')),
} as const;

/** Whether values of a type have an attribute of this name; none has others than its methods. */
export const hasMethod = (type: 'str' | 'list' | 'dict', name: string): boolean => METHODS[type].has(name);

/** Calls a pure function or a method of a known value; throws NotEvaluated for any other. */
export function callPure(name: string, self: PyValue | null, { positional, named, areKnown }: CallArguments): PyValue {
  if (!areKnown) throw new NotEvaluated();
  if (self === null) {
    const pure = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (pure === undefined) throw new NotEvaluated();
    if (
      name !== 'print' &&
      name !== 'dict' &&
      name !== 'list' &&
      name !== 'tuple' &&
      positional.some((arg) => arg.t === 'unknown')
    )
      throw new NotEvaluated();
    return pure(positional, named);
  }
  if (self.t === 'str') {
    const method = Object.hasOwn(STRING_METHODS, name) ? STRING_METHODS[name] : undefined;
    if (method === undefined) throw new NotEvaluated();
    if (positional.some((arg) => isUnknown(arg))) throw new NotEvaluated();
    return method(self.v, positional, named);
  }
  if (self.t === 'list') return listMethod(name, self.store, positional);
  if (self.t === 'dict') return dictMethod(name, self, positional, named);
  if (self.t === 'float' && name === 'total_seconds') return self;
  throw new NotEvaluated();
}

function listMethod(name: string, store: { items: PyValue[]; isKnown: boolean }, args: readonly PyValue[]): PyValue {
  if (!store.isKnown) throw new NotEvaluated();
  const [first = NONE] = args;
  switch (name) {
    case 'append':
      if (store.items.length >= LIMITS.length) throw new NotEvaluated();
      store.items.push(first);
      return NONE;
    case 'extend': {
      const more = knownItems(first);
      if (store.items.length + more.length > LIMITS.length) throw new NotEvaluated();
      store.items.push(...more);
      return NONE;
    }
    case 'pop': {
      if (args.length > 0) throw new NotEvaluated();
      const last = store.items.pop();
      if (last === undefined) throw new PyRaise(['IndexError'], 'pop from empty list');
      return last;
    }
    case 'copy':
      return pyList(store.items);
    case 'index': {
      const at = store.items.findIndex((item) => equals(item, first));
      if (at < 0) throw new PyRaise(['ValueError'], 'not in list');
      return pyInt(at);
    }
    case 'count':
      return pyInt(store.items.filter((item) => equals(item, first)).length);
    default:
      throw new NotEvaluated();
  }
}

function dictMethod(
  name: string,
  self: PyValue & { readonly t: 'dict' },
  args: readonly PyValue[],
  named: ReadonlyMap<string, PyValue>,
): PyValue {
  const { store } = self;
  const [key = NONE, fallback] = args;
  const found = (): PyValue | undefined => {
    const entry = store.entries.get(keyOf(key));
    if (entry === undefined && store.hidden !== null) throw new NotEvaluated();
    return entry?.value;
  };
  switch (name) {
    case 'get':
      return found() ?? fallback ?? NONE;
    case 'setdefault': {
      const old = found();
      if (old !== undefined) return old;
      setEntry(store, key, fallback ?? NONE);
      return fallback ?? NONE;
    }
    case 'pop': {
      const old = found() ?? fallback;
      if (old === undefined) throw new PyRaise(['KeyError'], 'no such key');
      if (store.entries.delete(keyOf(key))) store.onWrite?.(keyOf(key));
      return old;
    }
    case 'update':
      if (args[0] !== undefined) copyEntries(args[0], store);
      for (const [word, value] of named) setEntry(store, pyStr(word), value);
      return NONE;
    case 'keys':
      return pyList(knownItems(self));
    case 'values':
      return pyList(knownItems(self).map((each) => subscript(self, each)));
    case 'items':
      return pyList(knownItems(self).map((each) => pyTuple([each, subscript(self, each)])));
    case 'copy': {
      const copy = pyDict();
      copyEntries(self, copy.store);
      return copy;
    }
    case '__setitem__':
      setEntry(store, key, fallback ?? NONE);
      return NONE;
    case '__contains__':
      return pyBool(found() !== undefined);
    default:
      throw new NotEvaluated();
  }
}
