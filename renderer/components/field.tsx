import type { ReactNode } from 'react';

interface FieldProps {
  readonly label: ReactNode;
  /** `hidden`: for screen readers alone, where the control says by itself what it is for. */
  readonly look?: 'plain' | 'secondary' | 'hidden';
  /** Id of the control, where label and control are laid out apart; else the label holds the control. */
  readonly htmlFor?: string;
  readonly className?: string | undefined;
  /** The control. */
  readonly children: ReactNode;
}

const LOOKS = { plain: undefined, secondary: 'secondary', hidden: 'visually-hidden' } as const;

/** A control with its name: a click on the name goes to the control. */
export function Field({ label, look = 'plain', htmlFor, className, children }: FieldProps) {
  if (htmlFor !== undefined) {
    return (
      <>
        <label htmlFor={htmlFor} className={className}>
          {label}
        </label>
        {children}
      </>
    );
  }
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what it is given.
    <label className={className}>
      <span className={LOOKS[look]}>{label}</span>
      {children}
    </label>
  );
}
