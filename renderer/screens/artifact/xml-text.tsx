import { visibleRaw } from '../../../shared/wording/visible.ts';
import { cx } from '../../components/class-names.ts';
import noticeStyles from '../../components/notice.module.css';
import type { ExcerptState } from './use-excerpt.ts';
import styles from './xml-text.module.css';

/** XML with its line numbers; what stands before the place is paler, and the place itself is marked. */
export function XmlText({ state, label }: { readonly state: ExcerptState; readonly label: string }) {
  if (state.status === 'loading') return <p className={cx(styles.xmlWaiting, 'secondary')}>Reading…</p>;
  if (state.status === 'failed') {
    return (
      <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)}>
        The artifact could not be read: {state.message}
      </p>
    );
  }
  const { before, here } = state;
  const earlier = before === null ? [] : before.text.split('\n');
  const upTo = earlier.at(-1) ?? '';
  const rows = [
    ...earlier.slice(0, -1).map((text, index) => ({ line: (before?.line ?? 1) + index, before: text, text: '' })),
    ...here.text.split('\n').map((text, index) => ({ line: here.line + index, before: index === 0 ? upTo : '', text })),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/noNoninteractiveTabindex: scrolls, which needs focus to work from the keyboard.
    <div className={cx(styles.xmlText, 'mono')} role="region" aria-label={label} tabIndex={0}>
      {rows.map((row) => (
        <div
          key={row.line}
          aria-current={row.line === here.line ? 'location' : undefined}
          className={row.line === here.line ? cx(styles.xmlLine, styles.xmlLineHere) : styles.xmlLine}
        >
          <span className={cx(styles.xmlNumber, 'numeric')} aria-hidden="true">
            {row.line}
          </span>
          <span className={styles.xmlCode}>
            {row.before === '' ? null : <span className={styles.xmlBefore}>{visibleRaw(row.before)}</span>}
            {visibleRaw(row.text.replace(/\r$/, ''))}
          </span>
        </div>
      ))}
    </div>
  );
}
