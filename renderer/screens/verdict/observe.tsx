import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import { HYPOTHESIS_IDS, HYPOTHESIS_TITLES, type HypothesisId } from '../../../shared/model/analysis.ts';
import { MOST_COMMENT_CHARS, type ObservedEffect, STRENGTHS, type Strength } from '../../../shared/model/judgement.ts';
import { type EpochMicros, epochMicros } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import type { ZoneName } from '../../../shared/model/zone.ts';
import { parseTime } from '../../../shared/search/parse-time.ts';
import { resolveTime } from '../../../shared/search/resolve-time.ts';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { Field } from '../../components/field.tsx';
import formDialogStyles from '../../components/form-dialog.module.css';
import { FormDialog } from '../../components/form-dialog.tsx';
import { formatCount, formatInstant } from '../../format.ts';
import { useActions, useAppState } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
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

/** The moment that was typed: a time of day alone is that of the incident's day. */
function momentOf(typed: string, { points, analysis }: CaseView, zone: ZoneName): EpochMicros | null {
  const read = parseTime(typed.trim());
  const times = {
    first: points[0]?.time ?? null,
    last: points.at(-1)?.time ?? null,
    incident: analysis.incident?.end ?? null,
  };
  const stretch = read === null ? null : resolveTime(read, zone, times);
  return stretch === null ? null : epochMicros(stretch.from);
}

function ObserveDialog({ view, onClose }: { readonly view: CaseView; readonly onClose: () => void }) {
  const { observe } = useActions();
  const { trail } = useAppState();
  const { zone } = useDisplayZone();
  const [text, setText] = useState('');
  const [when, setWhen] = useState('');
  const [choices, setChoices] = useState<Partial<Record<HypothesisId, Choice>>>({});
  const row = trail.here.selectedRow;
  const [rests, setRests] = useState(false);
  const ids = { text: useId(), when: useId(), rests: useId(), choices: useId() };
  const readings = HYPOTHESIS_IDS.flatMap((id) => readingOf(id, choices[id] ?? ''));
  const near = view.analysis.incident?.end ?? null;
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
      <fieldset className={styles.readingChoices}>
        <legend>What it speaks for or against</legend>
        {HYPOTHESIS_IDS.map((id) => (
          <Field key={id} className={styles.readingChoice} label={HYPOTHESIS_TITLES[id]}>
            <select
              value={choices[id] ?? ''}
              onChange={(event) => {
                const choice = CHOICES.find((each) => each === event.target.value) ?? '';
                setChoices({ ...choices, [id]: choice });
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
      <Field htmlFor={ids.when} label="When it was so, if that is known">
        <input
          id={ids.when}
          type="text"
          className={cx(formDialogStyles.textField, 'numeric')}
          placeholder={near === null ? '2026-01-28 04:11:50' : formatInstant(near, 0, zone).replace(/ UTC.*$/, '')}
          value={when}
          spellCheck={false}
          aria-invalid={isTimeWrong}
          onChange={(event) => setWhen(event.target.value)}
        />
      </Field>
      <p
        className={
          isTimeWrong
            ? cx(formDialogStyles.dialogHelp, formDialogStyles.dialogWrong)
            : cx(formDialogStyles.dialogHelp, 'secondary')
        }
        aria-live="polite"
      >
        {isTimeWrong
          ? 'Give a date and a time of day, or a time of day on the day of the incident.'
          : time === null
            ? `In ${zone}, as times are shown.`
            : formatInstant(time, 0, zone)}
      </p>
      {row === null ? null : (
        <label className={formDialogStyles.dialogChoice} htmlFor={ids.rests}>
          <input id={ids.rests} type="checkbox" checked={rests} onChange={(event) => setRests(event.target.checked)} />
          It rests on the selected event ({formatCount(row + 1)})
        </label>
      )}
    </FormDialog>
  );
}
