import { Bookmark, EyeOff, MessageSquare, Pencil, Tag, Trash2, X } from 'lucide-react';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import buttonStyles from '../../components/button.module.css';
import { Button, IconButton } from '../../components/button.tsx';
import { useActions } from '../../state/app-context.tsx';
import { useAnnotate } from './annotate.tsx';
import styles from './event-marks.module.css';

/** What the analyst put beside an event, and what more can be. */
export function EventMarks({ view, event }: { readonly view: CaseView; readonly event: EvidenceEvent }) {
  const { bookmark, tag, hideLike, removeAnnotations } = useActions();
  const annotate = useAnnotate();
  const own = view.annotations.entries.flatMap(({ row, annotation }) => (row === event.row ? [annotation] : []));
  const isBookmarked = own.some(({ kind }) => kind === 'bookmark');
  const rows = [event.row];
  return (
    <section aria-label="Annotations of this event" className={styles.marks}>
      <div className={buttonStyles.buttonRow}>
        <IconButton
          label={isBookmarked ? 'Remove bookmark' : 'Bookmark'}
          aria-pressed={isBookmarked}
          title={isBookmarked ? 'Remove bookmark (B)' : 'Bookmark (B)'}
          onClick={() => void bookmark(rows, !isBookmarked)}
        >
          <Bookmark size={14} aria-hidden="true" className={isBookmarked ? styles.isSet : undefined} />
        </IconButton>
        <Button size="small" title="Tag (T)" onClick={() => annotate.tag(rows)}>
          <Tag size={12} aria-hidden="true" />
          Tag…
        </Button>
        <Button size="small" title="Comment (C)" onClick={() => annotate.comment(rows)}>
          <MessageSquare size={12} aria-hidden="true" />
          Comment…
        </Button>
        <IconButton
          label="Hide events like this one"
          title="Hide events like this one (H)"
          onClick={() => void hideLike(event.row)}
        >
          <EyeOff size={14} aria-hidden="true" />
        </IconButton>
      </div>
      {own.map((annotation) => {
        switch (annotation.kind) {
          case 'tag':
            return (
              <Button
                key={annotation.id}
                tone="bare"
                className={styles.tag}
                aria-label={`Remove the tag ${annotation.tag}`}
                title="Remove the tag"
                onClick={() => void tag(rows, annotation.tag, false)}
              >
                {annotation.tag}
                <X size={11} aria-hidden="true" />
              </Button>
            );
          case 'comment':
            return (
              <div key={annotation.id} className={styles.comment}>
                <p>{annotation.text}</p>
                <IconButton
                  label={`Edit: ${annotation.text}`}
                  title="Edit"
                  onClick={() => annotate.edit(annotation.id, annotation.text, null)}
                >
                  <Pencil size={12} aria-hidden="true" />
                </IconButton>
                <IconButton
                  label={`Remove: ${annotation.text}`}
                  title="Remove"
                  onClick={() => void removeAnnotations([annotation.id])}
                >
                  <Trash2 size={12} aria-hidden="true" />
                </IconButton>
              </div>
            );
          default:
            return null;
        }
      })}
    </section>
  );
}
