import { type LucideIcon, Monitor, Moon, Sun } from 'lucide-react';
import { THEME_CHOICES, type ThemeChoice, useTheme } from '../state/theme.ts';
import { IconButton } from './button.tsx';

const ICONS: Readonly<Record<ThemeChoice, LucideIcon>> = { system: Monitor, light: Sun, dark: Moon };

/** Steps through system, light and dark. */
export function ThemeSwitch() {
  const { choice, setChoice } = useTheme();
  const Icon = ICONS[choice];
  const next = THEME_CHOICES[(THEME_CHOICES.indexOf(choice) + 1) % THEME_CHOICES.length] ?? 'system';
  const label = `Appearance: ${choice}. Switch to ${next}`;
  return (
    <IconButton label={label} title={label} onClick={() => setChoice(next)}>
      <Icon size={15} aria-hidden="true" />
    </IconButton>
  );
}
