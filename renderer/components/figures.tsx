import type { ReactNode } from 'react';
import { cx } from './class-names.ts';
import { Field } from './field.tsx';
import styles from './figures.module.css';

/** A row of key figures. */
export function FigureRow({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.figures}>{children}</dl>;
}

export function Figure(props: {
  readonly name: string;
  readonly value: string;
  readonly detail?: string | undefined;
  readonly tone?: 'plain' | 'warning';
}) {
  return (
    <div className={cx(styles.figure, props.tone === 'warning' && styles.figureWarning)}>
      <dt>{props.name}</dt>
      <dd className={cx(styles.figureValue, 'numeric')}>{props.value}</dd>
      {props.detail === undefined ? null : <dd className={styles.figureDetail}>{props.detail}</dd>}
    </div>
  );
}

/** Chooses one of several files of a kind; nothing when there is no choice. */
export function FileChoice(props: {
  readonly label: string;
  readonly paths: readonly string[];
  readonly chosen: number;
  readonly inQuestion: number | null;
  /** Why it is the one in question; `in question` unless given. */
  readonly because?: string;
  readonly onChoose: (index: number) => void;
}) {
  if (props.paths.length < 2) return <p className={cx(styles.fileName, 'mono')}>{props.paths[0]}</p>;
  return (
    <Field className={styles.fileChoice} label={props.label} look="hidden">
      <select value={props.chosen} onChange={(event) => props.onChoose(Number(event.target.value))}>
        {props.paths.map((path, index) => (
          <option key={path} value={index}>
            {path}
            {index === props.inQuestion ? ` (${props.because ?? 'in question'})` : ''}
          </option>
        ))}
      </select>
    </Field>
  );
}
