import { boundNames } from './python-names.ts';
import { type PythonNode, parsePython, visit } from './python-source.ts';

/** Places that the grammar may not understand in a text that is taken for Python: the head of a file ends anywhere. */
const ERRORS_ALLOWED = 3;

/**
 * Names that a text, read as Python, sets in its module: by assignment anywhere outside functions and classes, and by
 * `globals()["name"]` and `globals().update(name=...)`. Empty for what is not Python.
 */
export function moduleNames(text: string): ReadonlySet<string> {
  const { root, text: source } = parsePython(text.replace(/^\uFEFF/, ''));
  let errors = 0;
  visit(root, (node) => {
    if (node.name === 'Error') errors += 1;
    return errors <= ERRORS_ALLOWED;
  });
  if (errors > ERRORS_ALLOWED) return new Set();
  const names = new Set(boundNames(root, source));
  visit(root, (node) => {
    for (const name of namesOfScope(node, source)) names.add(name);
    return !/^(?:FunctionDefinition|ClassDefinition|LambdaExpression)$/.test(node.name);
  });
  return names;
}

/** What a call of `globals().update` or a subscript of `globals()` names. */
function namesOfScope(node: PythonNode, text: string): readonly string[] {
  const [object, list] = node.kids;
  if (object === undefined || list === undefined) return [];
  const of = text.slice(object.from, object.to);
  if (node.name === 'MemberExpression' && /^(?:globals|locals|vars)\(\)$/.test(of)) {
    const key = /^\[\s*["'](\w+)["']\s*\]$/.exec(text.slice(list.from, node.to))?.[1];
    return key === undefined ? [] : [key];
  }
  if (node.name === 'CallExpression' && /^(?:globals|locals|vars)\(\)\.update$/.test(of)) {
    return list.kids.flatMap((kid, index) =>
      kid.name === 'VariableName' && list.kids[index + 1]?.name === 'AssignOp' ? [text.slice(kid.from, kid.to)] : [],
    );
  }
  return [];
}
