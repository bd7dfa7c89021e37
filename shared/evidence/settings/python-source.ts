import { parser } from '@lezer/python';

/**
 * A Python file as a tree. The grammar reads anything and marks what it could not place; what the grammar lets pass and
 * Python refuses (indentation, leading zeros, `return` outside a function) is looked for besides, since Python refuses a
 * file as a whole. Source: https://docs.python.org/3/reference/grammar.html
 */
export interface PythonSource {
  /** With line feeds only, as Python's own reader makes them. */
  readonly text: string;
  readonly root: PythonNode;
  /** Why the file cannot be read as a whole; null when it can. */
  readonly refusal: Refusal | null;
}

interface Refusal {
  /** Of the first place found; a character of the text. */
  readonly at: number;
  readonly why: string;
  /** False where a limit of this reader was met: Python may still accept the file. */
  readonly byPython: boolean;
}

/** A node of the tree without comments. `name` is that of the grammar of @lezer/python. */
export interface PythonNode {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly kids: readonly PythonNode[];
}

/** Python itself refuses more than 100 levels of indentation and 200 brackets within one another. */
const DEPTH_LIMIT = 300;

/** Constructs of which the grammar does not know every form: `case Point():`, `with f() as (a, b):`, `for a, *b in c` inside brackets. */
const GRAMMAR_GAPS = /^(?:MatchClause|WithStatement|\w*ComprehensionExpression)$/;

/** Parses a text. Never throws; takes time in proportion to its length. */
export function parsePython(text: string): PythonSource {
  // A form feed alone on a line is a blank line to Python, and an error to the grammar.
  const lines = text.replace(/\r\n?/g, '\n').replace(/^[ \t\f]*\f[ \t\f]*$/gm, (blank) => ' '.repeat(blank.length));
  const tree = parser.parse(lines);
  const root: MutableNode = { name: 'Script', from: 0, to: lines.length, kids: [] };
  const stack: MutableNode[] = [root];
  let refusal: Refusal | null = null;
  const refuse = (at: number, why: string, byPython = true): void => {
    if (refusal === null || at < refusal.at) refusal = { at, why, byPython };
  };
  tree.iterate({
    enter: ({ type, name, from, to }) => {
      if (type.isTop || type.name === 'Comment') return type.isTop;
      if (type.isError) {
        // The grammar wants a value behind every `yield`.
        if (/^Yield/.test(stack.at(-1)?.name ?? '') && stack.at(-1)?.kids.length === 1) return false;
        const isGap = stack.some((around) => GRAMMAR_GAPS.test(around.name));
        refuse(from, isGap ? 'syntax that is not read' : 'invalid syntax', !isGap);
      }
      const node: MutableNode = { name: type.isError ? 'Error' : name, from, to, kids: [] };
      if (stack.length > DEPTH_LIMIT) {
        refuse(from, 'too many levels of nesting', false);
        return false;
      }
      stack.at(-1)?.kids.push(node);
      stack.push(node);
      return true;
    },
    leave: ({ type }) => {
      if (type.isTop || type.name === 'Comment') return;
      const node = stack.pop();
      const parent = stack.at(-1);
      if (node !== undefined && isJunction(node)) parent?.kids.splice(-1, 1, regroup(node));
    },
  });
  if (refusal === null) checkTree(root, lines, refuse);
  return { text: lines, root, refusal };
}

interface MutableNode extends PythonNode {
  readonly kids: MutableNode[];
}

/** `not`, `and` and `or`. */
function isJunction({ name, kids }: PythonNode): boolean {
  if (name === 'UnaryExpression') return kids[0]?.name === 'not';
  return name === 'BinaryExpression' && (kids[1]?.name === 'and' || kids[1]?.name === 'or');
}

