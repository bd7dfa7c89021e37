/** A share 0..1 as a bar. The number stands beside it in text, so the bar itself is hidden from screen readers. */
export function ShareBar({ share, tone = 'accent' }: { readonly share: number; readonly tone?: string }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <svg className="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect className="bar-track" width="100" height="1" />
      <rect className={`bar-${tone}`} width={width} height="1" />
    </svg>
  );
}

/** How far something has come, for eyes and screen readers alike; `share` is null while the whole is not known. */
export function ProgressBar({ share, label }: { readonly share: number | null; readonly label: string }) {
  if (share === null) return <div className="bar-unknown" role="progressbar" aria-label={label} />;
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
    <svg className="bar weight-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect className="bar-track" width="100" height="1" />
      <rect
        className={weight < 0 ? 'bar-against' : 'bar-accent'}
        x={weight < 0 ? 50 - length : 50}
        width={length}
        height="1"
      />
      <rect className="bar-middle" x="49.6" width="0.8" height="1" />
    </svg>
  );
}

export interface StackPart {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  /** Suffix of a `fill-` class; a pattern of hatching tells `warning` parts apart without colour. */
  readonly tone: 'accent' | 'ok' | 'warning' | 'danger' | 'neutral' | 'faint';
}

/** Parts of a whole side by side, with a legend that carries names and numbers. */
export function StackBar({ parts, label }: { readonly parts: readonly StackPart[]; readonly label: string }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  let x = 0;
  return (
    <figure className="stack" aria-label={label}>
      <svg className="stack-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect className="bar-track" width="100" height="1" />
        {parts.map((part) => {
          const width = total > 0 ? (part.value / total) * 100 : 0;
          const left = x;
          x += width;
          // Less than a third of a percent would vanish; what exists must be seen.
          return width === 0 ? null : (
            <rect key={part.name} className={`fill-${part.tone}`} x={left} width={Math.max(0.3, width)} height="1" />
          );
        })}
      </svg>
      <figcaption className="stack-legend">
        {parts.map((part) => (
          <span key={part.name} className="legend-item">
            <span className={`legend-swatch swatch-${part.tone}`} aria-hidden="true" />
            {part.name} <strong>{part.text}</strong>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
