import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LabelSpace, placeLabels } from '../../../shared/figures/place-labels.ts';

const SPACE: LabelSpace = { left: 0, right: 1_000, maxRows: 6, gap: 5 };

describe('labels of markers', () => {
  it('never overlap, never have a foreign line run through them, never leave the space', () => {
    const requests = fc.array(
      fc.record({ x: fc.integer({ min: 0, max: 1_000 }), width: fc.integer({ min: 5, max: 300 }) }),
      { maxLength: 9 },
    );
    fc.assert(
      fc.property(requests, (wanted) => {
        const places = placeLabels(wanted, SPACE);
        expect(places).toHaveLength(wanted.length);
        places.forEach((a, i) => {
          if (a === null) return;
          expect(a.from).toBeGreaterThanOrEqual(SPACE.left);
          expect(a.to).toBeLessThanOrEqual(SPACE.right);
          places.forEach((b, j) => {
            if (b === null || i === j) return;
            if (a.row === b.row) expect(a.to <= b.from || b.to <= a.from).toBe(true);
            const lineX = wanted[j]?.x ?? 0;
            if (b.row >= a.row) expect(lineX < a.from || lineX > a.to).toBe(true);
          });
        });
      }),
    );
  });

  it('finds room for the crowd at the end of an incident', () => {
    // An operation, a heartbeat, a timeout, a kill and a replacement in a narrow figure.
    const wanted = [
      { x: 430, width: 115 },
      { x: 370, width: 165 },
      { x: 75, width: 150 },
      { x: 262, width: 150 },
      { x: 431, width: 190 },
    ];
    expect(placeLabels(wanted, { ...SPACE, right: 513 })).not.toContain(null);
  });

  it('gives up the last request, not the first, where there is no room', () => {
    const wanted = [
      { x: 50, width: 90 },
      { x: 52, width: 90 },
    ];
    const places = placeLabels(wanted, { left: 0, right: 150, maxRows: 1, gap: 5 });
    expect(places[0]).not.toBeNull();
    expect(places[1]).toBeNull();
  });
});
