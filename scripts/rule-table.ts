import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { BASIS } from '../shared/facts/basis.ts';
import { HYPOTHESIS_IDS } from '../shared/model/analysis.ts';
import { ROOT } from './project.ts';

/** A place in the code that yields a fact. */
export interface Rule {
  /** Several where one place tells opposite findings apart. */
  readonly ids: readonly string[];
  readonly text: string;
  /** As the code states them: numbers, and the conditions on which they depend. */
  readonly weights: string;
  readonly basis: readonly string[];
}

export interface RuleFamily {
  readonly file: string;
  /** What its exported functions say of themselves. */
  readonly about: string;
  readonly rules: readonly Rule[];
}

const FACTS = join(ROOT, 'shared', 'facts');
/** Facts by rules that users write: those are in their files (docs/rule-files.md), not in the code. */
const USERS_RULES = 'user-rule-facts.ts';

/** The rules of every family: each object with id, text, weights and basis in the files of facts. */
export function ruleFamilies(): readonly RuleFamily[] {
  return readdirSync(FACTS)
    .filter((name) => name.endsWith('-facts.ts') && name !== USERS_RULES)
    .sort()
    .map((name) => familyOf(name, readFileSync(join(FACTS, name), 'utf8')));
}

function familyOf(name: string, code: string): RuleFamily {
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true);
  const rules: Rule[] = [];
  const about: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node) && isFamily(node)) about.push(docOf(node));
    if (ts.isObjectLiteralExpression(node)) {
      const rule = ruleOf(node);
      if (rule !== null) rules.push(rule);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { file: `shared/facts/${name}`, about: about.join(' '), rules };
}

/** An exported function from a context to facts. */
function isFamily(node: ts.FunctionDeclaration): boolean {
  const exported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
  return exported && node.type?.getText() === 'readonly Fact[]';
}

function docOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => (typeof doc.comment === 'string' ? doc.comment : ''))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function ruleOf(node: ts.ObjectLiteralExpression): Rule | null {
  const members = membersOf(node);
  const { id, text, weights } = members;
  if (id === undefined || text === undefined || weights === undefined) return null;
  // A basis that several rules of a function share stands beside them and is spread into each.
  const basis = members['basis'] ?? spreadBasis(node);
  return {
    ids: stringsIn(id),
    text: wordsOf(text),
    weights: weightsOf(weights),
    basis: basis === null ? [] : sourcesOf(basis),
  };
}

function membersOf(node: ts.ObjectLiteralExpression): Readonly<Record<string, ts.Expression>> {
  const members: Record<string, ts.Expression> = {};
  for (const property of node.properties) {
    if (ts.isPropertyAssignment(property)) members[property.name.getText()] = property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) members[property.name.text] = property.name;
  }
  return members;
}

function spreadBasis(node: ts.ObjectLiteralExpression): ts.Expression | null {
  for (const property of node.properties) {
    if (!ts.isSpreadAssignment(property) || !ts.isIdentifier(property.expression)) continue;
    const declared = declarationOf(property.expression);
    if (declared !== null && ts.isObjectLiteralExpression(declared)) return membersOf(declared)['basis'] ?? null;
  }
  return null;
}

/** What a name was given in the same function. */
function declarationOf(name: ts.Identifier): ts.Expression | null {
  let scope: ts.Node = name;
  while (!ts.isFunctionDeclaration(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  let found: ts.Expression | null = null;
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name.text && node.initializer !== undefined) {
      found ??= node.initializer;
    }
    ts.forEachChild(node, visit);
  };
  visit(scope);
  return found;
}

/** Every string that an expression can come to: what a condition tests is none. */
function stringsIn(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...stringsIn(node.whenTrue), ...stringsIn(node.whenFalse)];
  return [];
}

/** The sentence with its figures left open. */
function wordsOf(node: ts.Expression): string {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  }
  if (ts.isConditionalExpression(node)) return `${wordsOf(node.whenTrue)} / ${wordsOf(node.whenFalse)}`;
  if (ts.isParenthesizedExpression(node)) return wordsOf(node.expression);
  if (ts.isBinaryExpression(node)) return wordsOf(node.left) + wordsOf(node.right);
  return '…';
}

