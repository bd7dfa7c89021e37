import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PALETTES } from '../../../shared/figures/palettes.ts';
import { PALETTE_NAMES } from '../../../shared/figures/scene.ts';

const read = (path: string): string => readFileSync(new URL(`../../../renderer/${path}`, import.meta.url), 'utf8');

describe('the style sheet', () => {
  const tokens = read('styles/tokens.css');

  it.each(PALETTE_NAMES)('draws %s as the report does', (name) => {
    expect(tokens).toContain(`--scene-${name}: light-dark(${PALETTES.light[name]}, ${PALETTES.dark[name]});`);
  });
});

describe('the page', () => {
  it('allows no inline script or style, and no connection', () => {
    const html = read('index.html');
    const policy = /Content-Security-Policy"\s+content="([^"]*)"/.exec(html)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/\sstyle=|<style/);
  });
});
