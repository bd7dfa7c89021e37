import { ChevronDown, ChevronRight } from 'lucide-react';
import type { TracebackLine } from '../../../shared/model/views.ts';
import { Button } from '../../components/button.tsx';
import { countOf } from '../../format.ts';
import type { TracebackGroups } from '../../state/use-tracebacks.ts';
import styles from './traceback-mark.module.css';

/** In front of every line of a traceback but its first: that it goes on from a row above. */
export function TracebackMark({ line }: { readonly line: TracebackLine }) {
  if (line.place === 0) return null;
  const words = `Line ${line.place + 1} of ${line.lines} of a traceback`;
  return (
    <span className={styles.tracebackMark} title={words}>
      <span className="visually-hidden">{words}: </span>
    </span>
  );
}

/** In front of the first line of a traceback, where no narrow column cuts it off: how many lines it has more, and whether they are shown. */
export function TracebackToggle({ line, groups }: { readonly line: TracebackLine; readonly groups: TracebackGroups }) {
  const isExpanded = groups.isExpanded(line.head);
  const Icon = isExpanded ? ChevronDown : ChevronRight;
  return (
    <Button
      tone="bare"
      className={styles.tracebackToggle}
      // The grid has the focus: its arrow keys to the right and left do the same.
      tabIndex={-1}
      aria-expanded={isExpanded}
      title={isExpanded ? 'Fold the traceback (←)' : 'Show the whole traceback (→)'}
      onClick={(event) => {
        event.stopPropagation();
        groups.toggle(line.head);
      }}
    >
      <Icon size={11} aria-hidden="true" />+{countOf(line.lines - 1, 'line')}
    </Button>
  );
}
