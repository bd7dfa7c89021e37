import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { columnWidth, FIRST_COLUMNS, storedColumns } from '../../../renderer/state/table-columns.ts';

let stored: string | null;
beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => stored });
});
afterEach(() => vi.unstubAllGlobals());

describe('the columns that were left', () => {
  it('are what they are at first where nothing, or something else, is stored', () => {
    for (const text of [null, '', '{', '7', 'null', '[]', '{"hidden":1,"widths":{}}', '{"hidden":[],"widths":null}']) {
      stored = text;
      expect(storedColumns()).toEqual(FIRST_COLUMNS);
    }
  });

  it('hold known columns, sound widths, and always the message', () => {
    stored = JSON.stringify({
      hidden: ['pid', 'message', 'severity', 'other', 3],
      widths: { time: 5, source: 9e9, pid: 'wide', other: 100, delta: null },
    });
    expect(storedColumns()).toEqual({
      hidden: ['pid'],
      widths: { time: columnWidth(0), source: columnWidth(9e9) },
    });
  });
});
