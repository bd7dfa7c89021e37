/*
 * Labels of markers above a drawing. Each marker has a vertical line at `x` that goes up to its label; the label lies to
 * the right or the left of that line, in one of several rows (row 0 is nearest to the drawing). What holds for a placement:
 *  - no two labels overlap;
 *  - no marker's line runs through another marker's label;
 *  - every label lies within [left, right].
 * A label that has no such place is left out (row null); its marker is still drawn and still has its words on hover.
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

/** Places for the labels, parallel to `requests`; earlier requests matter more when not all fit. */
export function placeLabels(requests: readonly LabelRequest[], space: LabelSpace): readonly (LabelPlace | null)[] {
  const all = requests.map((_, index) => index);
  const byX = (a: number, b: number): number => (requests[a]?.x ?? 0) - (requests[b]?.x ?? 0);
  // Right to left gives stairs that descend to the right and always works away from the right end; the other orders win
  // when labels near the right end must turn to the left.
  const orders = [[...all].sort((a, b) => byX(b, a)), [...all].sort(byX), all];
  let best: readonly (LabelPlace | null)[] = requests.map(() => null);
  let bestCost = Number.POSITIVE_INFINITY;
  for (const order of orders) {
    for (const sides of [
      ['right', 'left'],
      ['left', 'right'],
    ] as const) {
      const places = placeInOrder(requests, order, sides, space);
      const cost = placementCost(places);
      if (cost < bestCost) {
        best = places;
        bestCost = cost;
      }
    }
  }
  return best;
}

/** A label left out weighs more than any number of rows, and the more the earlier it was asked for. */
function placementCost(places: readonly (LabelPlace | null)[]): number {
  let cost = 0;
  places.forEach((place, index) => {
    cost += place === null ? 1_000 * (places.length - index) : place.row + (place.side === 'left' ? 0.1 : 0);
  });
  return cost;
}

function placeInOrder(
  requests: readonly LabelRequest[],
  order: readonly number[],
  sides: readonly ('left' | 'right')[],
  space: LabelSpace,
): readonly (LabelPlace | null)[] {
  const places: (LabelPlace | null)[] = requests.map(() => null);
  const placed: Placed[] = [];
  for (const index of order) {
    const request = requests[index];
    if (request === undefined) continue;
    const place = findPlace(request, sides, space, placed);
    places[index] = place;
    if (place !== null) placed.push({ x: request.x, place });
  }
  return places;
}

function findPlace(
  request: LabelRequest,
  sides: readonly ('left' | 'right')[],
  space: LabelSpace,
  placed: readonly Placed[],
): LabelPlace | null {
  for (let row = 0; row < space.maxRows; row++) {
    for (const side of sides) {
      const from = side === 'right' ? request.x + space.gap : request.x - space.gap - request.width;
      const place: LabelPlace = { row, side, from, to: from + request.width };
      if (place.from < space.left || place.to > space.right) continue;
      if (placed.every((other) => compatible({ x: request.x, place }, other, space.gap))) return place;
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
