import type { GunicornConfig, Setting } from '../../model/config.ts';
import type { Provenance } from '../../model/evidence.ts';
import { problemItem } from '../reading/lines.ts';
import type { CreateParser, EvidenceParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { type LiteralValue, readLiteral, toNumber } from './python-literal.ts';
import { type PythonStatement, readPythonStatements } from './python-tokens.ts';

/** A configuration has a few KiB; more is read to here only. */
const FILE_LIMIT_BYTES = 1024 * 1024;

/** Settings that the analysis uses, by their names in the file. Source: https://docs.gunicorn.org/en/stable/settings.html */
const SETTINGS = {
  timeout: 'timeoutSeconds',
  graceful_timeout: 'gracefulTimeoutSeconds',
  workers: 'workers',
  worker_class: 'workerClass',
  threads: 'threads',
  max_requests: 'maxRequests',
  max_requests_jitter: 'maxRequestsJitter',
  preload_app: 'preload',
} as const;
type SettingName = keyof typeof SETTINGS;

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** A top-level or conditional assignment to a name. */
export interface PythonAssignment {
  readonly names: readonly string[];
  readonly statement: PythonStatement;
  /** Index of the first token of the value; null for `x += 1`, whose value depends on what was before. */
  readonly valueAt: number | null;
}

/** Reads a statement as an assignment to plain names (`a = 1`, `a: int = 1`, `a = b = 1`, `a += 1`); null for any other. */
export function readAssignment(statement: PythonStatement): PythonAssignment | null {
  const { tokens } = statement;
  const names: string[] = [];
  let at = 0;
  for (;;) {
    const name = tokens[at];
    if (name?.type !== 'name') break;
    let operatorAt = at + 1;
    if (names.length === 0 && isOperator(tokens[operatorAt], ':')) {
      // An annotation runs to the equals sign outside brackets.
      let depth = 0;
      while (operatorAt < tokens.length) {
        const token = tokens[operatorAt];
        if (token?.type === 'operator') {
          if ('([{'.includes(token.text)) depth += 1;
          if (')]}'.includes(token.text)) depth -= 1;
          if (token.text === '=' && depth === 0) break;
        }
        operatorAt += 1;
      }
    }
    const operator = tokens[operatorAt];
    if (operator?.type !== 'operator') break;
    if (operator.text === '=') {
      names.push(name.text);
      at = operatorAt + 1;
      continue;
    }
    if (names.length === 0 && /^(?:\*\*|\/\/|>>|<<|[-+*/%@&|^])=$/.test(operator.text)) {
      return { names: [name.text], statement, valueAt: null };
    }
    break;
  }
  return names.length === 0 ? null : { names, statement, valueAt: at };
}

function isOperator(token: PythonStatement['tokens'][number] | undefined, text: string): boolean {
  return token?.type === 'operator' && token.text === text;
}

/**
 * `gunicorn.conf.py`, read and never run. Literal assignments at the top level count, the last one wins; defaults of
 * environment look-ups count as such; anything else that concerns a setting is a `not-literal` problem.
 * Line: `timeout = int(os.environ.get("GUNICORN_TIMEOUT", "120"))`
 */
export const createGunicornConfParser: CreateParser = (context) => new GunicornConfParser(context);

class GunicornConfParser implements EvidenceParser {
  readonly #context: ParseContext;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #beyondLimit = false;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  push(chunk: Uint8Array): readonly ParsedItem[] {
    const room = FILE_LIMIT_BYTES - this.#bytes;
    if (chunk.length > room) this.#beyondLimit = true;
    if (room > 0 && chunk.length > 0) {
      // The caller may use its buffer again.
      this.#chunks.push(chunk.slice(0, room));
      this.#bytes += Math.min(chunk.length, room);
    }
    return [];
  }

  end(): readonly ParsedItem[] {
    const bytes = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    const out: ParsedItem[] = [];
    if (this.#beyondLimit) {
      out.push(
        problemItem(
          'limit-exceeded',
          `${this.#context.fileName} is larger than ${FILE_LIMIT_BYTES} bytes; settings after that are not read.`,
          FILE_LIMIT_BYTES,
        ),
      );
    }
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const config = new ConfigReader(this.#context, text, out).read();
    out.push({ type: 'gunicorn-config', config });
    return out;
  }

  timeResolution(): null {
    return null;
  }
}

/** Keywords that open a block whose content runs only under a condition, at once or later. */
const CONDITIONAL = /^(?:if|elif|else|for|while|try|except|finally|with|match|case)$/;
const DEFINITION = /^(?:def|class|async)$/;

class ConfigReader {
  readonly #context: ParseContext;
  readonly #text: string;
  readonly #out: ParsedItem[];
  readonly #byteOffsetOf: (at: number) => number;
  /** Literal values of all names so far, for `timeout = DEFAULT_TIMEOUT`. */
  readonly #names = new Map<string, LiteralValue>();
  readonly #found = new Map<SettingName, { readonly value: LiteralValue; readonly source: Provenance }>();

  constructor(context: ParseContext, text: string, out: ParsedItem[]) {
    this.#context = context;
    this.#text = text;
    this.#out = out;
    const encoder = new TextEncoder();
    this.#byteOffsetOf = (at) => context.startOffset + encoder.encode(text.slice(0, at)).length;
  }

  read(): GunicornConfig {
    /** Opening keyword and indentation of the blocks around the statement. */
    const blocks: { readonly indent: number; readonly isDefinition: boolean }[] = [];
    for (const statement of readPythonStatements(this.#text)) {
      while (blocks.length > 0 && statement.indent <= (blocks.at(-1)?.indent ?? 0)) blocks.pop();
      const first = statement.tokens[0];
      const keyword = first?.type === 'name' ? first.text : '';
      if (CONDITIONAL.test(keyword) || DEFINITION.test(keyword)) {
        blocks.push({ indent: statement.indent, isDefinition: DEFINITION.test(keyword) });
        this.#readInlineBlock(statement, DEFINITION.test(keyword));
        continue;
      }
      const assignment = readAssignment(statement);
      if (assignment !== null) {
        const isDefinition = blocks.some((block) => block.isDefinition);
        if (statement.indent === 0 && blocks.length === 0) this.#assign(assignment);
        else this.#reportBlock(assignment, isDefinition);
      } else if (keyword === 'from' && statement.tokens.some((token) => isOperator(token, '*'))) {
        this.#problem(statement, 'imports settings from another module that is not part of this file');
      } else if (keyword === 'del') {
        for (const token of statement.tokens) if (token.type === 'name') this.#forget(token.text);
      }
    }
    return this.#config();
  }

  /** `if DEBUG: timeout = 0` on one line. */
  #readInlineBlock(statement: PythonStatement, isDefinition: boolean): void {
    let depth = 0;
    const colonAt = statement.tokens.findIndex((token) => {
      if (token.type !== 'operator') return false;
      if ('([{'.includes(token.text)) depth += 1;
      if (')]}'.includes(token.text)) depth -= 1;
      return token.text === ':' && depth === 0;
    });
    const tokens = colonAt < 0 ? [] : statement.tokens.slice(colonAt + 1);
    const first = tokens[0];
    if (first === undefined) return;
    const assignment = readAssignment({ ...statement, tokens, from: first.at });
    if (assignment !== null) this.#reportBlock(assignment, isDefinition);
  }

  #assign({ names, statement, valueAt }: PythonAssignment): void {
    const value = valueAt === null ? null : readLiteral(statement.tokens.slice(valueAt), this.#names);
    for (const name of names) {
      if (value === null) this.#forget(name);
      else if (this.#names.size < 10_000) this.#names.set(name, value);
      if (!isSettingName(name)) continue;
      if (value !== null && fits(name, value.value)) {
        this.#found.set(name, { value, source: this.#provenance(statement) });
      } else if (value !== null && value.value === null && value.fromEnvironment) {
        this.#forget(name);
        this.#problem(statement, `takes ${name} from the environment, without a default`);
      } else {
        this.#forget(name);
        this.#problem(statement, `sets ${name} to something that only running it would tell`);
      }
    }
  }

  #forget(name: string): void {
    this.#names.delete(name);
    if (isSettingName(name)) this.#found.delete(name);
  }

  #reportBlock({ names, statement }: PythonAssignment, isDefinition: boolean): void {
    for (const name of names) {
      if (!isDefinition) this.#names.delete(name);
      if (!isSettingName(name)) continue;
      if (isDefinition) {
        this.#problem(statement, `sets ${name} inside a function or class, which is no setting of the file`);
        continue;
      }
      this.#problem(statement, `sets ${name} only under a condition; whether that held is not known`);
      // What was set before may have been replaced: like a default that something outside the file may override.
      const before = this.#found.get(name);
      if (before !== undefined) {
        this.#found.set(name, { ...before, value: { ...before.value, fromEnvironment: true } });
      }
    }
  }

  #provenance(statement: PythonStatement): Provenance {
    const from = this.#byteOffsetOf(statement.from);
    return {
      evidenceId: this.#context.evidenceId,
      byteOffset: from,
      byteLength: this.#byteOffsetOf(statement.to) - from,
      line: this.#context.startLine + statement.line - 1,
    };
  }

  #problem(statement: PythonStatement, what: string): void {
    this.#out.push(
      problemItem(
        'not-literal',
        `Line ${statement.line} of ${this.#context.fileName} ${what}; look it up on the host (gunicorn --print-config).`,
        this.#byteOffsetOf(statement.from),
      ),
    );
  }

  #config(): GunicornConfig {
    return {
      evidenceId: this.#context.evidenceId,
      timeoutSeconds: this.#setting('timeout', toNumber),
      gracefulTimeoutSeconds: this.#setting('graceful_timeout', toNumber),
      workers: this.#setting('workers', toNumber),
      workerClass: this.#setting('worker_class', (value) => (typeof value === 'string' ? value : null)),
      threads: this.#setting('threads', toNumber),
      maxRequests: this.#setting('max_requests', toNumber),
      maxRequestsJitter: this.#setting('max_requests_jitter', toNumber),
      preload: this.#setting('preload_app', toBoolean),
    };
  }

  #setting<T>(name: SettingName, read: (value: LiteralValue['value']) => T | null): Setting<T> | null {
    const found = this.#found.get(name);
    if (found === undefined) return null;
    const value = read(found.value.value);
    if (value === null) return null;
    return {
      value,
      certainty: found.value.fromEnvironment ? 'environment-default' : 'literal',
      source: found.source,
    };
  }
}

/** Whether gunicorn would take the value for the setting. Source: validate_* in gunicorn/config.py; digits in quotes are taken. */
function fits(name: SettingName, value: LiteralValue['value']): boolean {
  if (name === 'worker_class') return typeof value === 'string' && value !== '';
  if (name === 'preload_app') return toBoolean(value) !== null;
  const number = toNumber(value);
  return number !== null && number >= 0;
}

function toBoolean(value: LiteralValue['value']): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value !== 'string') return null;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
}
