/**
 * The first of `count` places at which `holds` is true; `count` when it is at none. `holds` must be false before that place and
 * true from it on, as "not below a limit" is of ascending values. Asks about log2(count) places.
 */
export function firstPlaceWhere(count: number, holds: (place: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