/** The grammar lets `not` take in all that follows: `not a and b` is `(not a) and b`. */
function regroup(node: MutableNode): MutableNode {
  const parts: MutableNode[] = [];
  const flatten = (each: MutableNode): void => {
    for (const kid of each.kids) {
      if (isJunction(kid)) flatten(kid);
      else parts.push(kid);
    }
  };
  flatten(node);
  let at = 0;
  const inverted = (): MutableNode | null => {
    const first = parts[at];
    if (first === undefined) return null;
    at += 1;
    if (first.name !== 'not') return first;
    const operand = inverted();
    return {
      name: 'UnaryExpression',
      from: first.from,
      to: operand?.to ?? first.to,
      kids: [first, ...(operand === null ? [] : [operand])],
    };
  };
  const joined = (word: string, operand: () => MutableNode | null): MutableNode | null => {
    let left = operand();
    for (let operator = parts[at]; left !== null && operator?.name === word; operator = parts[at]) {
      at += 1;
      const right = operand();
      left = {
        name: 'BinaryExpression',
        from: left.from,
        to: right?.to ?? operator.to,
        kids: [left, operator, ...(right === null ? [] : [right])],
      };
    }
    return left;
  };
  const result = joined('or', () => joined('and', inverted));
  // What does not fit has an error in it, for which the file is refused.
  return result === null || at < parts.length ? node : result;
}

/** The statements of a script or block, with those of `a; b` one by one. */
export function statementsOf(block: PythonNode): readonly PythonNode[] {
  return block.kids
    .filter(({ name }) => name !== ':')
    .flatMap((kid) => (kid.name === 'StatementGroup' ? kid.kids.filter(({ name }) => name !== ';') : [kid]));
}

/** Splits children at punctuation of one kind: the groups between commas or equals signs. */
export function splitAt(kids: readonly PythonNode[], separator: string): readonly (readonly PythonNode[])[] {
  const groups: PythonNode[][] = [[]];
  for (const kid of kids) {
    if (kid.name === separator) groups.push([]);
    else groups.at(-1)?.push(kid);
  }
  return groups;
}

/** All nodes below one, itself first. `enter` tells whether to look inside. */
export function visit(node: PythonNode, enter: (node: PythonNode) => boolean): void {
  if (!enter(node)) return;
  for (const kid of node.kids) visit(kid, enter);
}

type Refuse = (at: number, why: string) => void;

interface Surroundings {
  readonly inFunction: boolean;
  readonly inLoop: boolean;
}

function checkTree(root: PythonNode, text: string, refuse: Refuse): void {
  checkBlock(root, { columns: -1, alternative: -1 }, text, refuse);
  checkNode(root, { inFunction: false, inLoop: false }, text, refuse);
}

