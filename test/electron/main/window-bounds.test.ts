import { describe, expect, it } from 'vitest';
import { restoreWindowState } from '../../../electron/main/window-bounds.ts';

const screens = [
  { x: 0, y: 25, width: 1920, height: 1055 },
  { x: 1920, y: 0, width: 2560, height: 1440 },
];
const restore = (bounds: unknown, maximized: unknown = false) =>
  restoreWindowState(JSON.stringify({ bounds, maximized }), screens);

describe('restoreWindowState', () => {
  it('puts the window where it was, on any screen', () => {
    const left = { x: 40, y: 60, width: 1200, height: 800 };
    const right = { x: 2000, y: 10, width: 1400, height: 900 };
    expect(restore(left, true)).toEqual({ bounds: left, maximized: true });
    expect(restore(right)).toEqual({ bounds: right, maximized: false });
  });

  it('places it anew when it could not be grabbed or is too small', () => {
    for (const bounds of [
      { x: 5000, y: 60, width: 1200, height: 800 },
      { x: -1150, y: 60, width: 1200, height: 800 },
      { x: 40, y: 1070, width: 1200, height: 800 },
      { x: 40, y: -30, width: 1200, height: 800 },
      { x: 40, y: 60, width: 100, height: 100 },
    ]) {
      expect(restore(bounds, true)).toEqual({ bounds: null, maximized: true });
    }
  });

  it('starts afresh from what does not read', () => {
    const fresh = { bounds: null, maximized: false };
    for (const text of [
      null,
      '',
      '{',
      '[]',
      '{"bounds":{"x":"1"},"maximized":false}',
      '{"maximized":1,"bounds":null}',
    ]) {
      expect(restoreWindowState(text, screens)).toEqual(fresh);
    }
  });
});
