import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import { HYPOTHESIS_IDS, HYPOTHESIS_TITLES, type HypothesisId } from '../../../shared/model/analysis.ts';
import { MOST_COMMENT_CHARS, type ObservedEffect, STRENGTHS, type Strength } from '../../../shared/model/judgement.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import formDialogStyles from '../../components/form-dialog.module.css';
import { FormDialog } from '../../components/form-dialog.tsx';
import { formatCount } from '../../format.ts';
import { useActions, useAppState } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { MomentField, momentOf } from '../moment-field.tsx';
import styles from './observe.module.css';

/** Adds what whoever analyses the case knows and no saved file shows. */
export function ObserveButton({ view }: { readonly view: CaseView }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>
        <Plus size={14} aria-hidden="true" />
        Add an observation…
      </Button>
      {isOpen ? <ObserveDialog view={view} onClose={() => setIsOpen(false)} /> : null}
    </>
  );
}

/** What the choice of one hypothesis holds: `for strongly`, or nothing. */
type Choice = '' | `${ObservedEffect['speaks']} ${Strength}`;

const CHOICES: readonly Choice[] = [
  '',
  ...(['for', 'against'] as const).flatMap((speaks) => STRENGTHS.map((strength): Choice => `${speaks} ${strength}`)),
];

function readingOf(hypothesis: HypothesisId, choice: Choice): readonly ObservedEffect[] {
  return (['for', 'against'] as const).flatMap((speaks) =>
    STRENGTHS.filter((strength) => choice === `${speaks} ${strength}`).map((strength) => ({
      hypothesis,
      speaks,
      strength,
    })),
  );
}

type Choices = Partial<Record<HypothesisId, Choice>>;

function ObserveDialog({ view, onClose }: { readonly view: CaseView; readonly onClose: () => void }) {
  const { observe } = useActions();
  const { trail } = useAppState();
  const { zone } = useDisplayZone();
  const [text, setText] = useState('');
  const [when, setWhen] = useState('');
  const [choices, setChoices] = useState<Choices>({});
  const row = trail.here.selectedRow;
  const [rests, setRests] = useState(false);
  const ids = { text: useId(), rests: useId() };
  const readings = HYPOTHESIS_IDS.flatMap((id) => readingOf(id, choices[id] ?? ''));
  const time = momentOf(when, view, zone);
  const isTimeWrong = when.trim() !== '' && time === null;
  return (
    <FormDialog
      label="Add an observation"
      title="Add an observation"
      submit="Add"
      canSubmit={text.trim() !== '' && readings.length > 0 && !isTimeWrong}
      onSubmit={() => {
        onClose();
        void observe({ text: text.trim(), readings, time, row: rests ? row : null });
      }}
      onClose={onClose}
    >
      <Field htmlFor={ids.text} label="What was observed">
        <textarea
          id={ids.text}
          className={formDialogStyles.textArea}
          rows={2}
          required
          maxLength={MOST_COMMENT_CHARS}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <ReadingChoices choices={choices} onChoose={setChoices} />
      <MomentField view={view} label="When it was so, if that is known" value={when} onChange={setWhen} />
      {row === null ? null : (
        <label className={formDialogStyles.dialogChoice} htmlFor={ids.rests}>
          <input id={ids.rests} type="checkbox" checked={rests} onChange={(event) => setRests(event.target.checked)} />
          It rests on the selected event ({formatCount(row + 1)})
        </label>
      )}
    </FormDialog>
  );
}

function ReadingChoices(props: { readonly choices: Choices; readonly onChoose: (choices: Choices) => void }) {
  const { choices } = props;
  return (
    <fieldset className={styles.readingChoices}>
      <legend>What it speaks for or against</legend>
      {HYPOTHESIS_IDS.map((id) => (
        <Field key={id} className={styles.readingChoice} label={HYPOTHESIS_TITLES[id]}>
          <select
            value={choices[id] ?? ''}
            onChange={(event) => {
              const choice = CHOICES.find((each) => each === event.target.value) ?? '';
              props.onChoose({ ...choices, [id]: choice });
            }}
          >
            {CHOICES.map((choice) => (
              <option key={choice} value={choice}>
                {choice === '' ? 'nothing either way' : choice.replace(/^(\w+) (\w+)$/, '$2 $1')}
              </option>
            ))}
          </select>
        </Field>
      ))}
    </fieldset>
  );
}
