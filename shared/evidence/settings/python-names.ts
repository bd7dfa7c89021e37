import { type PythonNode, visit } from './python-source.ts';
import { identifier } from './python-values.ts';

/**
 * Modules of Python's own library that settings files import: importing one succeeds and sets nothing else. Source:
 * https://docs.python.org/3/library/
 */
const KNOWN_MODULES: ReadonlySet<string> = new Set([
  ...[
    '__future__',
    'abc',
    'argparse',
    'ast',
    'asyncio',
    'atexit',
    'base64',
    'collections',
    'concurrent',
    'configparser',
  ],
  ...[
    'contextlib',
    'copy',
    'csv',
    'ctypes',
    'dataclasses',
    'datetime',
    'decimal',
    'enum',
    'errno',
    'faulthandler',
    'functools',
  ],
  ...[
    'gc',
    'getpass',
    'glob',
    'hashlib',
    'importlib',
    'inspect',
    'io',
    'ipaddress',
    'itertools',
    'json',
    'locale',
    'logging',
  ],
  ...[
    'math',
    'multiprocessing',
    'operator',
    'os',
    'pathlib',
    'platform',
    'pprint',
    'pwd',
    'queue',
    'random',
    're',
    'resource',
  ],
  ...['secrets', 'select', 'shlex', 'shutil', 'signal', 'site', 'socket', 'sqlite3', 'ssl', 'stat', 'string', 'struct'],
  ...[
    'subprocess',
    'sys',
    'sysconfig',
    'syslog',
    'tempfile',
    'textwrap',
    'threading',
    'time',
    'traceback',
    'tracemalloc',
  ],
  ...[
    'types',
    'typing',
    'urllib',
    'uuid',
    'warnings',
    'weakref',
    'xml',
    'zoneinfo',
    'builtins',
    'numbers',
    'fractions',
  ],
]);

/** Whether importing a module, `os` or `os.path`, is sure to work and to change nothing. */
export function isModuleName(path: string): boolean {
  return KNOWN_MODULES.has(path.split('.')[0] ?? '');
}

/** Names that a piece of code binds in its own scope: assigned, imported, looped over, defined, deleted. */
export function boundNames(root: PythonNode, text: string): readonly string[] {
  const known = BOUND.get(root);
  if (known !== undefined) return known;
  const names = findBoundNames(root, text);
  BOUND.set(root, names);
  return names;
}

/** Every way through a program asks for the same nodes. */
const BOUND = new WeakMap<PythonNode, readonly string[]>();
const WRITERS = new WeakMap<PythonNode, boolean>();

function findBoundNames(root: PythonNode, text: string): readonly string[] {
  const names = new Set<string>();
  const add = (node: PythonNode | undefined): void => {
    if (node?.name === 'VariableName') names.add(identifier(text.slice(node.from, node.to)));
  };
  const addTargets = (nodes: readonly PythonNode[]): void => {
    for (const node of nodes) {
      add(node);
      if (/^(?:TupleExpression|ArrayExpression|ParenthesizedExpression)$/.test(node.name)) addTargets(node.kids);
    }
  };
  visit(root, (node) => {
    const { kids } = node;
    const isInner = node !== root && /^(?:FunctionDefinition|ClassDefinition|LambdaExpression)$/.test(node.name);
    switch (node.name) {
      case 'AssignStatement': {
        const last = kids.findLastIndex(({ name }) => name === 'AssignOp');
        addTargets(kids.slice(0, last < 0 ? kids.length : last));
        break;
      }
      case 'UpdateStatement':
      case 'NamedExpression':
        add(kids[0]);
        break;
      case 'ArgList':
      case 'TupleExpression':
      case 'ArrayExpression':
        kids.forEach((kid, index) => {
          if (kid.name === 'AssignOp' && text.slice(kid.from, kid.to) === ':=') add(kids[index - 1]);
        });
        break;
      case 'ForStatement':
        addTargets(
          kids.slice(
            1,
            kids.findIndex(({ name }) => name === 'in'),
          ),
        );
        break;
      case 'FunctionDefinition':
      case 'ClassDefinition':
        if (isInner) add(kids.find(({ name }) => name === 'VariableName'));
        break;
      case 'ImportStatement': {
        const from = kids.findIndex(({ name }) => name === 'import');
        kids.slice(from + 1).forEach((kid, index, all) => {
          // `a.b as c` binds c; `a.b` binds a; `a` binds a.
          if (all[index - 1]?.name !== '.' && all[index + 1]?.name !== 'as') add(kid);
        });
        break;
      }
      case 'WithStatement':
      case 'TryStatement':
      case 'AsPattern':
        kids.forEach((kid, index) => {
          if (kid.name === 'as') addTargets(kids.slice(index + 1, index + 2));
        });
        break;
      case 'CapturePattern':
        add(kids[0]);
        break;
      case 'DeleteStatement':
        addTargets(kids.slice(1));
        break;
    }
    return !isInner;
  });
  return [...names];
}

/** Whether functions or classes of a program set names of the module other than by returning a value. */
export function hasHiddenWriters(root: PythonNode, text: string): boolean {
  const known = WRITERS.get(root) ?? findHiddenWriters(root, text);
  WRITERS.set(root, known);
  return known;
}

function findHiddenWriters(root: PythonNode, text: string): boolean {
  let found = false;
  const look = (node: PythonNode): void =>
    visit(node, (each) => {
      if (each.name === 'ScopeStatement') found = true;
      if (
        each.name === 'VariableName' &&
        /^(?:globals|vars|locals|exec|eval|setattr|sys|importlib|__import__)$/.test(text.slice(each.from, each.to))
      )
        found = true;
      return !found;
    });
  visit(root, (node) => {
    if (/^(?:FunctionDefinition|LambdaExpression)$/.test(node.name)) look(node);
    return !found;
  });
  return found;
}