function checkNode(node: PythonNode, around: Surroundings, text: string, refuse: Refuse): void {
  const source = text.slice(node.from, Math.min(node.to, node.from + 80));
  let inside = around;
  switch (node.name) {
    case 'FunctionDefinition':
    case 'LambdaExpression':
      inside = { inFunction: true, inLoop: false };
      break;
    case 'ClassDefinition':
      inside = { inFunction: false, inLoop: false };
      break;
    case 'ForStatement':
    case 'WhileStatement':
      inside = { ...around, inLoop: true };
      break;
    case 'ReturnStatement':
    case 'YieldStatement':
    case 'YieldExpression':
    case 'AwaitExpression':
      if (!around.inFunction) refuse(node.from, `${source.split(/\W/)[0]} outside a function`);
      break;
    case 'BreakStatement':
    case 'ContinueStatement':
      if (!around.inLoop) refuse(node.from, `${source} outside a loop`);
      break;
    case 'Number':
      if (/^0[\d_]*[1-9]/.test(source) && /^[\d_]+$/.test(source)) refuse(node.from, 'leading zeros in a number');
      if (/__|_$|_[.ejEJ]|[.eE]_/.test(source)) refuse(node.from, 'invalid number');
      break;
    case 'PrintStatement':
      refuse(node.from, 'a print statement, which Python 3 refuses');
      break;
    case 'AssignStatement':
      for (const target of splitAt(node.kids, 'AssignOp').slice(0, -1)) {
        for (const part of target) if (!isTarget(part)) refuse(part.from, 'assigns to what is no name');
      }
      break;
    case 'UpdateStatement':
      if (node.kids[0] !== undefined && !['VariableName', 'MemberExpression'].includes(node.kids[0].name))
        refuse(node.from, 'assigns to what is no name');
      break;
    case 'ArgList':
      checkArguments(node, refuse);
      break;
    case 'ScopeStatement':
      if (!around.inFunction && source.startsWith('nonlocal')) refuse(node.from, 'nonlocal outside a function');
      break;
    case 'String':
      if (/^[^'"]*b/i.test(source) && /[^\0-\x7f]/.test(text.slice(node.from, node.to)))
        refuse(node.from, 'bytes that are not ASCII');
      break;
    case 'ExpressionStatement':
      if (node.kids.some(({ name }) => name === 'NamedExpression')) refuse(node.from, 'a bare assignment expression');
      break;
  }
  for (const kid of node.kids) {
    if (kid.name === 'Body') checkBlock(kid, indentationAt(node.from, text), text, refuse);
    checkNode(kid, inside, text, refuse);
  }
}

const TARGETS = new Set([
  'VariableName',
  'MemberExpression',
  'TupleExpression',
  'ArrayExpression',
  'ParenthesizedExpression',
  'TypeDef',
  ',',
  '*',
]);

function isTarget(node: PythonNode): boolean {
  if (!TARGETS.has(node.name)) return false;
  if (!['TupleExpression', 'ArrayExpression', 'ParenthesizedExpression'].includes(node.name)) return true;
  return node.kids.slice(1, -1).every(isTarget);
}

function checkArguments(node: PythonNode, refuse: Refuse): void {
  let sawKeyword = false;
  const names = new Set<string>();
  for (const group of splitAt(node.kids.slice(1, -1), ',')) {
    const [first, second] = group;
    if (first === undefined) continue;
    if (second?.name === 'AssignOp' || first.name === '**') sawKeyword = true;
    else if (sawKeyword && first.name !== '*') refuse(first.from, 'a positional argument after a keyword');
    if (names.size > 255) return;
  }
}

interface Indentation {
  readonly columns: number;
  /** Counted with tabs as one column: Python wants both counts to agree. */
  readonly alternative: number;
}

/** Every statement of a block begins in the same column, further right than the block's own. */
function checkBlock(block: PythonNode, outer: Indentation, text: string, refuse: Refuse): void {
  let first: Indentation | null = null;
  for (const statement of block.kids) {
    if (statement.name === ':' || !isFirstOfLine(statement.from, text)) continue;
    const here = indentationAt(statement.from, text);
    first ??= here;
    const isDeeper = here.columns > outer.columns && here.alternative > outer.alternative;
    const isSame = here.columns === first.columns && here.alternative === first.alternative;
    const isAtTop = outer.columns >= 0 || here.columns === 0;
    if (!isDeeper || !isSame || !isAtTop) refuse(statement.from, 'inconsistent indentation');
  }
}

function isFirstOfLine(at: number, text: string): boolean {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  if (!/^[ \t\f\uFEFF]*$/.test(text.slice(lineStart, at))) return false;
  // A line that continues another one has no indentation of its own.
  return lineStart === 0 || text[lineStart - 2] !== '\\';
}

/** The indentation of the line that holds a character. Source: https://docs.python.org/3/reference/lexical_analysis.html#indentation */
function indentationAt(at: number, text: string): Indentation {
  let position = text.lastIndexOf('\n', at - 1) + 1;
  let columns = 0;
  let alternative = 0;
  for (; position < at; position += 1) {
    const char = text[position];
    if (char === ' ') {
      columns += 1;
      alternative += 1;
    } else if (char === '\t') {
      columns += 8 - (columns % 8);
      alternative += 1;
    } else if (char === '\f') {
      columns = 0;
      alternative = 0;
    } else break;
  }
  return { columns, alternative };
}
