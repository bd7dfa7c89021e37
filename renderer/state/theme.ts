import { useEffect, useState } from 'react';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const STORAGE_KEY = 'inquest.theme';

function storedChoice(): ThemeChoice {
  const stored = localStorage.getItem(STORAGE_KEY);
  return THEME_CHOICES.find((choice) => choice === stored) ?? 'system';
}

/** The light or dark appearance: the system's unless a person chose; the choice outlives the window. */
export function useTheme(): { readonly choice: ThemeChoice; readonly setChoice: (choice: ThemeChoice) => void } {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice);
  useEffect(() => {
    localStorage.setItem(STORAGE_KEY, choice);
    // tokens.css sets `color-scheme` from this attribute; without it the system decides.
    if (choice === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', choice);
  }, [choice]);
  return { choice, setChoice };
}
