import { callPure, catches, hasMethod, isBuiltinName, isException, isPureFunction } from './python-builtins.ts';
import { Environment } from './python-environment.ts';
import { boundNames, hasHiddenWriters, isModuleName } from './python-names.ts';
import {
  binaryOperation,
  compare,
  formatValue,
  knownItems,
  numberOf,
  reprOf,
  slice,
  strOf,
  subscript,
  unaryOperation,
} from './python-operations.ts';
import { type Decisions, LimitReached } from './python-paths.ts';
import { type PythonNode, type PythonSource, parsePython, splitAt, statementsOf, visit } from './python-source.ts';
import { readLiteralShape, unescapeText } from './python-strings.ts';
import {
  builtin,
  type CallArguments,
  clip,
  type DictStore,
  deepEnv,
  type EnvNames,
  forgetContent,
  forgetEntries,
  identifier,
  joinEnv,
  keyOf,
  LIMITS,
  NO_ENV,
  NONE,
  NotEvaluated,
  nameKey,
  newStore,
  PyRaise,
  type PyUnknown,
  type PyValue,
  pyBool,
  pyDict,
  pyInt,
  pyList,
  pyStr,
  pyTuple,
  setEntry,
  truthOf,
  typeOf,
  unknown,
  withEnv,
} from './python-values.ts';

/** What one way through a program leaves. */
export interface PathEnd {
  /** Values of the module's names, and the statement that set each; undefined where a name is not bound. */
  valueOf(name: string): { readonly value: PyValue; readonly at: Place } | undefined;
  /** Environment variables that are set on this way. */
  readonly env: EnvNames;
  /** The exception that ends it; null when it comes to its end. */
  readonly raised: { readonly message: string; readonly at: Place } | null;
}

/** Where something stands in the text of the file, and how it is written. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

interface Scope {
  readonly kind: 'module' | 'function' | 'class';
  readonly store: DictStore;
  readonly parent: Scope | null;
  /** Names of a function that are its own; reading one before it is set is an error. */
  readonly own: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
  readonly nonlocals: ReadonlySet<string>;
}

type Completion = 'next' | 'break' | 'continue' | { readonly returned: PyValue };

/** Turns of a loop that are followed one by one. */
const TURN_LIMIT = 3_000;

/** Evaluates one way through a program without running anything: no file, process or module is ever touched. */
export function evaluatePath(source: PythonSource, decisions: Decisions): PathEnd {
  return new Evaluator(source, decisions).run();
}

const PLACES = new WeakMap<PythonNode, Place>();

class Evaluator {
  readonly #source: PythonSource;
  readonly #decisions: Decisions;
  readonly #environment: Environment;
  readonly #module: Scope;
  readonly #places = new Map<string, Place>();
  /** Modules whose every name was imported. */
  readonly #starred: string[] = [];
  readonly #truths = new Map<PyUnknown, boolean>();
  /** Whether the program has functions that may set names of the module when somebody calls them. */
  readonly #hiddenWriters: boolean;
  /** The text that nodes are offsets into: another one within exec() and eval(). */
  #text: string;
  #scope: Scope;
  #statement: Place = { from: 0, to: 0, text: '' };
  /** Above 0 while an exception would be caught. */
  #guards = 0;
  #depth = 0;
  #handled: PyRaise | null = null;

  constructor(source: PythonSource, decisions: Decisions) {
    this.#source = source;
    this.#text = source.text;
    this.#decisions = decisions;
    this.#environment = new Environment(decisions);
    this.#hiddenWriters = hasHiddenWriters(source.root, source.text);
    const store = newStore();
    store.onWrite = (key) => this.#places.set(key, this.#statement);
    this.#module = { kind: 'module', store, parent: null, own: new Set(), globals: new Set(), nonlocals: new Set() };
    this.#scope = this.#module;
    // As gunicorn's app/base.py names the module that it reads.
    setEntry(store, pyStr('__name__'), pyStr('__config__'));
  }

