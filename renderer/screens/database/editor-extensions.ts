import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { SQLite, type SQLNamespace, sql } from '@codemirror/lang-sql';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { type Extension, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import type { DatabaseSchema, SqlPlace } from '../../../shared/contract/database-requests.ts';
import { statementAt } from '../../../shared/sql/statements.ts';

/** Completion of names, and which words are keywords, from SQLite's own and those of a schema. Names come before keywords. */
export function sqlLanguage(schema: DatabaseSchema | null): Extension {
  const tables: Record<string, SQLNamespace> = { sqlite_schema: ['type', 'name', 'tbl_name', 'rootpage', 'sql'] };
  for (const { type, name, columns } of schema?.objects ?? []) {
    if (type === 'table' || type === 'view') tables[name] = columns.map((column) => column.name);
  }
  return [
    sql({
      dialect: SQLite,
      schema: tables,
      upperCaseKeywords: true,
      keywordCompletion: (label, type) => ({ label, type, boost: -50 }),
    }),
    SQLite.language.data.of({ autocomplete: (context: CompletionContext) => mentionedColumns(context, schema) }),
  ];
}

/** Columns of the tables that the statement around the cursor names, which the language offers only behind `table.`. */
function mentionedColumns(context: CompletionContext, schema: DatabaseSchema | null): CompletionResult | null {
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_$]*$/u);
  if (schema === null || (word === null && !context.explicit)) return null;
  const from = word?.from ?? context.pos;
  if (context.state.sliceDoc(Math.max(0, from - 1), from) === '.') return null;
  const text = context.state.doc.toString();
  const range = statementAt(text, context.pos);
  if (range === null) return null;
  const named = new Set((text.slice(range.from, range.to).match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []).map(lowerCase));
  const options = schema.objects
    .filter(({ type, name }) => (type === 'table' || type === 'view') && named.has(lowerCase(name)))
    .flatMap(({ name, columns }) =>
      columns.map((column) => ({ label: column.name, detail: name, type: 'property', boost: 10 })),
    );
  return options.length === 0 ? null : { from, options, validFor: /^[\p{L}\p{N}_$]*$/u };
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

/** Marks the place at which a statement failed; null takes the mark away. */
export const markPlace = StateEffect.define<SqlPlace | null>();

const placeMark = Decoration.mark({ class: 'sql-place' });
const placeField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    // What was wrong with a text says nothing of the one that it is being changed to.
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(markPlace)) continue;
      const { length } = transaction.newDoc;
      const from = Math.min(effect.value?.from ?? 0, length);
      const to = Math.min(effect.value?.to ?? 0, length);
      next = from < to ? Decoration.set([placeMark.range(from, to)]) : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Text that takes the place of a selection is put in by the editor itself. Left to Chromium, it would carry the look of what
 * was there in `style` attributes, which the page's policy forbids and reports.
 */
const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data: text, inputType } = event;
    const { from, to, empty } = view.state.selection.main;
    if (inputType !== 'insertText' || text === null || empty || view.composing) return false;
    event.preventDefault();
    const insert = () =>
      view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
    const isHandled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert));
    if (!isHandled) view.dispatch(insert());
    return true;
  },
});

/** Looks from the window's own variables, which reach into the shadow tree that the editor lives in. */
const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '8px 0' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--ink-3)', border: 'none', paddingLeft: '4px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--hover) 60%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--accent-soft)',
  },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--accent-soft)',
    outline: '1px solid var(--accent-line)',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    boxShadow: 'var(--shadow-raised)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12px', maxHeight: '200px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--ink)',
  },
  '& *': { scrollbarWidth: 'thin', scrollbarColor: 'var(--line-strong) transparent' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { color: 'var(--ink-3)', fontStyle: 'normal' },
  '.tok-keyword': { color: 'var(--accent)', fontWeight: '550' },
  '.tok-string, .tok-string2': { color: 'var(--ok)' },
  '.tok-number, .tok-bool, .tok-null': { color: 'var(--scene-series-2)' },
  '.tok-typeName': { color: 'var(--scene-series-3)' },
  '.tok-comment': { color: 'var(--ink-3)', fontStyle: 'italic' },
  '.sql-place': { textDecoration: 'underline wavy var(--danger)', textUnderlineOffset: '3px' },
});

/** Everything of the editor that does not depend on a schema or on who uses it. */
export const EDITOR_BASICS: Extension = [
  lineNumbers(),
  history(),
  drawSelection(),
  bracketMatching(),
  closeBrackets(),
  autocompletion({ icons: false }),
  highlightActiveLine(),
  EditorView.lineWrapping,
  syntaxHighlighting(classHighlighter),
  placeField,
  typingOver,
  theme,
  // Tab is left to move on: who uses the keyboard must get out again.
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
];