/** As the code has them, with names replaced by what they stand for in the same function. */
function weightsOf(node: ts.Expression): string {
  const code = resolved(node)
    .replace(/\/\/[^\n]*/g, '')
    .replace(/\s+/g, ' ')
    .replace(/,\s*}/g, ' }')
    .trim();
  return /^\{\s*\}$/.test(code) ? 'none' : code;
}

function resolved(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return valuesOf(node).map(resolved).join(' or ') || node.getText();
  if (ts.isConditionalExpression(node)) {
    return `${node.condition.getText()} ? ${resolved(node.whenTrue)} : ${resolved(node.whenFalse)}`;
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const table = declarationOf(node.expression);
    const found = table === null ? [] : membersNamed(table, node.name.text);
    return found.join('; ') || node.getText();
  }
  if (!ts.isObjectLiteralExpression(node)) return node.getText();
  const members = node.properties.map((property) =>
    ts.isPropertyAssignment(property)
      ? `${property.name.getText()}: ${resolved(property.initializer)}`
      : property.getText(),
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** What a name is declared as and assigned later in the same function. */
function valuesOf(name: ts.Identifier): readonly ts.Expression[] {
  const declared = declarationOf(name);
  const values = declared === null ? [] : [declared];
  let scope: ts.Node = name;
  while (!ts.isFunctionDeclaration(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  const visit = (node: ts.Node): void => {
    const assigns = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (assigns && node.left.getText() === name.text) values.push(node.right);
    ts.forEachChild(node, visit);
  };
  visit(scope);
  return values.filter((value) => !ts.isIdentifier(value));
}

/** `network: { ... }` for each member of that name within the entries of a table. */
function membersNamed(table: ts.Expression, name: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node, entry: string): void => {
    if (ts.isPropertyAssignment(node)) {
      const own = node.name.getText();
      if (own === name) found.push(`${entry}: ${resolved(node.initializer)}`);
      else ts.forEachChild(node, (child) => visit(child, own));
    } else ts.forEachChild(node, (child) => visit(child, entry));
  };
  visit(table, '');
  return found;
}

function sourcesOf(node: ts.Expression): readonly string[] {
  const found: string[] = [];
  const visit = (each: ts.Node): void => {
    if (ts.isConditionalExpression(each)) {
      visit(each.whenTrue);
      visit(each.whenFalse);
    } else if (ts.isPropertyAccessExpression(each) && each.expression.getText() === 'BASIS') {
      const basis = Object.entries(BASIS).find(([key]) => key === each.name.text)?.[1];
      if (basis !== undefined) found.push(basis);
    } else if (ts.isStringLiteral(each)) {
      found.push(each.text);
    } else {
      ts.forEachChild(each, visit);
    }
  };
  visit(node);
  return [...new Set(found)];
}

/** The document: one table a family. */
export function rulesDocument(families: readonly RuleFamily[] = ruleFamilies()): string {
  const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ').replace(/</g, '&lt;');
  const sections = families.map(({ file, about, rules }) => {
    const rows = rules.map(
      ({ ids, text, weights, basis }) =>
        `| ${ids.map((id) => `\`${id}\``).join(', ')} | ${cell(text)} | ${weights === 'none' ? 'none' : `\`${cell(weights).replace(/&lt;/g, '<')}\``} | ${cell(basis.join('; '))} |`,
    );
    return [`## ${file}`, '', about, '', '| fact | says | weights | source |', '|---|---|---|---|', ...rows, ''].join(
      '\n',
    );
  });
  return [
    '# Rules',
    '',
    'Every rule from which a verdict is drawn, generated from the code by `npm run rules`. A rule yields a fact with a text for',
    'people, the bytes it rests on, and weights: natural logarithms of how much likelier the evidence is if the hypothesis is',
    `true (positive) or not (negative), for ${HYPOTHESIS_IDS.map((id) => `\`${id}\``).join(', ')}. Facts without weights inform and decide nothing.`,
    'What verdicts make of the facts stands in `shared/hypotheses/assess.ts`; a `…` stands for what the evidence says.',
    '',
    ...sections,
  ].join('\n');
}
