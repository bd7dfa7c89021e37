import { visibleRaw } from '../../../shared/wording/visible.ts';
import type { ExcerptState } from './use-excerpt.ts';

/** XML with its line numbers; what stands before the place is paler, and the place itself is marked. */
export function XmlText({ state, label }: { readonly state: ExcerptState; readonly label: string }) {
  if (state.status === 'loading') return <p className="secondary xml-waiting">Reading…</p>;
  if (state.status === 'failed') {
    return <p className="notice notice-warning">The artifact could not be read: {state.message}</p>;
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
    <div className="xml-text mono" role="region" aria-label={label} tabIndex={0}>
      {rows.map((row) => (
        <div key={row.line} className={row.line === here.line ? 'xml-line xml-line-here' : 'xml-line'}>
          <span className="xml-number numeric" aria-hidden="true">
            {row.line}
          </span>
          <span className="xml-code">
            {row.before === '' ? null : <span className="xml-before">{visibleRaw(row.before)}</span>}
            {visibleRaw(row.text.replace(/\r$/, ''))}
          </span>
        </div>
      ))}
    </div>
  );
}
