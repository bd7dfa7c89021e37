import type { Palette } from './scene.ts';

/**
 * Colours of figures and reports. Text colours (ink, muted, accent, danger, warning, ok) reach a contrast of 4.5 : 1 on the
 * surface, ink does so on every soft fill too, and the series colours reach 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11:
 * https://www.w3.org/TR/WCAG22/). `faint` and `grid` are for rules and never for text.
 */
export const PALETTES = {
  /** Printed and PDF: white ground. */
  paper: {
    ink: '#16191f',
    muted: '#565d6b',
    faint: '#a3aab6',
    grid: '#e3e6eb',
    surface: '#ffffff',
    accent: '#1d5fbf',
    'accent-soft': '#dfeafa',
    danger: '#b42318',
    'danger-soft': '#fbe3e0',
    warning: '#8a5a00',
    'warning-soft': '#fbeccb',
    ok: '#1a7040',
    'ok-soft': '#dcf1e3',
    'series-1': '#1d5fbf',
    'series-2': '#a8580a',
    'series-3': '#6a3fb5',
  },
  light: {
    ink: '#16191f',
    muted: '#545b69',
    faint: '#a0a7b4',
    grid: '#e1e5eb',
    surface: '#ffffff',
    accent: '#1d5fbf',
    'accent-soft': '#dfeafa',
    danger: '#b42318',
    'danger-soft': '#fbe3e0',
    warning: '#8a5a00',
    'warning-soft': '#fbeccb',
    ok: '#1a7040',
    'ok-soft': '#dcf1e3',
    'series-1': '#1d5fbf',
    'series-2': '#a8580a',
    'series-3': '#6a3fb5',
  },
  dark: {
    ink: '#e7e9ee',
    muted: '#a6adba',
    faint: '#5d6573',
    grid: '#2b313b',
    surface: '#15181d',
    accent: '#7db0ff',
    'accent-soft': '#1d3252',
    danger: '#ff8f85',
    'danger-soft': '#4b211e',
    warning: '#efb95c',
    'warning-soft': '#423212',
    ok: '#74d19b',
    'ok-soft': '#173622',
    'series-1': '#7db0ff',
    'series-2': '#f0a658',
    'series-3': '#bb9bf5',
  },
} as const satisfies Record<string, Palette>;
export type ThemeName = keyof typeof PALETTES;
