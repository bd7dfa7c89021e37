import { useId } from 'react';
import { cx } from './class-names.ts';
import formDialogStyles from './form-dialog.module.css';
import styles from './range-field.module.css';

/**
 * A number that can be dragged, typed or stepped with the keys. The slider may run along another scale than the number
 * does: `toPosition` and `fromPosition` translate.
 */
export function RangeField(props: {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** In words, where the number alone does not say it: `off`, `none`. */
  readonly valueText?: string;
  /** What it was. */
  readonly hint?: string;
  readonly scale?: 'linear' | 'logarithmic';
  readonly onChange: (value: number) => void;
}) {
  const { label, value, unit, min, max, step, valueText, hint, scale = 'linear', onChange } = props;
  const id = useId();
  const bounded = Math.min(max, Math.max(min, value));
  const isLog = scale === 'logarithmic';
  const position = isLog ? toPosition(bounded, min, max) : bounded;
  return (
    <div className={styles.rangeField}>
      <label htmlFor={`${id}-range`}>{label}</label>
      <span className={styles.rangeNumber}>
        <input
          type="number"
          aria-label={`${label} in ${unit}`}
          className={cx(formDialogStyles.textField, styles.textField, 'numeric')}
          value={Math.round(value)}
          min={min}
          max={max}
          step={step}
          onChange={(event) => {
            const typed = event.target.valueAsNumber;
            if (Number.isFinite(typed)) onChange(Math.min(max, Math.max(min, typed)));
          }}
        />
        <span className={styles.rangeUnit}>{unit}</span>
      </span>
      <input
        id={`${id}-range`}
        type="range"
        min={isLog ? 0 : min}
        max={isLog ? LOG_POSITIONS : max}
        step={isLog ? 1 : step}
        value={position}
        aria-valuetext={valueText ?? `${Math.round(value)} ${unit}`}
        onChange={(event) => {
          const moved = event.target.valueAsNumber;
          onChange(isLog ? fromPosition(moved, min, max, step) : moved);
        }}
      />
      <span className={styles.rangeHint}>
        {valueText === undefined ? '' : `${valueText}${hint === undefined ? '' : ', '}`}
        {hint}
      </span>
    </div>
  );
}

const LOG_POSITIONS = 100;

function toPosition(value: number, min: number, max: number): number {
  if (max <= min) return 0;
  return Math.round((Math.log(Math.max(min, value) / min) / Math.log(max / min)) * LOG_POSITIONS);
}

function fromPosition(position: number, min: number, max: number, step: number): number {
  if (position >= LOG_POSITIONS) return max;
  const exact = min * (max / min) ** (position / LOG_POSITIONS);
  return Math.min(max, Math.max(min, Math.round(exact / step) * step));
}
