import { useId, useState } from 'react';
import { formatClockOffset, parseClockOffset } from '../../shared/model/clock-offset.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { epochMicros } from '../../shared/model/time.ts';
import type { CaseView } from '../../shared/model/views.ts';
import { baseName, formatInstant } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { useDisplayZone } from '../state/display-zone.tsx';
import { Button } from './button.tsx';
import { cx } from './class-names.ts';
import { Field } from './field.tsx';
import formDialogStyles from './form-dialog.module.css';
import { FormDialog } from './form-dialog.tsx';

/** Corrects the clock of one source by a number. */
export function ClockDialog(props: {
  readonly view: CaseView;
  readonly file: EvidenceFile;
  readonly onClose: () => void;
}) {
  const { view, file, onClose } = props;
  const { adjustClocks } = useActions();
  const { zone } = useDisplayZone();
  const inputId = useId();
  const helpId = useId();
  const before = file.clockOffsetMicros ?? 0;
  const [text, setText] = useState(before === 0 ? '' : formatClockOffset(before));
  const micros = parseClockOffset(text);
  const isWrong = text.trim() !== '' && micros === null;
  const first = view.points.find((point) => point.evidenceId === file.id)?.time;
  const name = baseName(file.path);
  const apply = (next: number): void => {
    onClose();
    if (next === before) return;
    const what =
      next === 0
        ? `The clock of ${name} is as it was read`
        : `The clock of ${name} is corrected by ${formatClockOffset(next)}`;
    void adjustClocks([{ evidenceId: file.id, micros: next }], what);
  };
  return (
    <FormDialog
      label={`Correct the clock of ${name}`}
      title={`Correct the clock of ${name}`}
      submit="Correct"
      canSubmit={micros !== null}
      onSubmit={() => {
        if (micros !== null) apply(micros);
      }}
      onClose={onClose}
      aside={before === 0 ? null : <Button onClick={() => apply(0)}>Take the correction back</Button>}
    >
      <Field htmlFor={inputId} label="Added to each of its times">
        <input
          id={inputId}
          type="text"
          className={cx(formDialogStyles.textField, 'numeric')}
          placeholder="−4.2 s"
          value={text}
          spellCheck={false}
          aria-invalid={isWrong}
          aria-describedby={helpId}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <p
        id={helpId}
        className={
          isWrong
            ? cx(formDialogStyles.dialogHelp, formDialogStyles.dialogWrong)
            : cx(formDialogStyles.dialogHelp, 'secondary')
        }
        aria-live="polite"
      >
        {isWrong
          ? 'Give seconds (−4.2 s) or hours, minutes and seconds (−0:00:04.2), with at most six decimals.'
          : micros === null || first === undefined
            ? 'Negative where its clock ran ahead: −4.2 s, or −0:00:04.2 in hours, minutes and seconds.'
            : `Its first event, written ${formatInstant(epochMicros(first - before), 6, zone)}, will stand at ${formatInstant(epochMicros(first - before + micros), 6, zone)}.`}
      </p>
    </FormDialog>
  );
}
