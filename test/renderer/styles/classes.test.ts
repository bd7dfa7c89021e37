import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import postcss from 'postcss';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const RENDERER = join(import.meta.dirname, '..', '..', '..', 'renderer');
/** The one style sheet whose classes are the same everywhere: how text looks. */
const TEXT = join(RENDERER, 'styles', 'text.css');
/** Classes that libraries give to what they draw; the style sheets only know them. */
const OF_LIBRARIES = /^(selection|handle|tok-\w+)$/;

const filesBelow = (ending: RegExp): readonly string[] =>
  readdirSync(RENDERER, { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => join(RENDERER, path));

interface Sheet {
  /** Classes that the sheet's own component may use. */
  readonly own: ReadonlySet<string>;
  /** Classes written as `:global(.name)`. */
  readonly global: ReadonlySet<string>;
}

function readSheet(css: string): Sheet {
  const own = new Set<string>();
  const global = new Set<string>();
  postcss.parse(css).walkRules((rule) => {
    if (rule.parent?.type === 'atrule' && 'name' in rule.parent && rule.parent.name === 'keyframes') return;
    const withoutGlobals = rule.selector.replace(/:global\(\.([\w-]+)\)/g, (_all, name: string) => {
      global.add(name);
      return '';
    });
    for (const [, name] of withoutGlobals.matchAll(/\.(-?[a-zA-Z_][\w-]*)/g)) if (name !== undefined) own.add(name);
  });
  return { own, global };
}

/** What a source file takes from style sheets: `<sheet> <class>`, and class names that it writes out. */
interface Uses {
  readonly ofSheets: readonly string[];
  readonly written: readonly string[];
  /** Classes that are put together when the window runs, which no check can follow. */
  readonly computed: readonly string[];
}

function readUses(path: string, text: string): Uses {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const sheets = new Map<string, string>();
  const ofSheets: string[] = [];
  const written: string[] = [];
  const computed: string[] = [];
  const readNames = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node)) computed.push(node.getText());
    else if (ts.isStringLiteralLike(node) && !isCompared(node)) written.push(...node.text.split(/\s+/).filter(Boolean));
    // A key looks a class up, and is none.
    else if (ts.isElementAccessExpression(node)) readNames(node.expression);
    else ts.forEachChild(node, readNames);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const from = node.moduleSpecifier.text;
      const name = node.importClause?.name?.text;
      if (from.endsWith('.module.css') && name !== undefined) sheets.set(name, join(dirname(path), from));
    } else if (ts.isPropertyAccessExpression(node)) {
      const sheet = sheets.get(node.expression.getText());
      if (sheet !== undefined) ofSheets.push(`${relative(RENDERER, sheet)} ${node.name.text}`);
    } else if (ts.isElementAccessExpression(node) && sheets.has(node.expression.getText())) {
      computed.push(node.getText());
    }
    if (ts.isJsxAttribute(node) && node.name.getText() === 'className' && node.initializer !== undefined) {
      readNames(node.initializer);
    }
    if (ts.isCallExpression(node) && /\.classList\.(add|remove|toggle)$/.test(node.expression.getText())) {
      for (const each of node.arguments) readNames(each);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { ofSheets, written, computed };
}

/** `pane === 'sql'` names no class. */
function isCompared(node: ts.Node): boolean {
  return ts.isBinaryExpression(node.parent) && /^[!=]==$/.test(node.parent.operatorToken.getText());
}

const read = (path: string): string => readFileSync(path, 'utf8');

describe('the classes of the style sheets', () => {
  const modules = filesBelow(/\.module\.css$/).map((path) => ({
    name: relative(RENDERER, path),
    sheet: readSheet(read(path)),
  }));
  const text = readSheet(read(TEXT)).own;
  const sources = filesBelow(/\.tsx?$/).map((path) => ({
    name: relative(RENDERER, path),
    uses: readUses(path, read(path)),
  }));
  const ruled = new Set(modules.flatMap(({ name, sheet }) => [...sheet.own].map((each) => `${name} ${each}`)));
  const used = new Set(sources.flatMap(({ uses }) => uses.ofSheets));

  it('have somebody who uses them', () => {
    expect([...ruled].filter((each) => !used.has(each))).toEqual([]);
    const written = new Set(sources.flatMap(({ uses }) => uses.written));
    expect([...text].filter((each) => !written.has(each))).toEqual([]);
  });

  it('have a rule where they are used', () => {
    expect([...used].filter((each) => !ruled.has(each))).toEqual([]);
    const unknown = sources.flatMap(({ name, uses }) =>
      uses.written.filter((each) => !text.has(each)).map((each) => `${name} ${each}`),
    );
    expect(unknown).toEqual([]);
    const globals = modules.flatMap(({ sheet }) => [...sheet.global]);
    expect(globals.filter((each) => !text.has(each) && !OF_LIBRARIES.test(each))).toEqual([]);
  });

  it('are named in full, never put together', () => {
    expect(sources.flatMap(({ name, uses }) => uses.computed.map((each) => `${name} ${each}`))).toEqual([]);
  });

  it('are seen through: a dead rule, a missing one and one that is put together are told', () => {
    expect([...readSheet('.a:hover > .b {} @keyframes x { 0.5% {} } .c :global(.d) {}').own]).toEqual(['a', 'b', 'c']);
    const uses = readUses(
      join(RENDERER, 'x.tsx'),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source text that is read.
      "import s from './x.module.css'; <p className={cx(s.a, `b-${c}`, d === 'e' && 'f g')} />; s[h];",
    );
    expect(uses).toEqual({
      ofSheets: ['x.module.css a'],
      written: ['f', 'g'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source text that is read.
      computed: ['`b-${c}`', 's[h]'],
    });
  });
});

describe('the style sheets', () => {
  it('lie beside a component, but for tokens, the reset and text', () => {
    const global = filesBelow(/(?<!\.module)\.css$/).map((path) => relative(RENDERER, path));
    expect(global.toSorted()).toEqual(['styles/reset.css', 'styles/text.css', 'styles/tokens.css']);
  });
});

describe('the components', () => {
  it('draw every button by components/button.tsx', () => {
    const raw = filesBelow(/\.tsx$/).filter((path) => /<button\b/.test(read(path)));
    expect(raw.map((path) => relative(RENDERER, path))).toEqual(['components/button.tsx']);
  });
});
