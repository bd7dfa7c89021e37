import { CalendarPlus, MessageSquare } from 'lucide-react';
import { LinkButton } from '../../components/button.tsx';
import { zonedDate, zonedTimeOfDay } from '../../format.ts';
import type { TimeNote } from '../../state/annotation-index.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { EventPages } from '../../state/event-pages.ts';
import { useAnnotate } from './annotate.tsx';
import styles from './time-notes.module.css';

/** What belongs above the row of a place in a list by time, and below it where it is the last one. */
export interface NotesAtRow {
  readonly above: readonly TimeNote[];
  readonly below: readonly TimeNote[];
}
const NONE: NotesAtRow = { above: [], below: [] };

/** Finds what was added between the event of a place and the one before it; nothing in a list of another order. */
export function notesAt(notes: readonly TimeNote[], pages: EventPages, index: number, total: number): NotesAtRow {
  const { column, descending } = pages.sort;
  if (notes.length === 0 || column !== 'time' || descending) return NONE;
  const event = pages.eventAt(index);
  if (event === null) return NONE;
  const before = index === 0 ? null : pages.eventAt(index - 1);
  // Until the event before is known, what lies between the two is not.
  if (index > 0 && before === null) return NONE;
  const from = before?.time ?? Number.NEGATIVE_INFINITY;
  return {
    above: notes.filter(({ time }) => time > from && time <= event.time),
    below: index === total - 1 ? notes.filter(({ time }) => time > event.time) : [],
  };
}

/** Lines of the analyst between the events, each with its time. */
export function TimeNotes({ notes, showDate }: { readonly notes: readonly TimeNote[]; readonly showDate: boolean }) {
  const { zone } = useDisplayZone();
  const { edit } = useAnnotate();
  return notes.map(({ annotation, time, to }) => {
    const Icon = annotation.kind === 'event' ? CalendarPlus : MessageSquare;
    const clock = `${showDate ? `${zonedDate(time, zone).slice(5)} ` : ''}${zonedTimeOfDay(time, zone, 3)}`;
    return (
      // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: a line within a row of the grid, which has the focus.
      <div key={annotation.id} role="gridcell" className={styles.timeNote} data-testid="time-note">
        <Icon size={13} role="img" aria-label={annotation.kind === 'event' ? 'Added event' : 'Comment'} />
        <span className={styles.time}>
          {clock}
          {to === null ? '' : ` – ${zonedTimeOfDay(to, zone, 3)}`}
        </span>
        <LinkButton
          tone="plain"
          className={styles.text}
          title="Edit"
          tabIndex={-1}
          onClick={(event) => {
            event.stopPropagation();
            edit(annotation.id, annotation.text, annotation.kind === 'event' ? time : null);
          }}
        >
          {annotation.text.replaceAll('\n', ' ⏎ ')}
        </LinkButton>
      </div>
    );
  });
}
