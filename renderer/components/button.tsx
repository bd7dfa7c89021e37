import type { ComponentProps } from 'react';
import styles from './button.module.css';
import { cx } from './class-names.ts';

interface ButtonProps extends ComponentProps<'button'> {
  /** `primary`: what the place is for; `quiet`: without a frame. `bare` has no looks of its own: its class gives them. */
  readonly tone?: 'plain' | 'primary' | 'quiet' | 'bare';
  readonly size?: 'normal' | 'small';
}

/** Every button of the window. It submits no form unless it is told to. */
export function Button({ tone = 'plain', size = 'normal', type = 'button', className, ...rest }: ButtonProps) {
  const looks = cx(
    tone !== 'bare' && styles.button,
    size === 'small' && styles.buttonSmall,
    tone === 'primary' && styles.buttonPrimary,
    tone === 'quiet' && styles.buttonQuiet,
    className,
  );
  return <button {...rest} type={type} className={looks} />;
}

/** A button that is a picture alone: `label` is what it is called by those who cannot see it. */
export function IconButton({ label, className, ...rest }: ComponentProps<'button'> & { readonly label: string }) {
  return <button type="button" {...rest} aria-label={label} className={cx(styles.iconButton, className)} />;
}

interface LinkButtonProps extends ComponentProps<'button'> {
  /** `plain`: in the colour of the text around it; `file`: leads to a file, where others lead to an event. */
  readonly tone?: 'accent' | 'plain' | 'file';
}

/** A button within text that leads somewhere. */
export function LinkButton({ tone = 'accent', className, ...rest }: LinkButtonProps) {
  const looks = cx(styles.link, tone === 'plain' && styles.linkPlain, tone === 'file' && styles.linkFile, className);
  return <button type="button" {...rest} className={looks} />;
}
