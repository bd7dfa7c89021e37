import styles from './bars.module.css';
import { cx } from './class-names.ts';

/** How a bar is filled. */
export type BarTone = 'accent' | 'quiet' | 'warning';

const BAR_CLASSES: Readonly<Record<BarTone, string | undefined>> = {
  accent: styles.barAccent,
  quiet: styles.barQuiet,
  warning: styles.barWarning,
};

const FILL_CLASSES: Readonly<Record<StackPart['tone'], string | undefined>> = {
  warning: styles.fillWarning,
  accent: styles.fillAccent,
  ok: styles.fillOk,
  danger: styles.fillDanger,
  neutral: styles.fillNeutral,
  faint: styles.fillFaint,
};

const SWATCH_CLASSES: Readonly<Record<StackPart['tone'], string | undefined>> = {
  // The swatch without a colour of its own.
  neutral: undefined,
  accent: styles.swatchAccent,
  ok: styles.swatchOk,
  warning: styles.swatchWarning,
  danger: styles.swatchDanger,
  faint: styles.swatchFaint,
};
/** A share 0..1 as a bar. The number stands beside it in text, so the bar itself is hidden from screen readers. */
export function ShareBar({ share, tone = 'accent' }: { readonly share: number; readonly tone?: BarTone }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <svg className={styles.bar} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect className={styles.barTrack} width="100" height="1" />
      <rect className={BAR_CLASSES[tone]} width={width} height="1" />
    </svg>
  );
}

/** How far something has come, for eyes and screen readers alike; `share` is null while the whole is not known. */
export function ProgressBar({ share, label }: { readonly share: number | null; readonly label: string }) {
  if (share === null) return <div className={styles.barUnknown} role="progressbar" aria-label={label} />;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
    >
      <ShareBar share={share} />
    </div>
  );
}

/** A signed weight as a bar to the right (for) or to the left (against) of a middle line. */
export function WeightBar({ weight, largest }: { readonly weight: number; readonly largest: number }) {
  const length = largest > 0 ? Math.min(1, Math.abs(weight) / largest) * 50 : 0;
  return (
    <svg className={styles.bar} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect className={styles.barTrack} width="100" height="1" />
      <rect
        className={weight < 0 ? styles.barAgainst : styles.barAccent}
        x={weight < 0 ? 50 - length : 50}
        width={length}
        height="1"
      />
      <rect className={styles.barMiddle} x="49.6" width="0.8" height="1" />
    </svg>
  );
}

export interface StackPart {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly tone: 'accent' | 'ok' | 'warning' | 'danger' | 'neutral' | 'faint';
}

/** Parts of a whole side by side, with a legend that carries names and numbers. */
export function StackBar({ parts, label }: { readonly parts: readonly StackPart[]; readonly label: string }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  let x = 0;
  return (
    <figure className={styles.stack} aria-label={label}>
      <svg className={styles.stackBar} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect className={styles.barTrack} width="100" height="1" />
        {parts.map((part) => {
          const width = total > 0 ? (part.value / total) * 100 : 0;
          const left = x;
          x += width;
          // Less than a third of a percent would vanish; what exists must be seen.
          return width === 0 ? null : (
            <rect
              key={part.name}
              className={FILL_CLASSES[part.tone]}
              x={left}
              width={Math.max(0.3, width)}
              height="1"
            />
          );
        })}
      </svg>
      <figcaption className={styles.stackLegend}>
        {parts.map((part) => (
          <span key={part.name} className={styles.legendItem}>
            <span className={cx(styles.legendSwatch, SWATCH_CLASSES[part.tone])} aria-hidden="true" />
            {part.name} <strong>{part.text}</strong>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
