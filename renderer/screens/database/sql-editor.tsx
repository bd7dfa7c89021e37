import { closeCompletion } from '@codemirror/autocomplete';
import { Compartment, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { type RefObject, useEffect, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import { MOST_SQL_CHARACTERS } from '../../../shared/contract/database-limits.ts';
import type { DatabaseSchema, SqlPlace } from '../../../shared/contract/database-requests.ts';
import { EDITOR_BASICS, markPlace, sqlLanguage } from './editor-extensions.ts';
import styles from './sql-editor.module.css';

export interface SqlEditorHandle {
  selection(): SqlPlace;
  replace(text: string): void;
  /** Selects a place and brings it into sight. */
  show(place: SqlPlace): void;
  focus(): void;
}

interface EditorProps {
  readonly ref: RefObject<SqlEditorHandle | null>;
  readonly text: string;
  readonly cursor: number;
  readonly schema: DatabaseSchema | null;
  /** Where the last statement failed. */
  readonly place: SqlPlace | null;
  /** What was run before, the latest last. */
  readonly history: () => readonly string[];
  readonly onChange: (text: string, cursor: number) => void;
  readonly onRun: () => void;
  readonly onStop: () => void;
}

/**
 * The text of the console. It lives in a shadow tree, because CodeMirror writes its style sheets into <style> elements
 * elsewhere, which the page's policy forbids; in a shadow tree it adopts them (style-mod, StyleSet).
 */
export function SqlEditor(props: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const language = useRef(new Compartment());
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
    const { text, cursor, schema } = latest.current;
    const view = new EditorView({
      doc: text,
      selection: { anchor: Math.min(cursor, text.length) },
      root,
      parent: root,
      extensions: [
        Prec.high(keymap.of(consoleKeys(() => latest.current))),
        language.current.of(sqlLanguage(schema)),
        EDITOR_BASICS,
        EditorView.contentAttributes.of({ 'aria-label': 'SQL', spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged && !update.selectionSet) return;
          latest.current.onChange(update.state.doc.toString(), update.state.selection.main.head);
        }),
        // What is pasted beyond the limit would be refused when it is run.
        EditorView.clipboardInputFilter.of((pasted) => pasted.slice(0, MOST_SQL_CHARACTERS)),
      ],
    });
    editor.current = view;
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, []);

  const { schema, place } = props;
  useEffect(() => {
    editor.current?.dispatch({ effects: language.current.reconfigure(sqlLanguage(schema)) });
  }, [schema]);
  useEffect(() => {
    editor.current?.dispatch({ effects: markPlace.of(place) });
  }, [place]);

  useImperativeHandle(props.ref, () => handleOf(() => editor.current));
  return <div ref={host} className={styles.sqlEditor} />;
}

/** What others may do with the editor, once it is there. */
function handleOf(editor: () => EditorView | null): SqlEditorHandle {
  return {
    selection() {
      const main = editor()?.state.selection.main;
      return { from: main?.from ?? 0, to: main?.to ?? 0 };
    },
    replace(text) {
      const view = editor();
      view?.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: text.length },
      });
    },
    show({ from, to }) {
      const view = editor();
      const length = view?.state.doc.length ?? 0;
      view?.dispatch({
        selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
        scrollIntoView: true,
      });
      view?.focus();
    },
    focus: () => editor()?.focus(),
  };
}

/** Runs, stops, and goes through what was run before. */
function consoleKeys(props: () => EditorProps) {
  return [
    {
      key: 'Mod-Enter',
      run: (view: EditorView) => {
        closeCompletion(view);
        props().onRun();
        return true;
      },
    },
    {
      key: 'Escape',
      run: () => {
        props().onStop();
        return true;
      },
    },
    ...historyKeys(() => props().history()),
  ];
}

/**
 * Up on the first line goes back through what was run, down on the last line forward again, to the text that stood there.
 * Only a text that came from there, or none, gives way by the bare key; with Ctrl any does.
 */
function historyKeys(history: () => readonly string[]) {
  let at: number | null = null;
  let draft = '';
  const go = (view: EditorView, step: -1 | 1, isForced: boolean): boolean => {
    const entries = history();
    const text = view.state.doc.toString();
    const isFromThere = at !== null && entries[at] === text;
    if (!isFromThere) at = null;
    const line = view.state.doc.lineAt(view.state.selection.main.head).number;
    const isAtEdge = line === (step < 0 ? 1 : view.state.doc.lines);
    if (!isForced && !(isAtEdge && (isFromThere || text.trim() === ''))) return false;
    if (at === null) draft = text;
    const next: number = (at ?? entries.length) + step;
    if (next < 0 || next > entries.length) return isForced;
    at = next === entries.length ? null : next;
    const insert = at === null ? draft : (entries[at] ?? '');
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert },
      selection: { anchor: insert.length },
      scrollIntoView: true,
    });
    return true;
  };
  return [
    { key: 'ArrowUp', run: (view: EditorView) => go(view, -1, false) },
    { key: 'ArrowDown', run: (view: EditorView) => go(view, 1, false) },
    { key: 'Mod-ArrowUp', run: (view: EditorView) => go(view, -1, true) },
    { key: 'Mod-ArrowDown', run: (view: EditorView) => go(view, 1, true) },
  ];
}
