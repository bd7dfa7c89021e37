import { SQLite } from '@codemirror/lang-sql';
import { classHighlighter, highlightCode } from '@lezer/highlight';
import { memo, type ReactNode } from 'react';
import { cx } from './class-names.ts';
import styles from './sql-text.module.css';

/** Longer statements are shown without colours: a hostile schema must not hold up the window. */
const MOST_COLOURED_CHARACTERS = 50_000;

/** SQL in fixed width, coloured by classes of the style sheet. */
export const SqlText = memo(function SqlText({ sql }: { readonly sql: string }) {
  return (
    <pre className={cx(styles.sqlText, 'mono')} data-testid="sql-text">
      <code>{sql.length > MOST_COLOURED_CHARACTERS ? sql : coloured(sql)}</code>
    </pre>
  );
});

function coloured(sql: string): readonly ReactNode[] {
  const pieces: ReactNode[] = [];
  highlightCode(
    sql,
    SQLite.language.parser.parse(sql),
    classHighlighter,
    (text, classes) =>
      pieces.push(
        classes === '' ? (
          text
        ) : (
          <span key={pieces.length} className={classes}>
            {text}
          </span>
        ),
      ),
    () => pieces.push('\n'),
  );
  return pieces;
}