  run(): PathEnd {
    let raised: PathEnd['raised'] = null;
    try {
      this.#block(statementsOf(this.#source.root));
    } catch (error) {
      if (!(error instanceof PyRaise)) throw error;
      raised = { message: `${error.types?.[0] ?? 'an exception'}: ${error.message}`, at: this.#statement };
    }
    const { store } = this.#module;
    return {
      raised,
      env: this.#decisions.env,
      valueOf: (name) => {
        const entry = store.entries.get(nameKey(name));
        const at = this.#places.get(nameKey(name)) ?? this.#statement;
        if (entry !== undefined) return { value: this.#settleDeep(entry.value), at };
        if (store.hidden !== null) return { value: store.hidden, at: this.#places.get('*') ?? at };
        return undefined;
      },
    };
  }

  // Names

  #read(name: string, node: PythonNode): PyValue {
    for (let scope: Scope | null = this.#scope; scope !== null; scope = scope.parent) {
      // A class's names are not seen from the functions in it.
      if (scope.kind === 'class' && scope !== this.#scope) continue;
      if (scope.globals.has(name)) scope = this.#module;
      const entry = scope.store.entries.get(nameKey(name));
      if (entry !== undefined) return entry.value;
      if (scope.own.has(name) && !scope.nonlocals.has(name))
        throw new PyRaise(['UnboundLocalError'], `${name} is not set`);
      if (scope.kind !== 'module' && scope.store.hidden !== null) return scope.store.hidden;
    }
    if (isBuiltinName(name)) return builtin(name);
    const { hidden } = this.#module.store;
    if (hidden !== null) return hidden;
    const [starred] = this.#starred;
    if (starred !== undefined)
      return name === 'environ' || name === 'getenv' ? builtin(`os.${name}`) : builtin(`${starred}.${name}`);
    throw new PyRaise(['NameError'], `name ${clip(this.#textOf(node))} is not defined`);
  }

  #scopeOf(name: string): Scope {
    if (this.#scope.globals.has(name)) return this.#module;
    if (this.#scope.nonlocals.has(name)) {
      for (let scope = this.#scope.parent; scope !== null; scope = scope.parent) {
        if (scope.kind === 'function' && scope.store.entries.has(nameKey(name))) return scope;
      }
    }
    return this.#scope;
  }

  #write(name: string, value: PyValue): void {
    setEntry(this.#scopeOf(name).store, pyStr(name), value);
  }

  #remove(name: string): void {
    const { store } = this.#scopeOf(name);
    if (!store.entries.delete(nameKey(name)) && store.hidden === null)
      throw new PyRaise(['NameError'], `name ${name} is not defined`);
  }

  /** Any name of a scope may now be anything. */
  #forgetScope(scope: Scope, why: PyUnknown): void {
    forgetEntries(scope.store, why);
    if (scope === this.#module) this.#places.set('*', this.#statement);
  }

  /** Code that is not followed has run, or may have: what it binds is not known. */
  #skip(node: PythonNode): void {
    const why = unknown(this.#statement.text);
    for (const name of boundNames(node, this.#text)) this.#write(name, why);
    let calls = false;
    visit(node, (each) => {
      if (each.name === 'CallExpression') calls = true;
      if (each.name === 'VariableName') {
        const name = this.#textOf(each);
        const entry = this.#scope.store.entries.get(nameKey(name)) ?? this.#module.store.entries.get(nameKey(name));
        if (entry !== undefined) this.#forgetShared(entry.value, why);
        if (/^(?:globals|locals|vars|exec|eval|setattr|delattr|sys)$/.test(name)) this.#forgetScope(this.#module, why);
      }
      return true;
    });
    if (calls && this.#hiddenWriters) this.#forgetScope(this.#module, why);
  }

  #forgetShared(value: PyValue, why: PyUnknown): void {
    if (value.t === 'own-module' || (value.t === 'dict' && value.store === this.#module.store))
      this.#forgetScope(this.#module, why);
    else forgetContent(value, why);
    if (value.t === 'tuple') for (const item of value.items) this.#forgetShared(item, why);
  }

  // Values

  #textOf(node: PythonNode): string {
    const text = this.#text.slice(node.from, node.to);
    return node.name === 'VariableName' || node.name === 'PropertyName' ? identifier(text) : text;
  }

  #unknown(node: PythonNode, env: EnvNames = NO_ENV): PyUnknown {
    // Within exec() and functions the statement says more than a part of it.
    return unknown(this.#textOf(node), env);
  }

  /** What an operation gives that cannot be evaluated: it may raise, too, where that would be caught. */
  #outcome(node: PythonNode, env: EnvNames = NO_ENV): PyUnknown {
    if (this.#guards > 0 && this.#decisions.fork(2) === 1)
      throw new PyRaise(null, `${clip(this.#textOf(node))} raises`);
    return this.#unknown(node, env);
  }

  /** A value whose variable is set on this way is not the one that an empty environment gives. */
  #settle(value: PyValue, node: PythonNode): PyValue {
    if (value.env.size === 0 || value.t === 'unknown') return value;
    return [...value.env].some((name) => this.#decisions.isSet(name)) ? this.#unknown(node) : value;
  }

  #settleDeep(value: PyValue): PyValue {
    const env = deepEnv(value);
    if (env.size === 0) return value;
    if ([...env].some((name) => this.#decisions.isSet(name))) return unknown([...env].join(', '));
    return withEnv(value, env);
  }

  #truth(value: PyValue): boolean {
    const truth = truthOf(value);
    if (value.t === 'unknown') {
      const known = this.#truths.get(value);
      if (known !== undefined) return known;
      const decided = this.#decisions.fork(2) === 0;
      this.#truths.set(value, decided);
      return decided;
    }
    if (truth === null) return this.#decisions.fork(2) === 0;
    if (value.env.size === 0) return truth;
    return this.#decisions.isOverridden(value.env) ? !truth : truth;
  }

  /** Works out an operation; its result rests on the variables of the operands. */
  #operate(node: PythonNode, operands: readonly PyValue[], work: () => PyValue): PyValue {
    const env = joinEnv(...operands.map((operand) => deepEnv(operand)));
    try {
      const result = work();
      // With another value of a variable it may raise, and the handler may set something.
      if (this.#guards > 0 && env.size > 0 && this.#decisions.isOverridden(env)) return this.#outcome(node);
      return withEnv(result, env);
    } catch (error) {
      if (error instanceof NotEvaluated) return this.#outcome(node, env);
      if (error instanceof PyRaise && env.size > 0 && this.#decisions.isOverridden(env)) return this.#outcome(node);
      throw error;
    }
  }

  // Expressions

  #evaluate(node: PythonNode): PyValue {
    this.#decisions.step();
    this.#depth += 1;
    if (this.#depth > 250) throw new LimitReached('it is nested too deeply');
    try {
      return this.#settle(this.#expression(node), node);
    } catch (error) {
      if (error instanceof NotEvaluated) return this.#outcome(node);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  #expression(node: PythonNode): PyValue {
    const { kids } = node;
    const [first, second, third] = kids;
    switch (node.name) {
      case 'Number':
        return this.#number(this.#textOf(node));
      case 'String':
        return this.#string(node);
      case 'FormatString':
        return this.#formatString(node);
      case 'ContinuedString':
        return kids
          .map((kid) => this.#evaluate(kid))
          .reduce((left, right) => this.#operate(node, [left, right], () => binaryOperation('+', left, right)));
      case 'Boolean':
        return pyBool(this.#textOf(node) === 'True');
      case 'None':
        return NONE;
      case 'VariableName':
        return this.#read(this.#textOf(node), node);
      case 'ParenthesizedExpression':
        return second === undefined || second.name === '*' ? this.#outcome(node) : this.#evaluate(second);
      case 'TupleExpression':
        return pyTuple(this.#items(kids.slice(1, -1)));
      case 'ArrayExpression':
        return pyList(this.#items(kids.slice(1, -1)));
      case 'SetExpression':
        return callPure('set', null, {
          positional: [pyTuple(this.#items(kids.slice(1, -1)))],
          named: new Map(),
          areKnown: true,
        });
      case 'DictionaryExpression':
        return this.#dictionary(kids.slice(1, -1));
      case 'ArrayComprehensionExpression':
      case 'ComprehensionExpression':
      case 'SetComprehensionExpression':
      case 'DictionaryComprehensionExpression':
        return this.#comprehension(node, kids.slice(1, -1));
      case 'UnaryExpression':
        return first === undefined || second === undefined ? this.#outcome(node) : this.#unary(node, first, second);
      case 'BinaryExpression':
        return this.#binary(node);
      case 'ConditionalExpression': {
        const [whenTrue, , condition, , whenFalse] = kids;
        if (whenTrue === undefined || condition === undefined || whenFalse === undefined) return this.#outcome(node);
        return this.#evaluate(this.#truth(this.#evaluate(condition)) ? whenTrue : whenFalse);
      }
      case 'NamedExpression': {
        if (first?.name !== 'VariableName' || third === undefined) return this.#outcome(node);
        const value = this.#evaluate(third);
        this.#write(this.#textOf(first), value);
        return value;
      }
      case 'LambdaExpression':
        return this.#lambda(node);
      case 'CallExpression':
        return this.#call(node);
      case 'MemberExpression':
        return this.#member(node);
      default:
        this.#skip(node);
        return this.#outcome(node);
    }
  }

  #number(text: string): PyValue {
    const plain = text.replaceAll('_', '').toLowerCase();
    if (/^(?:0[xob][\da-f]+|\d+)$/.test(plain)) {
      if (plain.length > LIMITS.intBits / 4) throw new NotEvaluated();
      return pyInt(BigInt(plain));
    }
    if (plain.endsWith('j')) throw new NotEvaluated();
    const value = Number(plain);
    if (!Number.isFinite(value)) throw new NotEvaluated();
    return { t: 'float', v: value, env: NO_ENV };
  }

  #string(node: PythonNode): PyValue {
    const literal = this.#textOf(node);
    const shape = readLiteralShape(literal);
    if (shape.isBytes) throw new NotEvaluated();
    return pyStr(unescapeText(literal.slice(shape.from, shape.to), shape.isRaw));
  }

  #formatString(node: PythonNode): PyValue {
    const shape = readLiteralShape(this.#textOf(node));
    let at = node.from + shape.from;
    let result: PyValue = pyStr('');
    const add = (value: PyValue, part: PythonNode): void => {
      const before = result;
      result = this.#operate(part, [before, value], () => binaryOperation('+', before, value));
    };
    const plain = (to: number): PyValue =>
      pyStr(unescapeText(this.#text.slice(at, to), shape.isRaw).replaceAll('{{', '{').replaceAll('}}', '}'));
    for (const kid of node.kids.filter(({ name }) => name === 'FormatReplacement')) {
      add(plain(kid.from), node);
      add(this.#replacement(kid), node);
      at = kid.to;
    }
    add(plain(node.from + shape.to), node);
    return result;
  }

  #replacement(node: PythonNode): PyValue {
    const inner = node.kids.slice(1).filter(({ name }) => name !== '}');
    const [expression] = inner;
    if (expression === undefined || inner.some(({ name }) => name === ',' || name === '*' || name === 'FormatSelfDoc'))
      throw new NotEvaluated();
    const value = this.#evaluate(expression);
    const conversion = inner.find(({ name }) => name === 'FormatConversion');
    const spec = inner.find(({ name }) => name === 'FormatSpec');
    if (spec?.kids.some(({ name }) => name === 'FormatReplacement') === true) throw new NotEvaluated();
    const specText = spec === undefined ? '' : this.#textOf(spec).slice(1).replace(/\}$/, '');
    return this.#operate(node, [value], () => {
      if (value.t === 'unknown') throw new NotEvaluated();
      const how = conversion === undefined ? '' : this.#textOf(conversion);
      const shown = how === '!r' || how === '!a' ? pyStr(reprOf(value)) : how === '!s' ? pyStr(strOf(value)) : value;
      return pyStr(formatValue(shown, specText));
    });
  }

  /** Items between brackets, `*x` spread. */
  #items(kids: readonly PythonNode[]): readonly PyValue[] {
    const items: PyValue[] = [];
    for (const group of splitAt(kids, ',')) {
      const [first, second] = group;
      if (first === undefined) continue;
      if (first.name === '*' && second !== undefined) items.push(...knownItems(this.#evaluate(second)));
      else items.push(group.length === 1 ? this.#evaluate(first) : this.#inlineNamed(group));
    }
    return items;
  }

  /** `name := value` without a node of its own. */
  #inlineNamed(group: readonly PythonNode[]): PyValue {
    const [name, operator, value] = group;
    if (
      name?.name !== 'VariableName' ||
      operator === undefined ||
      value === undefined ||
      this.#textOf(operator) !== ':='
    )
      throw new NotEvaluated();
    const result = this.#evaluate(value);
    this.#write(this.#textOf(name), result);
    return result;
  }

  #dictionary(kids: readonly PythonNode[]): PyValue {
    const result = pyDict();
    for (const group of splitAt(kids, ',')) {
      const [first, second, third] = group;
      if (first === undefined) continue;
      if (first.name === '**' && second !== undefined) {
        const from = this.#evaluate(second);
        if (from.t !== 'dict') forgetEntries(result.store, this.#unknown(second));
        else {
          if (from.store.hidden !== null) forgetEntries(result.store, from.store.hidden);
          for (const { key, value } of from.store.entries.values()) setEntry(result.store, key, value);
        }
      } else if (third !== undefined) {
        const key = this.#evaluate(first);
        const value = this.#evaluate(third);
        if (key.t === 'unknown') forgetEntries(result.store, key);
        else setEntry(result.store, key, withEnv(value, key.env));
      }
    }
    return result;
  }

  #comprehension(node: PythonNode, kids: readonly PythonNode[]): PyValue {
    const clauseAt = kids.findIndex(({ name }) => name === 'for' || name === 'async');
    const produced = kids.slice(0, clauseAt);
    const values: PyValue[] = [];
    const [first, , second] = produced;
    if (first === undefined || first.name === '*') throw new NotEvaluated();
    const outer = this.#scope;
    this.#scope = { ...newScope(outer), own: new Set() };
    try {
      const isFollowed = this.#clauses(kids.slice(clauseAt), () => {
        if (values.length >= TURN_LIMIT) throw new NotEvaluated();
        values.push(
          second === undefined ? this.#evaluate(first) : pyTuple([this.#evaluate(first), this.#evaluate(second)]),
        );
      });
      if (!isFollowed) throw new NotEvaluated();
    } catch (error) {
      if (error instanceof NotEvaluated) {
        this.#scope = outer;
        this.#skip(node);
      }
      throw error;
    } finally {
      this.#scope = outer;
    }
    if (node.name === 'DictionaryComprehensionExpression') {
      const result = pyDict();
      for (const pair of values) {
        const [key = NONE, value = NONE] = pair.t === 'tuple' ? pair.items : [];
        setEntry(result.store, key, withEnv(value, key.env));
      }
      return result;
    }
    if (node.name === 'SetComprehensionExpression')
      return callPure('set', null, { positional: [pyTuple(values)], named: new Map(), areKnown: true });
    return pyList(values);
  }

  /** Runs `for x in y if z ...` around `produce`; false where what is iterated over is not known. */
  #clauses(kids: readonly PythonNode[], produce: () => void): boolean {
    const [first] = kids;
    if (first === undefined) {
      produce();
      return true;
    }
    if (first.name === 'if') {
      const end = kids.findIndex(({ name }, index) => index > 0 && (name === 'if' || name === 'for'));
      const condition = kids[1];
      if (condition === undefined) return false;
      return this.#truth(this.#evaluate(condition)) ? this.#clauses(end < 0 ? [] : kids.slice(end), produce) : true;
    }
    const inAt = kids.findIndex(({ name }) => name === 'in');
    const iterated = kids[inAt + 1];
    if (first.name !== 'for' || iterated === undefined) return false;
    const items = this.#iterate(this.#evaluate(iterated));
    if (items === null || items.length > TURN_LIMIT) return false;
    for (const item of items) {
      this.#assignGroup(kids.slice(1, inAt), item);
      if (!this.#clauses(kids.slice(inAt + 2), produce)) return false;
    }
    return true;
  }

  /** What a loop goes over; null where that is not known. */
  #iterate(value: PyValue): readonly PyValue[] | null {
    try {
      const items = knownItems(value);
      if (value.env.size === 0) return items;
      return this.#decisions.isOverridden(value.env) ? null : items;
    } catch (error) {
      if (error instanceof NotEvaluated) return null;
      throw error;
    }
  }

  #unary(node: PythonNode, operator: PythonNode, operandNode: PythonNode): PyValue {
    const operand = this.#evaluate(operandNode);
    if (operator.name === 'not') {
      const truth = truthOf(operand);
      if (operand.t !== 'unknown') return truth === null ? this.#unknown(node) : withEnv(pyBool(!truth), operand.env);
      return pyBool(!this.#truth(operand));
    }
    return this.#operate(node, [operand], () => unaryOperation(this.#textOf(operator), operand));
  }

  #binary(node: PythonNode): PyValue {
    const [leftNode, operatorNode] = node.kids;
    const rightNode = node.kids.at(-1);
    if (leftNode === undefined || operatorNode === undefined || rightNode === undefined) return this.#outcome(node);
    if (operatorNode.name === 'and' || operatorNode.name === 'or') return this.#junction(node, leftNode, rightNode);
    if (isComparison(node)) return this.#comparison(node);
    const left = this.#evaluate(leftNode);
    const right = this.#evaluate(rightNode);
    return this.#operate(node, [left, right], () => binaryOperation(this.#textOf(operatorNode), left, right));
  }

  #junction(node: PythonNode, leftNode: PythonNode, rightNode: PythonNode): PyValue {
    const isOr = node.kids[1]?.name === 'or';
    const left = this.#evaluate(leftNode);
    const truth = truthOf(left);
    if (truth !== null && left.env.size > 0 && !hasEffects(rightNode)) {
      // `os.environ.get("X") or 120`: what an empty environment gives, which the variable may replace.
      if (isOr === truth) return left;
      return withEnv(this.#evaluate(rightNode), left.env);
    }
    return this.#truth(left) === isOr ? left : this.#evaluate(rightNode);
  }

  #comparison(node: PythonNode): PyValue {
    const [leftNode] = node.kids;
    const rightNode = node.kids.at(-1);
    if (leftNode === undefined || rightNode === undefined) return this.#outcome(node);
    const operator = node.kids
      .slice(1, -1)
      .map((kid) => this.#textOf(kid))
      .join(' ');
    // `1 < x < 5` is one comparison after the other, each with the middle operand once.
    if (isComparison(leftNode)) {
      const before = this.#comparison(leftNode);
      const middle = leftNode.kids.at(-1);
      if (middle === undefined || hasEffects(middle)) throw new NotEvaluated();
      if (!this.#truth(before)) return before;
      const left = this.#evaluate(middle);
      const right = this.#evaluate(rightNode);
      return withEnv(this.#compare(node, operator, left, right), before.env);
    }
    return this.#compare(node, operator, this.#evaluate(leftNode), this.#evaluate(rightNode));
  }

  #compare(node: PythonNode, operator: string, left: PyValue, right: PyValue): PyValue {
    if (right.t === 'builtin' && right.name === 'os.environ' && / ?in$/.test(operator)) {
      const has = this.#environment.has(left);
      if (has === null) return this.#outcome(node);
      return operator === 'in' ? has : withEnv(pyBool(truthOf(has) === false), has.env);
    }
    return this.#operate(node, [left, right], () => pyBool(compare(operator, left, right)));
  }

  // Members and calls

  #member(node: PythonNode): PyValue {
    const [objectNode, second] = node.kids;
    if (objectNode === undefined || second === undefined) return this.#outcome(node);
    const object = this.#evaluate(objectNode);
    if (second.name === '.') return this.#attribute(object, this.#textOf(node.kids[2] ?? second), node);
    const keys = node.kids.slice(2, -1);
    if (keys.some(({ name }) => name === ':')) return this.#slice(node, object, keys);
    const key = this.#key(keys);
    if (object.t === 'builtin' && object.name === 'os.environ') return this.#fromEnvironment(key, node);
    if (object.t === 'builtin' && object.name === 'sys.modules' && key.t === 'str')
      return this.#moduleNamed(key.v, node);
    return this.#operate(node, [key, withoutContent(object)], () => subscript(object, key));
  }

  #key(kids: readonly PythonNode[]): PyValue {
    const [only] = kids;
    if (only === undefined) throw new NotEvaluated();
    return kids.length === 1 ? this.#evaluate(only) : pyTuple(this.#items(kids));
  }

  #slice(node: PythonNode, object: PyValue, kids: readonly PythonNode[]): PyValue {
    if (kids.some(({ name }) => name === ',')) return this.#outcome(node);
    const parts = splitAt(kids, ':').map(([part]) => (part === undefined ? NONE : this.#evaluate(part)));
    return this.#operate(node, [object, ...parts], () => {
      const numbers = [0, 1, 2].map((index) => {
        const part = parts[index] ?? NONE;
        if (part.t === 'none') return null;
        if (part.t !== 'int') throw new NotEvaluated();
        return Number(part.v);
      });
      return slice(object, [numbers[0] ?? null, numbers[1] ?? null, numbers[2] ?? null]);
    });
  }

  #attribute(object: PyValue, name: string, node: PythonNode): PyValue {
    switch (object.t) {
      case 'builtin':
        if (object.self === null) return builtin(`${object.name}.${name}`);
        return object.name === 'timedelta' ? builtin(name, object.self) : this.#outcome(node);
      case 'own-module':
      case 'class': {
        const store = object.t === 'class' ? object.store : this.#module.store;
        if (name === '__dict__') return { t: 'dict', store, env: NO_ENV };
        const entry = store.entries.get(nameKey(name));
        if (entry !== undefined) return entry.value;
        return this.#outcome(node);
      }
      case 'str':
      case 'list':
      case 'dict':
        if (!hasMethod(object.t, name) && !/^__\w+__$/.test(name))
          throw new PyRaise(['AttributeError'], `a ${object.t} has no attribute ${name}`);
        return builtin(name, object);
      case 'none':
        throw new PyRaise(['AttributeError'], `None has no attribute ${name}`);
      default:
        return this.#outcome(node);
    }
  }

  #moduleNamed(name: string, node: PythonNode): PyValue {
    if (name === '__config__') return { t: 'own-module', env: NO_ENV };
    return isModuleName(name) ? builtin(name) : this.#outcome(node);
  }

  #fromEnvironment(key: PyValue, node: PythonNode): PyValue {
    const found = this.#environment.demand(key, this.#guards > 0, this.#textOf(node));
    return found ?? this.#outcome(node);
  }

  #call(node: PythonNode): PyValue {
    const [calleeNode, list] = node.kids;
    if (calleeNode === undefined || list === undefined) return this.#outcome(node);
    const callee = this.#evaluate(calleeNode);
    const args = this.#arguments(list.kids.slice(1, -1));
    return this.#invoke(callee, args, node);
  }

  #arguments(kids: readonly PythonNode[]): CallArguments {
    const positional: PyValue[] = [];
    const named = new Map<string, PyValue>();
    let areKnown = true;
    const forAt = kids.findIndex(({ name }) => name === 'for');
    const [produced] = kids;
    if (forAt === 1 && produced !== undefined) {
      const whole: PythonNode = {
        name: 'ComprehensionExpression',
        from: produced.from,
        to: kids.at(-1)?.to ?? produced.to,
        kids: [produced, ...kids, produced],
      };
      return { positional: [this.#evaluate(whole)], named, areKnown };
    }
    for (const group of splitAt(kids, ',')) {
      const [first, second, third] = group;
      if (first === undefined) continue;
      if (first.name === '*' && second !== undefined) {
        const items = this.#iterate(this.#evaluate(second));
        if (items === null) areKnown = false;
        else positional.push(...items);
      } else if (first.name === '**' && second !== undefined) {
        const from = this.#evaluate(second);
        if (from.t !== 'dict' || from.store.hidden !== null) areKnown = false;
        else for (const { key, value } of from.store.entries.values()) if (key.t === 'str') named.set(key.v, value);
      } else if (second?.name === 'AssignOp' && third !== undefined && this.#textOf(second) === '=') {
        named.set(this.#textOf(first), this.#evaluate(third));
      } else if (group.length === 1) positional.push(this.#evaluate(first));
      else positional.push(this.#inlineNamed(group));
    }
    return { positional, named, areKnown };
  }

  #invoke(callee: PyValue, args: CallArguments, node: PythonNode): PyValue {
    if (callee.t === 'function') return withEnv(callee.call(args), callee.env);
    if (callee.t === 'builtin') {
      const special = this.#special(callee, args, node);
      if (special !== null) return special;
      return this.#invokeBuiltin(callee, args, node);
    }
    if (callee.t === 'class' && callee.isPlain && args.positional.length === 0 && args.named.size === 0) return callee;
    if (typeOf(callee) !== null) throw new PyRaise(['TypeError'], 'object is not callable');
    this.#handedOut(args, node);
    return this.#outcome(node);
  }

  #invokeBuiltin(callee: PyValue & { readonly t: 'builtin' }, args: CallArguments, node: PythonNode): PyValue {
    const all = [...args.positional, ...args.named.values()];
    const { self, name } = callee;
    const operands = self === null || self.t === 'dict' || self.t === 'list' ? [...all] : [self, ...all];
    // A setting that is stored keeps the variables of its own value, not of the others.
    const isStore = self !== null && /^(?:append|extend|update|setdefault|__setitem__)$/.test(name);
    let isEvaluated = true;
    const result = this.#operate(node, isStore ? [] : operands, () => {
      try {
        return callPure(name, self, args);
      } catch (error) {
        if (error instanceof NotEvaluated) isEvaluated = false;
        throw error;
      }
    });
    if (!isEvaluated) {
      const why = this.#unknown(node);
      if (self !== null && !/^(?:get|keys|values|items|copy|index|count|__contains__)$/.test(name))
        this.#forgetShared(self, why);
      if (!isPureFunction(name) && !/^(?:json|logging|os|pprint|shutil|subprocess|socket|warnings)\./.test(name))
        this.#handedOut(args, node);
    }
    return result;
  }

  /** What code that is not followed could do to its arguments. */
  #handedOut(args: CallArguments, node: PythonNode): void {
    const why = this.#unknown(node);
    for (const value of [...args.positional, ...args.named.values()]) {
      this.#forgetShared(value, why);
      if (value.t === 'function' && this.#hiddenWriters) this.#forgetScope(this.#module, why);
    }
    const callee = node.kids[0];
    if (callee?.name === 'VariableName' && this.#hiddenWriters) this.#forgetScope(this.#module, why);
  }

  /** Functions that reach names, the environment or other code; null for all others. */
  #special(callee: PyValue & { readonly t: 'builtin' }, args: CallArguments, node: PythonNode): PyValue | null {
    const { name } = callee;
    const [first = NONE, second, third] = args.positional;
    if (callee.self !== null) return null;
    if (isException(name)) return { t: 'exception', types: [name], env: NO_ENV };
    switch (name) {
      case 'globals':
        return { t: 'dict', store: this.#module.store, env: NO_ENV };
      case 'locals':
      case 'vars':
        if (args.positional.length > 0) return this.#attribute(first, '__dict__', node);
        // A copy, inside a function: writing to it sets nothing.
        if (this.#scope.kind === 'function') return unknown(this.#textOf(node));
        return { t: 'dict', store: this.#scope.store, env: NO_ENV };
      case 'exec':
      case 'eval':
        return this.#runText(name, first, second, node);
      case 'setattr':
      case 'delattr':
        return this.#setAttribute(first, second ?? NONE, name === 'setattr' ? (third ?? NONE) : null, node);
      case 'getattr': {
        if (second?.t !== 'str') return this.#outcome(node);
        if (first.t === 'own-module') {
          const entry = this.#module.store.entries.get(nameKey(second.v));
          return entry?.value ?? (this.#module.store.hidden === null ? third : undefined) ?? this.#outcome(node);
        }
        if (first.t === 'builtin' && first.self === null && third === undefined)
          return builtin(`${first.name}.${second.v}`);
        return this.#outcome(node);
      }
      case 'map':
      case 'filter':
        return this.#mapped(name, first, second, node);
      case '__import__':
      case 'importlib.import_module':
        return first.t === 'str' ? this.#moduleNamed(first.v, node) : this.#outcome(node);
      case 'sys.modules.get':
        return first.t === 'str' ? this.#moduleNamed(first.v, node) : this.#outcome(node);
      case 'sys.exit':
      case 'os._exit':
      case 'exit':
      case 'quit':
        throw new PyRaise(['SystemExit'], 'the file ends the process');
      case 'atexit.register':
      case 'signal.signal':
        return unknown(this.#textOf(node));
      case 'os.getenv':
      case 'os.environ.get':
        return this.#environment.get(args, this.#textOf(node)) ?? this.#outcome(node);
      case 'os.environ.__getitem__':
        return this.#fromEnvironment(first, node);
      case 'os.environ.__contains__':
        return this.#environment.has(first) ?? this.#outcome(node);
      case 'os.environ.setdefault':
      case 'os.environ.pop':
      case 'os.environ.update':
      case 'os.environ.clear':
      case 'os.putenv':
      case 'os.unsetenv':
        return this.#environment.change(name, args, this.#textOf(node)) ?? this.#outcome(node);
      case 'os.environ.copy':
        return builtin('os.environ');
      case 'dict':
        return first.t === 'builtin' && first.name === 'os.environ' && args.named.size === 0 ? first : null;
      default:
        return null;
    }
  }

  #mapped(name: string, first: PyValue, second: PyValue | undefined, node: PythonNode): PyValue {
    const items = second === undefined ? null : this.#iterate(second);
    if (items === null || items.length > TURN_LIMIT || first.t === 'unknown') {
      this.#handedOut({ positional: [first], named: new Map(), areKnown: true }, node);
      return this.#outcome(node);
    }
    const call = (item: PyValue): PyValue =>
      first.t === 'none' ? item : this.#invoke(first, { positional: [item], named: new Map(), areKnown: true }, node);
    return pyList(name === 'map' ? items.map(call) : items.filter((item) => this.#truth(call(item))));
  }

  #setAttribute(object: PyValue, name: PyValue, value: PyValue | null, node: PythonNode): PyValue {
    const store = object.t === 'own-module' ? this.#module.store : object.t === 'class' ? object.store : null;
    if (store === null) {
      // An object that is not known may be this module.
      if (object.t === 'unknown' && name.t === 'str') setEntry(this.#module.store, name, this.#unknown(node));
      else if (object.t === 'unknown') this.#forgetScope(this.#module, this.#unknown(node));
      return NONE;
    }
    if (name.t !== 'str' || name.env.size > 0) {
      if (store === this.#module.store) this.#forgetScope(this.#module, this.#unknown(node));
      else forgetEntries(store, this.#unknown(node));
    } else if (value !== null) setEntry(store, name, value);
    else store.entries.delete(keyOf(name));
    return NONE;
  }

  /** `exec("timeout = 5")` and `eval("6 * 5")` of a text that is known. */
  #runText(name: string, code: PyValue, space: PyValue | undefined, node: PythonNode): PyValue {
    const isHere = space === undefined || (space.t === 'dict' && space.store === this.#module.store);
    if (code.t !== 'str' || code.env.size > 0 || !isHere) {
      if (isHere) this.#forgetScope(this.#scope.kind === 'class' ? this.#scope : this.#module, this.#unknown(node));
      else if (space !== undefined) this.#forgetShared(space, this.#unknown(node));
      return this.#outcome(node);
    }
    const parsed = parsePython(name === 'eval' ? code.v.trim() : code.v);
    if (parsed.refusal !== null) {
      if (parsed.refusal.byPython) throw new PyRaise(['SyntaxError'], parsed.refusal.why);
      throw new LimitReached(parsed.refusal.why);
    }
    if (this.#depth > 40) throw new LimitReached('exec() within exec()');
    const { 0: text, 1: scope, 2: depth } = [this.#text, this.#scope, this.#depth] as const;
    this.#text = parsed.text;
    this.#depth = depth + 10;
    if (space !== undefined) this.#scope = this.#module;
    const statement = this.#statement;
    try {
      if (name === 'eval') {
        const [only] = statementsOf(parsed.root);
        return only?.name === 'ExpressionStatement' ? this.#expressions(only.kids) : this.#outcome(node);
      }
      // Functions that it defines would look for their text in the file.
      if (parsed.root.kids.some((kid) => /Definition|Decorated/.test(kid.name)) || /\blambda\b/.test(parsed.text))
        throw new NotEvaluated();
      for (const each of statementsOf(parsed.root)) {
        this.#decisions.step();
        this.#execute(each);
        this.#statement = statement;
      }
      return NONE;
    } catch (error) {
      if (error instanceof NotEvaluated) this.#forgetScope(this.#module, unknown(statement.text));
      throw error;
    } finally {
      this.#text = text;
      this.#scope = scope;
      this.#depth = depth;
    }
  }

  // Functions

  #lambda(node: PythonNode): PyValue {
    const parameters = node.kids.find(({ name }) => name === 'ParamList');
    const body = node.kids.at(-1);
    if (body === undefined) return this.#outcome(node);
    return this.#function(parameters?.kids ?? [], body, () => this.#evaluate(body));
  }

  #definition(node: PythonNode): PyValue {
    const body = node.kids.find(({ name }) => name === 'Body');
    const parameters = node.kids.find(({ name }) => name === 'ParamList');
    if (body === undefined || parameters === undefined) return this.#unknown(node);
    let isPlain = node.kids[0]?.name === 'def';
    visit(body, (each) => {
      if (/^(?:Yield|Await)/.test(each.name)) isPlain = false;
      return !/^(?:FunctionDefinition|LambdaExpression|ClassDefinition)$/.test(each.name);
    });
    if (!isPlain) return unknown(clip(this.#textOf(node)));
    return this.#function(parameters.kids.slice(1, -1), body, () => {
      const completion = this.#block(statementsOf(body));
      return typeof completion === 'object' ? completion.returned : NONE;
    });
  }

  #function(parameterKids: readonly PythonNode[], body: PythonNode, run: () => PyValue): PyValue {
    const outer = this.#scope;
    const text = this.#text;
    const parameters = splitAt(parameterKids, ',').flatMap((group): readonly Parameter[] => {
      const stars = group[0]?.name === '*' || group[0]?.name === '**' ? group[0].name : '';
      const nameNode = group.find(({ name }) => name === 'VariableName');
      const at = group.findIndex(({ name }) => name === 'AssignOp');
      const fallback = at < 0 ? undefined : group[at + 1];
      if (nameNode === undefined && stars === '') return [];
      return [
        {
          name: nameNode === undefined ? null : this.#textOf(nameNode),
          stars,
          fallback: fallback === undefined ? null : this.#evaluate(fallback),
        },
      ];
    });
    const declared = declaredNames(body, text);
    const own = new Set(
      boundNames(body, text).filter((name) => !declared.globals.has(name) && !declared.nonlocals.has(name)),
    );
    const call = (args: CallArguments): PyValue => {
      this.#depth += 4;
      if (this.#depth > 250) throw new LimitReached('its functions call one another too deeply');
      const { 0: caller, 1: callerText, 2: statement } = [this.#scope, this.#text, this.#statement] as const;
      const scope: Scope = { ...newScope(outer), own, globals: declared.globals, nonlocals: declared.nonlocals };
      bindArguments(parameters, args, scope.store, unknown(statement.text));
      this.#scope = scope;
      this.#text = text;
      try {
        return run();
      } finally {
        this.#scope = caller;
        this.#text = callerText;
        this.#statement = statement;
        this.#depth -= 4;
      }
    };
    return { t: 'function', call, env: NO_ENV };
  }

  #decorated(node: PythonNode): void {
    const definition = node.kids.at(-1);
    const nameNode = definition?.kids.find(({ name }) => name === 'VariableName');
    if (definition === undefined || nameNode === undefined) return;
    const isTransparent = node.kids
      .filter(({ name }) => name === 'Decorator')
      .every((each) => /^@\s*(?:functools\.)?(?:lru_cache|cache)\b/.test(this.#textOf(each)));
    if (isTransparent && definition.name === 'FunctionDefinition') this.#execute(definition);
    else {
      this.#write(this.#textOf(nameNode), unknown(clip(this.#textOf(node))));
      if (this.#hiddenWriters) this.#forgetScope(this.#module, unknown(this.#statement.text));
    }
  }

  #class(node: PythonNode): void {
    const nameNode = node.kids.find(({ name }) => name === 'VariableName');
    const body = node.kids.find(({ name }) => name === 'Body');
    if (nameNode === undefined || body === undefined) return;
    const bases = node.kids.find(({ name }) => name === 'ArgList');
    const hasBases = bases !== undefined && this.#arguments(bases.kids.slice(1, -1)).positional.length > 0;
    const outer = this.#scope;
    const scope: Scope = { ...newScope(outer), kind: 'class', globals: declaredNames(body, this.#text).globals };
    this.#scope = scope;
    try {
      this.#block(statementsOf(body));
    } finally {
      this.#scope = outer;
    }
    const isPlain =
      !hasBases && !scope.store.entries.has(nameKey('__init__')) && !scope.store.entries.has(nameKey('__new__'));
    this.#write(this.#textOf(nameNode), { t: 'class', store: scope.store, isPlain, env: NO_ENV });
  }

  // Statements

  /** Every way comes by the same statements. */
  #placeOf(node: PythonNode): Place {
    const known = PLACES.get(node);
    if (known !== undefined) return known;
    const place = { from: node.from, to: node.to, text: settingText(this.#textOf(node)) };
    PLACES.set(node, place);
    return place;
  }

  #block(statements: readonly PythonNode[]): Completion {
    for (const statement of statements) {
      const completion = this.#execute(statement);
      if (completion !== 'next') return completion;
    }
    return 'next';
  }

  #body(node: PythonNode | undefined): Completion {
    return node === undefined ? 'next' : this.#block(statementsOf(node));
  }

  #execute(node: PythonNode): Completion {
    this.#decisions.step();
    if (this.#text === this.#source.text) this.#statement = this.#placeOf(node);
    switch (node.name) {
      case 'AssignStatement':
        this.#assignment(node);
        return 'next';
      case 'UpdateStatement':
        this.#update(node);
        return 'next';
      case 'ExpressionStatement':
        this.#expressions(node.kids);
        return 'next';
      case 'DeleteStatement':
        for (const [target] of splitAt(node.kids.slice(1), ',')) if (target !== undefined) this.#delete(target);
        return 'next';
      case 'PassStatement':
      case 'ScopeStatement':
      case 'TypeDefinition':
        return 'next';
      case 'BreakStatement':
        return 'break';
      case 'ContinueStatement':
        return 'continue';
      case 'ReturnStatement':
        return { returned: node.kids.length > 1 ? this.#expressions(node.kids.slice(1)) : NONE };
      case 'RaiseStatement':
        return this.#raise(node);
      case 'AssertStatement': {
        const [condition] = splitAt(node.kids.slice(1), ',').flat();
        if (condition !== undefined && !this.#truth(this.#evaluate(condition)))
          throw new PyRaise(['AssertionError'], clip(this.#textOf(condition)));
        return 'next';
      }
      case 'ImportStatement':
        this.#import(node);
        return 'next';
      case 'IfStatement':
        return this.#if(node);
      case 'WhileStatement':
        return this.#while(node);
      case 'ForStatement':
        return this.#for(node);
      case 'TryStatement':
        return this.#try(node);
      case 'WithStatement':
        return this.#with(node);
      case 'MatchStatement':
        return this.#match(node);
      case 'FunctionDefinition': {
        const nameNode = node.kids.find(({ name }) => name === 'VariableName');
        if (nameNode !== undefined) this.#write(this.#textOf(nameNode), this.#definition(node));
        return 'next';
      }
      case 'ClassDefinition':
        this.#class(node);
        return 'next';
      case 'DecoratedStatement':
        this.#decorated(node);
        return 'next';
      default:
        this.#skip(node);
        return 'next';
    }
  }

  /** `a`, or the tuple that `a, b` is. */
  #expressions(kids: readonly PythonNode[]): PyValue {
    const [only] = kids;
    if (kids.length === 1 && only !== undefined) return this.#evaluate(only);
    try {
      return pyTuple(this.#items(kids));
    } catch (error) {
      if (error instanceof NotEvaluated) return unknown(this.#statement.text);
      throw error;
    }
  }

  #assignment(node: PythonNode): void {
    const groups = splitAt(node.kids, 'AssignOp');
    const values = groups.at(-1);
    if (values === undefined || groups.length < 2) return;
    const value = this.#expressions(values);
    for (const group of groups.slice(0, -1))
      this.#assignGroup(
        group.filter(({ name }) => name !== 'TypeDef'),
        value,
      );
  }

  /** Assigns to `a` or to `a, b`. */
  #assignGroup(targets: readonly PythonNode[], value: PyValue): void {
    const [only] = targets;
    if (targets.length === 1 && only !== undefined) this.#assign(only, value);
    else this.#unpack(targets, value);
  }

  #assign(target: PythonNode, value: PyValue): void {
    switch (target.name) {
      case 'VariableName':
        this.#write(this.#textOf(target), value);
        return;
      case 'ParenthesizedExpression':
        if (target.kids[1] !== undefined) this.#assign(target.kids[1], value);
        return;
      case 'TupleExpression':
      case 'ArrayExpression':
        this.#unpack(target.kids.slice(1, -1), value);
        return;
      case 'MemberExpression':
        this.#assignMember(target, value);
        return;
      default:
        this.#skip(target);
    }
  }

  #unpack(kids: readonly PythonNode[], value: PyValue): void {
    const targets = splitAt(kids, ',').filter((group) => group.length > 0);
    const starAt = targets.findIndex(([first]) => first?.name === '*');
    let items: readonly PyValue[] | null;
    try {
      items = knownItems(value);
    } catch (error) {
      if (!(error instanceof NotEvaluated)) throw error;
      items = null;
    }
    const why = value.t === 'unknown' ? value : unknown(this.#statement.text);
    if (items !== null && (starAt < 0 ? items.length !== targets.length : items.length < targets.length - 1)) {
      if (value.env.size > 0 && this.#decisions.isOverridden(value.env)) items = null;
      else throw new PyRaise(['ValueError'], 'not the right number of values to unpack');
    }
    const behind = starAt < 0 ? 0 : targets.length - starAt - 1;
    targets.forEach((group, index) => {
      const target = group.at(-1);
      if (target === undefined) return;
      if (items === null) this.#assign(target, why);
      else if (index === starAt) this.#assign(target, pyList(items.slice(starAt, items.length - behind)));
      else {
        const item = starAt >= 0 && index > starAt ? items[items.length - (targets.length - index)] : items[index];
        this.#assign(target, withEnv(item ?? why, value.env));
      }
    });
  }

  #assignMember(target: PythonNode, value: PyValue): void {
    const [objectNode, second, third] = target.kids;
    if (objectNode === undefined || second === undefined) return;
    const object = this.#evaluate(objectNode);
    if (second.name === '.') {
      if (third !== undefined && object.t !== 'unknown')
        this.#setAttribute(object, pyStr(this.#textOf(third)), value, target);
      return;
    }
    const why = unknown(this.#statement.text);
    const keys = target.kids.slice(2, -1);
    if (keys.some(({ name }) => name === ':')) {
      this.#forgetShared(object, why);
      return;
    }
    const key = this.#key(keys);
    if (object.t === 'builtin' && object.name === 'os.environ') this.#environment.set(key, value);
    else if (object.t === 'dict') {
      if (key.t === 'unknown' || key.env.size > 0) this.#forgetShared(object, why);
      else setEntry(object.store, key, value);
    } else if (object.t === 'list' && object.store.isKnown) {
      const index = numberOf(key);
      const length = BigInt(object.store.items.length);
      if (typeof index !== 'bigint') {
        this.#forgetShared(object, why);
        return;
      }
      const at = index < 0n ? length + index : index;
      if (at < 0n || at >= length) throw new PyRaise(['IndexError'], 'assignment index out of range');
      object.store.items[Number(at)] = value;
    } else if (typeOf(object) !== null && object.t !== 'list') throw new PyRaise(['TypeError'], 'no item assignment');
  }

  #update(node: PythonNode): void {
    const [target, operatorNode, ...values] = node.kids;
    if (target === undefined || operatorNode === undefined) return;
    const old = this.#evaluate(target);
    const value = this.#expressions(values);
    const operator = this.#textOf(operatorNode).slice(0, -1);
    if (old.t === 'list' && operator === '+' && old.store.isKnown) {
      const items = this.#iterate(value);
      if (items === null) forgetContent(old, unknown(this.#statement.text));
      else if (old.store.items.length + items.length > LIMITS.length) throw new LimitReached('it makes a long list');
      else old.store.items.push(...items);
      this.#assign(target, old);
      return;
    }
    if (old.t === 'dict' && operator === '|') {
      this.#invokeBuiltin(
        { t: 'builtin', name: 'update', self: old, env: NO_ENV },
        { positional: [value], named: new Map(), areKnown: true },
        node,
      );
      return;
    }
    this.#assign(
      target,
      this.#operate(node, [old, value], () => binaryOperation(operator, old, value)),
    );
  }

  #delete(target: PythonNode): void {
    if (target.name === 'VariableName') {
      this.#remove(this.#textOf(target));
      return;
    }
    if (
      target.name === 'TupleExpression' ||
      target.name === 'ParenthesizedExpression' ||
      target.name === 'ArrayExpression'
    ) {
      for (const [each] of splitAt(target.kids.slice(1, -1), ',')) if (each !== undefined) this.#delete(each);
      return;
    }
    const [objectNode, second, third] = target.kids;
    if (target.name !== 'MemberExpression' || objectNode === undefined || second === undefined || third === undefined) {
      this.#skip(target);
      return;
    }
    const object = this.#evaluate(objectNode);
    if (second.name === '.') {
      this.#setAttribute(object, pyStr(this.#textOf(third)), null, target);
      return;
    }
    const key = this.#evaluate(third);
    if (object.t === 'builtin' && object.name === 'os.environ') this.#environment.set(key, null);
    else if (object.t === 'dict' && key.t !== 'unknown' && key.env.size === 0) {
      if (!object.store.entries.delete(keyOf(key)) && object.store.hidden === null)
        throw new PyRaise(['KeyError'], 'no such key');
    } else this.#forgetShared(object, unknown(this.#statement.text));
  }

  #raise(node: PythonNode): never {
    const [, raisedNode] = node.kids;
    if (raisedNode === undefined)
      throw this.#handled ?? new PyRaise(['RuntimeError'], 'no active exception to reraise');
    const raised = this.#evaluate(raisedNode);
    const types =
      raised.t === 'exception'
        ? raised.types
        : raised.t === 'builtin' && isException(raised.name)
          ? [raised.name]
          : null;
    throw new PyRaise(types, clip(this.#textOf(node)));
  }

  #import(node: PythonNode): void {
    const { kids } = node;
    const isFrom = kids[0]?.name === 'from';
    const importAt = kids.findIndex(({ name }) => name === 'import');
    const module = isFrom
      ? kids
          .slice(1, importAt)
          .map((kid) => this.#textOf(kid))
          .join('')
      : '';
    const names = kids.slice(importAt + 1).filter(({ name }) => name !== '(' && name !== ')');
    const why = unknown(this.#textOf(node));
    // The file is no part of a package.
    if (module.startsWith('.')) throw new PyRaise(['ImportError'], 'relative import without a package');
    if (isFrom && names[0]?.name === '*') {
      this.#mayFailToImport(module);
      if (isModuleName(module)) this.#starred.push(module);
      else this.#forgetScope(this.#scope, why);
      return;
    }
    for (const group of splitAt(names, ',')) {
      const asAt = group.findIndex(({ name }) => name === 'as');
      const path = group
        .slice(0, asAt < 0 ? undefined : asAt)
        .map((kid) => this.#textOf(kid))
        .join('');
      const alias = asAt < 0 ? undefined : group[asAt + 1];
      if (path === '') continue;
      const full = isFrom ? `${module}.${path}` : path;
      this.#mayFailToImport(isFrom ? module : path);
      const root = path.split('.')[0] ?? path;
      const bound = alias === undefined ? (isFrom ? path : root) : this.#textOf(alias);
      const reached = isFrom || alias !== undefined ? full : root;
      this.#write(bound, isModuleName(isFrom ? module : path) ? builtin(reached) : why);
    }
  }

  #mayFailToImport(module: string): void {
    if (isModuleName(module) || this.#guards === 0) return;
    if (this.#decisions.fork(2) === 1) throw new PyRaise(['ModuleNotFoundError'], `no module named ${module}`);
  }

  #if(node: PythonNode): Completion {
    const { kids } = node;
    for (let at = 0; at < kids.length; ) {
      if (kids[at]?.name === 'else') return this.#body(kids[at + 1]);
      const condition = kids[at + 1];
      if (condition === undefined) return 'next';
      if (this.#truth(this.#evaluate(condition))) return this.#body(kids[at + 2]);
      at += 3;
    }
    return 'next';
  }

  #while(node: PythonNode): Completion {
    const [, condition, body] = node.kids;
    const otherwise = node.kids[3]?.name === 'else' ? node.kids[4] : undefined;
    if (condition === undefined || body === undefined) return 'next';
    for (let turn = 0; ; turn += 1) {
      const value = this.#evaluate(condition);
      if (value.t === 'unknown' || (truthOf(value) === null && value.t !== 'builtin')) {
        // However many turns there are: what the loop binds is known only where every turn gives the same.
        if (this.#decisions.fork(2) === 1) return this.#body(otherwise);
        this.#skip(node);
        const completion = this.#body(body);
        return typeof completion === 'object' ? completion : 'next';
      }
      if (!this.#truth(value)) return this.#body(otherwise);
      if (turn >= TURN_LIMIT) throw new LimitReached('a loop has too many turns');
      const completion = this.#body(body);
      if (completion === 'break') return 'next';
      if (typeof completion === 'object') return completion;
    }
  }

  #for(node: PythonNode): Completion {
    const inAt = node.kids.findIndex(({ name }) => name === 'in');
    const bodyAt = node.kids.findIndex(({ name }) => name === 'Body');
    const forAt = node.kids.findIndex(({ name }) => name === 'for');
    const body = node.kids[bodyAt];
    const otherwise = node.kids[bodyAt + 1]?.name === 'else' ? node.kids[bodyAt + 2] : undefined;
    const targets = node.kids.slice(forAt + 1, inAt);
    const items = forAt > 0 ? null : this.#iterate(this.#expressions(node.kids.slice(inAt + 1, bodyAt)));
    if (items === null || items.length > TURN_LIMIT) {
      if (items === null && this.#decisions.fork(2) === 1) return this.#body(otherwise);
      this.#skip(node);
      const completion = this.#body(body);
      if (typeof completion === 'object') return completion;
      return completion === 'break' ? 'next' : this.#body(otherwise);
    }
    for (const item of items) {
      this.#assignGroup(targets, item);
      const completion = this.#body(body);
      if (completion === 'break') return 'next';
      if (typeof completion === 'object') return completion;
    }
    return this.#body(otherwise);
  }

  #try(node: PythonNode): Completion {
    const { kids } = node;
    const finallyAt = kids.findIndex(({ name }) => name === 'finally');
    const hasHandlers = kids.some(({ name }) => name === 'except');
    const elseAt = kids.findIndex(({ name }) => name === 'else');
    let completion: Completion;
    try {
      try {
        if (hasHandlers) this.#guards += 1;
        try {
          completion = this.#body(kids[1]);
        } finally {
          if (hasHandlers) this.#guards -= 1;
        }
        if (completion === 'next' && elseAt >= 0) completion = this.#body(kids[elseAt + 1]);
      } catch (error) {
        if (!(error instanceof PyRaise)) throw error;
        completion = this.#handle(kids, error);
      }
    } catch (error) {
      if (error instanceof PyRaise && finallyAt >= 0) {
        const last = this.#body(kids[finallyAt + 1]);
        if (last !== 'next') return last;
      }
      throw error;
    }
    const last = finallyAt < 0 ? 'next' : this.#body(kids[finallyAt + 1]);
    return last === 'next' ? completion : last;
  }

  #handle(kids: readonly PythonNode[], error: PyRaise): Completion {
    for (let at = 0; at < kids.length; at += 1) {
      if (kids[at]?.name !== 'except') continue;
      const bodyAt = kids.findIndex(({ name }, index) => index > at && name === 'Body');
      const parts = kids.slice(at + 1, bodyAt);
      const [type] = parts;
      if (type !== undefined && !this.#isCaught(type, error)) continue;
      const asAt = parts.findIndex(({ name }) => name === 'as');
      const bound = asAt < 0 ? undefined : parts[asAt + 1];
      const name = bound === undefined ? null : this.#textOf(bound);
      if (name !== null) this.#write(name, unknown(name));
      const before = this.#handled;
      this.#handled = error;
      try {
        return this.#body(kids[bodyAt]);
      } finally {
        this.#handled = before;
        if (name !== null) this.#scopeOf(name).store.entries.delete(nameKey(name));
      }
    }
    throw error;
  }

  #isCaught(typeNode: PythonNode, error: PyRaise): boolean {
    const handler = this.#evaluate(typeNode);
    const handlers = handler.t === 'tuple' ? handler.items : [handler];
    let isOpen = false;
    for (const each of handlers) {
      if (each.t !== 'builtin') {
        isOpen = true;
        continue;
      }
      if (error.types === null) {
        if (each.name === 'Exception' || each.name === 'BaseException') return true;
        isOpen = true;
        continue;
      }
      const results = error.types.map((type) => catches(each.name, type));
      if (results.includes(true)) return true;
      if (results.includes(null)) isOpen = true;
    }
    return isOpen && this.#decisions.fork(2) === 0;
  }

  #with(node: PythonNode): Completion {
    const bodyAt = node.kids.findIndex(({ name }) => name === 'Body');
    let mayCatch = false;
    for (const [context, , target] of splitAt(node.kids.slice(node.kids[0]?.name === 'async' ? 2 : 1, bodyAt), ',')) {
      if (context === undefined) continue;
      this.#evaluate(context);
      // A file closes itself and lets exceptions pass; any other manager may swallow them.
      if (!/^(?:io\.)?open\s*\(/.test(this.#textOf(context))) mayCatch = true;
      if (target !== undefined) this.#assign(target, this.#unknown(context));
    }
    if (mayCatch) this.#guards += 1;
    try {
      return this.#body(node.kids[bodyAt]);
    } catch (error) {
      if (mayCatch && error instanceof PyRaise && this.#decisions.fork(2) === 0) return 'next';
      throw error;
    } finally {
      if (mayCatch) this.#guards -= 1;
    }
  }

  #match(node: PythonNode): Completion {
    const bodyAt = node.kids.findIndex(({ name }) => name === 'MatchBody');
    const subject = this.#expressions(node.kids.slice(1, bodyAt));
    for (const clause of node.kids[bodyAt]?.kids ?? []) {
      if (clause.name !== 'MatchClause') continue;
      const guard = clause.kids.find(({ name }) => name === 'Guard');
      const end = clause.kids.findIndex(({ name }) => name === 'Guard' || name === 'Body');
      const patterns = clause.kids.slice(1, end);
      const [pattern] = patterns;
      if (pattern === undefined) continue;
      if (!(patterns.length === 1 ? this.#matches(pattern, subject) : this.#isChosen(clause))) continue;
      const condition = guard?.kids[1];
      if (condition !== undefined && !this.#truth(this.#evaluate(condition))) continue;
      return this.#body(clause.kids.at(-1));
    }
    return 'next';
  }

  /** A pattern that is not worked out may match or not; what it binds is not known. */
  #isChosen(node: PythonNode): boolean {
    this.#skip(node);
    return this.#decisions.fork(2) === 0;
  }

  #matches(pattern: PythonNode, subject: PyValue): boolean {
    const [first] = pattern.kids;
    switch (pattern.name) {
      case 'CapturePattern': {
        const name = this.#textOf(pattern);
        if (name !== '_') this.#write(name, subject);
        return true;
      }
      case 'LiteralPattern':
      case 'AttributePattern': {
        const value = pattern.name === 'AttributePattern' ? this.#outcome(pattern) : this.#literalPattern(pattern);
        return this.#truth(this.#operate(pattern, [subject, value], () => pyBool(compare('==', subject, value))));
      }
      case 'OrPattern':
        return pattern.kids.filter(({ name }) => name !== 'LogicOp').some((each) => this.#matches(each, subject));
      case 'AsPattern': {
        if (first === undefined || !this.#matches(first, subject)) return false;
        const bound = pattern.kids.at(-1);
        if (bound !== undefined) this.#write(this.#textOf(bound), subject);
        return true;
      }
      default:
        return this.#isChosen(pattern);
    }
  }

  #literalPattern(pattern: PythonNode): PyValue {
    const [first, second] = pattern.kids;
    if (first === undefined || pattern.kids.length > 2) return this.#outcome(pattern);
    if (second === undefined) return this.#evaluate(first);
    const value = this.#evaluate(second);
    return this.#operate(pattern, [value], () => unaryOperation('-', value));
  }
}

interface Parameter {
  /** Null for a bare `*`. */
  readonly name: string | null;
  readonly stars: string;
  readonly fallback: PyValue | null;
}

function newScope(parent: Scope): Scope {
  const none = new Set<string>();
  return { kind: 'function', store: newStore(), parent, own: none, globals: none, nonlocals: none };
}

/** Gives parameters their values. Throws as Python does where they do not fit. */
function bindArguments(parameters: readonly Parameter[], args: CallArguments, store: DictStore, why: PyUnknown): void {
  const named = new Map(args.named);
  const positional = [...args.positional];
  let onlyNamed = false;
  for (const { name, stars, fallback } of parameters) {
    if (stars === '**') {
      const rest = pyDict();
      for (const [word, value] of named) setEntry(rest.store, pyStr(word), value);
      named.clear();
      if (!args.areKnown) forgetEntries(rest.store, why);
      if (name !== null) setEntry(store, pyStr(name), rest);
    } else if (stars === '*') {
      onlyNamed = true;
      if (name !== null) setEntry(store, pyStr(name), args.areKnown ? pyTuple(positional.splice(0)) : why);
    } else if (name !== null) {
      const value = onlyNamed ? undefined : positional.shift();
      const given = value ?? named.get(name) ?? (args.areKnown ? fallback : why);
      if (value === undefined) named.delete(name);
      if (given === null) throw new PyRaise(['TypeError'], `missing argument ${name}`);
      setEntry(store, pyStr(name), given);
    }
  }
  if (positional.length > 0 || named.size > 0) throw new PyRaise(['TypeError'], 'unexpected arguments');
}

/** Names that a function's body declares as of the module or of a function around it. */
function declaredNames(
  body: PythonNode,
  text: string,
): { readonly globals: ReadonlySet<string>; readonly nonlocals: ReadonlySet<string> } {
  const globals = new Set<string>();
  const nonlocals = new Set<string>();
  visit(body, (node) => {
    if (node.name === 'ScopeStatement') {
      const names = node.kids
        .filter(({ name }) => name === 'VariableName')
        .map(({ from, to }) => identifier(text.slice(from, to)));
      for (const name of names) (node.kids[0]?.name === 'global' ? globals : nonlocals).add(name);
    }
    return node === body || !/^(?:FunctionDefinition|ClassDefinition|LambdaExpression)$/.test(node.name);
  });
  return { globals, nonlocals };
}

function isComparison(node: PythonNode): boolean {
  const operator = node.kids[1]?.name ?? '';
  return node.name === 'BinaryExpression' && /^(?:CompareOp|in|not|is)$/.test(operator);
}

/** Whether evaluating an expression could set a name or call something. */
function hasEffects(node: PythonNode): boolean {
  let found = false;
  visit(node, ({ name }) => {
    if (name === 'NamedExpression' || name === 'AwaitExpression' || name === 'YieldExpression') found = true;
    return !found;
  });
  return found;
}

/** A container as an operand: its items carry their own variables. */
function withoutContent(value: PyValue): PyValue {
  return value.t === 'dict' || value.t === 'list' || value.t === 'tuple' ? withEnv(NONE, value.env) : value;
}

/** The value's side of an assignment, else the whole statement. */
function settingText(statement: string): string {
  const found = /^[A-Za-z_]\w*(?:\s*:[^=\n]+)?\s*=(?!=)\s*([\s\S]*)$/.exec(statement);
  return clip(found?.[1] ?? statement);
}
