import { CornerDownRight, FileText } from 'lucide-react';
import type { Provenance } from '../../shared/model/evidence.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { baseName, formatCount } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { LinkButton } from './button.tsx';
import { cx } from './class-names.ts';
import styles from './source-link.module.css';

/** `journal.log:118`, or the byte where lines mean nothing. */
export function sourceName(view: CaseView, source: Provenance): string {
  const file = view.files.find((each) => each.id === source.evidenceId);
  const name = file === undefined ? source.evidenceId : baseName(file.path);
  return source.line === null ? `${name} @ ${formatCount(source.byteOffset)}` : `${name}:${source.line}`;
}

/** Path and bytes in full, for the hover text and for notes. */
export function sourceInFull(view: CaseView, source: Provenance): string {
  const file = view.files.find((each) => each.id === source.evidenceId);
  const last = source.byteOffset + Math.max(0, source.byteLength - 1);
  const line = source.line === null ? '' : `, line ${source.line}`;
  return `${file?.path ?? source.evidenceId}${line}, bytes ${source.byteOffset}–${last}`;
}

/** What a fact rests on: links to its events, or the place in a file that holds no events. */
export function SourceLinks(props: {
  readonly view: CaseView;
  readonly sources: readonly Provenance[];
  readonly rows: readonly number[];
  readonly className?: string | undefined;
}) {
  const { view, sources, rows } = props;
  const { showEvent, openFile } = useActions();
  const shown = sources.slice(0, 3);
  if (sources.length === 0 && rows.length > 0) {
    return (
      <span className={cx(styles.sourceLinks, props.className)}>
        {rows.slice(0, 3).map((row) => (
          <LinkButton key={row} onClick={() => void showEvent(row)}>
            <CornerDownRight size={12} aria-hidden="true" />
            event {formatCount(row + 1)}
          </LinkButton>
        ))}
      </span>
    );
  }
  return (
    <span className={cx(styles.sourceLinks, props.className)}>
      {shown.map((source, index) => {
        // Fewer rows than sources: some stand for no event, and which is not told.
        const row = rows.length === sources.length || index === 0 ? rows[index] : undefined;
        const key = `${source.evidenceId}-${source.byteOffset}`;
        const title = sourceInFull(view, source);
        return row === undefined ? (
          <LinkButton tone="file" key={key} title={`${title}. Show it in the file`} onClick={() => openFile(source)}>
            <FileText size={12} aria-hidden="true" />
            {sourceName(view, source)}
          </LinkButton>
        ) : (
          <LinkButton key={key} title={`${title}. Show the event on the timeline`} onClick={() => void showEvent(row)}>
            <CornerDownRight size={12} aria-hidden="true" />
            {sourceName(view, source)}
          </LinkButton>
        );
      })}
      {sources.length > shown.length ? (
        <span className="secondary">and {formatCount(sources.length - shown.length)} more</span>
      ) : null}
    </span>
  );
}
