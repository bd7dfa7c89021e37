import { createContext, type ReactNode, useContext, useId, useMemo, useState } from 'react';
import { MOST_TAG_CHARS } from '../../../shared/model/annotation.ts';
import { MOST_COMMENT_CHARS } from '../../../shared/model/judgement.ts';
import type { EpochMicros } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import type { ZoneName } from '../../../shared/model/zone.ts';
import { Field } from '../../components/field.tsx';
import formDialogStyles from '../../components/form-dialog.module.css';
import { FormDialog } from '../../components/form-dialog.tsx';
import { countOf, formatInstant } from '../../format.ts';
import { annotationIndex } from '../../state/annotation-index.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import type { TimeRange } from '../../state/time-range.ts';
import { MomentField, momentOf } from '../moment-field.tsx';

/** What a dialog is open for. */
type Task =
  | { readonly type: 'tag'; readonly rows: readonly number[] }
  | { readonly type: 'comment'; readonly rows: readonly number[] }
  | { readonly type: 'range'; readonly range: TimeRange }
  | { readonly type: 'event'; readonly time: EpochMicros | null }
  | { readonly type: 'edit'; readonly id: string; readonly text: string; readonly time: EpochMicros | null };

interface Annotate {
  readonly tag: (rows: readonly number[]) => void;
  /** Of several events the stretch from the first to the last. */
  readonly comment: (rows: readonly number[]) => void;
  readonly commentRange: (range: TimeRange) => void;
  readonly addEvent: (time: EpochMicros | null) => void;
  /** `time`: of what has one of its own. */
  readonly edit: (id: string, text: string, time: EpochMicros | null) => void;
}

const AnnotateContext = createContext<Annotate | null>(null);

/** Opens the dialogs by which something is put beside the evidence. */
export function useAnnotate(): Annotate {
  const annotate = useContext(AnnotateContext);
  if (annotate === null) throw new Error('useAnnotate is used outside Annotating');
  return annotate;
}

/** Holds the dialog that is open; what is below can open one. */
export function Annotating({ view, children }: { readonly view: CaseView; readonly children: ReactNode }) {
  const [task, setTask] = useState<Task | null>(null);
  const annotate = useMemo<Annotate>(
    () => ({
      tag: (rows) => rows.length > 0 && setTask({ type: 'tag', rows }),
      comment: (rows) => rows.length > 0 && setTask({ type: 'comment', rows }),
      commentRange: (range) => setTask({ type: 'range', range }),
      addEvent: (time) => setTask({ type: 'event', time }),
      edit: (id, text, time) => setTask({ type: 'edit', id, text, time }),
    }),
    [],
  );
  return (
    <AnnotateContext value={annotate}>
      {children}
      {task === null ? null : <TaskDialog view={view} task={task} onClose={() => setTask(null)} />}
    </AnnotateContext>
  );
}

interface DialogProps {
  readonly view: CaseView;
  readonly onClose: () => void;
}

function TaskDialog({ task, ...props }: DialogProps & { readonly task: Task }) {
  switch (task.type) {
    case 'tag':
      return <TagDialog {...props} rows={task.rows} />;
    case 'comment':
    case 'range':
      return <CommentDialog {...props} task={task} />;
    case 'event':
      return <EventDialog {...props} id={null} text="" time={task.time} />;
    case 'edit':
      return task.time === null ? (
        <EditDialog {...props} id={task.id} text={task.text} />
      ) : (
        <EventDialog {...props} id={task.id} text={task.text} time={task.time} />
      );
  }
}

