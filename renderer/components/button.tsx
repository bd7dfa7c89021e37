import type { ComponentProps } from 'react';

type Size = 'normal' | 'small';

interface ButtonProps extends ComponentProps<'button'> {
  /** `primary`: what the place is for; `quiet`: without a frame. `bare` has no looks of its own: its class gives them. */
  readonly tone?: 'plain' | 'primary' | 'quiet' | 'bare';
  readonly size?: Size;
}

/** Every button of the window. It submits no form unless it is told to. */
export function Button({ tone = 'plain', size = 'normal', type = 'button', className, ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={join([...looksOf(tone, size), className])} />;
}

function looksOf(tone: NonNullable<ButtonProps['tone']>, size: Size): readonly string[] {
  if (tone === 'bare') return [];
  return ['button', ...(size === 'small' ? ['button-small'] : []), ...(tone === 'plain' ? [] : [`button-${tone}`])];
}

/** A button that is a picture alone: `label` is what it is called by those who cannot see it. */
export function IconButton({ label, className, ...rest }: ComponentProps<'button'> & { readonly label: string }) {
  return <button type="button" {...rest} aria-label={label} className={join(['icon-button', className])} />;
}

/** A button within text that leads somewhere. */
export function LinkButton({ className, ...rest }: ComponentProps<'button'>) {
  return <button type="button" {...rest} className={join(['link', className])} />;
}

function join(names: readonly (string | undefined)[]): string | undefined {
  const given = names.filter((name) => name !== undefined && name !== '');
  return given.length === 0 ? undefined : given.join(' ');
}
