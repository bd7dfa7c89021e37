/*
 * Labels of markers above a drawing. Each marker has a vertical line at `x` that goes up to its label; the label lies to
 * the right or the left of that line, in one of several rows (row 0 is nearest to the drawing). What holds for a placement:
 *  - no two labels overlap;
 *  - no marker's line runs through another marker's label;
 *  - every label lies within [left, right].
 * A label that has no such place is left out (null); its marker is still drawn and still has its words on hover.
 */

export interface LabelRequest {
  readonly x: number;
  readonly width: number;
}

export interface LabelPlace {
  readonly row: number;
  readonly side: 'left' | 'right';
  /** Left and right end of the label's box. */
  readonly from: number;
  readonly to: number;
}

export interface LabelSpace {
  readonly left: number;
  readonly right: number;
  readonly maxRows: number;
  /** Distance between a marker's line and its label, and between labels. */
  readonly gap: number;
}

interface Placed {
  readonly x: number;
  readonly place: LabelPlace;
}

/** Tries per figure: more than a handful of moments ever needs, and few enough for every frame of a zoom. */
const MAX_TRIES = 20_000;
/** Labels beyond this many are not tried: a drawing with more words than that says nothing. */
const MAX_LABELS = 12;

/**
 * Places for the labels, parallel to `requests`, in as few rows as possible. Earlier requests matter more: while not all
 * find a place, the last is given up.
 */
export function placeLabels(requests: readonly LabelRequest[], space: LabelSpace): readonly (LabelPlace | null)[] {
  const budget = { tries: MAX_TRIES };
  for (let kept = Math.min(requests.length, MAX_LABELS); kept > 0; kept--) {
    for (let rows = 1; rows <= space.maxRows; rows++) {
      const placed = search(requests.slice(0, kept), rows, space, [], budget);
      if (placed !== null) return requests.map((_, index) => placed[index]?.place ?? null);
    }
  }
  return requests.map(() => null);
}

/** Depth first over rows and sides; null when the requests cannot all be placed (or the tries are used up). */
function search(
  requests: readonly LabelRequest[],
  rows: number,
  space: LabelSpace,
  placed: readonly Placed[],
  budget: { tries: number },
): readonly Placed[] | null {
  const request = requests[placed.length];
  if (request === undefined) return placed;
  for (let row = 0; row < rows; row++) {
    for (const side of ['right', 'left'] as const) {
      // A single label is always tried, so that used-up tries never cost the most important one.
      if (--budget.tries < 0 && requests.length > 1) return null;
      const from = side === 'right' ? request.x + space.gap : request.x - space.gap - request.width;
      const next: Placed = { x: request.x, place: { row, side, from, to: from + request.width } };
      if (from < space.left || next.place.to > space.right) continue;
      if (!placed.every((other) => compatible(next, other, space.gap))) continue;
      const all = search(requests, rows, space, [...placed, next], budget);
      if (all !== null) return all;
    }
  }
  return null;
}

function compatible(a: Placed, b: Placed, gap: number): boolean {
  if (a.place.row === b.place.row && a.place.from < b.place.to + gap && b.place.from < a.place.to + gap) return false;
  return !lineThrough(a, b.place) && !lineThrough(b, a.place);
}

/** A line reaches from the drawing up to its own row, so it can only meet labels of its row and below. */
function lineThrough(line: Placed, label: LabelPlace): boolean {
  return line.place.row >= label.row && line.x > label.from - 1 && line.x < label.to + 1;
}
