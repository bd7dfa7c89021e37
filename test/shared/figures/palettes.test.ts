import { describe, expect, it } from 'vitest';
import { PALETTES, type ThemeName } from '../../../shared/figures/palettes.ts';
import type { PaletteName } from '../../../shared/figures/scene.ts';

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const THEMES = Object.keys(PALETTES) as ThemeName[];
const TEXT: readonly PaletteName[] = ['ink', 'muted', 'accent', 'danger', 'warning', 'ok'];
const SOFT: readonly (readonly [PaletteName, PaletteName])[] = [
  ['accent', 'accent-soft'],
  ['danger', 'danger-soft'],
  ['warning', 'warning-soft'],
  ['ok', 'ok-soft'],
];

describe.each(THEMES)('the %s palette', (theme) => {
  const palette = PALETTES[theme];
  it.each(TEXT)('has %s readable as text', (name) => {
    expect(contrast(palette[name], palette.surface)).toBeGreaterThanOrEqual(4.5);
  });
  it.each(SOFT)('has ink and %s readable on %s', (name, soft) => {
    expect(contrast(palette.ink, palette[soft])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette[name], palette[soft])).toBeGreaterThanOrEqual(4.5);
  });
  it.each(['series-1', 'series-2', 'series-3'] as const)('has %s visible as a line', (name) => {
    expect(contrast(palette[name], palette.surface)).toBeGreaterThanOrEqual(3);
  });
});
