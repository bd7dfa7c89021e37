import { Ban, Undo2 } from 'lucide-react';
import { useId, useState } from 'react';
import type { Fact, OverruledFact } from '../../../shared/model/analysis.ts';
import { MOST_COMMENT_CHARS } from '../../../shared/model/judgement.ts';
import { IconButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { Field } from '../../components/field.tsx';
import formDialogStyles from '../../components/form-dialog.module.css';
import { FormDialog } from '../../components/form-dialog.tsx';
import { useActions } from '../../state/app-context.tsx';
import styles from './overrule.module.css';

/** Overrules a fact, with a comment that is asked for; of one that is overruled, or was observed, it takes that back. */
export function OverruleButton(props: { readonly fact: Fact; readonly overruled: OverruledFact | null }) {
  const { fact, overruled } = props;
  const { withdraw } = useActions();
  const [isOpen, setIsOpen] = useState(false);
  const judgementId = overruled?.judgementId ?? (fact.isObservation === true ? fact.id : null);
  if (judgementId !== null) {
    const label = overruled === null ? 'Take the observation back' : 'Let the fact stand again';
    return (
      <IconButton label={label} title={label} onClick={() => void withdraw(judgementId)}>
        <Undo2 size={14} aria-hidden="true" />
      </IconButton>
    );
  }
  return (
    <>
      <IconButton
        label="Overrule this fact"
        title="Overrule this fact: it stays listed and weighs nothing"
        onClick={() => setIsOpen(true)}
      >
        <Ban size={14} aria-hidden="true" />
      </IconButton>
      {isOpen ? <OverruleDialog fact={fact} onClose={() => setIsOpen(false)} /> : null}
    </>
  );
}

function OverruleDialog({ fact, onClose }: { readonly fact: Fact; readonly onClose: () => void }) {
  const { overrule } = useActions();
  const [comment, setComment] = useState('');
  const commentId = useId();
  const helpId = useId();
  return (
    <FormDialog
      label="Overrule a fact"
      title="Overrule a fact"
      submit="Overrule"
      canSubmit={comment.trim() !== ''}
      onSubmit={() => {
        onClose();
        void overrule(fact.id, comment.trim());
      }}
      onClose={onClose}
    >
      <blockquote className={styles.judgedText}>{fact.text}</blockquote>
      <Field htmlFor={commentId} label="Why it does not count">
        <textarea
          id={commentId}
          className={formDialogStyles.textArea}
          rows={3}
          required
          maxLength={MOST_COMMENT_CHARS}
          value={comment}
          aria-describedby={helpId}
          onChange={(event) => setComment(event.target.value)}
        />
      </Field>
      <p id={helpId} className={cx(formDialogStyles.dialogHelp, 'secondary')}>
        It stays listed, struck through with this comment, here and in the report, and weighs nothing.
      </p>
    </FormDialog>
  );
}