function TagDialog({ view, rows, onClose }: DialogProps & { readonly rows: readonly number[] }) {
  const { tag } = useActions();
  const [text, setText] = useState('');
  const ids = { text: useId(), known: useId() };
  const tags = [...new Set(text.split(',').map((each) => each.trim()))].filter((each) => each !== '');
  const isTooLong = tags.some((each) => each.length > MOST_TAG_CHARS);
  return (
    <FormDialog
      label="Add a tag"
      title={rows.length === 1 ? 'Tag this event' : `Tag ${countOf(rows.length, 'event')}`}
      submit="Add tag"
      canSubmit={tags.length > 0 && !isTooLong}
      onSubmit={() => {
        onClose();
        void (async () => {
          for (const each of tags) await tag(rows, each, true);
        })();
      }}
      onClose={onClose}
    >
      <Field htmlFor={ids.text} label="Tag, or several with commas">
        <input
          id={ids.text}
          type="text"
          className={formDialogStyles.textField}
          list={ids.known}
          value={text}
          aria-invalid={isTooLong}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <datalist id={ids.known}>
        {annotationIndex(view.annotations).tags.map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
    </FormDialog>
  );
}

function CommentDialog(props: DialogProps & { readonly task: Extract<Task, { readonly type: 'comment' | 'range' }> }) {
  const { task, onClose } = props;
  const actions = useActions();
  const { zone } = useDisplayZone();
  const [text, setText] = useState('');
  const save = (): void => {
    const words = text.trim();
    onClose();
    if (task.type === 'range') {
      void actions.commentRange({ from: { time: task.range.from }, to: { time: task.range.to }, text: words });
      return;
    }
    const rows = [...task.rows].sort((a, b) => a - b);
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return;
    if (first === last) void actions.comment(first, words);
    else void actions.commentRange({ from: { row: first }, to: { row: last }, text: words });
  };
  return (
    <FormDialog
      label="Add a comment"
      title={
        task.type === 'range'
          ? `Comment on ${formatInstant(task.range.from, 3, zone)} to ${formatInstant(task.range.to, 3, zone)}`
          : task.rows.length === 1
            ? 'Comment on this event'
            : `Comment on the time range of ${countOf(task.rows.length, 'event')}`
      }
      submit="Add comment"
      canSubmit={text.trim() !== ''}
      onSubmit={save}
      onClose={onClose}
    >
      <WordsField label="Comment" value={text} onChange={setText} />
    </FormDialog>
  );
}

function EditDialog({ id, text: before, onClose }: DialogProps & { readonly id: string; readonly text: string }) {
  const { editAnnotation } = useActions();
  const [text, setText] = useState(before);
  return (
    <FormDialog
      label="Edit the comment"
      title="Edit the comment"
      submit="Save comment"
      canSubmit={text.trim() !== ''}
      onSubmit={() => {
        onClose();
        void editAnnotation({ id, text: text.trim(), time: null });
      }}
      onClose={onClose}
    >
      <WordsField label="Comment" value={text} onChange={setText} />
    </FormDialog>
  );
}

/** `10:30 the customer called`: the time that a text begins with, and the rest of it; null where it begins with none. */
export function timedText(
  text: string,
  view: CaseView,
  zone: ZoneName,
): { readonly time: EpochMicros; readonly text: string } | null {
  // A date and a time of day are two words.
  for (const words of [2, 1]) {
    const match = new RegExp(`^((?:\\S+\\s+){${words - 1}}\\S+)\\s+(.+)$`, 's').exec(text.trim());
    const time = match === null ? null : momentOf(match[1] ?? '', view, zone);
    if (match !== null && time !== null) return { time, text: match[2] ?? '' };
  }
  return null;
}

function EventDialog(
  props: DialogProps & { readonly id: string | null; readonly text: string; readonly time: EpochMicros | null },
) {
  const { view, id, onClose } = props;
  const { addEvent, editAnnotation } = useActions();
  const { zone } = useDisplayZone();
  const [text, setText] = useState(props.text);
  const [when, setWhen] = useState(
    props.time === null
      ? ''
      : formatInstant(props.time, props.time % 1_000_000 === 0 ? 0 : 6, zone).replace(/ UTC.*$/, ''),
  );
  const timed = when.trim() === '' ? timedText(text, view, zone) : null;
  const time = timed?.time ?? momentOf(when, view, zone);
  const words = (timed?.text ?? text).trim();
  const save = (): void => {
    if (time === null) return;
    onClose();
    void (id === null ? addEvent({ time, text: words }) : editAnnotation({ id, text: words, time }));
  };
  return (
    <FormDialog
      label={id === null ? 'Add an event' : 'Edit the event'}
      title={id === null ? 'Add an event' : 'Edit the event'}
      submit={id === null ? 'Add event' : 'Save event'}
      canSubmit={words !== '' && time !== null}
      onSubmit={save}
      onClose={onClose}
    >
      <WordsField label="What happened" value={text} placeholder="10:30 the customer called" onChange={setText} />
      <MomentField
        view={view}
        label="When"
        value={timed === null ? when : formatInstant(timed.time, 0, zone).replace(/ UTC.*$/, '')}
        onChange={setWhen}
      />
    </FormDialog>
  );
}

function WordsField(props: {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <Field htmlFor={id} label={props.label}>
      <textarea
        id={id}
        className={formDialogStyles.textArea}
        rows={3}
        required
        maxLength={MOST_COMMENT_CHARS}
        placeholder={props.placeholder}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </Field>
  );
}
