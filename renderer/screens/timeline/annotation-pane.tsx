import {
  Bookmark,
  CalendarPlus,
  EyeOff,
  type LucideIcon,
  MessageSquare,
  Pencil,
  Redo2,
  Tag,
  Trash2,
  Undo2,
} from 'lucide-react';
import { EVERY_EVENT } from '../../../shared/contract/event-filter.ts';
import type { Annotation } from '../../../shared/model/annotation.ts';
import type { PlacedAnnotation } from '../../../shared/model/placed-annotations.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import buttonStyles from '../../components/button.module.css';
import { Button, IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { countOf, zonedDate, zonedTimeOfDay, zoneLabel } from '../../format.ts';
import { useActions, useAppState } from '../../state/app-context.tsx';
import { caseExtent } from '../../state/app-state.ts';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { clampRange, padRange } from '../../state/time-range.ts';
import { useEventCount } from '../../state/use-events.ts';
import { useAnnotate } from './annotate.tsx';
import styles from './annotation-pane.module.css';
import { oneLine } from './event-columns.tsx';

const ICONS: Readonly<Record<Annotation['kind'], LucideIcon>> = {
  bookmark: Bookmark,
  tag: Tag,
  comment: MessageSquare,
  range: MessageSquare,
  event: CalendarPlus,
  hidden: EyeOff,
};

/** Everything that was put beside the evidence, in the order of time; each leads to where it is. */
export function AnnotationPane({ view }: { readonly view: CaseView }) {
  const { undoWork, redoWork } = useActions();
  const { trail } = useAppState();
  const annotate = useAnnotate();
  const { entries, undo, redo } = view.annotations;
  const { range } = trail.here;
  const listed = entries.filter(({ annotation }) => annotation.kind !== 'hidden');
  const hidden = entries.filter(({ annotation }) => annotation.kind === 'hidden');
  return (
    <section className={styles.annotationPane} aria-label="Annotations">
      <div className={buttonStyles.buttonRow}>
        <Button size="small" onClick={() => annotate.addEvent(null)}>
          <CalendarPlus size={13} aria-hidden="true" />
          Add event…
        </Button>
        <Button
          size="small"
          disabled={range === null}
          title="Comment on the stretch of time that the picture shows"
          onClick={() => {
            if (range !== null) annotate.commentRange(range);
          }}
        >
          <MessageSquare size={13} aria-hidden="true" />
          Comment on range…
        </Button>
        <IconButton
          label={undo === null ? 'Nothing to undo' : `Undo: ${undo}`}
          title={undo === null ? 'Nothing to undo' : `Undo: ${undo} (Ctrl+Z)`}
          disabled={undo === null}
          onClick={() => void undoWork()}
        >
          <Undo2 size={14} aria-hidden="true" />
        </IconButton>
        <IconButton
          label={redo === null ? 'Nothing to redo' : `Redo: ${redo}`}
          title={redo === null ? 'Nothing to redo' : `Redo: ${redo} (Ctrl+Shift+Z)`}
          disabled={redo === null}
          onClick={() => void redoWork()}
        >
          <Redo2 size={14} aria-hidden="true" />
        </IconButton>
      </div>
      {listed.length === 0 ? <NothingYet /> : null}
      <ol className={styles.list}>
        {listed.map((placed) => (
          <Entry key={placed.annotation.id} placed={placed} view={view} />
        ))}
      </ol>
      {hidden.length === 0 ? null : (
        <>
          <h3 className="caption">Hidden messages</h3>
          <ul className={styles.list}>
            {hidden.map((placed) => (
              <HiddenEntry key={placed.annotation.id} placed={placed} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function NothingYet() {
  return (
    <p className={cx('secondary', styles.hint)}>
      Nothing yet. Select an event and press <kbd>B</kbd> to bookmark it, <kbd>T</kbd> to tag it, <kbd>C</kbd> to
      comment on it, or <kbd>H</kbd> to hide all that are like it.
    </p>
  );
}

function Entry({ placed, view }: { readonly placed: PlacedAnnotation; readonly view: CaseView }) {
  const { annotation, row, time, to, source } = placed;
  const { showEvent, move, removeAnnotations } = useActions();
  const { edit } = useAnnotate();
  const { zone } = useDisplayZone();
  const Icon = ICONS[annotation.kind];
  const isAway = source !== null && row === null;
  const extent = caseExtent(view);
  const go = (): void => {
    if (row !== null) void showEvent(row);
    // What is about no record lies in the picture, and between the rows of the table.
    else if (time !== null && extent !== null) {
      const range = clampRange(padRange({ from: time, to: to ?? time }, 0.1, 2), extent);
      move({ range, tab: 'timeline' }, 'jump');
    }
  };
  const words = wordsOf(annotation);
  const record = 'record' in annotation ? oneLine(annotation.record.message) : null;
  return (
    <li className={styles.entry} data-testid="annotation" data-kind={annotation.kind}>
      <Icon size={14} role="img" aria-label={KIND_WORDS[annotation.kind]} className={styles.icon} />
      <Button tone="bare" className={styles.go} disabled={isAway} onClick={go}>
        <span className={cx(styles.time, 'numeric')}>
          {time === null ? '' : `${zonedDate(time, zone).slice(5)} ${zonedTimeOfDay(time, zone, 3)}`}
          {to === null ? '' : ` – ${zonedTimeOfDay(to, zone, 3)}`}
          {time === null ? '' : ` ${zoneLabel(time, zone)}`}
        </span>
        {words === null ? null : <span className={styles.words}>{words}</span>}
        {record === null ? null : <span className={cx(styles.record, 'mono')}>{record}</span>}
        {isAway ? <span className="secondary">Its evidence is not in the case.</span> : null}
      </Button>
      {annotation.kind === 'comment' || annotation.kind === 'range' || annotation.kind === 'event' ? (
        <IconButton
          label={`Edit: ${annotation.text}`}
          title="Edit"
          onClick={() => edit(annotation.id, annotation.text, annotation.kind === 'event' ? annotation.time : null)}
        >
          <Pencil size={13} aria-hidden="true" />
        </IconButton>
      ) : (
        <span />
      )}
      <IconButton
        label={`Remove: ${words ?? record ?? ''}`}
        title="Remove"
        onClick={() => void removeAnnotations([annotation.id])}
      >
        <Trash2 size={13} aria-hidden="true" />
      </IconButton>
    </li>
  );
}

function HiddenEntry({ placed: { annotation } }: { readonly placed: PlacedAnnotation }) {
  const { removeAnnotations } = useActions();
  const template = annotation.kind === 'hidden' ? annotation.template : '';
  const count = useEventCount({ ...EVERY_EVENT, templates: [template] });
  return (
    <li className={styles.entry} data-testid="annotation" data-kind="hidden">
      <EyeOff size={14} aria-hidden="true" className={styles.icon} />
      <span className={styles.go}>
        <span className={cx(styles.record, 'mono')}>{template}</span>
        <span className={cx('secondary', 'numeric')}>{count === null ? '…' : countOf(count, 'event')}</span>
      </span>
      <span />
      <Button
        size="small"
        tone="quiet"
        aria-label={`Show again: ${template}`}
        onClick={() => void removeAnnotations([annotation.id])}
      >
        Show
      </Button>
    </li>
  );
}

const KIND_WORDS: Readonly<Record<Annotation['kind'], string>> = {
  bookmark: 'Bookmark',
  tag: 'Tag',
  comment: 'Comment',
  range: 'Comment on a time range',
  event: 'Added event',
  hidden: 'Hidden messages',
};

/** What the analyst wrote; null where nothing was. */
function wordsOf(annotation: Annotation): string | null {
  switch (annotation.kind) {
    case 'tag':
      return annotation.tag;
    case 'comment':
    case 'range':
    case 'event':
      return annotation.text;
    case 'bookmark':
    case 'hidden':
      return null;
  }
}
