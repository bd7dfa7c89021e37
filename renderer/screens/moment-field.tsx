import { useId } from 'react';
import { type EpochMicros, epochMicros } from '../../shared/model/time.ts';
import type { CaseView } from '../../shared/model/views.ts';
import type { ZoneName } from '../../shared/model/zone.ts';
import { parseTime } from '../../shared/search/parse-time.ts';
import { resolveTime } from '../../shared/search/resolve-time.ts';
import { cx } from '../components/class-names.ts';
import { Field } from '../components/field.tsx';
import formDialogStyles from '../components/form-dialog.module.css';
import { formatInstant } from '../format.ts';
import { useDisplayZone } from '../state/display-zone.tsx';

/** The moment that was typed: a time of day alone is that of the incident's day. Null where it is none. */
export function momentOf(typed: string, { points, analysis }: CaseView, zone: ZoneName): EpochMicros | null {
  const read = parseTime(typed.trim());
  const times = {
    first: points[0]?.time ?? null,
    last: points.at(-1)?.time ?? null,
    incident: analysis.incident?.end ?? null,
  };
  const stretch = read === null ? null : resolveTime(read, zone, times);
  return stretch === null ? null : epochMicros(stretch.from);
}

/** A field for a moment, which says how what is typed is understood. */
export function MomentField(props: {
  readonly view: CaseView;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { view, value } = props;
  const { zone } = useDisplayZone();
  const id = useId();
  const near = view.analysis.incident?.end ?? null;
  const time = momentOf(value, view, zone);
  const isWrong = value.trim() !== '' && time === null;
  return (
    <>
      <Field htmlFor={id} label={props.label}>
        <input
          id={id}
          type="text"
          className={cx(formDialogStyles.textField, 'numeric')}
          placeholder={near === null ? '2026-01-28 04:11:50' : formatInstant(near, 0, zone).replace(/ UTC.*$/, '')}
          value={value}
          spellCheck={false}
          aria-invalid={isWrong}
          onChange={(event) => props.onChange(event.target.value)}
        />
      </Field>
      <p
        className={cx(formDialogStyles.dialogHelp, isWrong ? formDialogStyles.dialogWrong : 'secondary')}
        aria-live="polite"
      >
        {isWrong
          ? 'Give a date and a time of day, or a time of day on the day of the incident.'
          : time === null
            ? `In ${zone}, as times are shown.`
            : formatInstant(time, 0, zone)}
      </p>
    </>
  );
}
